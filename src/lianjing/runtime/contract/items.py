"""The bill of a contract: copied from the winning bid when the contract is put into force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from lianjing.runtime.contract.models import Contract, ContractItem
from lianjing.runtime.trail.act import Act


@dataclass(frozen=True, slots=True)
class BillItem:
    """One priced item of a bill; the unit price in yuan."""

    item_code: str
    name: str
    unit_name: str
    quantity: Decimal | None
    unit_price: Decimal | None


def items_of(contract: Contract) -> QuerySet[ContractItem]:
    """Return the bill of a contract in its order."""
    return ContractItem.objects.filter(contract=contract).order_by("id")


def item_codes(contract: Contract) -> frozenset[str]:
    """Return the codes of the contract's bill; empty where it has none."""
    return frozenset(items_of(contract).values_list("item_code", flat=True))


def copy_bill(act: Act, contract: Contract, items: Iterable[BillItem]) -> list[ContractItem]:
    """Write the bill of a contract; part of an act. A bill that is there stays as it is."""
    if items_of(contract).exists():
        return []
    rows = [
        ContractItem(
            contract=contract,
            item_code=each.item_code,
            name=each.name,
            unit_name=each.unit_name,
            quantity=each.quantity,
            unit_price=each.unit_price,
        )
        for each in items
    ]
    act.save_many(rows)
    return rows
