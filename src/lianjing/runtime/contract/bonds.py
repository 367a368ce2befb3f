"""Bonds of a contract, agreed with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.contract.models import Contract, ContractBond
from lianjing.runtime.trail.act import Act

SHARE = Decimal("0.000001")
COLUMNS = ("kind", "form", "is_cash_only", "guarantor_name", "policy_no", "expires_on")


def bonds_of(contract: Contract) -> QuerySet[ContractBond]:
    """Return the bonds of a contract in the order of their entry."""
    return ContractBond.objects.filter(contract=contract).order_by("id")


def write_bonds(act: Act, contract: Contract, rows: Sequence[Mapping[str, Any]]) -> list[ContractBond]:
    """Write the bonds of a draft anew; part of an act. Each row has kind, form and amount in yuan at least."""
    if contract.status != "draft":
        raise BadInput(_("合同已生效，担保金不能重写"), "bonds")
    for row in bonds_of(contract):
        act.remove(row)
    base = contract.amount or Decimal(0)
    bonds = [
        ContractBond(
            contract=contract,
            base=base,
            amount=row["amount"],
            ratio=(row["amount"] / base).quantize(SHARE) if base else None,
            **{name: row[name] for name in COLUMNS if name in row and row[name] is not None},
        )
        for row in rows
    ]
    act.save_many(bonds)
    return bonds
