"""Working time of this installation: the calendar table, and clocks by the figures of the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import holidays

from lianjing.kernel.process.calendar import Clock, Day, Unit, WorkCalendar, parse_duration
from lianjing.runtime.org.queries import unit_and_above
from lianjing.runtime.parameter.queries import parameter_on
from lianjing.runtime.process.models import CalendarDay, LocalClosure, WorkItem
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


def calendar() -> WorkCalendar:
    """Return the calendar of the whole zone, its closures left out; read again when the table changes."""
    return calendar_for(None)


def calendar_for(unit_id: int | None) -> WorkCalendar:
    """Return the calendar of a unit: that of the zone without the days on which it, or one above it, is closed."""
    table = _table()
    closed = table.closed.get(None, ())
    units = () if unit_id is None or len(table.closed) == bool(closed) else unit_and_above(unit_id)
    for each in units:
        closed += table.closed.get(each, ())
    if closed not in table.made:
        table.made[closed] = WorkCalendar(_closing(table.days, closed))
    return table.made[closed]


Closed = tuple[tuple[date, date, str], ...]


@dataclass
class _Table:
    """The days as announced, the agreed closures by unit (None: the zone), and the calendars made of them."""

    days: list[Day]
    closed: dict[int | None, Closed]
    made: dict[Closed, WorkCalendar] = field(default_factory=dict)


@by_stamp
def _table() -> _Table:
    rows = CalendarDay.objects.values_list("legal_day", "is_working", "is_forecast", "source")
    closed: dict[int | None, Closed] = {}
    agreed = LocalClosure.objects.filter(status="granted").order_by("id")
    for unit_id, first, last, source in agreed.values_list("unit_id", "from_on", "to_on", "source"):
        closed[unit_id] = (*closed.get(unit_id, ()), (first, last, source))
    return _Table([Day(*row) for row in rows], closed)


def _closing(days: list[Day], closed: Closed) -> Iterator[Day]:
    for day in days:
        source = next((paper for first, last, paper in closed if first <= day.day <= last), "")
        yield replace(day, is_working=False, source=source) if source else day


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
    item.due_at = clock.due(calendar_for(item.unit_id)) if clock.is_running else None


def waited(item: WorkItem, now: datetime) -> Decimal:
    """Return the office time that an item has waited or took, in working days with two places."""
    return calendar_for(item.unit_id).working_days_used(item.opened_at, item.closed_at or now)
