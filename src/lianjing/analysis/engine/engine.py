"""What an engine is: it holds the lake's tables, answers one SELECT at a time, and is told when it is no more needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Value = int | float | str


class EngineFailed(RuntimeError):
    """An engine that died or refused a text; what was stored before stays as it is, and the run can go on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a SELECT with the names of its columns, in no order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Engine(Protocol):
    """Answers texts of the portable subset; the same text gives equal rows on every engine."""

    name: str

    def attach(self, files: Mapping[str, Sequence[Path]]) -> None:
        """Take these Parquet files as the tables of the lake; every table of the schema is named."""

    def ask(self, sql: str, parameters: Mapping[str, Value]) -> Answer:
        """Answer one SELECT in DuckDB's dialect with named parameters; EngineFailed where it cannot."""

    def close(self) -> None:
        """Give back memory, threads and processes."""
