"""The tender through the real services: plan, notice, sealed bids, opening."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianjing.domains.works.demo import tender_room as room
from lianjing.domains.works.demo.bidfiles import Offer, digest_of, same_machine
from lianjing.domains.works.forms.tender import LegalityForm
from lianjing.domains.works.models import Award, Bid, BidFile, Clarification, Lot, Tender, TenderCriterion
from lianjing.domains.works.queries.tender_signals import signals
from lianjing.domains.works.services import tender_bidfile, tender_bids, tender_questions
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.publicity.models import Objection, Publicity
from lianjing.runtime.trail.models import Body, Event
from tests.domains.works.playing import BUILDER, LAWYER, LEADER, TENDERS, refused
from tests.domains.works.tendering import AGENT, CRITERIA, HEAD, OTHER_AGENT, PRICES


@pytest.fixture
def tendering(play):
    """A project in stage tendering."""
    return play, play.ready_to_tender()


@pytest.fixture
def awaiting(tendering):
    """A tender that awaits bids."""
    play, project = tendering
    return play, project, play.tender_to_deadline(project)


def test_a_tender_runs_from_plan_to_notice_in_few_acts(tendering):
    play, project = tendering
    before = Event.objects.count()
    matter = play.tendered(project)
    assert Event.objects.count() - before <= 45
    row = Award.objects.get(tender_id=matter.pk)
    assert (row.status, row.rank, str(row.amount)) == ("active", 1, "48000000.00")
    assert hold(project.pk, "tender_done", play.scene.today()) is not None


# ---- plan


def test_the_threshold_is_decided_by_the_table_and_kept(tendering):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, matter, "plan", play.tender_plan())
    assert Tender.objects.get(pk=matter.pk).is_mandatory
    assert Lot.objects.get(tender_id=matter.pk).control_price == 50_000_000
    assert TenderCriterion.objects.filter(tender_id=matter.pk).count() == len(CRITERIA)
    small = play.open(TENDERS, "works_tender", project)
    sums = dict.fromkeys(("estimated", "budget_money"), "3999999.99") | {
        "control_price": "3900000",
        "bond": "",
    }
    play.do(TENDERS, small, "plan", play.tender_plan(**sums))
    assert not Tender.objects.get(pk=small.pk).is_mandatory


@pytest.mark.parametrize(
    ("changes", "rule", "clause"),
    [
        ({"bond": "1000000.01"}, "tender.bond", "tendering_regulation#26"),
        ({"control_price": "68000000.01"}, "tender.over_budget", "gov_investment#23"),
    ],
)
def test_a_plan_outside_its_limits_is_refused_with_the_clause(tendering, changes, rule, clause):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    with refused(Ground.RULE, rule):
        play.do(TENDERS, matter, "plan", play.tender_plan(**changes))
    assert Event.objects.get(refused_rule=rule).clause == clause


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"criteria": [*CRITERIA, {"kind": "commercial", "text": "多出", "weight": "1"}]}, "criteria"),
        ({"lots": [{"title": "一标段", "control_price": "1"}]}, "lots"),
        ({"agency_selection": ""}, "agency_selection"),
        ({"shortlist_count": "2"}, "shortlist_drawn"),
        ({"method": "invited"}, "method_reason"),
    ],
)
def test_a_plan_that_contradicts_itself_names_the_field(tendering, changes, field):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    with pytest.raises(InvalidForm) as caught:
        play.do(TENDERS, matter, "plan", play.tender_plan(**changes))
    assert field in caught.value.errors


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"method": "direct", "method_reason": "时间紧"}, "tender.must_tender"),
        ({"method": "invited", "method_reason": "技术复杂"}, "tender.must_tender"),
        ({"shortlist_count": "2", "shortlist_drawn": "1"}, "tender.shortlist_open"),
        (
            {"method": "invited", "method_reason": "技术复杂", "exception_basis": "条例第八条"},
            "tender.collective",
        ),
    ],
)
def test_an_unlawful_plan_is_not_approved(tendering, changes, rule):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, matter, "plan", play.tender_plan(**changes))
    play.do(LAWYER, matter, "legality", {"is_fair": "on", "is_whole": "on", "opinion": "已核"})
    with refused(Ground.RULE, rule):
        play.do(LEADER, matter, "approve")


def test_bidders_of_a_mandatory_tender_get_their_legal_days(tendering):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, matter, "plan", play.tender_plan(deadline_on=play.scene.today() + timedelta(days=19)))
    play.do(LAWYER, matter, "legality", {"is_fair": "on", "is_whole": "on", "opinion": "已核"})
    with refused(Ground.RULE, "tender.bid_period"):
        play.do(LEADER, matter, "approve")
    planned = play.planned_tender(project, code="二", control_price="1000000", bond="", estimated="50000000")
    late = play.announce_data()
    with refused(Ground.RULE, "tender.bid_period"):
        play.do(AGENT, planned, "announce", late | {"deadline_at": late["deadline_at"] - timedelta(days=2)})
    with refused(Ground.RULE, "tender.sale_period"):
        play.do(AGENT, planned, "announce", late | {"sale_to_on": play.scene.today() + timedelta(days=4)})


def test_the_legal_post_is_warned_of_purchases_that_reach_the_threshold_together(tendering):
    play, project = tendering
    part = dict.fromkeys(("estimated", "budget_money", "control_price"), "2500000") | {"bond": ""}
    warned = []
    for _number in range(2):
        matter = play.open(TENDERS, "works_tender", project)
        play.do(TENDERS, matter, "plan", play.tender_plan(**part))
        warned.append(LegalityForm(None, matter=matter, day=play.scene.today()).warnings)
    assert warned[0] == [] and len(warned[1]) == 1


def test_a_small_purchase_needs_no_notice_and_no_experts(tendering):
    play, project = tendering
    sums = dict.fromkeys(("estimated", "budget_money", "control_price"), "300000") | {"bond": ""}
    matter = play.planned_tender(
        project, method="comparison", method_reason="限额以下", agency_selection="", **sums
    )
    firms = [
        {"name": offer.name, "credit_code": offer.credit_code, "price": price}
        for offer, price in zip(play.offers(*PRICES), ("280000", "260000", "300000.01"), strict=True)
    ]
    play.do("20705", matter, "quotes", {"opened_on": play.scene.today(), "bids": firms})
    ranks = {str(bid.price): (bid.status, bid.rank) for bid in play.bid_rows(matter)}
    assert ranks == {
        "280000.00": ("valid", 2),
        "260000.00": ("valid", 1),
        "300000.01": ("disqualified", None),
    }
    row = play.award_out(play.award_begun(project, matter))
    assert (row.rank, str(row.amount)) == (1, "260000.00")


def test_a_drawn_agency_is_nobodys_choice(tendering):
    play, project = tendering
    matter = play.planned_tender(project, agency_selection="draw", agency_name="", agency_code="")
    with refused(Ground.RULE, "tender.agency_draw"):
        play.do("20501", matter, "agency", {"is_drawn": "on"})


def test_a_withdrawn_tender_says_so(tendering):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, matter, "plan", play.tender_plan())
    process.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(TENDERS), reason="方案调整", now=play.scene.now
    )
    assert Tender.objects.get(pk=matter.pk).status == "withdrawn"


# ---- notice and questions


def test_the_notice_is_the_same_in_all_media_and_confirmed_by_another(awaiting):
    play, _project, matter = awaiting
    rows = Publicity.objects.filter(matter=matter, kind="tender_notice")
    assert rows.count() == 2 and len({row.text_sha256 for row in rows}) == 1
    for row in rows:
        assert row.person_id == play.scene.person(AGENT) != row.confirmed_by_person_id
    assert Tender.objects.get(pk=matter.pk).weights_locked_at is not None


def ask(play, matter, number=BUILDER):
    return tender_questions.ask(
        tender_id=matter.pk,
        content="路面结构层厚度？",
        person_id=play.scene.person(number),
        now=play.scene.pass_time(hours=1),
    )


def test_a_question_has_no_name_and_its_answer_two(awaiting):
    play, _project, matter = awaiting
    asked = ask(play, matter)
    assert asked.is_anonymous and asked.person_id is None
    event = Event.objects.filter(act="tender.ask").get()
    assert (event.person_id, event.post_id, event.unit_id) == (None, None, None)
    drafted = tender_questions.draft_answer(
        tender_id=matter.pk,
        answer="见图纸第3页",
        objection_id=asked.pk,
        person_id=play.scene.person(TENDERS),
        now=play.scene.pass_time(hours=1),
    )
    with refused(Ground.POST, "post.not_held"):
        tender_questions.issue_answer(
            clarification_id=drafted.pk, person_id=play.scene.person(TENDERS), now=play.scene.now
        )
    tender_questions.issue_answer(
        clarification_id=drafted.pk, person_id=play.scene.person(HEAD), now=play.scene.pass_time(hours=1)
    )
    assert Objection.objects.get(pk=asked.pk).answered_on == play.scene.today()


def test_a_material_change_near_the_deadline_moves_it(awaiting):
    play, _project, matter = awaiting
    play.scene.pass_time(hours=24 * 9)
    deadline = Tender.objects.get(pk=matter.pk).deadline_at
    officer, head = play.scene.person(TENDERS), play.scene.person(HEAD)
    late = tender_questions.draft_answer(
        tender_id=matter.pk, answer="增加一座桥", is_material=True, person_id=officer, now=play.scene.now
    )
    with refused(Ground.RULE, "tender.amendment_lead"):
        tender_questions.issue_answer(clarification_id=late.pk, person_id=head, now=play.scene.now)
    moved = tender_questions.draft_answer(
        tender_id=matter.pk,
        answer="增加一座桥",
        is_material=True,
        new_deadline_at=deadline + timedelta(days=14),
        person_id=officer,
        now=play.scene.now,
    )
    tender_questions.issue_answer(clarification_id=moved.pk, person_id=head, now=play.scene.now)
    assert Tender.objects.get(pk=matter.pk).deadline_at == deadline + timedelta(days=14)
    assert Clarification.objects.filter(issued_at__isnull=False).count() == 1


# ---- sealed bids


def test_a_sealed_bid_names_nobody_anywhere(awaiting):
    play, _project, matter = awaiting
    offer = play.offers(PRICES[0])[0]
    content = room.files_of(matter.pk, [offer])[0]
    bid = tender_bids.seal(
        tender_id=matter.pk,
        digest=digest_of(content),
        person_id=play.scene.person(BUILDER),
        now=play.scene.now,
    )
    assert (bid.enterprise_id, bid.price, bid.submitted_by_person_id) == (None, None, None)
    event = Event.objects.get(act="tender.bid")
    assert (event.person_id, event.post_id, event.unit_id) == (None, None, None)
    body = bytes(Body.objects.get(event=event).content).decode()
    assert offer.credit_code not in body and offer.name not in body and digest_of(content) in body


def test_a_bid_after_the_deadline_is_refused_and_the_try_is_on_the_trail(awaiting):
    play, _project, matter = awaiting
    room.until(play.scene, room.opened_time(play.scene, matter.pk))
    with refused(Ground.RULE, "tender.late_bid"):
        tender_bids.seal(
            tender_id=matter.pk, digest="a" * 64, person_id=play.scene.person(BUILDER), now=play.scene.now
        )
    event = Event.objects.get(refused_rule="tender.late_bid")
    assert (event.person_id, event.clause) == (play.scene.person(BUILDER), "tendering_regulation#36")
    assert not Bid.objects.filter(tender_id=matter.pk).exists()


def test_before_the_deadline_a_bid_is_replaced_or_taken_back_and_both_are_kept(awaiting):
    play, _project, matter = awaiting
    who = play.scene.person(BUILDER)
    for digest in ("a" * 64, "b" * 64):
        tender_bids.seal(tender_id=matter.pk, digest=digest, person_id=who, now=play.scene.pass_time(hours=1))
    assert Bid.objects.get(tender_id=matter.pk).sealed_sha256 == "b" * 64
    tender_bids.take_back(tender_id=matter.pk, person_id=who, now=play.scene.pass_time(hours=1))
    assert Bid.objects.get(tender_id=matter.pk).status == "withdrawn"
    assert Event.objects.filter(act__in=("tender.bid", "tender.bid_withdraw")).count() == 3
    with pytest.raises(BadInput):
        tender_bids.seal(tender_id=matter.pk, digest="zz", person_id=who, now=play.scene.now)


def test_nothing_is_opened_before_the_deadline_or_by_another(awaiting):
    play, _project, matter = awaiting
    offers = play.offers(*PRICES)
    room.hand_in(play.scene, matter.pk, offers)
    with refused(Ground.RULE, "tender.early_opening"):
        room.unseal(play.scene, matter.pk, offers)
    with refused(Ground.RULE, "tender.early_opening"):
        play.do(AGENT, matter, "open_bids", {"is_over": "on"})
    room.until(play.scene, room.opened_time(play.scene, matter.pk))
    with refused(Ground.POST, "tender.not_agent"):
        tender_bids.unseal(
            tender_id=matter.pk, contents=[], person_id=play.scene.person(TENDERS), now=play.scene.now
        )


def test_two_bids_are_too_few_nothing_is_opened_and_the_tender_has_failed(awaiting):
    play, project, matter = awaiting
    offers = play.offers(*PRICES[:2])
    play.sealed(matter, offers)
    with refused(Ground.RULE, "tender.too_few_bidders"):
        room.unseal(play.scene, matter.pk, offers)
    play.do(AGENT, matter, "open_bids", {"is_over": "on"})
    matter.refresh_from_db()
    record = Tender.objects.get(pk=matter.pk)
    assert (record.status, record.failed_count, matter.status) == ("unsuccessful", 1, "closed")
    assert not Bid.objects.filter(tender_id=matter.pk, enterprise__isnull=False).exists()
    again = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, again, "plan", play.tender_plan(retender_of=matter.pk))
    assert Tender.objects.get(pk=again.pk).failed_count == 1


def test_a_file_that_is_not_the_sealed_one_stays_not_decrypted(awaiting):
    play, _project, matter = awaiting
    offers = play.offers(*PRICES, "49600000")
    play.sealed(matter, offers)
    cheaper = [Offer(offers[0].name, offers[0].credit_code, offers[0].price - 1_000_000), *offers[1:]]
    done = room.unseal(play.scene, matter.pk, cheaper)
    assert len(done.opened) == 3 and len(done.faults) == 1
    play.do(AGENT, matter, "open_bids", {"is_over": "on"})
    bid = Bid.objects.get(tender_id=matter.pk, opened_at__isnull=True)
    assert (bid.status, bid.price, bid.enterprise.name) == ("disqualified", None, offers[0].name)
    assert bid.disqualified_text


def test_an_opened_bid_says_what_its_file_says_and_who_handed_it_in(awaiting):
    play, _project, matter = awaiting
    offers = play.offers(*PRICES)
    play.sealed(matter, offers)
    play.opened(matter, offers)
    bid = Bid.objects.get(tender_id=matter.pk, price="48000000")
    assert bid.submitted_by_person_id == play.scene.person(OTHER_AGENT) and bid.manager_name
    row = BidFile.objects.filter(bid=bid).first()
    assert len(row.mac_hash) == 64 and row.mac_hash not in offers[0].own
    assert signals(Tender.objects.get(pk=matter.pk)) == []


def test_two_bids_from_one_machine_and_a_bond_paid_by_another_are_facts_for_supervision(awaiting):
    play, _project, matter = awaiting
    first, second, third = same_machine(play.offers(*PRICES))
    bond = {"form": "cash", "amount": "800000", "payer_name": first.name, "account_no": "9900123456789012"}
    third = Offer(third.name, third.credit_code, third.price, {"bond": bond})
    play.sealed(matter, [first, second, third])
    play.opened(matter, [first, second, third])
    found = {signal.kind: len(signal.bids) for signal in signals(Tender.objects.get(pk=matter.pk))}
    assert found == {
        "mac": 2,
        "cpu": 2,
        "disk": 2,
        "machine": 2,
        "cost_lock": 2,
        "create_key": 2,
        "bond_payer": 1,
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"format":"lianjing-bid-1"}',
        b'{"format":"lianjing-bid-1","bidder":{"name":"a","credit_code":"b"},"price":"NaN"}',
        b'{"format":"lianjing-bid-1","bidder":{"name":"a","credit_code":"b"},"price":"1","items":[1]}',
        b'{"format":"lianjing-bid-1","bidder":{"name":"a","credit_code":"b"},"price":"1","days":"x"}',
    ],
)
def test_a_bid_file_that_nobody_could_read_is_named_as_such(content):
    with pytest.raises(BadInput):
        tender_bidfile.parsed(content)
