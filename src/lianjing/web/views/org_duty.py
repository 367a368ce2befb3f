"""Whose duty what is: pairs of duties that conflict, the register of powers, and who could act on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.runtime import codes
from lianjing.runtime.domains import domains
from lianjing.runtime.org.models import Appointment, Person, Post, PowerItem
from lianjing.runtime.org.queries import in_being, on_day, who_could
from lianjing.runtime.org.registers import conflict_grid
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.act import legal_day
from lianjing.web.access import STAFF, PageRequest, signed_in
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.register import Register
from lianjing.web.views.org import in_force, is_personnel, show, state_filter, unit_choices
from lianjing.web.words import clause_address, in_english, item_name, procedure_words


@signed_in(kinds=STAFF)
@require_safe
def conflicts(request: PageRequest) -> HttpResponse:
    """The conflict-of-duty matrix in force today, each pair with its clause."""
    grid = conflict_grid(request.today)
    duties = [duty for duty, _word in codes.choices("duty") if any(duty == pair[0] for pair in grid)]
    table = [
        {
            "duty": duty,
            "cells": [
                {"row": grid.get((duty, other)), "is_same": duty == other, "other": other} for other in duties
            ],
        }
        for duty in duties
    ]
    pairs = sorted({row.id: row for row in grid.values()}.values(), key=lambda row: row.id)
    listed = [
        {
            "row": row,
            "clause": clause_title(row.clause, request.today),
            "url": clause_address(row.clause, request.today),
        }
        for row in pairs
    ]
    return render(request, "lianjing/org_conflicts.html", {"duties": duties, "table": table, "pairs": listed})


@signed_in(kinds=STAFF)
@require_safe
def powers(request: PageRequest) -> HttpResponse:
    """The register of powers: nothing can be done that is not in it on that day (G8)."""
    processes = process_words()
    post_names = dict(Post.objects.order_by("id").values_list("key", "name"))
    day = request.today
    columns = [
        Column("code", _("事项编码"), lambda row: row.code, "code"),
        Column(
            "name",
            _("事项名称"),
            lambda row: row.name_en if in_english() and row.name_en else row.name,
            "name",
        ),
        Column("unit", _("行使单位"), lambda row: row.unit.name, "unit__code"),
        Column("post", _("岗位"), lambda row: post_names.get(row.post_key, row.post_key)),
        Column(
            "process",
            _("流程"),
            lambda row: processes.get(row.definition_key, ""),
            "definition_key",
        ),
        Column(
            "clause",
            _("依据条款"),
            lambda row: clause_title(row.clause, day),
            url=lambda row: clause_address(row.clause, day),
        ),
        Column("limit", _("时限（工作日）"), lambda row: row.limit_days, "limit_days", "number"),
        Column("discretion", _("裁量范围"), lambda row: row.discretion_text),
        Column(
            "disclosure",
            _("公开要求"),
            lambda row: codes.label("disclosure_rule", row.disclosure) if row.disclosure else "",
            is_hidden=True,
        ),
        Column("reviewed", _("上次复核"), lambda row: row.reviewed_on, "reviewed_on", "day", is_hidden=True),
        Column("review", _("应复核"), _review_due, kind="day"),
        Column("from", _("启用日"), lambda row: row.from_on, "from_on", "day"),
        Column("to", _("停用日"), lambda row: row.to_on, "to_on", "day", is_hidden=True),
        Column(
            "state",
            _("状态"),
            lambda row: in_force(row.from_on, row.to_on, day)[0],
            kind="status",
            tone=lambda row: in_force(row.from_on, row.to_on, day)[1],
        ),
        Column(
            "proof",
            _("溯源"),
            lambda _row: _("溯源"),
            url=lambda row: reverse("trace", args=["power_item", row.id]),
        ),
    ]
    if is_personnel(request):
        columns.append(
            Column(
                "end",
                _("操作"),
                lambda row: "" if row.to_on else _("停用"),
                url=lambda row: "" if row.to_on else reverse("org_power_end", args=[row.id]),
            )
        )
    rows = PowerItem.objects.select_related("unit").order_by("code", "-from_on")
    filters = [Filter("unit", _("行使单位"), unit_choices(), "unit_id"), state_filter(day)]
    listing = Register(
        request, rows, columns, ("code", "name", "name_en", "definition_key", "discretion_text"), filters
    )
    return show(
        request,
        listing,
        title=_("权力清单"),
        new_url=reverse("org_power_new"),
        new_text=_("登记权力事项"),
        note=_("不在清单内或当日未生效的事项，系统拒绝办理并留痕。"),
    )


def process_words() -> dict[str, str]:
    """Return what a power item's process is called: the procedures, and the two acts that need no process."""
    words = procedure_words()
    for domain in domains():
        words |= {f"{domain.key}_project": _("登记项目"), f"{domain.key}_gate": _("阶段转换")}
    return words


def _review_due(row: PowerItem) -> date | None:
    """The register is reviewed every year: the same day of the next year."""
    if row.to_on is not None:
        return None
    last = row.reviewed_on or row.from_on
    return last.replace(year=last.year + 1, day=min(last.day, 28) if last.month == 2 else last.day)


@signed_in(kinds=STAFF)
@require_safe
def who(request: PageRequest) -> HttpResponse:
    """Answer "who could approve this on that day": one name is right, none or several is a fault (C4)."""
    item = _asked_item(request)
    day = day_of(request.GET.get("day", "")) or (legal_day(item.opened_at) if item else request.today)
    chosen = item.post_id if item else _number(request.GET.get("post", ""))
    post = Post.objects.select_related("unit").filter(id=chosen).first() if chosen else None
    answer = who_could(day, post.id) if post else []
    direct = [each for each in answer if each[1] is None]
    context = {
        "posts": _choosable(request.today),
        "post": post,
        "day": day,
        "item": item,
        "item_name": item_name(item) if item else "",
        "answer": [
            {"person": found, "holder": holder, "basis": basis, "term": _term(post, holder or found, day)}
            for found, holder, basis in answer
        ],
        "fault": ""
        if post is None or len(direct) == 1
        else _("该日该岗位无人在任")
        if not direct
        else _("该日该岗位有多人在任"),
        "terms": Appointment.objects.filter(post=post).select_related("person").order_by("-from_on", "-id")
        if post
        else [],
    }
    return render(request, "lianjing/org_who.html", context)


def _asked_item(request: PageRequest) -> WorkItem | None:
    number = _number(request.GET.get("item", ""))
    item = (
        WorkItem.objects.select_related("matter", "post__unit").filter(id=number).first() if number else None
    )
    if item is not None:
        open_for(request.who.id, item.matter_id, request.today)
    return item


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _choosable(day: date) -> QuerySet[Post]:
    return Post.objects.filter(in_being(day)).select_related("unit").order_by("unit__code", "id")


def _term(post: Post | None, owner: Person, day: date) -> Appointment | None:
    return Appointment.objects.filter(on_day(day), post=post, person=owner).order_by("id").first()
