from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract import services as contracts
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.payment import orders, queries, receipts
from lianjing.runtime.payment import services as payments
from lianjing.runtime.payment.invoices import register_invoices
from lianjing.runtime.payment.models import BankLine, Invoice, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.rules import OpeningSums, Standing
from lianjing.runtime.trail.models import Event
from tests.runtime.contract.office import TODAY, Office

pytestmark = pytest.mark.django_db
M = Decimal(1_000_000)
PAYEE, OTHER, PAYER = "99000000000000000101", "99000000000000000202", "99000000000000000303"
FIRST, SECOND = "99000000000000000001", "99000000000000000002"


class Till:
    """A contract of ten million with three million of verified work, and people to pay it."""

    def __init__(self) -> None:
        self.office = Office()
        self.project = self.office.project()
        self.firm = self.office.firm()
        self.payee = self.office.account(f"enterprise:{self.firm.pk}", PAYEE)
        self.payer = self.office.account(f"unit:{self.office.zone.pk}", PAYER, "管委会")
        self.contract = self.office.contract(self.project, self.firm, self.payee)
        self.verified = 3 * M
        self.changes = Decimal(0)

    def standing(self, application: PaymentApplication | None = None, **more: Any) -> Standing:
        wanted: dict[str, Any] = {"approved_changes": self.changes, "verified_value": self.verified, **more}
        return queries.standing(
            Contract.objects.get(pk=self.contract.pk),
            TODAY,
            excluding=application.pk if application else None,
            **wanted,
        )

    def apply(
        self, amount: Decimal = M, kind: str = "progress", matter: Matter | None = None, **columns: Any
    ) -> PaymentApplication:
        matter = matter or self.office.child(self.project)
        wanted: dict[str, Any] = {"payee_account": self.payee, "contract": self.contract, **columns}
        with self.office.act(self.office.officer, matter=matter) as act:
            standing = queries.standing(
                self.contract,
                TODAY,
                approved_changes=self.changes,
                verified_value=self.verified,
                excluding=matter.pk,
            )
            return payments.apply(act, matter=matter, kind=kind, amount=amount, standing=standing, **wanted)

    def by(
        self,
        person: Person,
        act_of: Callable[..., Any],
        application: PaymentApplication,
        *,
        days: int = 0,
        **more: Any,
    ) -> Any:
        application.refresh_from_db()
        with self.office.act(person, days=days, matter=application.matter) as act:
            return act_of(act, application, **more)

    def invoice(
        self, application: PaymentApplication, *numbers: str, amount: Decimal = M, **more: Any
    ) -> list[Invoice]:
        rows = [{"invoice_no": number, "issued_on": TODAY, "amount": amount, **more} for number in numbers]
        return self.by(self.office.officer, register_invoices, application, rows=rows)

    def approve(self, application: PaymentApplication) -> PaymentApplication:
        return self.by(self.office.lead, payments.approve, application, standing=self.standing(application))

    def make(
        self, application: PaymentApplication, person: Person | None = None, **more: Any
    ) -> PaymentOrder:
        wanted: dict[str, Any] = {"payer_account": self.payer, "standing": self.standing(application), **more}
        return self.by(person or self.office.members[0], orders.make_order, application, **wanted)

    def check(self, application: PaymentApplication, person: Person | None = None) -> PaymentOrder:
        return self.by(
            person or self.office.members[1],
            orders.check_order,
            application,
            standing=self.standing(application),
        )

    def release(self, application: PaymentApplication, person: Person | None = None) -> PaymentOrder:
        return self.by(
            person or self.office.members[2],
            orders.release_order,
            application,
            standing=self.standing(application),
        )

    def book(self, application: PaymentApplication, *, days: int = 1, **more: Any) -> BankLine:
        wanted: dict[str, Any] = {
            "bank_ref": "REF-1",
            "booked_on": TODAY,
            "amount": queries.sum_of(application),
            **more,
        }
        return self.by(self.office.members[0], receipts.book_receipt, application, days=days, **wanted)

    def pay(
        self, amount: Decimal = M, kind: str = "progress", *, bank_ref: str = "REF-1", **columns: Any
    ) -> PaymentApplication:
        application = self.apply(amount, kind, **columns)
        self.approve(application)
        self.make(application)
        self.check(application)
        self.release(application)
        self.book(application, bank_ref=bank_ref)
        application.refresh_from_db()
        return application


