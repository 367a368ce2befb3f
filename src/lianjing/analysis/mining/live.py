"""The log of one process as it stands now, kept in memory between questions and made again when acts were added."""

from __future__ import annotations

import copy
import hashlib
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock, RLock

from lianjing.analysis.mining import trail_log
from lianjing.analysis.mining.arcs import Arcs, arcs_of
from lianjing.analysis.mining.store import RELATIONS, Store
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.regulation.queries import graph_of
from lianjing.runtime.trail.models import Event

REST = timedelta(seconds=20)  # a log that was just made is used this long though acts were added since
MOST_KEPT = 8  # logs of processes at once; the one made longest ago goes first
MEMORY = "256MB"


@dataclass(eq=False)
class Held:
    """One process's log: its store, its source, which matter an object is, and the last act it holds.

    Whoever asks holds `lock`: a question may lay tables of its own. A log from elsewhere has a source without versions.
    """

    store: Store
    source: trail_log.Source
    made_at: datetime
    last_event: str
    lock: RLock = field(default_factory=RLock)

    @cached_property
    def matters(self) -> dict[str, int]:
        """The matter of each object by its name in the log; none of a log from elsewhere."""
        return {trail_log.label_of(self.source, matter): matter for matter in self.source.matters}

    def attribute(self, name: str) -> dict[int, str]:
        """Return an attribute by object number; unit and year of a log that has none are those of the first event."""
        if name in self.store.attributes():
            return self.store.attribute(name)
        return self._first.get(name, {})

    @cached_property
    def _first(self) -> dict[str, dict[int, str]]:
        assert self.store.worktime is not None
        shift = self.store.worktime.offset_minutes * 60_000_000
        rows = self.store.all(
            "SELECT s.object, e.unit, CAST(YEAR(MAKE_TIMESTAMP(s.t + ?)) AS INTEGER)"
            " FROM step s JOIN event e ON e.id = s.event WHERE pos = 1",
            [shift],
        )
        unit = self.store.units.text
        return {
            "unit": {number: unit(place) for number, place, _year in rows},
            "year": {number: str(year) for number, _place, year in rows},
        }

    @cached_property
    def outcomes(self) -> dict[int, str]:
        """How each object ended: the outcome of its process, "" while it runs; in a log from elsewhere the last step."""
        if not self.source.definitions:
            rows = self.store.all("SELECT object, type FROM step WHERE next_type IS NULL")
            return {number: self.store.types.text(kind) for number, kind in rows}
        told = ProcessInstance.objects.filter(matter_id__in=self.source.matters)
        ended = dict(told.values_list("matter_id", "outcome"))
        numbers = self.store.objects.numbers
        return {
            numbers[label]: ended.get(matter, "")
            for label, matter in self.matters.items()
            if label in numbers
        }

    @cached_property
    def arcs(self) -> Arcs:
        """Which objects went over which arc of the newest version, and on which arcs they left theirs."""
        if not self.source.definitions:
            return Arcs({}, {}, {})
        graph = graph_of(self.source.definitions[-1])
        judge = trail_log.judge_of(self.source, self.store)
        return arcs_of(self.store, graph, self.source.names, judge, returned=trail_log.RETURNED)

    @cached_property
    def ways(self) -> dict[int, str]:
        """The variant of each object number: a short digest of its steps in their order."""
        rows = self.store.all(
            "SELECT object, STRING_AGG(CAST(type AS VARCHAR), ',' ORDER BY pos) FROM step GROUP BY object"
        )
        names = self.store.types.text
        return {number: way_key([names(int(kind)) for kind in way.split(",")]) for number, way in rows}


_held: dict[str, Held] = {}
_making: dict[str, Lock] = {}
_guard = Lock()


def way_key(steps: Iterable[str]) -> str:
    """Return the short digest that names a variant in an address."""
    return hashlib.sha256("\n".join(steps).encode()).hexdigest()[:12]


def held(key: str, *, now: datetime) -> Held:
    """Return the log of a process as it stands: at most 20 seconds behind the trail."""
    with _lock_of(key):
        known = _held.get(key)
        if known is not None and timedelta(0) <= now - known.made_at < REST:
            return known
        last = Event.objects.order_by("-id").values_list("id", flat=True).first() or ""
        if known is not None and known.last_event == last:
            return known
        return _keep(key, _made(key, now, str(last)))


def held_once(key: str, make: Callable[[], Held]) -> Held:
    """Return a log that never changes: made where it is not kept."""
    with _lock_of(key):
        known = _held.get(key)
        return known if known is not None else _keep(key, make())


def _lock_of(key: str) -> Lock:
    """One making of a log at a time; others are made meanwhile."""
    with _guard:
        return _making.setdefault(key, Lock())


def _keep(key: str, made: Held) -> Held:
    with _guard:
        _held[key] = made
        while len(_held) > MOST_KEPT:
            _held.pop(min(_held, key=lambda each: _held[each].made_at))
    return made


def forget() -> None:
    """Drop all logs that are kept: another installation's tables lie below (tests)."""
    with _guard:
        _held.clear()


def _made(key: str, now: datetime, last: str) -> Held:
    source = trail_log.source_of(key)
    store = Store(memory=MEMORY)
    store.load(trail_log.events_of(source))
    for attribute, values in trail_log.attributes_of(source).items():
        store.describe(attribute, values.items())
    store.derive(trail_log.worktime())
    return held_of(store, source, now, last)


def held_of(store: Store, source: trail_log.Source, now: datetime, last: str = "") -> Held:
    """Return a derived store as a held log, closed once nobody asks it any more."""
    made = Held(store, source, now, last)
    weakref.finalize(made, _close, store)
    return made


def _close(store: Store) -> None:
    with store:
        pass


def narrowed(store: Store, objects: Iterable[int]) -> Store:
    """Return the same store seen through some of its objects: every question counts only them."""
    chosen = set(objects)
    seen = copy.copy(store)
    seen._attributes = {  # the attributes of the objects that are left
        name: {number: value for number, value in store.attribute(name).items() if number in chosen}
        for name in store.attributes()
    }
    seen.connection = store.connection.cursor()
    (base,) = seen.one("SELECT CURRENT_DATABASE()")
    seen.connection.execute("CREATE OR REPLACE TEMP TABLE chosen(object INTEGER)")
    seen.connection.execute("INSERT INTO temp.chosen SELECT UNNEST(CAST(? AS INTEGER[]))", [sorted(chosen)])
    for table in ("event", "step", *RELATIONS):
        seen.connection.execute(
            f'CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM "{base}".main.{table}'
            " WHERE object IN (SELECT object FROM temp.chosen)"
        )
    return seen
