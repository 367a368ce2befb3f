"""Pages and operations reach business rows through the scope of their table; where they do not, the list says why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import lianjing
from lianjing.runtime.scope.door import scopes

SOURCE = Path(lianjing.__file__).parent
ALLOWED = Path(__file__).parent / "past_the_scope.txt"
PLACES = ("web/**/*.py", "api/*.py", "domains/*/pages/*.py", "domains/*/operations.py")
# The organisation, its figures and its rules: open to everyone whom the page admits.
REFERENCE = {
    "Appointment",
    "CalendarDay",
    "Clause",
    "Definition",
    "Delegation",
    "DocumentRequirement",
    "DutyConflict",
    "Parameter",
    "Person",
    "Post",
    "PostDuty",
    "PowerItem",
    "ProcessStep",
    "Regulation",
    "Unit",
}


def asked_directly() -> Iterator[tuple[str, str]]:
    business = {model.__name__ for model in scopes()} - REFERENCE
    for place in sorted({path for pattern in PLACES for path in SOURCE.glob(pattern)}):
        for node in ast.walk(ast.parse(place.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Attribute) or node.attr not in ("objects", "_default_manager"):
                continue
            if isinstance(node.value, ast.Name) and node.value.id in business:
                yield str(place.relative_to(SOURCE)), node.value.id


def allowed() -> dict[tuple[str, str], str]:
    lines = [line.split(maxsplit=2) for line in ALLOWED.read_text().splitlines() if line and line[0] != "#"]
    return {(place, model): reason for place, model, reason in lines}


def test_no_page_asks_a_table_of_business_past_its_scope_without_a_reason() -> None:
    assert set(asked_directly()) - set(allowed()) == set()


def test_no_reason_outlives_its_use() -> None:
    assert set(allowed()) - set(asked_directly()) == set()
