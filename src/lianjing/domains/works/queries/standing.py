"""How a works contract stands: changes approved here, value confirmed here, sums brought along by a take-over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from lianjing.domains.works.models import (
    Award,
    ChangeOrder,
    Onboarding,
    ProgressReport,
    Project,
    Settlement,
    SiteVisa,
    Tender,
)
from lianjing.domains.works.rules.money import Cumulative, cumulative
from lianjing.domains.works.rules.project import total
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import approved_total, committed, original_amount
from lianjing.runtime.payment import queries as payments
from lianjing.runtime.payment.rules import OpeningSums, Standing

NOTHING = Decimal("0.00")
PENDING = ("proposed", "in_review")
LIVE = ("draft", "open", "suspended")


def approved_changes(contract: Contract) -> Decimal:
    """Return the signed sum of the changes and visas approved on the platform, in yuan.

    A visa within the contract's own scope is paid by the contract's items and adds nothing.
    """
    changes = ChangeOrder.objects.filter(contract=contract, status="approved")
    visas = SiteVisa.objects.filter(contract=contract, status="approved", is_in_contract=False)
    return total(each.aggregate(total=Sum("amount"))["total"] for each in (changes, visas)) or NOTHING


def confirmed_reports(contract: Contract) -> QuerySet[ProgressReport]:
    """Return the progress reports that the owner has confirmed, oldest first."""
    return ProgressReport.objects.filter(
        contract=contract, matter__status="closed", matter__outcome="done"
    ).order_by("period_on", "pk")


def verified_value(contract: Contract) -> Decimal:
    """Return the cumulative value of work confirmed by the owner, by the latest report."""
    last = confirmed_reports(contract).last()
    return NOTHING if last is None or last.completed_value is None else last.completed_value


def opening_of(contract: Contract) -> OpeningSums | None:
    """Return what a taken-over contract brought along, None where nothing was entered and approved."""
    found = Onboarding.objects.filter(contract=contract, status="approved").order_by("pk").last()
    if found is None:
        return None
    return OpeningSums(
        change_amount=found.change_amount or NOTHING,
        verified_value=found.verified_value or NOTHING,
        advance_outstanding=found.advance_outstanding or NOTHING,
        retention_held=found.retention_held or NOTHING,
        paid_to_date=found.paid_to_date or NOTHING,
        payee_account_id=found.payee_account_id,
    )


def settled(contract: Contract) -> Decimal | None:
    """Return the sum of the contract's approved settlement, None before it: it replaces contract plus changes."""
    last = Settlement.objects.filter(
        contract=contract, approved_on__isnull=False, approved__isnull=False
    ).order_by("approved_on", "pk")
    found = last.last()
    return None if found is None else found.approved


def standing_of(contract: Contract, on: date, *, excluding: int | None = None) -> Standing:
    """Return the standing for the red lines; the application `excluding` (matter id) is left out."""
    return payments.standing(
        contract,
        on,
        approved_changes=approved_changes(contract),
        verified_value=verified_value(contract),
        settlement=settled(contract),
        opening=opening_of(contract),
        excluding=excluding,
    )


def ceiling_of(contract: Contract) -> Decimal:
    """Return contract plus approved changes, those from before the platform included."""
    opening = opening_of(contract)
    return approved_total(contract, approved_changes(contract)) + (
        opening.change_amount if opening else NOTHING
    )


def cumulative_of(contract: Contract, amount: Decimal, *, besides: int | None = None) -> Cumulative:
    """Sum a change with the approved and pending ones of its contract, so that splitting adds up (zone_change#7)."""
    changes = ChangeOrder.objects.filter(contract=contract).exclude(pk=besides)
    visas = SiteVisa.objects.filter(contract=contract, is_in_contract=False).exclude(pk=besides)
    counts = Q(status="approved") | Q(status__in=PENDING, matter__status__in=LIVE)
    earlier = [
        *changes.filter(counts).values_list("amount", flat=True),
        *visas.filter(counts).values_list("amount", flat=True),
    ]
    opening = opening_of(contract)
    if opening is not None:
        earlier.append(opening.change_amount)
    return cumulative(amount, earlier, original_amount(contract))


def committed_of(project_id: int) -> Decimal:
    """Return what the project is bound to pay: all contracts in force with their approved changes, in yuan."""
    return total(
        committed(contract, ceiling_of(contract) - original_amount(contract))
        for contract in Contract.objects.filter(project_id=project_id)
    )


def overrun_of(project: Project) -> Decimal:
    """Return how far the contracts exceed the approved budget, 0 where they do not or none is known."""
    if project.approved_budget is None:
        return NOTHING
    return max(NOTHING, committed_of(project.pk) - project.approved_budget)


def awards_to_contract(project_id: int | None, besides: int | None = None) -> list[Award]:
    """Return the project's awards with notice that no contract has taken up, but for the contract `besides`."""
    live = (
        Contract.objects.filter(tender__isnull=False)
        .exclude(status="cancelled")
        .exclude(matter__status="terminated")
    )
    taken = live.exclude(matter__outcome="withdrawn").exclude(pk=besides).values("tender_id")
    found = Award.objects.filter(
        tender__project_id=project_id, status="active", notice_on__isnull=False
    ).exclude(tender_id__in=taken)
    return list(found.select_related("tender", "enterprise").order_by("pk"))


def same_kind(tender: Tender, since: date) -> list[Decimal]:
    """Return the prices of the project's other selections of the same category that no tender was mandatory for."""
    others = Tender.objects.filter(
        project_id=tender.project_id, procurement_category=tender.procurement_category, is_mandatory=False
    )
    live = (
        others.exclude(pk=tender.pk)
        .exclude(status__in=("withdrawn", "cancelled"))
        .filter(published_on__gte=since)
    )
    return [price for price in live.values_list("control_price", flat=True) if price is not None]


def last_reported(contract: Contract, *, besides: int | None = None) -> Decimal:
    """Return the last cumulative progress that was confirmed, as a fraction; the opening one after a take-over."""
    last = confirmed_reports(contract).exclude(pk=besides).last()
    if last is not None and last.verified_ratio is not None:
        return last.verified_ratio
    opening = Onboarding.objects.filter(contract=contract, status="approved").order_by("pk").last()
    return NOTHING if opening is None or opening.verified_ratio is None else opening.verified_ratio
