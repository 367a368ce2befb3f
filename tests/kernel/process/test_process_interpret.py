"""One step of a process: what opens, what closes, what is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lianjing.kernel.process.decision import DecisionResult, MatchedRule
from lianjing.kernel.process.expression import Value
from lianjing.kernel.process.graph import Graph, parse
from lianjing.kernel.process.interpret import (
    INITIAL,
    Action,
    AlreadyStarted,
    BadVariable,
    CancelTimer,
    CloseItem,
    Complete,
    Decided,
    Effect,
    EmptyCollection,
    Ended,
    EndlessLoop,
    Fire,
    NoPath,
    NotOpen,
    OpenItem,
    Return,
    ReturnNotAllowed,
    SetTimer,
    Start,
    State,
    Stuck,
    Token,
    Withdraw,
    action_from_dict,
    interpret,
)
from tests.kernel.process import drawn_process as ink

OFFICES: list[str] = ["finance", "audit", "law"]
RULE = MatchedRule("r2", 2, "change#15")


def decide(decision: str, variables: Mapping[str, Value]) -> DecisionResult:
    return DecisionResult(
        {"tier": "major", "offices": list(OFFICES)}, (RULE,), {"amount": variables["amount"]}
    )


def run(graph: Graph, *actions: Action, state: State = INITIAL) -> tuple[State, tuple[Effect, ...]]:
    """Perform the actions in turn; the effects are those of the last."""
    effects: tuple[Effect, ...] = ()
    for action in actions:
        state, effects = interpret(graph, state, action, decide)
    return state, effects


def done(node: str, element: str = "", **variables: Value) -> Complete:
    return Complete(node, element, variables)


REVIEW = parse(
    ink.definitions(
        ink.start()
        + ink.user("apply")
        + ink.joint("review", "offices", lj_returns="apply")
        + ink.timer("late", "review", "@review.late", cancel="false")
        + ink.user("urge")
        + ink.end("urged")
        + ink.timer("expired", "review", "10 working_day")
        + ink.end("lapsed")
        + ink.user("approve", lj_returns="apply review")
        + ink.end()
        + ink.chain("start", "apply", "review", "approve", "end")
        + ink.chain("late", "urge", "urged")
        + ink.flow("expired", "lapsed")
    )
)
BEGUN, _ = run(REVIEW, Start({"offices": OFFICES}))
IN_REVIEW, OPENED = run(REVIEW, done("apply"), state=BEGUN)


def test_starting_opens_the_first_step() -> None:
    state, effects = run(REVIEW, Start({"offices": OFFICES}))
    assert effects == (OpenItem("apply", "", 1),)
    assert state.tokens == (Token("apply", "", 1),)


def test_a_joint_review_opens_once_for_each_office_and_sets_its_timers() -> None:
    assert (
        CloseItem("apply", "", 1, "done"),
        OpenItem("review", "finance", 1),
        OpenItem("review", "audit", 1),
        OpenItem("review", "law", 1),
        SetTimer("late", "review", "", "@review.late"),
        SetTimer("expired", "review", "", "10 working_day"),
    ) == OPENED


def test_an_office_named_twice_reviews_once() -> None:
    state, _ = run(REVIEW, Start({"offices": ["law", "audit", "law"]}), done("apply"))
    assert [token.element for token in state.tokens] == ["audit", "law"]


def test_two_departments_that_finish_a_joint_review_at_once_leave_one_state_in_either_order() -> None:
    last_two, _ = run(REVIEW, done("review", "audit"), state=IN_REVIEW)
    one, effects = run(
        REVIEW, done("review", "law", law="pass"), done("review", "finance", finance="pass"), state=last_two
    )
    other, _ = run(
        REVIEW, done("review", "finance", finance="pass"), done("review", "law", law="pass"), state=last_two
    )
    assert one == other
    assert one.to_json() == other.to_json()
    assert effects == (
        CloseItem("review", "finance", 1, "done"),
        CancelTimer("late", "review", ""),
        CancelTimer("expired", "review", ""),
        OpenItem("approve", "", 1),
    )


def test_the_same_item_cannot_be_done_twice() -> None:
    state, _ = run(REVIEW, done("review", "law"), state=IN_REVIEW)
    with pytest.raises(NotOpen) as caught:
        run(REVIEW, done("review", "law"), state=state)
    assert (caught.value.node, caught.value.detail) == ("review", "law")


def test_a_return_out_of_a_joint_review_closes_the_siblings_and_starts_a_new_round() -> None:
    partly, _ = run(REVIEW, done("review", "finance"), state=IN_REVIEW)
    state, effects = run(REVIEW, Return("review", "audit", "apply"), state=partly)
    assert effects == (
        CloseItem("review", "audit", 1, "returned"),
        CloseItem("review", "law", 1, "terminated"),
        CancelTimer("late", "review", ""),
        CancelTimer("expired", "review", ""),
        OpenItem("apply", "", 2),
    )
    assert state.tokens == (Token("apply", "", 2),)
    again, _ = run(REVIEW, done("apply"), state=state)
    assert again.tokens == tuple(Token("review", office, 2) for office in sorted(OFFICES))


def test_a_return_into_a_joint_review_opens_it_for_all_offices_again() -> None:
    reviewed, _ = run(REVIEW, *(done("review", office) for office in OFFICES), state=IN_REVIEW)
    state, effects = run(REVIEW, Return("approve", "", "review"), state=reviewed)
    assert {effect.element for effect in effects if isinstance(effect, OpenItem)} == set(OFFICES)
    assert len(state.timers) == 2


def test_a_return_withdraws_a_reminder_that_lies_after_its_target() -> None:
    state, _ = run(REVIEW, Fire("late", ""), state=IN_REVIEW)
    _, effects = run(REVIEW, Return("review", "law", "apply"), state=state)
    assert CloseItem("urge", "", 1, "terminated") in effects


def test_a_return_to_a_step_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ReturnNotAllowed):
        run(REVIEW, Return("review", "law", "approve"), state=IN_REVIEW)
    with pytest.raises(NotOpen):
        run(REVIEW, Return("approve", "", "apply"), state=IN_REVIEW)


def test_a_reminder_fires_once_and_leaves_its_step_open() -> None:
    state, effects = run(REVIEW, Fire("late", ""), state=IN_REVIEW)
    assert effects == (OpenItem("urge", "", 1),)
    assert len(state.tokens) == 4
    with pytest.raises(NotOpen):
        run(REVIEW, Fire("late", ""), state=state)


def test_an_interrupting_timer_closes_all_instances_and_the_other_timers() -> None:
    partly, _ = run(REVIEW, done("review", "finance"), state=IN_REVIEW)
    state, effects = run(REVIEW, Fire("expired", ""), state=partly)
    assert effects == (
        CloseItem("review", "audit", 1, "terminated"),
        CloseItem("review", "law", 1, "terminated"),
        CancelTimer("late", "review", ""),
        Ended("lapsed"),
    )
    assert state.is_ended


def test_a_timer_that_fires_after_its_item_was_done_is_refused() -> None:
    state, _ = run(REVIEW, *(done("review", office) for office in OFFICES), state=IN_REVIEW)
    with pytest.raises(NotOpen):
        run(REVIEW, Fire("expired", ""), state=state)


def test_the_end_of_a_reminder_does_not_replace_the_outcome_of_the_main_way() -> None:
    reviewed = [done("review", office) for office in OFFICES]
    state, _ = run(REVIEW, Fire("late", ""), *reviewed, done("approve"), state=IN_REVIEW)
    assert not state.is_ended
    state, effects = run(REVIEW, done("urge"), state=state)
    assert effects[-1] == Ended("end")
    early, _ = run(REVIEW, Fire("late", ""), done("urge"), *reviewed, done("approve"), state=IN_REVIEW)
    assert early.outcome == "end"


def test_a_withdrawal_closes_items_and_timers_and_ends() -> None:
    state, effects = run(REVIEW, Withdraw(), state=IN_REVIEW)
    assert effects[0] == CloseItem("review", "audit", 1, "withdrawn")
    assert CancelTimer("late", "review", "") in effects
    assert effects[-1] == Ended("withdrawn")
    assert (state.is_ended, state.tokens, state.timers) == (True, (), ())


@pytest.mark.parametrize(
    "action",
    [
        done("apply"),
        Withdraw(),
        Fire("late", ""),
        Return("review", "law", "apply"),
    ],
)
def test_nothing_happens_before_the_start_or_after_the_end(action: Action) -> None:
    ended, _ = run(REVIEW, Withdraw(), state=BEGUN)
    for state in (INITIAL, ended):
        with pytest.raises(NotOpen):
            run(REVIEW, action, state=state)


def test_a_process_starts_only_once() -> None:
    with pytest.raises(AlreadyStarted):
        run(REVIEW, Start({}), state=BEGUN)


@pytest.mark.parametrize("offices", [[], None, "finance", ["finance", ""]])
def test_a_joint_review_without_offices_is_refused(offices: Value) -> None:
    with pytest.raises(EmptyCollection) as caught:
        run(REVIEW, done("apply", offices=offices), state=BEGUN)
    assert "offices" in caught.value.message


@pytest.mark.parametrize("value", [1.5, ("a",), {"a": 1}, [1]])
def test_a_variable_of_another_kind_is_refused(value: object) -> None:
    with pytest.raises(BadVariable):
        run(REVIEW, Complete("apply", "", {"x": value}), state=BEGUN)  # type: ignore[dict-item]


def test_a_list_variable_is_copied_so_that_a_later_change_does_not_reach_the_state() -> None:
    offices = ["law"]
    state, _ = run(REVIEW, Start({"offices": offices}))
    offices.append("audit")
    assert state.variables["offices"] == ["law"]


TIERED = parse(
    ink.definitions(
        ink.start()
        + ink.rule("tier", "change_tier")
        + ink.choice("above", "above__clerk")
        + ink.user("clerk")
        + ink.user("meeting")
        + ink.choice("merge")
        + ink.end()
        + ink.chain("start", "tier", "above", "clerk", "merge", "end")
        + ink.chain("meeting", "merge")
        + ink.flow("above", "meeting", "tier = &quot;major&quot; and amount &gt;= 100")
    )
)


def test_a_rule_step_logs_its_decision_and_its_outputs_choose_the_way() -> None:
    state, effects = run(TIERED, Start({"amount": 100}))
    assert effects == (
        Decided("tier", "change_tier", {"amount": 100}, {"tier": "major", "offices": OFFICES}, (RULE,)),
        OpenItem("meeting", "", 1),
    )
    assert state.variables["offices"] == OFFICES
    other, _ = run(TIERED, Start({"amount": 99}))
    assert other.tokens == (Token("clerk", "", 1),)


def test_a_choice_without_a_true_condition_and_without_default_is_refused() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.choice("g")
            + ink.end()
            + ink.end("other")
            + ink.flow("start", "g")
            + ink.flow("g", "end", "amount &lt; 1")
            + ink.flow("g", "other", "amount &gt; 1")
        )
    )
    with pytest.raises(NoPath) as caught:
        run(graph, Start({"amount": 1}))
    assert caught.value.node == "g"


def test_the_first_true_condition_in_the_order_of_the_diagram_wins() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.choice("g")
            + ink.end("first")
            + ink.end("second")
            + ink.flow("start", "g")
            + ink.flow("g", "first", "true")
            + ink.flow("g", "second", "true")
        )
    )
    state, effects = run(graph, Start({}))
    assert (state.outcome, effects) == ("first", (Ended("first"),))


FORK = (
    ink.start()
    + ink.parallel("split")
    + ink.user("a", lj_returns="{back}")
    + ink.user("b")
    + ink.parallel("join")
    + ink.user("after", lj_returns="a")
    + ink.end()
    + ink.chain("start", "first", "split", "a", "join", "after", "end")
    + ink.chain("split", "b", "join")
    + ink.user("first")
)


def test_a_join_waits_for_one_token_on_each_flow() -> None:
    graph = parse(ink.definitions(FORK.replace("{back}", "first")))
    state, effects = run(graph, Start({}), done("first"), done("a"))
    assert effects == (CloseItem("a", "", 1, "done"),)
    assert state.arrived == {"a__join": 1}
    state, effects = run(graph, done("b"), state=state)
    assert effects[-1] == OpenItem("after", "", 1)
    assert state.arrived == {}


def test_a_return_before_the_split_takes_back_both_branches_and_the_arrival_at_the_join() -> None:
    graph = parse(ink.definitions(FORK.replace("{back}", "first")))
    state, _ = run(graph, Start({}), done("first"), done("b"))
    state, effects = run(graph, Return("a", "", "first"), state=state)
    assert effects == (CloseItem("a", "", 1, "returned"), OpenItem("first", "", 2))
    assert state.arrived == {}
    state, _ = run(graph, done("first"), state=state)
    assert state.tokens == (Token("a", "", 2), Token("b", "", 2))


def test_a_step_that_would_leave_a_join_waiting_for_ever_is_refused() -> None:
    graph = parse(ink.definitions(FORK.replace("{back}", "first")))
    state, _ = run(graph, Start({}), done("first"), done("a"), done("b"), Return("after", "", "a"))
    with pytest.raises(Stuck) as caught:
        run(graph, done("a"), state=state)
    assert caught.value.node == "join"


def test_a_return_inside_one_branch_leaves_the_other_branch_alone_even_inside_a_loop() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.choice("head")
            + ink.parallel("split")
            + ink.user("draft")
            + ink.user("check", lj_returns="draft")
            + ink.user("price")
            + ink.parallel("join")
            + ink.choice("again", "again__end")
            + ink.end()
            + ink.chain("start", "head", "split", "draft", "check", "join", "again", "end")
            + ink.chain("split", "price", "join")
            + ink.flow("again", "head", "again")
        )
    )
    state, _ = run(graph, Start({"again": False}), done("draft"))
    state, effects = run(graph, Return("check", "", "draft"), state=state)
    assert state.tokens == (Token("draft", "", 2), Token("price", "", 1))
    assert CloseItem("price", "", 1, "terminated") not in effects


def test_a_join_counts_two_arrivals_on_one_flow_as_two() -> None:
    graph = parse(ink.definitions(FORK.replace("{back}", "first")))
    state, _ = run(graph, Start({}), done("first"))
    doubled = state._replace(tokens=(*state.tokens, Token("a", "", 2)))
    state, _ = run(graph, done("a"), done("a"), state=doubled)
    assert state.arrived == {"a__join": 2}
    state, _ = run(graph, done("b"), state=state)
    assert state.arrived == {"a__join": 1}


def test_automatic_steps_that_run_in_a_circle_are_stopped() -> None:
    graph = parse(
        ink.definitions(
            ink.start()
            + ink.choice("g", "g__tier")
            + ink.rule("tier", "t")
            + ink.end()
            + ink.chain("start", "g", "tier", "g")
            + ink.flow("g", "end", "amount = 0")
        )
    )
    with pytest.raises(EndlessLoop):
        run(graph, Start({"amount": 1}))


@pytest.mark.parametrize(
    "action",
    [
        Start({"offices": OFFICES, "amount": 5}),
        done("apply", opinion="同意"),
        Return("review", "law", "apply"),
        Withdraw(),
        Fire("late", ""),
    ],
)
def test_an_action_survives_the_trail(action: Action) -> None:
    assert action_from_dict(action.to_dict()) == action


def test_an_unknown_action_of_the_trail_is_an_error() -> None:
    with pytest.raises(KeyError):
        action_from_dict({"act": "approve"})


def test_the_state_is_small_and_comes_back_from_json() -> None:
    text = IN_REVIEW.to_json()
    assert len(text.encode()) < 400
    assert State.from_json(text) == IN_REVIEW
    assert State.from_json(INITIAL.to_json()) == INITIAL
