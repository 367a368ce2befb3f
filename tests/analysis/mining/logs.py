"""Small logs written by hand, and the real ones of the reference data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lianjing.analysis.mining.store import Event, Store
from lianjing.analysis.mining.worktime import WorkTime, weekdays
from lianjing.intake.eventlog import xes
from lianjing.intake.eventlog.reading import usable

MONDAY = datetime(2025, 9, 1, tzinfo=UTC)  # 9:00 in China is 1:00 here
CHINA = 480
NETHERLANDS = 60
MICROSECOND = timedelta(microseconds=1)
START = datetime(1970, 1, 1, tzinfo=UTC)


def at(day: int, hour: float) -> int:
    """Return the moment of an hour in China on the n-th day after Monday, 1 September 2025."""
    return (MONDAY + timedelta(days=day, hours=hour - 8) - START) // MICROSECOND


def event(matter: str, step: str, person: str, day: int, hour: float, post: str = "岗") -> Event:
    """One event by day and hour."""
    return Event(matter, step, person, post, "局", at(day, hour))


@contextmanager
def store_of(events: Iterable[Event], worktime: WorkTime | None = None) -> Iterator[Store]:
    """A store of a small log, its steps derived."""
    with Store(memory="500MB") as store:
        store.load(events)
        store.derive(worktime or weekdays(CHINA))
        yield store


@contextmanager
def real(shared: Path, name: str) -> Iterator[Store]:
    """A store of a log of the reference data."""
    log = xes.read(shared / "data" / "eventlogs" / name)
    with Store(memory="500MB") as store:
        store.load(Event(*each) for each in usable(log, NETHERLANDS))
        for attribute, values in log.attributes.items():
            store.describe(attribute, values.items())
        store.derive(weekdays(NETHERLANDS))
        yield store
