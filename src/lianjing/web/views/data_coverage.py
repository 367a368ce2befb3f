"""数据质量: of every field that an indicator reads, how many rows there are and how many of them are filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.analysis.lake.quality import kept_report
from lianjing.analysis.lake.schema import schema
from lianjing.web.access import ADMINISTRATORS, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Roll

INSIDE = ADMINISTRATORS | {"supervisor"}
LITTLE = 0.5  # below it a field is shown as one to look at
STATES = ("whole", "partly", "little", "none")
TONES = {"whole": "good", "partly": "warn", "little": "bad", "none": "off"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field as the report states it."""

    table: str
    name: str
    label: str
    rows: int
    filled: int
    coverage: float | None
    indicators: tuple[str, ...]

    @property
    def state(self) -> str:
        """Whole, partly or little filled; none where the table has no row."""
        if self.coverage is None:
            return "none"
        return "whole" if self.coverage == 1 else "partly" if self.coverage >= LITTLE else "little"


@signed_in(kinds=INSIDE)
@require_safe
def data_coverage(request: HttpRequest) -> HttpResponse:
    """List the fields of the last scan's report, the emptiest first."""
    report = kept_report(settings.DATA_DIR / "lake")
    words = {"whole": _("齐全"), "partly": _("部分"), "little": _("过少"), "none": _("没有数据")}
    fields = sorted(_fields(report), key=lambda each: (each.coverage is None, each.coverage, each.table))
    listing = Roll(
        request,
        cast(Any, fields),
        [
            Column("table", _("表"), lambda row: row.table, "table"),
            Column("field", _("字段"), lambda row: row.label or row.name, "label"),
            Column("rows", _("行数"), lambda row: row.rows, "rows", "number"),
            Column("filled", _("已填"), lambda row: row.filled, "filled", "number"),
            Column(
                "coverage",
                _("覆盖率"),
                lambda row: "—" if row.coverage is None else f"{row.coverage:.1%}",
                kind="number",
            ),
            Column(
                "state",
                _("状态"),
                lambda row: words[row.state],
                "state",
                "status",
                tone=lambda row: TONES[row.state],
            ),
            Column("indicators", _("使用的监督模型"), lambda row: "、".join(row.indicators)),
        ],
        ("table", "label"),
        [Filter("state", _("状态"), [(key, words[key]) for key in STATES], _in_state)],
        table="data_coverage",
        search_label=_("表、字段、监督模型"),
        empty_text=_("没有符合条件的字段"),
    )
    if listing.wants_excel:
        return listing.excel(_("数据质量"))
    leaf = None if report is None else report["leaf"]
    return render(request, "lianjing/data_coverage.html", {"listing": listing, "leaf": leaf})


def _in_state(wanted: str) -> Any:
    """Return the test of a row, as a roll asks for it."""
    return lambda row: row.state == wanted


def _fields(report: dict[str, Any] | None) -> list[Field]:
    tables = schema().tables
    found = []
    for each in report["fields"] if report is not None else ():
        table, _dot, name = each["field"].partition(".")
        label = tables[table].label if table in tables else table
        found.append(
            Field(
                label,
                name,
                each["label"],
                each["rows"],
                each["filled"],
                each["coverage"],
                tuple(each["indicators"]),
            )
        )
    return found
