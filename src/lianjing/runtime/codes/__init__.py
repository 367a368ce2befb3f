"""The code lists of the field: every code with its Chinese and English word, shipped as one file; a zone adds to open ones."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from django.conf import settings
from django.utils.translation import get_language

from lianjing.kernel.declaration import Text


@cache
def _lists() -> dict[str, dict[str, tuple[str, str]]]:
    lists: dict[str, dict[str, tuple[str, str]]] = {}
    for place in _files():
        for row in csv.DictReader(place.read_text(encoding="utf-8-sig").splitlines()):
            lists.setdefault(row["codelist"], {})[row["code"]] = (row["zh"], row["en"])
    return lists


def _files() -> Iterator[Traversable]:
    """The shared lists, then what each installed domain adds beside its declaration."""
    for name in ("codelists.csv", "local.csv"):
        yield files("lianjing.runtime.codes") / name
    for declared in settings.LIANJING_DOMAINS if settings.configured else ():
        own = files(declared.rpartition(".domain.")[0]) / "codes.csv"
        if own.is_file():
            yield own


# Lists to which a zone may add codes of its own: no rule, gate or indicator asks for a code of these by name.
OPEN = (
    "document_kind",
    "hold_reason",
    "leave_kind",
    "medium",
    "pause_reason",
    "recusal_reason",
    "redraw_reason",
    "regulation_kind",
    "return_reason",
    "undertaking_category",
    "undertaking_source",
    "unit_kind",
    "warranty_part",
)


@dataclass(frozen=True, slots=True)
class Added:
    """A code that the zone added: its words, and whether forms still offer it."""

    zh: str
    en: str
    is_offered: bool


Additions = Mapping[str, Mapping[str, Added]]
_source: list[Callable[[], Additions]] = []


def read_additions_from(source: Callable[[], Additions]) -> None:
    """Name the place that knows the zone's own codes; the last one named holds."""
    _source[:] = [source]


def additions(list_name: str) -> Mapping[str, Added]:
    """Return the zone's own codes of a list; nothing is asked for a closed one."""
    return _source[0]().get(list_name, {}) if _source and list_name in OPEN else {}


def shipped() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Return the shipped lists: code → Chinese and English word."""
    return _lists()


def codes(list_name: str) -> frozenset[str]:
    """Return the codes of a list; KeyError names a list that does not exist."""
    return frozenset(_lists()[list_name]) | frozenset(additions(list_name))


def has(list_name: str, code: str) -> bool:
    """True for a code of the list, shipped or added."""
    return code in _lists()[list_name] or code in additions(list_name)


def label(list_name: str, code: str) -> str:
    """Return the word for a code in the active language; an unknown code is shown as it is."""
    words = _lists()[list_name].get(code)
    if words is None:
        added = additions(list_name).get(code)
        if added is None:
            return code
        words = (added.zh, added.en)
    chinese = (get_language() or "zh").startswith("zh")
    return words[0] if chinese or not words[1] else words[1]


def said(text: Text) -> str:
    """Return a declared word in the active language."""
    chinese = (get_language() or "zh").startswith("zh")
    return text.zh if chinese or not text.en else text.en


def choices(list_name: str, *only: str) -> list[tuple[str, str]]:
    """Return (code, word) pairs for a form, in the order of the file, all or only those named."""
    own = tuple(code for code, added in additions(list_name).items() if added.is_offered)
    wanted = only or (*_lists()[list_name], *own)
    return [(code, label(list_name, code)) for code in wanted]
