"""What people once did is followed through another version: what is added, falls away, is barred or cannot be told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lianjing.kernel.process.action import Action, Complete, Return, Start, Withdraw
from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.expression import Value
from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.rerun import Place, Rerun, rerun
from tests.kernel.process.drawn_process import (
    catch,
    chain,
    choice,
    definitions,
    end,
    flow,
    joint,
    parallel,
    rule,
    start,
    straight,
    user,
)


def tiers(limit: int = 100):
    def decide(_key: str, variables: Mapping[str, Value]) -> DecisionResult:
        amount = variables["amount"]
        assert isinstance(amount, int)
        return DecisionResult({"tier": "large" if amount >= limit else "small"}, ())

    return decide


def did(*steps: str, **variables: Value) -> list[Action]:
    """The first step brings the variables; "joint/PLN" is an element."""
    actions: list[Action] = [Start({})]
    for place, step in enumerate(steps):
        node, _mark, element = step.partition("/")
        actions.append(Complete(node, element, variables if place == 0 else {}))
    return actions


def follow(
    xml: str, actions: list[Action], limit: int = 100, still_open: frozenset[Place] | None = None
) -> Rerun:
    return rerun(parse(xml), actions, tiers(limit), still_open=still_open)


TIERED = definitions(
    start()
    + user("apply")
    + rule("rank", "tier")
    + choice("split", default="f_small")
    + user("board")
    + user("head")
    + end()
    + chain("start", "apply", "rank", "split")
    + flow("split", "board", 'tier = "large"')
    + flow("split", "head", key="f_small")
    + chain("board", "end")
    + chain("head", "end")
)


def test_the_same_version_gives_the_same_way() -> None:
    found = follow(TIERED, did("apply", "head", amount=80))
    assert found.done == (("apply", ""), ("head", ""))
    assert (found.assumed, found.fallen, found.barred, found.stopped) == ((), (), (), ("", ""))
    assert found.state.outcome == "end"


def test_a_lower_tier_sends_a_matter_to_another_body() -> None:
    found = follow(TIERED, did("apply", "head", amount=80), limit=50)
    assert found.assumed == (("board", ""),)
    assert found.fallen == (("head", ""),)
    assert found.decided == (("tier", {"tier": "large"}),)


def test_a_matter_beyond_both_tiers_goes_as_before() -> None:
    found = follow(TIERED, did("apply", "board", amount=500), limit=50)
    assert (found.assumed, found.fallen) == ((), ())


def test_an_added_step_is_taken_as_done() -> None:
    found = follow(straight(user("apply"), user("check"), user("pay")), did("apply", "pay"))
    assert found.assumed == (("check", ""),)
    assert found.done == (("apply", ""), ("pay", ""))


def test_a_dropped_step_falls_away() -> None:
    found = follow(straight(user("apply"), user("pay")), did("apply", "check", "pay"))
    assert found.fallen == (("check", ""),)
    assert found.state.is_ended


def test_steps_in_another_order_are_neither_added_nor_dropped() -> None:
    found = follow(straight(user("apply"), user("pay"), user("check")), did("apply", "check", "pay"))
    assert (found.assumed, found.fallen) == ((), ())
    assert found.done == (("apply", ""), ("pay", ""), ("check", ""))


def test_a_wait_of_the_draft_passes() -> None:
    xml = definitions(start() + user("apply") + catch("wait") + user("pay") + end())
    xml = xml.replace("</bpmn:process>", chain("start", "apply", "wait", "pay", "end") + "</bpmn:process>")
    assert follow(xml, did("apply", "pay")).done == (("apply", ""), ("pay", ""))


def test_a_return_that_the_draft_does_not_allow_is_barred() -> None:
    actions = [*did("apply"), Return("check", "", "apply"), *did("apply", "check")[1:]]
    assert follow(straight(user("apply"), user("check", lj_returns="apply")), actions).barred == ()
    found = follow(straight(user("apply"), user("check")), actions)
    assert found.barred == (("check", "apply"),)
    assert found.fallen == ()


def test_elements_of_a_joint_review_that_are_no_longer_asked_fall_away() -> None:
    xml = straight(user("apply"), joint("review"))
    actions: list[Action] = [
        Start({}),
        Complete("apply", "", {"departments": ["FIN", "PLN"]}),
        Complete("review", "FIN", {}),
        Complete("review", "LAW", {}),
    ]
    found = follow(xml, actions)
    assert found.fallen == (("review", "LAW"),)
    assert found.assumed == (("review", "PLN"),)


def test_a_matter_that_runs_is_not_followed_beyond_what_is_open_today() -> None:
    found = follow(straight(user("apply"), user("pay")), did("apply"), still_open=frozenset({("pay", "")}))
    assert found.assumed == ()
    assert not found.state.is_ended


def test_what_is_open_today_in_one_branch_is_not_taken_as_done_for_the_other() -> None:
    xml = definitions(
        start() + parallel("fork") + user("left") + user("right") + parallel("meet") + end()
        + chain("start", "fork", "left", "meet", "end") + chain("fork", "right", "meet")
    )  # fmt: skip
    found = follow(xml, did("gone"), still_open=frozenset({("left", ""), ("right", "")}))
    assert (found.assumed, found.fallen) == ((), (("gone", ""),))


def test_a_withdrawn_matter_ends_where_it_was_withdrawn() -> None:
    found = follow(straight(user("apply"), user("pay")), [*did("apply"), Withdraw()])
    assert (found.assumed, found.state.outcome) == ((), "withdrawn")


def test_a_value_that_was_never_asked_for_stops_the_run_with_its_place() -> None:
    xml = TIERED.replace('tier = "large"', "urgent = true")
    found = follow(xml, did("apply", "head", amount=80))
    assert found.stopped[0] == "urgent"
    assert found.fallen == ()


@pytest.mark.parametrize("value", ["many", None])
def test_a_value_of_another_kind_stops_the_run(value: Value) -> None:
    xml = TIERED.replace('tier = "large"', "amount &gt; 3")
    found = rerun(
        parse(xml), did("apply", "head", amount=value), lambda _k, _v: DecisionResult({}, ()), still_open=None
    )
    assert found.stopped[1]


def test_a_draft_that_goes_in_a_circle_is_given_up() -> None:
    xml = definitions(
        start() + user("apply") + user("check") + choice("split", default="f_back") + end()
        + chain("start", "apply", "check", "split") + flow("split", "end", "ready = true")
        + flow("split", "apply", key="f_back")
    )  # fmt: skip
    found = follow(xml, did("apply", ready=False))
    assert found.stopped[1]
