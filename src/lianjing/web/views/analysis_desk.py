"""Whose desk: waits by post and person, the queue day by day, one step over the year, and the steps behind each figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.analysis.mining import waits
from lianjing.runtime.org.models import Person, Post, Unit
from lianjing.runtime.process.models import WorkItem
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.charts import Series, bars
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Roll
from lianjing.web.words import procedure_words, step_words

SPANS = (30, 90, 365)
BARS = 45  # more days than these are drawn by the last day of each week


@dataclass(frozen=True, slots=True)
class Choice:
    """What the pages of desks are narrowed to, kept in every link between them."""

    process: str = ""
    step: str = ""
    unit: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Choice:
        """Read it from the address; `step` may stand as process.step."""
        given = request.GET
        process, _dot, step = given.get("step", "")[:200].partition(".")
        unit = given.get("unit", "")[:12]
        return cls(given.get("process", "")[:100] or process, step, int(unit) if unit.isdecimal() else None)

    def query(self, **more: object) -> str:
        """Return it as the end of an address, with more names and values."""
        step = f"{self.process}.{self.step}" if self.step else ""
        own = {"process": self.process, "step": step, "unit": self.unit, **more}
        return urlencode({name: value for name, value in own.items() if value not in ("", None)})

    def items(self, request: PageRequest) -> QuerySet[WorkItem]:
        """Return its steps in the reader's scope."""
        return waits.items_in(
            request.who.id, request.today, process=self.process, step=self.step, unit=self.unit
        )


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A desk in the words of the page."""

    desk: waits.Desk
    person: str
    post: str
    unit: str
    query: str

    @property
    def is_slow(self) -> bool:
        """True where half of its steps wait longer than half of the same steps elsewhere, by a working day or more."""
        own, peers = self.desk.median_days, self.desk.peer_days
        return own is not None and peers is not None and own >= peers + 1

    def behind(self, state: str) -> str:
        """The address of the steps behind one of its figures."""
        more = {"post": self.desk.post_id, "person": self.desk.person_id or "", "state": state}
        return f"{reverse('analysis_items')}?{self.query}&{urlencode(more)}"


@signed_in(kinds=OFFICIALS)
@require_safe
def analysis_desk(request: HttpRequest) -> HttpResponse:
    """List the desks: work, waits against those of the same steps elsewhere, what lies there now."""
    asked = cast(PageRequest, request)
    choice = Choice.of(request)
    lines = desk_lines(asked, choice)
    listing = Roll(
        request,
        cast(Any, lines),
        _desk_columns(),
        filters=[*_choices(asked), Filter("slow", _("比较"), [("1", _("慢于同类岗位"))], cast(Any, _slow))],
        table="desks",
        search_label=_("单位、岗位、人员"),
        row_class=lambda row: "is-bad" if row.is_slow else "",
        empty_text=_("没有办理记录"),
    )
    if listing.wants_excel:
        return listing.excel(_("岗位用时"))
    return render(request, "lianjing/analysis_desk.html", {"listing": listing, "kept": choice.query()})


def desk_lines(request: PageRequest, choice: Choice) -> list[DeskLine]:
    """Return the desks of a choice, the largest excess first."""
    found = waits.desks(waits.spans(choice.items(request), request.now), request.now)
    persons = dict(Person.objects.filter(id__in={each.person_id for each in found}).values_list("id", "name"))
    posts = Post.objects.select_related("unit").in_bulk({each.post_id for each in found})
    query = choice.query()
    return [
        DeskLine(
            each,
            persons.get(each.person_id, _("空缺")),
            posts[each.post_id].name,
            posts[each.post_id].unit.name,
            query,
        )
        for each in found
    ]


def _slow(_value: str) -> Callable[[DeskLine], bool]:
    return lambda row: row.is_slow


def _any(_value: str) -> Callable[[Any], bool]:
    """The choice was made before the rows were counted."""
    return lambda _row: True


def _choices(request: PageRequest, *, with_steps: bool = True) -> list[Filter]:
    every = waits.items_in(request.who.id, request.today).order_by()
    units = Unit.objects.filter(id__in=every.values("unit_id")).order_by("code").values_list("id", "name")
    words = procedure_words()
    keys = every.values_list("instance__definition__key", "step_key").distinct()
    pairs = sorted({(process, step) for process, step in keys})
    found = [
        Filter(
            "process",
            _("流程"),
            [(key, words.get(key, key)) for key in sorted({process for process, _step in pairs})],
            cast(Any, _any),
        ),
        Filter("unit", _("单位"), [(str(key), name) for key, name in units], cast(Any, _any)),
    ]
    if with_steps:
        names = step_labels(request, pairs)
        found.insert(
            1,
            Filter(
                "step", _("环节"), [(f"{one}.{two}", names[one, two]) for one, two in pairs], cast(Any, _any)
            ),
        )
    return found


def step_labels(request: PageRequest, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return process and step in words."""
    words, steps = procedure_words(), step_words({process for process, _step in pairs})
    return {
        (process, step): f"{words.get(process, process)}·{steps.get((process, step), step)}"
        for process, step in pairs
    }


