"""Two wordings laid over each other: what stayed, what went, what came."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 5000  # signs; longer texts are shown one after the other


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of signs: "same", "gone" or "new"."""

    kind: str
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """Compare two wordings sign by sign."""
    if max(len(old), len(new)) > LONGEST:
        whole = [Piece("gone", old), Piece("new", new)] if old != new else [Piece("same", old)]
        return [piece for piece in whole if piece.text]
    found: list[Piece] = []
    for tag, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", old[first:last]))
            continue
        found += [Piece("gone", old[first:last])] if last > first else []
        found += [Piece("new", new[begin:end])] if end > begin else []
    return found
