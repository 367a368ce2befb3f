"""What is no backup, or not this one, is refused before a byte of it is used; nothing half done is left."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import sqlite3
import zipfile
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.backup import bring_back, database, sealed_keys, take
from lianjing.runtime.backup.bring_back import restore
from lianjing.runtime.backup.folder import Turn, files, is_safe, turn_of

NOW = datetime(2026, 1, 5, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _any_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused here is refused before the database matters."""
    monkeypatch.setattr(database, "check_empty", lambda: None)
    # The tests lay their tables without migrations; the archives name one.
    known = SimpleNamespace(disk_migrations={("org", "0001_initial"): None})
    monkeypatch.setattr(bring_back, "MigrationLoader", lambda _connection: known)


def some_database() -> bytes:
    memory = sqlite3.connect(":memory:")
    memory.execute("CREATE TABLE django_session (session_key TEXT)")
    memory.execute("INSERT INTO django_session VALUES ('stolen')")
    memory.commit()
    return bytes(memory.serialize())


def archive(place: Path, members: dict[str, bytes] | None = None, **changes: Any) -> Path:
    """Write an archive that is sound but for the changes."""
    own = {database.member_of(connection.vendor): some_database()}
    content = {**own, "secret": b"s", **(members or {})}
    listed = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in content.items()
    }
    manifest = {
        "format": "lianjing-backup", "format_version": 1, "made_at": NOW.isoformat(), "program": "0.1.0",
        "vendor": connection.vendor, "migrations": {"org": ["0001_initial"]}, "log_size": 5, "log_root": "00",
        "events": 5, "signed_size": 5, "keys": "plain", "is_demonstration": False, "members": listed, **changes,
    }  # fmt: skip
    with zipfile.ZipFile(place, "w") as made:
        for name, data in content.items():
            made.writestr(name, data)
        made.writestr("manifest.json", json.dumps(manifest))
    return place


def refused(file: Path, target: Path, **more: Any) -> str:
    """Return the sentence; nothing may be left behind."""
    before = set(target.parent.iterdir())
    with pytest.raises(BadInput) as caught:
        restore(file, target, now=NOW, **more)
    assert set(target.parent.iterdir()) == before
    return str(caught.value)


