"""The yearly plan beside the inventory: planned items with their project, those not entered first (C7)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.domains.works.forms.plan import PlanItemForm
from lianjing.domains.works.queries.plan import Tally, completeness, counts, plan_rows
from lianjing.domains.works.services.plan import enter_plan_item
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.forms import InvalidForm
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.middleware import status_of
from lianjing.web.receipts import FIELD, fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.scope import mark_open
from lianjing.web.words import refusal_words

OPENER = "project_officer"
STAGES = ("initiation", "planning", "tendering", "contract", "implementation", "payment")
ENTERED = {"1": Q(project_id__isnull=False), "0": Q(project_id__isnull=True)}


def _columns() -> list[Column]:
    return [
        Column(
            "entered",
            _("入库"),
            lambda row: _("已入库") if row.project_id else _("未入库"),
            "is_entered",
            "status",
            tone=lambda row: "good" if row.project_id else "warn",
        ),
        Column("year", _("年度"), lambda row: row.fiscal_year, "fiscal_year"),
        Column(
            "title",
            _("项目名称"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("works_project", args=[row.opens]) if row.opens else "",
        ),
        Column("project_code", _("项目代码"), lambda row: row.project_code, "project_code"),
        Column(
            "unit",
            _("建设单位"),
            lambda row: row.owner_unit.name if row.owner_unit else "",
            "owner_unit__name",
        ),
        Column(
            "sector",
            _("行业"),
            lambda row: codes.label("project_sector", row.sector) if row.sector else "",
            "sector",
        ),
        Column("planned", _("计划投资"), lambda row: row.planned, "planned", "money"),
        Column(
            "stage",
            _("阶段"),
            lambda row: codes.label("stage", row.project_stage) if row.project_stage else "",
            "project_stage",
        ),
        Column("start", _("计划开工"), lambda row: row.planned_start_on, "planned_start_on", "day"),
        Column("source_no", _("计划文号"), lambda row: row.source_no, "source_no"),
        Column("note", _("说明"), lambda row: row.note, is_hidden=True),
    ]


def _filters(rows: QuerySet[Any]) -> list[Filter]:
    years = rows.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
    units = Unit.objects.filter(id__in=rows.order_by().values("owner_unit_id")).order_by("code")
    return [
        Filter("entered", _("入库"), [("0", _("未入库")), ("1", _("已入库"))], lambda value: ENTERED[value]),
        Filter("year", _("年度"), [(str(year), str(year)) for year in years], "fiscal_year"),
        Filter("unit", _("建设单位"), [(str(unit.pk), unit.name) for unit in units], "owner_unit_id"),
        Filter("stage", _("阶段"), codes.choices("stage", *STAGES), "project_stage"),
    ]


def _linked(tallies: list[Tally], name: str, words: dict[str, str]) -> list[dict[str, Any]]:
    """Each count with the list of exactly the rows that it counts."""
    place = reverse("works_plan")
    return [
        {
            "word": words.get(each.key, each.key),
            "total": each.total,
            "entered": each.entered,
            "missing": each.total - each.entered,
            "url": f"{place}?{urlencode({name: each.key})}",
            "missing_url": f"{place}?{urlencode({name: each.key, 'entered': '0'})}",
        }
        for each in tallies
        if each.key
    ]


@signed_in(kinds=OFFICIALS)
@require_safe
def plan(request: PageRequest) -> HttpResponse:
    """The whole plan with its counts, search, filters and Excel."""
    rows = plan_rows()
    listing = Register(
        request,
        rows,
        _columns(),
        ("title", "project_code", "source_no", "owner_unit__name"),
        _filters(rows),
        table="plan",
        search_label=_("名称、代码、文号、单位"),
        empty_text=_("没有符合条件的计划项目"),
        prepare=lambda found: mark_open(request, found, lambda row: row.project_id),
    )
    if listing.wants_excel:
        return listing.excel(_("年度计划与入库"))
    units = {str(unit.pk): unit.name for unit in Unit.objects.all()}
    stages = dict(codes.choices("stage", *STAGES))
    done = completeness(rows)
    context = {
        "listing": listing,
        "done": done,
        "percent": "—" if done.ratio is None else f"{done.ratio:.1%}",
        "groups": [
            {"title": _("按年度"), "rows": _linked(counts(rows, "fiscal_year"), "year", {})},
            {"title": _("按建设单位"), "rows": _linked(counts(rows, "owner_unit_id"), "unit", units)},
            {"title": _("按阶段"), "rows": _linked(counts(rows, "project_stage"), "stage", stages)},
        ],
        "may_enter": any(held.post.key == OPENER for held in request.held),
    }
    return render(request, "works/plan.html", context)


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def plan_enter(request: PageRequest) -> HttpResponse:
    """Enter one item of the plan; the page is for those who may."""
    actor_with(request.who.id, OPENER, request.today)
    blank: Any = None
    form: Any = PlanItemForm(None, matter=blank, day=request.today)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        bound: Any = PlanItemForm(request.POST, matter=blank, day=request.today)
        try:
            enter_plan_item(person_id=request.who.id, now=request.now, data=request.POST, key=key_of(request))
        except InvalidForm as fault:
            context["form"], status = fault.form, 422
        except Refusal as refusal:
            context |= refusal_words(refusal, request.today) | {"form": bound}
            status = status_of(refusal)
        except BadInput as fault:
            bound.is_valid()
            bound.add_error(fault.field if fault.field in bound.fields else None, fault.message)
            context["form"], status = bound, 422
        else:
            messages.success(request, _("计划项目已登记"))
            return HttpResponseRedirect(reverse("works_plan"))
    context["request_key"] = request.POST.get(FIELD) or fresh_key()
    return render(request, "works/plan_enter.html", context, status=status)
