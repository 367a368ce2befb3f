"""Event logs taken in: kept whole, told of in the trail, named line by line where wrong, analysed by their name."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from lianjing.cli import commands, import_log
from lianjing.intake.eventlog.writing import write_ocel_sqlite
from lianjing.runtime.batch.event_logs import place_of
from lianjing.runtime.batch.models import EventLog, ImportBatch
from lianjing.runtime.trail.models import Event
from tests.cli.test_mine import LOG
from tests.intake.test_eventlog_writing import EVENTS, OBJECTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(zone, settings, tmp_path, monkeypatch) -> Path:
    """A log, packed, under a name that does not say so."""
    settings.DATA_DIR = tmp_path / "data"
    for module in ("import_log", "mine"):
        monkeypatch.setattr(f"lianjing.cli.{module}.refuse_without_tables", lambda: None)
    found = tmp_path / "payments.csv"
    found.write_bytes(gzip.compress(LOG.encode()))
    return found


def bring(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert commands.run(["import", *map(str, arguments), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_log_is_kept_whole_with_its_digest_and_its_faults_and_the_trail_says_so(place, capsys):
    found = bring(capsys, "eventlog", place, "--process-name", "外来支付")
    assert {name: found[name] for name in ("rows", "imported", "updated", "unchanged", "rejected")} == {
        "rows": 6, "imported": 5, "updated": 0, "unchanged": 0, "rejected": 1,
    }  # fmt: skip
    sha256 = hashlib.sha256(place.read_bytes()).hexdigest()
    assert place_of(sha256).read_bytes() == place.read_bytes()
    row = EventLog.objects.select_related("batch").get()
    assert (row.process_name, row.object_count, row.batch.sha256) == ("外来支付", 2, sha256)
    assert [fault["kind"] for fault in json.loads(row.faults)] == ["no_time"]
    assert Event.objects.filter(act="import.batch", object=f"event_log:{sha256[:16]}").count() == 1
    with Path(found["report"]).open(encoding="utf-8-sig", newline="") as file:
        assert [(line["kind"], line["place"], line["set_aside"]) for line in csv.DictReader(file)] == [
            ("no_time", "第7行", "1")
        ]


def test_the_same_file_twice_changes_nothing_and_a_trial_run_keeps_nothing(place, capsys):
    trial = bring(capsys, "eventlog", place, "--dry-run")
    assert (trial["imported"], EventLog.objects.count()) == (5, 0)
    bring(capsys, "eventlog", place)
    again = bring(capsys, "eventlog", place)
    assert (again["imported"], again["unchanged"], EventLog.objects.count()) == (0, 5, 1)


def test_a_log_that_was_taken_in_is_analysed_by_its_name(place, capsys):
    bring(capsys, "eventlog", place, "--process-name", "外来支付", "--person", "10001")
    assert ImportBatch.objects.get().person_id is not None
    assert commands.run(["mine", "外来支付", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["source"], found["cases"], found["report"]["set_aside"]) == ("外来支付", 2, 1)
    place_of(ImportBatch.objects.get().sha256).unlink()
    assert commands.run(["mine", "外来支付"]) == 2


def test_an_object_centric_log_is_taken_in_by_one_kind_of_object(place, capsys, tmp_path):
    write_ocel_sqlite(tmp_path / "a.sqlite", EVENTS, OBJECTS)
    found = bring(capsys, "ocel", tmp_path / "a.sqlite", "--process-name", "对象日志")
    assert found["files"][0]["objects"] > 0
    assert found["rejected"] == 0


def test_what_is_no_log_changes_nothing(place, capsys, tmp_path):
    (tmp_path / "no.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    empty = tmp_path / "empty.csv"
    empty.write_text("案件编号,活动,时间\n支1,申请,\n", encoding="utf-8")
    for arguments in (
        [tmp_path / "no.csv"],
        [empty],
        [place, "--person", "99999"],
        [place, place, "--process-name", "x"],
    ):
        assert commands.run(["import", "eventlog", *map(str, arguments)]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not EventLog.objects.exists()


def test_a_report_of_endless_faults_ends_and_says_how_many_more(place, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(import_log, "MOST_ROWS", 2)
    lines = "".join(f"支{number},=1+1,,甲,经办\n" for number in range(5))
    (tmp_path / "bad.csv").write_text(LOG + lines, encoding="utf-8")
    found = bring(capsys, "eventlog", tmp_path / "bad.csv")
    with Path(found["report"]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (len(rows), rows[-1]["value"]) == (3, "4")
