"""What is gathered over all processes until the last line: samples for fences, tallies for shares. Parts can be added up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lianjing.analysis.flags.declaration import Evidence

KEPT_OCIDS, KEPT_EVIDENCE = 50, 10


class Sample(NamedTuple):
    """One number of one process, and the places it comes from with what stands there."""

    value: float
    ocid: str
    paths: tuple[tuple[str, Any], ...]
    who: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """Part and whole of one subject, with the first processes behind the part."""

    part: float = 0.0
    whole: float = 0.0
    ocids: list[str] = field(default_factory=list)
    total: int = 0
    evidence: list[Evidence] = field(default_factory=list)
    more: Any = None  # the classes of R048, the first digits of R029

    def keep(self, ocid: str, evidence: Iterable[Evidence] = ()) -> None:
        """Remember a process; beyond the first fifty only their number."""
        if not self.ocids or self.ocids[-1] != ocid:
            self.total += 1
            if len(self.ocids) < KEPT_OCIDS:
                self.ocids.append(ocid)
        if len(self.evidence) < KEPT_EVIDENCE:
            self.evidence.extend(evidence)

    def add(self, other: Tally) -> None:
        """Add what another part of the file held."""
        self.part += other.part
        self.whole += other.whole
        self.total += other.total
        self.ocids = (self.ocids + other.ocids)[:KEPT_OCIDS]
        self.evidence = (self.evidence + other.evidence)[:KEPT_EVIDENCE]
        if isinstance(other.more, set):
            self.more = other.more | (self.more or set())
        elif other.more is not None:
            self.more = [one + two for one, two in zip(other.more, self.more or [0] * 9, strict=True)]


Key = tuple[str, ...]


class Board:
    """Samples by flag and group, tallies by flag and subject, events in order by flag and group."""

    def __init__(self) -> None:
        self.samples: dict[str, dict[Key, list[Sample]]] = {}
        self.tallies: dict[str, dict[Key, Tally]] = {}
        self.events: dict[str, dict[Key, list[Any]]] = {}
        self.marks: dict[tuple[str, str, str], Tally] = {}

    def sample(self, code: str, group: Key, each: Sample) -> None:
        """Keep a number that will be judged against its group."""
        self.samples.setdefault(code, {}).setdefault(group, []).append(each)

    def tally(self, code: str, key: Key) -> Tally:
        """Return the tally of a subject, made when new."""
        own = self.tallies.setdefault(code, {})
        found = own.get(key)
        if found is None:
            found = own[key] = Tally()
        return found

    def event(self, code: str, key: Key, each: Any) -> None:
        """Keep an event of a group for the end."""
        self.events.setdefault(code, {}).setdefault(key, []).append(each)

    def mark(self, code: str, subject_type: str, subject: str, value: float) -> Tally:
        """Return the raised flag of a subject that many processes may add to; the value is the last."""
        found = self.marks.setdefault((code, subject_type, subject), Tally())
        found.part = value
        return found

    def add(self, other: Board) -> None:
        """Take in what another part of the file gathered."""
        for code, groups in other.samples.items():
            for group, found in groups.items():
                self.samples.setdefault(code, {}).setdefault(group, []).extend(found)
        for code, keys in other.tallies.items():
            for key, tally in keys.items():
                self.tally(code, key).add(tally)
        for code, keyed in other.events.items():
            for key, events in keyed.items():
                self.events.setdefault(code, {}).setdefault(key, []).extend(events)
        for (code, kind, subject), tally in other.marks.items():
            self.mark(code, kind, subject, tally.part).add(
                Tally(0, 0, tally.ocids, tally.total, tally.evidence)
            )


def quantile(ordered: list[float], share: float) -> float:
    """Return a quantile of sorted numbers by the median-unbiased rule (Hyndman and Fan's eighth)."""
    place = (len(ordered) + 1 / 3) * share + 1 / 3
    whole = int(place)
    if whole <= 0:
        return ordered[0]
    if whole >= len(ordered):
        return ordered[-1]
    low = ordered[whole - 1]
    return low + (place - whole) * (ordered[whole] - low)


def fences(values: Iterable[float]) -> tuple[float, float]:
    """Return Tukey's lower and upper fence: one and a half times the middle spread beyond the quartiles."""
    ordered = sorted(values)
    low, high = quantile(ordered, 0.25), quantile(ordered, 0.75)
    return low - 1.5 * (high - low), high + 1.5 * (high - low)
