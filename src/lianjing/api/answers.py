"""What the REST interface gives back: plain values, rows by their columns with personal ones masked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Set
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db import models
from django.db.models import QuerySet

from lianjing.runtime.personal.masking import shown_row
from lianjing.runtime.scope.door import scopes
from lianjing.runtime.scope.reader import Reader

MOST_ROWS = 1_000
DEEPEST = 8


def plain(value: Any, reader: Reader, depth: int = 0) -> Any:
    """Return a value as JSON can say it; a row that is shown by no scope becomes its key alone."""
    if value is None or (isinstance(value, bool | int | float | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, models.Model):
        return row_shown(value, reader)
    if isinstance(value, Mapping):
        return {str(_single(key)): plain(each, reader, depth + 1) for key, each in value.items()}
    if isinstance(value, Set):
        return sorted((plain(each, reader, depth + 1) for each in value), key=str)
    if isinstance(value, list | tuple | QuerySet):
        return [plain(each, reader, depth + 1) for each in value[:MOST_ROWS]]
    if dataclasses.is_dataclass(value) and depth < DEEPEST:
        return {
            each.name: plain(getattr(value, each.name), reader, depth + 1)
            for each in dataclasses.fields(value)
            if not each.name.startswith("_")
        }
    return _single(value)


def _single(value: Any) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime() | date() | time():
            return value.isoformat()
        case Enum():
            return str(value.value)
        case _:
            return str(value)


def row_shown(row: models.Model, reader: Reader) -> dict[str, Any]:
    """Return a row: its table, its key and, where the table is shown, its columns."""
    told: dict[str, Any] = {"table": row._meta.db_table, "key": str(row.pk)}
    if type(row) in scopes():
        told["values"] = shown_row(row)
    return told