def _desk_columns() -> list[Column]:
    return [
        Column("unit", _("单位"), lambda row: row.unit, "unit"),
        Column("post", _("岗位"), lambda row: row.post, "post"),
        Column("person", _("人员"), lambda row: row.person, "person"),
        Column(
            "done",
            _("近一年办结"),
            lambda row: row.desk.done,
            "done",
            "number",
            url=lambda row: row.behind("done"),
        ),
        Column(
            "late",
            _("其中逾期"),
            lambda row: row.desk.late,
            "late",
            "number",
            url=lambda row: row.behind("late"),
        ),
        _days("median", _("中位用时"), lambda row: row.desk.median_days),
        _days("peers", _("同类岗位中位"), lambda row: row.desk.peer_days),
        _days("p95", _("P95用时"), lambda row: row.desk.p95_days),
        _days("excess", _("超出合计"), lambda row: row.desk.excess_days),
        Column(
            "open",
            _("现在在办"),
            lambda row: row.desk.open_now,
            "open",
            "number",
            url=lambda row: row.behind("open"),
        ),
        Column(
            "overdue",
            _("现在逾期"),
            lambda row: row.desk.overdue_now,
            "overdue",
            "number",
            url=lambda row: row.behind("overdue"),
        ),
        _days("oldest", _("最久已等"), lambda row: row.desk.oldest_days),
    ]


def _days(key: str, label: str, value: Callable[[Any], float | None]) -> Column:
    return Column(key, label, lambda row: _dash(value(row)), key, "number")


def _dash(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


@signed_in(kinds=OFFICIALS)
@require_safe
def analysis_queue(request: HttpRequest) -> HttpResponse:
    """Show how many steps waited at the end of each day."""
    asked = cast(PageRequest, request)
    choice = Choice.of(request)
    given = request.GET.get("days", "")
    length = int(given) if given.isdecimal() and int(given) in SPANS else SPANS[0]
    days = waits.queue(choice.items(asked), asked.now, length=length)
    drawn = days if length <= BARS else days[::-7][::-1]
    chart = bars(
        [f"{each.day:%m-%d}" for each in drawn], [Series(_("在办件数"), [each.waiting for each in drawn])]
    )
    peak = max(days, key=lambda each: each.waiting)
    place = reverse("analysis_items")
    context = {
        "days": [
            {"each": each}
            | {
                name: f"{place}?{choice.query(**{part: each.day.isoformat()})}"
                for name, part in (("url", "on"), ("arrived_url", "arrived"), ("left_url", "left"))
            }
            for each in reversed(days)
        ],
        "chart": chart,
        "is_weekly": length > BARS,
        "peak": peak,
        "length": length,
        "spans": [{"days": each, "url": f"?{choice.query(days=each)}"} for each in SPANS],
        "filters": _tools(asked, choice),
        "kept": choice.query(),
    }
    return render(request, "lianjing/analysis_queue.html", context)


def _tools(request: PageRequest, choice: Choice) -> list[dict[str, Any]]:
    """The choices as a form draws them."""
    values = {
        "process": choice.process,
        "step": f"{choice.process}.{choice.step}" if choice.step else "",
        "unit": str(choice.unit or ""),
    }
    return [
        {"name": each.name, "label": each.label, "choices": each.choices, "value": values[each.name]}
        for each in _choices(request)
    ]


@signed_in(kinds=OFFICIALS)
@require_safe
def analysis_step(request: HttpRequest) -> HttpResponse:
    """Show one step, a process or all of them over the last twelve months: median, late share, returns, pauses."""
    asked = cast(PageRequest, request)
    choice = Choice.of(request)
    months = waits.by_month(choice.items(asked), asked.now)
    chart = bars(
        [f"{each.month:%Y-%m}" for each in months],
        [
            Series(_("中位用时"), [cast(Any, each.median_days or 0) for each in months]),
            Series(_("P95用时"), [cast(Any, each.p95_days or 0) for each in months]),
        ],
        unit=_("工作日"),
    )
    place = reverse("analysis_items")
    rows = [
        {
            "each": each,
            "median": _dash(each.median_days),
            "p95": _dash(each.p95_days),
            "share": f"{each.late.share:.1%}" if each.late.of else "—",
            "interval": f"{each.late.low:.0%}–{each.late.high:.0%}" if each.late.of else "",
            "paused": _dash(each.paused_days),
            "url": f"{place}?{choice.query(state='done', month=f'{each.month:%Y-%m}')}",
            "late_url": f"{place}?{choice.query(state='late', month=f'{each.month:%Y-%m}')}",
            "returned_url": f"{place}?{choice.query(state='returned', month=f'{each.month:%Y-%m}')}",
        }
        for each in reversed(months)
    ]
    context = {
        "rows": rows,
        "chart": chart,
        "filters": _tools(asked, choice),
        "kept": choice.query(),
        "pauses": sum(each.pauses for each in months),
        "paused": _dash(sum(each.paused_days for each in months)),
    }
    return render(request, "lianjing/analysis_step.html", context)
