"""The working days of one year as a file gives them, checked day by day before anything is taken over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lianjing.kernel.process.fault import Fault

SATURDAY = 5
MOST_FAULTS = 20


class DayKind(StrEnum):
    WORKING = "working"
    REST = "rest"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"  # a Saturday or Sunday on which people work for a day off elsewhere

    @property
    def is_working(self) -> bool:
        return self in (DayKind.WORKING, DayKind.MAKEUP)


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One line of the file; `line` is where it stands there, counted from 1."""

    line: int
    day: date
    kind: DayKind
    name: str


def check_year(year: int, rows: Sequence[NoticeDay]) -> list[Fault]:
    """Return what is wrong with a year, each with its line or day and the remedy; none where it may be taken over.

    Every day of the year stands in it once. On Monday to Friday a day is working or a holiday; on Saturday and
    Sunday it is rest, a holiday, or a day that makes up for another. A holiday has its name.
    """
    faults: list[Fault] = []
    seen: dict[date, int] = {}
    for row in rows:
        values = {"line": str(row.line), "day": row.day.isoformat()}
        if row.day.year != year:
            faults.append(
                Fault(
                    values["day"],
                    "第%(line)s行：%(day)s不在%(year)s年，请核对年度",
                    {**values, "year": str(year)},
                )
            )
            continue
        if row.day in seen:
            first = {"first": str(seen[row.day])}
            faults.append(
                Fault(
                    values["day"], "第%(line)s行：%(day)s与第%(first)s行重复，请删去一行", {**values, **first}
                )
            )
            continue
        seen[row.day] = row.line
        faults += _weekday_faults(row, values)
    return [*faults, *_missing(year, seen)][:MOST_FAULTS]


def _weekday_faults(row: NoticeDay, values: dict[str, str]) -> Iterable[Fault]:
    is_weekend = row.day.weekday() >= SATURDAY
    if row.kind is DayKind.HOLIDAY and not row.name:
        yield Fault(values["day"], "第%(line)s行：%(day)s是节假日，请写明名称", values)
    if is_weekend and row.kind is DayKind.WORKING:
        yield Fault(values["day"], "第%(line)s行：%(day)s是周末，上班须写作“调休上班”", values)
    if not is_weekend and row.kind is DayKind.REST:
        yield Fault(values["day"], "第%(line)s行：%(day)s是周一至周五，放假须写作“节假日”并写明名称", values)
    if not is_weekend and row.kind is DayKind.MAKEUP:
        yield Fault(values["day"], "第%(line)s行：%(day)s是周一至周五，无须调休，请写作“工作日”", values)


def _missing(year: int, seen: Iterable[date]) -> Iterable[Fault]:
    known = set(seen)
    for offset in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        day = date(year, 1, 1) + timedelta(days=offset)
        if day not in known:
            yield Fault(day.isoformat(), "缺少%(day)s，请补上这一天", {"day": day.isoformat()})
