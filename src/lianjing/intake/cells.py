"""Typed cells: days, amounts, numbers, codes and words as ledgers write them; what cannot be read is said, not guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache

from django.utils import translation
from django.utils.translation import gettext as _

from lianjing.intake.ledger import Cell, shown
from lianjing.kernel.money import BadAmount, parse_amount
from lianjing.runtime import codes
from lianjing.runtime.batch.ledger import CellKind, Column

EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, past its false 29 February 1900
SERIALS = range(20_000, 80_000)  # 1954 to 2119
YEARS = range(1900, 2101)
SIX_PLACES = Decimal("0.000001")
UNITS = {
    "元": 1,
    "千元": 1000,
    "万元": 10_000,
    "万": 10_000,
    "百万元": 1_000_000,
    "亿元": 100_000_000,
    "亿": 100_000_000,
}

_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
)
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EXPONENT = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
_UNIT = re.compile(r"(百万元|千元|万元|亿元|万|亿|元)$")
_YES = {"是", "有", "true", "yes", "y", "1", "√"}
_NO = {"否", "无", "false", "no", "n", "0", "×"}

Value = str | int | bool | date | Decimal | None


@dataclass
class BadCell(Exception):
    """A cell that its column cannot hold: why, and what to do about it."""

    reason: str
    remedy: str = ""


def read_cell(cell: Cell, column: Column, *, scale: int = 1, longest: int = 10_000) -> Value:
    """Return the typed value of a cell, None for an empty one; BadCell says why not.

    `scale` is the unit that the header names (10,000 for 万元).
    """
    if cell is None or (isinstance(cell, str) and not shown(cell)):
        return None
    if isinstance(cell, str):
        refuse_signs(cell)
    if column.kind in (CellKind.TEXT, CellKind.CODE):
        return _text(cell, min(column.longest, longest))
    if column.kind is CellKind.WORD:
        return _word(shown(cell), column.codelist)
    if column.kind is CellKind.MONEY:
        return read_amount(cell, scale)
    return READERS[column.kind](cell)


def refuse_signs(text: str) -> None:
    """Raise BadCell for signs that no database takes or that a damaged conversion left behind."""
    for sign in text:
        point = ord(sign)
        if 0xD800 <= point <= 0xDFFF or point == 0xFFFD:
            raise BadCell(_("含有损坏的字符（编码转换时丢失）"), _("从原件重新录入该单元格，另存为UTF-8"))
        if point < 32 and sign not in "\t\n\r":
            raise BadCell(
                _("含有不可见的控制字符（第%(code)d号）") % {"code": point}, _("删除该字符后重新导入")
            )


def _text(cell: Cell, longest: int) -> str:
    text = shown(cell)
    if len(text) > longest:
        raise BadCell(
            _("有%(length)d个字，上限%(longest)d") % {"length": len(text), "longest": longest},
            _("缩短，或检查是否有几列并在一格"),
        )
    return text


@cache
def words(codelist: str) -> dict[str, str]:
    """Return the codes of a list by code and by their word in either language, in lower case."""
    found: dict[str, str] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found.update(
                {codes.label(codelist, code).lower(): code for code in sorted(codes.codes(codelist))}
            )
    found.update({code.lower(): code for code in codes.codes(codelist)})
    return found


def _word(text: str, codelist: str) -> str:
    code = words(codelist).get(text.lower())
    if code is None:
        known = "、".join(word for _code, word in codes.choices(codelist)[:12])
        raise BadCell(
            _("“%(text)s”不在可选范围内") % {"text": text[:40]},
            _("填写其中之一：%(known)s") % {"known": known},
        )
    return code


def read_day(cell: Cell) -> date:
    """Return a day: ISO, 2025年3月6日, 2025/3/6, 2025.3.6, 20250306, Excel's serial number, with or without a time."""
    if isinstance(cell, datetime):
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    text = unicodedata.normalize("NFKC", shown(cell)).strip()
    match = _DAY.fullmatch(text) or _EIGHT.fullmatch(text)
    if match:
        try:
            return _in_range(date(int(match[1]), int(match[2]), int(match[3])))
        except ValueError as error:
            raise BadCell(_("“%(text)s”不是存在的日期") % {"text": text[:40]}, _("写作2025-03-06")) from error
    if _SERIAL.fullmatch(text) and int(float(text)) in SERIALS:
        return EPOCH + timedelta(days=int(float(text)))
    raise BadCell(_("“%(text)s”不是日期，或日月次序不明") % {"text": text[:40]}, _("写作2025-03-06"))


