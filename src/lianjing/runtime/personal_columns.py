"""Which columns hold personal data (personal_columns.csv), and which may be erased beside them (erasable_columns.csv)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def personal_columns() -> Mapping[tuple[str, str], str]:
    """Return the kind of each personal column: contact, person, name, private, number or digest."""
    text = files("lianjing.runtime").joinpath("personal_columns.csv").read_text(encoding="utf-8")
    return {(row["table"], row["column"]): row["kind"] for row in csv.DictReader(text.splitlines())}


@cache
def erasable_columns() -> frozenset[tuple[str, str]]:
    """Return the columns of free words that an erasure may replace; nothing that the program itself acts by."""
    text = files("lianjing.runtime").joinpath("erasable_columns.csv").read_text(encoding="utf-8")
    return frozenset((row["table"], row["column"]) for row in csv.DictReader(text.splitlines()))
