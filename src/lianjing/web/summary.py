"""Rows of a list summed up by one of its columns: how many, and every sum of money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Group:
    """One value of the column, its rows counted, its sums in the order of the money columns."""

    value: str
    count: int
    sums: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The groups in the order of their values, and the whole."""

    label: str
    heads: tuple[str, ...]
    groups: tuple[Group, ...]
    whole: Group

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return heads and rows for a sheet, the whole last."""
        heads = [self.label, _("数量"), *self.heads]
        return heads, [[group.value, group.count, *group.sums] for group in (*self.groups, self.whole)]


def summed(rows: Iterable[Any], columns: Sequence[Any], by: Any) -> Summary:
    """Sum rows by the value that a column shows; dates by month. What has no value is a group of its own."""
    money = [column for column in columns if column.kind == "money" and column.key != by.key]
    counts: dict[str, int] = {}
    sums: dict[str, list[Decimal]] = {}
    for row in rows:
        value = _word(by.value(row))
        counts[value] = counts.get(value, 0) + 1
        held = sums.setdefault(value, [Decimal(0)] * len(money))
        for place, column in enumerate(money):
            held[place] += _amount(column.value(row))
    groups = tuple(Group(value, counts[value], tuple(sums[value])) for value in sorted(counts))
    whole = Group(
        _("合计"),
        sum(counts.values()),
        tuple(sum((group.sums[place] for group in groups), Decimal(0)) for place in range(len(money))),
    )
    return Summary(by.label, tuple(column.label for column in money), groups, whole)


def _word(value: Any) -> str:
    if value in (None, ""):
        return _("未填")
    if isinstance(value, date):
        return value.strftime("%Y-%m")
    return str(value)


def _amount(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)
