"""A year of working days is taken over whole and right, or not at all: each fault has its line or day and its remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from lianjing.kernel.process.year_notice import DayKind, NoticeDay, check_year

YEAR = 2027


def year(year: int = YEAR) -> list[NoticeDay]:
    first = date(year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]
    return [
        NoticeDay(line, day, DayKind.REST if day.weekday() > 4 else DayKind.WORKING, "")
        for line, day in enumerate(days, 2)
    ]


def with_kind(rows: list[NoticeDay], day: date, kind: DayKind, name: str = "") -> list[NoticeDay]:
    return [NoticeDay(row.line, row.day, kind, name) if row.day == day else row for row in rows]


def test_a_whole_year_has_no_fault_leap_years_too() -> None:
    assert check_year(YEAR, year()) == []
    assert check_year(2028, year(2028)) == []


def test_holidays_and_days_that_make_up_for_them_are_taken() -> None:
    rows = with_kind(year(), date(2027, 10, 1), DayKind.HOLIDAY, "国庆节")
    rows = with_kind(rows, date(2027, 10, 9), DayKind.MAKEUP, "国庆节")
    assert check_year(YEAR, rows) == []


Change = Callable[[list[NoticeDay]], list[NoticeDay]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[:100] + rows[101:], "缺少2027-04-11，请补上这一天"),
        (lambda rows: [*rows, NoticeDay(400, rows[5].day, rows[5].kind, "")], "第400行：2027-01-06与第7行重复，请删去一行"),
        (lambda rows: [*rows, NoticeDay(400, date(2028, 1, 1), DayKind.REST, "")], "第400行：2028-01-01不在2027年，请核对年度"),
        (lambda rows: with_kind(rows, date(2027, 5, 1), DayKind.WORKING), "第122行：2027-05-01是周末，上班须写作“调休上班”"),
        (lambda rows: with_kind(rows, date(2027, 5, 3), DayKind.REST), "第124行：2027-05-03是周一至周五，放假须写作“节假日”并写明名称"),
        (lambda rows: with_kind(rows, date(2027, 5, 3), DayKind.MAKEUP), "第124行：2027-05-03是周一至周五，无须调休，请写作“工作日”"),
        (lambda rows: with_kind(rows, date(2027, 5, 3), DayKind.HOLIDAY), "第124行：2027-05-03是节假日，请写明名称"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_remedy(change: Change, message: str) -> None:
    assert [fault.message for fault in check_year(YEAR, change(year()))] == [message]


def test_a_wholly_wrong_file_does_not_give_a_list_without_end() -> None:
    assert len(check_year(YEAR, year(2030))) == 20
