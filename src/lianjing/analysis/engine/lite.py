"""SQLite in memory as the engine: for one matter's rows, which it answers before DuckDB would have planned."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

from lianjing.analysis.engine.engine import Answer, EngineFailed, Value

STEPS = 20_000  # SQLite's own steps between two looks at the clock
TYPES = {"BIGINT": "INTEGER", "DOUBLE": "REAL", "VARCHAR": "TEXT"}


@cache
def lite_text(sql: str) -> tuple[str, frozenset[str]]:
    """Return a text in SQLite's dialect with its parameters as `:name`, and their names."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    names = frozenset(each.name for each in tree.find_all(exp.Placeholder, exp.Parameter))
    return tree.sql("sqlite").replace("$", ":"), names


class LiteEngine:
    """One in-memory database of one thread; `lay` replaces what it holds, a deadline ends a question."""

    name = "sqlite"

    def __init__(self, *, seconds: float = 60.0) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._seconds = seconds
        self._ends_at = 0.0
        self._connection.set_progress_handler(self._is_late, STEPS)

    def _is_late(self) -> bool:
        return bool(self._ends_at) and time.monotonic() > self._ends_at

    def begin(self) -> None:
        """Start the clock that all questions until the next `begin` share."""
        self._ends_at = time.monotonic() + self._seconds

    def make(self, table: str, columns: Sequence[tuple[str, str]]) -> None:
        """Make a table anew, empty, with (name, type of the lake) columns."""
        listed = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in columns)
        self._connection.execute(f'DROP TABLE IF EXISTS "{table}"')
        self._connection.execute(f'CREATE TABLE "{table}" ({listed})')

    def lay(self, table: str, width: int, rows: Iterable[Sequence[Any]]) -> None:
        """Replace the rows of a table that was made."""
        self._connection.execute(f'DELETE FROM "{table}"')
        marks = ", ".join("?" * width)
        self._connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)

    def attach(self, files: Mapping[str, Sequence[Path]]) -> None:
        """See `Engine`: reads the files into memory; meant for small ones."""
        for table, paths in files.items():
            read = [pq.read_table(path) for path in paths]
            self.make(table, [(each.name, _kind(str(each.type))) for each in read[0].schema])
            rows = [tuple(row.values()) for part in read for row in part.to_pylist()]
            self.lay(table, len(read[0].schema), rows)

    def ask(self, sql: str, parameters: Mapping[str, Value]) -> Answer:
        """See `Engine`."""
        try:
            text, names = lite_text(sql)
            used = {name: parameters[name] for name in names if name in parameters}
            cursor = self._connection.execute(text, used)
            columns = tuple(each[0] for each in cursor.description or ())
            return Answer(columns, tuple(cursor.fetchall()))
        except (sqlite3.Error, sqlglot.errors.SqlglotError) as fault:
            raise EngineFailed(f"SQLite: {fault}") from fault

    def close(self) -> None:
        """See `Engine`."""
        self._connection.close()


def _kind(arrow: str) -> str:
    return {"int64": "BIGINT", "double": "DOUBLE"}.get(arrow, "VARCHAR")
