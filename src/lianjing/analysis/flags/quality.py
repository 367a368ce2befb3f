"""The data-quality report: faults of lines and values, and how many processes carry each field that a flag requires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from lianjing.analysis.flags.case import moment, number
from lianjing.analysis.flags.declaration import Flag

EXAMPLES, MOST_KINDS = 5, 500
DATES = ("date", "Date", "datePublished", "dateSigned", "dateMet", "dateAnswered")
NUMBERS = ("amount", "numberOfTenderers", "minimumPercentage")


class Account:
    """What was read, what was set aside and why, with the first places of each fault."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.places: dict[str, list[str]] = {}
        self.coverage: Counter[str] = Counter()

    def fault(self, kind: str, place: str) -> None:
        """Name a fault; beyond five hundred kinds only their number."""
        if kind not in self.faults and len(self.faults) >= MOST_KINDS:
            kind = "other faults"
        self.faults[kind] += 1
        places = self.places.setdefault(kind, [])
        if len(places) < EXAMPLES:
            places.append(place)

    def add(self, other: Account) -> None:
        """Take in the account of another part."""
        self.counts.update(other.counts)
        self.faults.update(other.faults)
        self.coverage.update(other.coverage)
        for kind, places in other.places.items():
            self.places[kind] = (self.places.get(kind, []) + places)[:EXAMPLES]

    def as_json(
        self, flags: Iterable[Flag], idle: Mapping[str, str], unjudged: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the report; coverage in processes, for each flag and each field that it requires."""
        flags = list(flags)
        return {
            **{
                name: self.counts[name]
                for name in ("lines", "releases", "processes", "merged", "cancelled", "excluded")
            },
            "faults": [
                {"fault": kind, "count": count, "first": self.places.get(kind, [])}
                for kind, count in self.faults.most_common()
            ],
            "coverage": {
                field: self.coverage[field]
                for field in sorted({one for each in flags for one in each.fields})
            },
            "flags": {each.code: {field: self.coverage[field] for field in each.fields} for each in flags},
            "not_run": {code: f"setting [{code}] {name}" for code, name in idle.items()},
            "not_published": dict(unjudged),
        }


class Fields:
    """The wanted fields as a tree: one walk counts coverage and names values of the wrong kind."""

    def __init__(self, flags: Iterable[Flag]) -> None:
        self.tree: dict[str, Any] = {}
        for path in sorted({one for each in flags for one in each.fields}):
            node = self.tree
            for part in path.split("/"):
                node = node.setdefault(part, {})
            node[""] = path

    def walk(self, source: Mapping[str, Any], account: Account, place: str) -> None:
        """Count the fields of one process."""
        present: set[str] = set()
        faults: set[tuple[str, str]] = set()
        _walk(source, self.tree, present, faults)
        account.coverage.update(present)
        for path, why in faults:
            account.fault(f"{path}: {why}", place)


def _walk(source: Any, node: dict[str, Any], present: set[str], faults: set[tuple[str, str]]) -> None:  # noqa: C901 - one walk, all kinds of values
    for name, inner in node.items():
        value = source.get(name)
        if value is None or value == "" or value == [] or value == {}:
            if value == "" and "" in inner and name in NUMBERS:
                faults.add((inner[""], "empty text"))
            continue
        path = inner.get("")
        if path is not None:
            if path in present and name not in NUMBERS and not name.endswith(DATES):
                pass
            else:
                why = _wrong(name, value)
                if why:
                    faults.add((path, why))
                else:
                    present.add(path)
        if len(inner) > (path is not None):
            below = inner if path is None else {each: one for each, one in inner.items() if each}
            if isinstance(value, dict):
                _walk(value, below, present, faults)
            elif isinstance(value, list):
                for each in value:
                    if isinstance(each, dict):
                        _walk(each, below, present, faults)
                    elif each is not None:
                        faults.add((name, "not an object"))
            else:
                faults.add((name, "not an object"))


def _wrong(name: str, value: Any) -> str:
    if name in NUMBERS:
        return "" if number(value) is not None else "not a number"
    if name.endswith(DATES) and name != "endDateDetails":
        return "" if isinstance(value, str) and moment(value, UTC) is not None else "not a date"
    if name in ("id", "currency", "procurementMethod", "status", "awardCriteria") and isinstance(
        value, (list, dict)
    ):
        return "not a text"
    return ""
