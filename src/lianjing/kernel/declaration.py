"""What a domain declares: frozen values that point to plain functions; no conditionals, no strings that name code.

A regulation fixes the order, posts and deadlines in BPMN; the declaration says what each step does. Both sides
are joined by the task id, and the start fails where one has an id that the other lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    is_batchable: bool = False  # several like items may be done with one opinion (批量办理), each its own act


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
    begun: Callable[..., None] | None = None  # (act, matter): what stands before the first step has a desk
    opened_at: str = ""  # name of the page where it is opened, where the opener does not see the parent
    generic: Step | None = None  # what a task does that a measure added and nobody declared (opinion, papers)

    def step(self, step_id: str) -> Step:
        """Return the step of a task id, the generic one for a task that a measure added; KeyError without one."""
        found = next((step for step in self.steps if step.id == step_id), None)
        if found is not None:
            return found
        if self.generic is None:
            raise KeyError(step_id)
        return replace(self.generic, id=step_id)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a root matter; `gate(matter, day)` gives the conditions for leaving it for the next."""

    key: str
    label: Text
    gate: Callable[[Any, date], Sequence[Condition]]
    clause: str = ""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page in the menu: `view` is the url name.

    `kinds` are the kinds of posts that see it and `posts` the posts that see it besides; where both are empty, every
    official and every outside person does.
    """

    label: Text
    view: str
    group: str
    icon: str = "file"
    kinds: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Operation:
    """An act or a read that other programs may ask for: `call` names its wants by keyword.

    `path` is the address below /api/v1/, its placeholders named as keywords of `call`; `objects` says of which table a
    keyword is the key, so that nobody reaches a row outside his scope. Given by the server: person_id, now, day, key,
    channel. The first sentence of the docstring explains it. `pages` are the url names of the pages that do the same;
    `kinds` the kinds of posts that may ask at all, where not every post may. `scope` is what a token must be given
    by name beside reading and acting, for what a page asks to be confirmed first (code list api_scope).
    """

    path: str
    call: Callable[..., Any]
    objects: Mapping[str, Any] = field(default_factory=dict)
    is_act: bool = True
    pages: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    scope: str = ""


@dataclass(frozen=True, slots=True)
class CarriedLine:
    """One thing that did not end with its year: what it is, where it stands, what of it is left, in yuan."""

    key: str
    title: str
    state: str
    amount: Any = None
    left: Any = None
    url: str = ""
    is_carried: bool = False
    may_undo: bool = False


@dataclass(frozen=True, slots=True)
class RollOver:
    """What a domain carries from one year into the next (年度结转).

    `lines(year, unit_ids, day)` gives what a year left unfinished; `carry(act, year, keys)` takes those lines into the
    next year as part of an act and returns how many, leaving out what was carried before. `undo(act, year, keys)`,
    where there is one, takes back what nothing rests on yet.
    """

    key: str
    label: Text
    posts: tuple[str, ...]
    verb: str
    lines: Callable[..., Sequence[CarriedLine]]
    carry: Callable[..., int]
    undo: Callable[..., int] | None = None


@dataclass(frozen=True, slots=True)
class LikeCases:
    """How a domain checks all like cases of a finding from outside (举一反三).

    `view` is the url name of its page, which takes the finding in the address (`?finding=`);
    `check(finding_id, subject, day)` raises Refusal or BadInput where the subject is no complete check of that finding.
    """

    view: str
    check: Callable[..., None]


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
    roll_overs: tuple[RollOver, ...] = ()  # what it carries into the next year
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
    scopes: Mapping[Any, Callable[..., Any]] = field(
        default_factory=dict
    )  # table → (reader) → rows to be shown
    unshown: Mapping[str, str] = field(
        default_factory=dict
    )  # tables of which no row is shown, with the reason
    lists: tuple[str, ...] = ()  # url names of its list pages
    operations: tuple[Operation, ...] = ()  # its acts and reads for other programs
    like_cases: LikeCases | None = None  # how it answers an outside finding's demand to check like cases

    def procedure(self, key: str) -> Procedure:
        """Return the procedure of a process key; KeyError for an undeclared one."""
        return next(procedure for procedure in self.procedures if procedure.key == key)
