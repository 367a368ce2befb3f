"""Each check says what is wrong and what to do; nothing wrong, nothing said."""

from __future__ import annotations

import json
import os
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from lianjing.cli import local_ca
from lianjing.runtime import clock
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.storage import keep, place_of
from lianjing.runtime.health import checks, database, machine, stored, work
from lianjing.runtime.health.checks import examine
from lianjing.runtime.health.fault import Fault, Level
from lianjing.runtime.job.models import Errand, JobState
from lianjing.runtime.org.models import Person
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from tests.domains.works.playing import Play

NOW = clock.now()
Usage = namedtuple("Usage", "total used free")


def only(found: Any) -> Fault:
    faults = list(found)
    assert len(faults) == 1 and faults[0].what and faults[0].remedy
    return faults[0]


@pytest.mark.parametrize(("free_mb", "levels"), [(100, [Level.FAULT]), (1000, [Level.WARNING]), (9000, [])])
def test_a_disk_that_fills_is_a_warning_then_a_fault(
    free_mb: int, levels: list[Level], monkeypatch: Any
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _place: Usage(0, 0, free_mb * 2**20))
    assert [fault.level for fault in machine.disk(NOW)] == levels


def test_keys_that_others_may_read_are_a_fault(settings: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    assert "secret" in only(machine.keys(NOW)).what
    for name in ("secret", "log.key"):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600)
    assert list(machine.keys(NOW)) == []
    (tmp_path / "log.key").chmod(0o640)
    assert "log.key" in only(machine.keys(NOW)).what


@pytest.mark.parametrize(
    ("days", "levels"), [(0, []), (370, [Level.WARNING]), (398, [Level.FAULT])], ids=["new", "soon", "over"]
)
def test_a_certificate_is_named_before_it_ends(days: int, levels: list[Level], tmp_path: Path) -> None:
    local_ca.make(tmp_path, ["localhost"], NOW)
    assert [fault.level for fault in machine.certificate(NOW + timedelta(days=days))] == levels


def test_a_file_that_is_no_certificate_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "server.pem").write_text("nothing")
    assert only(machine.certificate(NOW)).level is Level.FAULT


