"""Mirror, export and rebuilding: a copy grows with the log, never shrinks, and gives a restored database back."""

from __future__ import annotations

import json
import shutil

import pytest
from django.db import transaction

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.org.models import Unit
from lianjing.runtime.trail import bodies, folder, keys, publication, signed
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.disk import data_folder, log_folder
from lianjing.runtime.trail.log_check import check_log
from lianjing.runtime.trail.mirror import mirror
from lianjing.runtime.trail.models import Body, Checkpoint, Erased, Event, Leaf, Pending
from lianjing.runtime.trail.publication import latest, publish
from lianjing.runtime.trail.rebuild import rebuild
from lianjing.runtime.trail.verify import verify
from tests.runtime.trail.logs import NOW, act, cosigned, join_witness, unit

pytestmark = pytest.mark.django_db


def refused(rule: str, work, *given) -> None:
    with pytest.raises(Refusal) as found:
        work(*given)
    assert found.value.rule == rule


def log_files(place) -> dict[str, bytes]:
    return {
        str(each.relative_to(place)): each.read_bytes()
        for each in place.rglob("*")
        if each.is_file() and ".p/" not in str(each)
    }


def test_a_mirror_grows_with_the_log_and_holds_the_same_tiles(tmp_path):
    target = tmp_path / "mirror"
    for count in (3, 300, 1, 500):
        act(count)
        publish(NOW)
        done = mirror(target)
        assert done.size == latest().size and done.bodies == count and not done.faults
        assert log_files(target / "log") == log_files(log_folder())
    assert mirror(target).bodies == 0
    notes = [json.loads(line)["note"] for line in (target / "checkpoints.jsonl").read_text().splitlines()]
    assert len(notes) == 4
    files = bodies.LineFiles(target / "bodies")
    assert len(files.read(0)) == 804 and not (files.line(5) or {}).get("erased")


def test_before_the_first_publication_there_is_nothing_to_mirror(tmp_path):
    refused("trail.not_published", mirror, tmp_path / "mirror")


def test_a_log_that_shrank_is_refused_and_the_mirror_stays(tmp_path):
    target = tmp_path / "mirror"
    act(5)
    publish(NOW)
    before = transaction.savepoint()
    act(5)
    publish(NOW)
    mirror(target)
    held = log_files(target)
    transaction.savepoint_rollback(before)
    refused("mirror.shrank", mirror, target)
    assert log_files(target) == held


def test_a_log_with_another_history_is_refused(tmp_path):
    target = tmp_path / "mirror"
    act(5)
    before = transaction.savepoint()
    act(5)
    publish(NOW)
    mirror(target)
    held = log_files(target)
    transaction.savepoint_rollback(before)
    shutil.rmtree(log_folder())
    (data_folder() / "signed").unlink()
    act(9, chain="unit:2")
    publish(NOW)
    refused("mirror.forked", mirror, target)
    assert {path: data for path, data in log_files(target).items() if not path.startswith("log/tile")} == {
        path: data for path, data in held.items() if not path.startswith("log/tile")
    }


def test_a_log_signed_by_another_key_is_refused(tmp_path):
    target = tmp_path / "mirror"
    act(5)
    publish(NOW)
    mirror(target)
    (target / "policy").write_text(
        f"log {keys.new_signer(keys.signer().name).verifier_key.text}\nquorum none\n"
    )
    refused("mirror.signature", mirror, target)


def test_a_folder_with_other_things_is_no_mirror_and_no_place_for_an_export(tmp_path):
    act()
    publish(NOW)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/letter.txt").write_text("x")
    for work in (mirror, folder.export):
        with pytest.raises(BadInput):
            work(tmp_path / "papers")


def test_a_body_that_does_not_fit_is_named(tmp_path, monkeypatch):
    act(3)
    publish(NOW)
    changed = Event.objects.get(leaf__idx=1)
    real = bodies.body_line
    monkeypatch.setattr(
        bodies,
        "body_line",
        lambda leaf, event: {**real(leaf, event), "body": "{}"} if event == changed else real(leaf, event),
    )
    assert [each.leaf for each in mirror(tmp_path / "mirror").faults] == [1]


