"""Two units or two periods of one process side by side, through the same filter stack (R4, S12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.analysis.mining import flows, peers, variants
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.analysis_filter import LATE, RUNNING, Stack
from lianjing.web.analysis_view import View, seen, status_of, units_of, view_of
from lianjing.web.context import WATCHERS
from lianjing.web.listing import day_of

MOST_ARROWS = 40
ENOUGH = 30  # fewer matters on a side: a difference may be chance
BYS = ("unit", "period")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one side; `url` opens its matters."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both sides."""

    label: str
    one: Cell
    other: Cell


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow on both sides; a side that never went over it has none."""

    origin: str
    target: str
    one: flows.Flow | None
    other: flows.Flow | None
    one_url: str
    other_url: str

    @property
    def difference(self) -> float | None:
        """The second side's median less the first's, in working days."""
        if self.one is None or self.other is None:
            return None
        return round(self.other.median_days - self.one.median_days, 2)

    @property
    def weight(self) -> float:
        """What orders the arrows: how much more waiting beyond the usual lies on one side."""
        one = self.one.excess_days if self.one else 0.0
        return abs(one - (self.other.excess_days if self.other else 0.0))


@signed_in(kinds=WATCHERS)
@require_safe
def compare(request: PageRequest) -> HttpResponse:
    """Show the figures and the arrows of two sides beside each other; every number opens its matters."""
    view, context = view_of(request)
    if view is None:
        return render(request, "lianjing/analysis_compare.html", context, status=status_of(context))
    by = request.GET.get("by", "")
    by = by if by in BYS else BYS[len(units_of(_without_unit(view))) < 2]
    context |= {"by": by, "kept": [pair for pair in view.stack.parts if pair[0] not in _own(by)]}
    sides, form = _units(request, view) if by == "unit" else _periods(request, view)
    context |= form
    if sides is not None:
        one, other = (seen(request, stack) for stack in sides)
        with view.held.lock:
            context |= _beside(one, other)
    return render(request, "lianjing/analysis_compare.html", context)


def _own(by: str) -> tuple[str, ...]:
    """The parts of the stack that the sides themselves set."""
    return ("unit",) if by == "unit" else ("since", "until")


def _units(request: PageRequest, view: View) -> tuple[tuple[Stack, Stack] | None, dict[str, Any]]:
    units = units_of(_without_unit(view))
    given = [request.GET.get(name, "").strip() for name in ("one", "other")]
    usual = [units[0], units[1]] if len(units) > 1 else ["", ""]
    chosen = [name if name in units else usual[place] for place, name in enumerate(given)]
    form = {"sides": chosen, "choices": units}
    if not all(chosen):
        return None, form
    return (replace(view.stack, unit=chosen[0]), replace(view.stack, unit=chosen[1])), form


def _without_unit(view: View) -> View:
    """Return the look without a unit, so that all units stand to choose."""
    return View(view.held, replace(view.stack, unit=""), view.visible, view.now) if view.stack.unit else view


def _periods(request: PageRequest, view: View) -> tuple[tuple[Stack, Stack] | None, dict[str, Any]]:
    """Two spans of days in which matters began; usual are the year that runs and the one before."""
    year = request.today.year
    usual = {
        "one_from": f"{year - 1}-01-01",
        "one_to": f"{year - 1}-12-31",
        "other_from": f"{year}-01-01",
        "other_to": f"{year}-12-31",
    }
    days = {name: request.GET.get(name, "").strip()[:10] for name in usual}
    days = {name: value if day_of(value) else usual[name] for name, value in days.items()}
    stacks = (
        replace(view.stack, since=days["one_from"], until=days["one_to"]),
        replace(view.stack, since=days["other_from"], until=days["other_to"]),
    )
    names = [f"{days[f'{side}_from']} – {days[f'{side}_to']}" for side in ("one", "other")]
    return stacks, {"sides": names, "days": days}


def _beside(one: View, other: View) -> dict[str, Any]:
    arrows = sorted(_arrows(one, other), key=lambda each: (-each.weight, each.origin, each.target))
    rows = [
        Row(label, *cells) for label, *cells in zip(_labels(one), _cells(one), _cells(other), strict=True)
    ]
    return {
        "rows": rows,
        "arrows": arrows[:MOST_ARROWS],
        "hidden_arrows": max(0, len(arrows) - MOST_ARROWS),
        "is_few": min(len(one.objects), len(other.objects)) < ENOUGH,
        "enough": ENOUGH,
    }


def _labels(view: View) -> list[str]:
    own = [] if view.is_foreign else [_("在办"), _("有逾期的事项（95%区间）"), _("偏离流程的事项（95%区间）")]
    return [
        _("事项数"),
        *own,
        _("全程中位数（工作日）"),
        _("全程P95（工作日）"),
        _("每件环节数"),
        _("经办人数"),
        _("重办次数"),
    ]


def _cells(view: View) -> Iterator[Cell]:
    yield Cell(str(len(view.objects)), view.matters())
    if not view.is_foreign:
        running = sum(not view.held.outcomes.get(number) for number in view.objects)
        yield Cell(str(running), view.matters(outcome=RUNNING))
        yield _share(len({each.object for each in view.lates}), view, view.matters(late=LATE))
        yield _share(len(_left(view)), view, _topic(view, "deviations"))
    side = next(iter(peers.sides(view.store, lambda _number: "side")), None)
    yield _days(side.median_days if side else None)
    yield _days(side.p95_days if side else None)
    yield _days(side.steps_a_case if side else None)
    yield Cell(str(side.persons) if side else "—", _topic(view, "desks"))
    again = variants.rework(view.store)
    yield Cell(str(sum(each.again for each in again)), _topic(view, "rework"))


def _left(view: View) -> set[int]:
    """The matters that left the process anywhere."""
    return {number for left in view.held.arcs.left.values() for number in left.objects} & view.objects


def _topic(view: View, topic: str) -> str:
    return f"{reverse('analysis_topic', args=[topic])}?{view.stack.query()}"


def _share(hits: int, view: View, url: str) -> Cell:
    """A count with its share and the interval of the share."""
    each = peers.wilson(hits, len(view.objects))
    return Cell(f"{hits}（{each.share:.1%}，{each.low:.1%}–{each.high:.1%}）" if each.of else "—", url)


def _days(value: float | None) -> Cell:
    return Cell("—" if value is None else f"{value:g}")


def _arrows(one: View, other: View) -> Iterator[Arrow]:
    sides = [{(each.origin, each.target): each for each in flows.flows(view.store)} for view in (one, other)]
    for origin, target in sides[0].keys() | sides[1].keys():
        urls = [view.matters(origin=origin, target=target) for view in (one, other)]
        pair = (origin, target)
        yield Arrow(origin, target, sides[0].get(pair), sides[1].get(pair), *urls)
