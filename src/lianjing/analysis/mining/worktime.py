"""Working time as one function W(t) over a day table: any duration is W(b) − W(a)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

EPOCH = date(1970, 1, 1)
MICROSECONDS = 1_000_000
OFFICE_HOURS = ((time(9, 0), time(12, 0)), (time(13, 30), time(17, 30)))


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Which days are worked, in which hours, and how far local time is from UTC (minutes; China has no summer time).

    Days outside `working` (a mapping of epoch day to worked or not) are worked from Monday to Friday; `name` says
    where the days come from and is shown beside every figure in working days.
    """

    name: str
    offset_minutes: int
    working: dict[int, bool]
    hours: Sequence[tuple[time, time]] = OFFICE_HOURS

    @property
    def day_seconds(self) -> int:
        """Return the office seconds of one working day."""
        return sum(_seconds(close) - _seconds(opening) for opening, close in self.hours)

    def rows(self, first: int, last: int) -> Iterable[tuple[int, int, int]]:
        """Yield (epoch day, office seconds before it, 1 where worked) of all days from first to last, both included."""
        before, length = 0, self.day_seconds
        for day in range(first, last + 1):
            is_working = self.working.get(day)
            if is_working is None:
                is_working = (EPOCH + timedelta(days=day)).weekday() < 5
            yield day, before, int(is_working)
            before += length * is_working

    def outside(self, first: int, last: int) -> int:
        """Return how many of the days are not in the table, and were taken as weekdays."""
        return sum(day not in self.working for day in range(first, last + 1)) if self.working else 0

    def sql(self) -> str:
        """Return W of the column `t` (microseconds since 1970 UTC) as SQL over `work_day d` and `s`, seconds of the day."""
        parts = " + ".join(
            f"LEAST(GREATEST(s - {_seconds(opening)}, 0), {_seconds(close) - _seconds(opening)})"
            for opening, close in self.hours
        )
        return f"d.before + d.is_working * ({parts})"


def weekdays(offset_minutes: int) -> WorkTime:
    """Return Monday to Friday without holidays: what is left where no calendar is known."""
    return WorkTime("weekdays", offset_minutes, {})


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
