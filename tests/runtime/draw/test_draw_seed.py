"""With a witness the seed is the root of the first checkpoint cosigned after the lock; the second hand stays behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lianjing.kernel.refusal import Refusal
from lianjing.runtime.draw import export, queries, rules
from lianjing.runtime.draw.models import Draw, DrawSeed
from lianjing.runtime.draw.seed import draw_by_checkpoint
from lianjing.runtime.trail import witness_desk, witnesses
from lianjing.runtime.trail.publication import publish
from tests.runtime.draw.table import Table
from tests.runtime.trail.logs import join_witness

pytestmark = pytest.mark.django_db


class Watched(Table):
    """A table in an installation with a witness."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        publish(self.later())
        join_witness(folder)

    def cosign(self) -> int:
        """Publish and let the witness cosign."""
        publish(self.later())
        done = witness_desk.cosign_request(self.folder, witnesses.request(), int(self.now.timestamp()))
        witnesses.accept(done.signature.line.encode(), self.now)
        return done.checkpoint.size

    def by_checkpoint(self, draw: Draw, person: Any = None) -> Draw:
        """Draw with the cosigned root."""
        return draw_by_checkpoint(
            draw_id=draw.pk, person_id=(person or self.office.officer).pk, now=self.later()
        )


@pytest.fixture
def table(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "group")


def refused(rule: str, work: Callable[..., Any], *given: Any) -> None:
    with pytest.raises(Refusal) as found:
        work(*given)
    assert found.value.rule == rule


def test_the_seed_is_the_root_of_the_first_checkpoint_cosigned_after_the_lock(table: Watched) -> None:
    before = table.cosign()
    draw = table.lock(table.commit(table.prepare()))
    assert draw.seed_source == "checkpoint"
    refused("draw.not_cosigned", table.by_checkpoint, draw)
    publish(table.later())
    refused("draw.not_cosigned", table.by_checkpoint, draw)
    first = table.cosign()
    table.cosign()
    drawn = table.by_checkpoint(draw)
    row = DrawSeed.objects.get(draw=drawn)
    assert before < row.checkpoint_size == first and row.cosigners == "supervision"
    event = queries.lock_event(drawn)
    assert event is not None
    assert drawn.seed == rules.seed(queries.leaf_of(event), bytes.fromhex(row.root)).hex()
    assert len(queries.own_picks(drawn)) == 3 and export.agrees(drawn)


def test_the_value_may_not_be_revealed_while_a_cosignature_may_come_or_has_come(table: Watched) -> None:
    draw = table.lock(table.commit(table.prepare()))
    refused("draw.checkpoint_awaited", table.reveal, draw)
    table.cosign()
    table.now += timedelta(hours=100)
    refused("draw.checkpoint_there", table.reveal, draw)


def test_without_a_cosignature_in_time_the_second_hand_reveals(table: Watched) -> None:
    draw = table.lock(table.commit(table.prepare()))
    table.now += timedelta(hours=48)
    drawn = table.reveal(draw)
    assert (drawn.status, drawn.seed_source) == ("drawn", "second_unit") and export.agrees(drawn)
    table.cosign()
    refused("draw.not_by_checkpoint", table.by_checkpoint, drawn)


def test_only_the_operators_unit_draws_and_only_once(table: Watched) -> None:
    draw = table.lock(table.commit(table.prepare()))
    table.cosign()
    with pytest.raises(Refusal):
        table.by_checkpoint(draw, table.office.lawyer)
    drawn = table.by_checkpoint(draw)
    refused("draw.not_by_checkpoint", table.by_checkpoint, drawn)


def test_without_a_witness_everything_is_as_before() -> None:
    plain = Table()
    draw = plain.lock(plain.commit(plain.prepare()))
    assert draw.seed_source == "second_unit"
    assert plain.reveal(draw).status == "drawn"


@pytest.mark.parametrize("change", [None, "note", "value"])
def test_the_script_recomputes_a_draw_by_checkpoint_and_finds_what_was_changed(
    table: Watched, tmp_path: Path, change: str | None
) -> None:
    draw = table.lock(table.commit(table.prepare()))
    table.cosign()
    exported = json.loads(export.as_json(table.by_checkpoint(draw)))
    assert exported["seed_source"] == "checkpoint" and exported["checkpoint"]["cosigners"] == ["supervision"]
    if change == "note":
        lines = exported["checkpoint"]["note"].split("\n")
        exported["checkpoint"]["note"] = "\n".join([*lines[:2], "A" * 43 + "=", *lines[3:]])
    if change == "value":
        exported["value"] = "00" * 32
    (tmp_path / "draw.json").write_text(json.dumps(exported, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "recompute.py").write_text(export.script(), encoding="utf-8")
    command = [sys.executable, "-I", "recompute.py", "draw.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == (1 if change in ("note", "value") else 0), done.stdout + done.stderr
    assert done.stdout.startswith("checkpoint ")
