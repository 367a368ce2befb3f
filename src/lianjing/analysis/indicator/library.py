"""The library: every indicator file of the domains and of all, parsed, linted and digested once."""

from __future__ import annotations

import fnmatch
import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from lianjing.analysis.indicator.header import BadHeader, Header, parse
from lianjing.analysis.indicator.linter import check, columns_of, tables_of

SHARED = Path(__file__).with_name("shared")
DOMAINS = Path(__file__).parents[2] / "domains"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: header, text, its digest, and what of the lake it reads."""

    header: Header
    sql: str
    sha256: str
    file: Path
    tables: frozenset[str]
    columns: frozenset[tuple[str, str]]

    @property
    def examples(self) -> Path:
        """The file of its examples, which must stand beside it."""
        return self.file.with_suffix(".toml")


def read(file: Path) -> Indicator:
    """Return the indicator of a file; BadHeader or NotPortable says what is wrong with it."""
    text = file.read_text(encoding="utf-8")
    header = parse(text, file.name)
    slug = file.stem.partition("_")[0].upper()
    if slug != header.code.replace("-", ""):
        raise BadHeader(f"{file.name}: the name begins with {slug}, the code is {header.code}")
    tree = check(text, header)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Indicator(header, text, digest, file, tables_of(tree), columns_of(tree))


@cache
def library() -> tuple[Indicator, ...]:
    """Return all indicators by code; BadHeader where two files have one code and version."""
    files = sorted([*DOMAINS.glob("*/indicators/*.sql"), *SHARED.glob("*.sql")])
    found = sorted((read(file) for file in files), key=lambda each: each.header.code)
    for one, other in pairwise(found):
        if one.header.code == other.header.code:
            raise BadHeader(f"{other.file.name}: {other.header.code} is that of {one.file.name} already")
    return tuple(found)


def chosen(pattern: str = "*") -> tuple[Indicator, ...]:
    """Return the indicators whose code matches a pattern like M-T*."""
    return tuple(each for each in library() if fnmatch.fnmatchcase(each.header.code, pattern))
