"""The workbench: what is due at my posts, drafts, my applications, what I may open, meetings; and the list of steps."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.runtime import codes
from lianjing.runtime.domains import domains
from lianjing.runtime.exchange.queries import owned
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting.models import MeetingMember
from lianjing.runtime.notice.queries import for_person
from lianjing.runtime.org.models import Delegation
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import FormDraft, WorkItem
from lianjing.runtime.process.queries import done_by, items_for
from lianjing.runtime.rights.queries import waiting_for
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.amounts import amounts_of
from lianjing.web.clocks import is_overdue, light
from lianjing.web.foreseeing import foreseen_rows
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.register import Register
from lianjing.web.terms import terms_of
from lianjing.web.words import item_name, procedure_words, text_of

TOP = 10
NOTICES = 5


@signed_in
@require_safe
def workbench(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person today, overdue first."""
    asked = cast(PageRequest, request)
    me, open_items = (
        asked.who.id,
        list(
            items_for(asked.who.id, asked.today).select_related(
                "instance__definition", "matter__applicant_person"
            )
        ),
    )
    lights = _lights(open_items, asked.now)
    open_items.sort(key=lambda item: _urgency(item, lights[item.id]))
    shown = open_items[:TOP]
    hang_amounts(shown)
    hang_terms(shown, asked.today)
    context = {
        "counters": _counters(asked, open_items, lights),
        "rows": [_row(item, lights[item.id]) | {"term": getattr(item, "term", None)} for item in shown],
        "more": len(open_items) - len(shown),
        "foreseen": foreseen_rows(asked, Q(id__in=[item.id for item in open_items]), most=TOP),
        "drafts": FormDraft.objects.filter(person_id=me, work_item__closed_at__isnull=True)
        .select_related("work_item__matter")
        .order_by("-saved_at")[:TOP],
        "applications": Matter.objects.filter(applicant_person_id=me)
        .exclude(parent=None)
        .select_related("root")
        .order_by("-id")[:TOP],
        "openings": openings(asked),
        "notices": for_person(asked.who, asked.today)[:NOTICES],
        "grants_waiting": waiting_for(asked.roles),
        "feeds": _feeds(asked),
        "delegations": Delegation.objects.filter(on_day(asked.today), to_person_id=me).select_related(
            "post__unit", "from_person"
        ),
        "meetings": MeetingMember.objects.filter(person_id=me, meeting__held_on__gte=asked.today)
        .select_related("meeting")
        .order_by("meeting__held_on")[:TOP],
    }
    return render(request, "lianjing/workbench.html", context)


def _feeds(request: PageRequest) -> list[dict[str, Any]]:
    """The data feeds for which the person answers, as far as they ask for something."""
    found = owned({held.post.key for held in request.held}, request.now)
    return [
        {
            "name": text_of(each.declared.name),
            "is_red": each.status == "red",
            "open": count,
            "url": reverse("feed_differences", args=[each.feed.pk])
            if each.declared.fields
            else reverse("feeds"),
        }
        for each, count in found
        if count or each.status == "red"
    ]


def _lights(items: list[WorkItem], now: datetime) -> dict[int, Any]:
    days = calendar()
    return {item.id: light(item, now, days) for item in items}


def _urgency(item: WorkItem, clock: dict[str, Any] | None) -> tuple[int, datetime, int]:
    order = {"overdue": 0, "due_soon": 1, "normal": 2, "paused": 3}
    return (order[clock["state"]] if clock else 4, item.due_at or item.opened_at, item.id)


def _row(item: WorkItem, clock: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "item": item,
        "name": item_name(item),
        "clock": clock,
        "amount": getattr(item, "amount", None),
        "kind": codes.label("matter_kind", item.matter.kind),
    }


def _counters(request: PageRequest, items: list[WorkItem], lights: dict[int, Any]) -> list[dict[str, Any]]:
    """待办, 临期, 逾期, 已办本月: each opens the list that it counts."""
    states = [lights[item.id]["state"] if lights[item.id] else "" for item in items]
    place = reverse("items")
    first = request.today.replace(day=1)
    done = done_by(request.who.id).filter(closed_at__gte=datetime.combine(first, time(), LEGAL_ZONE)).count()
    return [
        {"value": len(items), "text": _("待办"), "url": place, "tone": "doing"},
        {
            "value": states.count("due_soon"),
            "text": _("临期"),
            "url": f"{place}?clock=due_soon",
            "tone": "warn",
        },
        {
            "value": states.count("overdue"),
            "text": _("逾期"),
            "url": f"{place}?clock=overdue",
            "tone": "bad" if "overdue" in states else "plain",
        },
        {
            "value": done,
            "text": _("本月已办"),
            "url": f"{place}?tab=done&closed_from={first.isoformat()}",
            "tone": "good",
        },
    ]


def openings(request: PageRequest) -> list[dict[str, str]]:
    """Return the procedures whose first post the person holds, each with the list in which to choose its project."""
    held = {each.post.key for each in request.held}
    return [
        {
            "label": text_of(procedure.label),
            "url": reverse(procedure.opened_at)
            if procedure.opened_at
            else reverse("matter_choose", args=[procedure.key]),
        }
        for domain in domains()
        for procedure in domain.procedures
        if procedure.opener_post in held
    ]


def amounts(items: list[WorkItem]) -> dict[int, Decimal]:
    """Return matter → amount for the steps whose records have one: one query for each kind."""
    wanted: dict[str, set[int]] = {}
    for item in items:
        wanted.setdefault(item.matter.kind, set()).add(item.matter_id)
    return amounts_of(wanted)


