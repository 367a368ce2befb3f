"""Where the lake is exported from: one snapshot of our database, read so that nobody who writes has to wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

from lianjing.analysis.lake.schema import NO_LEAF, Column, Table
from lianjing.kernel.refusal import BadInput

BATCH = 20_000
OFFICE_SECONDS = 28_800  # Asia/Shanghai: no summer time since 1991


class Cursor(Protocol):
    """What the export needs of a cursor of any driver."""

    def execute(self, sql: str, params: Sequence[Any] = ..., /) -> Any:
        """Run one statement."""

    def fetchmany(self, size: int = ..., /) -> list[Any]:
        """Return the next rows, none at the end."""

    def fetchone(self) -> Any:
        """Return the next row."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent state of the database; every read through it sees the same."""

    cursor: Cursor
    is_sqlite: bool

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first value of the one row of a question."""
        self.cursor.execute(self._marked(sql), tuple(values))
        return self.cursor.fetchone()[0]

    def batches(self, sql: str, values: Sequence[Any] = ()) -> Iterator[list[Any]]:
        """Yield the rows of a question in batches."""
        self.cursor.execute(self._marked(sql), tuple(values))
        while rows := self.cursor.fetchmany(BATCH):
            yield rows

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return all rows of a small question."""
        return [row for batch in self.batches(sql, values) for row in batch]

    def _marked(self, sql: str) -> str:
        return sql if isinstance(self.cursor, sqlite3.Cursor) else sql.replace("?", "%s")

    def day_of_date(self, name: str) -> str:
        """Return SQL for the epoch day of a date."""
        if self.is_sqlite:
            return f"CAST(julianday({name}) - 2440587.5 AS INTEGER)"
        return f"CAST({name} - DATE '1970-01-01' AS BIGINT)"

    def seconds(self, name: str) -> str:
        """Return SQL for the epoch second of a moment."""
        if self.is_sqlite:
            letter = "%s" if isinstance(self.cursor, sqlite3.Cursor) else "%%s"  # Django's cursor formats
            return f"CAST(strftime('{letter}', {name}) AS INTEGER)"
        return f"CAST(FLOOR(EXTRACT(EPOCH FROM {name})) AS BIGINT)"

    def day_of_moment(self, name: str) -> str:
        """Return SQL for the epoch day of a moment in the office's own time."""
        return f"({self.seconds(name)} + {OFFICE_SECONDS}) / 86400"


@contextmanager
def own_snapshot() -> Iterator[Snapshot]:
    """Open a snapshot through a connection of its own, which only reads; nothing waits for it and it for nothing."""
    if connection.vendor == "sqlite":
        path = str(connection.settings_dict["NAME"])
        if "memory" in path:
            raise BadInput("内存数据库没有第二个连接")
        reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=30)
        try:
            reader.execute("BEGIN")
            yield Snapshot(reader.cursor(), is_sqlite=True)
        finally:
            reader.close()
        return
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield Snapshot(cursor, is_sqlite=False)
    finally:
        beside.close()


@contextmanager
def shared_snapshot() -> Iterator[Snapshot]:
    """Read through the connection at hand, its uncommitted changes included: for the act, and for tests."""
    with connection.cursor() as cursor:
        yield Snapshot(cursor, is_sqlite=connection.vendor == "sqlite")


def select(snapshot: Snapshot, table: Table, types: dict[str, str]) -> str:
    """Return the SELECT of a table's rows in the order of its columns; `types` says what our columns are.

    It takes three values: the table's name, the first id, and the id after the last.
    """
    parts = ", ".join(expression(snapshot, each, types) for each in table.columns)
    return (
        f"SELECT {parts} FROM {table.name} t LEFT JOIN (SELECT r.row_key AS k, MAX(l.idx) AS leaf FROM act_row r "
        "JOIN trail_leaf l ON l.event_id = r.event_id WHERE r.table_name = ? GROUP BY r.row_key) w "
        "ON w.k = CAST(t.id AS TEXT) WHERE t.id >= ? AND t.id < ? ORDER BY t.id"
    )


def expression(snapshot: Snapshot, column: Column, types: dict[str, str]) -> str:
    """Return the SQL of one column of the lake over our table `t`; `types` says what our columns are."""
    name = f't."{column.source}"'
    whole, real = ("INTEGER", "REAL") if snapshot.is_sqlite else ("BIGINT", "DOUBLE PRECISION")
    if column.kind == "day":
        is_moment = types[column.source] == "moment"
        return snapshot.day_of_moment(name) if is_moment else snapshot.day_of_date(name)
    if column.kind == "second":
        return snapshot.seconds(name)
    plain = {
        "leaf": f"COALESCE(w.leaf, {NO_LEAF})",
        "constant": f"'{column.source}'",
        "key": f"CAST({name} AS TEXT)",
        "ref": f"CAST({name} AS TEXT)",
        "fen": f"CAST(ROUND({name} * 100) AS {whole})",
        "ratio": f"CAST({name} AS {real})",
        "flag": f"CAST({name} AS INTEGER)",
        "number": name,
    }
    return plain.get(column.kind, f"COALESCE({name}, '')")