@pytest.fixture
def till() -> Till:
    return Till()


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.rule


def test_a_payment_goes_from_application_to_the_bank_line(till: Till) -> None:
    application = till.pay(payee_enterprise=till.firm)
    order = queries.order_of(application)
    assert order is not None
    assert (application.status, order.status, order.amount, order.paid_on) == ("paid", "paid", M, TODAY)
    assert len({order.maker_person_id, order.checker_person_id, order.approver_person_id}) == 3
    line = queries.receipt_of(application)
    assert line is not None
    assert (line.amount, line.direction, line.match_state, line.counterparty_account_hash) == (
        M,
        "out",
        "matched",
        till.payee.account_no_hash,
    )
    assert PAYEE not in str(till.payee.__dict__)
    assert (application.period_no, queries.next_period(till.contract), queries.next_period(None)) == (1, 2, 1)
    assert queries.paid_total(till.project.pk) == M
    assert list(queries.payments_of(till.contract)) == [application]


def test_paid_and_in_flight_money_stands_against_the_next_payment(till: Till) -> None:
    till.pay()
    till.apply(Decimal(500_000))
    standing = till.standing()
    assert (standing.paid, standing.in_flight, standing.verified_value) == (M, Decimal(500_000), 3 * M)
    assert refused(lambda: till.apply(Decimal("1410000.01"))) == "red_line.over_progress"
    assert till.apply(Decimal(1_410_000)).status == "in_review"


def test_a_withdrawn_application_no_longer_counts(till: Till) -> None:
    application = till.apply()
    with till.office.act() as act:
        application.matter.status = "closed"
        act.save(application.matter)
    assert till.standing().in_flight == 0
    till.by(till.office.officer, payments.refuse_application, till.apply(Decimal(5)))
    assert till.standing().in_flight == 0


def test_contract_plus_approved_changes_bounds_everything(till: Till) -> None:
    till.verified = 30 * M
    assert refused(lambda: till.apply(10 * M + 1)) == "red_line.over_contract"
    assert Event.objects.filter(refused_rule="red_line.over_contract", clause="zone_funds#12").count() == 1
    till.changes = Decimal(1)
    assert till.apply(10 * M + 1).amount == 10 * M + 1


def test_a_red_line_holds_at_every_later_step_too(till: Till) -> None:
    application = till.apply(2 * M)
    till.approve(application)
    till.verified = M  # the confirmed progress was corrected downwards meanwhile
    assert refused(lambda: till.make(application)) == "red_line.over_progress"
    till.verified = 3 * M
    till.make(application)
    till.verified = M
    assert refused(lambda: till.check(application)) == "red_line.over_progress"
    till.verified = 3 * M
    till.check(application)
    till.verified = M
    assert refused(lambda: till.release(application)) == "red_line.over_progress"


def test_the_agreed_account_is_paid_and_no_other(till: Till) -> None:
    other = till.office.account(f"enterprise:{till.firm.pk}", OTHER)
    assert refused(lambda: till.apply(payee_account=other)) == "red_line.account_changed"
    application = till.apply()
    till.approve(application)
    Contract.objects.filter(pk=till.contract.pk).update(payee_account=other)
    assert refused(lambda: till.make(application)) == "red_line.account_changed"


def test_after_an_approved_change_only_the_new_account_is_paid(till: Till) -> None:
    other = till.office.account(f"enterprise:{till.firm.pk}", OTHER)
    matter = till.office.child(till.project, "account_change")
    with till.office.act(till.office.lead) as act:
        change = contracts.propose_account_change(
            act, matter=matter, contract=till.contract, new_account=other, reason="开户行撤并"
        )
        contracts.approve_account_change(act, change)
    till.contract.refresh_from_db()
    assert refused(till.apply) == "red_line.account_changed"
    assert till.apply(payee_account=other).payee_account == other


