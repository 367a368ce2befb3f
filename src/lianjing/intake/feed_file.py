"""Reads a file of a feed (CSV or Excel, GBK or UTF-8): whole and sound, or refused with the line at fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.intake.importing import load_ledger
from lianjing.intake.ledger import Limits
from lianjing.intake.mapping import ColumnMapping
from lianjing.intake.rows import Line, type_rows
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import LedgerKind, Result
from lianjing.runtime.exchange.declaration import Declared, declared


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A file as read: its rows as texts by column, its digest, how it was read, which header was which column."""

    name: str
    sha256: str
    form: str
    items: tuple[dict[str, str], ...]
    mapping: ColumnMapping


def file_feed(key: str) -> tuple[Declared, LedgerKind]:
    """Return a declared feed that comes as files; BadInput names those there are."""
    found = declared().get(key)
    if found is None or found.ledger is None:
        known = "、".join(name for name, each in declared().items() if each.ledger is not None)
        raise BadInput(
            _("没有以文件导入的数据源“%(key)s”，可用：%(known)s") % {"key": key, "known": known}, "feed"
        )
    return found, found.ledger


def read_feed(
    path: Path, ledger: LedgerKind, *, given: ColumnMapping | None = None, sheet: str = "", encoding: str = ""
) -> FeedFile:
    """Read a file of a feed; BadInput names the missing column, or line and column of the first fault."""
    limits = Limits()
    loaded = load_ledger(
        path, kinds=[ledger], kind=ledger.key, given=given, sheet=sheet, encoding=encoding, limits=limits
    )
    _require_columns(ledger, loaded.mapping)
    lines = type_rows(loaded.ledger, ledger, loaded.mapping, limits)
    for line in lines:
        _require_sound(line)
    items = tuple(_item(line, ledger) for line in lines if line.row is not None and line.result is None)
    if not items:
        raise BadInput(_("文件中没有数据行"), "file")
    return FeedFile(loaded.ledger.name, loaded.ledger.sha256, loaded.ledger.form, items, loaded.mapping)


def _require_columns(ledger: LedgerKind, mapping: ColumnMapping) -> None:
    held = {*mapping.columns.values(), *mapping.constants}
    missing = [str(ledger.column(group[0]).label) for group in ledger.requires if not held & set(group)]
    if missing:
        raise BadInput(_("文件缺少列：%(columns)s；整份文件未导入") % {"columns": "、".join(missing)}, "file")


def _require_sound(line: Line) -> None:
    if line.result is Result.REJECTED:
        fault = line.faults[0]
        where = f"“{fault.column}”" if fault.column else ""
        raise BadInput(
            _("第%(line)d行%(column)s：%(reason)s；整份文件未导入")
            % {"line": fault.line, "column": where, "reason": fault.reason},
            "file",
        )


def _item(line: Line, ledger: LedgerKind) -> dict[str, str]:
    assert line.row is not None
    texts = {column.key: _text(line.row.values.get(column.key)) for column in ledger.columns}
    return {**texts, "id": str(line.line)}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
