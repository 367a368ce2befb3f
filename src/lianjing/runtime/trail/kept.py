"""What the trail keeps of a table: the base class of business rows and their image in an event."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.kernel.trail.envelope import instant

ABSENT = object()
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Keeping(StrEnum):
    """How a table stands to the trail (nouns.md, events and replay)."""

    TRAILED = "trailed"  # every change is an event; replay gives the table
    DERIVED = "derived"  # rebuilt from trailed tables and compared
    EXCLUDED = "excluded"  # machinery; the registry gives the reason


class Kept(models.Model):
    """A row that the trail proves. It is written through an Act and nowhere else."""

    keeping: ClassVar[Keeping] = Keeping.TRAILED
    is_reference: ClassVar[bool] = False  # read in every act, changed rarely: kept in memory by stamp
    _loaded: dict[str, Any]

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **options: Any) -> Self:
        """Remember the values as loaded, so that an event can say which columns changed."""
        row = super().from_db(db, field_names, values, **options)
        row._loaded = dict(zip(field_names, values, strict=False))
        return row

    @classmethod
    def column_names(cls) -> dict[str, Any]:
        """Return the columns of the table with their fields."""
        return {str(field.column): field for field in cls._meta.concrete_fields}

    def changed_columns(self) -> list[str]:
        """Return the columns that differ from the row as loaded: all of them for a new row."""
        loaded = getattr(self, "_loaded", None)
        columns = self.column_names()
        if loaded is None:
            return list(columns)
        return [
            column
            for column, field in columns.items()
            if getattr(self, field.attname) != loaded.get(field.attname, ABSENT)
        ]

    def remember(self) -> None:
        """Take the values as they are now for those in the table."""
        self._loaded = {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields}

    def read_again(self) -> None:
        """Read the row anew inside of an act: what was read before the chain was locked may be decided by now."""
        self.refresh_from_db()
        self.remember()

    def row_image(self) -> dict[str, Any]:
        """Return the full values of the row through the one codec."""
        return {
            column: encode(field, getattr(self, field.attname))
            for column, field in self.column_names().items()
        }

    def row_key(self) -> str:
        """Return the primary key as text."""
        field = self._meta.pk
        return str(encode(field, self.pk))


def encode(field: Any, value: Any) -> Any:
    """Return a column's value as canonical JSON: Decimal as fixed text, date as ISO, time as UTC."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if field.remote_field is not None:
        return encode(field.target_field, value)
    if isinstance(field, models.DecimalField):
        return format(value if kind is Decimal else Decimal(str(value)), f".{field.decimal_places}f")
    if kind is datetime:
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def refuse_unstorable(row: models.Model) -> None:
    """Raise BadInput that names the column whose text no database can carry (NUL, lone surrogates)."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and UNSTORABLE.search(value):
            raise BadInput(_("文本含有无法保存的字符"), field.name)
