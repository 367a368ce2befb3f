"""Evaluation and award through the real services: experts by lot, sheets alone, ranks computed, ballots counted."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.demo import tender_room as room
from lianjing.domains.works.demo.bidfiles import Offer
from lianjing.domains.works.models import Award, AwardBallot, Bid, Candidate, CommitteeMember, Score, Tender
from lianjing.domains.works.queries.tender_room import award_views, is_recomputed
from lianjing.domains.works.services import award_votes as awards
from lianjing.domains.works.services import tender_evaluation
from lianjing.domains.works.services.award import lose
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.draw.models import DrawCandidate
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise, Expert
from lianjing.runtime.parties.services import tie
from lianjing.runtime.publicity import services as publicity
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.playing import LEADER, TENDERS, refused
from tests.domains.works.tendering import AGENT, AUDITOR, HEAD, PRICES, SECRETARY

VOTE = {"award_method": "vote"}


@pytest.fixture
def opened(play):
    """A tender whose three bids are open."""
    project = play.ready_to_tender()
    matter = play.tender_to_opening(project)
    play.opened(matter, play.offers(*PRICES))
    room.stock_pools(play.scene)
    return play, project, matter


def former_employee(play, number: str, firm: str) -> Expert:
    """Make an expert a former employee of a firm."""
    expert = Expert.objects.get(pool="provincial", person_id=play.scene.person(number))
    employer = Enterprise.objects.get(name=firm)
    with recorded("test.lay", chain=f"person:{expert.person_id}", actor=SYSTEM, now=play.scene.now) as act:
        row = tie(
            act,
            from_party=f"person:{expert.person_id}",
            to_party=f"enterprise:{employer.pk}",
            kind="employed",
            source="declared",
            from_on=play.scene.today() - timedelta(days=900),
        )
        row.to_on = play.scene.today() - timedelta(days=100)
        act.save(row)
    return expert


def test_a_bidders_former_employee_is_never_drawn_and_the_reason_stands_in_the_pool(opened):
    play, _project, matter = opened
    expert = former_employee(play, "43001", play.offers(*PRICES)[1].name)
    draw = room.draw_experts(play.scene, matter.pk, count=5)
    row = DrawCandidate.objects.get(draw=draw, candidate=f"expert:{expert.pk}")
    assert (row.is_excluded, row.exclusion_reason, row.is_picked) == (True, "tie", False)
    assert play.offers(*PRICES)[1].name in row.exclusion_text
    assert DrawCandidate.objects.filter(draw=draw, is_picked=True).count() == 5


def test_a_tie_that_appears_after_the_draw_keeps_the_committee_from_sitting(opened):
    play, _project, matter = opened
    draw = room.draw_experts(play.scene, matter.pk)
    picked = DrawCandidate.objects.filter(draw=draw, is_picked=True).first()
    number = Expert.objects.get(pk=int(picked.candidate.partition(":")[2])).person.login.number
    former_employee(play, number, play.offers(*PRICES)[0].name)
    with refused(Ground.CONFLICT, "tender.committee_tied"):
        play.do(AGENT, matter, "convene", {})


def test_a_committee_is_lawful_in_number_and_drawn_the_same_day(opened):
    play, _project, matter = opened
    with refused(Ground.RULE, "tender.not_drawn"):
        play.do(AGENT, matter, "convene", {})
    room.draw_experts(play.scene, matter.pk)
    for few in (["20703"], ["20703", "20704", "20706", "20708"]):
        with refused(Ground.RULE, "tender.committee"):
            play.do(AGENT, matter, "convene", {"owner_reps": [str(play.scene.person(n)) for n in few]})
    play.scene.now += timedelta(hours=25)
    with refused(Ground.RULE, "tender.draw_too_early"):
        play.do(AGENT, matter, "convene", {})


@pytest.fixture
def seated(opened):
    """A committee that has declared and passed the preliminary review."""
    play, project, matter = opened
    play.seated(matter)
    seats = tender_evaluation.seats(matter.pk)
    for seat in seats:
        tender_evaluation.declare(
            tender_id=matter.pk, person_id=seat.person_id, now=play.scene.pass_time(hours=0.01)
        )
    tender_evaluation.preliminary(
        tender_id=matter.pk, vetoes={}, person_id=seats[0].person_id, now=play.scene.pass_time(hours=0.1)
    )
    return play, project, matter, seats


@contextmanager
def refused_as_stale(rule):
    """Expect a refusal of something already done, which the trail does not keep."""
    with pytest.raises(Refusal) as caught:
        yield
    assert (caught.value.ground, caught.value.rule) == (Ground.STALE, rule)


def sheet(matter, share="0.8"):
    bids = list(Bid.objects.filter(tender_id=matter.pk, status="valid"))
    return room.points_for(bids, lambda: float(share) - 0.8)


def score(play, matter, seat, points):
    return tender_evaluation.score(
        tender_id=matter.pk, points=points, person_id=seat.person_id, now=play.scene.pass_time(hours=0.05)
    )


def test_points_above_the_maximum_and_extremes_without_reason_are_refused(seated):
    play, _project, matter, seats = seated
    good = sheet(matter)
    first = next(iter(good))
    for given, reason in (("30.01", "好"), ("-1", "差"), ("29", ""), ("5", "")):
        with pytest.raises(BadInput):
            score(play, matter, seats[0], good | {first: (Decimal(given), reason)})
    with pytest.raises(BadInput):
        score(play, matter, seats[0], dict(list(good.items())[1:]))
    score(play, matter, seats[0], good | {first: (Decimal("29"), "方案特别周到")})
    with refused_as_stale("tender.sheet_locked"):
        score(play, matter, seats[0], good)


def test_only_members_score_and_the_agency_cannot_close_before_all_have_signed(seated):
    play, _project, matter, seats = seated
    outsider = (
        Expert.objects.filter(pool="provincial").exclude(person_id__in=[s.person_id for s in seats]).first()
    )
    with refused(Ground.POST, "tender.not_evaluator"):
        tender_evaluation.score(
            tender_id=matter.pk, points={}, person_id=outsider.person_id, now=play.scene.now
        )
    with refused(Ground.RULE, "tender.not_scored"):
        play.do(AGENT, matter, "evaluate", {"is_signed": "on"})
    for seat in seats:
        score(play, matter, seat, sheet(matter))
    with refused(Ground.RULE, "tender.not_signed"):
        play.do(AGENT, matter, "evaluate", {"is_signed": "on"})
    for seat in seats:
        tender_evaluation.sign(
            tender_id=matter.pk,
            dissent="不同意第二名" if seat is seats[1] else "",
            person_id=seat.person_id,
            now=play.scene.pass_time(hours=0.01),
        )
    play.do(AGENT, matter, "evaluate", {"is_signed": "on"})
    assert CommitteeMember.objects.get(pk=seats[1].pk).dissent_text == "不同意第二名"
    tender = Tender.objects.get(pk=matter.pk)
    assert is_recomputed(tender) and Candidate.objects.filter(tender=tender).count() == 3
    winner = Bid.objects.get(tender=tender, rank=1)
    assert (winner.price, winner.total_score) == (Decimal("48000000.00"), Decimal("92.00"))
    Score.objects.filter(bid=winner).update(points=Decimal("1"))
    assert not is_recomputed(tender)


def test_a_bid_above_the_ceiling_or_with_anothers_bond_is_out_whatever_the_chair_says(play):
    project = play.ready_to_tender()
    matter = play.tender_to_deadline(project)
    offers = play.offers("50000000.01", "48000000", "48500000", "49000000")
    bond = {"form": "cash", "amount": "800000", "payer_name": "另一家公司", "account_no": "9900123456789012"}
    offers[1] = Offer(offers[1].name, offers[1].credit_code, offers[1].price, {"bond": bond})
    play.sealed(matter, offers)
    play.opened(matter, offers)
    play.seated(matter)
    room.judged(play.scene, matter.pk)
    play.do(AGENT, matter, "evaluate", {"is_signed": "on"})
    found = {str(bid.price): (bid.disqualified_reason, bid.rank) for bid in play.bid_rows(matter)}
    assert found["50000000.01"] == ("price_over", None) and found["48000000.00"] == ("bond", None)
    assert (found["48500000.00"][1], found["49000000.00"][1]) == (1, 2)


# ---- candidates and award


@pytest.fixture
def ranked(play):
    """A tender to be awarded by vote, its candidates published and unopposed."""
    project = play.ready_to_tender()
    matter = play.tender_to_opening(project, **VOTE)
    play.evaluated(matter)
    play.unopposed(matter)
    return play, project, matter


def test_no_award_begins_before_the_publicity_has_run_and_objections_are_answered(play):
    project = play.ready_to_tender()
    matter = play.tender_to_opening(project)
    play.evaluated(matter)
    with refused(Ground.GATE, "opening.no_tender"):
        play.open(TENDERS, "works_award", project)
    play.candidates_out(matter)
    with refused(Ground.RULE, "tender.publicity_runs"):
        play.do(HEAD, matter, "settle", {"is_unchanged": "on", "opinion": "无异议"})
    objection = publicity.raise_objection(
        matter_id=matter.pk,
        kind="objection",
        content="第一名业绩不实",
        raised_by_name=play.offers(*PRICES)[1].name,
        person_id=play.scene.person(TENDERS),
        now=play.scene.now,
    )
    play.scene.pass_time(hours=24 * 6)
    with refused(Ground.RULE, "tender.objection_open"):
        play.do(HEAD, matter, "settle", {"is_unchanged": "on", "opinion": "无异议"})
    publicity.answer(
        objection_id=objection.pk,
        result="rejected",
        answer_text="经核业绩属实",
        person_id=play.scene.person(TENDERS),
        now=play.scene.now,
    )
    play.do(HEAD, matter, "settle", {"is_unchanged": "on", "opinion": "异议不成立"})
    assert Tender.objects.get(pk=matter.pk).status == "complete"


def test_a_free_choice_without_basis_and_paper_or_by_another_method_is_refused(ranked):
    play, project, matter = ranked
    award = play.open(TENDERS, "works_award", project)
    with refused(Ground.RULE, "award.method"):
        play.do(TENDERS, award, "prepare", play.award_data(matter, method="rank_one"))
    with refused(Ground.RULE, "award.rank"):
        play.do(TENDERS, award, "prepare", play.award_data(matter))
    based = play.award_data(matter, legal_basis="评定分离试点〔2025〕3号", legal_basis_clause="第三条")
    with refused(Ground.DOCUMENTS, "award.basis_paper"):
        play.do(TENDERS, award, "prepare", based)


def voting(play, project, matter, count=8):
    award = play.open(TENDERS, "works_award", project)
    play.paper(TENDERS, award, "approval", play.scene.item(award, "prepare"))
    play.do(
        TENDERS,
        award,
        "prepare",
        play.award_data(matter, legal_basis="试点〔2025〕3号", legal_basis_clause="第三条"),
    )
    room.draw_committee(play.scene, award.pk, AUDITOR, count)
    return award


def test_ballots_decide_the_secretary_records_and_the_leader_confirms(ranked):
    play, project, matter = ranked
    award = voting(play, project, matter)
    with refused(Ground.RULE, "award.committee"):
        play.do(AUDITOR, award, "committee", {"members": 6})
    play.do(AUDITOR, award, "committee", {"members": 5})
    seats = awards.members(award.pk)
    assert len(seats) == 5 and sum(seat.is_owner_rep for seat in seats) <= 1
    evaluators = {seat.person_id for seat in tender_evaluation.seats(matter.pk)}
    assert not evaluators & {seat.person_id for seat in seats}
    with refused(Ground.POST, "award.not_a_member"):
        awards.ballot(
            award_id=award.pk,
            bid_id=1,
            reason="好",
            person_id=play.scene.person(SECRETARY),
            now=play.scene.now,
        )
    with refused(Ground.RULE, "award.not_declared"):
        awards.ballot(
            award_id=award.pk, bid_id=1, reason="好", person_id=seats[0].person_id, now=play.scene.now
        )
    with refused(Ground.RULE, "award.no_result"):
        play.do(SECRETARY, award, "decide", {"reason": "票决"})
    room.voted(play.scene, award.pk, (2, 2, 1, 2, 1))
    first = Candidate.objects.get(tender_id=matter.pk, rank=1).bid_id
    with refused_as_stale("award.voted"):
        awards.ballot(
            award_id=award.pk, bid_id=first, reason="好", person_id=seats[0].person_id, now=play.scene.now
        )
    play.do(SECRETARY, award, "decide", {"reason": "三票对两票", "video_sha256": "a" * 64})
    row = play.award_out(award)
    assert (row.rank, row.status, str(row.amount)) == (2, "active", "49000000.00")
    (view,) = award_views(Tender.objects.get(pk=matter.pk))
    assert view.is_equal and [count for _bid, count in view.votes] == [3, 2]
    assert AwardBallot.objects.filter(award_id=award.pk).count() == 5


def test_a_round_without_majority_is_followed_by_another(ranked):
    play, project, matter = ranked
    award = voting(play, project, matter)
    play.do(AUDITOR, award, "committee", {"members": 5})
    room.voted(play.scene, award.pk, (1, 1, 2, 2, 3))
    with refused(Ground.RULE, "award.no_result"):
        play.do(SECRETARY, award, "decide", {"reason": "票决"})
    room.voted(play.scene, award.pk, (1, 1, 1, 2, 2))
    play.do(SECRETARY, award, "decide", {"reason": "第二轮过半数"})
    assert Award.objects.get(pk=award.pk).rank == 1
    assert set(AwardBallot.objects.values_list("round", flat=True)) == {1, 2}


def test_when_the_winner_withdraws_the_next_rank_wins(play):
    project = play.ready_to_tender()
    matter = play.tendered(project)
    first = Award.objects.get(tender_id=matter.pk)
    assert hold(project.pk, "tender_done", play.scene.today()) is not None
    lose(
        award_id=first.pk,
        reason="来函放弃中标",
        person_id=play.scene.person(TENDERS),
        now=play.scene.pass_time(hours=1),
    )
    assert hold(project.pk, "tender_done", play.scene.today()) is None
    second = play.award_out(play.award_begun(project, matter))
    assert (second.rank, second.status) == (2, "active")
    assert Matter.objects.filter(kind="award").count() == 2


def test_the_leader_sends_an_award_back(play):
    project = play.ready_to_tender()
    matter = play.tender_to_opening(project)
    play.evaluated(matter)
    play.unopposed(matter)
    award = play.award_begun(project, matter)
    play.back(LEADER, award, "confirm", "prepare")
    play.do(TENDERS, award, "prepare", play.award_data(matter, reason="补充理由"))
    assert Award.objects.get(pk=award.pk).reason == "补充理由"
