"""Reads of running processes: what waits for whom, where it is stuck, what was done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.fault import ExplainedError
from lianjing.kernel.process.interpret import INITIAL, Action, State, action_from_dict, interpret
from lianjing.kernel.trail.replay import Problem
from lianjing.runtime.org.queries import holders, posts_held
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import DecisionLog, ProcessInstance, WorkItem
from lianjing.runtime.regulation.queries import graph_of
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Body


def items_for(person_id: int, day: date) -> QuerySet[WorkItem]:
    """Return the open items at a person's posts today, delegated ones too; overdue first, then by due time."""
    posts = [held.post.id for held in posts_held(person_id, day)]
    open_items = WorkItem.objects.filter(post_id__in=posts, closed_at__isnull=True, matter__status="open")
    return open_items.select_related("matter__root", "matter__unit", "post", "unit").order_by(
        F("due_at").asc(nulls_last=True), "id"
    )


def done_by(person_id: int) -> QuerySet[WorkItem]:
    """Return the items that a person closed, latest first."""
    done = WorkItem.objects.filter(person_id=person_id, closed_at__isnull=False)
    return done.select_related("matter__root", "post", "unit").order_by("-closed_at", "-id")


@dataclass(frozen=True, slots=True)
class Stuck:
    """A step that is stuck: the item, who holds it today, how long it waited, against which limit, and why it is listed."""

    item: WorkItem
    persons: tuple[int, ...]
    waited_days: Decimal
    limit_days: Decimal | None
    usual_days: Decimal | None
    returns: int
    grounds: tuple[str, ...]


def bottlenecks(scope: Q, now: datetime) -> list[Stuck]:
    """Return what is stuck in a scope of matters (Q on work_item), worst first (C10).

    Stuck is an open step that waits longer than its limit, or longer than the P90 of the same step over the last
    12 months, or whose matter has been returned 3 times or more: figures works.bottleneck.*.
    """
    day = legal_day(now)
    percentile = figure("works.bottleneck.percentile", day)
    window = int(figure("works.bottleneck.window_months", day))
    returns_min = int(figure("works.bottleneck.returns_min", day))
    open_items = list(
        WorkItem.objects.filter(scope, closed_at__isnull=True, matter__status="open").select_related(
            "matter__root", "matter__unit", "post", "unit", "instance__definition"
        )
    )
    usual = _usual_waits(
        {(item.instance.definition.key, item.step_key) for item in open_items}, now, window, percentile
    )
    returned = _returns([item.matter_id for item in open_items])
    found = [_stuck(item, now, usual, returned, returns_min) for item in open_items]
    return sorted((each for each in found if each.grounds), key=lambda each: (-_excess(each), each.item.id))


def _excess(stuck: Stuck) -> Decimal:
    return stuck.waited_days - (
        stuck.limit_days if stuck.limit_days is not None else stuck.usual_days or Decimal(0)
    )


def _stuck(
    item: WorkItem,
    now: datetime,
    usual: dict[tuple[str, str], Decimal],
    returned: dict[int, int],
    returns_min: int,
) -> Stuck:
    waited = calendar().working_days_used(item.opened_at, now)
    ordinary = usual.get((item.instance.definition.key, item.step_key))
    grounds = []
    if item.due_at is not None and now > item.due_at:
        grounds.append("limit")
    if ordinary is not None and waited > ordinary:
        grounds.append("p90")
    if returned.get(item.matter_id, 0) >= returns_min:
        grounds.append("returns")
    limit = Decimal(item.budget) if item.clock_unit == "working_day" and item.budget is not None else None
    persons = tuple(holder.person_id for holder in holders(item.post_id, legal_day(now)))
    return Stuck(item, persons, waited, limit, ordinary, returned.get(item.matter_id, 0), tuple(grounds))


def _usual_waits(
    steps: set[tuple[str, str]], now: datetime, months: int, percentile: Decimal
) -> dict[tuple[str, str], Decimal]:
    """Nearest-rank percentile of the closed items of each step; a step with fewer than ten of them has none."""
    since = now - timedelta(days=months * 365 // 12)
    rows = WorkItem.objects.filter(closed_at__gte=since, closed_at__lte=now, outcome="done").values_list(
        "instance__definition__key", "step_key", "opened_at", "closed_at"
    )
    spent: dict[tuple[str, str], list[Decimal]] = {}
    days = calendar()
    for key, step, opened, closed in rows:
        if closed is not None and (key, step) in steps:
            spent.setdefault((key, step), []).append(days.working_days_used(opened, closed))
    usual = {}
    for step_id, waits in spent.items():
        if len(waits) >= 10:
            rank = -(-len(waits) * percentile // 1)
            usual[step_id] = sorted(waits)[int(rank) - 1]
    return usual


def _returns(matter_ids: list[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for matter_id in WorkItem.objects.filter(matter_id__in=matter_ids, outcome="returned").values_list(
        "matter_id", flat=True
    ):
        counts[matter_id] = counts.get(matter_id, 0) + 1
    return counts


def check_states() -> Iterator[Problem]:
    """Replay the recorded actions of every process and compare with the state kept: an extra check of `verify`."""
    actions: dict[int, list[tuple[int, Action]]] = {}
    for content in Body.objects.values_list("content", flat=True).iterator():
        for instance_id, ver, action in _action_in(bytes(content)):
            actions.setdefault(instance_id, []).append((ver, action))
    for instance in ProcessInstance.objects.select_related("definition").order_by("id").iterator():
        yield from _check_state(instance, sorted(actions.get(instance.id, []), key=lambda pair: pair[0]))


def _action_in(content: bytes) -> Iterator[tuple[int, int, Action]]:
    """The action that a body holds; none where someone altered it, which the replay of the rows names already."""
    if b'"process":' not in content:
        return
    try:
        process = json.loads(content)["process"]
        found = process["instance"], process["ver"], action_from_dict(process["action"])
    except (ValueError, KeyError, TypeError):
        return
    yield found


def _check_state(instance: ProcessInstance, actions: list[tuple[int, Action]]) -> Iterator[Problem]:
    place = f"process_instance {instance.id}"
    if [ver for ver, _action in actions] != list(range(1, instance.ver + 1)):
        yield Problem("process", place, f"{len(actions)} actions recorded, version {instance.ver}")
        return
    decisions = iter(list(DecisionLog.objects.filter(matter_id=instance.matter_id).order_by("id")))

    def recorded(_key: str, _variables: object) -> DecisionResult:
        log = next(decisions, None)
        if log is None:
            raise LookupError("a decision is not on record")
        return DecisionResult(json.loads(log.outputs), (), {})

    state: State = INITIAL
    graph = graph_of(instance.definition)
    try:
        for _ver, action in actions:
            state, _effects = interpret(graph, state, action, recorded)
    except (ExplainedError, LookupError, ValueError) as error:
        yield Problem("process", place, f"its actions cannot be carried out again: {error!r}")
        return
    if state.to_json() != instance.marking:
        yield Problem("process", place, "replaying its actions gives another state")
    open_now = {
        (item.step_key, item.element, item.round)
        for item in WorkItem.objects.filter(instance=instance, closed_at=None)
    }
    if open_now != {(token.node, token.element, token.round) for token in state.tokens}:
        yield Problem("process", place, "its open items are not those of its state")
