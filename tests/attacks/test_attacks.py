"""Every attack of the table is caught by its named check alone, and the page says what catches it without that."""

from __future__ import annotations

import ast
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.premises import premises
from tests.attacks.rows import ROWS, SCRIPT, Office
from tests.attacks.table import FOOT, HEAD, PAGE, line

ALLOWED = {"__future__", "forge", "psycopg"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The supervisors' office beside a small installation: SQLite, or a database of LIANJING_DATABASE_URL's server."""
    folder = tmp_path_factory.mktemp("attacks")
    (folder / "office").mkdir()
    with premises(folder / "premises", os.environ.get("LIANJING_DATABASE_URL", "")) as place:
        yield Office(place, folder / "office")


@pytest.mark.parametrize("script", [SCRIPT, SCRIPT.with_name("forge.py")], ids=lambda path: path.name)
def test_the_attacker_imports_nothing_of_ours(script):
    imported = set()
    for node in ast.walk(ast.parse(script.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {each.name.partition(".")[0] for each in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported <= sys.stdlib_module_names | ALLOWED


def test_without_an_attack_everything_passes(office, tmp_path):
    copy = office.premises.copy()
    try:
        for publishes in (False, True):
            export = office.premises.export(copy, tmp_path / f"export{publishes}", publishes=publishes)
            memory = shutil.copy(office.memory, tmp_path / "memory")
            code, told = office.verify(
                export,
                "--memory",
                str(memory),
                "--receipt",
                str(office.receipt),
                "--receipt",
                str(office.proof),
            )
            assert code == 0 and set(told["checks"].values()) == {"ok"}, told
    finally:
        office.premises.drop(copy)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says.replace(" ", "-"))
def test_its_check_alone_catches_it_and_the_page_tells_the_next(office, row):
    outcome = office.suffer(row)
    assert outcome.alone in (1, 2), f"{row.check} alone does not see it"
    assert bool(outcome.others) == (outcome.without != 0)
    assert line(outcome) in PAGE.read_text("utf-8").splitlines(), line(outcome)


def test_the_page_has_exactly_these_rows():
    text = PAGE.read_text("utf-8")
    assert text.startswith(HEAD) and text.endswith(FOOT)
    assert len(text[len(HEAD) : -len(FOOT)].splitlines()) == len(ROWS)


def test_every_attack_of_the_script_is_run():
    told = {
        node.name for node in ast.parse(SCRIPT.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
    }
    assert told >= {row.attack for row in ROWS}
    assert {row.check for row in ROWS} <= set(Path(PAGE).read_text("utf-8").replace("`", " ").split())
