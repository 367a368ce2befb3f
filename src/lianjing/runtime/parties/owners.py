"""Who owns a firm, as stated on a day: shareholders and beneficial owners, dated, with their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.parties.models import Enterprise, Ownership
from lianjing.runtime.parties.queries import enterprises_named
from lianjing.runtime.trail.act import Act

WHOLE = Decimal(1)
STATED = ("owner_name", "interest", "share_ratio", "is_beneficial")


def owners_of(enterprise_id: int, day: date) -> QuerySet[Ownership]:
    """Return the owners stated for a firm that hold on a day, beneficial ones first."""
    holds = Q(from_on__lte=day) & (Q(to_on__isnull=True) | Q(to_on__gte=day))
    return Ownership.objects.filter(holds, enterprise_id=enterprise_id).order_by("-is_beneficial", "id")


def state_owners(
    act: Act, enterprise: Enterprise, rows: Sequence[Mapping[str, Any]], *, source: str
) -> list[Ownership]:
    """Enter the owners that a firm states (name, interest, share as a fraction, beneficial); part of an act.

    What is stated again as before stays; what is no longer stated ends with the day before. BadInput where shares
    exceed the whole or nobody is a beneficial owner.
    """
    shares = sum(
        (row["share_ratio"] or Decimal(0) for row in rows if row["interest"] == "shareholding"), Decimal(0)
    )
    if shares > WHOLE:
        raise BadInput(_("持股比例合计超过百分之百"), "owners")
    if not any(row["is_beneficial"] for row in rows):
        raise BadInput(_("至少写明一名受益所有人；确无法识别的，写明承担管理责任的负责人"), "owners")
    before = {_said(row): row for row in owners_of(enterprise.pk, act.day)}
    now = [{**row, "owner_name": row["owner_name"].strip()} for row in rows]
    wanted = {tuple(row[name] for name in STATED): row for row in now}
    for said, row in before.items():
        if said not in wanted:
            row.to_on = act.day - timedelta(days=1)
            act.save(row)
    fresh = [
        Ownership(
            enterprise=enterprise,
            owner=_party(row["owner_name"]),
            from_on=act.day,
            source=source,
            **{name: row[name] for name in STATED},
        )
        for said, row in wanted.items()
        if said not in before
    ]
    act.save_many(fresh)
    return fresh


def _said(row: Ownership) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in STATED)


def _party(name: str) -> str:
    """Return the one firm of this name; a person is never found by name alone."""
    named = list(enterprises_named(name)[:2])
    return f"enterprise:{named[0].pk}" if len(named) == 1 else ""
