"""The demonstration's witness: a key in the data folder itself, which proves nothing and says so by its name."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from lianjing.runtime.trail import keys, witness_desk, witnesses
from lianjing.runtime.trail.disk import data_folder
from lianjing.runtime.trail.publication import cosigners, latest, publish

NAME = "demonstration-witness"
FOLDER = "demonstration"


def begin(now: datetime) -> None:
    """Make the log's key and the witness, and let the policy name it."""
    folder = data_folder() / witnesses.FOLDER / FOLDER
    policy = keys.ensure()
    key = witness_desk.init(folder, NAME)
    witness_desk.watch(folder, policy.text)
    witnesses.trust(key.text, now)


def close_day(now: datetime) -> None:
    """Publish and cosign, as of the simulated clock; a demonstration that dies while it is filled is thrown away."""
    publish(now, is_durable=False)
    _cosign(now, is_durable=False)


def cosign_due(now: datetime) -> int:
    """Cosign what a served demonstration has published since; 1 where there was something."""
    if not settings.LIANJING_DEMONSTRATION or NAME not in keys.policy().witnesses:
        return 0
    row = latest()
    if row is None or cosigners(row):
        return 0
    _cosign(now, is_durable=True)
    return 1


def _cosign(now: datetime, *, is_durable: bool) -> None:
    row = latest()
    if row is None or row.cosignatures.exists():
        return
    folder = data_folder() / witnesses.FOLDER / FOLDER
    asked = witnesses.ask(witnesses.witness(NAME), row)
    done = witness_desk.cosign_request(folder, asked, int(now.timestamp()), is_durable=is_durable)
    witnesses.keep_line(row, witnesses.witness(NAME), done.signature, now)
    witnesses.show_cosigned(row, is_durable=is_durable)
