"""Reads of payments: how a contract stands, what is in flight, which invoices are used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import advance_limit, agreed_account_id, original_amount
from lianjing.runtime.payment.models import BankLine, Invoice, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.rules import NOTHING, OpeningSums, Standing

IN_FLIGHT = ("in_review", "approved", "ordered", "held")
LIVE_MATTER = ("draft", "open", "suspended")
LIVE_INVOICE = ("verified", "unverified")
LIVE_ORDER = ("made", "checked", "issued", "paid")


def sum_of(application: PaymentApplication) -> Decimal:
    """Return what the application stands for: the approved sum, before it the sum applied for."""
    return application.approved if application.approved is not None else application.amount or NOTHING


def in_flight(contract: Contract) -> QuerySet[PaymentApplication]:
    """Return the live applications of a contract that are not paid; those of withdrawn matters do not count.

    Once an order stands, the money may leave whatever became of the matter.
    """
    is_live = Q(status="ordered") | Q(matter__status__in=LIVE_MATTER)
    return PaymentApplication.objects.filter(is_live, contract=contract, status__in=IN_FLIGHT)


def paid_applications(contract: Contract) -> QuerySet[PaymentApplication]:
    """Return the paid applications of a contract, oldest first."""
    return PaymentApplication.objects.filter(contract=contract, status="paid").order_by("pk")


def standing(
    contract: Contract,
    on: date,
    *,
    approved_changes: Decimal = NOTHING,
    verified_value: Decimal = NOTHING,
    settlement: Decimal | None = None,
    opening: OpeningSums | None = None,
    excluding: int | None = None,
) -> Standing:
    """Return how the contract stands for a payment (F3); the application `excluding` (matter id) is left out.

    The domain gives what it knows: changes approved on the platform, the cumulative verified value (which includes
    the opening value; the opening sum is only its floor) and the approved settlement. A payment booked after `on`
    counts as in flight. Call it inside the act that holds the chain of the project, so that no other payment
    moves in between.
    """
    opened = opening or OpeningSums()
    paid = list(paid_applications(contract).exclude(pk=excluding))
    flying = list(in_flight(contract).exclude(pk=excluding))
    later = _paid_after(on, paid)
    counted = [row for row in paid if row.pk not in later]
    open_ones = [row for row in paid if row.pk in later] + flying
    advances = opened.advance_outstanding + _total(row for row in paid + flying if row.kind == "advance")
    released = _total(row for row in paid + flying if row.kind == "retention")
    return Standing(
        contract_amount=original_amount(contract),
        approved_changes=approved_changes + opened.change_amount,
        verified_value=max(verified_value, opened.verified_value),
        advance_outstanding=max(
            NOTHING, advances - sum((row.advance_deducted or NOTHING for row in paid + flying), NOTHING)
        ),
        paid=opened.paid_to_date + _total(counted),
        in_flight=_total(open_ones),
        retention_held=opened.retention_held
        + sum((row.retention or NOTHING for row in counted), NOTHING)
        - released,
        agreed_account_id=agreed_account_id(contract)
        if contract.payee_account_id
        else opened.payee_account_id,
        settlement=settlement,
        advances=advances,
        advance_limit=max(advance_limit(contract), opened.advance_outstanding),
        retention_ratio=contract.retention_ratio or NOTHING,
        is_opening_missing=opening is None and needs_opening_sums(contract),
    )


def needs_opening_sums(contract: Contract) -> bool:
    """True for a contract that was made before the platform in a project imported or taken over (zone_funds#17)."""
    is_imported = contract.project.onboarding in ("archive", "taken_over")
    is_older = contract.matter.is_before_platform or contract.matter.onboarding in ("archive", "taken_over")
    return is_imported and is_older


def _paid_after(on: date, applications: Iterable[PaymentApplication]) -> set[int]:
    orders = PaymentOrder.objects.filter(
        payment_application__in=list(applications), status="paid", paid_on__gt=on
    )
    return set(orders.values_list("payment_application_id", flat=True))


def _total(applications: Iterable[PaymentApplication]) -> Decimal:
    return sum((sum_of(application) for application in applications), NOTHING)


def used_elsewhere(
    invoices: Iterable[tuple[str, str]], *, application_id: int | None
) -> set[tuple[str, str]]:
    """Return those of the invoices (code, number) that another live or paid application uses."""
    found = set()
    for code, number in invoices:
        rows = Invoice.objects.filter(invoice_code=code, invoice_no=number, status__in=LIVE_INVOICE)
        rows = rows.exclude(payment_application_id=application_id).select_related(
            "payment_application__matter"
        )
        if any(not is_dead(row.payment_application) for row in rows):
            found.add((code, number))
    return found


def is_dead(application: PaymentApplication) -> bool:
    """True for an application that will never be paid: refused, or its matter withdrawn or ended."""
    if application.status in ("paid", "ordered"):
        return False
    return application.status == "refused" or application.matter.status not in LIVE_MATTER


def invoices_of(application: PaymentApplication) -> QuerySet[Invoice]:
    """Return the invoices behind an application that still count."""
    return Invoice.objects.filter(payment_application=application, status__in=LIVE_INVOICE).order_by("pk")


def invoiced(application: PaymentApplication) -> Decimal:
    """Return the sum of an application's invoices."""
    return invoices_of(application).aggregate(total=Sum("amount"))["total"] or NOTHING


def orders_of(application: PaymentApplication) -> list[PaymentOrder]:
    """Return the live orders of an application: the payee's own first, then that of the wage share."""
    return list(
        PaymentOrder.objects.filter(payment_application=application, status__in=LIVE_ORDER)
        .select_related("payee_account")
        .order_by("pk")
    )


def order_of(application: PaymentApplication) -> PaymentOrder | None:
    """Return the first live order of an application."""
    return next(iter(orders_of(application)), None)


def receipt_of(application: PaymentApplication) -> BankLine | None:
    """Return the bank line by which an application was paid."""
    return (
        BankLine.objects.filter(payment_order__payment_application=application, match_state="matched")
        .order_by("-pk")
        .first()
    )


def payments_of(contract: Contract) -> QuerySet[PaymentApplication]:
    """Return all applications of a contract in their order."""
    return (
        PaymentApplication.objects.filter(contract=contract)
        .select_related("matter", "payee_account")
        .order_by("period_no", "pk")
    )


def paid_total(project_matter_id: int) -> Decimal:
    """Return what was paid for a project on the platform."""
    rows = PaymentApplication.objects.filter(project_id=project_matter_id, status="paid")
    return _total(rows)


def next_period(contract: Contract | None) -> int:
    """Return the number of the next application of a contract: one after the last that was not refused."""
    if contract is None:
        return 1
    last = (
        PaymentApplication.objects.filter(contract=contract)
        .exclude(status="refused")
        .order_by("-period_no")
        .first()
    )
    return (last.period_no or 0) + 1 if last else 1


def overdue(on: date) -> QuerySet[PaymentApplication]:
    """Return live applications whose term of payment has passed (zone_funds#10)."""
    live = PaymentApplication.objects.filter(
        status__in=IN_FLIGHT, matter__status__in=LIVE_MATTER, due_on__lt=on
    )
    return live.select_related("matter", "contract").order_by("due_on")
