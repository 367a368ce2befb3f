"""What a ledger of a noun looks like: its columns, the key of a row, and the function that takes one row in.

Each noun declares its ledgers beside its verbs (`imports.py`); the reader, the mapping and the run are the same
for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lianjing.kernel.declaration import Text
from lianjing.runtime.trail.act import Act
from lianjing.runtime.trail.kept import Kept


class CellKind(StrEnum):
    """What a cell of a column must hold."""

    TEXT = "text"
    CODE = "code"  # a number or mark that only looks like a number: never rounded, never shortened
    WORD = "word"  # a code of a code list, or its word in either language
    DAY = "day"
    MONEY = "money"  # in the main unit of its currency, two places
    INTEGER = "integer"
    DECIMAL = "decimal"  # six places
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a ledger may hold. `synonyms` are the headers by which it is known, Chinese and English."""

    key: str
    label: Text
    kind: CellKind = CellKind.TEXT
    synonyms: tuple[str, ...] = ()
    codelist: str = ""
    longest: int = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file with typed cells; `line` is its place in the file, from 1. Missing is None."""

    line: int
    values: Mapping[str, Any]
    printed: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Return a cell's text, "" where it is empty."""
        return str(self.values.get(key) or "")

    def day(self, key: str) -> date | None:
        """Return a cell's day."""
        value = self.values.get(key)
        return value if isinstance(value, date) else None

    def amount(self, key: str) -> Decimal | None:
        """Return a cell's amount or other decimal."""
        value = self.values.get(key)
        return value if isinstance(value, Decimal) else None

    def integer(self, key: str) -> int | None:
        """Return a cell's integer."""
        value = self.values.get(key)
        return value if isinstance(value, int) else None


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning on a row that was taken in; `record` is the row of the database that it concerns."""

    kind: str
    text: str
    column: str = ""
    value: str = ""
    record: Kept | None = None


class Result(StrEnum):
    """What became of a row."""

    IMPORTED = "imported"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a row in came to, with its warnings."""

    result: Result
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for all rows of a run: the unit they belong to, the outside system they come from, constants.

    `survey` is what the ledger read out of all rows beforehand; `is_last_pass` is false in the first of two passes.
    """

    unit_id: int | None = None
    source: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    survey: Mapping[str, Any] = field(default_factory=dict)
    is_last_pass: bool = True


def _in_file_order(rows: Sequence[Row]) -> list[Row]:
    return list(rows)


def _nothing(rows: Sequence[Row]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class LedgerKind:
    """One kind of ledger. `take(act, row, run)` writes the row through the act, or raises BadInput or Refusal.

    `requires` holds groups of columns: of each group one must be in the file and filled in each row. `take` must
    set `act.chain` and leave the database as it was for a row whose content is already there.
    """

    key: str
    label: Text
    verb: str
    posts: tuple[str, ...]  # who may: standard post keys
    columns: tuple[Column, ...]
    requires: tuple[tuple[str, ...], ...]
    row_key: Callable[[Row], str]
    take: Callable[[Act, Row, Run], Taken]
    survey: Callable[[Sequence[Row]], dict[str, Any]] = _nothing
    arrange: Callable[[Sequence[Row]], list[Row]] = _in_file_order
    passes: int = 1
    is_person_needed: bool = True  # False: an archive, which the command line alone may bring in
    is_owned: bool = False  # True: rows belong to a unit (Run.unit_id)
    money_column: str = ""  # column of the currency, where amounts have one

    def column(self, key: str) -> Column:
        """Return a column; KeyError for one that the ledger does not have."""
        return next(column for column in self.columns if column.key == key)


def save_changes(act: Act, row: Kept, values: Mapping[str, Any]) -> bool:
    """Set the columns of a stored row and save it if that changed anything; return whether it did."""
    for name, value in values.items():
        setattr(row, name, value)
    if not row.changed_columns():
        return False
    act.save(row)
    return True
