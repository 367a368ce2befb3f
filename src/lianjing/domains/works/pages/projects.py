"""The register of works projects, and the form by which a project is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.domains.works.forms.project import ProjectForm
from lianjing.domains.works.models import Project
from lianjing.domains.works.queries.overview import CURRENCY, MONEY, stage_counts
from lianjing.domains.works.queries.portfolio import late_projects, planned_condition
from lianjing.domains.works.queries.projects import counts_by_stage, projects_visible, sums_by_currency
from lianjing.domains.works.services.project import open_project
from lianjing.kernel.refusal import Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.forms import InvalidForm
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.middleware import status_of
from lianjing.web.receipts import FIELD, fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.templatetags.ui import money
from lianjing.web.words import refusal_words

OPENER = "project_officer"
READERS = ("operator", "reviewer", "approver", "head", "supervisor", "external")
# Kinds of units that build: firms and experts from outside do not stand in the choice.
OWNERS = ("zone", "bureau", "department", "town", "village", "state_firm")
SUMS = ("total_investment", "approved_budget", "contract_sum", "paid_sum")


def is_outside(request: PageRequest) -> bool:
    """True for a firm's person: he sees his own contract, not the project's money."""
    return request.roles == frozenset({"external"})


def _amount(row: Any, column: str) -> str:
    """A sum in its own currency: the sign of yuan would be a lie for another."""
    value = getattr(row, column)
    if value is None or row.currency in CURRENCY:
        return money(value)
    return f"{row.currency} {value:,.2f}"


def _money_column(key: str, label: str, *, is_hidden: bool = False) -> Column:
    return Column(
        key,
        label,
        lambda row: getattr(row, key),
        key,
        "number",
        is_hidden=is_hidden,
        shown=lambda row: _amount(row, key),
        url=(lambda row: reverse("trace", args=["project", row.pk]) + f"?column={key}")
        if key in ("total_investment", "approved_budget")
        else None,
    )


def _columns() -> list[Column]:
    return [
        Column("project_code", _("项目代码"), lambda row: row.project_code, "project_code"),
        Column(
            "title",
            _("项目名称"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("works_project", args=[row.pk]),
        ),
        Column(
            "unit",
            _("建设单位"),
            lambda row: row.owner_unit.name if row.owner_unit else row.source_unit_name,
            "owner_unit__name",
        ),
        Column(
            "sector",
            _("行业"),
            lambda row: codes.label("project_sector", row.sector) if row.sector else "",
            "sector",
            is_hidden=True,
        ),
        Column(
            "stage",
            _("阶段"),
            lambda row: codes.label("stage", row.matter.stage) if row.matter.stage else "",
            "matter__stage",
            "status",
            tone=_stage_tone,
        ),
        Column(
            "status",
            _("状态"),
            lambda row: codes.label("project_status", row.status) if row.status else "",
            "status",
            is_hidden=True,
        ),
        Column(
            "onboarding",
            _("存量处理"),
            lambda row: codes.label("onboarding", row.matter.onboarding) if row.matter.onboarding else "",
            "matter__onboarding",
        ),
        Column(
            "year",
            _("资金年度"),
            lambda row: row.funding_year,
            "funding_year",
            shown=lambda row: row.funding_year or "—",
        ),
        _money_column("total_investment", _("总投资"), is_hidden=True),
        _money_column("approved_budget", _("批准概算")),
        _money_column("contract_sum", _("合同价")),
        _money_column("paid_sum", _("已支付")),
        Column("currency", _("币种"), lambda row: row.currency, "currency", is_hidden=True),
        Column("site", _("建设地点"), lambda row: row.site, is_hidden=True),
        Column("opened", _("登记日"), lambda row: row.matter.opened_on, "matter__opened_on", "day"),
        Column("started", _("实际开工"), lambda row: row.started_on, "started_on", "day", is_hidden=True),
        Column(
            "completed", _("实际完工"), lambda row: row.completed_on, "completed_on", "day", is_hidden=True
        ),
    ]


def _stage_tone(row: Any) -> str:
    if row.matter.onboarding == "archive" or row.matter.status in ("closed", "terminated"):
        return "off"
    return "doing"


def _filters(now: datetime) -> list[Filter]:
    ends = Project.objects.aggregate(first=Min("funding_year"), last=Max("funding_year"))
    years = range(ends["last"], ends["first"] - 1, -1) if ends["last"] else ()
    units = Unit.objects.filter(
        Exists(Project.objects.filter(owner_unit_id=OuterRef("pk"))), kind__in=OWNERS
    ).order_by("code")
    labels = {
        "contract": _("有合同"),
        "change": _("有变更"),
        "verified": _("有核定产值"),
        "in_review": _("支付审查中"),
        "approved": _("已批未付"),
        "paid": _("已支付"),
    }
    return [
        Filter(
            "stage",
            _("阶段"),
            codes.choices(
                "stage", "initiation", "planning", "tendering", "contract", "implementation", "payment"
            ),
            "matter__stage",
        ),
        Filter("status", _("状态"), codes.choices("project_status"), "status"),
        Filter("unit", _("建设单位"), [(str(unit.id), unit.name) for unit in units], "owner_unit_id"),
        Filter("year", _("资金年度"), [(str(year), str(year)) for year in years], "funding_year"),
        Filter("sector", _("行业"), codes.choices("project_sector"), "sector"),
        Filter(
            "late",
            _("时限"),
            [("overdue", _("有逾期事项"))],
            lambda _value: Q(pk__in=late_projects(now)),
        ),
        Filter(
            "plan",
            _("年度计划"),
            [("planned", _("已列入计划")), ("unplanned", _("未列入计划"))],
            planned_condition,
        ),
        Filter("onboarding", _("存量处理"), codes.choices("onboarding"), "matter__onboarding"),
        Filter("money", _("资金"), list(labels.items()), lambda value: MONEY[value]),
    ]


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of the projects found, of one currency."""

    currency: str
    count: int
    sums: tuple[str, ...]


