"""One register page for every procedure of works: typed columns of its records, searched, filtered, sorted, exported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import models
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.works.pages.projects import READERS
from lianjing.domains.works.queries.registers import (
    attach_holders,
    fields_of,
    records_visible,
)
from lianjing.domains.works.register_columns import SHOWN, SHOWN_AT_FIRST
from lianjing.domains.works.register_menu import REGISTERS, view_name
from lianjing.domains.works.rules.gates import ORDER
from lianjing.runtime import codes
from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.org.models import Unit
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.personal_columns import personal_columns
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.matters import STATUS_TONES
from lianjing.web.records import currency_of, label_of, name_of, spoken
from lianjing.web.register import Register
from lianjing.web.scope import mark_open
from lianjing.web.words import text_of

YEARS_BACK = 10
LONGEST_CELL = 60


@signed_in(kinds=READERS)
@require_safe
def register(request: PageRequest, kind: str) -> HttpResponse:
    """Show the register of one kind of matter."""
    procedure = REGISTERS[kind]
    fields = fields_of(procedure.record)

    def prepare(rows: list[Any]) -> None:
        attach_holders(rows)
        mark_open(request, rows, lambda row: row.matter.root_id or row.pk)

    listing = Register(
        request,
        records_visible(procedure, request.who.id, request.today),
        _columns(kind, fields),
        ("matter__title", "matter__code", "matter__root__title", *_searched(fields)),
        _filters(fields, request.today),
        [
            DateFilter("from", _("登记日起"), "matter__opened_on__gte"),
            DateFilter("to", _("登记日止"), "matter__opened_on__lte"),
        ],
        table=f"register-{kind}",
        search_label=_("事项、编号、项目、名称"),
        empty_text=_("没有符合条件的记录"),
        prepare=prepare,
    )
    title = text_of(procedure.label)
    if listing.wants_excel:
        return listing.excel(title)
    context = {
        "listing": listing,
        "label": title,
        "breadcrumbs": [{"label": _("工程项目"), "url": reverse("works_projects")}],
    }
    return render(request, "works/register.html", context)


def _columns(kind: str, fields: list[Any]) -> list[Column]:
    shown = SHOWN.get(kind) or tuple(field.name for field in fields[:SHOWN_AT_FIRST])
    order = {name: place for place, name in enumerate(shown)}
    ordered = sorted(fields, key=lambda field: order.get(field.name, len(order)))
    return [
        Column(
            "project",
            _("项目"),
            lambda row: row.matter.root.title if row.matter.root else "",
            "matter__root__title",
            url=lambda row: reverse("matter", args=[row.opens]) if row.opens else "",
        ),
        Column(
            "title",
            _("事项"),
            lambda row: row.matter.title,
            "matter__title",
            url=lambda row: reverse("matter", args=[row.pk]),
        ),
        Column("code", _("编号"), lambda row: row.matter.code, "matter__code", is_hidden=True),
        *[_field_column(field, is_hidden=field.name not in order) for field in ordered],
        Column(
            "matter_status",
            _("办理状态"),
            lambda row: codes.label("matter_status", row.matter.status),
            "matter__status",
            "status",
            tone=lambda row: STATUS_TONES.get(row.matter.status, "plain"),
        ),
        Column("holder", _("现在办理岗位"), lambda row: row.holders),
        Column("unit", _("承办单位"), lambda row: row.matter.unit.name, "matter__unit__name", is_hidden=True),
        Column("opened", _("登记日"), lambda row: row.matter.opened_on, "matter__opened_on", "day"),
        Column(
            "closed",
            _("办结日"),
            lambda row: row.matter.closed_on,
            "matter__closed_on",
            "day",
            is_hidden=True,
        ),
    ]


def _field_column(field: Any, *, is_hidden: bool) -> Column:
    value: Callable[[Any], Any] = partial(_value, field)
    kind = "text"
    drawn = None
    if isinstance(field, MoneyField) or (
        isinstance(field, RatioField | models.IntegerField) and not field.is_relation
    ):
        kind, drawn = "number", partial(_shown, field)
    elif isinstance(field, models.DateTimeField):
        kind = "time"
    elif isinstance(field, models.DateField):
        kind = "day"
    sort = field.name if not field.is_relation else field.column
    return Column(
        f"f_{field.name}",
        label_of(field),
        value,
        sort,
        kind,
        shown=drawn,
        is_hidden=is_hidden,
        is_personal=(field.model._meta.db_table, field.name) in personal_columns(),
    )


def _value(field: Any, row: Any) -> Any:
    """The value as it is sorted and exported: money and counts as numbers, codes and names in words."""
    raw = getattr(row, field.name) if field.is_relation else shown(row, field.name)
    match raw:
        case None:
            return None
        case bool():
            return _("是") if raw else _("否")
        case date() | datetime():
            return raw
        case models.Model():
            return name_of(raw)
    if isinstance(field, CodeField):
        return codes.label(field.codelist, raw) if raw else ""
    if field.name == "status" and raw:  # a status without a list of its own
        return codes.label("record_status", raw)
    if isinstance(raw, str) and len(raw) > LONGEST_CELL:
        return f"{raw[:LONGEST_CELL]}…"
    return raw


def _shown(field: Any, row: Any) -> str:
    return spoken(field, getattr(row, field.name), currency_of(row))[0]


def _searched(fields: list[Any]) -> list[str]:
    """The names and numbers of a record in which a person looks for words."""
    texts = [
        field.name
        for field in fields
        if isinstance(field, models.TextField)
        and (field.name in ("code", "title", "name") or field.name.endswith("_no"))
    ]
    firms = [f"{field.name}__name" for field in fields if field.name == "enterprise"]
    contracts = ["contract__title", "contract__code"] if any(f.name == "contract" for f in fields) else []
    return [*texts, *firms, *contracts]


def _filters(fields: list[Any], today: date) -> list[Filter]:
    years = [(str(year), str(year)) for year in range(today.year, today.year - YEARS_BACK, -1)]
    units = Unit.objects.exclude(kind="outside").order_by("code").values_list("id", "name")
    return [
        Filter("matter_status", _("办理状态"), codes.choices("matter_status"), "matter__status"),
        Filter("stage", _("项目阶段"), codes.choices("stage", *ORDER), "matter__root__stage"),
        Filter("unit", _("承办单位"), [(str(key), name) for key, name in units], "matter__unit_id"),
        Filter("year", _("登记年度"), years, lambda value: Q(matter__opened_on__year=int(value))),
        *[
            Filter(f"f_{field.name}", label_of(field), codes.choices(field.codelist), field.name)
            for field in fields
            if isinstance(field, CodeField) and codes.codes(field.codelist)
        ],
    ]


urlpatterns: list[URLPattern] = [
    path(f"works/registers/{kind}/", register, {"kind": kind}, name=view_name(kind)) for kind in REGISTERS
]
