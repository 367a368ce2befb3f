"""`lianjing trail verifier` hands out a program that runs alone, and never overwrites what is not its own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from lianjing.cli.trail_verifier import copy_verifier
from lianjing.kernel.refusal import BadInput
from tests.kernel.trail.exported import small

PAGE = Path(__file__).parents[2] / "docs/how-to/verify-the-trail.md"


def test_the_copy_runs_without_the_product(tmp_path):
    place = tmp_path / "stick" / "verify.py"
    place.parent.mkdir()
    procedure, digest = copy_verifier(place)
    export = small().write(tmp_path / "export")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(place), str(export), "--tables"], check=False, env={}
    )
    assert done.returncode == 0
    assert hashlib.sha256(place.read_bytes()).hexdigest() == digest
    assert procedure == tmp_path / "stick" / "verify.txt"


def test_the_procedure_is_the_page_of_the_documentation_in_both_languages(tmp_path):
    procedure, _ = copy_verifier(tmp_path / "verify.py")
    assert procedure.read_bytes() == PAGE.read_bytes()
    assert "## 中文" in PAGE.read_text("utf-8") and "## English" in PAGE.read_text("utf-8")


def test_the_same_copy_again_changes_nothing_and_another_file_is_not_overwritten(tmp_path):
    place = tmp_path / "verify.py"
    copy_verifier(place)
    copy_verifier(place)
    place.write_text("something of mine")
    with pytest.raises(BadInput):
        copy_verifier(place)
    with pytest.raises(BadInput):
        copy_verifier(tmp_path / "verify.txt")
    assert place.read_text() == "something of mine"


def test_every_check_stands_in_the_procedure():
    verifier = PAGE.read_text("utf-8").partition("## Checks and options")[2]
    told = {
        word.strip()
        for line in verifier.splitlines()
        if line.startswith("| ")
        for word in line.split("|")[1].split(",")
    }
    source = (Path(copy_verifier.__code__.co_filename).parents[1] / "kernel/trail/verifier.py").read_text(
        "utf-8"
    )
    block = source.partition("CHECKS: Dict[str, str] = {")[2].partition("}")[0]
    assert {line.split('"')[1] for line in block.splitlines() if '"' in line} <= told
