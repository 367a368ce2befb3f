"""Publication under kills and under a crowd: one root for one size, and no event missed, whoever commits late."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator

import pytest

from tests.attacks.premises import Premises, premises
from tests.soak.points import IN_PUBLICATION
from tests.soak.publication_loop import Loop, reckon

URL = os.environ.get("LIANJING_DATABASE_URL", "")
ROUNDS = int(os.environ.get("LIANJING_KILLS", "20"))
ACTS = 200 if os.environ.get("LIANJING_SOAK") == "1" else 15


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """A small installation: SQLite, or a database of LIANJING_DATABASE_URL's server."""
    with premises(tmp_path_factory.mktemp("publication") / "premises", URL) as made:
        yield made


@pytest.fixture
def copy(place: Premises) -> Iterator:
    """A copy of its own."""
    made = place.copy()
    yield made
    place.drop(made)


def test_killed_at_every_boundary_of_publication_it_never_signs_two_roots_for_one_size(place, copy, tmp_path):
    loop = Loop(place, copy, tmp_path / "signatures.jsonl", random.Random(5))
    loop.run(ROUNDS)
    told = reckon(loop, tmp_path)
    assert told["faults"] == [] and told["verifier_exit"] == 0, told
    assert told["kills"] == ROUNDS and (
        set(loop.killed) == set(IN_PUBLICATION) or len(IN_PUBLICATION) > ROUNDS
    )


def test_the_loop_sees_a_second_root(place, copy, tmp_path):
    loop = Loop(place, copy, tmp_path / "signatures.jsonl", random.Random(5))
    loop.look()
    (tmp_path / "signatures.jsonl").write_text(json.dumps({"size": max(loop.roots), "root": "00"}) + "\n")
    loop.look()
    assert len(loop.faults) == 1 and "two roots" in loop.faults[0]


def test_the_queue_misses_no_late_commit_and_an_id_cursor_does(place, copy, tmp_path):
    told = place.ask(
        {
            "do": "tests.soak.crowd:crowd",
            "data": str(copy.data),
            "name": copy.name,
            "folder": str(tmp_path),
            "acts": ACTS,
        }
    )
    assert told["failed"] == 0 and told["committed"] >= 8 * ACTS * 4 // 5
    assert told["missed_by_the_queue"] == told["numbered_though_taken_back"] == told["numbered_twice"] == 0, (
        told
    )
    assert told["is_dense"] and told["waiting"] == 0
    if URL:
        assert told["missed_by_the_cursor"] > 0, "the control shows nothing: nobody committed late"
