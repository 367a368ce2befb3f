"""Excel files for people to keep: one sheet, typed cells, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import xlsxwriter
from django.http import HttpResponse
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.zone_mark import sheet_name

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
LARGEST_TEXT = 32_767  # what one cell holds
LARGEST_SHEET = 1_048_575  # rows below the head
WIDEST = 48


def workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return an .xlsx of one sheet: a bold head that stays in sight, a filter, one row per record.

    Money (Decimal) and counts are numbers, days and times are dates in office time. Text is always text: where it
    begins with a sign that a spreadsheet would calculate, the cell carries the quote mark too. BadInput beyond
    what a sheet can hold.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_sheet_name(title))
    looks = _looks(book)
    widths = [_width(head) for head in heads]
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, looks["head"])
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > LARGEST_SHEET:
            raise BadInput(_("导出的行数超过一张工作表的上限，请缩小筛选范围"))
        for column, value in enumerate(row):
            write_cell(sheet, number, column, value, looks)
            widths[column] = max(widths[column], _width(value))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width + 2, WIDEST))
    sheet.freeze_panes(1, 0)
    if heads:
        sheet.autofilter(0, 0, max(number, 1), len(heads) - 1)
    book.close()
    return target.getvalue()


def download(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return the sheet as a download named "<name>.xlsx"."""
    response = HttpResponse(workbook(name, heads, rows), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = (
        f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name)}.xlsx"
    )
    return response


def write_cell(sheet: Any, row: int, column: int, value: Any, looks: dict[str, Any]) -> None:
    """Write one value by its type; text never as a formula or a link."""
    match value:
        case None | "":
            sheet.write_blank(row, column, None)
        case bool():
            sheet.write_string(row, column, _("是") if value else _("否"))
        case int():
            sheet.write_number(row, column, value)
        case Decimal() | float():
            sheet.write_number(row, column, float(value), looks["money"])
        case datetime():
            moment = value.astimezone(OFFICE_ZONE).replace(tzinfo=None) if value.tzinfo else value
            sheet.write_datetime(row, column, moment, looks["moment"])
        case date():
            sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), looks["day"])  # noqa: DTZ001 - a sheet knows no zones
        case _:
            text = str(value)[:LARGEST_TEXT]
            sheet.write_string(
                row, column, text, looks["quoted"] if text.startswith(FORMULA_SIGNS) else looks["text"]
            )


def _looks(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format(
            {"bold": True, "bg_color": "#E7EFF9", "border": 1, "border_color": "#DCE1E8"}
        ),
        "text": book.add_format({"text_wrap": False}),
        "quoted": book.add_format({"quote_prefix": True}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }


def _sheet_name(title: str) -> str:
    """A sheet's name holds at most 31 signs and none of []:*?/\\ ."""
    kept = "".join(sign for sign in sheet_name(title) if sign not in "[]:*?/\\'").strip()
    return kept[:31] or "Sheet1"


def _width(value: Any) -> int:
    """The width of a value in columns: a Chinese sign takes two."""
    if isinstance(value, date):
        return 16 if isinstance(value, datetime) else 10
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in str(value if value is not None else "")[:WIDEST])
