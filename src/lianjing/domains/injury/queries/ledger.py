"""Reads of the entitlement ledger: items, vouchers, shares, what is owed, paid, passed on, confirmed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from lianjing.domains.injury.models import (
    AdvanceProof,
    BenefitClaim,
    BenefitItem,
    BenefitShare,
    Injury,
    TransferToWorker,
)
from lianjing.domains.injury.rules.clock import is_late_employer
from lianjing.domains.injury.rules.entitlement import EMPLOYER as PAID_BY_EMPLOYER
from lianjing.domains.injury.rules.entitlement import NOTHING, Asked, Case
from lianjing.domains.injury.rules.proof import EMPLOYER, WORKER
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.payment.clock import terms_of
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.payment.term import Term
from lianjing.runtime.process.clocks import calendar

LIVE = ("draft", "open", "suspended", "closed")


def items_of(claim_id: int | None) -> list[BenefitItem]:
    """Return the lines of a claim in their order."""
    rows = BenefitItem.objects.filter(claim_id=claim_id).select_related("clause__regulation", "injury")
    return list(rows.order_by("pk"))


def proofs_of(item_ids: Collection[int]) -> QuerySet[AdvanceProof]:
    """Return the vouchers of these items."""
    return AdvanceProof.objects.filter(benefit_item_id__in=item_ids).order_by("pk")


def proven(item_id: int) -> Decimal:
    """Return the advance that was checked for an item."""
    rows = AdvanceProof.objects.filter(benefit_item_id=item_id, is_verified=True)
    return rows.aggregate(total=Sum("amount"))["total"] or NOTHING


def vouchers_used(besides_claim: int | None) -> set[str]:
    """Return the voucher numbers of all other claims that were not withdrawn."""
    rows = AdvanceProof.objects.exclude(benefit_item__claim_id=besides_claim)
    rows = rows.exclude(benefit_item__claim__matter__outcome="withdrawn")
    return set(rows.values_list("voucher_no", flat=True))


def shares_of(item_ids: Collection[int]) -> QuerySet[BenefitShare]:
    """Return to whom these items go."""
    return BenefitShare.objects.filter(benefit_item_id__in=item_ids).select_related("account").order_by("pk")


def shares_open(claim_id: int | None, payment_id: int | None = None) -> QuerySet[BenefitShare]:
    """Return what the fund has still to pay of an approved claim, besides this payment's own."""
    rows = BenefitShare.objects.filter(
        benefit_item__claim_id=claim_id,
        benefit_item__payer="fund",
        benefit_item__approved_on__isnull=False,
        account__isnull=False,
        paid_on__isnull=True,
    )
    return rows.filter(payment_application__isnull=True) | rows.filter(payment_application_id=payment_id)


def payees_open(claim_id: int | None, payment_id: int | None = None) -> list[tuple[str, Decimal]]:
    """Return who is still to be paid of a claim, with the sum."""
    rows = shares_open(claim_id, payment_id).order_by().values("payee").annotate(total=Sum("amount"))
    return [(row["payee"], row["total"]) for row in rows.order_by("payee")]


def case_of(injury: Injury) -> Case:
    """Return the facts of an injury as the rules see them."""
    borne, day = None, injury.applied_on
    if day is not None and is_late_employer(injury.injured_on, day, lambda key: figure(key, day)):
        borne = day
    return Case(
        own_wage=injury.own_wage,
        grade=injury.grade,
        care_level=injury.care_level,
        injured_on=injury.injured_on,
        retires_on=injury.retires_on,
        left_on=injury.left_on,
        died_on=injury.died_on,
        is_insured=injury.is_insured,
        borne_before=borne,
    )


def asked_of(item: BenefitItem, allowed: Decimal | None = None) -> Asked:
    """Return a line of a claim as the rules see it."""
    return Asked(
        kind=item.kind,
        quantity=item.quantity if item.quantity is not None else Decimal(1),
        spent=item.asked or NOTHING,
        allowed=(item.reimbursable or NOTHING) if allowed is None else allowed,
        incurred_on=item.incurred_on,
        relation=item.relation,
        is_alone=item.is_alone,
    )


def owed_by_employer(item: BenefitItem) -> Decimal:
    """Return what the employer owes the worker of an item: its own items whole, else what it got beyond its advance."""
    if item.payer == PAID_BY_EMPLOYER:
        return item.entitled or NOTHING
    received = shares_of([item.pk]).filter(payee=EMPLOYER, paid_on__isnull=False)
    got = received.aggregate(total=Sum("amount"))["total"]
    if got is None and item.route == EMPLOYER and item.paid is not None:
        got = item.paid  # from before the platform: no shares were kept
    return max(NOTHING, (got or NOTHING) - proven(item.pk))


def passed_on(item_id: int) -> Decimal:
    """Return what the employer has passed on to the worker of an item."""
    rows = TransferToWorker.objects.filter(benefit_item_id=item_id)
    return rows.aggregate(total=Sum("amount"))["total"] or NOTHING


def transfer_due(item: BenefitItem) -> date | None:
    """Return by when the employer passes an item on: working days after it was paid, or after its own was approved."""
    begun = item.approved_on if item.payer == PAID_BY_EMPLOYER else item.paid_on
    if begun is None:
        return None
    days = int(figure("injury.pass_on_working_days", begun))
    return calendar().add_working_days(begun, days)


def due_to_worker(item: BenefitItem) -> Decimal:
    """Return what the worker should have in hand of an item."""
    if item.payer == PAID_BY_EMPLOYER:
        return item.entitled or NOTHING
    direct = shares_of([item.pk]).filter(payee=WORKER).aggregate(total=Sum("amount"))["total"]
    return (direct or NOTHING) + owed_by_employer(item)


def to_confirm(claim: BenefitClaim) -> list[BenefitItem]:
    """Return the items of a claim of which money is due to the worker and which he has not confirmed."""
    rows = [row for row in items_of(claim.pk) if not row.is_confirmed and row.approved_on is not None]
    return [row for row in rows if due_to_worker(row) > NOTHING and is_paid_out(row)]


def is_paid_out(item: BenefitItem) -> bool:
    """True once all that goes to the worker of an item has left: from the fund, or by the employer's transfer."""
    if item.payer == PAID_BY_EMPLOYER:
        return passed_on(item.pk) >= (item.entitled or NOTHING)
    waiting = shares_of([item.pk]).filter(payee=WORKER, paid_on__isnull=True)
    return not waiting.exists()


def unsettled(claim: BenefitClaim) -> list[BenefitItem]:
    """Return the items of which the worker has not confirmed the whole: unpaid, unconfirmed, or less in hand (W12)."""
    found = []
    for row in items_of(claim.pk):
        due = due_to_worker(row)
        if due > NOTHING and not (row.is_confirmed and (row.confirmed or NOTHING) >= due):
            found.append(row)
    return found


def claims_of(injury_id: int) -> list[BenefitClaim]:
    """Return the claims of an injury that were not withdrawn."""
    rows = BenefitClaim.objects.filter(injury_id=injury_id).exclude(matter__outcome="withdrawn")
    return list(rows.select_related("matter", "worker_account", "employer_account").order_by("pk"))


def terms(matter_ids: Collection[int], day: date) -> dict[int, Term]:
    """Return the term of payments by matter."""
    return terms_of(PaymentApplication.objects.filter(pk__in=matter_ids), day)
