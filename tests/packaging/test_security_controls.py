"""The page of security controls: every row has a status, every test, setting and file that it names exists, the counts are right."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/security-controls.md").read_text(encoding="utf-8")
STATUSES = ("met", "partly", "not met", "n/a")
ASVS, CLASSIFIED = "OWASP ASVS 5.0.0, levels 1 and 2", "GB/T 22239-2019, level 3, 8.1"
REQUIREMENTS = 253  # of levels 1 and 2 in ASVS 5.0.0: 70 and 183


def rows(catalogue: str) -> list[tuple[str, str, str, str]]:
    """Return the rows of a catalogue: number, wording, status, by what."""
    _before, _mark, part = PAGE.partition("## 等保 2.0")
    text = _before if catalogue == ASVS else part
    found = re.findall(r"^\| ((?:\d+\.)+\d+(?: [a-z]\))?) \| (.*?) \| (.*?) \| (.*) \|$", text, re.M)
    return [(number, words, status, by) for number, words, status, by in found]


ROWS = [*rows(ASVS), *rows(CLASSIFIED)]


@cache
def defined_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


@cache
def settings_text() -> str:
    return "".join(
        (ROOT / "src/lianjing/site" / name).read_text(encoding="utf-8")
        for name in ("settings.py", "log_lines.py")
    )


@cache
def rules() -> frozenset[str]:
    text = (ROOT / "src/lianjing/runtime/access/policy.toml").read_text(encoding="utf-8")
    return frozenset(rule["name"] for rule in tomllib.loads(text)["rule"])


def exists(token: str) -> bool:
    """True for a test, a setting, a rule of log-in or a file of this name."""
    path, colons, test = token.partition("::")
    if colons:
        return (ROOT / path).exists() and test in defined_in(path)
    if re.fullmatch(r"[A-Z][A-Z_]+", token):
        return re.search(rf"\b{token}\b", settings_text()) is not None
    return token in rules() or (ROOT / token).is_file()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_has_a_status_and_names_what_exists(row: tuple[str, str, str, str]) -> None:
    _number, words, status, by = row
    assert words and status in STATUSES and by
    named = re.findall(r"`([^`]+)`", by)
    assert not [token for token in named if not exists(token)]
    assert named or status != "met" or "no " in by, "what is met names what shows it"


def test_each_requirement_stands_once() -> None:
    numbers = [row[0] for row in rows(ASVS)]
    assert len(numbers) == REQUIREMENTS and len(set(numbers)) == REQUIREMENTS
    assert {number.split(".")[0] for number in numbers} == {str(chapter) for chapter in range(1, 18)}
    clauses = [row[0] for row in rows(CLASSIFIED)]
    assert len(clauses) == len(set(clauses))
    assert {f"8.1.4.{part}" for part in range(1, 12)} <= {clause.split(" ")[0] for clause in clauses}


@pytest.mark.parametrize("catalogue", [ASVS, CLASSIFIED])
def test_the_counts_at_the_top_are_those_of_the_rows(catalogue: str) -> None:
    count = Counter(row[2] for row in rows(catalogue))
    told = [str(count[status]) for status in STATUSES] + [str(count.total())]
    assert f"| {catalogue} | {' | '.join(told)} |" in PAGE
