"""The payment through the real services: reviews, dissent, returns, red lines, order and receipt."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.queries import review_lines, standing_of
from lianjing.domains.works.queries.reviews import review_views
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.payment.models import BankLine, BudgetLine, Invoice, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.queries import overdue
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import Opinion, Review
from lianjing.runtime.process.timers import fire_due
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import (
    AUDITOR,
    CHECKER,
    CONTRACTS,
    ECO,
    FINANCE_HEAD,
    FUNDS,
    LEAD,
    LEADER,
    MAKER,
    OFFICER,
    PLN,
    SECRETARY,
    refused,
)


def application(matter):
    return PaymentApplication.objects.get(pk=matter.pk)


def test_a_payment_below_the_tier_reaches_the_receipt(contracted):
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "400000")
    play.checked(matter, "390000")
    play.opinions(matter)
    play.financed(matter)
    play.ordered(matter)
    play.released(matter)
    play.receipted(matter, "390000")
    row = application(matter)
    assert (row.status, row.approved, row.period_no) == ("paid", Decimal("390000.00"), 1)
    assert [line.is_standing for line in review_lines(row)] == [True] * 5
    assert BankLine.objects.get().match_state == "matched"
    not_required = Review.objects.get(matter=matter, kind="collective")
    assert (not_required.result, not_required.person_id, not_required.clause) == (
        "not_required",
        None,
        "zone_collective#7",
    )
    cut = Review.objects.get(matter=matter, kind="internal")
    assert (cut.result, cut.cut) == ("pass_with_cut", Decimal("10000.00"))
    matter.refresh_from_db()
    assert matter.status == "closed"


def test_a_contract_that_is_not_on_the_platform_is_not_paid(contracted):
    play, project, contract = contracted
    matter = play.open(OFFICER, "works_payment", project)
    with refused(Ground.RULE, "payment.not_on_platform"):
        play.do(OFFICER, matter, "apply", {**play.claim(contract, "advance", "100"), "contract": "424242"})
    assert Event.objects.filter(
        matter_id=matter.pk, refused_rule="payment.not_on_platform", clause="zone_funds#1"
    ).exists()


def test_the_sum_is_computed_and_never_typed_in(building):
    play, project, contract = building
    report = play.progressed(project, contract, "20", "9000000")
    data = play.claim(
        contract,
        "progress",
        progress_report=report.pk,
        retention="270000",
        other_deduction="1000",
        gross="1",
        amount="9",
        invoiced="9000000",
    )
    matter = play.open(OFFICER, "works_payment", project)
    play.do(OFFICER, matter, "apply", data)
    row = application(matter)
    assert row.amount == Decimal("9000000.00") * Decimal("0.8") - Decimal("271000.00")
    assert row.certified_value == Decimal("9000000.00")


def test_the_same_progress_is_not_claimed_twice(building):
    play, project, contract = building
    report = play.progressed(project, contract, "20", "9000000")
    first = play.open(OFFICER, "works_payment", project)
    play.do(
        OFFICER,
        first,
        "apply",
        play.claim(contract, "progress", progress_report=report.pk, invoiced="7200000"),
    )
    second = play.open(OFFICER, "works_payment", project)
    with pytest.raises(BadInput):
        play.do(
            OFFICER,
            second,
            "apply",
            play.claim(contract, "progress", progress_report=report.pk, invoiced="7200000"),
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "wage"),
        ("gross", ""),
        ("gross", "-5"),
        ("gross", "10000000000"),
        ("gross", "一百"),
        ("received_on", "2099-01-01"),
        ("budget_line", "999"),
        ("budget_line", ""),
        ("payee_account", "999"),
        ("invoices", [{"invoice_no": "", "issued_on": "x", "amount": "0"}]),
    ],
)
def test_a_wrong_field_of_the_application_is_named(contracted, field, value):
    play, project, contract = contracted
    matter = play.open(OFFICER, "works_payment", project)
    with pytest.raises(InvalidForm) as caught:
        play.do(OFFICER, matter, "apply", {**play.claim(contract, "advance", "100000"), field: value})
    assert field in caught.value.errors
    assert not PaymentApplication.objects.exists()


def test_invoices_cover_the_claim_and_serve_once(contracted):
    play, project, contract = contracted
    matter = play.open(OFFICER, "works_payment", project)
    with pytest.raises(BadInput):
        play.do(OFFICER, matter, "apply", play.claim(contract, "advance", "100000", invoiced="99999.99"))
    data = play.claim(contract, "advance", "100000")
    play.do(OFFICER, matter, "apply", data)
    second = play.open(OFFICER, "works_payment", project)
    with refused(Ground.RED_LINE, "red_line.duplicate_invoice"):
        play.do(OFFICER, second, "apply", data)


def test_an_account_without_its_own_approval_is_refused_and_with_it_paid(contracted):
    play, project, contract = contracted
    change = play.open(CONTRACTS, "works_account_change", project)
    firm = contract.enterprise.name
    data = {
        "contract": contract.pk,
        "holder_name": firm,
        "account_no": "9900000000000000202",
        "bank_name": "另一银行",
        "reason": "开户行迁移",
    }
    with refused(Ground.RULE, "account.other_holder"):
        play.do(CONTRACTS, change, "apply", {**data, "holder_name": "他人公司"})
    play.do(CONTRACTS, change, "apply", data)
    new = Account.objects.get(account_no_masked__endswith="202")
    matter = play.open(OFFICER, "works_payment", project)
    with refused(Ground.RED_LINE, "red_line.account_changed"):
        play.do(OFFICER, matter, "apply", play.claim(contract, "advance", "100000", payee_account=new.pk))
    play.do(FUNDS, change, "check", {"is_called_back": "on", "is_own": "on", "opinion": "已回拨"})
    with refused(Ground.RED_LINE, "red_line.account_changed"):
        play.do(OFFICER, matter, "apply", play.claim(contract, "advance", "100000", payee_account=new.pk))
    play.do(LEADER, change, "approve")
    contract.refresh_from_db()
    assert contract.payee_account_id == new.pk
    play.do(OFFICER, matter, "apply", play.claim(contract, "advance", "100000"))
    play.audited(matter, "100000")
    play.checked(matter, "100000")
    play.opinions(matter)
    assert play.scene.item(matter, "collective")  # a changed account goes to the party committee


def test_an_account_changed_during_the_reviews_stops_the_order(contracted):
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "100000")
    change = play.open(CONTRACTS, "works_account_change", project)
    data = {
        "contract": contract.pk,
        "holder_name": contract.enterprise.name,
        "account_no": "9900000000000000202",
        "bank_name": "另一银行",
        "reason": "迁移",
    }
    play.do(CONTRACTS, change, "apply", data)
    play.do(FUNDS, change, "check", {"is_called_back": "on", "is_own": "on", "opinion": "已回拨"})
    play.do(LEADER, change, "approve")
    with refused(Ground.RED_LINE, "red_line.account_changed"):
        play.audited(matter, "100000")


def test_a_cut_is_never_raised_again_and_needs_its_reason(contracted):
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    with refused(Ground.RULE, "review.above_ceiling"):
        play.audited(matter, "400000.01")
    with pytest.raises(InvalidForm):
        play.do(AUDITOR, matter, "audit", {"approved": "300000", "opinion": "核减"})
    play.audited(matter, "300000")
    with refused(Ground.RULE, "review.above_ceiling"):
        play.checked(matter, "300000.01")
    with pytest.raises(InvalidForm):
        play.do(LEAD, matter, "internal", {"approved": "300000", "opinion": "好"})


def test_opinions_are_kept_and_lateness_is_marked(contracted):
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "400000")
    play.checked(matter, "400000")
    play.do(ECO, matter, "joint", {"result": "agree_with_changes", "opinion": "请补资料"}, "ECO")
    play.scene.pass_time(working_days=9)
    fire_due(play.scene.now)
    play.do(PLN, matter, "joint", {"result": "not_concerned", "opinion": "无"}, "PLN")
    late = {
        opinion.unit.code: opinion.is_overdue
        for opinion in Opinion.objects.filter(matter=matter).select_related("unit")
    }
    assert late == {"ECO": False, "PLN": True}
    assert play.scene.item(matter, "joint", "LAW")  # silence is no consent: the third is still awaited
    assert review_lines(application(matter))[2].waiting == ("法制科",)


def test_a_dissent_stops_finance_until_a_meeting_decides(contracted):
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "400000")
    play.checked(matter, "400000")
    play.opinions(matter, LAW="disagree")
    with refused(Ground.RULE, "joint.disagreed"):
        play.financed(matter)
    play.decided(matter, kind="director", amount="399999.99")
    with refused(Ground.RULE, "collective.amount"):
        play.financed(matter)
    play.decided(matter, kind="director", amount="400000")
    play.financed(matter)
    play.ordered(matter)
    assert PaymentOrder.objects.get().amount == Decimal("400000.00")


def test_a_returned_payment_is_reviewed_anew(contracted):
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "350000")
    play.checked(matter, "350000")
    play.opinions(matter)
    play.back(FUNDS, matter, "finance", "apply")
    invoice = Invoice.objects.get()
    data = play.claim(contract, "advance", "380000")
    data["invoices"] = [
        {
            "invoice_code": "",
            "invoice_no": invoice.invoice_no,
            "issued_on": invoice.issued_on,
            "amount": "400000",
        }
    ]
    play.do(OFFICER, matter, "apply", data)
    assert review_views(matter.pk) == []
    row = application(matter)
    assert (row.amount, row.approved, row.period_no) == (Decimal("380000.00"), None, 1)
    play.audited(matter, "380000")
    assert [view.kind for view in review_views(matter.pk)] == ["audit"]


def test_the_meeting_must_be_the_body_that_the_table_named(contracted):
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "2000000")
    play.audited(matter, "2000000")
    play.checked(matter, "2000000")
    play.opinions(matter)
    play.decided(matter, kind="director", amount="2000000")
    with refused(Ground.RULE, "collective.not_passed"):
        play.do(SECRETARY, matter, "collective", {"opinion": "通过"})


def test_no_budget_no_conclusion(contracted):
    play, project, contract = contracted
    line = BudgetLine.objects.get()
    matter = play.applied(project, contract, "advance", "400000")
    BudgetLine.objects.filter(pk=line.pk).update(amount=Decimal("399999.99"))
    play.audited(matter, "400000")
    play.checked(matter, "400000")
    play.opinions(matter)
    with refused(Ground.RULE, "finance.no_budget"):
        play.financed(matter)


def test_an_order_is_made_checked_and_released_by_three_and_not_withdrawn(contracted):
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "400000")
    play.checked(matter, "400000")
    play.opinions(matter)
    play.financed(matter)
    play.ordered(matter)
    with refused(Ground.RULE, "payment.order_made"):
        process.withdraw(
            matter_id=matter.pk, person_id=play.scene.person(OFFICER), reason="撤", now=play.scene.now
        )
    for number in (MAKER, FINANCE_HEAD, FUNDS, OFFICER):
        with pytest.raises(Refusal):
            play.do(number, matter, "check_order", {"is_same": "on"})
    play.do(CHECKER, matter, "check_order", {"is_same": "on"})
    play.do(FINANCE_HEAD, matter, "release", {"is_released": "on"})
    with pytest.raises(BadInput):
        play.receipted(matter, "400000.01")


def test_a_withdrawn_application_frees_its_invoice_and_its_sum(contracted):
    play, project, contract = contracted
    data = play.claim(contract, "advance", "400000")
    matter = play.open(OFFICER, "works_payment", project)
    play.do(OFFICER, matter, "apply", data)
    day = play.scene.today()
    assert standing_of(contract, day).in_flight == Decimal("400000.00")
    process.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(OFFICER), reason="有误", now=play.scene.now
    )
    assert standing_of(contract, day).in_flight == 0
    again = play.open(OFFICER, "works_payment", project)
    play.do(OFFICER, again, "apply", data)


def test_two_applications_in_flight_do_not_pass_the_ceiling_together(contracted):
    play, project, contract = contracted
    play.applied(project, contract, "advance", "2400000")
    with refused(Ground.RED_LINE, "red_line.over_progress"):
        play.applied(project, contract, "advance", "2400000.01")


def test_a_small_firms_clock_runs_from_delivery(contracted):
    play, project, contract = contracted
    firm = Enterprise.objects.get(pk=contract.enterprise_id)
    assert firm.size_class == "small"
    delivered = play.scene.today() - timedelta(days=3)
    matter = play.applied(project, contract, "advance", "400000", delivered_on=delivered)
    row = application(matter)
    assert (row.is_payee_sme, row.due_on) == (True, delivered + timedelta(days=30))
    matter.refresh_from_db()
    assert matter.due_on == row.due_on
    assert list(overdue(row.due_on)) == [] and list(overdue(row.due_on + timedelta(days=1))) == [row]
