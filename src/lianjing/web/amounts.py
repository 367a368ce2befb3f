"""The amount of a matter, where the record of its procedure has one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from lianjing.kernel.declaration import Procedure
from lianjing.runtime.domains import domains


def amounts_of(matters: Mapping[str, Collection[int]]) -> dict[int, Decimal]:
    """Return matter → amount in yuan for matters by kind: one query for each kind; those without one are left out."""
    found: dict[int, Decimal] = {}
    for procedure in (each for domain in domains() for each in domain.procedures):
        wanted = matters.get(procedure.matter_kind)
        if wanted and _has_amount(procedure):
            rows = procedure.record._default_manager.filter(pk__in=wanted, amount__isnull=False)
            found |= dict(rows.values_list("pk", "amount"))
    return found


def _has_amount(procedure: Procedure) -> bool:
    return any(field.name == "amount" for field in procedure.record._meta.concrete_fields)
