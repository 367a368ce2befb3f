"""The light of a step's clock: normal, due soon, overdue, paused, with the working days left."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q

from lianjing.kernel.process.calendar import UnknownYear, WorkCalendar
from lianjing.runtime.process.clocks import calendar, calendar_for, clock_of
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import legal_day

# Due soon: at most one working day left, or a fifth of the time limit (office words: 临期).
LAST_DAYS = 1
LAST_PART = 5


def light(item: WorkItem, now: datetime, days: WorkCalendar | None = None) -> dict[str, Any] | None:
    """Return what parts/clock.html draws, None for a step without a time limit."""
    shown = _light(item, now, days)
    if shown is not None and shown["due"] is not None and item.closed_at is None:
        shown["is_forecast"] = is_forecast(shown["due"])
    return shown


def is_forecast(day: date) -> bool:
    """True for a day of a year whose working days have not been announced."""
    try:
        return calendar().is_forecast(day)
    except UnknownYear:
        return True


def _light(item: WorkItem, now: datetime, days: WorkCalendar | None) -> dict[str, Any] | None:
    clock = clock_of(item)
    if clock is None:
        return None
    if item.closed_at is not None:
        is_late = item.due_at is not None and item.closed_at > item.due_at
        return {"state": "overdue" if is_late else "normal", "days": None, "due": _day(item.due_at)}
    if not clock.is_running or item.due_at is None:
        return {"state": "paused", "days": None, "due": None}
    left = _days_left(item.due_at, now, days or calendar_for(item.unit_id))
    if now > item.due_at:
        return {
            "state": "overdue",
            "days": min(left, 0) if left is not None else None,
            "due": _day(item.due_at),
        }
    is_soon = left is not None and (left <= LAST_DAYS or left * LAST_PART <= (item.budget or 0))
    return {"state": "due_soon" if is_soon else "normal", "days": left, "due": _day(item.due_at)}


def _day(moment: datetime | None) -> Any:
    return legal_day(moment) if moment else None


def _days_left(due: datetime, now: datetime, days: WorkCalendar) -> int | None:
    """Working days from today to the due day; None beyond the working-day table."""
    try:
        return days.working_days_between(legal_day(now), legal_day(due))
    except UnknownYear:
        return None


def is_overdue(now: datetime) -> Q:
    """The condition for open items past their due time."""
    return Q(closed_at__isnull=True, due_at__lt=now)
