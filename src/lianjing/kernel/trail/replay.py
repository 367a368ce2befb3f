"""Replay: what the trail says every row must hold, and how the tables differ from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lianjing.kernel.trail.envelope import Envelope, NotCanonical, body_hash, leaf_hash, parse_envelope

RowKey = tuple[str, str]
Image = Mapping[str, Any]
Upcast = Callable[[str, Image, int], Image]  # (table, image, schema of the body): the image as of today


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not agree: `kind` is a stable word, `where` names the row or event."""

    kind: str
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it lies in the store; `leaf` is None while it waits for the sequencer."""

    id: str
    leaf: int | None
    leaf_hash: str
    envelope: bytes
    salt: bytes
    body: bytes


def as_it_is(_table: str, image: Image, _schema: int) -> Image:
    """Return an image unchanged: every body is of today's schema."""
    return image


@dataclass
class Replay:
    """Folds events in the order of the log; keeps the last image of each row and the event that wrote it.

    `upcast` makes an image of an older schema into one of today.
    """

    images: dict[RowKey, Image | None] = field(default_factory=dict)
    written_by: dict[RowKey, str] = field(default_factory=dict)
    heads: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)  # events whose body is gone, with their place
    erased: dict[str, str] = field(
        default_factory=dict
    )  # events whose body an act of erasure names, with its basis
    events: int = 0
    next_leaf: int = 0
    upcast: Upcast = as_it_is

    def take(self, kept: Kept) -> Iterator[Problem]:
        """Check one event against its neighbours and fold its rows in; yields what is wrong with it."""
        self.events += 1
        place = f"event {kept.id}"
        try:
            envelope = parse_envelope(kept.envelope)
        except NotCanonical as error:
            yield Problem("envelope", place, str(error))
            return
        yield from self._check_leaf(kept, place)
        yield from self._check_chain(kept, envelope, place)
        if not kept.salt and not kept.body:
            self.gone[kept.id] = place
            return
        if body_hash(kept.salt, kept.body) != envelope.body:
            yield Problem("body", place, "the body does not have the hash that the envelope carries")
            return
        yield from self._fold(kept, place)

    def _check_leaf(self, kept: Kept, place: str) -> Iterator[Problem]:
        if kept.leaf is None:
            return
        if kept.leaf != self.next_leaf:
            yield Problem("leaf", place, f"leaf {kept.leaf} where {self.next_leaf} was due")
        self.next_leaf = kept.leaf + 1
        if kept.leaf_hash != leaf_hash(kept.envelope).hex():
            yield Problem("leaf", place, f"leaf {kept.leaf} holds another hash than its envelope")

    def _check_chain(self, kept: Kept, envelope: Envelope, place: str) -> Iterator[Problem]:
        oseq, digest, recorded = self.heads.get(envelope.object, (0, "", ""))
        if envelope.id != kept.id:
            yield Problem("envelope", place, f"the envelope belongs to {envelope.id}")
        if envelope.oseq != oseq + 1:
            yield Problem("chain", place, f"{envelope.object}: number {envelope.oseq} after {oseq}")
        elif envelope.oprev != digest:
            yield Problem("chain", place, f"{envelope.object}: does not follow the event before it")
        if envelope.recorded < recorded:
            yield Problem("time", place, f"{envelope.object}: recorded before its predecessor")
        self.heads[envelope.object] = (envelope.oseq, leaf_hash(kept.envelope).hex(), envelope.recorded)

    def _fold(self, kept: Kept, place: str) -> Iterator[Problem]:
        try:
            body = json.loads(kept.body)
            for row in body["rows"]:
                key = (row["t"], row["k"])
                image = row["v"]
                self.images[key] = image and self.upcast(row["t"], image, body.get("schema", 1))
                self.written_by[key] = kept.id
            for each in body.get("erased", []):
                if each["basis"] and each["event"] in self.gone:
                    self.erased[each["event"]] = each["basis"]
        except (ValueError, KeyError, TypeError) as error:
            yield Problem("body", place, f"the body cannot be read: {error}")

    def unauthorised(self) -> Iterator[Problem]:
        """Yield the bodies that are gone without a later act of erasure that names them and its legal basis."""
        for event, place in self.gone.items():
            if event not in self.erased:
                yield Problem("body", place, "the body is gone, and no act of erasure names it")

    def compare(self, table: str, rows: Iterable[tuple[str, Image]]) -> Iterator[Problem]:
        """Compare the rows of one table as they stand with what the trail says; names row and column."""
        seen = set()
        for key, actual in rows:
            seen.add(key)
            expected = self.images.get((table, key))
            if expected is None:
                yield Problem("row", f"{table} {key}", "stands in the table without an event")
                continue
            for column in sorted(set(expected) | set(actual)):
                said, stands = expected.get(column), actual.get(column)
                if said != stands:
                    by = self.written_by[(table, key)]
                    yield Problem(
                        "row",
                        f"{table} {key}",
                        f"{column} is {stands!r}, the trail says {said!r} (event {by})",
                    )
        for (name, key), image in self.images.items():
            if name == table and image is not None and key not in seen:
                yield Problem("row", f"{table} {key}", "is gone from the table; the trail still has it")
