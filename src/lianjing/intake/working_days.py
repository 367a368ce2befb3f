"""Reads the yearly notice of working days from a CSV or Excel file: day, kind, name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from lianjing.intake.cells import BadCell, read_day
from lianjing.intake.importing import read_file
from lianjing.intake.ledger import Limits, RawRow, shown
from lianjing.kernel.process.year_notice import DayKind, NoticeDay
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes

MOST_ROWS = 1_000
HEADS: Mapping[str, tuple[str, ...]] = {
    "day": ("日期", "day", "date"),
    "kind": ("类别", "kind"),
    "name": ("名称", "name"),
}


@dataclass(frozen=True, slots=True)
class YearFile:
    """A file of one year as read."""

    name: str
    sha256: str
    rows: tuple[NoticeDay, ...]


def read_year(path: Path, *, sheet: str = "", encoding: str = "") -> YearFile:
    """Read a file; BadInput names the line and the remedy of the first cell that cannot be read."""
    ledger = read_file(path, Limits(), sheet=sheet, encoding=encoding)
    if ledger.faults:
        fault = ledger.faults[0]
        raise BadInput(_("第%(line)s行：%(fault)s") % {"line": fault.line, "fault": fault.reason}, "file")
    rows = list(ledger.rows)
    if len(rows) > MOST_ROWS:
        raise BadInput(_("文件超过%(most)s行，一个文件只含一个年度") % {"most": MOST_ROWS}, "file")
    if not rows:
        raise BadInput(_("文件没有内容"), "file")
    places = _places(rows[0])
    words = _kinds()
    return YearFile(ledger.name, ledger.sha256, tuple(_day(row, places, words) for row in rows[1:]))


def _with_remedy(bad: BadCell) -> str:
    return f"{bad.reason}，{bad.remedy}" if bad.remedy else bad.reason


def _places(head: RawRow) -> dict[str, int]:
    given = [shown(cell).casefold() for cell in head.cells]
    found = {}
    for name, heads in HEADS.items():
        place = next((given.index(each) for each in heads if each in given), None)
        if place is None:
            raise BadInput(_("第一行须有列名“日期”“类别”“名称”，缺少“%(head)s”") % {"head": heads[0]}, "file")
        found[name] = place
    return found


def _kinds() -> dict[str, DayKind]:
    words = {kind.value: kind for kind in DayKind}
    for kind in DayKind:
        words[codes.label("day_kind", kind.value).casefold()] = kind
    return words | {
        "工作日": DayKind.WORKING,
        "休息日": DayKind.REST,
        "节假日": DayKind.HOLIDAY,
        "调休上班": DayKind.MAKEUP,
    }


def _day(row: RawRow, places: Mapping[str, int], words: Mapping[str, DayKind]) -> NoticeDay:
    cells = [row.cells[place] if place < len(row.cells) else None for place in places.values()]
    try:
        day = read_day(cells[0])
    except BadCell as bad:
        raise BadInput(
            _("第%(line)s行：%(fault)s") % {"line": row.line, "fault": _with_remedy(bad)}, "file"
        ) from bad
    word = shown(cells[1])
    kind = words.get(word.casefold())
    if kind is None:
        known = "、".join(("工作日", "休息日", "节假日", "调休上班"))
        raise BadInput(
            _("第%(line)s行：类别“%(word)s”不可用，请写作%(known)s之一")
            % {"line": row.line, "word": word[:20], "known": known},
            "file",
        )
    return NoticeDay(row.line, day, kind, shown(cells[2])[:40])
