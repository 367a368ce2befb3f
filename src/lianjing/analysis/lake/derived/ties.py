"""Paths between staff and enterprises over at most three hops, with the path kept and hubs cut; and the groups of parties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import rustworkx as rx

from lianjing.analysis.engine.engine import Engine

HOPS = 3
HUB = 50  # a party with more ties than this (an agent's telephone, a state holding) connects nobody
OPEN_FROM, OPEN_TO = -100_000, 100_000
TIES = "SELECT t.from_party, t.to_party, t.kind, t.is_by_name_only, t.from_day, t.to_day FROM tie t"
SHARES = (
    "SELECT o.owner, o.enterprise_id, o.interest, o.share_ratio, o.from_day, o.to_day FROM ownership o "
    "WHERE o.owner <> ''"
)
EXPERTS = (
    "SELECT x.person_id, x.employer_enterprise_id, x.from_day, x.to_day FROM expert x "
    "WHERE x.employer_enterprise_id IS NOT NULL"
)
EXPERT_SELVES = "SELECT x.person_id, x.natural_person_id FROM expert x WHERE x.natural_person_id IS NOT NULL"
SAME_PHONE = (
    "SELECT p.id, n.id AS other FROM person p JOIN natural_person n ON n.phone_key = p.phone_key "
    "WHERE p.phone_key <> ''"
)


class Edge(NamedTuple):
    """One tie: what it is, the share where it is one, whether it rests on a name alone, and its days."""

    kind: str
    share: float | None
    is_by_name: int
    from_day: int
    to_day: int


@dataclass
class Graph:
    """Parties and their ties, read once."""

    graph: rx.PyGraph[str, Edge] = field(default_factory=lambda: rx.PyGraph(multigraph=False))
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, party: str) -> int:
        """Return the number of a party, a new one where it is new."""
        if party not in self.numbers:
            self.numbers[party] = self.graph.add_node(party)
        return self.numbers[party]

    def tie(self, one: str, other: str, edge: Edge) -> None:
        """Add a tie; of several between two parties the strongest stays: not by name, then the longest."""
        if one == other:
            return
        left, right = self.number(one), self.number(other)
        held = self.graph.get_edge_data(left, right) if self.graph.has_edge(left, right) else None
        if held is None or _weight(edge) > _weight(held):
            self.graph.update_edge(left, right, edge) if held else self.graph.add_edge(left, right, edge)


def _weight(edge: Edge) -> tuple[int, int, str]:
    return (-edge.is_by_name, edge.to_day - edge.from_day, edge.kind)


def graph_of(engine: Engine) -> Graph:
    """Return the graph of all ties that the lake knows: declared, of registers, of experts, of telephones."""
    graph = Graph()
    for one, other, kind, is_by_name, start, end in sorted(engine.ask(TIES, {}).rows, key=str):
        graph.tie(one, other, Edge(kind, None, int(is_by_name or 0), _from(start), _to(end)))
    for owner, firm, interest, share, start, end in sorted(engine.ask(SHARES, {}).rows, key=str):
        graph.tie(owner, f"enterprise:{firm}", Edge(interest, share, 0, _from(start), _to(end)))
    for person, firm, start, end in sorted(engine.ask(EXPERTS, {}).rows, key=str):
        graph.tie(f"person:{person}", f"enterprise:{firm}", Edge("employed", None, 0, _from(start), _to(end)))
    for statement, kind in ((EXPERT_SELVES, "self"), (SAME_PHONE, "phone")):
        for person, natural in sorted(engine.ask(statement, {}).rows, key=str):
            edge = Edge(kind, None, 0, OPEN_FROM, OPEN_TO)
            graph.tie(f"person:{person}", f"natural_person:{natural}", edge)
    return graph


def _from(day: int | None) -> int:
    return OPEN_FROM if day is None else day


def _to(day: int | None) -> int:
    return OPEN_TO if day is None else day


def paths(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `tie_path` from each person and enterprise to each enterprise within three hops."""
    held = graph_of(engine)
    for party, number in sorted(held.numbers.items()):
        if party.startswith(("person:", "enterprise:")):
            yield from _from_party(held.graph, party, number)


def _from_party(graph: rx.PyGraph[str, Edge], party: str, start: int) -> Iterator[tuple[Any, ...]]:
    """Walk breadth first; the first path to a party is the shortest, of equal ones that of the smaller names."""
    seen = {start}
    level: list[tuple[int, tuple[str, ...], tuple[Edge, ...]]] = [(start, (party,), ())]
    for hops in range(1, HOPS + 1):
        following = []
        for node, names, edges in level:
            if node != start and graph.degree(node) > HUB:
                continue
            for other in sorted(graph.neighbors(node), key=graph.get_node_data):
                if other in seen:
                    continue
                seen.add(other)
                edge = graph.get_edge_data(node, other)
                step = (other, (*names, graph.get_node_data(other)), (*edges, edge))
                following.append(step)
                if step[1][-1].startswith("enterprise:"):
                    yield _row(hops, step[1], step[2])
        level = following


def _row(hops: int, names: tuple[str, ...], edges: tuple[Edge, ...]) -> tuple[Any, ...]:
    text = names[0] + "".join(f" —{edge.kind}→ {name}" for edge, name in zip(edges, names[1:], strict=True))
    shares = [edge.share for edge in edges if edge.share is not None]
    return (
        f"{names[0]}|{names[-1]}", names[0], names[-1], hops, text, min(shares) if shares else None,
        max(edge.is_by_name for edge in edges), max(edge.from_day for edge in edges), min(edge.to_day for edge in edges),
    )  # fmt: skip


def components(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `party_component` for each party that is tied to another; hubs connect nobody."""
    held = graph_of(engine)
    cut = held.graph.copy()
    cut.remove_nodes_from([node for node in cut.node_indices() if cut.degree(node) > HUB])
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for number, nodes in enumerate(sorted(rx.connected_components(cut), key=min), 1):
        groups[number] = sorted(cut.get_node_data(node) for node in nodes)
    for number, parties in groups.items():
        if len(parties) > 1:
            yield from ((party, number, len(parties), "ownership") for party in parties)
