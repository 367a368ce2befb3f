"""The arcs of the regulated process: who went over each, and the arcs on which objects left it."""

from __future__ import annotations

from lianjing.analysis.mining.arcs import Arcs, arcs_of
from lianjing.analysis.mining.compiled import compile_graph
from lianjing.analysis.mining.conformance import Judge
from lianjing.kernel.process.graph import parse
from tests.analysis.mining.logs import event, store_of
from tests.kernel.process import drawn_process as ink

BACK = "（退回）"
NAMES = {key: key for key in ("ask", "audit", "law", "sign")}
JOINED = ink.definitions(
    "".join((
        ink.start(), ink.user("ask"), ink.parallel("fork"), ink.user("audit"), ink.user("law"), ink.parallel("join"),
        ink.user("sign"), ink.end(),
        ink.flow("start", "ask", key="f1"), ink.flow("ask", "fork", key="f2"), ink.flow("fork", "audit", key="f3"),
        ink.flow("fork", "law", key="f4"), ink.flow("audit", "join", key="f5"), ink.flow("law", "join", key="f6"),
        ink.flow("join", "sign", key="f7"), ink.flow("sign", "end", key="f8"),
    ))
)  # fmt: skip


def arcs(*ways: tuple[str, ...], is_open: bool = False) -> Arcs:
    """The arcs of objects 0, 1, … that went these ways."""
    graph = parse(JOINED)
    judge = Judge(compile_graph(graph, JOINED, NAMES, returned=BACK), is_open=is_open)
    log = [
        event(f"{number}", step, "甲", pos, 9)
        for number, way in enumerate(ways)
        for pos, step in enumerate(way)
    ]
    with store_of(log) as store:
        return arcs_of(store, graph, NAMES, lambda _number: judge, returned=BACK)


def counted(found: Arcs) -> dict[str, int]:
    return {flow: len(objects) for flow, objects in found.passed.items()}


def test_all_branches_of_a_join_are_walked_in_whatever_order_they_were_done() -> None:
    found = arcs(("ask", "audit", "law", "sign"), ("ask", "law", "audit", "sign"))
    assert counted(found) == dict.fromkeys(("f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"), 2)
    assert not found.left and not found.returned


def test_an_open_object_has_not_reached_the_end() -> None:
    assert counted(arcs(("ask", "law"), is_open=True)) == {"f1": 1, "f2": 1, "f4": 1}


def test_a_skipped_step_is_an_arc_beside_the_process_and_no_arc_of_it() -> None:
    found = arcs(("ask", "audit", "law", "sign"), ("ask", "audit", "sign"))
    assert counted(found)["f4"] == 1 and counted(found)["f7"] == 1
    ((pair, left),) = found.left.items()
    assert (pair, left.kinds, left.objects) == (("audit", "sign"), ("missing",), {1})


def test_what_comes_before_the_first_and_after_the_last_step_is_an_arc_too() -> None:
    found = arcs(("audit", "law", "sign"), ("ask", "audit", "law"))
    assert {pair: left.kinds for pair, left in found.left.items()} == {
        ("", "audit"): ("missing",),
        ("law", ""): ("missing",),
    }


def test_a_step_that_the_process_has_not_is_named() -> None:
    found = arcs(("ask", "audit", "call", "law", "sign"))
    assert {pair: left.kinds for pair, left in found.left.items()} == {("audit", "call"): ("unknown_step",)}


def test_a_return_that_is_allowed_is_an_arc_of_its_own_and_no_deviation() -> None:
    line = ink.definitions(
        ink.start() + ink.user("ask") + ink.user("audit", lj_returns="ask") + ink.end()
        + ink.chain("start", "ask", "audit", "end")
    )  # fmt: skip
    graph = parse(line)
    judge = Judge(compile_graph(graph, line, NAMES, returned=BACK), is_open=False)
    log = [event("0", step, "甲", pos, 9) for pos, step in enumerate(("ask", f"audit{BACK}", "ask", "audit"))]
    with store_of(log) as store:
        found = arcs_of(store, graph, NAMES, lambda _number: judge, returned=BACK)
    assert not found.left
    assert dict(found.returned) == {("audit", "ask"): {0}}
    assert set(counted(found).values()) == {1} and len(found.passed) == 3
