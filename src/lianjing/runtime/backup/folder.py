"""Which files of the data folder belong to a backup, in which order they are taken, and which of them are keys."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path, PurePosixPath

DATABASE = "lianjing.sqlite3"
LEFT_OUT = ("run", "results", "previews")  # state of running processes, and what can be made again
UNFINISHED = (".new", ".part", ".lock", "-journal", "-wal", "-shm")


class Turn(IntEnum):
    """When a file is taken.

    What the signer remembers comes first: it is then never ahead of the database. Documents come after the database:
    every one that it names is there. Tiles come last: every checkpoint of the database finds its own.
    """

    SIGNED = 0
    DATABASE = 1
    DOCUMENT = 2
    TILE = 3
    OTHER = 4
    KEY = 5


def turn_of(name: str) -> Turn | None:
    """Return when a file of the data folder (its name below the folder) is taken; None for one left out."""
    parts = PurePosixPath(name).parts
    if parts[0] in LEFT_OUT or name.endswith(UNFINISHED) or parts[-1].startswith(".part-"):
        return None
    if name == DATABASE:
        return Turn.DATABASE
    if name == "secret" or name.endswith(".key"):
        return Turn.KEY
    if name in ("signed", "log/checkpoint"):
        return Turn.SIGNED
    return {"documents": Turn.DOCUMENT, "log": Turn.TILE}.get(parts[0], Turn.OTHER)


def files(data: Path, turn: Turn) -> Iterator[str]:
    """Yield the names of the files of one turn, sorted; links are left out, they may lead anywhere."""
    for place in sorted(data.rglob("*")):
        name = place.relative_to(data).as_posix()
        if place.is_file() and not place.is_symlink() and turn_of(name) is turn:
            yield name


def is_safe(name: str) -> bool:
    """True for a name that stays below the folder into which it is unpacked, on every system."""
    parts = name.split("/")
    return bool(name) and not any(
        part in ("", ".", "..") or "\\" in part or ":" in part or not part.isprintable() for part in parts
    )