def test_a_sound_archive_comes_back_without_the_sessions_of_then(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the archive of this test holds an SQLite file")
    file = archive(tmp_path / "a.zip", {"log.key": b"k", "documents/ab/cd/abcd": b"paper"})
    brought = restore(file, tmp_path / "new", now=NOW)
    assert brought.manifest.log_size == 5
    assert (tmp_path / "new" / "documents/ab/cd/abcd").read_bytes() == b"paper"
    assert (tmp_path / "new" / "log.key").stat().st_mode & 0o777 == 0o600
    rows = sqlite3.connect(tmp_path / "new" / "lianjing.sqlite3").execute("SELECT * FROM django_session")
    assert rows.fetchall() == []


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", "C:/evil", "a//b", "", "a/./b"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    assert not is_safe(name)
    if name:
        assert "不可接受" in refused(archive(tmp_path / "a.zip", {name: b"x"}), tmp_path / "new")


def test_a_damaged_archive_is_refused_wherever_the_byte_is(tmp_path: Path) -> None:
    paper = os.urandom(200_000)
    file = archive(tmp_path / "a.zip", {"documents/ab/cd/abcd": paper})
    content = bytearray(file.read_bytes())
    place = content.index(paper[:50]) + 1000
    content[place] ^= 1
    file.write_bytes(content)
    assert "损坏" in refused(file, tmp_path / "new")
    file.write_bytes(content[: len(content) // 2])
    assert "损坏" in refused(file, tmp_path / "new")


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "a.zip"
    foreign.write_bytes(b"not a zip")
    assert "不是廉镜" in refused(foreign, tmp_path / "new")
    with zipfile.ZipFile(foreign, "w") as made:
        made.writestr("word/document.xml", "x")
    assert "不是廉镜" in refused(foreign, tmp_path / "new")
    assert "没有这个文件" in refused(tmp_path / "absent.zip", tmp_path / "new")


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"format": "lianjing-backup"}',
        b"\xff\xfe",
        b"[" * 5000,
        b'{"format": 1}',
    ],
)
def test_a_list_that_is_none_is_refused(manifest: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("manifest.json", manifest)
    assert refused(tmp_path / "a.zip", tmp_path / "new")


def test_a_list_that_is_not_that_of_the_content_is_refused(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.zip")
    with zipfile.ZipFile(file, "a") as made:
        made.writestr("more", "x")
    assert "不一致" in refused(file, tmp_path / "new")
    twice = io.BytesIO(archive(tmp_path / "b.zip").read_bytes())
    with zipfile.ZipFile(twice, "a") as made, pytest.warns(UserWarning, match="Duplicate name"):
        made.writestr("secret", "another")
    (tmp_path / "b.zip").write_bytes(twice.getvalue())
    assert "不一致" in refused(tmp_path / "b.zip", tmp_path / "new")


def test_a_member_longer_than_its_line_is_not_unpacked_to_the_end(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.zip")
    listed = {"size": 1, "sha256": hashlib.sha256(b"0").hexdigest()}
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file) as sound, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        manifest = json.loads(sound.read("manifest.json"))
        manifest["members"]["documents/x"] = listed
        for name in sound.namelist()[:-1]:
            made.writestr(name, sound.read(name))
        made.writestr("documents/x", b"0" * 50_000_000)
        made.writestr("manifest.json", json.dumps(manifest))
    assert "不符" in refused(bomb, tmp_path / "new")


def test_a_backup_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.zip", migrations={"org": ["0001_initial", "9999_to_come"]})
    assert "较新" in refused(file, tmp_path / "new")
    assert "第 2 版" in refused(archive(tmp_path / "b.zip", format_version=2), tmp_path / "new")


def test_a_backup_of_the_other_database_is_refused(tmp_path: Path) -> None:
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    file = archive(tmp_path / "a.zip", {database.member_of(other): b"x"}, vendor=other)
    assert "当前设置不同" in refused(file, tmp_path / "new")


def test_a_folder_with_anything_in_it_is_never_restored_into(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.zip")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "x").write_text("mine")
    assert "不是空目录" in refused(file, tmp_path / "new")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert "不是空目录" in refused(file, tmp_path / "link")


def test_a_damaged_database_inside_a_sound_archive_is_refused(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the archive of this test holds an SQLite file")
    content = some_database()
    file = archive(tmp_path / "a.zip", {"lianjing.sqlite3": content[:100] + b"\xff" * (len(content) - 100)})
    assert "数据库已损坏" in refused(file, tmp_path / "new")


def test_a_full_disk_while_restoring_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = archive(tmp_path / "a.zip")

    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bring_back.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        restore(file, tmp_path / "new", now=NOW)
    assert set(tmp_path.iterdir()) == {file}
    monkeypatch.setattr(bring_back.shutil, "disk_usage", lambda _place: Usage(0, 0, 1000))
    assert "腾出空间" in refused(file, tmp_path / "new")


def test_a_full_disk_while_backing_up_leaves_nothing(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backups").mkdir()
    monkeypatch.setattr(take.settings, "DATA_DIR", tmp_path / "data")
    (tmp_path / "data").mkdir()

    def full(*_arguments: Any, **_more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(take.Writer, "take_files", full)
    with pytest.raises(OSError, match="No space"):
        take.take(tmp_path / "backups" / "a.zip", now=NOW)
    assert list((tmp_path / "backups").iterdir()) == []
    monkeypatch.setattr(take.shutil, "disk_usage", lambda _place: Usage(0, 0, -1))
    with pytest.raises(BadInput, match="腾出空间"):
        take.take(tmp_path / "backups" / "a.zip", now=NOW)


def test_a_backup_never_lies_inside_what_it_backs_up_nor_over_another(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="数据目录之内"):
        take.take(tmp_path / "a.zip", now=NOW)
    (tmp_path / "b.zip").write_text("x")
    with pytest.raises(BadInput, match="已存在"):
        take.take(tmp_path / "b.zip", now=NOW)


def test_what_the_signer_remembers_is_taken_before_the_database_and_documents_after() -> None:
    names = (
        "signed",
        "log/checkpoint",
        "lianjing.sqlite3",
        "documents/ab/x",
        "log/tile/0/000",
        "policy",
        "secret",
    )
    turns = [turn_of(name) for name in names]
    assert turns == [Turn.SIGNED, Turn.SIGNED, Turn.DATABASE, Turn.DOCUMENT, Turn.TILE, Turn.OTHER, Turn.KEY]
    left_out = ("run/serve.json", "results/3", "log.lock", "documents/ab/.part-x", "lianjing.sqlite3-wal")
    assert [turn_of(name) for name in left_out] == [None] * len(left_out)


def test_a_link_in_the_data_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    assert list(files(tmp_path, Turn.OTHER)) == []


def test_sealed_keys_open_with_their_passphrase_only() -> None:
    sealed = sealed_keys.seal({"secret": b"s", "log.key": b"k"}, "correct horse battery")
    assert sealed_keys.unseal(sealed, "correct horse battery") == {"secret": b"s", "log.key": b"k"}
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20], b""):
        with pytest.raises(BadInput):
            sealed_keys.unseal(wrong, "correct horse battery")
    with pytest.raises(BadInput):
        sealed_keys.unseal(sealed, "another horse battery")
    with pytest.raises(BadInput, match="12"):
        sealed_keys.seal({}, "short")


def test_sealed_keys_cannot_bring_other_files(tmp_path: Path) -> None:
    evil = sealed_keys.seal({"../evil.key": b"x"}, "correct horse battery")
    file = archive(tmp_path / "a.zip", {"keys.sealed": evil}, keys="sealed")
    assert "不可接受" in refused(file, tmp_path / "new", passphrase="correct horse battery")
    assert "--passphrase-file" in refused(file, tmp_path / "new")


def test_a_log_signed_further_than_the_backup_is_carried_over(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the archive of this test holds an SQLite file")
    root = "A" * 43 + "="
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "signed").write_text(f"lianjing/test\n9\n{root}\n")
    file = archive(tmp_path / "a.zip", {"signed": f"lianjing/test\n5\n{root}\n".encode()})
    brought = restore(file, tmp_path / "new", now=NOW, replaced=tmp_path / "old")
    assert brought.newer_signed is not None and brought.newer_signed.size == 9
    assert (tmp_path / "new" / "signed").read_text().splitlines()[1] == "9"
    assert restore(file, tmp_path / "other", now=NOW).newer_signed is None
    assert (tmp_path / "other" / "signed").read_text().splitlines()[1] == "5"
