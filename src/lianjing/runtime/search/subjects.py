"""Which rows can be found, by which of their columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import TextField

from lianjing.runtime.columns import MoneyField
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.trail.registry import trailed_models

NUMBERS = ("code", "_no", "_code")  # ends of the names of columns that hold a number people look for


@dataclass(frozen=True, slots=True)
class Subject:
    """A table whose rows are found: kind of result, columns compared, the column read by its sound, the sums."""

    model: type[Any]
    kind: str
    texts: tuple[str, ...]
    matter: Callable[[Any], int | None]
    spoken: str = ""  # the column whose first letters are indexed
    reading: str = ""  # the column that stores a whole reading
    sums: tuple[str, ...] = ()


@cache
def subjects() -> Mapping[str, Subject]:
    """Return the tables of the index by name: matters, every typed record of a matter, papers, firms, persons."""
    found = [
        Subject(Matter, "matter", ("title", "code", "external_no"), lambda row: int(row.pk), "title"),
        Subject(Document, "document", ("title", "doc_no"), lambda row: int(row.matter_id), "title"),
        Subject(Enterprise, "enterprise", ("name", "credit_code"), lambda _row: None, "name", "pinyin"),
        Subject(Person, "person", ("name",), lambda _row: None, "name", "pinyin"),
        *(_record(model) for model in trailed_models() if _is_record(model)),
    ]
    return {str(subject.model._meta.db_table): subject for subject in found}


def _is_record(model: type[Any]) -> bool:
    """True for a record: a table whose primary key is its matter's."""
    link = model._meta.pk.remote_field
    return link is not None and link.model is Matter


def _record(model: type[Any]) -> Subject:
    columns = model._meta.concrete_fields
    numbers = tuple(
        column.name for column in columns if isinstance(column, TextField) and column.name.endswith(NUMBERS)
    )
    sums = tuple(column.name for column in columns if isinstance(column, MoneyField))
    return Subject(model, "record", numbers, lambda row: int(row.pk), sums=sums)
