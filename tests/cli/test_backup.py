"""`lianjing backup` while people work, `lianjing restore` into a fresh folder: everything verifies, everyone logs in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.soak.desk import Desk
from tests.soak.premises import ROOT, Server, database_of, installation, lianjing


@contextmanager
def writers(environment: dict[str, str], count: int) -> Iterator[None]:
    """Keep writing from several processes."""
    database = database_of(environment)
    project = database.rows("SELECT MIN(id) FROM matter")[0][0]
    database.close()
    command = [sys.executable, "-m", "tests.cli.busy", str(project)]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _number in range(count)
    ]
    try:
        for each in running:
            assert each.stdout is not None and each.stdout.readline() == "busy\n"
        yield
        for each in running:
            assert each.poll() is None, "the writer stopped by itself"
    finally:
        for each in running:
            told, _fault = each.communicate(timeout=60)
            assert told.startswith("written")


@pytest.fixture(scope="module")
def taken(installed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A backup taken under load, with sealed keys; and the passphrase file."""
    folder = tmp_path_factory.mktemp("backups")
    (folder / "passphrase").write_text("澜汀-备份-口令-2026\n")
    with writers(installed, 2):
        done = lianjing(
            installed,
            "backup",
            str(folder),
            "--json",
            "--keep",
            "3",
            "--passphrase-file",
            f"{folder}/passphrase",
        )
        assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(done.stdout)
    assert told["faults"] == [] and told["log_size"] > 0
    return folder, told


def restored(taken: tuple[Path, dict[str, str]], environment: dict[str, str], *more: str) -> dict[str, str]:
    folder, told = taken
    environment = {**environment, "LIANJING_DATA": str(Path(environment["LIANJING_DATA"]).with_name("back"))}
    done = lianjing(
        environment, "restore", told["file"], "--digest", told["sha256"], "--json",
        "--passphrase-file", f"{folder}/passphrase", *more,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["log_size"], answer["log_root"]) == (told["log_size"], told["log_root"])
    return {**environment, "signed_since": str(answer["signed_since"])}


def test_a_backup_under_load_restores_verifies_and_lets_the_same_people_in(
    taken: tuple[Path, dict[str, str]], installed: dict[str, str], tmp_path: Path
) -> None:
    with installation("", tmp_path / "data", os.environ.get("LIANJING_DATABASE_URL", "")) as place:
        back = restored(taken, place)
        verdict = lianjing(back, "trail", "verify", "--json")
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        folder = Path(back["LIANJING_DATA"])
        assert (folder / "secret").read_text() == (Path(installed["LIANJING_DATA"]) / "secret").read_text()
        for name in ("secret", "log.key"):
            assert (folder / name).stat().st_mode & 0o777 == 0o600
        server = Server(back, tmp_path / "kills.log")
        try:
            server.start()
            desk = Desk(server.port, "20703", "lianjing-demo")
            assert desk.log_in().status == 302 and desk.ask("GET", "/items/").status == 200
        finally:
            server.stop()
        again = lianjing(back, "restore", taken[1]["file"])
        assert again.returncode == 2 and "不是空目录" in again.stderr


def test_what_was_signed_since_the_backup_is_remembered_and_said(
    taken: tuple[Path, dict[str, str]], installed: dict[str, str], tmp_path: Path
) -> None:
    with installation("", tmp_path / "data", os.environ.get("LIANJING_DATABASE_URL", "")) as place:
        back = restored(taken, place, "--replaces", installed["LIANJING_DATA"])
        assert int(back["signed_since"]) > taken[1]["log_size"]
        signed = (Path(back["LIANJING_DATA"]) / "signed").read_text()
        assert signed == (Path(installed["LIANJING_DATA"]) / "signed").read_text()


def test_the_backup_left_its_digest_in_the_trail_and_beside_itself(
    taken: tuple[Path, dict[str, str]], installed: dict[str, str]
) -> None:
    file = Path(taken[1]["file"])
    assert file.with_name(file.name + ".sha256").read_text() == f"{taken[1]['sha256']}  {file.name}\n"
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as archive:
        assert "secret" not in archive.namelist() and "keys.sealed" in archive.namelist()
    database = database_of(installed)
    sql = "SELECT content FROM trail_body, trail_event WHERE event_id = id AND act = 'operation.backup'"
    bodies = [json.loads(bytes(row[0])) for row in database.rows(sql)]
    database.close()
    assert taken[1]["sha256"] in {body["backup"]["sha256"] for body in bodies}


def test_a_wrong_digest_or_passphrase_restores_nothing(
    taken: tuple[Path, dict[str, str]], installed: dict[str, str], tmp_path: Path
) -> None:
    with installation("", tmp_path / "data", os.environ.get("LIANJING_DATABASE_URL", "")) as place:
        (tmp_path / "wrong").write_text("another passphrase\n")
        for more, word in (
            (["--digest", "0" * 64], "摘要"),
            (["--passphrase-file", str(tmp_path / "wrong")], "口令不对"),
        ):
            done = lianjing(place, "restore", taken[1]["file"], *more)
            assert done.returncode == 2 and word in done.stderr
            assert len(done.stderr.strip().splitlines()) == 1
            assert not (tmp_path / "data").exists() and list(tmp_path.glob(".*")) == []
