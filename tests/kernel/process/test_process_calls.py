"""Called processes, catch timers, terminate ends and inclusive gateways, one step at a time."""

from __future__ import annotations

import pytest

from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.interpret import (
    Call,
    CancelCall,
    CancelTimer,
    CloseItem,
    Ended,
    Fire,
    NoPath,
    NotOpen,
    OpenItem,
    Returned,
    SetTimer,
    Start,
    State,
    TakeBack,
    TakeBackNotAllowed,
    Token,
    Withdraw,
)
from tests.kernel.process import drawn_process as ink
from tests.kernel.process.test_process_hands import done, run


def test_a_terminate_end_ends_the_other_branches_too() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.parallel("split")
            + ink.user("a")
            + ink.user("b")
            + ink.stop("cancelled")
            + ink.end()
            + ink.chain("start", "split", "a", "cancelled")
            + ink.chain("split", "b", "end")
        )
    )
    state, effects = run(graph, Start({}), done("a"))
    assert effects == (
        CloseItem("a", "", 1, "done"),
        CloseItem("b", "", 1, "terminated"),
        Ended("cancelled"),
    )
    assert state.outcome == "cancelled"


CALLING = parse(
    ink.definitions(
        ink.start()
        + ink.user("apply")
        + ink.call("survey", "survey_process", lj_clause="c#1")
        + ink.timer("late", "survey")
        + ink.end("lapsed")
        + ink.catch("publicity", "7 working_day")
        + ink.user("decide", lj_returns="apply")
        + ink.end()
        + ink.chain("start", "apply", "survey", "publicity", "decide", "end")
        + ink.flow("late", "lapsed")
    )
)
CALLED, CALL_EFFECTS = run(CALLING, Start({}), done("apply"))
WAITING, WAIT_EFFECTS = run(CALLING, Returned("survey", "", 1, "end", {"area": 12}), state=CALLED)


def test_a_called_process_is_begun_and_its_end_brings_values_and_outcome_back() -> None:
    assert CALL_EFFECTS[1:] == (
        Call("survey", "", "survey_process", 1),
        SetTimer("late", "survey", "", "3 working_day"),
    )
    assert (CALLED.tokens, CALLED.is_ended) == ((), False)
    assert (
        CancelTimer("late", "survey", ""),
        SetTimer("publicity", "publicity", "", "7 working_day"),
    ) == WAIT_EFFECTS
    assert WAITING.variables == {"area": 12, "survey_outcome": "end"}
    with pytest.raises(NotOpen):
        run(CALLING, Returned("survey", "", 1, "end", {}), state=WAITING)


def test_what_called_a_process_is_not_taken_back() -> None:
    with pytest.raises(TakeBackNotAllowed):
        run(CALLING, TakeBack("apply", "", 1), state=CALLED)


def test_a_called_process_is_broken_off_by_withdrawal_and_by_an_interrupting_timer() -> None:
    _, effects = run(CALLING, Withdraw(), state=CALLED)
    assert effects[0] == CancelCall("survey", "", "survey_process", 1, "withdrawn")
    _, effects = run(CALLING, Fire("late", ""), state=CALLED)
    assert effects == (CancelCall("survey", "", "survey_process", 1, "terminated"), Ended("lapsed"))


def test_a_catch_timer_holds_the_process_until_it_fires() -> None:
    assert (WAITING.is_ended, WAITING.tokens) == (False, ())
    _, effects = run(CALLING, Fire("publicity", ""), state=WAITING)
    assert effects == (OpenItem("decide", "", 1),)
    _, effects = run(CALLING, Withdraw(), state=WAITING)
    assert effects == (CancelTimer("publicity", "publicity", ""), Ended("withdrawn"))


def test_a_call_for_each_element_goes_on_when_all_have_come_back() -> None:
    loop = '<bpmn:multiInstanceLoopCharacteristics isSequential="false" lj:collection="plots"/>'
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.call("survey", "s", loop)
            + ink.user("next")
            + ink.end()
            + ink.chain("start", "survey", "next", "end")
        )
    )
    state, effects = run(graph, Start({"plots": ["p2", "p1"]}))
    assert effects == (Call("survey", "p2", "s", 1), Call("survey", "p1", "s", 1))
    state, effects = run(graph, Returned("survey", "p2", 1, "refused", {}), state=state)
    assert effects == ()
    state, effects = run(graph, Returned("survey", "p1", 1, "end", {}), state=state)
    assert effects == (OpenItem("next", "", 1),)
    assert state.variables["survey_outcome"] == ["end", "refused"]


CHOSEN = parse(
    ink.definitions(
        ink.start()
        + ink.user("sort")
        + ink.inclusive("split", "split__join")
        + ink.user("a")
        + ink.user("b")
        + ink.inclusive("join")
        + ink.user("after")
        + ink.end()
        + ink.chain("start", "sort", "split", "join", "after", "end")
        + ink.flow("split", "a", "land")
        + ink.flow("split", "b", "money")
        + ink.chain("a", "join")
        + ink.chain("b", "join")
    )
)


@pytest.mark.parametrize(
    ("land", "money", "opened"),
    [(True, True, ["a", "b"]), (True, False, ["a"]), (False, False, ["after"])],
)
def test_an_inclusive_gateway_takes_all_true_conditions_or_the_default(
    land: bool, money: bool, opened: list[str]
) -> None:
    state, _ = run(CHOSEN, Start({}), done("sort", land=land, money=money))
    assert [token.node for token in state.tokens] == opened
    for node in [node for node in opened if node != "after"]:
        assert "after" not in {token.node for token in state.tokens}
        state, _ = run(CHOSEN, done(node), state=state)
    assert state.tokens == (Token("after", "", 1),)


def test_an_inclusive_gateway_without_a_true_condition_and_without_default_is_refused() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.inclusive("g")
            + ink.end()
            + ink.end("other")
            + ink.flow("start", "g")
            + ink.flow("g", "end", "x = 1")
            + ink.flow("g", "other", "x = 2")
        )
    )
    with pytest.raises(NoPath):
        run(graph, Start({"x": 3}))


def test_an_inclusive_join_that_went_on_without_a_token_forbids_to_take_that_back() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.parallel("split")
            + ink.user("a")
            + ink.user("b")
            + ink.choice("way", "way__side")
            + ink.user("side")
            + ink.inclusive("join")
            + ink.user("after")
            + ink.end()
            + ink.end("other")
            + ink.chain("start", "split", "a", "join", "after", "end")
            + ink.chain("split", "b", "way", "side", "other")
            + ink.flow("way", "join", "x = 1")
        )
    )
    begun, _ = run(graph, Start({"x": 0}))
    one, _ = run(graph, done("a"), done("b"), state=begun)
    other, _ = run(graph, done("b"), done("a"), state=begun)
    assert one == other
    assert {token.node for token in one.tokens} == {"after", "side"}
    with pytest.raises(TakeBackNotAllowed):
        run(graph, TakeBack("b", "", 1), state=one)


def test_a_state_with_calls_comes_back_from_json() -> None:
    for each in (CALLED, WAITING):
        assert State.from_json(each.to_json()) == each
