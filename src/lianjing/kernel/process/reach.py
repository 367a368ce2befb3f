"""Which nodes of a diagram lie after which others: what a return undoes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Reach:
    """Reachability from the start, with and without the flows that lead back.

    A flow leads back when its target dominates its source (every way to the source passes the target). A return
    to T undoes what lies after T on the way forward; an outer loop that could come round to everything else does
    not count, or a return inside one branch of a parallel block would wipe out its sister branch.
    """

    __slots__ = ("_after", "_all", "_forward", "_side")

    def __init__(
        self,
        start: str,
        nodes: Sequence[str],
        edges: Sequence[tuple[str, str]],
        main: Sequence[tuple[str, str]],
    ) -> None:
        """Take all edges (with those from a step to its timers) and the `main` ones without reminders."""
        following = _following(nodes, edges)
        dominators = _dominators(start, following)
        forward = {
            node: tuple(target for target in following[node] if target not in dominators.get(node, ()))
            for node in nodes
        }
        self._forward = forward
        self._after: Mapping[str, frozenset[str]] = {node: _closure(node, forward) for node in nodes}
        self._side = frozenset(dominators) - _closure(start, _following(nodes, main))
        self._all = {node: _closure(node, following) for node in nodes}

    def after(self, node: str) -> frozenset[str]:
        """The node itself and all that lies after it on the way forward."""
        return self._after[node]

    def leads(self, node: str, other: str) -> bool:
        """True where some way, forward or round a loop, leads from the node to the other."""
        return other in self._all[node]

    def forward(self, node: str) -> tuple[str, ...]:
        """The next nodes on the way forward."""
        return self._forward[node]

    def is_side(self, node: str) -> bool:
        """True where the node can be reached only through a timer that does not interrupt its step."""
        return node in self._side


def _following(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        found[source].append(target)
    return {node: tuple(targets) for node, targets in found.items()}


def _closure(start: str, following: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    seen, stack = {start}, [start]
    while stack:
        for target in following[stack.pop()]:
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return frozenset(seen)


def _dominators(start: str, following: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """For each reachable node the nodes that every way from the start to it passes, itself included."""
    reached = _closure(start, following)
    found = dict.fromkeys(reached, reached)
    found[start] = frozenset({start})
    before: dict[str, list[str]] = {node: [] for node in reached}
    for node in reached:
        for target in following[node]:
            before[target].append(node)
    is_changing = True
    while is_changing:
        is_changing = False
        for node in reached - {start}:
            common = frozenset.intersection(*(found[source] for source in before[node])) | {node}
            if common != found[node]:
                found[node] = common
                is_changing = True
    return found
