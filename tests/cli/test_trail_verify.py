"""`lianjing trail verify` against someone who knows only the database and SQL."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.kill_loop import ROOT, database_of, lianjing

TAMPER = Path(__file__).with_name("tamper.py")
AMOUNTS = {
    "contract": "SELECT id, amount FROM contract ORDER BY id LIMIT 1",
    "bid": "SELECT id, price FROM bid ORDER BY id LIMIT 1",
    "budget_line": "SELECT id, amount FROM budget_line ORDER BY id LIMIT 1",
}
COLUMNS = {"contract": "amount", "bid": "price", "budget_line": "amount"}


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


@pytest.fixture
def amount(installed, request):
    """One amount of a table, put back after the test."""
    table = request.param
    database = database_of(installed)
    key, value = database.rows(AMOUNTS[table])[0]
    database.close()
    yield table, COLUMNS[table], key, value
    tamper(installed, table, COLUMNS[table], key, value)
    assert verdict(installed) == (0, [])


def test_the_script_that_tampers_knows_nothing_of_the_product():
    told = TAMPER.read_text("utf-8")
    assert "import lianjing" not in told and "from lianjing" not in told and "django" not in told


def test_an_untouched_installation_verifies(installed):
    assert verdict(installed) == (0, [])


@pytest.mark.parametrize("amount", ["contract", "bid"], indirect=True)
def test_one_amount_changed_by_sql_is_found_and_the_row_named(installed, amount):
    table, column, key, value = amount
    changed = f"{float(value) + 0.01:.2f}"
    tamper(installed, table, column, key, changed)
    code, problems = verdict(installed)
    assert code == 1
    named = [each for each in problems if each["kind"] == "row"]
    assert [each["where"] for each in named] == [f"{table} {key}"]
    assert (
        f"{column} is '{changed}'" in named[0]["detail"]
        and f"the trail says '{value:.2f}'" in named[0]["detail"]
    )


def test_the_plain_words_name_the_row_too(installed):
    database = database_of(installed)
    key, value = database.rows(AMOUNTS["contract"])[0]
    database.close()
    tamper(installed, "contract", "amount", key, "1.00")
    done = lianjing(installed, "trail", "verify")
    tamper(installed, "contract", "amount", key, value)
    assert done.returncode == 1 and f"contract {key}" in done.stdout and "amount" in done.stdout


def test_a_forged_event_is_found_though_its_triggers_are_dropped(installed):
    database = database_of(installed)
    event, act = database.rows("SELECT id, act FROM trail_event WHERE act = 'works_contract.approve'")[0]
    database.close()
    tamper(installed, "trail_event", "act", event, "works_contract.draft")
    code, problems = verdict(installed)
    tamper(installed, "trail_event", "act", event, act)
    assert code == 1 and [each["where"] for each in problems] == [f"event {event}"]


def test_a_folder_without_an_installation_exits_2_with_one_line(empty):
    for command in (("trail", "verify"), ("trail", "verify", "--json"), ("trail", "sequence"), ("serve",)):
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
