"""Working days and clocks, by a small calendar with a spring holiday and its make-up Saturday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.process.calendar import (
    SHANGHAI,
    BadDuration,
    BrokenCalendar,
    Clock,
    Day,
    Duration,
    NotRunning,
    Unit,
    UnknownYear,
    WorkCalendar,
    parse_duration,
)

HOLIDAYS = {date(2026, 2, day) for day in range(16, 21)}  # Monday to Friday off
MADE_UP = {date(2026, 2, 28)}  # a Saturday worked instead
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
ALL_DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]


def is_worked(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in HOLIDAYS)


CALENDAR = WorkCalendar(Day(day, is_worked(day), day >= date(2026, 7, 1), "notice") for day in ALL_DAYS)


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def test_holidays_and_made_up_days_count_as_the_table_says() -> None:
    assert not CALENDAR.is_working(date(2026, 2, 16))
    assert CALENDAR.is_working(date(2026, 2, 28))
    assert CALENDAR.is_forecast(date(2026, 7, 1))
    assert not CALENDAR.is_forecast(date(2026, 6, 30))


def test_the_day_itself_does_not_count() -> None:
    assert CALENDAR.add_working_days(date(2026, 2, 12), 1) == date(2026, 2, 13)
    assert CALENDAR.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert CALENDAR.add_working_days(date(2026, 2, 14), 1) == date(2026, 2, 23)
    assert CALENDAR.add_working_days(date(2026, 2, 27), 1) == date(2026, 2, 28)
    assert CALENDAR.add_working_days(date(2026, 2, 14), 0) == date(2026, 2, 14)


def test_days_before_a_meeting_are_counted_backwards() -> None:
    assert CALENDAR.add_working_days(date(2026, 2, 24), -2) == date(2026, 2, 13)
    assert CALENDAR.add_working_days(date(2026, 2, 15), -1) == date(2026, 2, 13)
    assert CALENDAR.working_days_between(date(2026, 2, 24), date(2026, 2, 13)) == -2


@given(st.sampled_from(ALL_DAYS), st.integers(min_value=-30, max_value=30))
def test_adding_and_counting_are_inverse(day: date, count: int) -> None:
    try:
        there = CALENDAR.add_working_days(day, count)
    except UnknownYear:
        return
    if count > 0:
        assert CALENDAR.working_days_between(day, there) == count
    assert count == 0 or CALENDAR.is_working(there)
    assert (there > day) == (count > 0)


@given(st.sampled_from(ALL_DAYS[1:]))
def test_the_count_of_working_days_never_falls(day: date) -> None:
    rise = CALENDAR.working_number(day) - CALENDAR.working_number(day - timedelta(days=1))
    assert rise == CALENDAR.is_working(day)


def test_a_year_without_a_calendar_is_refused_and_never_guessed() -> None:
    for ask in (CALENDAR.is_working, CALENDAR.is_forecast, CALENDAR.working_number):
        with pytest.raises(UnknownYear) as caught:
            ask(date(2027, 1, 4))
        assert caught.value.year == 2027
    for start, count, year in (
        (LAST, 1, 2027),
        (date(2026, 12, 30), 5, 2027),
        (FIRST, -5, 2025),
        (date(2027, 1, 1), 0, 2027),
    ):
        with pytest.raises(UnknownYear) as caught:
            CALENDAR.add_working_days(start, count)
        assert caught.value.year == year
    with pytest.raises(UnknownYear):
        Clock(Unit.WORKING_DAY, 5, 0, at(12, 30)).due(CALENDAR)
    with pytest.raises(UnknownYear):
        WorkCalendar([]).is_working(FIRST)


def test_a_table_with_a_hole_or_a_doubled_day_is_refused() -> None:
    rows = [Day(day, is_working=True, is_forecast=False, source="") for day in ALL_DAYS[:5]]
    with pytest.raises(BrokenCalendar) as caught:
        WorkCalendar(rows[:2] + rows[3:])
    assert caught.value.day == ALL_DAYS[2]
    with pytest.raises(BrokenCalendar):
        WorkCalendar([*rows, rows[0]])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 working_day", Duration(3, Unit.WORKING_DAY)),
        (" 30 days ", Duration(30, Unit.DAY)),
        ("24 hour", Duration(24, Unit.HOUR)),
        ("2 working_hours", Duration(2, Unit.WORKING_HOUR)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: Duration) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "3", "working_day", "-3 day", "3.5 day", "P3D", "3 month", "999999 day"]
)
def test_any_other_duration_is_refused(text: str) -> None:
    with pytest.raises(BadDuration):
        parse_duration(text)


@pytest.mark.parametrize(
    ("unit", "budget", "since", "expected"),
    [
        (Unit.WORKING_DAY, 3, at(2, 12, 16), datetime(2026, 2, 24, 23, 59, 59, tzinfo=SHANGHAI)),
        (Unit.WORKING_DAY, 1, at(2, 14), datetime(2026, 2, 23, 23, 59, 59, tzinfo=SHANGHAI)),
        (Unit.DAY, 10, at(3, 2), datetime(2026, 3, 12, 23, 59, 59, tzinfo=SHANGHAI)),
        (Unit.DAY, 5, at(3, 2), datetime(2026, 3, 9, 23, 59, 59, tzinfo=SHANGHAI)),  # the 7th is a Saturday
        (Unit.HOUR, 24, at(2, 13, 16), at(2, 14, 16)),
        (Unit.WORKING_HOUR, 2, at(2, 13, 9), at(2, 13, 11)),
        (Unit.WORKING_HOUR, 2, at(2, 13, 11), at(2, 13, 15)),
        (Unit.WORKING_HOUR, 2, at(2, 13, 16, 30), at(2, 23, 9, 30)),
        (Unit.WORKING_HOUR, 2, at(2, 14, 3), at(2, 23, 10, 30)),
        (Unit.WORKING_HOUR, 14, at(2, 12, 8, 30), at(2, 13, 17, 30)),
        (Unit.WORKING_HOUR, 1, at(2, 13, 7), at(2, 13, 9, 30)),
        (Unit.WORKING_HOUR, 0, at(2, 14, 3), at(2, 14, 3)),
    ],
)
def test_a_clock_falls_due(unit: Unit, budget: int, since: datetime, expected: datetime) -> None:
    assert Clock(unit, budget, 0, since).due(CALENDAR) == expected
    assert Clock(unit, budget, 0, since.astimezone(UTC)).due(CALENDAR) == expected


def test_the_legal_day_is_that_of_shanghai() -> None:
    late = datetime(2026, 2, 11, 17, 0, tzinfo=UTC)  # one in the morning of the 12th
    assert Clock(Unit.WORKING_DAY, 1, 0, late).due(CALENDAR).date() == date(2026, 2, 13)


def test_a_suspended_clock_neither_runs_nor_falls_due() -> None:
    clock = Clock(Unit.WORKING_DAY, 5, 0, at(3, 2))
    paused = clock.pause(at(3, 4), CALENDAR)
    assert not paused.is_running
    assert paused.consumed_minutes == 2 * 24 * 60
    assert paused.consumed(at(6, 1), CALENDAR) == paused.consumed_minutes
    with pytest.raises(NotRunning):
        paused.due(CALENDAR)
    assert paused.pause(at(3, 9), CALENDAR) == paused
    resumed = paused.resume(at(3, 16))
    assert resumed.due(CALENDAR).date() == date(2026, 3, 19)
    assert resumed.resume(at(3, 18)) == resumed


def test_suspending_and_resuming_on_one_day_changes_no_deadline() -> None:
    clock = Clock(Unit.WORKING_DAY, 5, 0, at(3, 2))
    again = clock.pause(at(3, 4, 10), CALENDAR).resume(at(3, 4, 11))
    assert again.due(CALENDAR) == clock.due(CALENDAR)


def test_what_was_used_is_counted_in_the_clocks_own_time() -> None:
    week = at(2, 13, 16), at(2, 23, 10)
    assert Clock(Unit.WORKING_DAY, 5, 0, week[0]).consumed(week[1], CALENDAR) == 24 * 60
    assert Clock(Unit.DAY, 5, 0, week[0]).consumed(week[1], CALENDAR) == 10 * 24 * 60
    assert Clock(Unit.HOUR, 5, 30, week[0]).consumed(week[1], CALENDAR) == 30 + (9 * 24 + 18) * 60
    assert Clock(Unit.WORKING_HOUR, 5, 0, week[0]).consumed(week[1], CALENDAR) == 180
    assert Clock(Unit.HOUR, 5, 7, week[1]).consumed(week[0], CALENDAR) == 7


def test_an_exhausted_clock_was_due_on_the_day_it_ran_last() -> None:
    assert Clock(Unit.WORKING_DAY, 2, 9_999, at(3, 2)).due(CALENDAR).date() == date(2026, 3, 2)
    assert Clock(Unit.HOUR, 2, 9_999, at(3, 2)).due(CALENDAR) == at(3, 2)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (at(3, 2, 12), at(3, 2, 17, 30), "0.50"),
        (at(3, 2, 8, 30), at(3, 2, 17, 30), "1.00"),
        (at(3, 2, 8, 30), at(3, 3, 12), "1.50"),
        (at(2, 13, 17, 30), at(2, 23, 8, 30), "0.00"),
        (at(2, 14), at(2, 28, 20), "6.00"),
        (at(3, 3), at(3, 2), "0.00"),
    ],
)
def test_time_really_used_is_office_time(begin: datetime, end: datetime, expected: str) -> None:
    assert CALENDAR.working_days_used(begin, end) == Decimal(expected)


def test_the_zone_may_keep_its_own_office_hours() -> None:
    short = WorkCalendar([Day(day, is_worked(day), False, "") for day in ALL_DAYS], [(time(9), time(10))])
    assert Clock(Unit.WORKING_HOUR, 2, 0, at(3, 2, 9)).due(short) == at(3, 3, 10)
    assert short.working_days_used(at(3, 2, 9, 30), at(3, 3, 9, 30)) == Decimal("1.00")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 10, 1)), st.integers(min_value=0, max_value=200_000))  # noqa: DTZ001
def test_office_time_added_is_office_time_measured(moment: datetime, seconds: int) -> None:
    begin = moment.replace(microsecond=0, tzinfo=SHANGHAI)
    assert CALENDAR.office_seconds(begin, CALENDAR.add_office_seconds(begin, seconds)) == seconds
