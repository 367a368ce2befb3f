"""Carries what a year's plan left unfinished into the plan of the next year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.domains.works.models import PlanCarry, PlanItem
from lianjing.domains.works.queries.plan import with_project
from lianjing.domains.works.services.plan import POWER
from lianjing.kernel.declaration import CarriedLine
from lianjing.runtime import codes
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org import power
from lianjing.runtime.payment.models import PaymentOrder
from lianjing.runtime.trail.act import Act


def unfinished(year: int, unit_ids: Collection[int], day: date) -> Sequence[CarriedLine]:
    """Return the items of a year's plan whose project is not closed or has not been entered, oldest first."""
    rows = _rows(year, unit_ids)
    carried = set(
        PlanCarry.objects.filter(origin__in=[row.pk for row in rows]).values_list("origin_id", flat=True)
    )
    paid = _paid([row.project_id for row in rows if row.project_id], min(day, date(year, 12, 31)))
    return [_line(row, paid, is_carried=row.pk in carried) for row in rows]


def _rows(year: int, unit_ids: Collection[int]) -> list[Any]:
    items = with_project(PlanItem.objects.filter(fiscal_year=year, owner_unit_id__in=unit_ids)).order_by("pk")
    found = list(items)
    closed = set(
        Matter.objects.filter(
            id__in=[row.project_id for row in found if row.project_id], status="closed"
        ).values_list("id", flat=True)
    )
    return [row for row in found if row.project_id not in closed]


def _paid(project_ids: Collection[int], to_on: date) -> dict[int, Decimal]:
    """What the bank had paid for each project up to a day, in yuan."""
    orders = PaymentOrder.objects.filter(
        payment_application__project_id__in=project_ids, status="paid", paid_on__lte=to_on
    )
    sums = orders.order_by().values("payment_application__project_id").annotate(total=Sum("amount"))
    return {row["payment_application__project_id"]: row["total"] for row in sums}


def _line(row: Any, paid: dict[int, Decimal], *, is_carried: bool) -> CarriedLine:
    return CarriedLine(
        key=str(row.pk),
        title=row.title,
        state=codes.label("stage", row.project_stage) if row.project_stage else _("未入库"),
        amount=row.planned,
        left=_left(row, paid),
        url=reverse("works_project", args=[row.project_id]) if row.project_id else "",
        is_carried=is_carried,
    )


def _left(row: Any, paid: dict[int, Decimal]) -> Decimal | None:
    if row.planned is None:
        return None
    return max(Decimal(0), row.planned - paid.get(row.project_id or 0, Decimal(0)))


def carry(act: Act, year: int, keys: Collection[str]) -> int:
    """Take items into the next year with what is left to invest; what was carried before stays as it is."""
    assert act.actor.unit_id is not None  # a roll-over is done at a post
    power.require(POWER, act.actor.unit_id, act.day)
    lines = unfinished(year, [act.actor.unit_id], act.day)
    left = {line.key: line.left for line in lines if not line.is_carried and line.key in keys}
    for row in _rows(year, [act.actor.unit_id]):
        if str(row.pk) not in left:
            continue
        item = act.save(
            PlanItem(
                fiscal_year=year + 1,
                project_code=row.project_code,
                title=row.title,
                owner_unit_id=row.owner_unit_id,
                sector=row.sector,
                planned=left[str(row.pk)],
                planned_start_on=row.planned_start_on,
                note=_("由%(year)s年度计划结转") % {"year": year},
            )
        )
        act.save(PlanCarry(item=item, origin_id=row.pk, project_id=row.project_id))
    return len(left)
