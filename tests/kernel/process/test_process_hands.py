"""Signers, take-back and termination, one step at a time; and what earlier editions kept."""

from __future__ import annotations

import json

import pytest

from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.graph import Graph, parse
from lianjing.kernel.process.interpret import (
    INITIAL,
    Action,
    AddSigner,
    CancelTimer,
    CloseItem,
    Complete,
    Effect,
    Ended,
    Fire,
    NotOpen,
    OpenItem,
    Return,
    Returned,
    SetTimer,
    SignerNotAllowed,
    Start,
    State,
    TakeBack,
    TakeBackNotAllowed,
    Terminate,
    Token,
    Withdraw,
    action_from_dict,
    interpret,
)
from tests.kernel.process import drawn_process as ink


def decide(decision: str, variables: object) -> DecisionResult:
    raise NotImplementedError


def run(graph: Graph, *actions: Action, state: State = INITIAL) -> tuple[State, tuple[Effect, ...]]:
    effects: tuple[Effect, ...] = ()
    for action in actions:
        state, effects = interpret(graph, state, action, decide)
    return state, effects


def done(node: str, element: str = "", **variables: object) -> Complete:
    return Complete(node, element, variables)  # type: ignore[arg-type]


LINE = parse(
    ink.definitions(
        ink.start()
        + ink.user("apply")
        + ink.user("check", lj_returns="apply")
        + ink.timer("late", "check", cancel="false")
        + ink.user("urge")
        + ink.end("urged")
        + ink.joint("review")
        + ink.user("approve")
        + ink.end()
        + ink.chain("start", "apply", "check", "review", "approve", "end")
        + ink.chain("late", "urge", "urged")
    )
)
CHECKING, _ = run(LINE, Start({"departments": ["audit", "law"]}), done("apply"))
REVIEWING, _ = run(LINE, done("check"), state=CHECKING)


def before(signer: str) -> AddSigner:
    return AddSigner("check", "", 1, signer, is_before=True)


def after(signer: str) -> AddSigner:
    return AddSigner("check", "", 1, signer, is_before=False)


def test_a_signer_before_sets_the_item_aside_until_he_has_signed() -> None:
    state, effects = run(LINE, before("wang"), state=CHECKING)
    assert effects == (CloseItem("check", "", 1, "added_signer"), OpenItem("check", "+wang", 1, "wang"))
    with pytest.raises(NotOpen):
        run(LINE, done("check"), state=state)
    state, effects = run(LINE, done("check", "+wang"), state=state)
    assert effects == (CloseItem("check", "+wang", 1, "done"), OpenItem("check", "", 1))
    assert state.tokens == CHECKING.tokens
    assert state.timers == CHECKING.timers


def test_the_item_comes_back_when_the_last_of_two_signers_before_has_signed() -> None:
    state, _ = run(LINE, before("wang"), before("li"), state=CHECKING)
    state, effects = run(LINE, done("check", "+li"), state=state)
    assert effects == (CloseItem("check", "+li", 1, "done"),)
    _, effects = run(LINE, done("check", "+wang"), state=state)
    assert effects[-1] == OpenItem("check", "", 1)


def test_a_signer_after_gets_his_item_when_the_holder_has_decided_and_lets_the_process_go_on() -> None:
    state, effects = run(LINE, after("wang"), state=CHECKING)
    assert effects == ()
    state, effects = run(LINE, done("check"), state=state)
    assert effects == (CloseItem("check", "", 1, "done"), OpenItem("check", "+wang", 1, "wang"))
    state, effects = run(LINE, done("check", "+wang"), state=state)
    assert effects[:2] == (CloseItem("check", "+wang", 1, "done"), CancelTimer("late", "check", ""))
    assert {token.node for token in state.tokens} == {"review"}
    assert state.signers == ()


def test_a_signer_of_one_office_holds_up_the_joint_review_and_a_return_sends_him_away() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.user("apply")
            + ink.joint("review", lj_returns="apply")
            + ink.user("approve")
            + ink.end()
            + ink.chain("start", "apply", "review", "approve", "end")
        )
    )
    state, _ = run(
        graph,
        Start({"departments": ["audit", "law"]}),
        done("apply"),
        AddSigner("review", "audit", 1, "wang", is_before=True),
        done("review", "law"),
    )
    assert state.tokens == (Token("review", "audit+wang", 1),)
    state, effects = run(graph, Return("review", "audit+wang", "apply"), state=state)
    assert effects == (CloseItem("review", "audit+wang", 1, "returned"), OpenItem("apply", "", 2))
    assert (state.signers, state.finished) == ((), ())


@pytest.mark.parametrize(
    "action", [before(""), before("wang"), AddSigner("check", "+wang", 1, "li", is_before=True)]
)
def test_no_signer_is_added_twice_without_a_name_or_to_a_signer(action: AddSigner) -> None:
    state, _ = run(LINE, before("wang"), state=CHECKING)
    with pytest.raises(SignerNotAllowed):
        run(LINE, action, state=state)


def test_a_signer_is_added_only_to_an_open_item_of_that_round() -> None:
    for action in (
        AddSigner("apply", "", 1, "wang", is_before=True),
        AddSigner("check", "", 2, "wang", is_before=False),
    ):
        with pytest.raises(NotOpen):
            run(LINE, action, state=CHECKING)


def test_a_step_is_taken_back_with_its_round_and_its_timers() -> None:
    state, effects = run(LINE, TakeBack("check", "", 1), state=REVIEWING)
    assert effects == (
        CloseItem("review", "audit", 1, "taken_back"),
        CloseItem("review", "law", 1, "taken_back"),
        OpenItem("check", "", 1),
        SetTimer("late", "check", "", "3 working_day"),
    )
    assert (state.tokens, state.timers) == (CHECKING.tokens, CHECKING.timers)
    again, _ = run(LINE, done("check"), state=state)
    assert [token.round for token in again.tokens] == [2, 2]


