"""Several publishers and sequencers at once: every act gets one number, every size one root."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.kernel.trail.merkle import root_of
from lianjing.runtime.trail.log_check import check_log
from lianjing.runtime.trail.models import Checkpoint, Leaf, Pending
from lianjing.runtime.trail.publication import LOCK, latest, only_publisher, publish
from lianjing.runtime.trail.sequencer import sequence
from tests.runtime.trail.logs import NOW, act

ACTS, WRITERS = 12, 4


def together(*works) -> None:
    """Run functions side by side, each on a connection of its own; raise what one of them raised."""
    faults: list[BaseException] = []

    def run(work) -> None:
        try:
            work()
        except BaseException as fault:  # noqa: BLE001 - raised again in the test itself
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if faults:
        raise faults[0]


@pytest.mark.django_db(transaction=True)
def test_two_publishers_and_a_sequencer_beside_writers_give_one_root_for_each_size(transactional_db):
    if connection.vendor != "postgresql":
        act(ACTS * WRITERS)
        for _turn in range(3):
            sequence(limit=20)
            publish(NOW)
    else:
        end = NOW + timedelta(seconds=1)

        def write(number: int):
            return lambda: act(ACTS, chain=f"unit:{number}")

        def keep_publishing() -> None:
            for _turn in range(15):
                publish(end)

        def keep_numbering() -> None:
            for _turn in range(40):
                sequence(limit=3)

        together(*map(write, range(WRITERS)), keep_publishing, keep_publishing, keep_numbering)
        publish(end, wait_seconds=5)
    assert not Pending.objects.exists()
    hashes = [
        leaf_hash(bytes(e)) for e in Leaf.objects.order_by("idx").values_list("event__envelope", flat=True)
    ]
    assert list(Leaf.objects.order_by("idx").values_list("idx", flat=True)) == list(range(ACTS * WRITERS))
    for row in Checkpoint.objects.all():
        assert row.root == root_of(hashes[: row.size]).hex()
    assert latest().size == ACTS * WRITERS and list(check_log()) == []


@pytest.mark.django_db(transaction=True)
def test_a_publisher_on_another_machine_is_kept_out_by_the_database(transactional_db):
    if connection.vendor != "postgresql":
        with only_publisher() as is_first, only_publisher() as is_second:
            assert is_first and not is_second  # one machine: the lock of the file
        return
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        act()
        assert publish(NOW) is None and Leaf.objects.count() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    other.close()
    assert publish(NOW) is not None