def test_an_invoice_serves_one_live_application(till: Till) -> None:
    first, second = till.apply(), till.apply(Decimal(100))
    till.invoice(first, FIRST)
    assert refused(lambda: till.invoice(second, FIRST)) == "red_line.duplicate_invoice"
    assert refused(lambda: till.invoice(second, SECOND, SECOND)) == "red_line.duplicate_invoice"
    assert till.invoice(second, SECOND)[0].supplier_enterprise == till.firm
    assert queries.invoiced(first) == M


def test_a_refused_or_withdrawn_application_gives_its_invoice_free(till: Till) -> None:
    first = till.apply()
    till.invoice(first, FIRST)
    till.by(till.office.officer, payments.refuse_application, first)
    second = till.apply()
    till.invoice(second, FIRST)
    with till.office.act() as act:
        second.matter.status = "terminated"
        act.save(second.matter)
    third = till.apply()
    assert till.invoice(third, FIRST)[0].payment_application == third
    assert Invoice.objects.filter(status="void").count() == 2


def test_invoices_entered_again_replace_the_former_ones(till: Till) -> None:
    application = till.apply()
    till.invoice(application, FIRST)
    till.invoice(application, FIRST, SECOND, amount=Decimal(7))
    assert queries.invoiced(application) == 14
    till.invoice(application, SECOND, amount=Decimal(9))
    assert [row.invoice_no for row in queries.invoices_of(application)] == [SECOND]


@pytest.mark.parametrize(
    "row",
    [
        {"invoice_no": "123"},
        {"amount": Decimal(0)},
        {"issued_on": TODAY + timedelta(days=1)},
        {"invoice_code": "1"},
    ],
)
def test_a_broken_invoice_is_named_by_its_row(till: Till, row: dict[str, Any]) -> None:
    application = till.apply()
    wanted = [
        {"invoice_no": FIRST, "issued_on": TODAY, "amount": M},
        {"invoice_no": SECOND, "issued_on": TODAY, "amount": M, **row},
    ]
    with pytest.raises(BadInput, match="第2张") as caught:
        till.by(till.office.officer, register_invoices, application, rows=wanted)
    assert caught.value.field == "invoices-1"
    assert not Invoice.objects.exists()


def test_an_invoice_of_another_firm_and_too_small_a_sum_are_not_taken(till: Till) -> None:
    application = till.apply()
    with pytest.raises(BadInput, match="开票方"):
        till.invoice(application, FIRST, supplier_enterprise=till.office.firm(1))
    with pytest.raises(BadInput, match="不足"):
        rows = [{"invoice_no": FIRST, "issued_on": TODAY, "amount": M - 1}]
        till.by(till.office.officer, register_invoices, application, rows=rows, must_cover=M)


def test_reviews_only_cut(till: Till) -> None:
    application = till.apply()
    till.by(till.office.lead, payments.cut, application, approved=M - 5)
    assert (
        refused(lambda: till.by(till.office.lead, payments.cut, application, approved=M - 4))
        == "red_line.over_audited"
    )
    with pytest.raises(BadInput):
        till.by(till.office.lead, payments.cut, application, approved=Decimal(-1))
    till.approve(application)
    assert till.make(application).amount == M - 5


def test_a_sum_cut_to_nothing_is_not_approved(till: Till) -> None:
    application = till.apply()
    till.by(till.office.lead, payments.cut, application, approved=Decimal(0))
    with pytest.raises(BadInput):
        till.approve(application)


def test_an_order_needs_three_persons_in_their_order(till: Till) -> None:
    maker, checker, _releaser = till.office.members[:3]
    application = till.apply()
    assert refused(lambda: till.make(application)) == "payment.not_approved"
    till.approve(application)
    assert refused(lambda: till.check(application)) == "payment.order_stage"
    till.make(application, maker)
    assert refused(lambda: till.check(application, maker)) == "payment.same_hand"
    assert refused(lambda: till.release(application)) == "payment.order_stage"
    till.check(application, checker)
    for person in (maker, checker):
        assert refused(lambda person=person: till.release(application, person)) == "payment.same_hand"
    assert refused(lambda: till.book(application)) == "payment.order_stage"
    assert till.release(application).status == "issued"


