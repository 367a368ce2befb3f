"""Reads a ledger file, Excel or CSV, into numbered rows of cells; rubbish gets one clear sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold. `bytes` is the file as stored, `unpacked` an .xlsx after inflating."""

    bytes: int = 100 * 1024 * 1024
    unpacked: int = 400 * 1024 * 1024
    rows: int = 200_000
    columns: int = 500
    cell: int = 10_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: the column ("" for the row), the value, why, and what to do about it."""

    line: int
    column: str
    value: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as read; `line` counts from 1 as the spreadsheet or a text editor shows it.

    `formulas` and `errors` are the places (from 0) of cells computed by the spreadsheet, or that hold #REF! and
    the like.
    """

    line: int
    cells: tuple[Cell, ...]
    formulas: frozenset[int] = frozenset()
    errors: frozenset[int] = frozenset()

    @property
    def is_blank(self) -> bool:
        """True where no cell holds anything."""
        return not self.errors and all(
            cell is None or (isinstance(cell, str) and not tidy(cell)) for cell in self.cells
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """A file as read: all rows that hold something, the faults of rows that could not be read, how it was read."""

    name: str
    sha256: str
    rows: tuple[RawRow, ...]
    faults: tuple[Fault, ...] = ()
    form: str = ""  # "xlsx · 项目" or "csv · utf-8 · ,"
    remarks: tuple[str, ...] = ()
    header: RawRow = field(default_factory=lambda: RawRow(0, ()))

    def below(self, place: int) -> Ledger:
        """Return the ledger with the row at `place` as its header and only the rows below it."""
        return replace(self, header=self.rows[place], rows=self.rows[place + 1 :])

    def headers(self) -> list[str]:
        """Return the header's cells as text."""
        return [shown(cell) for cell in self.header.cells]


_SPACES = {0x00A0: " ", 0x3000: " ", 0x200B: None, 0xFEFF: None, 0x2028: " ", 0x2029: " "}


def tidy(text: str) -> str:
    """Return text without spaces around it and with single ones inside; no sign of any script is changed."""
    return " ".join(text.translate(_SPACES).split())


def shown(cell: Cell) -> str:
    """Return a cell as a person would read it: whole numbers without a point, days in ISO form."""
    match cell:
        case None:
            return ""
        case str():
            return tidy(cell)
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def load(path: Path, limits: Limits) -> tuple[bytes, str]:
    """Return a file's bytes and digest; BadInput for one that is empty, too large or not a file."""
    if not path.is_file():
        raise BadInput(_("没有文件“%(name)s”") % {"name": path.name}, "file")
    size = path.stat().st_size
    if size == 0:
        raise BadInput(_("“%(name)s”是空文件") % {"name": path.name}, "file")
    if size > limits.bytes:
        raise BadInput(
            _("“%(name)s”有%(size)d MB，上限%(limit)d MB，请拆分")
            % {"name": path.name, "size": size >> 20, "limit": limits.bytes >> 20},
            "file",
        )
    data = path.read_bytes()
    return data, hashlib.sha256(data).hexdigest()


def numbered(rows: Sequence[RawRow], limits: Limits) -> Iterator[RawRow]:
    """Yield the rows that hold something; BadInput where there are too many rows or columns."""
    count = 0
    for row in rows:
        if row.is_blank:
            continue
        count += 1
        if count > limits.rows:
            raise BadInput(_("行数超过上限%(limit)d，请拆分文件") % {"limit": limits.rows}, "file")
        if len(row.cells) > limits.columns:
            refuse_width(len(row.cells), limits)
        yield row


def refuse_width(width: int, limits: Limits) -> None:
    """Raise BadInput for a sheet that is too wide."""
    raise BadInput(
        _("有%(width)d列，上限%(limit)d列，请删去无用的列") % {"width": width, "limit": limits.columns},
        "file",
    )
