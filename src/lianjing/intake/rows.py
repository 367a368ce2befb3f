"""From cells to typed rows: every cell that its column cannot hold is a fault of its row, and rejects it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from lianjing.intake.cells import UNITS, BadCell, Value, read_cell, refuse_signs
from lianjing.intake.ledger import Fault, Ledger, Limits, RawRow, shown
from lianjing.intake.mapping import ColumnMapping
from lianjing.runtime.batch.ledger import Column, LedgerKind, Notice, Result, Row

SHOWN = 80  # signs of a faulty value in the report


@dataclass
class Line:
    """One row of the file on its way through: what it came to, with its faults and warnings."""

    line: int
    row: Row | None = None
    key: str = ""
    result: Result | None = None
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def reject(self, fault: Fault) -> None:
        """Reject the row for a fault."""
        self.result = Result.REJECTED
        self.faults.append(fault)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column of the ledger stands in the file."""

    index: int
    header: str
    column: Column
    scale: int


def type_rows(ledger: Ledger, kind: LedgerKind, mapping: ColumnMapping, limits: Limits) -> list[Line]:
    """Return all lines of the file in order, those that could not be read rejected."""
    headers = ledger.headers()
    places = [
        _Place(
            headers.index(header), header, kind.column(target), UNITS.get(mapping.units.get(header, ""), 1)
        )
        for header, target in mapping.columns.items()
    ]
    constants = _constants(kind, mapping.constants)
    lines = [_typed(raw, places, constants, len(headers), kind, limits) for raw in ledger.rows]
    for fault in ledger.faults:
        line = Line(fault.line)
        line.reject(fault)
        lines.append(line)
    lines.sort(key=lambda each: each.line)
    _settle_repeats(lines)
    return lines


def _constants(kind: LedgerKind, constants: Mapping[str, str]) -> dict[str, Value]:
    return {key: read_cell(text, kind.column(key)) for key, text in constants.items()}


def _typed(
    raw: RawRow,
    places: Sequence[_Place],
    constants: Mapping[str, Value],
    width: int,
    kind: LedgerKind,
    limits: Limits,
) -> Line:
    line = Line(raw.line)
    values: dict[str, Value] = dict(constants)
    printed: dict[str, str] = {}
    for place in places:
        cell = raw.cells[place.index] if place.index < len(raw.cells) else None
        printed[place.column.key] = shown(cell)
        if place.index in raw.formulas:
            text = _("“%(column)s”的值由公式算出，取文件中保存的结果") % {"column": place.header}
            line.notices.append(Notice("formula", text, place.header, shown(cell)))
        try:
            if place.index in raw.errors:
                raise BadCell(_("单元格是表格的错误值"), _("改正公式或直接填写数值"))
            value = read_cell(cell, place.column, scale=place.scale, longest=limits.cell)
        except BadCell as bad:
            line.reject(Fault(raw.line, place.header, _visible(shown(cell)), bad.reason, bad.remedy))
            continue
        if value is not None or place.column.key not in values:
            values[place.column.key] = value
    _check_width(line, raw, width)
    line.row = Row(raw.line, values, printed)
    _check_required(line, line.row, kind)
    if line.result is None:
        line.key = kind.row_key(line.row)
    return line


def _check_width(line: Line, raw: RawRow, width: int) -> None:
    for cell in raw.cells[width:]:
        if shown(cell):
            line.reject(
                Fault(
                    raw.line,
                    "",
                    _visible(shown(cell)),
                    _("本行的列数多于表头"),
                    _("检查本行是否多了分隔符，或有单元格未加引号"),
                )
            )
            return


def _check_required(line: Line, row: Row, kind: LedgerKind) -> None:
    faulty = {fault.column for fault in line.faults}
    if faulty:
        return
    for group in kind.requires:
        if all(row.values.get(key) is None for key in group):
            label = str(kind.column(group[0]).label)
            line.reject(
                Fault(row.line, label, "", _("“%(column)s”为空") % {"column": label}, _("补填后重新导入"))
            )


def _visible(text: str) -> str:
    """Return a value as the report can hold it: broken signs replaced, cut to a readable length."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    try:
        refuse_signs(safe)
    except BadCell:
        safe = "".join(sign if sign.isprintable() else "�" for sign in safe)
    return safe[:SHOWN]


def _settle_repeats(lines: Sequence[Line]) -> None:
    """One number on several rows: equal rows count once; where they differ none is taken, since either may be right."""
    by_key: dict[str, list[Line]] = {}
    for line in lines:
        if line.key and line.row is not None:
            by_key.setdefault(line.key, []).append(line)
    for key, same in by_key.items():
        if len(same) == 1:
            continue
        numbers = "、".join(str(line.line) for line in same)
        differ = any(
            line.row is not None and same[0].row is not None and line.row.printed != same[0].row.printed
            for line in same
        )
        for line in same if differ else same[1:]:
            if differ:
                reason = _("编号“%(key)s”在第%(lines)s行重复而内容不同") % {"key": key, "lines": numbers}
                line.reject(Fault(line.line, "", key, reason, _("核对原件，只保留正确的一行")))
            else:
                line.result = Result.UNCHANGED
                line.notices.append(
                    Notice("repeated_row", _("与第%(line)d行完全相同，只计一次") % {"line": same[0].line})
                )
