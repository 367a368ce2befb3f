"""Proves a diagram at publishing: all markings that any choice, return and timer can reach are searched.

A choice may take any of its flows, a multi-instance step counts as one. Steps that only a reminder leads to may be
open several times at once (a loop may set the reminder again), so they are taken as open or not open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from lianjing.kernel.process.fault import Fault
from lianjing.kernel.process.graph import BoundaryTimer, Flow, Gateway, GatewayKind, Graph, Task, TaskKind

MAX_STATES = 100_000

Marking: TypeAlias = frozenset[str]  # ids of open tasks, set timers and flows whose token waits at a join

_AGAIN = "前一次尚未办结时会再次到达此处:循环或退回离开了并行的一个分支"
_STUCK = "并行网关会等不到其他分支,流程停在此处"
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
        for task in (node for node in self.graph.tasks if node.id in marking):
            timers = self.graph.timers(task.id)
            rest = marking - {task.id, *(timer.id for timer in timers)}
            yield from self.settle(rest, self.graph.outgoing(task.id))
            if self.graph.reach.is_side(task.id):  # another activation of it may stay open
                yield from self.settle(marking, self.graph.outgoing(task.id))
            for target in task.returns:
                yield self.returned(rest, target)
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

    def opened(self, marking: Marking, task: Task) -> Marking:
        self.visited.add(task.id)
        return marking | {task.id, *(timer.id for timer in self.graph.timers(task.id))}

    def settle(self, marking: Marking, flows: Iterable[Flow]) -> Iterator[Marking]:
        """Run tokens through the automatic nodes; a marking with every choice that they may take."""
        waiting: list[tuple[Marking, tuple[Flow, ...]]] = [(marking, tuple(flows))]
        while waiting:
            marking, moving = waiting.pop()
            if moving:
                waiting.extend(self.move(marking, moving[0], moving[1:]))
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
        outgoing = self.graph.outgoing(node.id)
        if isinstance(node, Task) and node.kind is TaskKind.USER:
            if self.is_second(marking, node.id, node.id):
                return []
            return [(self.opened(marking, node), rest)]
        self.visited.add(node.id)
        if not isinstance(node, Gateway):
            return [(marking, (*outgoing, *rest))]
        if node.kind is GatewayKind.EXCLUSIVE:
            return [(marking, (choice, *rest)) for choice in outgoing]
        if self.is_second(marking, flow.id, flow.source):
            return []
        arrived = {other.id for other in self.graph.incoming(node.id)}
        marking |= {flow.id}
        return [(marking - arrived, (*outgoing, *rest))] if arrived <= marking else [(marking, rest)]

    def is_second(self, marking: Marking, place: str, node_id: str) -> bool:
        """True, with the fault noted, where a token is already there."""
        if place not in marking or self.graph.reach.is_side(node_id):
            return False
        self.faults.add((self.graph.flows[place].target if place in self.graph.flows else place, _AGAIN))
        return True
