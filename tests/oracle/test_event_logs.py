"""Others read our OCEL: the standard's own schema, and the process-mining library r4pm, with equal counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianjing.intake.eventlog import writing
from lianjing.intake.eventlog.ocel import whole_of
from lianjing.intake.eventlog.reading import Account
from tests.intake.test_eventlog_writing import EVENTS, OBJECTS


def test_the_json_is_valid_by_the_standards_schema(shared: Path, tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is missing: uv sync --group oracle")
    writing.write_ocel_json(tmp_path / "a.json", EVENTS, OBJECTS)
    schema = json.loads((shared / "data" / "ocel" / "ocel2-schema.json").read_text())
    jsonschema.validate(json.loads((tmp_path / "a.json").read_text(encoding="utf-8")), schema)


def test_r4pm_counts_the_same_events_and_objects_and_writes_what_we_read(tmp_path: Path) -> None:
    r4pm = pytest.importorskip("r4pm", reason="r4pm is missing: uv sync --group oracle")
    calls = {each["name"]: each["id"] for each in r4pm.list_bindings()}
    writing.write_ocel_json(tmp_path / "a.json", EVENTS, OBJECTS)
    writing.write_ocel_sqlite(tmp_path / "a.sqlite", EVENTS, OBJECTS)
    for form in ("json", "sqlite"):
        log = r4pm.import_item("OCEL", str(tmp_path / f"a.{form}"))
        counts = [
            r4pm.call_binding(calls[name], json.dumps({"ocel": log}))
            for name in ("num_events", "num_objects")
        ]
        assert [int(each) for each in counts] == [len(EVENTS), len(OBJECTS)]
        r4pm.export_item(log, str(tmp_path / f"again-{form}.json"))
        again = whole_of(tmp_path / f"again-{form}.json", Account())
        assert (len(again.events), set(again.objects)) == (len(EVENTS), {each.id for each in OBJECTS})
        assert sum(map(len, again.related.values())) == sum(len(each.objects) for each in EVENTS)
