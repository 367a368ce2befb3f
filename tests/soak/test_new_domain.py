"""The story of a beginning: a generated domain in a founded zone, its least procedure decided by another person."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lianjing.cli.new_domain import TEST, write
from tests.cli.test_new_domain import ROOT, SETTINGS

SHARED = """
from tests import conftest as shared

zone = shared.zone
django_db_use_migrations = shared.django_db_use_migrations
_fast_and_clean = shared._fast_and_clean
"""


def test_its_least_procedure_is_decided_by_another_person(tmp_path: Path) -> None:
    """The generated test itself runs, in a process with the one line more."""
    (tmp_path / "src/lianjing/domains").mkdir(parents=True)
    write("sample", into=tmp_path, label="样例", label_en="Sample")
    settings = SETTINGS.format(folder=str(tmp_path / "src/lianjing/domains"), name="sample")
    (tmp_path / "sample_settings.py").write_text(settings, encoding="utf-8")
    test = tmp_path / TEST.replace("NAME", "sample")
    (tmp_path / "conftest.py").write_text(SHARED, encoding="utf-8")
    options = [
        "-q",
        "--rootdir",
        str(tmp_path),
        "-c",
        str(ROOT / "pyproject.toml"),
        "--ds",
        "sample_settings",
    ]
    command = [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", str(test)]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    environment.pop("LIANJING_DATABASE_URL", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
