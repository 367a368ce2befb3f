"""The checks of the lake: each fault is named with its remedy, a sound lake is passed over."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lianjing.analysis.lake.health import lake
from lianjing.analysis.lake.schema import NO_LEAF, schema
from lianjing.runtime import clock
from lianjing.runtime.health.fault import Level

FILE = "matter/0-a.parquet"


@pytest.fixture
def folder(db: None, settings: Any, tmp_path: Path) -> Path:
    """A sound lake of an empty log."""
    settings.DATA_DIR = tmp_path
    place = tmp_path / "lake"
    (place / FILE).parent.mkdir(parents=True)
    (place / FILE).write_bytes(b"x")
    state(place)
    return place


def state(folder: Path, **changed: Any) -> None:
    stated = {"schema": schema().sha256, "leaf": NO_LEAF, "day": 1, "files": {"matter": [FILE]}}
    (folder / "manifest.json").write_text(json.dumps(stated | changed))


def told(days: int = 0) -> list[Level]:
    faults = list(lake(clock.now() + timedelta(days=days)))
    assert all(fault.what and "lianjing scan" in fault.remedy for fault in faults)
    return [fault.level for fault in faults]


def test_a_sound_lake_is_passed_over_until_it_grows_old(folder: Path) -> None:
    assert told() == [] and told(days=1) == []
    assert told(days=3) == [Level.WARNING]


def test_no_lake_yet_is_a_note_and_a_torn_manifest_a_fault(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema": ')
    assert told() == [Level.FAULT]
    os.unlink(folder / "manifest.json")
    assert told() == [Level.NOTE]


def test_a_lake_of_another_version_is_a_warning_and_a_missing_file_a_fault(folder: Path) -> None:
    state(folder, schema="0" * 64)
    assert told() == [Level.WARNING]
    state(folder)
    (folder / FILE).unlink()
    assert told() == [Level.FAULT]


def test_a_lake_ahead_of_a_restored_database_is_a_fault(folder: Path) -> None:
    state(folder, leaf=41)
    assert told() == [Level.FAULT]
