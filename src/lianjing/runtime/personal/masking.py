"""Personal columns as they may be shown: masked, unless the reader has unmasked the row for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from django.db import models

from lianjing.kernel.identity import is_like_a_persons_name, masked_contact, masked_name
from lianjing.runtime.personal.models import Unmasking
from lianjing.runtime.personal_columns import personal_columns
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.trail.kept import encode

HIDDEN = "****"
UNREADABLE = ("number", "digest")  # nothing is kept that could be unmasked


def has_personal(table: str) -> bool:
    """True for a table with a column that can be unmasked."""
    return any(
        name == table and kind not in UNREADABLE for (name, _column), kind in personal_columns().items()
    )


def masked(table: str, column: str, value: Any) -> Any:
    """Return a column's value as everyone may see it."""
    kind = personal_columns().get((table, column))
    if kind is None or value in (None, ""):
        return value
    match kind:
        case "contact":
            return masked_contact(str(value))
        case "person":
            return masked_name(str(value))
        case "name":
            return masked_name(str(value)) if is_like_a_persons_name(str(value)) else value
        case "number":
            return value
        case _:
            return HIDDEN


class Veil:
    """What a reader sees of personal columns during one request."""

    def __init__(self, reader: Reader | None) -> None:
        self.reader = reader

    @cached_property
    def opened(self) -> frozenset[tuple[str, str]]:
        """The rows that the reader has unmasked and whose time is not over: one query, and only where it is asked."""
        if self.reader is None:
            return frozenset()
        now = self.reader.now
        rows = Unmasking.objects.filter(person_id=self.reader.person_id, from_at__lte=now, to_at__gt=now)
        return frozenset(rows.values_list("record_table", "record_key"))

    def shown(self, table: str, column: str, key: Any, value: Any) -> Any:
        """Return a value as this reader may see it."""
        kind = personal_columns().get((table, column))
        if kind is None:
            return value
        if kind not in UNREADABLE and value not in (None, "") and (table, str(key)) in self.opened:
            return value
        return masked(table, column, value)


_veil: ContextVar[Veil] = ContextVar("veil")


@contextmanager
def read_by(reader: Reader | None) -> Iterator[Veil]:
    """Show what follows to this reader; outside of it everything personal is masked."""
    veil = Veil(reader)
    token = _veil.set(veil)
    try:
        yield veil
    finally:
        _veil.reset(token)


def veil() -> Veil:
    """Return the veil of the request, the thickest where there is none."""
    return _veil.get(None) or Veil(None)


def shown(row: models.Model, column: str) -> Any:
    """Return a column of a row as the reader of this request may see it."""
    return veil().shown(row._meta.db_table, column, row.pk, getattr(row, column))


def shown_row(row: models.Model) -> dict[str, Any]:
    """Return all columns of a row in the codec of the trail, the personal ones as the reader may see them."""
    seen, table = veil(), row._meta.db_table
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if isinstance(field, models.BinaryField):
            continue
        value = encode(field, getattr(row, field.attname))
        told[str(field.column)] = seen.shown(table, str(field.column), row.pk, value)
    return told
