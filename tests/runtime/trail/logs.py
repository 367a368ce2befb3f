"""A small log for the tests: acts that write a unit, a witness with a folder of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from lianjing.runtime.org.models import Unit
from lianjing.runtime.trail import keys, witness_desk, witnesses
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.publication import publish

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


def act(count: int = 1, chain: str = "unit:1", at: datetime = NOW) -> str:
    """Record acts that write nothing; return the last event's number."""
    for _each in range(count):
        with recorded("test", chain=chain, actor=SYSTEM, now=at) as made:
            pass
    return made.event_id


def unit(code: str, name: str = "", at: datetime = NOW) -> str:
    """Record the founding of a unit, or its new name."""
    row = Unit.objects.filter(code=code).first() or Unit(code=code, kind="department")
    row.name = name or code
    with recorded("unit.save", chain="installation:1", actor=SYSTEM, now=at) as made:
        made.save(row)
    return made.event_id


def join_witness(folder: Path, name: str = "supervision") -> None:
    """Make a witness that watches this log, and let the policy know it."""
    key = witness_desk.init(folder, name)
    keys.ensure()
    witness_desk.watch(folder, keys.policy().text)
    witnesses.trust(key.text, NOW)


def cosigned(folder: Path, name: str = "") -> int:
    """Publish, carry the request to the witness and its answer back; return the size cosigned."""
    publish(NOW)
    done = witness_desk.cosign_request(folder, witnesses.request(name), SECONDS)
    witnesses.accept(done.signature.line.encode(), NOW)
    return done.checkpoint.size
