"""Publishes the log: number, write tiles, read them back, remember, sign, keep, release; a crash between any two mends.

Each step is a function of its own, in this order, so that a crash can be tried after each. Tiles are a pure function
of the leaves: whatever lies half written is written again. The intent to sign is on the disk beside the key before
the signature exists, the signed note in the database before anybody sees it: there are never two roots for one size.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.kernel.trail import checkpoint as kernel
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.merkle import frontier_at
from lianjing.kernel.trail.note import note_bytes, sign_note, signed_by
from lianjing.kernel.trail.tiles import WIDTH, TileReader, changed_tiles, entries_path
from lianjing.runtime.trail import growth, keys, signed
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.disk import LogDisk, data_folder, log_folder, sole
from lianjing.runtime.trail.models import Checkpoint
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.standing import (
    Standing,
    cosigners,
    covered_by,
    latest,
    log_size,
    note_of,
    prove,
    standing_of,
)

__all__ = [
    "Checkpoint",
    "Standing",
    "cosigners",
    "covered_by",
    "latest",
    "log_size",
    "note_of",
    "prove",
    "publish",
    "standing_of",
]
LOCK = 0x6C6A5F707562  # the advisory lock of the one publisher ("lj_pub")
CHECKPOINT = "checkpoint"
HEARTBEAT = "trail.heartbeat"
log = logging.getLogger("lianjing.trail")


def publish(now: datetime, *, wait_seconds: float = 0, is_durable: bool = True) -> Checkpoint | None:
    """Number what waits and publish the log as it stands; None where another publishes or nothing is to be signed.

    Refusal where the database is shorter than what was signed, or leads to another root for a size once signed.
    `is_durable` is False only where the whole installation is thrown away after a crash.
    """
    with only_publisher(wait_seconds) as is_sole:
        if not is_sole:
            return None
        number()
        size, before = log_size(), latest()
        signed.refuse_shorter(size)
        if before is not None and size == before.size and now - before.signed_at >= _heartbeat():
            size = beat(now)
        disk = LogDisk(log_folder(), is_durable=is_durable)
        if before is not None and size == before.size:
            return _mended(disk, before)
        return _published(disk, size, now) if size else None


def _published(disk: LogDisk, size: int, now: datetime) -> Checkpoint:
    root = grown_root(disk, size)
    checkpoint = kernel.Checkpoint(keys.signer().name, size, root)
    remember(checkpoint, disk)
    note = sign(checkpoint)
    row = store(checkpoint, note, now)
    release(disk, row)
    return row


def _mended(disk: LogDisk, row: Checkpoint) -> Checkpoint | None:
    """Release a checkpoint that was kept before a crash and not shown; None where it is shown already."""
    shown = signed.released()
    if shown is not None and shown.size == row.size:
        return None
    root = grown_root(disk, row.size)
    if root.hex() != row.root:
        raise _forked(row.size)
    release(disk, row)
    return row


def grown_root(disk: LogDisk, size: int) -> bytes:
    """Bring the files to a size, read them back, and return their root; written all anew where they are damaged."""
    shown = signed.released()
    begin = min(shown.size if shown else 0, size)
    try:
        write_tiles(disk, begin, size)
        return check_tiles(disk, begin, size)
    except (Malformed, growth.Unlike, FileNotFoundError) as error:
        log.warning("the files of the log are not those of its leaves and are written anew: %s", error)
    write_tiles(disk, 0, size)
    try:
        return check_tiles(disk, 0, size)
    except (Malformed, growth.Unlike) as error:
        raise _forked(size, str(error)) from error


# ---------------------------------------------------------------- the steps, in their order


def number() -> int:
    """Give waiting events their leaf numbers, committed; return how many."""
    return sequence_all()


def beat(now: datetime) -> int:
    """Record that the log stood still for so long, so that silence and loss can be told apart; return its new size."""
    with recorded(HEARTBEAT, chain="log:1", actor=SYSTEM, now=now):
        pass
    number()
    return log_size()


def write_tiles(disk: LogDisk, begin: int, size: int) -> None:
    """Write the tiles and bundles by which a tree of `size` differs from one of `begin`, durable on return."""
    growth.write(disk, begin, size)


def check_tiles(disk: LogDisk, begin: int, size: int) -> bytes:
    """Read back what was written and return the root; Unlike where it is not what the leaves give.

    The root at each size that was signed before must come out again: the tree to be signed extends it.
    """
    growth.check(disk, begin, size)
    reader = TileReader(disk.read, size)
    for before in _signed_before(size):
        if frontier_at(before.size, reader).root() != before.root:
            raise growth.Unlike(f"another root for size {before.size} than the one that was signed")
    return frontier_at(size, reader).root()


def remember(checkpoint: kernel.Checkpoint, disk: LogDisk) -> None:
    """Keep the intent to sign, outside the database."""
    signed.remember(checkpoint, is_durable=disk.is_durable)


def sign(checkpoint: kernel.Checkpoint) -> str:
    """Sign and verify at once; return the note's text."""
    signer = keys.signer()
    note = sign_note(checkpoint.text, [signer])
    if not signed_by(note, signer.verifier_key):
        raise Refusal(Ground.STALE, "trail.signature", _("签名设备给出的签名不能核验"))
    return note_bytes(note).decode()


