"""One past matter under a draft: the differences in what was decided, who had a say, what was required, how long it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lianjing.kernel.process.action import Complete, Return, Returned
from lianjing.kernel.process.calendar import Unit, UnknownYear
from lianjing.kernel.process.decision import DecisionResult, DecisionTable
from lianjing.kernel.process.expression import UnknownName, Value
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.node import Task
from lianjing.kernel.process.rerun import Place, Rerun, rerun
from lianjing.kernel.refusal import Refusal
from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.process.clocks import calendar, clock_for
from lianjing.runtime.process.deciding import bundle_day
from lianjing.runtime.regulation.queries import definition_on, graph_of, table_of
from lianjing.runtime.revision.past import PastMatter, Usual, taken_days

AND = "、"  # between the elements of one step
BARRING = frozenset({"return_barred", "separation", "document"})
NOT_FOLLOWED = frozenset({"stopped", "unrecorded"})


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference: its kind, the step or table, which part (an output, an element), before and after."""

    kind: str
    element: str
    what: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one step adds or saves in working days, and on what the number rests.

    `basis` is "usual" (median of `sample` finished items), "limit" (the deadline of the draft), "actual" (what the
    step took in this matter) or "none".
    """

    element: str
    days: str
    basis: str
    sample: int = 0


@dataclass
class Draft:
    """The texts under test, and what a replay keeps at hand from one matter to the next."""

    graphs: Mapping[str, Graph]
    tables: Mapping[str, DecisionTable]
    now: datetime
    today: date
    usual: Usual = field(default_factory=Usual)


@dataclass
class Compared:
    """What came of one matter; `days` is None where a number is not to be had."""

    process: str
    steps: int
    changes: list[Changed]
    estimates: list[Estimate]
    days: Decimal | None

    @property
    def kinds(self) -> list[str]:
        return sorted({each.kind for each in self.changes})

    @property
    def is_barred(self) -> bool:
        return any(each.kind in BARRING for each in self.changes)

    def columns(self) -> dict[str, Any]:
        """The values as a row keeps them; the kinds stand between blanks so that one can be searched for."""
        return {
            "steps": self.steps,
            "kinds": f" {' '.join(self.kinds)} " if self.changes else "",
            "is_barred": self.is_barred,
            "days": self.days,
            "differences": [{"process": self.process, **asdict(each)} for each in self.changes],
            "estimates": [{"process": self.process, **asdict(each)} for each in self.estimates],
        }


def compare(past: PastMatter, draft: Draft) -> Compared:
    """Run one past matter through the draft and tell what differs; reads only."""
    steps, process = len(past.actions), past.instance.definition.key
    if not past.is_whole:
        return Compared(process, steps, [Changed("unrecorded", "")], [], None)
    old = graph_of(past.instance.definition)
    new = draft.graphs.get(process, old)
    run = rerun(new, past.actions, decider(past, draft), still_open=_still_open(past))
    changes = [*_decisions(past, run), *_steps(past, run), *_parts(past, run, old, new)]
    changes += [Changed("return_barred", step, target) for step, target in run.barred]
    if run.stopped[1]:
        changes.append(Changed("stopped", run.stopped[0], run.stopped[1]))
    elif past.instance.ended_at and not run.barred and run.state.outcome != past.instance.outcome:
        changes.append(Changed("outcome", "", "", past.instance.outcome, run.state.outcome))
    estimates, days = _durations(past, changes, new, draft)
    return Compared(process, steps, changes, estimates, days)


def _still_open(past: PastMatter) -> frozenset[Place] | None:
    if past.instance.ended_at is not None:
        return None
    return frozenset((item.step_key, item.element) for item in past.items if item.closed_at is None)


def decider(past: PastMatter, draft: Draft) -> Callable[[str, Mapping[str, Value]], DecisionResult]:
    """Return what answers for the tables: those of the draft, else those under which the matter ran.

    Figures are those of the day on which the table was asked in the matter; a figure that came later is taken as of
    today.
    """
    asked: Counter[str] = Counter()
    began = bundle_day(past.instance)

    def decide(key: str, variables: Mapping[str, Value]) -> DecisionResult:
        answers = past.answers.get(key, [])
        day = answers[min(asked[key], len(answers) - 1)][0] if answers else began
        asked[key] += 1
        try:
            table = draft.tables.get(key) or table_of(definition_on(key, began))
            return table.evaluate(variables, lambda name: _figure(name, day, draft.today))
        except Refusal as missing:
            raise UnknownName(getattr(missing, "key", key)) from missing

    return decide


def _figure(name: str, day: date, today: date) -> Decimal:
    try:
        return figure(name, day)
    except MissingFigure:
        return figure(name, today)


def _decisions(past: PastMatter, run: Rerun) -> Iterator[Changed]:
    """The last answer of each table, before and after, output by output."""
    after = dict(run.decided)
    for key, answers in past.answers.items():
        if key not in after:
            continue
        before = answers[-1][1]
        for name in [*before, *(each for each in after[key] if each not in before)]:
            old, new = said(before.get(name)), said(after[key].get(name))
            if old != new:
                yield Changed("decision", key, name, old, new)


def said(value: object) -> str:
    """Write a value of a table as one text."""
    if isinstance(value, list):
        return AND.join(str(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _steps(past: PastMatter, run: Rerun) -> Iterator[Changed]:
    """Steps and elements that the draft adds or has no place for; and steps that only changed places."""
    old = [
        (action.node, action.element)
        for action in past.actions
        if isinstance(action, Complete | Return | Returned)
    ]
    for kind, places in (("added", run.assumed), ("removed", run.fallen)):
        known = {node for node, _element in (old if kind == "added" else run.done)}
        elements: dict[str, list[str]] = {}
        for node, element in dict.fromkeys(places):
            elements.setdefault(node, []).append(element)
        for node, own in elements.items():
            is_part = any(own) and node in known
            yield Changed(f"{kind}_{'element' if is_part else 'step'}", node, AND.join(filter(None, own)))
    common = set(old) & set(run.done)
    before = [place for place in dict.fromkeys(old) if place in common]
    after = [place for place in dict.fromkeys(run.done) if place in common]
    if before != after and not run.barred and not _is_parallel(run, before, after):
        moved = next(new for was, new in zip(before, after, strict=True) if was != new)
        yield Changed("order", moved[0], moved[1])


def _is_parallel(run: Rerun, before: list[Place], after: list[Place]) -> bool:
    """True where only elements of one step stand in another order."""
    return [node for node, _element in before] == [node for node, _element in after]


def _parts(past: PastMatter, run: Rerun, old: Graph, new: Graph) -> Iterator[Changed]:
    """What the draft asks otherwise of the steps that both know: post, deadline, papers, who may not do both."""
    if old is new:
        return
    persons: dict[str, set[int]] = {}
    for item in past.items:
        if item.person_id is not None and item.closed_at is not None:
            persons.setdefault(item.step_key, set()).add(item.person_id)
    for node in dict.fromkeys(node for node, _element in run.done):
        was, will = old.nodes.get(node), new.nodes.get(node)
        if isinstance(was, Task) and isinstance(will, Task):
            yield from _part(was, will, past, persons)


def _part(was: Task, will: Task, past: PastMatter, persons: Mapping[str, set[int]]) -> Iterator[Changed]:
    before, after = _seat(was), _seat(will)
    if before != after:
        yield Changed("post", will.id, "", before, after)
    if was.deadline != will.deadline:
        yield Changed("deadline", will.id, "", was.deadline, will.deadline)
    for paper in will.documents:
        if paper.is_mandatory and paper.kind not in past.papers and not _asked(was, paper.kind):
            yield Changed("document", will.id, paper.kind)
    for other in will.differs_from:
        if other not in was.differs_from and persons.get(other, set()) & persons.get(will.id, set()):
            yield Changed("separation", will.id, other)


def _seat(task: Task) -> str:
    lane = task.lane
    return "" if lane is None else " ".join(filter(None, (lane.post, lane.scope, lane.unit, lane.role)))


def _asked(task: Task, kind: str) -> bool:
    return any(paper.kind == kind and paper.is_mandatory for paper in task.documents)


def _durations(
    past: PastMatter, changes: list[Changed], new: Graph, draft: Draft
) -> tuple[list[Estimate], Decimal | None]:
    """Days that added steps would take less those that removed ones took, as if one came after the other.

    Elements of one step run side by side: the longest counts. None where a step has neither history nor deadline.
    """
    estimates: list[Estimate] = []
    for each in changes:  # elements added or dropped beside others of the same step change nothing
        if each.kind == "added_step":
            estimates.append(_added(past.instance.definition.key, each.element, new, draft))
        elif each.kind == "removed_step":
            estimates.append(_removed(past, each))
    if any(each.basis == "none" for each in estimates) or {each.kind for each in changes} & NOT_FOLLOWED:
        return estimates, None
    return estimates, sum((_number(each) for each in estimates), Decimal(0))


def _number(estimate: Estimate) -> Decimal:
    return Decimal(estimate.days or 0)


def _added(process: str, step: str, new: Graph, draft: Draft) -> Estimate:
    usual = draft.usual.days(process, step)
    if usual is not None:
        return Estimate(step, str(usual[0]), "usual", usual[1])
    node = new.nodes.get(step)
    limit = _limit(node.deadline, draft.now) if isinstance(node, Task) else None
    return Estimate(step, "", "none") if limit is None else Estimate(step, str(limit), "limit")


def _limit(deadline: str, now: datetime) -> Decimal | None:
    """A deadline in working days, counted from today where it is not in working days."""
    try:
        clock = clock_for(deadline, now)
        if clock is None:
            return None
        if clock.unit is Unit.WORKING_DAY:
            return Decimal(clock.budget)
        return calendar().working_days_used(now, clock.due(calendar()))
    except (UnknownYear, MissingFigure):
        return None


def _removed(past: PastMatter, change: Changed) -> Estimate:
    """What a step took: its rounds one after the other, in each the longest of its elements."""
    rounds: dict[int, Decimal] = {}
    for item in past.items:
        days = taken_days(item) if item.step_key == change.element and item.closed_at is not None else None
        if days is not None:
            rounds[item.round] = max(days, rounds.get(item.round, Decimal(0)))
    return Estimate(change.element, str(-sum(rounds.values(), Decimal(0))), "actual", len(rounds))
