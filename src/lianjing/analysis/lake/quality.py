"""The data-quality report: how much of every field that an indicator requires is filled, and which feeds are silent."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from lianjing.analysis.engine.engine import Engine
from lianjing.analysis.lake.export import Lake
from lianjing.analysis.lake.schema import Type, schema

REPORT = "quality.json"


class Asking(Protocol):
    """What the report needs of an indicator."""

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that it reads."""

    @property
    def header(self) -> Any:
        """Its header."""


def quality(lake: Lake, engine: Engine, indicators: Iterable[Asking]) -> dict[str, Any]:
    """Return rows by table and, for every column that an indicator reads, the share that is filled."""
    asked: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in indicators:
        for pair in each.columns:
            asked[pair].append(each.header.code)
    tables: defaultdict[str, list[str]] = defaultdict(list)
    for table, column in sorted(asked):
        tables[table].append(column)
    fields, rows = [], {}
    for table, columns in tables.items():
        counts = _counts(engine, table, columns)
        rows[table] = counts[""]
        fields += [_field(table, column, counts, asked[table, column]) for column in columns]
    return {"leaf": lake.leaf, "rows": rows, "fields": fields}


def keep_report(folder: Path, report: Mapping[str, Any]) -> None:
    """Put a report beside the lake in one step, for the page."""
    half = folder / f".{REPORT}.part"
    half.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    half.replace(folder / REPORT)


def kept_report(folder: Path) -> dict[str, Any] | None:
    """Return the report of the last scan, None before the first."""
    try:
        report: dict[str, Any] = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return report


def _counts(engine: Engine, table: str, columns: list[str]) -> Mapping[str, int]:
    parts = ", ".join(f"COUNT({_filled(table, column)}) AS c{place}" for place, column in enumerate(columns))
    row = engine.ask(f"SELECT COUNT(*) AS n, {parts} FROM {table}", {}).rows[0]
    return {"": row[0], **dict(zip(columns, row[1:], strict=True))}


def _filled(table: str, name: str) -> str:
    column = schema().tables[table].column(name)
    is_text = column is not None and column.type is Type.VARCHAR
    return f"NULLIF({name}, '')" if is_text else name


def _field(table: str, column: str, counts: Mapping[str, int], codes: list[str]) -> dict[str, Any]:
    total, filled = counts[""], counts[column]
    described = schema().tables[table].column(column)
    return {
        "field": f"{table}.{column}",
        "label": described.label if described else "",
        "rows": total,
        "filled": filled,
        "coverage": round(filled / total, 4) if total else None,
        "indicators": sorted(codes),
    }
