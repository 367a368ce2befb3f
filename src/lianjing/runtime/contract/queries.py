"""Reads of contracts: what may be paid on them at most, and whose account was agreed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from lianjing.runtime.contract.models import AccountChange, Amendment, Contract

NOTHING = Decimal("0.00")


def contracts_of(project_matter_id: int) -> QuerySet[Contract]:
    """Return the contracts of a project, oldest first."""
    return (
        Contract.objects.filter(project_id=project_matter_id)
        .select_related("enterprise", "payee_account")
        .order_by("signed_on", "pk")
    )


def contract_of(matter_id: int) -> Contract | None:
    """Return the contract recorded by a matter."""
    return (
        Contract.objects.filter(pk=matter_id).select_related("enterprise", "payee_account", "project").first()
    )


def original_amount(contract: Contract) -> Decimal:
    """Return the sum as first signed, in yuan; amendments do not touch it."""
    return contract.amount or NOTHING


def approved_total(contract: Contract, approved_changes: Decimal = NOTHING) -> Decimal:
    """Return the contract sum plus the approved changes: the ceiling of all payments (zone_funds#12).

    A supplementary agreement only writes down what changes already approved; it adds nothing here.
    """
    return original_amount(contract) + approved_changes


def committed(contract: Contract, approved_changes: Decimal = NOTHING) -> Decimal:
    """Return what the unit is bound to pay: nothing for a contract that is no longer or not yet in force."""
    if contract.status in ("draft", "cancelled"):
        return NOTHING
    return approved_total(contract, approved_changes)


def committed_by_project(project_matter_id: int) -> Decimal:
    """Return the sums of all contracts of a project in force, without changes."""
    live = Contract.objects.filter(project_id=project_matter_id).exclude(status__in=("draft", "cancelled"))
    return live.aggregate(total=Sum("amount"))["total"] or NOTHING


def current_amount(contract: Contract) -> Decimal:
    """Return the sum of the latest supplementary agreement, the original one where there is none."""
    latest = amendments_of(contract).last()
    return latest.new_amount if latest else original_amount(contract)


def current_end(contract: Contract) -> date | None:
    """Return the day of completion as last agreed."""
    days = [row.new_end_on for row in amendments_of(contract) if row.new_end_on is not None]
    return days[-1] if days else contract.end_on


def amendments_of(contract: Contract) -> QuerySet[Amendment]:
    """Return the supplementary agreements in force, oldest first."""
    return Amendment.objects.filter(contract=contract, status="active").order_by("signed_on", "pk")


def approved_account_changes(contract: Contract) -> QuerySet[AccountChange]:
    """Return the approved changes of the payee account, oldest first."""
    return AccountChange.objects.filter(contract=contract, status="approved").order_by("changed_on", "pk")


def agreed_account_id(contract: Contract) -> int | None:
    """Return the account to which the contract may be paid: the first one, or that of the last approved change.

    Where the contract's own column says otherwise, no account is agreed and nothing can be paid (zone_funds#14).
    """
    last = approved_account_changes(contract).last()
    if last is not None and last.new_account_id != contract.payee_account_id:
        return None
    return contract.payee_account_id


def first_account_id(contract: Contract) -> int | None:
    """Return the account written into the contract when it was signed."""
    first = approved_account_changes(contract).first()
    return first.old_account_id if first else contract.payee_account_id


def account_has_changed(contract: Contract) -> bool:
    """True where the payee account is no longer the first one, even with approval (zone_collective#2)."""
    return first_account_id(contract) != contract.payee_account_id


def advance_limit(contract: Contract) -> Decimal:
    """Return the advance as agreed: its share of the contract sum less provisional sums; nothing where none is agreed."""
    base = original_amount(contract) - (contract.provisional or NOTHING)
    return (base * (contract.advance_ratio or NOTHING)).quantize(Decimal("0.01"))


def ending_before(day: date) -> QuerySet[Contract]:
    """Return active contracts whose end has passed."""
    return Contract.objects.filter(status="active", end_on__lt=day).order_by("end_on")