def store(checkpoint: kernel.Checkpoint, note: str, now: datetime) -> Checkpoint:
    """Keep the signed note in the database, before anybody sees it."""
    return Checkpoint.objects.create(
        size=checkpoint.size, root=checkpoint.root.hex(), note=note, signed_at=now
    )


def release(disk: LogDisk, row: Checkpoint) -> None:
    """Show the checkpoint: from now on it is published. Then drop the partial files that full ones replaced."""
    shown = signed.released()
    disk.put(CHECKPOINT, note_bytes(note_of(row)))
    disk.settle()
    for tile in changed_tiles(shown.size if shown else 0, row.size):
        if tile.width == WIDTH:
            disk.drop_partials(tile.path)
            if tile.level == 0:
                disk.drop_partials(entries_path(tile.index))


# ---------------------------------------------------------------- around them


def _signed_before(size: int) -> Iterator[kernel.Checkpoint]:
    """Yield every tree that is known to have been signed and is not larger."""
    row = latest()
    from_table = kernel.Checkpoint("", row.size, bytes.fromhex(row.root)) if row else None
    for each in (signed.remembered(), signed.released(), from_table):
        if each is not None and each.size <= size:
            yield each


def _forked(size: int, detail: str = "") -> Refusal:
    message = _("数据库中的留痕与已签名的根不符（规模 %(size)s），不再签名；请立即核验并告知监督组")
    return Refusal(
        Ground.STALE, "trail.forked", message % {"size": size} + (f" ({detail})" if detail else "")
    )


def _heartbeat() -> timedelta:
    return timedelta(hours=settings.LIANJING_HEARTBEAT_HOURS)


@contextmanager
def only_publisher(wait_seconds: float = 0) -> Iterator[bool]:
    """Hold the publisher's locks, of the folder and of the database; False where another has them so long."""
    until = time.monotonic() + wait_seconds
    while True:
        with sole(data_folder() / "log.lock") as is_here, _advisory(is_here) as is_sole:
            if is_sole or time.monotonic() >= until:
                yield is_sole
                return
        time.sleep(0.05)


@contextmanager
def _advisory(is_here: bool) -> Iterator[bool]:
    if not is_here or connection.vendor != "postgresql":
        yield is_here
        return
    ask: Callable[[str], bool] = _asked
    is_sole = ask("SELECT pg_try_advisory_lock(%s)")
    try:
        yield is_sole
    finally:
        if is_sole:
            ask("SELECT pg_advisory_unlock(%s)")


def _asked(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [LOCK])
        return bool(cursor.fetchone()[0])
