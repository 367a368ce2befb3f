"""Working days and clocks: any duration is a difference of one monotone count, a deadline inverts it.

**Half days.** The working-day table knows whole days only, as the yearly notice of the State Council does: a day is
working or it is not, and a half holiday granted to some (women's day, youth day) is a whole working day for every
clock. Fractions appear in one place, `working_days_used`, which measures how long something really took in office
time for lists of slow steps; they never enter a deadline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from lianjing.kernel.process.fault import ExplainedError

SHANGHAI = ZoneInfo("Asia/Shanghai")
END_OF_DAY = time(23, 59, 59)
# A local convention, not law: the zone may hand its own hours to WorkCalendar.
OFFICE_HOURS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
MINUTES_A_DAY = 24 * 60

_DURATION = re.compile(r"(\d{1,5}) +(working_day|day|hour|working_hour)s?")


class UnknownYear(ExplainedError):
    """No working-day table for that year: a deadline is never guessed."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__("没有%(year)s年的工作日历,不能推算期限", year=year)


class BrokenCalendar(ExplainedError):
    """A day is missing inside the table, or stands in it twice."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__("工作日历在%(day)s处不连续", day=day)


class BadDuration(ExplainedError):
    """A duration that is not "3 working_day", "3 day", "3 hour" or "3 working_hour"."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "时限“%(text)s”应写作“3 working_day”,单位为working_day、day、hour、working_hour", text=text
        )


class NotRunning(ExplainedError):
    """The clock is suspended: it has no due moment until it resumes."""

    def __init__(self) -> None:
        super().__init__("计时已暂停,恢复后才有到期时间")


class Unit(StrEnum):
    WORKING_DAY = "working_day"
    DAY = "day"
    HOUR = "hour"
    WORKING_HOUR = "working_hour"


@dataclass(frozen=True, slots=True)
class Duration:
    amount: int
    unit: Unit


def parse_duration(text: str) -> Duration:
    """Read "3 working_day" (the plural is taken too); BadDuration for anything else."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise BadDuration(text)
    return Duration(int(match.group(1)), Unit(match.group(2)))


@dataclass(frozen=True, slots=True)
class Day:
    """One row of the working-day table; `is_forecast` until the year's notice is out."""

    day: date
    is_working: bool
    is_forecast: bool
    source: str