def test_plain_http_for_others_is_a_warning_while_it_runs(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    told = {"pid": os.getpid(), "is_open": True, "tls_cert": ""}
    (tmp_path / "run" / "serve.json").write_text(json.dumps(told))
    assert only(machine.exposure(NOW)).level is Level.WARNING
    (tmp_path / "run" / "serve.json").write_text(json.dumps({**told, "pid": 2**22 + 1}))
    assert list(machine.exposure(NOW)) == []


def test_a_clock_put_back_is_a_fault_and_breaks_no_chain(db: None) -> None:
    for moment in (NOW, NOW - timedelta(days=3)):
        with recorded("test.note", chain="test:1", actor=SYSTEM, now=moment):
            pass
    first, second = Event.objects.order_by("oseq").values_list("recorded_at", flat=True)
    assert first <= second
    assert list(machine.clock(NOW + timedelta(seconds=1))) == []
    assert "时钟" in only(machine.clock(NOW - timedelta(days=3))).what


def test_missing_triggers_are_named(db: None) -> None:
    assert list(database.triggers(NOW)) == []
    drop = "DROP TRIGGER trail_body_rows ON trail_body" if connection.vendor == "postgresql" else None
    with connection.cursor() as cursor:
        cursor.execute(drop or "DROP TRIGGER trail_body_update")
    assert "trail_body_" in only(database.triggers(NOW)).what


def test_an_owner_who_serves_is_a_warning_on_postgresql(db: None) -> None:
    found = list(database.role(NOW))
    assert [fault.level for fault in found] == ([Level.WARNING] if connection.vendor == "postgresql" else [])


def test_a_database_that_is_away_is_one_fault_and_no_stack_of_followers(monkeypatch: Any) -> None:
    def away() -> Any:
        raise DatabaseError("connection refused")

    monkeypatch.setattr(connection, "cursor", away)
    monkeypatch.setattr(
        checks, "checks", lambda: tuple(c for c in checks.CHECKS if c.name in ("database", "migrations"))
    )
    found = list(examine(NOW))
    assert [check.name for check, _fault in found] == ["database"] and "connection refused" in found[0][
        1
    ].what


def test_a_silent_worker_is_a_fault(db: None) -> None:
    assert only(work.worker(NOW)).level is Level.FAULT
    JobState.objects.create(name="a", started_at=NOW)
    assert list(work.worker(NOW)) == []
    assert only(work.worker(NOW + timedelta(minutes=2))).level is Level.FAULT


def test_a_failing_job_is_named_with_its_error(db: None) -> None:
    JobState.objects.create(name="a.b", started_at=NOW, failures=5, error="ValueError: x")
    fault = only(work.jobs(NOW))
    assert fault.level is Level.FAULT and "a.b" in fault.what and "ValueError: x" in fault.what


def test_an_event_that_waits_for_its_number_is_a_fault_after_a_minute(db: None) -> None:
    with recorded("test.note", chain="test:1", actor=SYSTEM, now=NOW):
        pass
    assert list(work.queue(NOW)) == []
    assert only(work.queue(NOW + timedelta(minutes=2))).level is Level.FAULT
    sequence_all()
    assert list(work.queue(NOW + timedelta(minutes=2))) == []
    assert only(work.publication(NOW + timedelta(minutes=20))).level is Level.FAULT


def test_errands_that_wait_too_long_are_a_warning(db: None) -> None:
    Errand.objects.create(kind="x", person_id=1, sent_at=NOW - timedelta(hours=1))
    assert only(work.errands(NOW)).level is Level.WARNING


def test_a_damaged_document_is_found_by_sample(zone: Any) -> None:
    project = Play(zone).project()
    person = Person.objects.first()
    sha256 = keep(b"%PDF-1.4 sound")
    Document.objects.bulk_create(
        [
            Document(
                matter=project, sha256=sha256, kind="other", title="a", version=1, stage="", uploaded_at=NOW,
                uploaded_by_person=person,
            )
        ]
    )  # fmt: skip
    sound = list(stored.documents(NOW))
    place_of(sha256).chmod(0o600)
    place_of(sha256).write_bytes(b"%PDF-1.4 false")
    damaged = list(stored.documents(NOW))
    assert len(damaged) == len(sound) + 1 and any(sha256 in fault.what for fault in damaged)


def test_no_backup_or_an_old_one_is_a_warning(tmp_path: Path) -> None:
    assert only(stored.backup(NOW)).level is Level.WARNING
    (tmp_path / "backup.json").write_text(json.dumps({"taken_at": NOW.isoformat(), "size_bytes": 1}))
    assert list(stored.backup(NOW)) == []
    assert only(stored.backup(NOW + timedelta(days=3))).level is Level.WARNING


def test_a_full_disk_refuses_an_act_whole_and_the_next_one_is_sound(transactional_db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite can be told to be full")
    with recorded("test.note", chain="test:1", actor=SYSTEM, now=NOW):
        pass
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    try:
        with (
            pytest.raises(DatabaseError, match="full"),
            recorded("test.note", chain="test:1", actor=SYSTEM, now=NOW, reason="x" * 3_000_000),
        ):
            pass
        assert Event.objects.count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    with recorded("test.note", chain="test:1", actor=SYSTEM, now=NOW):
        pass
    assert list(Event.objects.order_by("oseq").values_list("oseq", flat=True)) == [1, 2]


def test_a_full_disk_leaves_no_half_document(monkeypatch: Any, tmp_path: Path) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lianjing.runtime.documents.storage.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(b"%PDF-1.4 whole")
    assert [place for place in tmp_path.rglob("*") if place.is_file()] == []


def test_the_names_of_checks_are_unique_and_readiness_asks_few(settings: Any) -> None:
    names = [check.name for check in checks.checks()]
    assert len(set(names)) == len(names)
    assert {check.name for check in checks.checks() if check.is_readiness} == {
        "disk", "database", "migrations", "worker",
    }  # fmt: skip
