"""What a check says: nothing, or what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. A note changes no exit code; a warning becomes a fault if nobody acts; a fault harms already."""

    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, in one sentence, and the remedy in one more."""

    level: Level
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `needs_server`: it makes sense only while the server runs; `is_readiness`: /readyz asks it too."""

    name: str
    run: Callable[[datetime], Iterable[Fault]]
    needs_server: bool = False
    is_readiness: bool = False
    needs_database: bool = False
