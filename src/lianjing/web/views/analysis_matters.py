"""The matters behind a number, and the file of a case of a log from elsewhere: its events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.runtime import codes
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.trail.act import legal_day
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.analysis_columns import DEVIATIONS, moment_of
from lianjing.web.analysis_logs import faults_of
from lianjing.web.analysis_topics import TOPICS
from lianjing.web.analysis_view import View, outcome_word, status_of, view_of
from lianjing.web.context import WATCHERS
from lianjing.web.listing import Column, Filter
from lianjing.web.matters import STATUS_TONES
from lianjing.web.views.analysis_statistics import roll_of


@dataclass(frozen=True, slots=True)
class Line:
    """One matter, or one case of a log from elsewhere, in the words of the page; `opened` is the first event's day there."""

    label: str
    url: str
    title: str
    unit: str
    opened: date | None
    closed: date | None
    status: str
    status_word: str
    outcome: str
    steps: int
    days: float | None
    late: int
    deviations: str


@signed_in(kinds=WATCHERS)
@require_safe
def matters(request: PageRequest) -> HttpResponse:
    """List the matters behind a number; each opens its file."""
    view, context = view_of(request)
    rows = _lines(view) if view is not None else []
    is_foreign = view is not None and view.is_foreign
    columns = _foreign_columns() if is_foreign else _columns()
    filters = [] if is_foreign else _filters()
    listing = roll_of(request, rows, columns, view, table="analysis-matters", filters=filters)
    if listing.wants_excel:
        return listing.excel(_("事项"))
    return render(
        request, "lianjing/analysis_matters.html", context | {"listing": listing}, status=status_of(context)
    )


def _columns() -> list[Column]:
    return [
        Column("label", _("编号"), lambda row: row.label, "label", url=lambda row: row.url),
        Column("title", _("事项"), lambda row: row.title, "title"),
        Column("unit", _("单位"), lambda row: row.unit, "unit"),
        Column("opened", _("立项日"), lambda row: row.opened, "opened", "day"),
        Column("closed", _("办结日"), lambda row: row.closed, "closed", "day"),
        Column("steps", _("环节数"), lambda row: row.steps, "steps", "number"),
        Column("days", _("历时（工作日）"), lambda row: row.days, "days", "number"),
        Column("late", _("逾期环节"), lambda row: row.late, "late", "number"),
        Column("deviations", _("偏离"), lambda row: row.deviations or "—", "deviations"),
        Column("outcome", _("结果"), lambda row: row.outcome, "outcome"),
        Column(
            "status",
            _("状态"),
            lambda row: row.status_word,
            "status",
            "status",
            tone=lambda row: STATUS_TONES.get(row.status, "plain"),
        ),
    ]


def _foreign_columns() -> list[Column]:
    """A log from elsewhere knows no title, no limit and no regulated process."""
    names = {"opened": _("首个事件"), "closed": _("末个事件")}
    left_out = ("title", "late", "deviations", "status")
    return [
        replace(column, label=names.get(column.key, column.label))
        for column in _columns()
        if column.key not in left_out
    ]


def _filters() -> list[Filter]:
    def of_fault(_value: str) -> Any:
        return lambda row: bool(row.deviations)

    return [Filter("fault", _("问题"), [("deviation", _("有偏离"))], of_fault)]


def _lines(view: View) -> list[Line]:
    with view.held.lock:
        rows = view.store.all(
            "SELECT object, COUNT(*), MAX(w) - MIN(w), MIN(t), MAX(t) FROM step GROUP BY object"
            " ORDER BY MIN(t) DESC, object"
        )
        return _foreign(view, rows) if view.is_foreign else _own(view, rows)


def _foreign(view: View, rows: list[tuple[Any, ...]]) -> list[Line]:
    text, units = view.store.objects.text, view.attribute("unit")
    found = []
    for number, count, work, begin, end in rows:
        first, last = moment_of(begin), moment_of(end)
        assert first is not None and last is not None
        days, label, outcome = view.store.days(work), text(number), view.held.outcomes[number]
        span = legal_day(first), legal_day(last)
        unit = units.get(number, "")
        found.append(Line(label, view.matter(label), "", unit, *span, "", "", outcome, count, days, 0, ""))
    return found


def _own(view: View, rows: list[tuple[Any, ...]]) -> list[Line]:
    deviations: dict[str, dict[str, None]] = {}
    for each in TOPICS["deviations"].rows(view):
        deviations.setdefault(each.object, {})[_(DEVIATIONS[each.kind])] = None
    late: dict[str, int] = {}
    for step in view.lates:
        late[step.object] = late.get(step.object, 0) + 1
    text = view.store.objects.text
    known = Matter.objects.select_related("unit").in_bulk(
        [view.held.matters[text(number)] for number, *_rest in rows]
    )
    found = []
    for number, count, work, *_span in rows:
        label = text(number)
        matter = known[view.held.matters[label]]
        found.append(
            Line(
                label,
                view.matter(label),
                matter.title,
                matter.unit.name,
                matter.opened_on,
                matter.closed_on,
                matter.status,
                codes.label("matter_status", matter.status),
                outcome_word(view, view.held.outcomes.get(number, "")),
                count,
                view.store.days(work),
                late.get(label, 0),
                "、".join(deviations.get(label, ())),
            )
        )
    return found


@signed_in(kinds=WATCHERS)
@require_safe
def case(request: PageRequest) -> HttpResponse:
    """Show the events of one case of a log from elsewhere, with what the log says of it and where the file came from."""
    view, context = view_of(request)
    label = view.stack.matter if view is not None else ""
    is_asked = view is not None and view.is_foreign and request.GET.get("process") == view.stack.process
    if view is None or not is_asked or not label or len(view.objects) != 1:
        raise Http404
    (number,) = view.objects
    with view.held.lock:
        rows = view.held.store.all(
            "SELECT pos, t, type, person, post, e.unit, LAG(s.w) OVER (ORDER BY pos) AS before, s.w FROM step s"
            " JOIN (SELECT id, unit FROM event) e ON e.id = s.event WHERE object = ? ORDER BY pos",
            [number],
        )
    store = view.held.store
    events = [
        {
            "pos": pos,
            "at": moment_of(at),
            "step": store.types.text(kind),
            "person": store.persons.text(person),
            "post": store.posts.text(post),
            "unit": store.units.text(unit),
            "days": None if before is None else store.days(after - before),
        }
        for pos, at, kind, person, post, unit, before, after in rows
    ]
    told = [(name, values[number]) for name, values in _attributes(view).items() if number in values]
    row = context["foreign"]
    context |= {"label": label, "events": events, "told": told, "faults": faults_of(row), "row": row}
    return render(request, "lianjing/analysis_case.html", context)


def _attributes(view: View) -> dict[str, dict[int, str]]:
    store = view.held.store
    return {name: store.attribute(name) for name in store.attributes()}