class WorkCalendar:
    """The working-day table. Every question outside it raises UnknownYear."""

    __slots__ = ("_counts", "_days", "_first", "_hours", "_working")

    def __init__(self, days: Iterable[Day], office_hours: Sequence[tuple[time, time]] = OFFICE_HOURS) -> None:
        """Take whole consecutive days in any order; BrokenCalendar names the first day missing or doubled."""
        self._days = sorted(days, key=lambda row: row.day)
        self._first = self._days[0].day.toordinal() if self._days else 0
        self._hours = tuple(office_hours)
        self._counts: list[int] = []
        self._working: list[int] = []  # ordinals of the working days, ascending
        for offset, row in enumerate(self._days):
            if row.day.toordinal() != self._first + offset:
                raise BrokenCalendar(date.fromordinal(self._first + offset))
            if row.is_working:
                self._working.append(row.day.toordinal())
            self._counts.append(len(self._working))

    def _offset(self, day: date) -> int:
        offset = day.toordinal() - self._first
        if not 0 <= offset < len(self._counts):
            raise UnknownYear(day.year)
        return offset

    def is_working(self, day: date) -> bool:
        return self._days[self._offset(day)].is_working

    def is_forecast(self, day: date) -> bool:
        return self._days[self._offset(day)].is_forecast

    def working_number(self, day: date) -> int:
        """W: the working days from the start of the table to the end of this day; it never falls."""
        return self._counts[self._offset(day)]

    def working_days_between(self, earlier: date, later: date) -> int:
        """Working days after `earlier` up to and with `later`; negative where they stand the other way round."""
        return self.working_number(later) - self.working_number(earlier)

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after the day, which itself does not count; before it where negative."""
        if count == 0:
            self._offset(day)
            return day
        before = self.working_number(day) - (count < 0 and self.is_working(day))
        position = before + count - (count > 0)
        if position < 0:
            raise UnknownYear((self._days[0].day - timedelta(days=1)).year)
        if position >= len(self._working):
            raise UnknownYear((self._days[-1].day + timedelta(days=1)).year)
        return date.fromordinal(self._working[position])

    def next_working_day(self, day: date) -> date:
        """The day itself where it is a working day, else the first one after it."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def office_seconds(self, earlier: datetime, later: datetime) -> int:
        """Seconds of office hours between two moments of one zone."""
        total, day = 0, earlier.date()
        if later.date() > day:
            whole = (
                self.working_number(later.date()) - self.working_number(day) - self.is_working(later.date())
            )
            total = whole * self._day_seconds() + self._day_part(day, earlier.time(), time.max)
            day, earlier = later.date(), datetime.combine(later.date(), time.min)
        return total + self._day_part(day, earlier.time(), later.time())

    def _day_seconds(self) -> int:
        return sum(_seconds(end) - _seconds(begin) for begin, end in self._hours)

    def _day_part(self, day: date, begin: time, end: time) -> int:
        if not self.is_working(day):
            return 0
        return sum(
            max(0, min(_seconds(end), _seconds(close)) - max(_seconds(begin), _seconds(opening)))
            for opening, close in self._hours
        )

    def add_office_seconds(self, moment: datetime, seconds: int) -> datetime:
        """The moment at which so many seconds of office hours have passed (the first such moment)."""
        day, left = moment.date(), seconds
        today = self._day_part(day, moment.time(), time.max)
        if left > today:
            whole, left = divmod(left - today - 1, self._day_seconds())
            left += 1
            day = self.add_working_days(day, whole + 1)
            moment = datetime.combine(day, time.min, moment.tzinfo)
        for opening, close in self._hours if self.is_working(day) else ():
            begin = max(_seconds(opening), _seconds(moment.time()))
            room = max(0, _seconds(close) - begin)
            if 0 < left <= room:
                return datetime.combine(day, time.min, moment.tzinfo) + timedelta(seconds=begin + left)
            left -= room
        return moment

    def working_days_used(self, earlier: datetime, later: datetime, tz: tzinfo = SHANGHAI) -> Decimal:
        """Office time between two aware moments in working days, two places: noon to closing time is 0.50."""
        used = self.office_seconds(earlier.astimezone(tz), max(earlier, later).astimezone(tz))
        return (Decimal(used) / self._day_seconds()).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit that can be suspended. `budget` counts units, `consumed_minutes` what earlier runs used up.

    Days: the day on which the clock starts or resumes does not count, the day on which it is suspended does; a
    day is 1,440 minutes. It falls due at the end of the last day. A limit in calendar days that ends on a day of
    rest ends on the next working day (民法典 203). Hours run through the night; working hours only in office
    hours of working days.
    """

    unit: Unit
    budget: int
    consumed_minutes: int = 0
    running_since: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.running_since is not None

    def due(self, calendar: WorkCalendar, tz: tzinfo = SHANGHAI) -> datetime:
        """The last moment in time, in `tz`; NotRunning where suspended, UnknownYear beyond the table."""
        if self.running_since is None:
            raise NotRunning
        since = self.running_since.astimezone(tz)
        if self.unit in (Unit.HOUR, Unit.WORKING_HOUR):
            left = max(0, self.budget * 60 - self.consumed_minutes)
            if self.unit is Unit.WORKING_HOUR:
                return calendar.add_office_seconds(since, left * 60)
            return (self.running_since + timedelta(minutes=left)).astimezone(tz)
        days = max(0, self.budget - self.consumed_minutes // MINUTES_A_DAY)
        if self.unit is Unit.WORKING_DAY:
            last = calendar.add_working_days(since.date(), days)
        else:
            last = calendar.next_working_day(since.date() + timedelta(days=days))
        return datetime.combine(last, END_OF_DAY, tz)

    def consumed(self, at: datetime, calendar: WorkCalendar, tz: tzinfo = SHANGHAI) -> int:
        """Minutes used up to the moment, whole minutes; a moment before the run adds nothing."""
        if self.running_since is None or at <= self.running_since:
            return self.consumed_minutes
        since, until = self.running_since.astimezone(tz), at.astimezone(tz)
        match self.unit:
            case Unit.WORKING_DAY:
                spent = calendar.working_days_between(since.date(), until.date()) * MINUTES_A_DAY
            case Unit.DAY:
                spent = (until.date() - since.date()).days * MINUTES_A_DAY
            case Unit.HOUR:
                spent = int((at - self.running_since).total_seconds()) // 60
            case Unit.WORKING_HOUR:
                spent = calendar.office_seconds(since, until) // 60
        return self.consumed_minutes + spent

    def pause(self, at: datetime, calendar: WorkCalendar, tz: tzinfo = SHANGHAI) -> Clock:
        """Suspend the clock; one already suspended stays as it is."""
        return replace(self, consumed_minutes=self.consumed(at, calendar, tz), running_since=None)

    def resume(self, at: datetime) -> Clock:
        """Let the clock run again; one that runs stays as it is."""
        return self if self.is_running else replace(self, running_since=at)
