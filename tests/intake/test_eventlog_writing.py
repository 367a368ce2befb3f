"""Event logs written for others read back as they were, whole or not at all."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lianjing.intake.eventlog import ocel, table, writing, xes
from lianjing.intake.eventlog.reading import usable
from lianjing.intake.eventlog.writing import OutEvent, OutObject

CHINA = 480
MOMENT = datetime(2025, 9, 1, 1, 0, 0, 123_000, tzinfo=UTC)
STRANGE = "申请\x00<&>\"'𠮷"
EVENTS = (
    OutEvent("e1", STRANGE, MOMENT, (("matter:1", "matter"), ("unit:1", "unit")), "p-1", "经办岗", "建设局"),
    OutEvent("e2", "审核", MOMENT, (("matter:1", "matter"),), "p-2"),
)
OBJECTS = (
    OutObject("matter:1", "payment", {"code": "建付〔2025〕0001号"}, (("unit:1", "unit"),)),
    OutObject("unit:1", "unit", {"name": "建设局"}),
)


def told(log) -> list[tuple[str, ...]]:
    return [(each.object, each.type, each.person, each.post, str(each.at)) for each in usable(log, CHINA)]


def test_xes_and_table_read_back_as_written(tmp_path: Path) -> None:
    cases = [("建付〔2025〕0001号", EVENTS)]
    assert writing.write_xes(tmp_path / "a.xes", "works_payment", cases) == 2
    assert writing.write_csv(tmp_path / "a.csv", [("建付〔2025〕0001号", EVENTS[1:])]) == 1
    at = str(int(MOMENT.timestamp() * 1000) * 1000)
    assert told(xes.read(tmp_path / "a.xes")) == [
        ("建付〔2025〕0001号", STRANGE.replace("\x00", "\ufffd"), "p-1", "经办岗", at),
        ("建付〔2025〕0001号", "审核", "p-2", "", at),
    ]
    assert told(table.read(tmp_path / "a.csv")) == [("建付〔2025〕0001号", "审核", "p-2", "", at)]


def test_both_forms_of_ocel_read_back_alike(tmp_path: Path) -> None:
    writing.write_ocel_json(tmp_path / "a.json", EVENTS, OBJECTS)
    writing.write_ocel_sqlite(tmp_path / "a.sqlite", EVENTS, OBJECTS)
    one, two = ocel.read(tmp_path / "a.json"), ocel.read(tmp_path / "a.sqlite")
    assert told(one) == told(two)
    assert len(told(ocel.read(tmp_path / "a.json"))) == 2
    assert one.attributes == two.attributes == {"code": {"matter:1": "建付〔2025〕0001号"}}


def test_types_have_ascii_tables_and_no_relation_hangs_in_the_air(tmp_path: Path) -> None:
    writing.write_ocel_sqlite(tmp_path / "a.sqlite", EVENTS, OBJECTS)
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert all(name.isascii() for name in names)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_log_that_cannot_be_written_leaves_the_former_one(tmp_path: Path) -> None:
    place = tmp_path / "a.sqlite"
    writing.write_ocel_sqlite(place, EVENTS, OBJECTS)
    before = place.read_bytes()
    with pytest.raises(ValueError, match="relations"):
        writing.write_ocel_sqlite(place, EVENTS, OBJECTS[:1])
    assert place.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.sqlite"]
