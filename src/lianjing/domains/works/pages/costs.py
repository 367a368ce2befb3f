"""The cost chain: one project's six amounts on one screen, and those of all projects in a list (C21a)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.works.models import Project
from lianjing.domains.works.queries.costs import PAIRS, beyond, cost_screen, over_budget, prepare_six
from lianjing.domains.works.queries.projects import projects_visible
from lianjing.domains.works.rules.costs import CHAIN, Link
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.scope import open_for
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register

STEPS = ("0", "0.05", "0.1", "0.2")


def percent(ratio: Decimal | None) -> str:
    """Write a variance as a signed percentage, "" where there is nothing to compare with."""
    return "" if ratio is None else f"{ratio:+.2%}"


def _line(link: Link, rows: Any, former: Any, limit: Decimal) -> dict[str, Any]:
    marks = []
    if link.is_over_estimate:
        marks.append(_("超过估算的%(share)s%%") % {"share": f"{limit * 100:.0f}"})
    if link.is_over_budget:
        marks.append(_("超过批准概算"))
    return {
        "kind": codes.label("cost_kind", link.kind),
        "amount": link.amount,
        "before": codes.label("cost_kind", link.before) if link.before else "",
        "difference": link.difference,
        "percent": percent(link.ratio),
        "of_budget": percent(link.of_budget),
        "marks": marks,
        "rows": rows,
        "former": former,
    }


@signed_in(kinds=OFFICIALS)
@require_safe
def project_costs(request: PageRequest, matter_id: int) -> HttpResponse:
    """One project's chain: amount, day, source, variances, marks, adjustments."""
    matter = open_for(request.who.id, matter_id, request.today)
    project = Project.objects.select_related("matter").filter(pk=matter.pk).first()
    if project is None:
        raise Refusal(Ground.SCOPE, "scope.project", _("没有该项目，或不在您的数据范围内"))
    screen = cost_screen(project, request.today)
    limit = 1 + figure("works.design.estimate_overrun_ratio", request.today)
    context = {
        "project": project,
        "screen": screen,
        "lines": [_line(each.link, each.rows, each.former, limit) for each in screen.lines],
        "limit": f"{limit * 100:.0f}%",
        "breadcrumbs": [
            {"label": _("造价链"), "url": reverse("works_costs")},
            {"label": project.title, "url": reverse("works_project", args=[project.pk])},
        ],
    }
    return render(request, "works/costs_project.html", context)


def _amount(kind: str) -> Column:
    return Column(kind, codes.label("cost_kind", kind), lambda row: row.six.amount(kind), "", "money")


def _columns() -> list[Column]:
    amounts = [_amount(kind) for kind in CHAIN]
    return [
        Column("project_code", _("项目代码"), lambda row: row.project_code, "project_code", is_hidden=True),
        Column(
            "title",
            _("项目名称"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("works_project_costs", args=[row.pk]),
        ),
        Column(
            "unit",
            _("建设单位"),
            lambda row: row.owner_unit.name if row.owner_unit else "",
            "owner_unit__name",
        ),
        *amounts,
        Column(
            "variance", _("概算比估算"), lambda row: percent(_ratio(row, "approved_budget")), kind="number"
        ),
        Column("mark", _("提示"), _mark, "", "status", tone=lambda row: "warn"),
    ]


def _ratio(row: Any, kind: str) -> Decimal | None:
    link = row.six.links.get(kind)
    return link.ratio if link is not None else None


def _mark(row: Any) -> str:
    marks = []
    if row.six.is_over_estimate:
        marks.append(_("概算超估算"))
    if row.six.is_over_budget:
        marks.append(_("超概算"))
    return "、".join(marks)


def _filters() -> list[Filter]:
    words = {
        "budget_estimate": _("概算超估算"),
        "detailed_budget": _("预算超概算"),
        "contract_price": _("合同价超控制价"),
        "settlement_contract": _("结算超合同价"),
        "final_budget": _("决算超概算"),
    }
    pairs = [(f"{pair}:{step}", f"{words[pair]} > {Decimal(step):.0%}") for pair in PAIRS for step in STEPS]
    stages = codes.choices(
        "stage", "initiation", "planning", "tendering", "contract", "implementation", "payment"
    )
    return [
        Filter("variance", _("偏差"), pairs, _beyond),
        Filter("over", _("概算"), [("1", _("有金额超过批准概算"))], lambda _value: Q(pk__in=over_budget())),
        Filter("stage", _("阶段"), stages, "matter__stage"),
    ]


def _beyond(value: str) -> Q:
    pair, _sign, step = value.partition(":")
    return Q(pk__in=beyond(pair, Decimal(step)))


@signed_in(kinds=OFFICIALS)
@require_safe
def portfolio(request: PageRequest) -> HttpResponse:
    """The six amounts of every project in the reader's scope, with filters by variance and Excel."""
    rows = projects_visible(request.who.id, request.today)
    listing = Register(
        request,
        rows,
        _columns(),
        ("title", "project_code", "owner_unit__name", "matter__code"),
        _filters(),
        table="costs",
        search_label=_("名称、代码、单位"),
        empty_text=_("没有符合条件的项目"),
        prepare=lambda found: prepare_six(found, request.today),
    )
    if listing.wants_excel:
        return listing.excel(_("造价链"))
    return render(request, "works/costs.html", {"listing": listing})
