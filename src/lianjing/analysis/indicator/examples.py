"""The examples beside an indicator: a base of tiny tables, changes to it, and what must be found in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lianjing.analysis.engine.engine import Engine
from lianjing.analysis.indicator.header import Header, Value
from lianjing.analysis.indicator.library import Indicator
from lianjing.analysis.indicator.runner import EPOCH, run
from lianjing.analysis.lake.schema import Table, schema
from lianjing.runtime.finding.detection import Detected

KINDS = ("positive", "exclusion", "threshold", "negative")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what it shows, the tables, the parameters, the day, and what must be found."""

    name: str
    kind: str
    parameter: str
    today: int
    parameters: Mapping[str, Value]
    tables: Mapping[str, Sequence[Row]]
    found: Sequence[Row]


def read(file: Path) -> tuple[Example, ...]:
    """Return the examples of a file; KeyError or ValueError for a file that says too little."""
    stated = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(_example(stated, each) for each in stated["example"])


def _example(stated: Mapping[str, Any], each: Mapping[str, Any]) -> Example:
    if each["kind"] not in KINDS:
        raise ValueError(f"{each['name']}: kind {each['kind']}")
    tables = {table: {row["id"]: dict(row) for row in rows} for table, rows in stated.get("base", {}).items()}
    for key, values in each.get("set", {}).items():
        table, _colon, row = key.partition(":")
        held = tables.setdefault(table, {})
        held[row] = {**held.get(row, {"id": row}), **values}
    for key in each.get("drop", ()):
        table, _colon, row = key.partition(":")
        del tables[table][row]
    return Example(
        each["name"],
        each["kind"],
        each.get("parameter", ""),
        _day(each.get("today", stated.get("today", "2026-01-15"))),
        {**stated.get("parameters", {}), **each.get("parameters", {})},
        {table: list(rows.values()) for table, rows in tables.items()},
        each["found"],
    )


def gaps(header: Header, examples: Sequence[Example]) -> list[str]:
    """Return what the examples don't show: a true positive, each exclusion, both sides of each threshold."""
    missing = []
    if not any(each.kind == "positive" and each.found for each in examples):
        missing.append("no true positive")
    wanted = len([part for part in header.excludes.split(";") if part.strip()])
    shown = sum(each.kind == "exclusion" for each in examples)
    if shown < wanted:
        missing.append(f"{wanted} exclusions in the header, {shown} in the examples")
    for parameter in header.parameters:
        sides = {bool(each.found) for each in examples if each.parameter == parameter.name}
        if sides != {True, False}:
            missing.append(f"both sides of {parameter.name}")
    return missing


def answer(engine: Engine, indicator: Indicator, example: Example) -> list[Row]:
    """Return what the engine finds in an example, as examples state it; the tables are attached before."""
    figures = {each.name: each.value for each in indicator.header.parameters if each.value is not None}
    values = {**figures, **example.parameters}
    return [stated(each) for each in run(engine, indicator, values, today=example.today)]


def stated(each: Detected) -> Row:
    """Return a finding as examples state it."""
    return {
        "subject": each.subject,
        "part": each.part,
        "score": each.score,
        "facts": dict(each.facts),
        "evidence": [f"{table}:{key}" for table, key in each.evidence],
        "persons": [f"{person}:{role}" for person, role in each.persons],
    }


def expected(example: Example) -> list[Row]:
    """Return what an example says must be found, with what it left out filled in."""
    empty: Row = {"part": "", "facts": {}, "persons": []}
    return [
        {**empty, **row, "score": float(row["score"]), "evidence": sorted(row["evidence"])}
        for row in sorted(example.found, key=lambda row: (row["subject"], row.get("part", "")))
    ]


def arrow(table: Table, rows: Sequence[Row]) -> pa.Table:
    """Return rows as typed columns: days and moments may be given as dates; what is absent is '' or NULL."""
    unknown = {name for row in rows for name in row} - {each.name for each in table.columns} - {"id"}
    if unknown:
        raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))}")
    columns = {each.name: [_value(each.kind, row.get(each.name)) for row in rows] for each in table.columns}
    return pa.table(columns, schema=table.arrow)


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return "" if kind in {"text", "code", "feature", "subject", "constant"} else None
    if kind == "day" and isinstance(value, str | date):
        return _day(value)
    if kind == "second" and isinstance(value, str):
        return int(datetime.fromisoformat(value).timestamp())
    return value


def _day(value: str | date) -> int:
    return ((date.fromisoformat(value) if isinstance(value, str) else value) - EPOCH).days


def laid(folder: Path, indicator: Indicator, example: Example) -> dict[str, list[Path]]:
    """Write the tables that the indicator reads into a folder and return their files."""
    files = {}
    for name in sorted(indicator.tables):
        path = folder / f"{name}.parquet"
        pq.write_table(arrow(schema().tables[name], example.tables.get(name, ())), path)
        files[name] = [path]
    return files
