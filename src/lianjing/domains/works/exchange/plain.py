"""Plain JSON of facts: moments with their zone, sums with their currency, nothing empty; and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from lianjing.domains.works.exchange.facts import Money
from lianjing.kernel.json_text import written
from lianjing.runtime.trail.act import LEGAL_ZONE


def moment(when: date | datetime | None) -> str | None:
    """Return a day (its midnight) or a moment in ISO form with the legal zone's offset."""
    if when is None:
        return None
    if not isinstance(when, datetime):
        when = datetime.combine(when, time(0), LEGAL_ZONE)
    return when.astimezone(LEGAL_ZONE).isoformat(timespec="seconds")


def value(money: Money | None) -> dict[str, Any] | None:
    """Return an amount with its currency; the amount stays a Decimal until it is written."""
    return {"amount": money.amount, "currency": money.currency or None} if money else None


def period(start: date | datetime | None, end: date | datetime | None) -> dict[str, Any]:
    """Return a period."""
    return {"startDate": moment(start), "endDate": moment(end)}


def filled(thing: Any) -> Any:
    """Return a structure without what is empty: the standards take absence for "not known"."""
    if isinstance(thing, Mapping):
        kept = {key: filled(each) for key, each in thing.items()}
        return {key: each for key, each in kept.items() if each not in (None, "", [], {})}
    if isinstance(thing, list | tuple):
        return [each for each in (filled(part) for part in thing) if each not in (None, "", [], {})]
    return thing


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Yield each path at which two structures differ, with both values; lists are compared by ids, else by place."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key), other.get(key), f"{path}/{key}")
    elif isinstance(one, list) and isinstance(other, list):
        yield from _differing_lists(one, other, path)
    elif one != other:
        yield f"{path}: {_cut(one)} ≠ {_cut(other)}"


def _differing_lists(one: Sequence[Any], other: Sequence[Any], path: str) -> Iterator[str]:
    key = _key_of([*one, *other])
    if key:
        left, right = ({each[key]: each for each in side} for side in (one, other))
        if len(left) == len(one) and len(right) == len(other):
            for number in dict.fromkeys([*left, *right]):
                yield from differences(left.get(number), right.get(number), f"{path}[{number}]")
            return
    for place in range(max(len(one), len(other))):
        first = one[place] if place < len(one) else None
        second = other[place] if place < len(other) else None
        yield from differences(first, second, f"{path}[{place}]")


def _key_of(parts: Iterable[Any]) -> str:
    every = list(parts)
    for key in ("ocid", "id"):
        if every and all(isinstance(each, dict) and key in each for each in every):
            return key
    return ""


def _cut(thing: Any) -> str:
    return written(thing)[:80] if thing is not None else "—"