def hang_amounts(items: list[Any]) -> None:
    """Hang the amount on each step."""
    known = amounts(items)
    for item in items:
        item.amount = known.get(item.matter_id)


def hang_terms(items: list[Any], day: date) -> None:
    """Hang the statutory term on each step."""
    known = terms_of((item.matter for item in items), day)
    for item in items:
        item.term = known.get(item.matter_id)


@signed_in
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """List the steps that wait at my posts (待办) or that I closed (已办)."""
    asked = cast(PageRequest, request)
    is_done = request.GET.get("tab") == "done"
    listing = _done_list(asked) if is_done else _open_list(asked)
    if listing.wants_excel:
        return listing.excel(_("已办") if is_done else _("待办"))
    tabs = [
        {
            "text": _("待办"),
            "url": reverse("items"),
            "is_active": not is_done,
            "count": items_for(asked.who.id, asked.today).count(),
        },
        {"text": _("已办"), "url": f"{reverse('items')}?tab=done", "is_active": is_done, "count": None},
    ]
    return render(request, "lianjing/items.html", {"listing": listing, "tabs": tabs, "is_done": is_done})


def _columns() -> list[Column]:
    words = procedure_words()
    return [
        Column("step", _("环节"), item_name, "name", url=lambda row: reverse("item", args=[row.id])),
        Column(
            "title",
            _("事项"),
            lambda row: row.matter.title,
            "matter__title",
            url=lambda row: reverse("matter", args=[row.matter_id]),
        ),
        Column("code", _("编号"), lambda row: row.matter.code, "matter__code"),
        Column(
            "process",
            _("流程"),
            lambda row: words.get(row.instance.definition.key, ""),
            "instance__definition__key",
        ),
        Column(
            "project",
            _("所属项目"),
            lambda row: row.matter.root.title if row.matter.root_id != row.matter_id else "",
            "matter__root__title",
        ),
        Column("unit", _("来源单位"), lambda row: row.matter.unit.name, "matter__unit__name"),
        Column(
            "applicant",
            _("发起人"),
            lambda row: getattr(row.matter.applicant_person, "name", ""),
            "matter__applicant_person__pinyin",
            is_hidden=True,
        ),
        Column("amount", _("金额（元）"), lambda row: getattr(row, "amount", None), kind="money"),
        Column("opened", _("接收时间"), lambda row: row.opened_at, "opened_at", kind="time"),
    ]


def _narrowing() -> list[Filter]:
    return [Filter("kind", _("事项类型"), _kinds(), "matter__kind")]


def _kinds() -> list[tuple[str, str]]:
    present = {procedure.matter_kind for domain in domains() for procedure in domain.procedures}
    return [choice for choice in codes.choices("matter_kind") if choice[0] in present]


SEARCHED = ("matter__title", "matter__code", "matter__root__title", "name", "name_en")
WITH = ("matter__root", "matter__unit", "matter__applicant_person", "instance__definition", "post", "unit")


def _open_list(request: PageRequest) -> Register:
    now, days = request.now, calendar()
    rows = items_for(request.who.id, request.today).select_related(*WITH)

    def prepare(shown: list[Any]) -> None:
        hang_amounts(shown)
        hang_terms(shown, request.today)

    clock = Column(
        "clock",
        _("剩余时限"),
        lambda row: row.due_at,
        "due_at",
        kind="clock",
        shown=lambda row: light(row, now, days),
    )
    term = Column(
        "term",
        _("付款期限"),
        lambda row: row.term["word"] if getattr(row, "term", None) else "",
        kind="status",
        tone=lambda row: row.term["tone"] if getattr(row, "term", None) else "plain",
    )
    lights = [("overdue", _("逾期")), ("due_soon", _("临期")), ("normal", _("正常")), ("paused", _("已暂停"))]
    return Register(
        request,
        rows,
        [*_columns(), clock, term],
        SEARCHED,
        [*_narrowing(), Filter("clock", _("时限"), lights, lambda state: _of_state(rows, state, now))],
        prepare=prepare,
        row_class=lambda row: "is-bad" if row.due_at and row.due_at < now else "",
        empty_text=_("没有待办事项"),
    )


def _of_state(rows: QuerySet[WorkItem], state: str, now: datetime) -> Q:
    """The condition of a light; what is due soon depends on the calendar and is asked of each open step."""
    if state == "overdue":
        return is_overdue(now)
    days = calendar()
    return Q(id__in=[item.id for item in rows if (light(item, now, days) or {}).get("state") == state])


def _done_list(request: PageRequest) -> Register:
    now = request.now
    rows = done_by(request.who.id).select_related(*WITH)
    columns = [
        *_columns(),
        Column("closed", _("办结时间"), lambda row: row.closed_at, "closed_at", kind="time"),
        Column(
            "outcome",
            _("结果"),
            lambda row: codes.label("item_outcome", row.outcome),
            "outcome",
            kind="status",
            tone=lambda row: "good" if row.outcome == "done" else "warn",
        ),
        Column(
            "clock",
            _("时限"),
            lambda row: row.due_at,
            "due_at",
            kind="clock",
            shown=lambda row: light(row, now),
        ),
    ]
    return Register(
        request,
        rows,
        columns,
        SEARCHED,
        [
            *_narrowing(),
            Filter("outcome", _("结果"), codes.choices("item_outcome", "done", "returned"), "outcome"),
        ],
        dates=[
            DateFilter("closed_from", _("办结起"), "closed_at__date__gte"),
            DateFilter("closed_to", _("办结止"), "closed_at__date__lte"),
        ],
        prepare=hang_amounts,
        empty_text=_("没有已办事项"),
    )
