"""Working time of this installation: the calendar table, and clocks by the figures of the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import holidays

from lianjing.kernel.process.calendar import Clock, Day, Unit, WorkCalendar, parse_duration
from lianjing.runtime.parameter.queries import parameter_on
from lianjing.runtime.process.models import CalendarDay, WorkItem
from lianjing.runtime.trail.act import Act, legal_day
from lianjing.runtime.trail.stamp import by_stamp

UNITS = {
    "working_days": Unit.WORKING_DAY,
    "days": Unit.DAY,
    "hours": Unit.HOUR,
    "working_hours": Unit.WORKING_HOUR,
}


def seed_calendar(act: Act, first_year: int, last_year: int, announced_to: int) -> int:
    """Fill the working-day table for whole years; part of an act. Returns the number of days.

    Days come from the `holidays` library once, here; years after `announced_to` are marked as forecast. Deadline
    code reads the table only (architecture, decision 11).
    """
    china = holidays.country_holidays("CN", years=range(first_year, last_year + 1))
    rows = []
    for day in _days(date(first_year, 1, 1), date(last_year, 12, 31)):
        forecast = day.year > announced_to
        rows.append(
            CalendarDay(
                legal_day=day,
                is_working=china.is_working_day(day),
                is_holiday=day in china,
                is_forecast=forecast,
                source="forecast" if forecast else "holidays (CN)",
            )
        )
    act.save_many(rows)
    return len(rows)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


@by_stamp
def calendar() -> WorkCalendar:
    """Return the installation's calendar; read again when the table changes."""
    rows = CalendarDay.objects.values_list("legal_day", "is_working", "is_forecast", "source")
    return WorkCalendar(Day(*row) for row in rows)


def clock_for(deadline: str, now: datetime) -> Clock | None:
    """Return the running clock of a deadline text ("@parameter.key" or "3 working_day"), None for no deadline.

    A figure is that of the day on which the step opens. MissingFigure where the parameter has no value.
    """
    if not deadline:
        return None
    if not deadline.startswith("@"):
        duration = parse_duration(deadline)
        return Clock(duration.unit, duration.amount, 0, now)
    figure = parameter_on(deadline[1:], legal_day(now))
    return Clock(UNITS[figure.unit], int(figure.value_number or 0), 0, now)


def clock_of(item: WorkItem) -> Clock | None:
    """Return the clock that an item carries."""
    if not item.clock_unit or item.budget is None:
        return None
    return Clock(Unit(item.clock_unit), item.budget, item.consumed_minutes, item.running_since)


def wind(item: WorkItem, clock: Clock | None) -> None:
    """Put a clock into the item's columns, its due time with it."""
    if clock is None:
        return
    item.clock_unit = clock.unit.value
    item.budget = clock.budget
    item.consumed_minutes = clock.consumed_minutes
    item.running_since = clock.running_since
    item.due_at = clock.due(calendar()) if clock.is_running else None


def waited(item: WorkItem, now: datetime) -> Decimal:
    """Return the office time that an item has waited or took, in working days with two places."""
    return calendar().working_days_used(item.opened_at, item.closed_at or now)
