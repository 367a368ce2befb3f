"""Subcontracts: reported by the contractor, reviewed by the supervision firm, approved by the owner."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lianjing.domains.works.models import Subcontract
from lianjing.domains.works.rules.project import total
from lianjing.domains.works.rules.site import check_subcontract
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, firm, write_opinion
from lianjing.domains.works.services.progress import join_site
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import current_amount
from lianjing.runtime.process.deed import Deed


def apply(deed: Deed) -> dict[str, Any]:
    """Report a subcontract; the main structure and sums beyond the contract are refused (construction law, 29)."""
    contract, data = contract_named(deed), deed.data
    subcontractor = firm(deed.act, data["name"], data["credit_code"])
    row = Subcontract.objects.filter(pk=deed.matter.pk).first() or Subcontract(matter=deed.matter)
    check_subcontract(
        is_main_structure=data["is_main_structure"],
        amount=data["amount"],
        earlier=subcontracted(contract, besides=deed.matter.pk),
        contract_amount=current_amount(contract),
        is_contractor=subcontractor.pk == contract.enterprise_id,
    )
    row.contract, row.enterprise = contract, subcontractor
    for name in ("amount", "scope_text", "is_main_structure", "signed_on"):
        setattr(row, name, data[name])
    row.status = "proposed"
    deed.act.save(row)
    join_site(deed, contract)
    return NO_VARIABLES


def subcontracted(contract: Contract, *, besides: int | None = None) -> Decimal:
    """Return the sum of the subcontracts that stand or are on their way, in yuan."""
    rows = Subcontract.objects.filter(contract=contract, status__in=("proposed", "approved")).exclude(
        pk=besides
    )
    return total(rows.values_list("amount", flat=True))


def supervise(deed: Deed) -> dict[str, Any]:
    """Give the supervision firm's opinion."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Approve for the owner; the sum is held against the contract again."""
    row = Subcontract.objects.select_related("contract").get(pk=deed.matter.pk)
    check_subcontract(
        is_main_structure=row.is_main_structure,
        amount=row.amount or Decimal(0),
        earlier=subcontracted(row.contract, besides=row.pk),
        contract_amount=current_amount(row.contract),
        is_contractor=row.enterprise_id == row.contract.enterprise_id,
    )
    row.status, row.approved_on = "approved", deed.day
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def withdrawn(deed: Deed) -> None:
    """Mark the subcontract withdrawn."""
    row = Subcontract.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "withdrawn"
        deed.act.save(row)
