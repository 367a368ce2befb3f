"""堵点: which steps are stuck, at which post, with whom, how long against which limit (C10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from lianjing.runtime import codes
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.queries import Stuck
from lianjing.runtime.process.queries import bottlenecks as stuck_items
from lianjing.runtime.process.scope import visible_to
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.charts import Series, bars
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Roll
from lianjing.web.words import item_name, procedure_words

GROUNDS = {
    "limit": gettext_noop("超过时限"),
    "p90": gettext_noop("超过同类环节通常用时"),
    "returns": gettext_noop("多次退回"),
}


@dataclass(frozen=True, slots=True)
class StuckLine:
    """A stuck step in the words of the page."""

    stuck: Stuck
    step: str
    names: str
    grounds: str

    @property
    def limit(self) -> str:
        """The limit of the step in its own unit, a dash where it has none."""
        item = self.stuck.item
        return (
            f"{item.budget} {codes.label('clock_unit', item.clock_unit)}"
            if item.budget is not None and item.clock_unit
            else "—"
        )

    @property
    def excess(self) -> Decimal:
        """Working days beyond the limit, or beyond the usual time where there is none."""
        bound = (
            self.stuck.limit_days
            if self.stuck.limit_days is not None
            else self.stuck.usual_days or Decimal(0)
        )
        return self.stuck.waited_days - bound


def stuck_lines(request: PageRequest, *, most: int | None = None) -> list[StuckLine]:
    """Return what is stuck in the reader's scope, worst first; with `most` only so many."""
    found = stuck_items(in_scope(request), request.now, most=most)
    names = dict(
        Person.objects.filter(id__in={each for stuck in found for each in stuck.persons}).values_list(
            "id", "name"
        )
    )
    processes = procedure_words()
    return [
        StuckLine(
            stuck,
            f"{processes.get(stuck.item.instance.definition.key, '')}·{item_name(stuck.item)}",
            "、".join(names.get(each, "") for each in stuck.persons),
            "、".join(_(GROUNDS[ground]) for ground in stuck.grounds),
        )
        for stuck in found
    ]


def in_scope(request: PageRequest) -> Q:
    """The steps of the matters in the reader's scope: looked up step by step, of a million matters few have one open."""
    return Q(Exists(visible_to(request.who.id, request.today).filter(pk=OuterRef("matter_id"))))


@signed_in(kinds=OFFICIALS)
@require_safe
def bottlenecks(request: HttpRequest) -> HttpResponse:
    """List the stuck steps with their holders; a bar for each step."""
    asked = cast(PageRequest, request)
    rows = stuck_lines(asked)
    listing = Roll(
        request,
        cast(Any, rows),
        _columns(),
        filters=_filters(rows),
        empty_text=_("没有堵点"),
        row_class=_row_class,
    )
    if listing.wants_excel:
        return listing.excel(_("堵点"))
    groups = by_step(cast(Sequence[StuckLine], listing.found))
    chart = bars(
        [group["step"] for group in groups],
        [Series(_("件数"), [group["count"] for group in groups])],
        is_lying=True,
    )
    return render(
        request,
        "lianjing/bottlenecks.html",
        {"listing": listing, "groups": groups, "chart": chart, "total": len(rows)},
    )


def by_step(rows: Sequence[StuckLine]) -> list[dict[str, Any]]:
    """Count the stuck items of each step, with the longest wait, most items first."""
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = f"{row.stuck.item.instance.definition.key}.{row.stuck.item.step_key}"
        group = groups.setdefault(
            key, {"key": key, "step": row.step, "count": 0, "longest": Decimal(0), "excess": Decimal(0)}
        )
        group["count"] += 1
        group["longest"] = max(group["longest"], row.stuck.waited_days)
        group["excess"] = max(group["excess"], row.excess)
    return sorted(groups.values(), key=lambda group: (-group["count"], -group["excess"], group["key"]))


def _columns() -> list[Column]:
    return [
        Column("step", _("环节"), lambda row: row.step, "step"),
        Column(
            "names",
            _("现在由谁办"),
            lambda row: row.names or _("空缺"),
            url=lambda row: f"{reverse('org_who')}?item={row.stuck.item.id}",
        ),
        Column("post", _("岗位"), lambda row: row.stuck.item.post.name, "post"),
        Column("unit", _("单位"), lambda row: row.stuck.item.unit.name, "unit"),
        Column(
            "matter",
            _("事项"),
            lambda row: row.stuck.item.matter.title,
            url=lambda row: reverse("matter", args=[row.stuck.item.matter_id]),
        ),
        Column("root", _("所属项目"), _root_title, is_hidden=True),
        Column("waited", _("已等工作日"), lambda row: row.stuck.waited_days, "waited", "number"),
        Column("limit", _("时限"), lambda row: row.limit, kind="number"),
        Column(
            "usual",
            _("通常用时P90"),
            lambda row: row.stuck.usual_days,
            "usual",
            "number",
            shown=lambda row: _or_dash(row.stuck.usual_days),
        ),
        Column("returns", _("退回次数"), lambda row: row.stuck.returns, "returns", "number"),
        Column("grounds", _("列入理由"), lambda row: row.grounds),
        Column(
            "urge",
            _("处理"),
            lambda row: _("催办"),
            url=lambda row: reverse("analysis_urge", args=[row.stuck.item.id]),
        ),
        Column("since", _("到达时间"), lambda row: row.stuck.item.opened_at, "since", "time", is_hidden=True),
    ]


def _or_dash(value: Decimal | None) -> str:
    return "—" if value is None else f"{value.normalize():f}"


def _root_title(row: StuckLine) -> str:
    root = row.stuck.item.matter.root
    return root.title if root is not None else ""


def _row_class(row: StuckLine) -> str:
    return "is-bad" if "limit" in row.stuck.grounds else ""


def _filters(rows: Sequence[StuckLine]) -> list[Filter]:
    units = sorted(
        {(str(row.stuck.item.unit_id), row.stuck.item.unit.name) for row in rows}, key=lambda pair: pair[1]
    )
    steps = sorted(
        {(f"{row.stuck.item.instance.definition.key}.{row.stuck.item.step_key}", row.step) for row in rows},
        key=lambda pair: pair[1],
    )
    return [
        Filter("unit", _("单位"), units, cast(Any, _of_unit)),
        Filter("step", _("环节"), steps, cast(Any, _of_step)),
        Filter(
            "ground", _("列入理由"), [(key, _(word)) for key, word in GROUNDS.items()], cast(Any, _of_ground)
        ),
    ]


def _of_unit(value: str) -> Callable[[StuckLine], bool]:
    return lambda row: str(row.stuck.item.unit_id) == value


def _of_step(value: str) -> Callable[[StuckLine], bool]:
    return lambda row: f"{row.stuck.item.instance.definition.key}.{row.stuck.item.step_key}" == value


def _of_ground(value: str) -> Callable[[StuckLine], bool]:
    return lambda row: value in row.stuck.grounds
