"""Gives waiting events their dense leaf numbers, once each, however many sequencers run and wherever they die."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max

from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.runtime.trail.models import Leaf, Pending
from lianjing.runtime.trail.signed import refuse_shorter

LOCK = 0x6C6A5F736571  # the advisory lock of the one sequencer ("lj_seq")


def sequence(limit: int = 4096) -> int:
    """Number at most `limit` waiting events in the order of the queue; return how many.

    A late commit is in the queue when it commits; a rolled-back one never was. The primary key of trail_leaf
    is the second guard against two sequencers. After a crash nothing is half done. Refusal where the database was
    restored from a copy older than the last signature: the numbers due are taken.
    """
    with transaction.atomic():
        if not _may_sequence():
            return 0
        waiting = list(
            Pending.objects.order_by("id").values_list("id", "event_id", "event__envelope")[:limit]
        )
        if not waiting:
            return 0
        last = Leaf.objects.aggregate(last=Max("idx"))["last"]
        first = 0 if last is None else last + 1
        refuse_shorter(first)
        Leaf.objects.bulk_create(
            [
                Leaf(idx=first + place, event_id=event_id, leaf_hash=leaf_hash(bytes(envelope)).hex())
                for place, (_, event_id, envelope) in enumerate(waiting)
            ]
        )
        Pending.objects.filter(id__in=[number for number, _, _ in waiting]).delete()
        return len(waiting)


def sequence_all() -> int:
    """Number everything that waits; return how many."""
    total = 0
    while count := sequence():
        total += count
    return total


def _may_sequence() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
