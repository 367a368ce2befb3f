"""The steps behind each figure of desks, queues and months: each opens its matter and, while open, an urging."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.analysis.mining import waits
from lianjing.runtime.process.models import WorkItem
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.clocks import light
from lianjing.web.listing import Column, DateFilter, Filter, day_of
from lianjing.web.register import Register
from lianjing.web.views.analysis_desk import Choice
from lianjing.web.words import item_name, procedure_words

DAY = timedelta(days=1)
STATES: dict[str, Callable[[Any], Q]] = {
    "open": lambda _now: Q(closed_at=None, matter__status="open"),
    "overdue": lambda now: Q(closed_at=None, matter__status="open", due_at__lt=now),
    "done": lambda now: Q(outcome="done", closed_at__gte=now - timedelta(days=365), closed_at__lte=now),
    "late": lambda now: Q(
        outcome="done",
        closed_at__gt=F("due_at"),
        closed_at__gte=now - timedelta(days=365),
        closed_at__lte=now,
    ),
    "limited": lambda now: Q(
        outcome="done", due_at__isnull=False, closed_at__gte=now - timedelta(days=365), closed_at__lte=now
    ),
    "returned": lambda now: Q(
        outcome="returned", closed_at__gte=now - timedelta(days=365), closed_at__lte=now
    ),
}


@signed_in(kinds=OFFICIALS)
@require_safe
def analysis_items(request: HttpRequest) -> HttpResponse:
    """List the steps behind a figure of desks, queues and months; each opens its matter and, while open, an urging."""
    asked = cast(PageRequest, request)
    listing = Register(
        request,
        _narrowed(asked).select_related(
            "matter__root", "instance__definition", "post__unit", "unit", "person"
        ),
        _columns(asked.now),
        ("matter__title", "matter__code", "name"),
        [_state(asked.now)],
        dates=[DateFilter("opened_from", _("到达起"), "opened_at__date__gte")],
        table="desk-items",
        empty_text=_("没有环节"),
    )
    if listing.wants_excel:
        return listing.excel(_("环节清单"))
    return render(
        request, "lianjing/analysis_items.html", {"listing": listing, "kept": Choice.of(request).query()}
    )


def _columns(now: datetime) -> list[Column]:
    words = procedure_words()
    return [
        Column(
            "step",
            _("环节"),
            lambda row: f"{words.get(row.instance.definition.key, '')}·{item_name(row)}",
            "step_key",
            url=lambda row: f"{reverse('analysis_step')}?step={row.instance.definition.key}.{row.step_key}",
        ),
        Column(
            "matter",
            _("事项"),
            lambda row: row.matter.title,
            "matter__title",
            url=lambda row: reverse("matter", args=[row.matter_id]),
        ),
        Column("unit", _("单位"), lambda row: row.unit.name, "unit__code"),
        Column("post", _("岗位"), lambda row: row.post.name, "post__name"),
        Column("person", _("办理人"), lambda row: row.person.name if row.person else "—", "person__pinyin"),
        Column("opened", _("到达时间"), lambda row: row.opened_at, "opened_at", "time"),
        Column("closed", _("办结时间"), lambda row: row.closed_at, "closed_at", "time"),
        Column(
            "clock",
            _("时限"),
            lambda row: row.due_at,
            "due_at",
            "clock",
            shown=lambda row: light(row, now),
        ),
        Column(
            "urge",
            _("处理"),
            lambda row: _("催办") if row.closed_at is None else "—",
            url=lambda row: reverse("analysis_urge", args=[row.id]) if row.closed_at is None else "",
        ),
    ]


def _state(now: datetime) -> Filter:
    return Filter(
        "state",
        _("状态"),
        [
            ("open", _("在办")),
            ("overdue", _("在办且逾期")),
            ("done", _("近一年办结")),
            ("late", _("逾期办结")),
            ("limited", _("有时限的办结")),
            ("returned", _("退回")),
        ],
        lambda value: STATES[value](now) if value in STATES else Q(),
    )


def _narrowed(request: PageRequest) -> QuerySet[WorkItem]:
    """What the address narrows the steps to, beside the filters of the list."""
    items, given = Choice.of(request).items(request), request.GET
    for name in ("post", "person"):
        value = given.get(name, "")
        if value.isdecimal():
            items = (
                items.filter(_of_person(int(value), request.today))
                if name == "person"
                else items.filter(post_id=value)
            )
    if (on := day_of(given.get("on", ""))) is not None:
        items = waits.waited_on(items, on)
    if (arrived := day_of(given.get("arrived", ""))) is not None:
        items = items.filter(
            opened_at__gte=waits.begin_of(arrived), opened_at__lt=waits.begin_of(arrived + DAY)
        )
        items = items.filter(Q(closed_at__isnull=False) | Q(matter__status="open"))
    if (left := day_of(given.get("left", ""))) is not None:
        items = items.filter(closed_at__gte=waits.begin_of(left), closed_at__lt=waits.begin_of(left + DAY))
    month = day_of(f"{given.get('month', '')}-01")
    if month is not None:
        items = items.filter(closed_at__gte=waits.begin_of(month), closed_at__lt=waits.end_of(month))
    return items.order_by("-opened_at", "-id")


def _of_person(person_id: int, day: date) -> Q:
    """Done by a person, or open on his desk today."""
    return Q(person_id=person_id) | Q(person=None, closed_at=None, post_id__in=waits.posts_of(person_id, day))
