"""`lianjing upgrade`: refuses what cannot end well, backs up first, says what it would do; the second run does nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.soak.premises import lianjing


@pytest.fixture(scope="module")
def installed_empty(empty: dict[str, str]) -> dict[str, str]:
    made = lianjing(empty, "init", "--json")
    assert made.returncode == 0, made.stderr
    return empty


def told(done: Any) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_current_installation_has_nothing_to_do_and_its_backup_is_made_all_the_same(
    installed_empty: dict[str, str],
) -> None:
    planned = told(lianjing(installed_empty, "upgrade", "--dry-run", "--json"))
    assert (planned["migrations"], planned["to_publish"], planned["changed"]) == ([], [], [])
    done = told(lianjing(installed_empty, "upgrade", "--json"))
    assert done["migrations"] == [] and done["published"] == 0 and Path(done["backup"]).exists()
    assert lianjing(installed_empty, "trail", "verify", "--json").returncode == 0


def test_it_refuses_while_the_server_runs(installed_empty: dict[str, str]) -> None:
    run = Path(installed_empty["LIANJING_DATA"]) / "run"
    run.mkdir(exist_ok=True)
    (run / "serve.json").write_text(json.dumps({"pid": os.getpid()}))
    done = lianjing(installed_empty, "upgrade")
    (run / "serve.json").unlink()
    assert done.returncode == 2 and "正在运行" in done.stderr


def test_it_refuses_a_database_of_a_newer_program(installed_empty: dict[str, str]) -> None:
    if installed_empty["LIANJING_DATABASE_URL"]:
        pytest.skip("the row is written with SQLite")
    place = Path(installed_empty["LIANJING_DATA"]) / "lianjing.sqlite3"
    with sqlite3.connect(place) as database:
        sql = (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('org', '9999_to_come', '2030-01-01')"
        )
        database.execute(sql)
    done = lianjing(installed_empty, "upgrade")
    with sqlite3.connect(place) as database:
        database.execute("DELETE FROM django_migrations WHERE name = '9999_to_come'")
    database.close()
    assert done.returncode == 2 and "较新" in done.stderr


# The migrations at which the former version stood, as far as they can be undone with rows in the tables.
FORMER = {"complaint": "0001_initial", "payment": "0001_initial", "org": "0004_drop_login_failure"}
FILL = """
import sys
import django
django.setup()
from django.core.management import call_command
from lianjing.runtime.clock import now
from lianjing.runtime.org.services import add_person, add_unit
from lianjing.runtime.trail.act import SYSTEM, recorded
with recorded("org.fill", chain="installation:1", actor=SYSTEM, now=now()) as act:
    unit = add_unit(act, code="OLD", name="旧版单位", kind="bureau")
    for turn in range(50):
        add_person(act, name=f"旧版人员{turn}", kind="official", unit=unit, number=f"9{turn:04}")
for step in sys.argv[1:]:
    call_command("migrate", *step.split("."), verbosity=0, skip_checks=True)
"""


def test_a_data_folder_of_the_former_version_is_brought_up_with_all_its_rows(
    installed_empty: dict[str, str],
) -> None:
    """Accounts, persons and events made before the upgrade are there after it, and the proof still holds."""
    if installed_empty["LIANJING_DATABASE_URL"]:
        pytest.skip("the rows are counted with SQLite")
    steps = [f"{app}.{name}" for app, name in FORMER.items()]
    subprocess.run(
        [sys.executable, "-c", FILL, *steps],
        env=installed_empty | {"DJANGO_SETTINGS_MODULE": "lianjing.site.settings"},
        check=True,
        timeout=300,
    )
    assert rows(installed_empty, "one_time_from") is None, "the column is not there yet"
    accounts, persons, events = rows(installed_empty) or (0, 0, 0)
    done = told(lianjing(installed_empty, "upgrade", "--json"))
    assert {each.split(".")[0] for each in done["migrations"]} >= set(FORMER)
    after = rows(installed_empty) or (0, 0, 0)
    assert after[:2] == (accounts, persons) and after[2] > events and persons > 50
    assert lianjing(installed_empty, "trail", "verify", "--json").returncode == 0
    waiting = rows(installed_empty, "one_time_from") or (0,)
    assert waiting[0] > 50, "the hours of one-time words begin with the upgrade"


def rows(environment: dict[str, str], column: str = "id") -> tuple[int, ...] | None:
    """Count accounts (with a value in this column), persons and events; None where the column is not there."""
    database = sqlite3.connect(Path(environment["LIANJING_DATA"]) / "lianjing.sqlite3")
    try:
        asked = ((column, "login_account"), ("*", "person"), ("*", "trail_event"))
        return tuple(
            database.execute(f"SELECT count({what}) FROM {table}").fetchone()[0] for what, table in asked
        )
    except sqlite3.OperationalError:
        return None
    finally:
        database.close()
