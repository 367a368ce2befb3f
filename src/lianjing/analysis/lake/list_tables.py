"""The lake's tables that are made of lists of other authorities, which are kept as they were given, as canonical JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from lianjing.analysis.lake.source import Snapshot

EPOCH = date(1970, 1, 1)
BANS = "SELECT r.id, r.external_no, r.content FROM external_record r WHERE r.kind = 'ban'"
FIRMS = "SELECT e.id, e.credit_code FROM enterprise e WHERE e.credit_code <> ''"


def bans(snapshot: Snapshot, _since: int) -> Iterator[tuple[int, Iterable[Sequence[Any]]]]:
    """Yield the entries of ban lists that name one of our enterprises by its credit code."""
    rows = _entries(snapshot.rows(f"{BANS} ORDER BY r.id"), _numbers(snapshot.rows(FIRMS)))
    yield 0, [rows] if rows else []


def bans_of(snapshot: Snapshot, enterprises: Sequence[int]) -> list[Sequence[Any]]:
    """Return the entries of some enterprises; the number of an entry begins with the credit code."""
    marks = ", ".join("?" * len(enterprises))
    held = _numbers(snapshot.rows(f"{FIRMS} AND e.id IN ({marks})", enterprises))
    found: list[Any] = []
    for code in sorted(held):
        bounds = (f"{code}|", f"{code}}}")  # "}" follows "|": all that begins with the code and the bar
        found += snapshot.rows(f"{BANS} AND r.external_no >= ? AND r.external_no < ? ORDER BY r.id", bounds)
    return _entries(found, held)


def _numbers(firms: Iterable[Sequence[Any]]) -> Mapping[str, list[int]]:
    held: defaultdict[str, list[int]] = defaultdict(list)
    for number, code in firms:
        held[str(code)].append(int(number))
    return held


def _entries(records: Iterable[Sequence[Any]], firms: Mapping[str, list[int]]) -> list[Sequence[Any]]:
    found: list[Sequence[Any]] = []
    for number, external_no, content in records:
        stated = json.loads(content or "{}")
        days = [_day(stated.get(name, "")) for name in ("from_on", "to_on")]
        for firm in firms.get(str(external_no).partition("|")[0], ()):
            texts = (stated.get("list_name", ""), stated.get("doc_no", ""))
            found.append((f"{number}-{firm}", str(firm), str(number), *texts, *days))
    return found


def _day(text: str) -> int | None:
    return (date.fromisoformat(text) - EPOCH).days if text else None
