"""A decision table as rows of text, read from its own XML so that the page shows what the office wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from defusedxml.ElementTree import fromstring

DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
CLAUSE = "{urn:lianjing:bpmn:1}clause"


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One row: its cells, what it says in words, its clause."""

    cells: tuple[str, ...]
    description: str
    clause: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with its heads: what it tests and gives, in words (`inputs`, `outputs`) and as variables."""

    name: str
    policy: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[ShownRule, ...]
    variables: tuple[str, ...] = ()
    results: tuple[str, ...] = ()


def table_shown(xml: str) -> ShownTable | None:
    """Return the table of a DMN text, None where it holds none."""
    root = fromstring(xml)
    table, decision = root.find(f".//{DMN}decisionTable"), root.find(f"{DMN}decision")
    if table is None:
        return None
    return ShownTable(
        "" if decision is None else decision.get("name", ""),
        table.get("hitPolicy", "UNIQUE"),
        tuple(each.get("label") or _text(each, "inputExpression") for each in table.findall(f"{DMN}input")),
        tuple(each.get("label") or each.get("name", "") for each in table.findall(f"{DMN}output")),
        tuple(_rule(each) for each in table.findall(f"{DMN}rule")),
        tuple(_text(each, "inputExpression") for each in table.findall(f"{DMN}input")),
        tuple(each.get("name", "") for each in table.findall(f"{DMN}output")),
    )


def _rule(rule: Any) -> ShownRule:
    entries = [*rule.findall(f"{DMN}inputEntry"), *rule.findall(f"{DMN}outputEntry")]
    return ShownRule(
        tuple(_text(each) for each in entries),
        (rule.findtext(f"{DMN}description") or "").strip(),
        rule.get(CLAUSE, ""),
    )


def _text(element: Any, below: str = "") -> str:
    place = f"{DMN}{below}/{DMN}text" if below else f"{DMN}text"
    return (element.findtext(place) or "").strip()