def test_the_system_makes_no_order(till: Till) -> None:
    application = till.apply()
    till.approve(application)
    application.refresh_from_db()
    with pytest.raises(Refusal) as caught, till.office.act() as act:
        orders.make_order(act, application, payer_account=till.payer, standing=till.standing(application))
    assert caught.value.ground is Ground.POST


def test_there_is_one_live_order_for_an_application(till: Till) -> None:
    application = till.apply()
    till.approve(application)
    till.make(application)
    assert refused(lambda: till.make(application)) == "payment.not_approved"
    PaymentApplication.objects.filter(pk=application.pk).update(status="approved")
    assert refused(lambda: till.make(application, order_no="ZF-9")) == "payment.order_exists"
    assert PaymentOrder.objects.count() == 1


def test_an_order_number_is_used_once(till: Till) -> None:
    first, second = till.apply(), till.apply(Decimal(1))
    till.approve(first)
    till.approve(second)
    till.make(first, order_no="ZF-1")
    assert refused(lambda: till.make(second, order_no="ZF-1")) == "payment.order_exists"


def test_an_order_changed_behind_the_back_is_not_released(till: Till) -> None:
    application = till.apply()
    till.approve(application)
    order = till.make(application)
    PaymentOrder.objects.filter(pk=order.pk).update(amount=2 * M)
    assert refused(lambda: till.check(application)) == "red_line.over_audited"
    PaymentOrder.objects.filter(pk=order.pk).update(amount=M, payee_account=till.payer)
    assert refused(lambda: till.check(application)) == "red_line.account_changed"


def test_nothing_is_refused_or_applied_for_again_once_the_order_is_made(till: Till) -> None:
    application = till.apply()
    till.approve(application)
    till.make(application)
    assert (
        refused(lambda: till.by(till.office.lead, payments.refuse_application, application))
        == "payment.order_made"
    )
    assert refused(lambda: till.apply(matter=application.matter)) == "payment.decided"
    assert refused(lambda: till.approve(application)) == "payment.decided"


def test_a_returned_or_cancelled_order_makes_room_for_another(till: Till) -> None:
    application = till.apply()
    till.approve(application)
    till.make(application)
    with pytest.raises(BadInput):
        till.by(till.office.lead, orders.cancel_order, application, reason=" ")
    till.by(till.office.lead, orders.cancel_order, application, reason="付款账户有误")
    till.make(application)
    assert (
        refused(lambda: till.by(till.office.lead, orders.return_order, application, reason="退汇"))
        == "payment.order_stage"
    )
    till.check(application)
    till.release(application)
    till.by(till.office.lead, orders.return_order, application, reason="银行退汇")
    order = till.make(application)
    assert order.order_no.endswith("-3")
    assert till.standing().in_flight == M


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"amount": M - 1}, "amount"),
        ({"bank_ref": "  "}, "bank_ref"),
        ({"booked_on": TODAY + timedelta(days=9)}, "booked_on"),
        ({"booked_on": TODAY - timedelta(days=1)}, "booked_on"),
        ({"payee_account_no": OTHER}, "payee_account_no"),
    ],
)
def test_a_receipt_of_something_else_is_not_booked(till: Till, more: dict[str, Any], field: str) -> None:
    application = till.apply()
    till.approve(application)
    till.make(application)
    till.check(application)
    till.release(application)
    with pytest.raises(BadInput) as caught:
        till.book(application, **more)
    assert caught.value.field == field
    assert till.book(application, payee_account_no=PAYEE).match_state == "matched"


def test_a_bank_reference_is_booked_once(till: Till) -> None:
    till.pay(bank_ref="REF-7")
    assert refused(lambda: till.pay(Decimal(10), bank_ref="REF-7")) == "payment.bank_ref_used"
    assert BankLine.objects.count() == 1