@pytest.mark.parametrize(
    "touch",
    [
        done("review", "law"),
        AddSigner("review", "law", 1, "wang", is_before=False),
    ],
)
def test_a_step_is_not_taken_back_once_someone_has_touched_what_follows(touch: Action) -> None:
    assert REVIEWING.may_take_back("check", "", 1)
    state, _ = run(LINE, touch, state=REVIEWING)
    assert not state.may_take_back("check", "", 1)
    with pytest.raises(TakeBackNotAllowed) as caught:
        run(LINE, TakeBack("check", "", 1), state=state)
    assert caught.value.node == "check"


def test_a_reminder_that_has_fired_is_a_touch_as_well() -> None:
    state, _ = run(LINE, Fire("late", ""), state=CHECKING)
    with pytest.raises(TakeBackNotAllowed):
        run(LINE, TakeBack("apply", "", 1), state=state)


def test_each_office_may_take_back_its_own_part_until_the_step_behind_is_touched() -> None:
    state, _ = run(LINE, done("review", "audit"), done("review", "law"), state=REVIEWING)
    state, effects = run(LINE, TakeBack("review", "audit", 1), state=state)
    assert effects == (CloseItem("approve", "", 1, "taken_back"), OpenItem("review", "audit", 1))
    assert state.may_take_back("review", "law", 1)
    state, effects = run(LINE, TakeBack("review", "law", 1), state=state)
    assert effects == (OpenItem("review", "law", 1),)
    assert state.tokens == REVIEWING.tokens


def test_nothing_is_taken_back_after_the_end_or_by_the_wrong_round() -> None:
    ended, _ = run(LINE, Withdraw(), state=REVIEWING)
    with pytest.raises(NotOpen):
        run(LINE, TakeBack("check", "", 1), state=ended)
    with pytest.raises(TakeBackNotAllowed):
        run(LINE, TakeBack("check", "", 2), state=REVIEWING)


FORK = parse(
    ink.definitions(
        ink.start()
        + ink.user("first")
        + ink.parallel("split")
        + ink.user("a")
        + ink.user("b")
        + ink.parallel("join")
        + ink.user("after")
        + ink.end()
        + ink.chain("start", "first", "split", "a", "join", "after", "end")
        + ink.chain("split", "b", "join")
    )
)


def test_a_token_that_waits_at_a_join_is_taken_back_and_one_that_the_join_took_is_not() -> None:
    state, _ = run(FORK, Start({}), done("first"), done("a"))
    back, effects = run(FORK, TakeBack("a", "", 1), state=state)
    assert effects == (OpenItem("a", "", 1),)
    assert back.arrived == {}
    joined, _ = run(FORK, done("b"), state=state)
    for node in ("a", "b"):
        with pytest.raises(TakeBackNotAllowed):
            run(FORK, TakeBack(node, "", 1), state=joined)


def test_a_termination_closes_everything_and_says_so() -> None:
    state, effects = run(LINE, Terminate("项目取消"), state=CHECKING)
    assert effects == (
        CloseItem("check", "", 1, "terminated"),
        CancelTimer("late", "check", ""),
        Ended("terminated"),
    )
    assert (state.is_ended, state.outcome, state.finished) == (True, "terminated", ())
    with pytest.raises(NotOpen):
        run(LINE, Terminate("再次"), state=state)


def test_states_and_actions_of_earlier_editions_are_read_and_go_on() -> None:
    old = (
        '{"arrived":{"a__join":1},"rounds":{"a":1,"b":1,"first":1},"tokens":[["b","",1]],'
        '"variables":{"amount":5,"names":["x"]}}'
    )
    state = State.from_json(old)
    assert state.to_json() == old
    assert (state.calls, state.signers, state.finished) == ((), (), ())
    with pytest.raises(TakeBackNotAllowed):
        run(FORK, TakeBack("a", "", 1), state=state)
    recorded = [
        '{"act": "start", "variables": {"amount": 5, "names": ["x"]}}',
        '{"act": "complete", "node": "first", "element": "", "variables": {}}',
        '{"act": "complete", "node": "a", "element": "", "variables": {}}',
    ]
    replayed, _ = run(FORK, *(action_from_dict(json.loads(text)) for text in recorded))
    assert replayed.stands_as(state)
    more = ['{"act": "fire", "timer": "late", "element": ""}', '{"act": "withdraw"}']
    more += ['{"act": "return", "node": "a", "element": "", "target": "b"}']
    assert [action_from_dict(json.loads(text)) for text in more] == [
        Fire("late", ""),
        Withdraw(),
        Return("a", "", "b"),
    ]
    ended = '{"ended":true,"outcome":"end","rounds":{"a":1},"variables":{}}'
    assert State.from_json(ended).is_ended


@pytest.mark.parametrize(
    "action",
    [
        before("wang"),
        TakeBack("check", "", 1),
        Terminate("原因"),
        Returned("survey", "", 1, "end", {"area": 1}),
    ],
)
def test_a_new_action_survives_the_trail(action: Action) -> None:
    assert action_from_dict(json.loads(json.dumps(action.to_dict()))) == action


def test_a_state_with_signers_and_memory_comes_back_from_json() -> None:
    state, _ = run(LINE, after("wang"), before("li"), state=CHECKING)
    for each in (state, REVIEWING):
        assert State.from_json(each.to_json()) == each