def _in_range(day: date) -> date:
    if day.year not in YEARS:
        raise BadCell(_("日期%(day)s的年份不合理") % {"day": day.isoformat()}, _("核对年份"))
    return day


def read_amount(cell: Cell, scale: int = 1) -> Decimal:
    """Return an amount with two places: 9.65E7, 12,345.60, full-width digits, 万元 in the header or in the cell."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise BadCell(_("“%(text)s”不是金额") % {"text": shown(cell)[:40]}, _("填写数字，例如12345.60"))
    text, unit = _without_unit(cell if isinstance(cell, str) else _plain_number(cell))
    if unit and scale not in (1, unit):
        raise BadCell(_("单元格与表头的金额单位不一致"), _("只在表头或只在单元格写明单位"))
    factor = unit or scale
    if factor == 1 and "e" not in text.lower():
        return _amount(text)
    number = _number(text)
    if not number.is_finite():
        raise BadCell(_("“%(text)s”不是金额") % {"text": text[:40]}, _("填写数字，例如12345.60"))
    return _amount(format(number * factor, "f"))


def _without_unit(text: str) -> tuple[str, int]:
    plain = (
        unicodedata.normalize("NFKC", text)
        .replace("−", "-")
        .strip()
        .removeprefix("人民币")
        .removeprefix("¥")
        .strip()
    )
    match = _UNIT.search(plain)
    return (plain[: match.start()].strip(), UNITS[match[1]]) if match else (plain, 0)


def _plain_number(number: float) -> str:
    """A spreadsheet's number as digits: the noise of binary fractions beyond the ninth digit after the point goes."""
    rounded = (
        Decimal(repr(number)).quantize(Decimal("0.000000001"))
        if abs(number) < 1e15
        else Decimal(repr(number))
    )
    return format(rounded.normalize(), "f")


def _number(text: str) -> Decimal:
    if _EXPONENT.fullmatch(text):
        return Decimal(text)
    try:
        return (
            Decimal(text.replace(",", ""))
            if re.fullmatch(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", text, re.ASCII)
            else Decimal("NaN")
        )
    except InvalidOperation:
        return Decimal("NaN")


def _amount(text: str) -> Decimal:
    try:
        return parse_amount(text, may_be_negative=True)
    except BadAmount as error:
        raise BadCell(
            _(error.reason) % error.values if error.values else _(error.reason), _("填写数字，例如12345.60")
        ) from error


def _decimal(cell: Cell) -> Decimal:
    text = (
        _plain_number(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else shown(cell)
    )
    number = _number(unicodedata.normalize("NFKC", text).replace("−", "-"))
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise BadCell(_("“%(text)s”不是数") % {"text": text[:40]}, _("填写数字，例如12.5"))
    return number.quantize(SIX_PLACES)


def _integer(cell: Cell) -> int:
    number = _decimal(cell)
    if number != number.to_integral_value():
        raise BadCell(_("“%(text)s”不是整数") % {"text": shown(cell)[:40]}, _("填写整数"))
    return int(number)


def _flag(cell: Cell) -> bool:
    text = shown(cell)
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise BadCell(_("“%(text)s”不是“是”或“否”") % {"text": text[:40]}, _("填写“是”或“否”"))


READERS: dict[CellKind, Callable[[Cell], Value]] = {
    CellKind.DAY: read_day,
    CellKind.INTEGER: _integer,
    CellKind.DECIMAL: _decimal,
    CellKind.FLAG: _flag,
}
