"""The rhythm of a named report."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianjing.kernel.process.calendar import Day, WorkCalendar
from lianjing.runtime.report.services import next_day

FIRST = date(2025, 1, 1)
WEEKDAYS = WorkCalendar(
    Day(FIRST + timedelta(days=n), (FIRST + timedelta(days=n)).weekday() < 5, False, "test")
    for n in range(730)
)


@pytest.mark.parametrize(
    ("schedule", "day", "following"),
    [
        ("", date(2025, 9, 1), None),
        ("daily", date(2025, 9, 5), date(2025, 9, 8)),
        ("weekly", date(2025, 9, 1), date(2025, 9, 8)),
        ("weekly", date(2025, 9, 7), date(2025, 9, 8)),
        ("monthly", date(2025, 1, 31), date(2025, 2, 1)),
        ("monthly", date(2025, 12, 1), date(2026, 1, 1)),
    ],
)
def test_the_day_after_a_day(schedule: str, day: date, following: date | None) -> None:
    assert next_day(schedule, day, WEEKDAYS) == following
