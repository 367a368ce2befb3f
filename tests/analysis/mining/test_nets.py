"""The net of a diagram against the interpreter that runs it: whatever is played fits, and the search agrees with itself."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lianjing.analysis.mining.compiled import compile_bpmn, compile_graph
from lianjing.analysis.mining.conformance import align
from lianjing.analysis.mining.net import Net, TooLarge
from lianjing.kernel.process.interpret import Action, Complete, Fire, Return
from lianjing.kernel.process.xml_source import BadSource
from tests.kernel.process import drawn_process as ink
from tests.kernel.process.test_process_properties import PROCESSES, SEEDS, Office, with_returns

BACK = "（退回）"
LINEAR = st.recursive(
    st.sampled_from([ink.Step(), ink.Joint(), ink.Catch(), ink.Stop(), ink.Timed(is_interrupting=True)]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda each: ink.Chain(tuple(each))),
        st.lists(inner, min_size=2, max_size=3).map(lambda each: ink.Choice(tuple(each))),
        inner.map(ink.Loop),
    ),
    max_leaves=6,
)


def net_of(*parts: str) -> Net:
    """The net of a diagram, steps by their ids."""
    return compile_bpmn(ink.definitions("".join(parts)))


CHOSEN = net_of(
    ink.start(), ink.inclusive("split", "none"), ink.user("a"), ink.user("b"), ink.inclusive("join"), ink.user("c"), ink.end(),
    ink.flow("start", "split"), ink.flow("split", "a", "x = 1"), ink.flow("split", "b", "y = 1"),
    ink.flow("split", "join", key="none"), ink.chain("a", "join", "c", "end"), ink.flow("b", "join"),
)  # fmt: skip
BROKEN_OFF = net_of(
    ink.start(), ink.parallel("split"), ink.user("a"), ink.user("b"), ink.stop("over"), ink.end(),
    ink.chain("start", "split", "a", "over"), ink.chain("split", "b", "end"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("way", "does_fit"),
    [("abc", True), ("bac", True), ("ac", True), ("bc", True), ("c", True), ("ab", False), ("acb", False), ("aac", False)],
)  # fmt: skip
def test_any_branches_of_an_inclusive_gateway_may_be_taken_and_all_taken_are_waited_for(
    way: str, *, does_fit: bool
) -> None:
    assert CHOSEN.fits(tuple(way)) == does_fit
    assert (align(CHOSEN, way)[0] == 0) == does_fit


def test_an_inclusive_gateway_waits_for_a_branch_that_is_on_its_way_however_long_it_is() -> None:
    net = net_of(
        ink.start(), ink.inclusive("split", "none"), ink.user("a"), ink.user("b1"), ink.user("b2"), ink.inclusive("join"),
        ink.user("c"), ink.end(), ink.flow("start", "split"), ink.flow("split", "a", "x = 1"),
        ink.flow("split", "b1", "y = 1"), ink.flow("split", "join", key="none"), ink.chain("a", "join", "c", "end"),
        ink.chain("b1", "b2", "join"),
    )  # fmt: skip
    assert net.fits(("b1", "a", "b2", "c"))
    assert not net.fits(("b1", "a", "c", "b2"))


@pytest.mark.parametrize(("way", "does_fit"), [("a", True), ("ba", True), ("b", False), ("ab", False)])
def test_a_terminate_end_leaves_nothing_to_do(way: str, *, does_fit: bool) -> None:
    assert BROKEN_OFF.fits(tuple(way)) == does_fit


def test_a_called_process_is_a_step_of_a_log_from_elsewhere_and_silent_in_our_own() -> None:
    parts = [ink.start(), ink.user("a"), ink.call("child"), ink.catch("wait"), ink.user("b"), ink.end()]
    xml = ink.definitions("".join(parts) + ink.chain("start", "a", "child", "wait", "b", "end"))
    assert compile_bpmn(xml).fits(("a", "child", "b"))
    assert compile_bpmn(xml, silent=frozenset(["child"])).fits(("a", "b"))


@pytest.mark.parametrize("cancel", ["true", "false"])
def test_a_timer_may_go_off_after_some_of_several_have_answered(cancel: str) -> None:
    net = net_of(
        ink.start(), ink.joint("all"), ink.timer("late", "all", cancel=cancel), ink.user("urged"), ink.user("closed"),
        ink.end("over"), ink.end(), ink.chain("start", "all", "closed", "end"), ink.chain("late", "urged", "over"),
    )  # fmt: skip
    assert net.fits(("all", "all", "urged")) == (cancel == "true")
    assert net.fits(("all", "urged", "all", "closed")) == (cancel == "false")
    assert net.fits(("all", "all", "closed"))


def test_a_clock_that_does_not_interrupt_goes_off_once_each_time_the_step_is_opened() -> None:
    net = net_of(
        ink.start(), ink.choice("in"), ink.user("a"), ink.timer("late", "a", cancel="false"), ink.user("urged"),
        ink.choice("out", "done"), ink.end("over"), ink.end(), ink.chain("start", "in", "a", "out"),
        ink.flow("out", "in", "x = 1"), ink.flow("out", "end", key="done"), ink.chain("late", "urged", "over"),
    )  # fmt: skip
    assert net.fits(("a", "a", "urged", "urged")), "the first may still be waiting when the second comes"
    assert not net.fits(("a", "urged", "urged"))
    assert not net.fits(("urged", "urged", "a"))


def with_clocks(count: int) -> Net:
    """A step with so many clocks that do not interrupt, each with a step of its own."""
    clocks = [f"t{number}" for number in range(count)]
    return net_of(
        ink.start(), ink.user("a"), ink.end(), ink.chain("start", "a", "end"),
        *(ink.timer(each, "a", cancel="false") + ink.user(f"u{each}") + ink.end(f"e{each}") for each in clocks),
        *(ink.chain(each, f"u{each}", f"e{each}") for each in clocks),
    )  # fmt: skip


def test_each_of_several_clocks_goes_off_once_in_whatever_order() -> None:
    net = with_clocks(2)
    assert all(net.fits(way) for way in [("a",), ("ut0", "ut1", "a"), ("ut1", "a", "ut0"), ("a", "ut1")])
    assert not net.fits(("ut0", "a", "ut0"))


def test_a_step_with_too_many_clocks_is_refused_by_name() -> None:
    with pytest.raises(BadSource) as refused:
        with_clocks(7)
    assert refused.value.element_id == "a"


def test_a_gateway_with_too_many_branches_is_refused_by_name() -> None:
    branches = [f"t{number}" for number in range(9)]
    with pytest.raises(BadSource) as refused:
        net_of(
            ink.start(), ink.inclusive("split"), ink.inclusive("join"), ink.end(), *map(ink.user, branches),
            ink.flow("start", "split"), ink.flow("join", "end"),
            *(ink.flow("split", each, "x = 1") + ink.flow(each, "join") for each in branches),
        )  # fmt: skip
    assert refused.value.element_id in {"split", "join"}


def next_of(office: Office) -> Action:
    """A step done or returned, a timer, the end of a called process; what only the trail's reader takes out is left."""
    timers = office.state.timers
    if timers and office.chance.random() < 0.2:
        timer = office.chance.choice(timers)
        return Fire(timer.node, timer.element)
    place = office.chance.choice(office.places())
    if place in office.state.tokens and office.chance.random() < 0.3:
        returns = office.graph.task(place.node).returns
        if returns:
            return Return(place.node, place.element, returns[0])
    return office.passing(place, is_leaving=office.chance.random() < 0.5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PROCESSES, SEEDS)
