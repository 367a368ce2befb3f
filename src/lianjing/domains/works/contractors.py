"""Reads the contractors that a ledger names in one cell: joint ventures, former names, names that were cut off."""

from __future__ import annotations

import re
from dataclasses import dataclass

SEPARATOR = " / "
# (FORMERLY: X), (FORMERLY X, (FORMERL, (FOR. X), (PREVIOUSLY X), （曾用名：X）
_ASIDE = re.compile(
    r"\s*[(（]\s*(?:FOR(?:M[A-Z]*)?|PREV[A-Z]*|原名称?|曾用名|原)(?![A-Za-z])\s*[.:;：；]?\s*(?P<name>(?:[^()（）]|[(（][^()（）]*[)）])*)(?P<closed>[)）]?)\s*$",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\s*[(（][^)）]*$")  # a bracket that never closes: the name was cut off


@dataclass(frozen=True, slots=True)
class NamedFirm:
    """A firm as named: its name, and what stands in brackets as its former name; `is_cut` where that breaks off."""

    name: str
    printed: str
    aside: str = ""
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Contractors:
    """The firms of one cell; none, and unclear, where separators and the printed count disagree."""

    printed: str
    firms: tuple[NamedFirm, ...] = ()
    is_unclear: bool = False


def read_contractors(text: str, count: int | None) -> Contractors:
    """Divide a cell into firms only where the separators agree with the count; without a count it must name one."""
    if not text:
        return Contractors(text)
    names = [name.strip() for name in text.split(SEPARATOR)]
    if len(names) != (1 if count is None else count) or not all(names):
        return Contractors(text, is_unclear=True)
    firms = tuple(read_name(name) for name in names)
    if len({firm.name for firm in firms}) < len(firms):
        return Contractors(text, is_unclear=True)
    return Contractors(text, firms)


def read_name(text: str) -> NamedFirm:
    """Part a name from a former name in brackets behind it."""
    match = _ASIDE.search(text) or _OPEN.search(text)
    name = text[: match.start()].strip().rstrip(",，").strip() if match else ""
    if match is None or not name:
        return NamedFirm(text, text)
    former = (match.groupdict().get("name") or "").strip()
    is_cut = not match.groupdict().get("closed") or not former
    return NamedFirm(name, text, former or text[match.start() :].strip(), is_cut)
