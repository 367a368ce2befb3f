"""Words as numbers: each pair of neighbouring characters of a text is a term, so that two characters are found at once.

Neither database's own text index finds Chinese words of two characters (SQLite's trigrams are too long, PostgreSQL has
no word breaker for Chinese). A term is one integer: what it is a term of, and two code points of 21 bits each.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import pairwise

from pypinyin import Style, lazy_pinyin

POINT = 21  # bits of a code point
LONGEST = 400  # characters of a text that are indexed


class Field(IntEnum):
    """What a term is a term of."""

    TEXT = 0  # title, number, name
    INITIALS = 1  # first letters of the reading of a name: wtdd for 望汀大道
    READING = 2  # the whole reading of a person's or a firm's name: zhuyan


def normal(text: str) -> str:
    """Return a text as it is compared: one width, one case, letters and digits of any script and nothing else."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def words_of(query: str) -> list[str]:
    """Return the words of a query, normalised, longest first; each must be found."""
    return sorted({word for part in query.split() if (word := normal(part))}, key=lambda word: -len(word))


def terms_of(text: str, field: Field = Field.TEXT) -> set[int]:
    """Return the terms of a normalised text: its pairs, and its last character alone."""
    return {term(field, *pair) for pair in _pairs(text)}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    yield from zip(text, text[1:] + "\0", strict=True) if text else ()


def term(field: Field, first: str, second: str) -> int:
    """Return the number of a pair."""
    return int(field) << 2 * POINT | ord(first) << POINT | ord(second)


def wanted(word: str, field: Field = Field.TEXT) -> list[tuple[int, int]]:
    """Return, for each pair of a word, the range of terms that has it; a single character ranges over its followers."""
    if len(word) == 1:
        first = term(field, word, "\0")
        return [(first, first | (1 << POINT) - 1)]
    return [(number, number) for number in (term(field, *pair) for pair in pairwise(word))]


def initials_of(names: Iterable[str]) -> str:
    """Return the first letters of the reading of names: what people type who know the name but not its characters."""
    return normal("".join(lazy_pinyin("".join(names)[:LONGEST], style=Style.FIRST_LETTER)))


def is_spelling(word: str) -> bool:
    """True for a word that may be a reading or initials: letters of the Latin alphabet only."""
    return word.isascii() and word.isalpha()
