"""What changed between two versions of a process or of a decision table, as codes that pages put into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from lianjing.kernel.process.decision import Column, DecisionTable, Rule
from lianjing.kernel.process.graph import Flow, Graph
from lianjing.kernel.process.node import DocumentRule, Lane, MultiInstance, Node


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was.

    `element` is the id in the diagram or the row's id in the table. `what` says which part of it: "node", "flow" or
    "lane" for the whole; else the name of the part ("deadline", "returns", "post", …); in a table "row", "place",
    "hit_policy", "column", "clause", "description", "input:<expression>", "output:<name>". `old` and `new` are as the
    author wrote them, "" where there was or is none.
    """

    kind: Change
    element: str
    what: str
    old: str
    new: str


def compare_graphs(old: Graph, new: Graph) -> tuple[Difference, ...]:
    """All differences from `old` to `new`: the process, its lanes, its nodes, its flows, in the order drawn.

    Places on the drawing do not count, nor does the id of a flow that goes from the same node to the same node on
    the same condition.
    """
    found = [*_changed(new.key, "name", old.name, new.name)]
    found += _pairs("lane", _by_id(old.lanes), _by_id(new.lanes), _lane_parts)
    found += _pairs("node", old.nodes, new.nodes, _node_parts)
    found += _pairs("flow", _flows(old, new), _flows(new, old), _flow_parts)
    return tuple(found)


def compare_tables(old: DecisionTable, new: DecisionTable) -> tuple[Difference, ...]:
    """All differences from `old` to `new`: the head, the columns, the rows with each cell, the order of the rows."""
    found = [*_changed(new.key, "name", old.name, new.name)]
    found += _changed(new.key, "hit_policy", old.hit_policy.value, new.hit_policy.value)
    found += _columns(old, new)
    before, after = {rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}
    for rule_id in [*before, *(each for each in after if each not in before)]:
        if rule_id not in after:
            found.append(Difference(Change.REMOVED, rule_id, "row", _row_text(before[rule_id]), ""))
        elif rule_id not in before:
            found.append(Difference(Change.ADDED, rule_id, "row", "", _row_text(after[rule_id])))
        else:
            found += _compare(rule_id, _row_parts(old, before[rule_id]), _row_parts(new, after[rule_id]))
    return tuple(found + _moved(before, after))


def _columns(old: DecisionTable, new: DecisionTable) -> Iterator[Difference]:
    before = {column.expression.text: column for column in old.inputs}
    after = {column.expression.text: column for column in new.inputs}
    yield from _pairs("column", before, after, _column_parts)
    yield from _pairs("column", dict.fromkeys(old.outputs), dict.fromkeys(new.outputs), lambda _name: {})


def _moved(before: Mapping[str, Rule], after: Mapping[str, Rule]) -> list[Difference]:
    """Rows that changed places among those which both tables have; the place is counted among these."""
    old = [rule_id for rule_id in before if rule_id in after]
    new = [rule_id for rule_id in after if rule_id in before]
    places = {rule_id: place for place, rule_id in enumerate(new, 1)}
    return [
        Difference(Change.CHANGED, rule_id, "place", str(place), str(places[rule_id]))
        for place, rule_id in enumerate(old, 1)
        if places[rule_id] != place
    ]


def _pairs(
    what: str, old: Mapping[str, object], new: Mapping[str, object], parts: object
) -> list[Difference]:
    assert callable(parts)
    found: list[Difference] = []
    for key in [*old, *(each for each in new if each not in old)]:
        if key not in new:
            found.append(Difference(Change.REMOVED, key, what, _named(old[key]), ""))
        elif key not in old:
            found.append(Difference(Change.ADDED, key, what, "", _named(new[key])))
        else:
            found += _compare(key, parts(old[key]), parts(new[key]))
    return found


def _compare(element: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for what in [*old, *(each for each in new if each not in old)]:
        yield from _changed(element, what, old.get(what, ""), new.get(what, ""))


def _changed(element: str, what: str, old: str, new: str) -> Iterator[Difference]:
    if old != new:
        yield Difference(Change.CHANGED, element, what, old, new)


def _named(thing: object) -> str:
    if isinstance(thing, Flow):
        return f"{thing.source} -> {thing.target}"
    return str(getattr(thing, "name", "") or getattr(thing, "label", ""))


def _by_id(lanes: Iterable[Lane]) -> dict[str, Lane]:
    return {lane.id: lane for lane in lanes}


def _lane_parts(lane: Lane) -> dict[str, str]:
    return {"name": lane.name, "post": lane.post, "scope": lane.scope, "unit": lane.unit, "role": lane.role}


def _node_parts(node: Node) -> dict[str, str]:
    """Every field of the node as text; "type" is the class, so that a step that became a call shows as such."""
    parts = {"type": type(node).__name__}
    for each in fields(node):
        if each.name != "id":
            parts[each.name] = _said(getattr(node, each.name))
    return parts


def _said(value: object) -> str:
    match value:
        case None:
            return ""
        case Lane():
            return value.id
        case MultiInstance():
            return value.collection
        case DocumentRule():
            return f"{value.kind}{' *' if value.is_mandatory else ''} {value.clause}".rstrip()
        case tuple():
            return ", ".join(_said(item) for item in value)
        case bool():
            return "true" if value else "false"
    return str(value)


def _flows(of: Graph, beside: Graph) -> dict[str, Flow]:
    """The flows of a diagram by id; one that only got another id stands under the id that it has on the older side."""
    same = {(flow.source, flow.target, _condition(flow)): flow.id for flow in beside.flows.values()}
    found: dict[str, Flow] = {}
    for flow in of.flows.values():
        other = same.get((flow.source, flow.target, _condition(flow)), flow.id)
        found[flow.id if flow.id in beside.flows else min(flow.id, other)] = flow
    return found


def _condition(flow: Flow) -> str:
    return flow.condition.text if flow.condition else ""


def _flow_parts(flow: Flow) -> dict[str, str]:
    return {
        "source": flow.source,
        "target": flow.target,
        "condition": _condition(flow),
        "is_default": _said(flow.is_default),
    }


def _column_parts(column: Column) -> dict[str, str]:
    return {"label": column.label, "type": column.type, "values": column.values.text if column.values else ""}


def _row_parts(table: DecisionTable, rule: Rule) -> dict[str, str]:
    parts = {"clause": rule.clause, "description": rule.description}
    for column, test in zip(table.inputs, rule.tests, strict=True):
        parts[f"input:{column.expression.text}"] = test.text
    parts |= {f"output:{name}": cell for name, cell in zip(table.outputs, rule.answers, strict=True)}
    return parts


def _row_text(rule: Rule) -> str:
    return f"{' | '.join(test.text for test in rule.tests)} => {' | '.join(rule.answers)}"
