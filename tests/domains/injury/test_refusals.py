"""What the agency's services refuse: out of turn, out of time, another's hand, another's money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.injury.models import (
    BenefitItem,
    BenefitShare,
    Injury,
    InjuryAssessment,
    InjuryRecognition,
)
from lianjing.domains.injury.services.transfer import enter_transfer
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.models import Person, Post
from lianjing.runtime.org.services import add_appointment
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from tests.domains.injury.playing import (
    ACCEPTOR,
    AGENT,
    ASSESSOR,
    DECIDER,
    FIRST,
    PAYER,
    REVIEWER,
    SECOND,
    SECRETARY,
    InjuryPlay,
    refused,
)


def seat(play: InjuryPlay, number: str, post: str) -> None:
    """Let a person hold another post as well."""
    person = Person.objects.get(pk=play.scene.person(number))
    with recorded("test.seat", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        add_appointment(act, person=person, post=Post.objects.get(key=post), from_on=act.day, basis="测试")


# ---- before the claim


def test_nothing_follows_before_the_injury_is_recognised(play):
    case = play.case()
    for number, procedure in ((ACCEPTOR, "injury_claim"), (SECRETARY, "injury_assessment")):
        with refused(Ground.GATE, "injury.not_recognised"):
            play.open(number, procedure, case)


def test_a_refused_recognition_gives_no_benefits(play):
    case = play.case()
    matter = play.open(ACCEPTOR, "injury_recognition", case)
    play.do(ACCEPTOR, matter, "apply", play.application())
    play.do(FIRST, matter, "accept", {"is_complete": "on"})
    found = {"finding_text": "属于醉酒", "has_no_tie": "on"}
    play.do(FIRST, matter, "investigate", found)
    play.do(SECOND, matter, "second", found)
    play.do(DECIDER, matter, "decide", play.decision("refused"))
    row = InjuryRecognition.objects.get(pk=matter.pk)
    assert (row.clause, row.due_on) == ("injury_regulation#16", row.injury.accepted_on + timedelta(days=60))
    with refused(Ground.RULE, "injury.served_early"):
        play.do(ACCEPTOR, matter, "serve", {"served_on": "2025-08-25"})
    with refused(Ground.RULE, "injury.decided"):
        process.withdraw(
            matter_id=matter.pk,
            person_id=play.scene.person(ACCEPTOR),
            reason="误报",
            now=play.scene.now,
        )
    play.do(ACCEPTOR, matter, "serve", {"served_on": play.scene.today()})
    with refused(Ground.GATE, "injury.not_recognised"):
        play.open(ACCEPTOR, "injury_claim", case)


def test_one_injury_is_recognised_once_and_within_the_year(play):
    case = play.case(injured_on="2024-06-01")
    matter = play.open(ACCEPTOR, "injury_recognition", case)
    with refused(Ground.RULE, "injury.applied_too_late"):
        play.do(ACCEPTOR, matter, "apply", play.application(applicant="worker", applicant_name="石磊"))
    with refused(Ground.GATE, "injury.recognised_once"):
        play.open(ACCEPTOR, "injury_recognition", case)


def test_an_employer_that_applies_late_bears_the_costs_before_it(play):
    case = play.case(injured_on="2025-07-01")
    play.recognised(case)
    play.facts(case)
    items = [
        {"kind": "medical", "spent": "5000", "incurred_on": "2025-07-02"},
        {"kind": "medical", "spent": "3000", "incurred_on": play.scene.today()},
    ]
    claim = play.approved(case, *items, allowed="1000")
    assert [row.payer for row in play.items(claim)] == ["employer", "fund"]


def test_the_decision_is_anothers_than_the_investigators(play):
    case = play.case()
    matter = play.open(ACCEPTOR, "injury_recognition", case)
    play.do(ACCEPTOR, matter, "apply", play.application())
    seat(play, FIRST, "injury_decider")
    play.do(FIRST, matter, "accept", {"is_complete": "on"})
    found = {"finding_text": "属实", "has_no_tie": "on"}
    play.do(FIRST, matter, "investigate", found)
    play.do(SECOND, matter, "second", found)
    with refused(Ground.CONFLICT, "separation.same_person"):
        play.do(FIRST, matter, "decide", play.decision())


def test_a_second_assessment_keeps_its_days_and_its_number_of_experts(recognised):
    play, case = recognised
    first = play.assessed(case, 9)
    again = play.open(SECRETARY, "injury_assessment", case)
    with refused(Ground.GATE, "injury.assessed_now"):
        play.open(SECRETARY, "injury_assessment", case)
    data = {"applied_on": play.scene.today(), "expert_count": "5", "is_again": "on"}
    play.do(SECRETARY, again, "apply", data)
    play.drawn(again, 3)
    with refused(Ground.GATE, "injury.not_drawn"):
        play.do(SECRETARY, again, "experts", {"is_drawn": "on"})
    row = InjuryAssessment.objects.get(pk=again.pk)
    assert (row.previous_id, row.expert_count) == (first.pk, 5)


def test_there_is_nothing_to_assess_again_before_the_first(recognised):
    play, case = recognised
    matter = play.open(SECRETARY, "injury_assessment", case)
    data = {"applied_on": play.scene.today(), "expert_count": "3", "is_again": "on"}
    with pytest.raises(BadInput):
        play.do(SECRETARY, matter, "apply", data)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id_no": "110105194912310021"}, "id_no"),
        ({"credit_code": "91990101MA8BTUTA8X"}, "credit_code"),
        ({"injured_on": "2026-01-01"}, "injured_on"),
        ({"insured_from_on": ""}, "insured_from_on"),
        ({"worker_name": ""}, "worker_name"),
    ],
)
def test_a_registration_with_a_fault_names_its_field_and_writes_nothing(play, change, field):
    before = Event.objects.count()
    with pytest.raises(InvalidForm) as caught:
        play.case(**change)
    assert field in caught.value.errors and Event.objects.count() == before


def test_an_employer_under_anothers_code_is_refused(play):
    with pytest.raises(BadInput):
        play.case(employer_name="澜汀市炘电机电安装有限公司")


def test_the_same_worker_is_one_person_in_two_injuries(play):
    first, second = play.case(), play.case(injured_on="2025-08-28")
    rows = Injury.objects.filter(pk__in=[first.pk, second.pk]).values_list("worker_id", flat=True)
    assert len(rows) == 2 and len(set(rows)) == 1


# ---- the claim and its money


def test_a_claim_is_entered_assessed_and_reviewed_by_three(recognised):
    play, case = recognised
    claim = play.claimed(case)
    seat(play, ACCEPTOR, "benefit_assessor")
    with refused(Ground.CONFLICT, "separation.same_person"):
        play.do(ACCEPTOR, claim, "assess", play.assessment(claim))
    play.do(ASSESSOR, claim, "assess", play.assessment(claim))
    seat(play, ASSESSOR, "benefit_reviewer")
    with refused(Ground.CONFLICT, "separation.same_person"):
        play.do(ASSESSOR, claim, "review", {"is_checked": "on", "opinion": "同意"})


@pytest.mark.parametrize("number", [ACCEPTOR, ASSESSOR, REVIEWER])
def test_who_touched_the_claim_does_not_pay_it(recognised, number):
    play, case = recognised
    play.fund()
    claim = play.approved(case)
    seat(play, number, "fund_payer")
    payment = play.open(PAYER, "injury_payment", claim)
    with refused(Ground.CONFLICT, "injury.same_hand"):
        play.do(number, payment, "make_order", play.order("worker"))


def test_money_is_paid_once_and_only_after_the_review(recognised):
    play, case = recognised
    claim = play.claimed(case)
    with refused(Ground.GATE, "injury.nothing_to_pay"):
        play.open(PAYER, "injury_payment", claim)
    play.do(ASSESSOR, claim, "assess", play.assessment(claim))
    play.do(REVIEWER, claim, "review", {"is_checked": "on", "opinion": "同意"})
    play.paid(claim, "worker", "10000")
    with refused(Ground.GATE, "injury.nothing_to_pay"):
        play.open(PAYER, "injury_payment", claim)
    [item] = play.items(claim)
    assert (item.paid, item.paid_on, item.route) == (Decimal("10000.00"), play.scene.today(), "worker")
    with refused(Ground.RULE, "injury.approved"):
        process.withdraw(
            matter_id=claim.pk, person_id=play.scene.person(ACCEPTOR), reason="误报", now=play.scene.now
        )


def test_an_account_changed_after_the_review_stops_the_money(recognised):
    play, case = recognised
    play.fund()
    claim = play.approved(case)
    payment = play.open(PAYER, "injury_payment", claim)
    play.do(PAYER, payment, "make_order", play.order("worker"))
    share = BenefitShare.objects.get(benefit_item__claim_id=claim.pk)
    share.account = play.fund()
    with recorded("test.tamper", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        act.save(share)
    with refused(Ground.RED_LINE, "red_line.account_changed"):
        play.do("21210", payment, "check_order", {"is_same": "on"})


def test_a_withdrawn_payment_frees_its_shares(recognised):
    play, case = recognised
    play.fund()
    claim = play.approved(case)
    payment = play.open(PAYER, "injury_payment", claim)
    process.withdraw(
        matter_id=payment.pk, person_id=play.scene.person(PAYER), reason="误开", now=play.scene.now
    )
    assert not PaymentApplication.objects.filter(pk=payment.pk).exists()
    play.paid(claim, "worker", "10000")


def test_an_order_goes_back_to_its_maker_and_is_made_anew(recognised):
    play, case = recognised
    play.fund()
    claim = play.approved(case)
    payment = play.open(PAYER, "injury_payment", claim)
    play.do(PAYER, payment, "make_order", play.order("worker"))
    with refused(Ground.RULE, "payment.order_made"):
        process.withdraw(
            matter_id=payment.pk, person_id=play.scene.person(PAYER), reason="误开", now=play.scene.now
        )
    play.back("21210", payment, "check_order", "make_order")
    play.do(PAYER, payment, "make_order", play.order("worker"))
    play.do("21210", payment, "check_order", {"is_same": "on"})
    assert PaymentApplication.objects.get(pk=payment.pk).status == "ordered"


def test_an_account_known_under_anothers_name_takes_no_benefit(recognised):
    play, case = recognised
    play.fund()
    with refused(Ground.RED_LINE, "injury.account_of_another"):
        play.claimed(case, account_no="9900000000000000500")


# ---- the employer's transfer


def transfer(play: InjuryPlay, item: BenefitItem, number: str = AGENT, **changes: object):
    document = play.paper(AGENT, item.claim.matter, "voucher", "employer_agent")
    given = {
        "item_id": item.pk,
        "document_id": document.pk,
        "amount": Decimal("12000"),
        "paid_on": play.scene.today(),
        "voucher_no": "ZZ1",
        "account_no": "9900000000000000501",
        **changes,
    }
    return enter_transfer(person_id=play.scene.person(number), now=play.scene.pass_time(hours=0.2), **given)


@pytest.fixture
def owing(recognised):
    """Two months of wages in paid leave, reviewed: 12,000 yuan that the employer owes."""
    play, case = recognised
    claim = play.approved(case, {"kind": "leave_wage", "quantity": "2"})
    return play, claim, play.items(claim)[0]


def test_the_employers_transfer_is_taken_once_and_marked_when_late(owing):
    play, _claim, item = owing
    play.scene.pass_time(working_days=8)
    row = transfer(play, item, amount=Decimal("5000"))
    assert row.due_on is not None and row.paid_on > row.due_on
    with refused(Ground.RED_LINE, "injury.transfer_reused"):
        transfer(play, item, amount=Decimal("5000"))
    with refused(Ground.RULE, "injury.transfer_sum"):
        transfer(play, item, amount=Decimal("7000.01"), voucher_no="ZZ2")
    transfer(play, item, amount=Decimal("7000"), voucher_no="ZZ3")
    item.refresh_from_db()
    assert item.paid == Decimal("12000.00") and item.employer_receipt_document_id is not None


def test_only_the_employers_own_agent_enters_it(owing):
    play, _claim, item = owing
    with pytest.raises(Refusal) as caught:
        transfer(play, item, number="40001")
    assert caught.value.ground is Ground.POST


@pytest.mark.parametrize(
    ("change", "field"),
    [({"document_id": 99999}, "file"), ({"voucher_no": " "}, "voucher_no")],
)
def test_a_transfer_without_its_proof_is_wrong_input(owing, change, field):
    play, _claim, item = owing
    with pytest.raises(BadInput) as caught:
        transfer(play, item, **change)
    assert caught.value.field == field


def test_a_transfer_lies_between_approval_and_today(owing):
    play, _claim, item = owing
    for day in (play.scene.today() + timedelta(days=1), item.approved_on - timedelta(days=1)):
        with pytest.raises(BadInput):
            transfer(play, item, paid_on=day)


def test_no_benefit_is_passed_to_anothers_account(owing):
    play, _claim, item = owing
    play.fund()
    with refused(Ground.RED_LINE, "injury.account_of_another"):
        transfer(play, item, account_no="9900000000000000500")
