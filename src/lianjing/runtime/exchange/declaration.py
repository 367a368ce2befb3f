"""What a feed declares: a frozen value that points to plain functions; where it is reached is the installation's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from lianjing.kernel.declaration import Text
from lianjing.runtime.batch.ledger import LedgerKind


class Direction(StrEnum):
    """Whether we ask and are told, or tell."""

    PULL = "pull"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Record:
    """What another system states of one thing. `values` are the texts compared with ours; amount in yuan."""

    external_no: str
    kind: str  # code list external_kind
    title: str = ""
    party_name: str = ""
    amount: Decimal | None = None
    happened_on: date | None = None
    matter_id: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ours:
    """What we hold of one thing, under the number by which the other system knows it."""

    external_no: str
    title: str
    matter_id: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Check:
    """What is normal of a run: `holds(records)`; a run for which it fails is a warning with this word."""

    label: Text
    holds: Callable[[list[Record]], bool]


def _nothing() -> Iterable[Ours]:
    return ()


@dataclass(frozen=True, slots=True)
class Declared:
    """One feed. `parse(item)` raises BadInput for an item that can't be taken; `serialise(event)` gives what leaves.

    `acts` are the acts a push tells of. `ours()` gives what a pull is compared with; `fields` the words of the
    compared values. `fresh` is how old the last good run may be before the feed is red. `ledger` says how a file
    of it is read, for a feed that comes as files; `volume` how many rows one delivery usually has.
    """

    key: str
    system: str  # code list external_system
    direction: Direction
    name: Text
    purpose: Text
    clause: str
    owner_post: str
    fresh: timedelta
    every: timedelta
    has_person_data: bool = False
    parse: Callable[[Mapping[str, Any]], Record] | None = None
    acts: tuple[str, ...] = ()
    serialise: Callable[[Any], Mapping[str, Any] | None] | None = None
    ours: Callable[[], Iterable[Ours]] = _nothing
    fields: Mapping[str, Text] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    ledger: LedgerKind | None = None
    volume: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a feed is reached and the secret that signs both ways; set by the installation."""

    url: str
    secret: str


@cache
def _declared(places: tuple[str, ...]) -> dict[str, Declared]:
    found = [each for place in places for each in import_string(place)]
    by_key = {each.key: each for each in found}
    if len(by_key) != len(found):
        raise ValueError("two feeds share a key")
    for each in found:
        if (each.parse is None) == (each.direction is Direction.PULL):
            raise ValueError(f"feed {each.key}: a pull parses, a push serialises")
    return by_key


def declared() -> dict[str, Declared]:
    """Return the feeds named in LIANJING_FEEDS by key; ValueError for a wrong declaration."""
    return _declared(tuple(settings.LIANJING_FEEDS))


def reached(key: str) -> Reached | None:
    """Return where a feed is reached (settings LIANJING_FEED_PLACES), None for one that is not connected."""
    place = settings.LIANJING_FEED_PLACES.get(key)
    return Reached(str(place["url"]), str(place["secret"])) if place else None
