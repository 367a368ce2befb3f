"""A tender with everything that tenders meet: failure, question, faulty bids, dissent, objection, vote, lost winner."""

from __future__ import annotations

from datetime import timedelta

from lianjing.domains.works.demo import tender_room as room
from lianjing.domains.works.demo.bidfiles import Offer, same_machine
from lianjing.domains.works.models import Award, Bid, Candidate, Tender
from lianjing.domains.works.queries.tender_room import award_views, clocks, is_recomputed
from lianjing.domains.works.queries.tender_signals import signals
from lianjing.domains.works.services import tender_bids, tender_questions
from lianjing.domains.works.services.award import lose
from lianjing.kernel.refusal import Ground
from lianjing.runtime.publicity import services as publicity
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import BUILDER, TENDERS, refused
from tests.domains.works.tendering import AGENT, AUDITOR, HEAD, PRICES, SECRETARY


def test_a_tender_from_its_first_failure_to_a_winner_who_stays(play):
    scene, project = play.scene, play.ready_to_tender()

    # only two bidders come: nothing is opened, the tender has failed and is held again
    failed = play.tender_to_opening(project, *PRICES[:2])
    with refused(Ground.RULE, "tender.too_few_bidders"):
        room.unseal(scene, failed.pk, play.offers(*PRICES[:2]))
    play.do(AGENT, failed, "open_bids", {"is_over": "on"})
    matter = play.tender_to_deadline(project, retender_of=failed.pk, award_method="vote")

    # a question without a name, answered by two
    asked = tender_questions.ask(
        tender_id=matter.pk,
        content="工期能否分段？",
        person_id=scene.person(BUILDER),
        now=scene.pass_time(hours=2),
    )
    drafted = tender_questions.draft_answer(
        tender_id=matter.pk,
        answer="不能",
        objection_id=asked.pk,
        person_id=scene.person(TENDERS),
        now=scene.pass_time(hours=2),
    )
    tender_questions.issue_answer(
        clarification_id=drafted.pk, person_id=scene.person(HEAD), now=scene.pass_time(hours=2)
    )

    # five bids: two of one hand, one above the ceiling; one comes late
    offers = same_machine(play.offers(*PRICES, "49900000", "50000001"))
    play.sealed(matter, offers)
    with refused(Ground.RULE, "tender.late_bid"):
        tender_bids.seal(tender_id=matter.pk, digest="d" * 64, person_id=scene.person(BUILDER), now=scene.now)
    play.opened(matter, [*offers[:4], Offer(offers[4].name, offers[4].credit_code, offers[4].price)])
    assert {"machine", "mac"} <= {each.kind for each in signals(Tender.objects.get(pk=matter.pk))}
    play.seated(matter)
    room.judged(scene, matter.pk)
    play.do(AGENT, matter, "evaluate", {"is_signed": "on"})
    tender = Tender.objects.get(pk=matter.pk)
    assert is_recomputed(tender) and Candidate.objects.filter(tender=tender).count() == 3
    assert Bid.objects.get(tender=tender, disqualified_reason="price_over").rank is None

    # an objection holds the award up until it is answered
    play.candidates_out(matter)
    objection = publicity.raise_objection(
        matter_id=matter.pk,
        kind="objection",
        content="第一名与第二名系同一控制人",
        raised_by_name=offers[2].name,
        person_id=scene.person(TENDERS),
        now=scene.pass_time(hours=3),
    )
    scene.pass_time(hours=24 * 5)
    with refused(Ground.RULE, "tender.objection_open"):
        play.do(HEAD, matter, "settle", {"is_unchanged": "on", "opinion": "公示期满"})
    publicity.answer(
        objection_id=objection.pk,
        result="rejected",
        answer_text="经核不属实，机器码相同的事实已移送监督",
        person_id=scene.person(TENDERS),
        now=scene.now,
    )
    play.do(HEAD, matter, "settle", {"is_unchanged": "on", "opinion": "公示期满，异议不成立"})

    # the award by vote needs its basis; the ballots decide; the winner withdraws and the next is chosen
    award = play.open(TENDERS, "works_award", project)
    with refused(Ground.RULE, "award.rank"):
        play.do(TENDERS, award, "prepare", play.award_data(matter))
    first = vote_out(play, award, matter, (1, 1, 2, 1, 2))
    assert first.rank == 1
    lose(award_id=first.pk, reason="来函放弃", person_id=scene.person(TENDERS), now=scene.pass_time(hours=5))
    second = vote_out(play, play.open(TENDERS, "works_award", project), matter, (2, 2, 2, 3, 3))
    assert (second.rank, second.status) == (2, "active")
    assert [view.is_equal for view in award_views(tender)] == [True, True]
    assert Award.objects.filter(tender=tender, status="active").count() == 1
    late = [line for line in clocks(tender, scene.today() + timedelta(days=1)) if line.is_met is False]
    assert len(late) <= 1
    sequence_all()
    assert verify().problems == []


def vote_out(play, award, matter, choices):
    """Take an award by vote from its preparation to its notice."""
    play.paper(TENDERS, award, "approval", play.scene.item(award, "prepare"))
    based = play.award_data(matter, legal_basis="评定分离试点〔2025〕3号", legal_basis_clause="第三条")
    play.do(TENDERS, award, "prepare", based)
    room.draw_committee(play.scene, award.pk, AUDITOR)
    play.do(AUDITOR, award, "committee", {"members": 5})
    room.voted(play.scene, award.pk, choices)
    play.do(SECRETARY, award, "decide", {"reason": "票决", "video_sha256": "e" * 64})
    return play.award_out(award)
