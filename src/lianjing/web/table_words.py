"""The cells of a decision table in words: figures by name and value, codes by their word, comparisons by their sign."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache

from django.utils.translation import gettext as _

from lianjing.runtime import codes
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parameter.queries import MissingFigure, figure, parameter_on
from lianjing.web.decision_tables import ShownTable
from lianjing.web.words import in_english

ANY = "-"
TELLING = 3  # signs from which a code found in one list only is taken for that list's
SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}
PIECES = re.compile(
    r'@(?P<figure>[\w.]+)|"(?P<code>[^"]*)"|(?P<truth>\b(?:true|false)\b)|(?P<sign>>=|<=|!=)'
    r"|(?P<number>-?\d+(?:\.\d+)?)"
)


def cells_in_words(table: ShownTable, day: date) -> list[list[tuple[str, str]]]:
    """Return each row of a table as cells of (words, source); the words are those of the day's figures."""
    columns = (*table.variables, *table.results)
    return [
        [(cell_words(cell, column, day), cell) for column, cell in zip(columns, rule.cells, strict=False)]
        for rule in table.rules
    ]


def cell_words(cell: str, column: str, day: date) -> str:
    """Return a condition or an answer in words; `column` is the variable that it tests or gives."""
    if cell in ("", ANY):
        return "—"

    def word(found: re.Match[str]) -> str:
        if found["figure"] is not None:
            return figure_words(found["figure"], day)
        if found["code"] is not None:
            return code_word(column, found["code"])
        if found["number"] is not None:
            return _number_words(found["number"], column)
        return _truth(found["truth"]) if found["truth"] else SIGNS[found["sign"]]

    said = PIECES.sub(word, cell)
    if said.startswith("not(") and said.endswith(")"):
        return _("除%(cases)s以外") % {"cases": said[4:-1]}
    return said


def _number_words(number: str, column: str) -> str:
    """A number written into a table, in the unit that its column is named by: money in fen, a share of one."""
    if column.endswith("_fen"):
        return f"¥{Decimal(number) / 100:,.2f}"
    if column.endswith("_ratio"):
        return f"{(Decimal(number) * 100).normalize():f}%"
    return number


def figure_words(key: str, day: date) -> str:
    """Return a figure's name with its value on the day, in its unit; the key where there is no such figure."""
    try:
        row = parameter_on(key, day)
        value = _value(row, day)
    except MissingFigure:
        return f"{key}（{_('尚未设定')}）"
    return f"{row.en if in_english() and row.en else row.zh}（{value}）"


def _value(row: Parameter, day: date) -> str:
    if row.value is not None:
        return f"¥{row.value:,.2f}"
    number = figure(row.key, day)
    if row.unit == "ratio":
        return f"{(number * 100).normalize():f}%"
    return f"{number.normalize():,f} {codes.label('parameter_unit', row.unit)}"


def code_word(column: str, code: str) -> str:
    """Return the word of a code: from the list named like the column, else from the only word that it has in any list."""
    for name in _lists_of(column, code):
        return codes.label(name, code)
    words = {codes.label(name, code) for name, held in codes.shipped().items() if code in held}
    if len(words) == 1 and len(code) >= TELLING:
        return words.pop()
    unit = Unit.objects.filter(code=code).values_list("name", flat=True).first()
    return unit or code


@cache
def _lists_of(column: str, code: str) -> tuple[str, ...]:
    names = [name for name, held in codes.shipped().items() if code in held]
    like = [name for name in names if name == column]
    return tuple(like or [name for name in names if name.endswith(f"_{column}")])


def _truth(text: str) -> str:
    return _("是") if text == "true" else _("否")
