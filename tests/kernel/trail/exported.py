"""Writes export folders for the tests of the verifier, with none of the product's code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.attacks import forge

SEED, WITNESS_SEED = b"log of the tests".ljust(32, b"."), b"witness of the tests".ljust(32, b".")
ORIGIN, WITNESS = "lianjing/tests/1", "supervision/tests"
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
Row = tuple[str, str, dict[str, Any] | None]


@dataclass
class Event:
    """An event with its salted body; `body` None is an erased one."""

    envelope: bytes
    salt: bytes
    body: bytes | None

    @property
    def id(self) -> str:
        """The event's id."""
        return str(json.loads(self.envelope)["id"])


@dataclass
class Log:
    """A small log that can be written as an export folder."""

    origin: str = ORIGIN
    seed: bytes = SEED
    events: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    size: int = 0
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, chain: str, rows: Iterable[Row] = (), minutes: int | None = None, **body: Any) -> Event:
        """Record an event; `minutes` after the start, one a minute unless said."""
        count, head = self.heads.get(chain, (0, ""))
        place = len(self.events)
        moment = START + timedelta(minutes=place if minutes is None else minutes)
        kept = [{"t": table, "k": key, "v": value} for table, key, value in rows]
        content = forge.canonical({"schema": 1, "rows": kept, **body})
        salt = hashlib.sha256(f"salt {place}".encode()).digest()
        fields = {
            "v": 1,
            "id": f"event-{place}",
            "recorded": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor": "p-7f3a",
            "act": "works.approve",
            "object": chain,
            "oseq": count + 1,
            "oprev": head,
            "body": hashlib.sha256(salt + content).hexdigest(),
            "post": "post:3",
        }
        event = Event(forge.canonical(fields), salt, content)
        self.events.append(event)
        self.heads[chain] = (count + 1, forge.leaf_hash(event.envelope).hex())
        self.fold(kept)
        return event

    def fold(self, rows: Iterable[dict[str, Any]]) -> None:
        """Keep the tables as the events leave them."""
        for row in rows:
            self.rows.setdefault(row["t"], {})[row["k"]] = row["v"]

    def entries(self, size: int | None = None) -> list[bytes]:
        """Return the published envelopes."""
        return [event.envelope for event in self.events[: self.size if size is None else size]]

    def publish(self, size: int | None = None, cosigned_after: int | None = None) -> str:
        """Sign a checkpoint over the first events; cosigned so many minutes after the start, if said."""
        self.size = len(self.events) if size is None else size
        text = forge.checkpoint_text(self.origin, self.entries())
        lines = [forge.log_line(text, self.origin, self.seed)]
        if cosigned_after is not None:
            moment = int((START + timedelta(minutes=cosigned_after)).timestamp())
            lines.append(forge.cosigned_line(text, WITNESS, WITNESS_SEED, moment))
        self.notes.append(forge.note(text, *lines))
        return self.notes[-1]

    def policy(self) -> str:
        """Return the policy of log and witness."""
        return (
            f"log {forge.vkey(self.origin, forge.LOG, self.seed)}\n"
            f"witness supervision {forge.vkey(WITNESS, forge.WITNESS, WITNESS_SEED)}\n"
            "quorum supervision\n"
        )

    def receipt(self, index: int) -> str:
        """Return the tlog-proof of a leaf under the last checkpoint."""
        hashes = [forge.leaf_hash(entry) for entry in self.entries()]
        path = [forge._b64(part) for part in forge.path_of(index, hashes)]
        return "\n".join(["c2sp.org/tlog-proof@v1", f"index {index}", *path, "", self.notes[-1]])

    def write(self, folder: Path) -> Path:
        """Write the export folder."""
        forge.write_tiles(folder / "log", self.entries())
        forge.write(folder / "log" / "checkpoint", self.notes[-1].encode())
        forge.write(folder / "policy", self.policy().encode())
        _lines(folder / "checkpoints.jsonl", [{"note": note} for note in self.notes])
        for number in range(0, self.size, 4096):
            part = list(enumerate(self.events[: self.size]))[number : number + 4096]
            _lines(
                folder / "bodies" / f"{number // 4096:06d}.jsonl",
                [_line(leaf, event) for leaf, event in part],
            )
        waiting = [
            {**_line(None, event), "envelope": event.envelope.decode()} for event in self.events[self.size :]
        ]
        _lines(folder / "pending.jsonl", waiting)
        for table, rows in self.rows.items():
            there = [{"k": key, "v": value} for key, value in rows.items() if value is not None]
            _lines(folder / "tables" / f"{table}.jsonl", there)
        forge.write(folder / "tables" / "index.json", json.dumps({"tables": sorted(self.rows)}).encode())
        return folder


def _line(leaf: int | None, event: Event) -> dict[str, Any]:
    if event.body is None:
        return {"leaf": leaf, "erased": True}
    return {"leaf": leaf, "salt": event.salt.hex(), "body": event.body.decode()}


def _lines(place: Path, lines: Iterable[dict[str, Any]]) -> None:
    forge.write(place, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())


def small(origin: str = ORIGIN) -> Log:
    """Return a log of 14 events on three objects: published thrice, cosigned twice, two events waiting."""
    log = Log(origin)
    for place in range(14):
        chain, key = f"matter:{place % 3}", str(place % 4)
        log.add(chain, [("contract", key, {"id": place % 4, "amount": f"{place}.00", "title": "道路工程"})])
        if place == 4:
            log.publish(cosigned_after=10)
        if place == 8:
            log.publish()
        if place == 11:
            log.publish(cosigned_after=20)
    return log
