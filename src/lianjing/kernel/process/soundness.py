"""Proves a diagram at publishing: all markings that any choice, return and timer can reach are searched.

A choice may take any of its flows, an inclusive gateway any of its flows together, a multi-instance step counts as
one, so does a called process, and a catch timer is a place that time leaves. Steps that only a reminder leads to may
be open several times at once (a loop may set the reminder again), so they are taken as open or not open.

What people do beside the diagram needs no search of its own. An added signer stands at the step that he signs: the
activation is left once, when its last item is done, so the places are the same with him and without. A take-back leads
to the marking in which the others have acted and this one not yet; it is among those searched, because what it undoes
has been touched by nobody (an inclusive join that has gone on without the token forbids it). Withdrawal, termination
and a terminate end leave nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TypeAlias, TypeGuard

from lianjing.kernel.process.fault import Fault
from lianjing.kernel.process.graph import (
    BoundaryTimer,
    CallActivity,
    CatchTimer,
    EndEvent,
    Flow,
    Gateway,
    GatewayKind,
    Graph,
    Node,
    Task,
    TaskKind,
)

MAX_STATES = 100_000

Marking: TypeAlias = frozenset[
    str
]  # ids of open steps and calls, set timers, flows whose token waits at a join
Waiting: TypeAlias = Task | CallActivity | CatchTimer

_AGAIN = "前一次尚未办结时会再次到达此处:循环或退回离开了并行的一个分支"
_STUCK = "汇聚网关会等不到其他分支,流程停在此处"
_NO_END = "从此处再也到不了结束"
_DEAD = "没有一条路能到达此处"
_CIRCLE = "自动环节构成循环,其间没有人办理的环节"
_TOO_MANY = "可达状态超过%(limit)s个,无法证明流程正确"


class _TooMany(Exception):
    pass


def check(graph: Graph, *, limit: int = MAX_STATES) -> list[Fault]:
    """List what is wrong: an end that cannot be reached, tokens left behind, dead steps, loops out of a branch."""
    circles = [Fault(node_id, _CIRCLE) for node_id in _automatic_circle(graph)]
    if circles:
        return circles
    search = _Search(graph, limit)
    try:
        search.run()
    except _TooMany:
        return [Fault(graph.start, _TOO_MANY, {"limit": str(limit)})]
    faults = [Fault(element, reason) for element, reason in sorted(search.faults)]
    faults += [Fault(element, _NO_END) for element in sorted(search.without_end())]
    dead = [key for key in graph.nodes if key not in search.visited]
    return faults or [Fault(key, _DEAD) for key in dead]


def markings(graph: Graph) -> frozenset[Marking]:
    """All markings that persons, timers and choices can reach; each set of ids is one."""
    search = _Search(graph, MAX_STATES)
    search.run()
    return frozenset(search.before)


def _automatic_circle(graph: Graph) -> Iterator[str]:
    """Gateways and rule steps from which a way leads back to themselves without any person's step between."""
    automatic = {
        key
        for key, node in graph.nodes.items()
        if isinstance(node, Gateway) or (isinstance(node, Task) and node.kind is TaskKind.RULE)
    }
    for key in graph.nodes:
        seen: set[str] = set()
        waiting = [key] if key in automatic else []
        while waiting:
            for flow in graph.outgoing(waiting.pop()):
                if flow.target in automatic and flow.target not in seen:
                    seen.add(flow.target)
                    waiting.append(flow.target)
        if key in seen:
            yield key


