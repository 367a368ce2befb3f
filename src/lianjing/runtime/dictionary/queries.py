"""Reads of the dictionary: every list with shipped and local codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.apps import apps

from lianjing.runtime import codes
from lianjing.runtime.columns import CodeField
from lianjing.runtime.dictionary.models import CodeAddition


@cache
def names() -> dict[str, str]:
    """Return what each list is called: the name of the first column that takes its codes; "" for one used by none."""
    found: dict[str, str] = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, CodeField):
                found.setdefault(field.codelist, str(field.verbose_name))
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """One code of one list as the dictionary page shows it; `addition` is set for a local one."""

    codelist: str
    code: str
    zh: str
    en: str
    is_open: bool
    addition: CodeAddition | None = None


def lines(day: date) -> list[Line]:
    """Return every code of every list, shipped ones first."""
    own: dict[str, list[CodeAddition]] = {}
    for row in CodeAddition.objects.order_by("id"):
        own.setdefault(row.codelist, []).append(row)
    found = []
    for name, words in codes.shipped().items():
        is_open = name in codes.OPEN
        found += [Line(name, code, zh, en, is_open) for code, (zh, en) in words.items()]
        found += [Line(name, row.code, row.zh, row.en, is_open, row) for row in own.get(name, [])]
    return found
