"""What the facts of a finding are called: one file for all indicators; a name that it lacks is shown as it is."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from lianjing.web.words import in_english


@cache
def labels() -> dict[str, tuple[str, str]]:
    """Return the Chinese and the English word of each fact."""
    text = (files("lianjing.runtime.finding") / "fact_labels.csv").read_text(encoding="utf-8")
    return {row["key"]: (row["zh"], row["en"]) for row in csv.DictReader(text.splitlines())}


def fact_label(key: str) -> str:
    """Return what a fact is called in the reader's language."""
    chinese, english = labels().get(key, (key, key))
    return english if in_english() else chinese
