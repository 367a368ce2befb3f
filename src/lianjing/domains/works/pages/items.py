"""办理规范与填报标准: the nine standard work items, each with its fields, papers and limits; one guide to print."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.works.queries.items import Item, Standard, active_items, item_named, standard_of
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.regulation.queries import clause_title
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.excel import download
from lianjing.web.words import clause_address, text_of

READERS = OFFICIALS | {"external"}


@signed_in(kinds=READERS)
@require_safe
def standards(request: PageRequest) -> HttpResponse:
    """List the items in use."""
    rows = [_row(item, request.today) for item in active_items()]
    context = {
        "rows": rows,
        "named": sum(item.is_named for item in active_items()),
        "breadcrumbs": [
            {"label": _("工程项目"), "url": reverse("works_projects")},
            {"label": _("办理规范与填报标准"), "url": ""},
        ],
    }
    return render(request, "works/items.html", context)


@signed_in(kinds=READERS)
@require_safe
def standard(request: PageRequest, key: str) -> HttpResponse:
    """Show one item with its fields, papers and limits; as a sheet with export=xlsx."""
    item = item_named(key)
    if item is None:
        raise Refusal(Ground.SCOPE, "scope.item_standard", _("没有该办理事项"))
    found = standard_of(item, request.today)
    if request.GET.get("export") == "xlsx":
        return download(f"{text_of(item.title)}{_('填报指南')}", _heads(), _lines(found))
    context = {
        "standards": [_shown(found, request.today)],
        "is_guide": False,
        "breadcrumbs": [
            {"label": _("办理规范与填报标准"), "url": reverse("works_items")},
            {"label": text_of(item.title), "url": ""},
        ],
    }
    return render(request, "works/items_standard.html", context)


@signed_in(kinds=READERS)
@require_safe
def guide(request: PageRequest) -> HttpResponse:
    """Show all items one after the other: the filling guide to print."""
    found = [standard_of(item, request.today) for item in active_items()]
    context = {
        "standards": [_shown(each, request.today) for each in found],
        "is_guide": True,
        "breadcrumbs": [
            {"label": _("办理规范与填报标准"), "url": reverse("works_items")},
            {"label": _("填报指南"), "url": ""},
        ],
    }
    return render(request, "works/items_standard.html", context)


def _row(item: Item, day: date) -> dict[str, Any]:
    found = standard_of(item, day)
    steps = [step for line in found.procedures for step in line.steps]
    own = sum(len(fields) for _head, fields in found.forms)
    return {
        "item": item,
        "title": text_of(item.title),
        "definition": text_of(item.definition),
        "url": reverse("works_item", args=[item.key]),
        "steps": len(steps),
        "fields": own + sum(len(step.fields) for step in steps),
        "papers": sum(paper.is_mandatory for step in steps for paper in step.papers),
        "clause": clause_title(item.clause, day),
        "clause_url": clause_address(item.clause, day),
    }


def _shown(found: Standard, day: date) -> dict[str, Any]:
    return {
        "item": found.item,
        "title": text_of(found.item.title),
        "definition": text_of(found.item.definition),
        "clause": clause_title(found.item.clause, day),
        "clause_url": clause_address(found.item.clause, day),
        "limits": [
            {"name": text_of(line.name), "value": line.value, "mark": line.mark, "source": line.source}
            for line in found.limits
        ],
        "forms": found.forms,
        "procedures": [
            {
                "label": text_of(line.label),
                "steps": [
                    {"step": step, "clause": clause_title(step.clause, day) if step.clause else ""}
                    for step in line.steps
                ],
            }
            for line in found.procedures
        ],
    }


def _heads() -> list[str]:
    return [
        _("程序"),
        _("环节"),
        _("字段"),
        _("定义"),
        _("示例"),
        _("填报岗位"),
        _("来源"),
        _("必填"),
        _("校验"),
    ]


def _lines(found: Standard) -> list[list[Any]]:
    rows = [
        [text_of(line.label), step.name, *_cells(field)]
        for line in found.procedures
        for step in line.steps
        for field in _flat(step.fields)
    ]
    return rows + [["", head, *_cells(field)] for head, fields in found.forms for field in _flat(fields)]


def _flat(fields: Any) -> list[Any]:
    return [each for field in fields for each in (field, *field.columns)]


def _cells(field: Any) -> list[Any]:
    return [
        field.label,
        field.definition,
        field.example,
        field.filler,
        field.source,
        field.is_required,
        field.check,
    ]


urlpatterns = [
    path("works/items/", standards, name="works_items"),
    path("works/items/guide/", guide, name="works_items_guide"),
    path("works/items/<slug:key>/", standard, name="works_item"),
]