def test_a_mirror_follows_an_erasure_that_is_in_the_log_and_no_other(tmp_path):
    target = tmp_path / "mirror"
    act(4)
    publish(NOW)
    mirror(target)
    with recorded("trail.erase", chain="unit:1", actor=SYSTEM, now=NOW) as made:
        made.extra["erased"] = [{"leaf": 2, "event": "x", "basis": "y", "rows": []}]
    publish(NOW)
    assert mirror(target).erased == 1
    files = bodies.LineFiles(target / "bodies")
    assert files.line(2) == {"leaf": 2, "erased": True} and "body" in (files.line(1) or {})


def test_an_export_holds_log_bodies_pending_and_tables(tmp_path):
    unit("A")
    unit("B")
    publish(NOW)
    unit("A", "renamed")
    publication.number()
    unit("C")
    target = tmp_path / "export"
    done = folder.export(target, tables=True)
    assert (done.size, done.pending) == (2, 2) and not done.faults
    assert {each.name for each in target.iterdir()} == {
        *("log", "policy", "checkpoints.jsonl", "bodies", "about"),
        *("pending.jsonl", "tables", "README.txt"),
    }
    pending = [json.loads(line) for line in (target / "pending.jsonl").read_text().splitlines()]
    assert [each["leaf"] for each in pending] == [2, None]
    assert json.loads(pending[0]["body"])["rows"][0]["v"]["name"] == "renamed"
    rows = [json.loads(line) for line in (target / "tables/unit.jsonl").read_text().splitlines()]
    assert [row["v"]["name"] for row in rows] == ["renamed", "B", "C"]
    assert "unit" in json.loads((target / "tables/index.json").read_text())["tables"]


def restored(tmp_path):
    """An installation whose database is older than its mirror: one unit renamed, one founded, one act without rows."""
    unit("A", "first")
    publish(NOW)
    before = transaction.savepoint()
    unit("A", "second")
    unit("B")
    act()
    publish(NOW)
    mirror(tmp_path / "mirror")
    transaction.savepoint_rollback(before)
    return tmp_path / "mirror"


def test_a_restored_database_says_so_and_signs_nothing_until_it_is_rebuilt(tmp_path):
    source = restored(tmp_path)
    assert [each.kind for each in check_log()] == ["restored"]
    refused("trail.shorter", publish, NOW)
    assert not verify().is_good
    done = rebuild(source, NOW)
    assert (done.begin, done.size, done.rows) == (1, 4, 2)
    assert {row.code: row.name for row in Unit.objects.all()} == {"A": "second", "B": "B"}
    assert [each.detail for each in verify().problems] == []
    assert latest().size == 4 and Checkpoint.objects.count() == 2
    unit("C")
    assert publish(NOW).size == 5 and [each.detail for each in verify().problems] == []


def test_an_erasure_that_the_backup_does_not_know_is_done_again(tmp_path):
    first = unit("A", "first")
    publish(NOW)
    before = transaction.savepoint()
    event = Event.objects.get(pk=unit("B"))
    publication.number()
    row = Unit.objects.get(code="A")
    row.name = "erased"
    with recorded("trail.erase", chain="installation:1", actor=SYSTEM, now=NOW) as made:
        made.save(row)
        made.extra["erased"] = [
            {"leaf": each.leaf.idx, "event": each.pk, "basis": "the law", "rows": []}
            for each in (Event.objects.get(pk=first), event)
        ]
        made.save(Unit.objects.get(code="B"))
    publish(NOW)
    mirror(tmp_path / "mirror")
    transaction.savepoint_rollback(before)
    rebuild(tmp_path / "mirror", NOW)
    assert not Body.objects.filter(event_id__in=[first, event.pk]).exists()
    assert set(Erased.objects.values_list("event_id", flat=True)) == {first, event.pk}
    assert Unit.objects.get(code="A").name == "erased"
    assert {each.kind for each in verify().problems} <= {"index", "row"}  # B was restated by nobody here


