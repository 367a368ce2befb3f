"""Our alignments against those of r4pm, on generated nets with parallel branches, choices and loops together."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianjing.analysis.mining.compiled import compile_bpmn
from lianjing.analysis.mining.conformance import align
from lianjing.analysis.mining.net import Net
from tests.kernel.process import drawn_process as ink

UNIT_COST = {"log_move_cost": 1, "model_move_cost": 1, "sync_move_cost": 0, "silent_move_cost": 0}
MIXED = st.recursive(
    st.sampled_from([ink.Step(), ink.Step(), ink.Catch(), ink.Timed(is_interrupting=True)]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda each: ink.Chain(tuple(each))),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: ink.Choice(tuple(each))),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: ink.Parallel(tuple(each))),
        inner.map(ink.Loop),
    ),
    max_leaves=7,
)


def told(net: Net) -> dict[str, Any]:
    """The net as r4pm reads it: places and transitions by made-up UUIDs; it knows no emptying and no waiting."""
    assert not any(each.clears or each.waits for each in net.transitions)
    places = {*net.start, *net.end}
    for each in net.transitions:
        places |= {*each.inputs, *each.outputs}
    place = {each: str(UUID(int=each + 1)) for each in places}
    transitions, arcs = {}, []
    for number, each in enumerate(net.transitions, start=10_000):
        key = str(UUID(int=number))
        transitions[key] = {"id": key, "label": each.label or None}
        for counts, kind in ((each.inputs, "PlaceTransition"), (each.outputs, "TransitionPlace")):
            for one in sorted(set(counts)):
                ends = [place[one], key] if kind == "PlaceTransition" else [key, place[one]]
                arcs.append({"from_to": {"type": kind, "nodes": ends}, "weight": counts.count(one)})
    return {
        "places": {key: {"id": key} for key in place.values()},
        "transitions": transitions,
        "arcs": arcs,
        "initial_marking": {place[each]: net.start.count(each) for each in net.start},
        "final_markings": [{place[each]: 1 for each in net.end}],
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MIXED, st.lists(st.integers(0, 12), max_size=8))
def test_the_cost_of_every_alignment_is_that_of_r4pm(block: Any, picks: list[int]) -> None:
    r4pm = pytest.importorskip("r4pm", reason="r4pm is missing: uv sync --group oracle")
    call = next(each["id"] for each in r4pm.list_bindings() if each["name"] == "align_trace")
    net = compile_bpmn(ink.drawn(block).xml())
    labels = [*sorted(net.labels), "聚餐"]
    way = [labels[each % len(labels)] for each in picks]
    cost, moves = align(net, way)
    answer = json.loads(
        r4pm.call_binding(
            call, json.dumps({"net": told(net), "trace": way, "options": {"cost_fn": UNIT_COST}})
        )
    )
    assert cost == answer["cost"]
    assert cost == sum(move.pos is None or not move.is_model for move in moves)
