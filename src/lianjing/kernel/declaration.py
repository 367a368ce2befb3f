"""What a domain declares: frozen values that point to plain functions; no conditionals, no strings that name code.

A regulation fixes the order, posts and deadlines in BPMN; the declaration says what each step does. Both sides
are joined by the task id, and the start fails where one has an id that the other lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Duty(StrEnum):
    """What a person does in a matter; pairs of duties may conflict (code list `duty`)."""

    APPLY = "apply"
    MEASURE = "measure"
    REVIEW = "review"
    APPROVE = "approve"
    PAY = "pay"
    EVALUATE = "evaluate"
    AWARD = "award"
    AUDIT = "audit"
    RECHECK = "recheck"
    FIND = "find"
    MAKE = "make"
    CHECK = "check"
    SUPERVISE = "supervise"


@dataclass(frozen=True, slots=True)
class Text:
    """A word in both languages of the pages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a gate, met or not, with the clause that asks for it."""

    text: str
    is_met: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one task of a process does.

    `verb(deed)` writes the records and returns the routing variables; `form` is the class of its form (None for
    a business-rule task, whose verb receives the decision in `deed.decided`). `duty` is the least duty: the
    bundle may add conflicts, never take one away.
    """

    id: str
    verb: Callable[..., Mapping[str, Any]]
    duty: Duty | None = None
    form: type[Any] | None = None
    role: str = "reviewed"  # entered, reviewed, approved: what the act counts as (code list act_role)
    is_money: bool = False  # the act moves money forward: red lines are checked before it


@dataclass(frozen=True, slots=True)
class Procedure:
    """One kind of child matter: one process, one typed record whose primary key is the matter's.

    `may_open(parent, day)` raises Refusal where the parent does not yet allow it; `open(deed)` writes the first
    record when the matter is opened.
    """

    key: str
    matter_kind: str
    label: Text
    parent_kind: str
    opener_post: str
    steps: tuple[Step, ...]
    record: type[Any]
    may_open: Callable[[Any, date], None]
    may_withdraw: Callable[[Any], None] | None = None  # Refusal where the matter can no longer be taken back
    withdrawn: Callable[..., None] | None = None  # what the record says after a withdrawal
    terms: Callable[..., Mapping[int, Any]] | None = None  # (matter ids, day) → statutory term of each
    series: str = ""  # letters of the matter's own number series, as 变 in 澜经建变〔2025〕0007号

    def step(self, step_id: str) -> Step:
        """Return the step of a task id; KeyError for an undeclared one."""
        return next(step for step in self.steps if step.id == step_id)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a root matter; `gate(matter, day)` gives the conditions for leaving it for the next."""

    key: str
    label: Text
    gate: Callable[[Any, date], Sequence[Condition]]
    clause: str = ""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page in the menu: `view` is the url name."""

    label: Text
    view: str
    group: str
    icon: str = "file"


@dataclass(frozen=True, slots=True)
class Domain:
    """Everything the installation must know of one domain; one line in the settings installs it."""

    key: str
    label: Text
    root_kind: str
    stages: tuple[Stage, ...]
    procedures: tuple[Procedure, ...]
    package: str  # where processes/, decisions/, regulations/ lie
    gate_post: str = ""  # the post that may pass a gate of a stage
    urls: str = ""  # module of the domain's own pages
    menu: tuple[MenuEntry, ...] = ()
    importers: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  # ledgers and record standards
    exporters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  # record standards, by name
    demonstrate: Callable[..., Any] | None = None
    closed: Callable[[Any, Any], None] | None = (
        None  # (act, root): what its record says once the last gate is passed
    )
    page_of: Callable[[Any], str] | None = None  # address of the page of a root matter
    papers: tuple[Any, ...] = ()  # the papers that can be drawn from its matters (web.papers.offers.Offer)
    overview: Callable[..., Any] | None = None  # (person_id, day) → what the cockpit shows of the domain

    sealed_acts: Callable[..., Any] | None = (
        None  # (matter ids) → pairs (matter id, act) whose values stay sealed now
    )

    def procedure(self, key: str) -> Procedure:
        """Return the procedure of a process key; KeyError for an undeclared one."""
        return next(procedure for procedure in self.procedures if procedure.key == key)
