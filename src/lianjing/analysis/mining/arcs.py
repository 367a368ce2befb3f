"""The arcs of the regulated process: which objects went over each, and the arcs on which objects left the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from lianjing.analysis.mining.conformance import Judge, conform
from lianjing.analysis.mining.store import Store
from lianjing.analysis.mining.variants import steps_of, way_sql
from lianjing.kernel.process.graph import (
    BoundaryTimer,
    EndEvent,
    Gateway,
    GatewayKind,
    Graph,
    Node,
    StartEvent,
    Task,
    TaskKind,
)

Pair: TypeAlias = tuple[str, str]  # labels of the log; "" before the first and after the last step
BEGIN, END = "", "\0"
MOST_ROUTES = 500  # to one node: a net of more ways between two steps than these is drawn without the rest


@dataclass(frozen=True, slots=True)
class Left:
    """One arc on which objects left the process: what deviated there, and the objects."""

    kinds: tuple[str, ...]
    objects: frozenset[int]


@dataclass(frozen=True, slots=True)
class Arcs:
    """Objects by flow of the process, by pair of steps where they left it, and by pair where a step sent them back."""

    passed: Mapping[str, frozenset[int]]
    left: Mapping[Pair, Left]
    returned: Mapping[Pair, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Route:
    """One way from a step (BEGIN: the start) through gateways and events to the next, with the joins on it."""

    origin: str
    flows: tuple[str, ...]
    joins: frozenset[str]


def arcs_of(
    store: Store,
    graph: Graph,
    names: Mapping[str, str],
    judge: Callable[[int], Judge],
    *,
    returned: str,
) -> Arcs:
    """Walk each distinct way once over the graph; a step that deviates has no arc of the process, but one beside it.

    A step was reached from that step before it in the graph which was done last; through a join from all of its branches.
    """
    astray: dict[tuple[str, ...], dict[int, list[str]]] = {}
    left: dict[Pair, tuple[dict[str, None], set[int]]] = {}
    for way in conform(store, judge).ways:
        for deviation in way.deviations:
            astray.setdefault(way.steps, {}).setdefault(deviation.pos, []).append(deviation.kind)
            kinds, objects = left.setdefault(_pair(way.steps, deviation.pos), ({}, set()))
            kinds[deviation.kind] = None
            objects.update(way.objects)
    routes = routes_of(graph, names)
    passed: dict[str, set[int]] = {}
    back: dict[Pair, set[int]] = {}
    for steps, members in _ways(store):
        skipped, ended = astray.get(steps, {}), [each for each in members if not judge(each).is_open]
        over = {flow for taken in _taken(steps, routes, skipped, returned) for flow in taken}
        for flow in over:
            passed.setdefault(flow, set()).update(members)
        whole = _taken((*steps, END), routes, skipped, returned) if ended else ()
        for flow in {flow for taken in whole for flow in taken} - over:
            passed.setdefault(flow, set()).update(ended)
        for one, other in pairwise(steps):
            if one.endswith(returned):
                back.setdefault((one.removesuffix(returned), other), set()).update(members)
    return Arcs(
        {flow: frozenset(objects) for flow, objects in passed.items()},
        {pair: Left(tuple(kinds), frozenset(objects)) for pair, (kinds, objects) in left.items()},
        {pair: frozenset(objects) for pair, objects in back.items() if pair not in left},
    )


def _pair(steps: Sequence[str], pos: int) -> Pair:
    """Return the steps between which a deviation at a position lies."""
    return steps[pos - 2] if pos >= 2 else BEGIN, steps[pos - 1] if pos <= len(steps) else ""


def _ways(store: Store) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    cursor = store.connection.cursor().execute(
        f"{way_sql(store)} SELECT steps, LIST(object) FROM way GROUP BY steps"
    )
    while batch := cursor.fetchmany(10_000):
        for steps, objects in batch:
            yield steps_of(store, steps), objects


def _taken(
    steps: Sequence[str],
    routes: Mapping[str, Sequence[Route]],
    skipped: Mapping[int, object],
    returned: str,
) -> Iterator[tuple[str, ...]]:
    """Yield the flows over which each step of a way was reached."""
    last = {BEGIN: 0}
    for pos, step in enumerate(steps, start=1):
        is_sent_back = pos > 1 and steps[pos - 2].endswith(returned)
        if pos not in skipped and not is_sent_back:
            known = [route for route in routes.get(step, ()) if route.origin in last]
            newest = max(known, key=lambda route: last[route.origin], default=None)
            for route in known:
                if route is newest or _is_joined(route, newest, last, last.get(step, 0)):
                    yield route.flows
        last[step] = pos


def _is_joined(route: Route, newest: Route | None, last: Mapping[str, int], before: int) -> bool:
    """True for another branch of the same join, done since the step was done before."""
    return newest is not None and bool(route.joins & newest.joins) and last[route.origin] >= before


def routes_of(graph: Graph, names: Mapping[str, str]) -> dict[str, list[Route]]:
    """Return, by the label of each step, the ways on which the graph reaches it without passing another step."""
    found: dict[str, list[Route]] = {}
    for key, node in graph.nodes.items():
        if _is_step(node, names):
            found.setdefault(names[key], []).extend(_routes_to(graph, key, names))
        elif isinstance(node, EndEvent):
            found.setdefault(END, []).extend(_routes_to(graph, key, names))
    return found


def _is_step(node: Node, names: Mapping[str, str]) -> bool:
    """True for what leaves an event: a rule is decided silently."""
    return isinstance(node, Task) and node.kind is TaskKind.USER and node.id in names


def _routes_to(graph: Graph, key: str, names: Mapping[str, str]) -> Iterator[Route]:
    """Walk back from a step over what stands between it and the steps before; a called process is walked through."""
    waiting: list[tuple[str, tuple[str, ...], frozenset[str]]] = [(key, (), frozenset())]
    yielded = 0
    while waiting and yielded < MOST_ROUTES:
        place, flows, joins = waiting.pop()
        coming, node = graph.incoming(place), graph.nodes[place]
        if len(coming) > 1 and isinstance(node, Gateway) and node.kind is not GatewayKind.EXCLUSIVE:
            joins |= {place}
        for flow in coming:
            source = graph.nodes[flow.source]
            if flow.id in flows:
                continue
            way = (flow.id, *flows)
            if _is_step(source, names) or isinstance(source, StartEvent):
                yielded += 1
                yield Route(names.get(flow.source, BEGIN), way, joins)
            else:
                before = source.attached_to if isinstance(source, BoundaryTimer) else flow.source
                waiting.append((before, way, joins))