def test_an_application_sent_back_is_entered_again_on_the_same_row(till: Till) -> None:
    application = till.apply()
    again = till.apply(Decimal(3), matter=application.matter)
    assert (again.pk, again.amount, again.period_no, PaymentApplication.objects.count()) == (
        application.pk,
        Decimal(3),
        1,
        1,
    )


@pytest.mark.parametrize(
    "columns",
    [{"amount": Decimal(0)}, {"amount": Decimal(-1)}, {"retention": Decimal(-1)}, {"labour_share": M + 1}],
)
def test_sums_that_make_no_sense_are_not_taken(till: Till, columns: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        till.apply(**columns)


def test_a_contract_payment_without_its_standing_is_a_fault_of_the_program(till: Till) -> None:
    application = till.apply()
    with pytest.raises(ValueError, match="standing"):
        payments.enforce(application, None)


def test_advance_and_retention_are_tracked_through_payments(till: Till) -> None:
    till.pay(M, "advance", bank_ref="A")
    assert (till.standing().advances, till.standing().advance_outstanding, till.standing().advance_limit) == (
        M,
        M,
        M,
    )
    till.pay(M, "progress", advance_deducted=Decimal(400_000), retention=Decimal(90_000), bank_ref="B")
    standing = till.standing()
    assert (standing.advance_outstanding, standing.retention_held, standing.paid) == (
        Decimal(600_000),
        Decimal(90_000),
        2 * M,
    )
    till.apply(Decimal(90_000), "retention")
    assert till.standing().retention_held == 0
    assert refused(lambda: till.apply(Decimal(1), "retention")) == "red_line.over_progress"


def test_opening_sums_count_and_nothing_is_paid_without_them(till: Till) -> None:
    with till.office.act() as act:
        for matter in (till.project, till.contract.matter):
            matter.onboarding = "taken_over"
            act.save(matter)
    till.contract = Contract.objects.get(pk=till.contract.pk)
    assert queries.needs_opening_sums(till.contract)
    assert refused(till.apply) == "red_line.no_opening_sums"
    opening = OpeningSums(
        change_amount=M,
        verified_value=9 * M,
        advance_outstanding=Decimal(0),
        retention_held=Decimal(270_000),
        paid_to_date=8 * M,
    )
    standing = till.standing(opening=opening, verified_value=Decimal(0))
    assert (standing.ceiling, standing.paid, standing.verified_value, standing.retention_held) == (
        11 * M,
        8 * M,
        9 * M,
        Decimal(270_000),
    )
    assert not standing.is_opening_missing
    assert standing.agreed_account_id == till.payee.pk


def test_a_contract_signed_here_in_a_taken_over_project_needs_no_opening_sums(till: Till) -> None:
    with till.office.act() as act:
        till.project.onboarding = "taken_over"
        act.save(till.project)
    till.contract = Contract.objects.get(pk=till.contract.pk)
    assert till.apply().status == "in_review"


def test_the_opening_account_serves_where_the_contract_names_none(till: Till) -> None:
    Contract.objects.filter(pk=till.contract.pk).update(payee_account=None)
    till.contract = Contract.objects.get(pk=till.contract.pk)
    assert till.standing().agreed_account_id is None
    assert (
        till.standing(opening=OpeningSums(payee_account_id=till.payee.pk)).agreed_account_id == till.payee.pk
    )


def test_a_payment_booked_after_the_day_counts_as_in_flight_on_it(till: Till) -> None:
    till.pay()
    before = queries.standing(till.contract, TODAY - timedelta(days=1), verified_value=3 * M)
    assert (before.paid, before.in_flight) == (Decimal(0), M)


def test_overdue_applications_are_listed_by_their_term(till: Till) -> None:
    late = till.apply(due_on=TODAY)
    till.apply(Decimal(1), due_on=TODAY + timedelta(days=5))
    assert list(queries.overdue(TODAY + timedelta(days=1))) == [late]
