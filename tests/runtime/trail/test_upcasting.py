"""Trails written under earlier schemas replay into the tables of today."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest
from django.apps import apps

from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.kernel.trail.replay import Kept, Replay
from lianjing.runtime.trail import upcasting
from lianjing.runtime.trail.rebuild import row_of
from lianjing.runtime.trail.registry import EXCLUDED, keeping_of, trailed_models
from lianjing.runtime.trail.upcasting import SCHEMA, UPCASTERS, upcast

RECORDED = sorted((Path(__file__).parent / "recorded").glob("schema-*.jsonl.xz"))


def events(place: Path) -> list[Kept]:
    lines = [json.loads(line) for line in lzma.decompress(place.read_bytes()).decode().splitlines()]
    return [
        Kept(
            id=json.loads(line["envelope"])["id"],
            leaf=line["leaf"],
            leaf_hash=leaf_hash(line["envelope"].encode()).hex(),
            envelope=line["envelope"].encode(),
            salt=bytes.fromhex(line["salt"]),
            body=line["body"].encode(),
        )
        for line in lines
    ]


@pytest.fixture(scope="module", params=RECORDED, ids=lambda place: place.name)
def replayed(request) -> Replay:
    replay = Replay(upcast=upcast)
    problems = [problem for event in events(request.param) for problem in replay.take(event)]
    assert problems == []
    return replay


def test_a_trail_is_recorded_for_each_schema_that_is_behind_us():
    assert {place.name for place in RECORDED} == {f"schema-{n}.jsonl.xz" for n in range(1, SCHEMA + 1)}


def test_an_earlier_trail_gives_rows_of_todays_tables(replayed):
    models = {model._meta.db_table: model for model in trailed_models()}
    tables = {table for (table, _key), image in replayed.images.items() if image}
    assert len(tables) > 40 and tables <= set(models)
    for (table, key), image in replayed.images.items():
        if image is not None:
            row = row_of(models[table], image)
            assert row.row_image() == image and row.row_key() == key


def test_an_upcaster_changes_images_of_older_schemas_only_and_step_by_step():
    steps = {
        ("contract", 2): lambda image: {**image, "currency": "CNY"},
        ("contract", 3): lambda image: {name: value for name, value in image.items() if name != "old"},
    }
    old = {"id": 1, "old": "x"}
    assert upcast("contract", old, 1, upcasters=steps, to=3) == {"id": 1, "currency": "CNY"}
    assert upcast("contract", old, 3, upcasters=steps, to=3) == old
    assert upcast("payment", old, 1, upcasters=steps, to=3) == old
    assert old == {"id": 1, "old": "x"}


def test_a_body_of_a_schema_to_come_is_not_guessed_at():
    with pytest.raises(ValueError, match="schema"):
        upcast("contract", {}, SCHEMA + 1)


def test_upcasters_name_tables_that_the_trail_keeps_or_kept():
    tables = {model._meta.db_table for model in apps.get_models()}
    for table, schema in UPCASTERS:
        assert 1 < schema <= SCHEMA
        assert table not in EXCLUDED
        assert table not in tables or keeping_of(table) == "trailed"
    assert upcasting.SCHEMA >= 1
