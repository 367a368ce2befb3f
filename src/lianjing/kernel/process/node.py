"""The nodes of a process diagram as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class TaskKind(StrEnum):
    USER = "user"
    RULE = "rule"


class GatewayKind(StrEnum):
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"
    INCLUSIVE = "inclusive"


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose steps these are: a standard post, and the unit in which it is looked up."""

    id: str
    name: str
    post: str
    scope: str
    unit: str
    role: str


@dataclass(frozen=True, slots=True)
class DocumentRule:
    kind: str
    is_mandatory: bool
    clause: str


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """The step is opened once for each text in the list variable `collection`."""

    collection: str
    is_sequential: bool


@dataclass(frozen=True, slots=True)
class StartEvent:
    id: str
    name: str
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class EndEvent:
    """An end; one that `is_terminate` ends the whole process, whatever else is open."""

    id: str
    name: str
    lane: Lane | None
    is_terminate: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A step. `deadline` is "@parameter.key", "3 working_day" or ""; `clause` is "regulation#article"."""

    id: str
    name: str
    name_en: str
    kind: TaskKind
    lane: Lane | None
    deadline: str
    clause: str
    documents: tuple[DocumentRule, ...]
    returns: tuple[str, ...]
    differs_from: tuple[str, ...]
    decision: str
    multi: MultiInstance | None


@dataclass(frozen=True, slots=True)
class CallActivity:
    """Another process that runs here as one step, for each element where `multi`; `called` is its key."""

    id: str
    name: str
    name_en: str
    lane: Lane | None
    called: str
    clause: str
    multi: MultiInstance | None


@dataclass(frozen=True, slots=True)
class Gateway:
    id: str
    name: str
    kind: GatewayKind
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class BoundaryTimer:
    id: str
    name: str
    attached_to: str
    duration: str
    is_interrupting: bool
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class CatchTimer:
    """The process waits here for `duration`, written like a deadline."""

    id: str
    name: str
    duration: str
    lane: Lane | None


Node: TypeAlias = StartEvent | EndEvent | Task | CallActivity | Gateway | BoundaryTimer | CatchTimer
