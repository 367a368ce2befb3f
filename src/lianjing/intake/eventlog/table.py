"""An event log as a plain table (CSV): one event a line, columns found by their usual names or told."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from lianjing.intake.delimited import delimiter_of
from lianjing.intake.eventlog.reading import (
    MOST_ATTRIBUTES,
    Account,
    BadLog,
    BrokenFile,
    Log,
    RawEvent,
    lines_of,
)

CASE_MARK: Final = "case:"  # the usual prefix of an object's attribute in a flat table
USUAL: Final[Mapping[str, Sequence[str]]] = {
    "case": ("case:concept:name", "case_id", "case id", "caseid", "case", "案件编号", "事项编号", "编号"),
    "activity": ("concept:name", "activity", "task", "event", "活动", "环节", "步骤"),
    "time": ("time:timestamp", "timestamp", "complete timestamp", "time", "时间", "办结时间"),
    "person": ("org:resource", "resource", "user", "person", "人员", "经办人"),
    "post": ("org:role", "role", "post", "岗位"),
    "unit": ("org:group", "group", "unit", "department", "单位", "部门"),
    "stage": ("lifecycle:transition", "lifecycle", "transition"),
}
NEEDED: Final = ("case", "activity", "time")
ENCODINGS: Final = ("utf-8-sig", "gb18030")
SAMPLE: Final = 1 << 16


def read(path: Path, columns: Mapping[str, str] | None = None) -> Log:
    """Read a table; BadLog where a needed column is not found, with the headers that are there.

    `columns` tells the header of each part (case, activity, time, person, post, unit, stage) where it is unusual. All
    other columns become attributes of the object, first value of each.
    """
    log = Log(Account(), ())
    log.raw = _events(path, dict(columns or {}), log)
    return log


def _events(path: Path, told: dict[str, str], log: Log) -> Iterator[RawEvent]:
    with lines_of(path) as file:
        sample = file.read(SAMPLE)
    encoding = _encoding(path, sample)
    with lines_of(path) as file, io.TextIOWrapper(file, encoding, errors="replace", newline="") as text:
        lines = csv.reader(text, delimiter=delimiter_of(sample.decode(encoding, errors="replace")))
        rows = _until_broken(lines, log)
        try:
            header = [cell.strip() for cell in next(rows)]
        except StopIteration:
            raise BadLog(_("%(file)s：文件是空的") % {"file": path.name}) from None
        places = _places(path, header, told)
        others = [
            (index, name.removeprefix(CASE_MARK))
            for index, name in enumerate(header)
            if index not in places.values() and name
        ]
        if len(others) > MOST_ATTRIBUTES:
            log.account.note("too_many_attributes", path.name, str(len(others)))
        yield from _rows(rows, places, others[:MOST_ATTRIBUTES], log)


def _until_broken(rows: Iterator[list[str]], log: Log) -> Iterator[list[str]]:
    """Yield rows; a file that breaks off after its header keeps what came before, with a note."""
    count = 0
    try:
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the count is told where it breaks
            yield row
    except (BrokenFile, csv.Error) as error:
        if not count:
            raise BadLog(_("文件无法按表格读取（%(why)s）") % {"why": error}) from error
        log.account.note("broken_end", f"第{count + 1}行", str(error))


def _rows(
    rows: Iterator[list[str]], places: Mapping[str, int], others: Sequence[tuple[int, str]], log: Log
) -> Iterator[RawEvent]:
    def cell(row: Sequence[str], part: str) -> str:
        index = places.get(part, -1)
        return row[index].strip() if 0 <= index < len(row) else ""

    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        key = cell(row, "case")
        for index, name in others:
            if index < len(row) and row[index]:
                log.attributes.setdefault(name, {}).setdefault(key, row[index])
        yield RawEvent(
            key,
            cell(row, "activity"),
            cell(row, "person"),
            cell(row, "post"),
            cell(row, "unit"),
            cell(row, "time"),
            f"第{number}行",
            cell(row, "stage"),
        )


def _encoding(path: Path, sample: bytes) -> str:
    for name in ENCODINGS:
        try:
            sample.decode(name)
        except UnicodeDecodeError as error:
            if error.start > len(sample) - 4:  # cut in the midst of a sign
                return name
        else:
            return name
    raise BadLog(_("%(file)s：编码不是 UTF-8 或 GB18030，另存后再导入") % {"file": path.name})


def _places(path: Path, header: Sequence[str], told: Mapping[str, str]) -> dict[str, int]:
    unknown = set(told) - set(USUAL)
    if unknown:
        raise BadLog(
            _("--columns 不认识“%(unknown)s”，可用：%(known)s")
            % {"unknown": "、".join(sorted(unknown)), "known": "、".join(USUAL)}
        )
    lower = [name.lower() for name in header]
    found = {}
    for part, usual in USUAL.items():
        names = (told[part].lower(),) if part in told else usual
        index = next((lower.index(name) for name in names if name in lower), None)
        if index is None and (part in NEEDED or part in told):
            wanted = told.get(part, "／".join(usual[:3]))
            raise BadLog(
                _("%(file)s：找不到“%(wanted)s”列；现有列：%(found)s。用 --columns %(part)s=列名 指明")
                % {"file": path.name, "wanted": wanted, "found": "、".join(header[:20]), "part": part}
            )
        if index is not None:
            found[part] = index
    return found