def test_whatever_the_interpreter_lets_happen_fits_the_net_of_its_diagram(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = ink.drawn(block)  # type: ignore[arg-type]
    office = Office(with_returns(drawing, chance), drawing, chance)
    names = {task.id: task.id for task in office.graph.tasks}
    net = compile_graph(office.graph, drawing.xml(), names, returned=BACK)
    way: list[str] = []
    office.begin()
    for _ in range(40):
        if office.state.is_ended:
            break
        action = next_of(office)
        office.act(action)
        if isinstance(action, Complete):
            way.append(action.node)
        elif isinstance(action, Return):
            way.append(f"{action.node}{BACK}")
    try:
        fits = net.fits(tuple(way), is_open=not office.state.is_ended)
    except TooLarge:
        assume(False)
    assert fits, way


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(LINEAR, st.lists(st.integers(0, 9), min_size=1, max_size=6), st.booleans())
def test_a_screen_by_pairs_says_just_what_the_net_says(
    block: object, picks: list[int], is_open: bool
) -> None:
    drawing = ink.drawn(block)  # type: ignore[arg-type]
    net = compile_bpmn(drawing.xml())
    screen = net.screen()
    assume(screen is not None)
    assert screen is not None
    labels = sorted(net.labels)
    way = tuple(labels[each % len(labels)] for each in picks)
    assume(bool(way))
    ends = is_open or way[-1] in screen.last
    passes = way[0] in screen.first and all(pair in screen.pairs for pair in pairwise(way)) and ends
    assert passes == net.fits(way, is_open=is_open)