def _totals(found: QuerySet[Any]) -> list[Total]:
    """Sum what was found, each currency by itself: sums of different money are never added."""
    return [
        Total(currency, count, tuple(_words(currency, sums)))
        for currency, count, sums in sums_by_currency(found)
    ]


def _words(currency: str, sums: Iterable[Decimal]) -> Iterable[str]:
    for amount in sums:
        yield money(amount) if currency in CURRENCY else f"{currency} {amount:,.2f}"


@signed_in(kinds=READERS)
@require_safe
def projects(request: PageRequest) -> HttpResponse:
    """The register: counts by stage, search, filters, sums, Excel."""
    seen = projects_visible(request.who.id, request.today)
    outside = is_outside(request)
    columns = [each for each in _columns() if not (outside and each.key in SUMS)]
    listing = Register(
        request,
        seen,
        columns,
        ("title", "project_code", "site", "owner_unit__name", "source_unit_name", "matter__code"),
        _filters(request.now),
        table="projects",
        search_label=_("名称、代码、地点、单位"),
        empty_text=_("没有符合条件的项目"),
    )
    if listing.wants_excel:
        return listing.excel(_("工程项目"))
    counts = counts_by_stage(request.who.id, request.today)
    is_long = getattr(listing.page.paginator, "is_capped", False) and "totals" not in request.GET
    context = {
        "listing": listing,
        "stages": stage_counts(counts),
        "total": sum(counts.values()),
        "totals": [] if outside or is_long else _totals(listing.found),
        "totals_url": f"?{request.GET.urlencode()}&totals=1" if is_long and not outside else "",
        "sum_labels": [_("总投资"), _("批准概算"), _("合同价"), _("已支付")],
        "may_open": any(held.post.key == OPENER for held in request.held),
        "may_see_load": not outside,
        "chosen": request.GET.get("stage", ""),
        "view_url": request.build_absolute_uri() if request.GET else "",
    }
    return render(request, "works/projects.html", context)


@signed_in(kinds=READERS)
@require_http_methods(["GET", "POST"])
def project_open(request: PageRequest) -> HttpResponse:
    """Open a project by form F1; the page is for those who may."""
    actor_with(request.who.id, OPENER, request.today)
    form: Any = ProjectForm(None, matter=None, day=request.today)  # type: ignore[arg-type]
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        try:
            matter = open_project(
                person_id=request.who.id, now=request.now, data=request.POST, key=key_of(request)
            )
        except InvalidForm as fault:
            context["form"], status = fault.form, 422
        except Refusal as refusal:
            context |= refusal_words(refusal, request.today) | {
                "form": ProjectForm(request.POST, matter=None, day=request.today)  # type: ignore[arg-type]
            }
            status = status_of(refusal)
        else:
            messages.success(request, _("项目已登记，下一步办理立项报批"))
            return HttpResponseRedirect(reverse("works_project", args=[matter.id]))
    context["request_key"] = request.POST.get(FIELD) or fresh_key()
    return render(request, "works/project_open.html", context, status=status)
