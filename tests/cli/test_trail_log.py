"""The commands of the published log, as the office and the supervision group type them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.soak.premises import database_of, lianjing


def said(environment: dict[str, str], *command: str, code: int = 0) -> Any:
    """Run a command with --json and return what it says."""
    done = lianjing(environment, *command, "--json")
    assert done.returncode == code, (command, done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout + done.stderr


@pytest.fixture(scope="module")
def group(installed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The supervision group's folder, its key known to the installation."""
    folder = tmp_path_factory.mktemp("group") / "witness"
    checkpoint = said(installed, "trail", "checkpoint")
    assert checkpoint["size"] > 100 and checkpoint["cosigners"] == []
    policy = Path(installed["LIANJING_DATA"]) / "policy"
    made = said(installed, "trail", "witness", "init", str(folder), "--log", str(policy))
    assert made["log"] == checkpoint["origin"]
    said(installed, "trail", "witness", "add", str(folder / "witness.pub"))
    return folder


def cosign(environment: dict[str, str], group: Path, folder: Path) -> int:
    """Carry a stick there and back."""
    request, line = folder / "request", folder / "cosignature"
    asked = said(environment, "trail", "witness", "request", str(request))
    assert asked["bytes"] < 1500
    done = said(environment, "trail", "witness", "cosign", "--dir", str(group), str(request), str(line))
    taken = said(environment, "trail", "witness", "add", str(line))
    assert taken["cosignatures"][0]["size"] == done["size"]
    return int(done["size"])


def test_a_stick_carries_request_and_cosignature_and_verify_names_the_witness(installed, group, tmp_path):
    said(installed, "trail", "checkpoint")
    size = cosign(installed, group, tmp_path)
    verified = said(installed, "trail", "verify")
    assert verified["problems"] == [] and verified["demonstration"] is False
    assert verified["checkpoint"]["size"] == size
    assert [each["name"] for each in verified["cosigners"]] == ["supervision"]
    plain = lianjing(installed, "trail", "verify")
    assert plain.returncode == 0 and "supervision" in plain.stdout


def test_a_request_shown_twice_is_a_finding(installed, group, tmp_path):
    said(installed, "trail", "checkpoint")
    cosign(installed, group, tmp_path)
    forged = (tmp_path / "request").read_text().splitlines()
    forged[0] = "old 1"
    (tmp_path / "request").write_text("\n".join(forged) + "\n")
    done = lianjing(
        installed, *("trail", "witness", "cosign", "--dir"), str(group), str(tmp_path / "request"), "x"
    )
    assert done.returncode == 2 and "--old" in done.stderr


def test_the_witness_keeps_out_of_the_data_folder(installed):
    told = said(installed, "trail", "witness", "init", str(Path(installed["LIANJING_DATA"]) / "w"), code=2)
    assert told.startswith("lianjing: ")


def test_the_paper_form_holds_the_root_of_44_characters(installed):
    done = lianjing(installed, "trail", "checkpoint", "--paper")
    root = next(line.split()[-1] for line in done.stdout.splitlines() if line.startswith("根"))
    assert done.returncode == 0 and len(root) == 44 and root.endswith("=")


def test_a_receipt_is_printed_or_written(installed, group, tmp_path):
    database = database_of(installed)
    event = str(database.rows("SELECT id FROM trail_event ORDER BY recorded_at")[0][0])
    database.close()
    plain = lianjing(installed, "trail", "prove", event)
    assert plain.returncode == 0 and plain.stdout.startswith("c2sp.org/tlog-proof@v1\n")
    assert len(plain.stdout) < 2048
    lianjing(installed, "trail", "prove", event, "--out", str(tmp_path / "receipt"))
    assert (tmp_path / "receipt").read_text() == plain.stdout
    assert said(installed, "trail", "prove", "nothing", code=2).startswith("lianjing: ")


def test_a_mirror_follows_and_an_export_is_complete(installed, group, tmp_path):
    said(installed, "trail", "checkpoint")  # what the group's own key added waits no more
    first = said(installed, "trail", "mirror", str(tmp_path / "mirror"))
    assert first["from"] == 0 and first["problems"] == []
    assert said(installed, "trail", "mirror", str(tmp_path / "mirror"))["from"] == first["size"]
    done = said(installed, "export", "trail", str(tmp_path / "export"), "--tables")
    assert done["size"] == first["size"] and done["tables"] > 40 and done["rows"] > 1000
    assert said(installed, "export", "trail", str(tmp_path / "export"), code=2).startswith("lianjing: ")


def test_a_shrunk_log_is_a_finding_for_the_mirror_and_a_stop_for_the_server(installed, group, tmp_path):
    """The memory outside the database says more than the database holds."""
    data = Path(installed["LIANJING_DATA"])
    kept = (data / "signed").read_bytes()
    origin, size, root = kept.decode().splitlines()
    (data / "signed").write_text(f"{origin}\n{int(size) + 3}\n{root}\n")
    try:
        verified = said(installed, "trail", "verify", code=1)
        assert [each["kind"] for each in verified["problems"]] == ["restored"]
        for command in (("trail", "checkpoint"), ("serve", "--port", "1")):
            done = lianjing(installed, *command)
            assert done.returncode in (1, 2) and "rebuild" in done.stdout + done.stderr
        mirror = tmp_path / "mirror"
        (data / "signed").write_bytes(kept)
        said(installed, "trail", "mirror", str(mirror))
        told = said(installed, "trail", "rebuild", "--mirror", str(mirror))
        assert told["from"] == told["size"] and told["rows"] == 0
        shutil.rmtree(mirror / "log")
        assert said(installed, "trail", "rebuild", "--mirror", str(mirror), code=2).startswith("lianjing: ")
    finally:
        (data / "signed").write_bytes(kept)
    assert said(installed, "trail", "verify")["problems"] == []
