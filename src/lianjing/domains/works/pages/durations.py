"""How long projects take in each stage: beside the zone's target, beside what is usual."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.works.queries.catalogue import ORDER
from lianjing.domains.works.queries.durations import WHOLE, StageTime, stage_times
from lianjing.runtime import codes
from lianjing.runtime.trail.act import legal_day
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Roll


def stage_word(stage: str) -> str:
    """Return how a stage is named here; the whole from design to acceptance has a name of its own."""
    return _("设计至验收") if stage == WHOLE else codes.label("stage", stage)


def _columns() -> list[Column]:
    return [
        Column(
            "project",
            _("项目"),
            lambda row: row.project.title,
            "project",
            url=lambda row: reverse("matter", args=[row.project.pk]),
        ),
        Column("unit", _("单位"), lambda row: row.project.unit.name if row.project.unit else "", "unit"),
        Column("stage", _("阶段"), lambda row: stage_word(row.stage), "stage"),
        Column("began", _("进入"), lambda row: legal_day(row.began_at), "began", "day"),
        Column("ended", _("通过"), lambda row: row.ended_at and legal_day(row.ended_at), "ended", "day"),
        Column("days", _("用时（工作日）"), lambda row: row.days, "days", "number"),
        Column("target", _("目标（工作日）"), lambda row: row.target, "target", "number"),
        Column("beyond", _("超出目标"), lambda row: row.beyond, "beyond", "number"),
        Column("usual", _("同阶段中位数"), lambda row: row.usual, "usual", "number"),
    ]


def _filters() -> list[Filter]:
    def in_stage(value: str) -> Callable[[StageTime], bool]:
        return lambda row: row.stage == value

    def state(value: str) -> Callable[[StageTime], bool]:
        return {
            "beyond": lambda row: row.beyond is not None,
            "usual": lambda row: row.usual is not None and row.days > row.usual,
            "open": lambda row: row.ended_at is None,
            "passed": lambda row: row.ended_at is not None,
        }[value]

    choices = [
        ("beyond", _("超出目标")),
        ("usual", _("长于中位数")),
        ("open", _("尚在该阶段")),
        ("passed", _("已通过")),
    ]
    return [
        Filter(
            "stage", _("阶段"), [(each, stage_word(each)) for each in (*ORDER, WHOLE)], cast(Any, in_stage)
        ),
        Filter("state", _("情况"), choices, cast(Any, state)),
    ]


@signed_in(kinds=OFFICIALS)
@require_safe
def durations(request: PageRequest) -> HttpResponse:
    """List how long each project stood in each stage."""
    rows = stage_times(request.who.id, request.today, request.now)
    listing = Roll(
        request,
        rows,  # type: ignore[arg-type]  # a roll lists computed rows
        _columns(),
        filters=_filters(),
        table="durations",
        search_label=_("项目、单位"),
        empty_text=_("没有项目"),
    )
    if listing.wants_excel:
        return listing.excel(_("阶段用时"))
    context = {
        "listing": listing,
        "label": _("阶段用时"),
        "about": _("目标由本地在“参数”中设定，未设定的不比较；接续项目在接管前的阶段不计。"),
        "breadcrumbs": [{"label": _("工程项目"), "url": reverse("works_projects")}],
    }
    return render(request, "works/register.html", context)
