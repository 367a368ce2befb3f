"""`lianjing trail verify` against someone who knows only the database and SQL."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.soak.premises import ROOT, database_of, lianjing

TAMPER = Path(__file__).with_name("tamper.py")


def tamper(environment: dict[str, str], table: str, column: str, key: object, value: object) -> None:
    """Run the script as a stranger would: by its path, without the product on the way."""
    place = environment["LIANJING_DATABASE_URL"] or str(
        Path(environment["LIANJING_DATA"]) / "lianjing.sqlite3"
    )
    bare = {"PATH": environment["PATH"]}
    command = [sys.executable, "-I", str(TAMPER), place, table, column, str(key), str(value)]
    subprocess.run(command, cwd=TAMPER.parent, env=bare, check=True)


def verdict(environment: dict[str, str]) -> tuple[int, list[dict[str, str]]]:
    """Return the exit code and the problems named."""
    done = lianjing(environment, "trail", "verify", "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)["problems"]


@contextmanager
def tampered(
    environment: dict[str, str], table: str, column: str, row: tuple[object, object], value: str
) -> Iterator[None]:
    """Change one value for a while."""
    key, before = row
    tamper(environment, table, column, key, value)
    yield
    tamper(environment, table, column, key, before)


def first(environment: dict[str, str], sql: str) -> tuple[object, object]:
    """Return key and value of the first row of a query."""
    database = database_of(environment)
    try:
        key, value = database.rows(sql)[0]
    finally:
        database.close()
    return key, value


def test_the_script_that_tampers_knows_nothing_of_the_product():
    told = TAMPER.read_text("utf-8")
    assert "import lianjing" not in told and "from lianjing" not in told and "django" not in told


def test_an_untouched_installation_verifies(installed):
    assert verdict(installed) == (0, [])


def test_one_amount_changed_by_sql_is_found_and_the_row_named(installed):
    row = first(installed, "SELECT id, amount FROM contract ORDER BY id")
    with tampered(installed, "contract", "amount", row, "48000000.01"):
        code, problems = verdict(installed)
        plain = lianjing(installed, "trail", "verify")
    assert code == 1
    named = [each for each in problems if each["kind"] == "row"]
    assert [each["where"] for each in named] == [f"contract {row[0]}"]
    assert "amount is '48000000.01', the trail says '48000000.00'" in named[0]["detail"]
    assert plain.returncode == 1 and f"contract {row[0]}" in plain.stdout and "amount" in plain.stdout
    assert verdict(installed) == (0, [])


def test_a_forged_event_is_found_though_its_triggers_are_dropped(installed):
    row = first(installed, "SELECT id, act FROM trail_event WHERE act = 'works_contract.approve'")
    with tampered(installed, "trail_event", "act", row, "works_contract.draft"):
        code, problems = verdict(installed)
    assert code == 1 and [each["where"] for each in problems] == [f"event {row[0]}"]


def test_a_folder_without_an_installation_exits_2_with_one_line(empty):
    for command in (("trail", "verify", "--json"), ("serve",)):
        done = lianjing(empty, *command)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert len(done.stderr.strip().splitlines()) == 1 and done.stderr.startswith("lianjing: ")


def test_wrong_usage_exits_2_and_says_what_is_wrong(tmp_path, installed):
    done = subprocess.run(
        [sys.executable, "-m", "lianjing.site", "trail", "verfy"],
        cwd=ROOT,
        env=installed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "verfy" in done.stderr.strip().splitlines()[-1]
