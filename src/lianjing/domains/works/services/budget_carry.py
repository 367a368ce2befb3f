"""Carries what a year's budget lines left unused into lines of the next year, by finance; the old lines keep their sums."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import CarriedLine
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.payment.models import BudgetCarry, BudgetLine, PaymentApplication
from lianjing.runtime.payment.queries import sum_of
from lianjing.runtime.trail.act import Act

NOTHING = Decimal(0)
ENDED = ("refused",)
CLAUSE = "zone_funds#7"


def carried(line: BudgetLine) -> Decimal:
    """Return what went from a line into the next year, in yuan: it is not there any more."""
    row = BudgetCarry.objects.filter(origin=line).first()
    return row.amount if row is not None else NOTHING


def unused(year: int, _unit_ids: Collection[int], _day: date) -> Sequence[CarriedLine]:
    """Return the budget lines of a year with what neither was paid nor is on its way; finance keeps those of all units."""
    rows = _rows(year)
    asked = _asked([row.pk for row in rows])
    done = {row.origin_id: row for row in BudgetCarry.objects.filter(origin__in=rows).select_related("line")}
    drawn = set(
        PaymentApplication.objects.filter(budget_line__in=[row.line_id for row in done.values()]).values_list(
            "budget_line_id", flat=True
        )
    )
    return [
        _line(row, asked.get(row.pk, NOTHING), done.get(row.pk), drawn)
        for row in rows
        if row.pk in done or row.amount > asked.get(row.pk, NOTHING)
    ]


def _rows(year: int) -> list[Any]:
    rows = BudgetLine.objects.filter(domain="works", fiscal_year=year, project__isnull=False)
    return list(rows.exclude(project__status="closed").select_related("project").order_by("pk"))


def _asked(line_ids: Collection[int]) -> dict[int, Decimal]:
    """What was applied for on each line and not turned down, in yuan: paid, ordered, or still under review."""
    found: dict[int, Decimal] = {}
    for row in PaymentApplication.objects.filter(budget_line_id__in=line_ids).exclude(status__in=ENDED):
        key = row.budget_line_id or 0
        found[key] = found.get(key, NOTHING) + sum_of(row)
    return found


def _line(row: Any, asked: Decimal, done: BudgetCarry | None, drawn: set[int]) -> CarriedLine:
    return CarriedLine(
        key=str(row.pk),
        title=f"{row.project.title} {row.code} {row.name}",
        state=codes.label("fund_kind", row.fund_kind),
        amount=row.amount,
        left=done.amount if done else row.amount - asked,
        url=reverse("works_project", args=[row.project_id]),
        is_carried=done is not None,
        may_undo=done is not None and done.line_id not in drawn,
    )


def carry(act: Act, year: int, keys: Collection[str]) -> int:
    """Make lines of the next year with what is left of these; what was carried before stays as it is."""
    left = {
        line.key: line.left for line in unused(year, (), act.day) if not line.is_carried and line.key in keys
    }
    for row in _rows(year):
        amount = left.get(str(row.pk))
        if amount is None:
            continue
        line = act.save(
            BudgetLine(
                domain=row.domain,
                project_id=row.project_id,
                unit_id=row.unit_id,
                fiscal_year=year + 1,
                code=row.code,
                name=_("%(name)s（%(year)s年结转）") % {"name": row.name, "year": year},
                fund_kind=row.fund_kind,
                purpose=row.purpose,
                amount=amount,
            )
        )
        act.save(BudgetCarry(line=line, origin=row, amount=amount))
    return len(left)


def undo(act: Act, year: int, keys: Collection[str]) -> int:
    """Take carried lines back while no payment rests on them; Refusal(RULE) where one does."""
    count = 0
    for row in BudgetCarry.objects.filter(origin__fiscal_year=year, origin__in=[int(key) for key in keys]):
        if PaymentApplication.objects.filter(budget_line_id=row.line_id).exists():
            raise Refusal(
                Ground.RULE, "budget.carried_drawn", _("结转后的指标已有支付申请，不能撤销结转"), CLAUSE
            )
        line = row.line
        act.remove(row)
        act.remove(line)
        count += 1
    return count
