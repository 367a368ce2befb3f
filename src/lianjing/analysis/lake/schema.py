"""What the lake holds: its tables and columns with type, unit and label, read once from schema.toml."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import pyarrow as pa

FILE = Path(__file__).with_name("schema.toml")
LEAF = "leaf"
NO_LEAF = -1


class Type(StrEnum):
    """The three types that mean the same on every engine."""

    BIGINT = "BIGINT"
    DOUBLE = "DOUBLE"
    VARCHAR = "VARCHAR"


ARROW: Mapping[Type, pa.DataType] = {
    Type.BIGINT: pa.int64(),
    Type.DOUBLE: pa.float64(),
    Type.VARCHAR: pa.string(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `source` is our column (a constant's value for a constant), `made` the function of a feature."""

    name: str
    type: Type
    kind: str
    label: str
    source: str = ""
    unit: str = ""
    leads_to: str = ""
    codelist: str = ""
    made: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: out of ours (`is_trailed` says how its changes are known), made from the trail, or by a named step.

    One that is awaited is declared ahead of its domain: it is empty until the domain brings the table and the
    word is taken away.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    is_trailed: bool = False
    made: str = ""
    step: str = ""
    is_awaited: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether its rows are those of the table of the same name in the database."""
        return not self.made and not self.step and not self.is_awaited

    @property
    def arrow(self) -> pa.Schema:
        """The Parquet schema."""
        return pa.schema([(each.name, ARROW[each.type]) for each in self.columns])

    def column(self, name: str) -> Column | None:
        """Return a column by its name."""
        return next((each for each in self.columns if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables, and the digest of the file that says so: a lake of another digest is made anew."""

    tables: Mapping[str, Table]
    sha256: str

    def types(self) -> dict[str, dict[str, str]]:
        """Return table → column → type as the linter's tree needs it."""
        return {
            name: {column.name: column.type.value for column in table.columns}
            for name, table in self.tables.items()
        }


@cache
def schema() -> Schema:
    """Return the schema of the lake."""
    content = FILE.read_bytes()
    tables = tomllib.loads(content.decode())
    return Schema(
        {name: _table(name, each) for name, each in tables.items()}, hashlib.sha256(content).hexdigest()
    )


def _table(name: str, stated: dict[str, object]) -> Table:
    made, step = str(stated.get("made", "")), str(stated.get("step", ""))
    columns = stated["columns"]
    assert isinstance(columns, dict)
    read = [_column(key, each) for key, each in columns.items()]
    if not made and not step:
        read.append(Column(LEAF, Type.BIGINT, "leaf", "叶号"))
    is_trailed, is_awaited = bool(stated.get("is_trailed")), bool(stated.get("is_awaited"))
    return Table(name, str(stated["label"]), tuple(read), is_trailed, made, step, is_awaited)


def _column(name: str, stated: dict[str, str]) -> Column:
    return Column(
        name,
        Type(stated["type"]),
        stated["kind"],
        stated["label"],
        stated.get("from", ""),
        stated.get("unit", ""),
        stated.get("ref", ""),
        stated.get("list", ""),
        stated.get("made", ""),
    )
