"""Reads of running processes: what waits for whom, where it is stuck, what was done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.fault import ExplainedError
from lianjing.kernel.process.interpret import INITIAL, Action, State, action_from_dict, interpret
from lianjing.kernel.trail.replay import Problem
from lianjing.runtime.org.queries import holders, posts_held
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import DecisionLog, ProcessInstance, WorkItem
from lianjing.runtime.process.moved import MIGRATE, Moved, moved_from_dict
from lianjing.runtime.process.usual import Step, moment_before, usual
from lianjing.runtime.regulation.queries import definition, graph_of
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Body

WEIGHED = 500


def items_for(person_id: int, day: date) -> QuerySet[WorkItem]:
    """Return the open items at a person's posts today, delegated ones too; overdue first, then by due time.

    Without those that were passed on to another holder of the same post.
    """
    held = posts_held(person_id, day)
    posts = [each.post.id for each in held]
    open_items = WorkItem.objects.filter(post_id__in=posts, closed_at__isnull=True, matter__status="open")
    others = Q()
    for post_id in set(posts):
        mine = {person_id, *(each.on_behalf_of_id for each in held if each.post.id == post_id)}
        rest = {each.person_id for each in holders(post_id, day)} - mine
        if rest:
            others |= Q(post_id=post_id, person_id__in=rest)
    open_items = open_items.exclude(others) if others else open_items
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


def bottlenecks(scope: Q, now: datetime, *, most: int | None = None) -> list[Stuck]:
    """Return what is stuck in a scope of matters (Q on work_item), worst first (C10).

    Stuck is an open step that waits longer than its limit, or longer than the P90 of the same step over the last
    12 months, or whose matter has been returned 3 times or more: figures works.bottleneck.*. With `most` only the
    longest overdue and the longest waiting are weighed: five hundred of each, for a page that shows a few.
    """
    usually = _usual_waits(now)
    found = _candidates(scope, now, usually)
    if most is not None and found.count() > 2 * WEIGHED:
        late = found.exclude(due_at=None).order_by("due_at", "id").values_list("id", flat=True)[:WEIGHED]
        long = found.order_by("opened_at", "id").values_list("id", flat=True)[:WEIGHED]
        found = WorkItem.objects.filter(id__in={*late, *long})
    open_items = list(
        found.select_related("matter__root", "matter__unit", "post", "unit", "instance__definition")
    )
    returned = _returns([item.matter_id for item in open_items])
    returns_min, at_posts = _returns_min(now), _at_posts({item.post_id for item in open_items}, now)
    stuck = [_stuck(item, now, usually, returned, returns_min, at_posts) for item in open_items]
    ordered = sorted(
        (each for each in stuck if each.grounds), key=lambda each: (-_excess(each), each.item.id)
    )
    return ordered if most is None else ordered[:most]


def bottleneck_count(scope: Q, now: datetime) -> int:
    """Return how many steps are stuck, counted by the database."""
    return _candidates(scope, now, _usual_waits(now)).count()


def _candidates(scope: Q, now: datetime, usually: Mapping[Step, Decimal]) -> QuerySet[WorkItem]:
    """The open steps that are stuck; to the second of their arrival."""
    open_items = WorkItem.objects.filter(scope, closed_at__isnull=True, matter__status="open")
    often = WorkItem.objects.filter(outcome="returned").order_by().values("matter_id")
    often = often.annotate(times=Count("id")).filter(times__gte=_returns_min(now)).values("matter_id")
    grounds = Q(due_at__lt=now) | Q(matter_id__in=often)
    for (process, step), wait in usually.items():
        since = moment_before(now, wait) + timedelta(seconds=1)
        grounds |= Q(instance__definition__key=process, step_key=step, opened_at__lte=since)
    return open_items.filter(grounds)


def _returns_min(now: datetime) -> int:
    return int(figure("works.bottleneck.returns_min", legal_day(now)))


def _usual_waits(now: datetime) -> dict[Step, Decimal]:
    """The usual wait of each step that was done ten times or more: a nearest-rank percentile."""
    day = legal_day(now)
    share = figure("works.bottleneck.percentile", day)
    waits = usual(now, int(figure("works.bottleneck.window_months", day)))
    found = {step: waits.quantile(step, share) for step in waits.steps}
    return {step: wait for step, wait in found.items() if wait is not None}


def _at_posts(posts: set[int], now: datetime) -> dict[int, tuple[int, ...]]:
    day = legal_day(now)
    return {post: tuple(each.person_id for each in holders(post, day)) for post in posts}


def _excess(stuck: Stuck) -> Decimal:
    return stuck.waited_days - (
        stuck.limit_days if stuck.limit_days is not None else stuck.usual_days or Decimal(0)
    )


def _stuck(
    item: WorkItem,
    now: datetime,
    usually: Mapping[Step, Decimal],
    returned: Mapping[int, int],
    returns_min: int,
    at_posts: Mapping[int, tuple[int, ...]],
) -> Stuck:
    waited = calendar().working_days_used(item.opened_at, now)
    ordinary = usually.get((item.instance.definition.key, item.step_key))
    grounds = []
    if item.due_at is not None and now > item.due_at:
        grounds.append("limit")
    if ordinary is not None and waited > ordinary:
        grounds.append("p90")
    if returned.get(item.matter_id, 0) >= returns_min:
        grounds.append("returns")
    limit = Decimal(item.budget) if item.clock_unit == "working_day" and item.budget is not None else None
    returns = returned.get(item.matter_id, 0)
    return Stuck(item, at_posts[item.post_id], waited, limit, ordinary, returns, tuple(grounds))


def _returns(matter_ids: list[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for matter_id in WorkItem.objects.filter(matter_id__in=matter_ids, outcome="returned").values_list(
        "matter_id", flat=True
    ):
        counts[matter_id] = counts.get(matter_id, 0) + 1
    return counts


def check_states() -> Iterator[Problem]:
    """Replay the recorded actions of every process and compare with the state kept: an extra check of `verify`."""
    actions: dict[int, list[tuple[int, Action | Moved]]] = {}
    for content in Body.objects.values_list("content", flat=True).iterator():
        for instance_id, ver, action in _action_in(bytes(content)):
            actions.setdefault(instance_id, []).append((ver, action))
    for instance in ProcessInstance.objects.select_related("definition").order_by("id").iterator():
        yield from _check_state(instance, sorted(actions.get(instance.id, []), key=lambda pair: pair[0]))


def _action_in(content: bytes) -> Iterator[tuple[int, int, Action | Moved]]:
    """The actions that a body holds; none where someone altered it, which the replay of the rows names already."""
    if b'"process":' not in content:
        return
    try:
        body = json.loads(content)
        noted = [body["process"], *body.get("processes", ())]
        found = [(each["instance"], each["ver"], _read(each["action"])) for each in noted]
    except (ValueError, KeyError, TypeError):
        return
    yield from found


def _read(data: dict[str, Any]) -> Action | Moved:
    return moved_from_dict(data) if data["act"] == MIGRATE else action_from_dict(data)


def _again(instance: ProcessInstance, actions: list[Action | Moved]) -> State:
    """Carry the recorded actions out once more, with the decisions on record; LookupError where one is missing."""
    decisions = iter(list(DecisionLog.objects.filter(matter_id=instance.matter_id).order_by("id")))

    def recorded(_key: str, _variables: object) -> DecisionResult:
        log = next(decisions, None)
        if log is None:
            raise LookupError("a decision is not on record")
        return DecisionResult(json.loads(log.outputs), (), {})

    state: State = INITIAL
    moves = [action for action in actions if isinstance(action, Moved)]
    graph = graph_of(definition(moves[0].old) if moves else instance.definition)
    for action in actions:
        if isinstance(action, Moved):
            state, graph = action.apply(state), graph_of(definition(action.new))
        else:
            state, _effects = interpret(graph, state, action, recorded)
    return state


def _check_state(instance: ProcessInstance, actions: list[tuple[int, Action | Moved]]) -> Iterator[Problem]:
    place = f"process_instance {instance.id}"
    if [ver for ver, _action in actions] != list(range(1, instance.ver + 1)):
        yield Problem("process", place, f"{len(actions)} actions recorded, version {instance.ver}")
        return
    try:
        state = _again(instance, [action for _ver, action in actions])
    except (ExplainedError, LookupError, ValueError, StopIteration) as error:
        yield Problem("process", place, f"its actions cannot be carried out again: {error!r}")
        return
    if not state.stands_as(State.from_json(instance.marking)):
        yield Problem("process", place, "replaying its actions gives another state")
    open_now = {
        (item.step_key, item.element, item.round)
        for item in WorkItem.objects.filter(instance=instance, closed_at=None)
    }
    if open_now != {(token.node, token.element, token.round) for token in state.tokens}:
        yield Problem("process", place, "its open items are not those of its state")