def test_rebuilding_twice_changes_nothing(tmp_path):
    source = restored(tmp_path)
    rebuild(source, NOW)
    assert rebuild(source, NOW).rows == 0 and Leaf.objects.count() == 4


def test_acts_done_after_the_restore_stop_the_rebuilding(tmp_path):
    source = restored(tmp_path)
    unit("Z")
    refused("trail.newer_acts", rebuild, source, NOW)
    assert Leaf.objects.count() == 1 and Pending.objects.count() == 1


def test_an_event_that_only_waited_for_its_number_gets_it_back(tmp_path):
    unit("A")
    publish(NOW)
    unit("B")
    before = transaction.savepoint()
    publish(NOW)
    mirror(tmp_path / "mirror")
    transaction.savepoint_rollback(before)
    assert Pending.objects.count() == 1
    assert rebuild(tmp_path / "mirror", NOW).size == 2
    assert not Pending.objects.exists() and [each.detail for each in verify().problems] == []


def test_a_mirror_older_than_the_last_signature_is_not_enough(tmp_path):
    unit("A")
    publish(NOW)
    mirror(tmp_path / "mirror")
    before = transaction.savepoint()
    unit("B")
    publish(NOW)
    transaction.savepoint_rollback(before)
    refused("mirror.too_old", rebuild, tmp_path / "mirror", NOW)


@pytest.mark.parametrize(
    ("place", "rule"),
    [("bodies/000000.jsonl", "mirror.damaged"), ("log/tile/entries/000.p/4", "mirror.forked")],
)
def test_a_mirror_that_was_changed_is_no_source(tmp_path, place, rule):
    source = restored(tmp_path)
    data = (source / place).read_bytes()
    (source / place).write_bytes(data.replace(b"second", b"sec0nd").replace(b'"oseq":3', b'"oseq":7'))
    assert (source / place).read_bytes() != data
    refused(rule, rebuild, source, NOW)
    assert Leaf.objects.count() == 1


def test_a_mirror_of_another_log_is_no_source(tmp_path):
    source = restored(tmp_path)
    (data_folder() / "log.key").write_text(f"{keys.new_signer(keys.signer().name).text}\n")
    refused("mirror.signature", rebuild, source, NOW)
    with pytest.raises(BadInput):
        rebuild(tmp_path / "nothing", NOW)


def test_the_check_of_the_log_names_what_was_changed():
    act(300)
    publish(NOW)
    assert list(check_log()) == []
    tile = log_folder() / "tile/0/000"
    whole = tile.read_bytes()
    tile.write_bytes(b"x" * len(whole))
    assert {each.kind for each in check_log()} == {"log"}
    tile.unlink()
    assert {each.kind for each in check_log()} == {"log"}
    tile.write_bytes(whole)
    signed.remember(publication.kernel.Checkpoint("x", 7, bytes(32)))
    assert {each.kind for each in check_log()} == {"root"}
    signed.remember(publication.kernel.Checkpoint("x", 300, bytes.fromhex(latest().root)))
    other = keys.new_signer("other").verifier_key
    (data_folder() / "policy").write_text(f"log {other.text}\nquorum none\n")
    assert {each.kind for each in check_log()} == {"signature"}


def test_a_cosigned_export_carries_the_cosignature(tmp_path):
    act(2)
    publish(NOW)
    join_witness(tmp_path / "group")
    cosigned(tmp_path / "group")
    folder.export(tmp_path / "export")
    note = (tmp_path / "export/log/checkpoint").read_bytes()
    assert note.count("—".encode()) == 2
    assert keys.policy().satisfied(publication.note_of(latest()))
    assert Body.objects.count() == latest().size
