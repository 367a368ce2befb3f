"""The code lists of the field: every code with its Chinese and English word, shipped as one file."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language

from lianjing.kernel.declaration import Text


@cache
def _lists() -> dict[str, dict[str, tuple[str, str]]]:
    lists: dict[str, dict[str, tuple[str, str]]] = {}
    for name in ("codelists.csv", "local.csv"):
        text = (files("lianjing.runtime.codes") / name).read_text(encoding="utf-8-sig")
        for row in csv.DictReader(text.splitlines()):
            lists.setdefault(row["codelist"], {})[row["code"]] = (row["zh"], row["en"])
    return lists


def codes(list_name: str) -> frozenset[str]:
    """Return the codes of a list; KeyError names a list that does not exist."""
    return frozenset(_lists()[list_name])


def label(list_name: str, code: str) -> str:
    """Return the word for a code in the active language; an unknown code is shown as it is."""
    words = _lists()[list_name].get(code)
    if words is None:
        return code
    chinese = (get_language() or "zh").startswith("zh")
    return words[0] if chinese or not words[1] else words[1]


def said(text: Text) -> str:
    """Return a declared word in the active language."""
    chinese = (get_language() or "zh").startswith("zh")
    return text.zh if chinese or not text.en else text.en


def choices(list_name: str, *only: str) -> list[tuple[str, str]]:
    """Return (code, word) pairs for a form, in the order of the file, all or only those named."""
    wanted = only or tuple(_lists()[list_name])
    return [(code, label(list_name, code)) for code in wanted]