class _Search:
    def __init__(self, graph: Graph, limit: int) -> None:
        self.graph = graph
        self.limit = limit
        self.waiting = tuple(node for node in graph.nodes.values() if _is_waiting(node))
        self.visited: set[str] = {graph.start}
        self.faults: set[tuple[str, str]] = set()
        self.before: dict[Marking, set[Marking]] = {}
        self.closed: set[Marking] = set()  # ends and faulty markings: the search stops there

    def run(self) -> None:
        first = self.settle(frozenset(), self.graph.outgoing(self.graph.start))
        waiting = list(first)
        self.before = {marking: set() for marking in waiting}
        while waiting:
            marking = waiting.pop()
            for following in self.steps(marking):
                if following not in self.before:
                    self.before[following] = set()
                    waiting.append(following)
                    if len(self.before) > self.limit:
                        raise _TooMany
                self.before[following].add(marking)

    def without_end(self) -> set[str]:
        """Open steps of markings from which neither the end nor a fault already told can be reached."""
        good, waiting = set(self.closed), [marking for marking in self.closed if marking in self.before]
        while waiting:
            for marking in self.before[waiting.pop()]:
                if marking not in good:
                    good.add(marking)
                    waiting.append(marking)
        return {
            min(key for key in marking if key in self.graph.nodes)
            for marking in self.before
            if marking not in good
        }

    def steps(self, marking: Marking) -> Iterator[Marking]:
        """All that persons and timers may do next."""
        for node in (node for node in self.waiting if node.id in marking):
            timers = self.graph.timers(node.id)
            rest = marking - {node.id, *(timer.id for timer in timers)}
            yield from self.settle(rest, self.graph.outgoing(node.id))
            if self.graph.reach.is_side(node.id):  # another activation of it may stay open
                yield from self.settle(marking, self.graph.outgoing(node.id))
            for target in node.returns if isinstance(node, Task) else ():
                yield from self.settle(self.returned(rest, target), ())
            for timer in timers:
                if timer.id in marking:
                    yield from self.fire(marking, timer, rest)

    def fire(self, marking: Marking, timer: BoundaryTimer, rest: Marking) -> Iterator[Marking]:
        self.visited.add(timer.id)
        left = rest if timer.is_interrupting else marking - {timer.id}
        return self.settle(left, self.graph.outgoing(timer.id))

    def returned(self, marking: Marking, target: str) -> Marking:
        undone = self.graph.reach.after(target)
        kept = {place for place in marking if self.owner(place) not in undone}
        return self.opened(frozenset(kept), self.graph.task(target))

    def owner(self, place: str) -> str:
        """The node that a place belongs to: a waiting flow to its source."""
        flow = self.graph.flows.get(place)
        return flow.source if flow else place

    def opened(self, marking: Marking, node: Waiting) -> Marking:
        self.visited.add(node.id)
        return marking | {node.id, *(timer.id for timer in self.graph.timers(node.id))}

    def settle(self, marking: Marking, flows: Iterable[Flow]) -> Iterator[Marking]:
        """Run tokens through the automatic nodes; a marking with every choice that they may take."""
        waiting: list[tuple[Marking, tuple[Flow, ...]]] = [(marking, tuple(flows))]
        while waiting:
            marking, moving = waiting.pop()
            if moving:
                waiting.extend(self.move(marking, moving[0], moving[1:]))
            elif released := self.released(marking):
                waiting.extend(released)
            elif self.is_closed(marking):
                self.closed.add(marking)
                yield marking
            else:
                yield marking

    def is_closed(self, marking: Marking) -> bool:
        if any(place in self.graph.nodes for place in marking):
            return False
        self.faults.update((self.graph.flows[place].target, _STUCK) for place in marking)
        return True

    def move(
        self, marking: Marking, flow: Flow, rest: tuple[Flow, ...]
    ) -> list[tuple[Marking, tuple[Flow, ...]]]:
        node = self.graph.nodes[flow.target]
        if _is_waiting(node):
            if self.is_second(marking, node.id, node.id):
                return []
            return [(self.opened(marking, node), rest)]
        self.visited.add(node.id)
        if isinstance(node, Gateway):
            return self.pass_gateway(marking, node, flow, rest)
        if isinstance(node, EndEvent) and node.is_terminate:
            return [(frozenset(), ())]
        return [(marking, (*self.graph.outgoing(node.id), *rest))]

    def pass_gateway(
        self, marking: Marking, gateway: Gateway, flow: Flow, rest: tuple[Flow, ...]
    ) -> list[tuple[Marking, tuple[Flow, ...]]]:
        outgoing = self.graph.outgoing(gateway.id)
        if gateway.kind is GatewayKind.EXCLUSIVE:
            return [(marking, (choice, *rest)) for choice in outgoing]
        arrived = {other.id for other in self.graph.incoming(gateway.id)}
        if len(arrived) > 1 and self.is_second(marking, flow.id, flow.source):
            return []
        if gateway.kind is GatewayKind.INCLUSIVE:
            if len(arrived) > 1:
                return [(marking | {flow.id}, rest)]
            return [(marking, (*choice, *rest)) for choice in _choices(outgoing)]
        marking |= {flow.id}
        return [(marking - arrived, (*outgoing, *rest))] if arrived <= marking else [(marking, rest)]

    def released(self, marking: Marking) -> list[tuple[Marking, tuple[Flow, ...]]]:
        """The first inclusive join that no token can reach any more goes on, as the interpreter does it."""
        after = self.graph.reach.after
        for join in self.graph.inclusive_joins:
            own = {flow.id for flow in self.graph.incoming(join)}
            others = (
                self.graph.flows[place].target if place in self.graph.flows else place
                for place in marking - own
            )
            if marking & own and not any(join in after(place) for place in others):
                return [(marking - own, choice) for choice in _choices(self.graph.outgoing(join))]
        return []

    def is_second(self, marking: Marking, place: str, node_id: str) -> bool:
        """True, with the fault noted, where a token is already there."""
        if place not in marking or self.graph.reach.is_side(node_id):
            return False
        self.faults.add((self.graph.flows[place].target if place in self.graph.flows else place, _AGAIN))
        return True


def _is_waiting(node: Node) -> TypeGuard[Waiting]:
    """True where the process can stand: a step of a person, a called process, a catch timer."""
    return isinstance(node, CallActivity | CatchTimer) or (
        isinstance(node, Task) and node.kind is TaskKind.USER
    )


def _choices(outgoing: tuple[Flow, ...]) -> list[tuple[Flow, ...]]:
    """What an inclusive gateway may take: any of the flows with a condition together, or the default one."""
    if len(outgoing) == 1:
        return [outgoing]
    given = [flow for flow in outgoing if not flow.is_default]
    found = [choice for size in range(1, len(given) + 1) for choice in combinations(given, size)]
    return found + [(flow,) for flow in outgoing if flow.is_default]
