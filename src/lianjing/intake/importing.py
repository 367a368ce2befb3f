"""From a path to a ledger that is ready to be taken in: read, recognised, mapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from lianjing.intake.cells import BadCell, read_cell
from lianjing.intake.delimited import read_delimited
from lianjing.intake.ledger import Ledger, Limits, load
from lianjing.intake.mapping import (
    SURE,
    ColumnMapping,
    find_header,
    guess_kind,
    header_digest,
    parse_mapping,
    propose,
    settle,
)
from lianjing.intake.workbook import is_workbook, read_workbook
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import LedgerKind
from lianjing.runtime.batch.queries import mapping_saved
from lianjing.runtime.batch.services import remember_mapping

SPREADSHEETS = (".xlsx", ".xls", ".xlsm")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ledger below its header, what it is, which column is which, and what the reader should be told."""

    ledger: Ledger
    kind: LedgerKind
    mapping: ColumnMapping
    remarks: tuple[str, ...] = ()


def read_file(path: Path, limits: Limits, *, sheet: str = "", encoding: str = "") -> Ledger:
    """Read a file by what it is, not by its name alone; BadInput in one sentence for what is no ledger."""
    data, sha256 = load(path, limits)
    if is_workbook(data):
        return read_workbook(data, name=path.name, sha256=sha256, limits=limits, sheet=sheet)
    if path.suffix.lower() in SPREADSHEETS:
        raise BadInput(_("“%(name)s”不是Excel文件，请用Excel重新另存为.xlsx") % {"name": path.name}, "file")
    if data.startswith(b"%PDF"):
        raise BadInput(_("“%(name)s”是PDF，请提供Excel或CSV") % {"name": path.name}, "file")
    ledger = read_delimited(data, name=path.name, sha256=sha256, limits=limits, encoding=encoding)
    if not ledger.rows:
        raise BadInput(_("“%(name)s”中没有内容") % {"name": path.name}, "file")
    return ledger


def load_ledger(
    path: Path,
    *,
    kinds: Sequence[LedgerKind],
    kind: str = "",
    given: ColumnMapping | None = None,
    constants: Mapping[str, str] | None = None,
    sheet: str = "",
    encoding: str = "",
    limits: Limits | None = None,
) -> Loaded:
    """Read a file, find its kind and header, and settle the mapping: given, saved for this header, or proposed."""
    ledger = read_file(path, limits or Limits(), sheet=sheet, encoding=encoding)
    chosen = _named(kind, kinds) if kind else guess_kind(ledger, kinds)
    below = find_header(ledger, chosen, frozenset(given.columns) if given else frozenset())
    saved = "" if given else mapping_saved(chosen.key, header_digest(below.headers()))
    mapping = settle(
        below, chosen, parse_mapping(saved) if saved else given, _usable(constants or {}, chosen)
    )
    _check_constants(mapping, chosen)
    return Loaded(below, chosen, mapping, _unsure(below, chosen, mapping))


def _named(key: str, kinds: Sequence[LedgerKind]) -> LedgerKind:
    for kind in kinds:
        if kind.key == key:
            return kind
    raise BadInput(_("没有“%(kind)s”这种台账") % {"kind": key}, "kind")


def _usable(constants: Mapping[str, str], kind: LedgerKind) -> dict[str, str]:
    """The currency of the command line holds where the ledger has one."""
    known = {column.key for column in kind.columns}
    return {key: value for key, value in constants.items() if key in known}


def _check_constants(mapping: ColumnMapping, kind: LedgerKind) -> None:
    for key, value in mapping.constants.items():
        try:
            read_cell(value, kind.column(key))
        except BadCell as bad:
            raise BadInput(f"{kind.column(key).label}: {bad.reason}", "mapping") from bad


def _unsure(ledger: Ledger, kind: LedgerKind, mapping: ColumnMapping) -> tuple[str, ...]:
    """Say which headers may have been meant but were not used: the importer decides, by a mapping file."""
    used = set(mapping.columns) | set(mapping.columns.values())
    maybe = [
        f"{each.header} → {kind.column(each.target).label}？"
        for each in propose(ledger.headers(), kind)
        if each.score < SURE and each.header not in used and each.target not in used
    ]
    return (
        (_("可能的列对应（未采用，可写入--mapping）：%(columns)s") % {"columns": "、".join(maybe)},)
        if maybe
        else ()
    )


def remember(loaded: Loaded, now: datetime) -> None:
    """Keep the mapping for the next file with this header; constants and units of a file are not kept."""
    mapping = ColumnMapping(loaded.kind.key, loaded.mapping.columns, {}, loaded.mapping.units)
    remember_mapping(
        kind=loaded.kind.key,
        header_sha256=header_digest(loaded.ledger.headers()),
        content=mapping.to_json(),
        now=now,
    )
