"""What a diagram may not do is found before it is published."""

from __future__ import annotations

import pytest

from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.soundness import check
from tests.kernel.process import drawn_process as ink


def faults(body: str, **given: int) -> list[tuple[str, str]]:
    return [(fault.element_id, fault.message) for fault in check(parse(ink.definitions(body)), **given)]


FORK = (
    ink.start()
    + ink.parallel("split")
    + ink.user("a")
    + ink.user("b")
    + ink.parallel("join")
    + ink.end()
    + ink.chain("start", "split", "a")
    + ink.chain("split", "b", "join", "end")
)
JOINED = FORK + ink.flow("a", "join")


def test_a_plain_process_is_sound() -> None:
    assert faults(JOINED) == []


def test_a_choice_joined_by_a_parallel_gateway_stops_for_ever() -> None:
    found = faults(
        ink.start()
        + ink.choice("g", "g__a")
        + ink.user("a")
        + ink.user("b")
        + ink.parallel("join")
        + ink.end()
        + ink.chain("start", "g", "a", "join", "end")
        + ink.flow("g", "b", "x = 1")
        + ink.flow("b", "join")
    )
    assert ("join", "汇聚网关会等不到其他分支,流程停在此处") in found


def test_a_loop_that_leaves_one_branch_of_a_parallel_block_is_found() -> None:
    found = faults(
        ink.start()
        + ink.choice("head")
        + ink.parallel("split")
        + ink.user("a")
        + ink.user("b")
        + ink.choice("g", "g__join")
        + ink.parallel("join")
        + ink.end()
        + ink.chain("start", "head", "split", "a", "g", "join", "end")
        + ink.chain("split", "b", "join")
        + ink.flow("g", "head", "again")
    )
    assert any(element in ("b", "join") and "并行的一个分支" in message for element, message in found)


def test_a_return_from_behind_the_join_into_one_branch_is_found() -> None:
    found = faults(
        JOINED.replace("join__end", "join__after").replace('targetRef="end"', 'targetRef="after"')
        + ink.user("after", lj_returns="a")
        + ink.flow("after", "end")
    )
    assert [element for element, _ in found] == ["join"]


def test_a_return_within_a_branch_and_one_before_the_split_are_sound() -> None:
    body = (
        ink.start()
        + ink.user("first")
        + ink.parallel("split")
        + ink.user("a")
        + ink.user("a2", lj_returns="a first")
        + ink.user("b")
        + ink.parallel("join")
        + ink.user("after", lj_returns="first")
        + ink.end()
        + ink.chain("start", "first", "split", "a", "a2", "join", "after", "end")
        + ink.chain("split", "b", "join")
    )
    assert faults(body) == []


def test_two_branches_that_meet_without_a_join_open_the_next_step_twice() -> None:
    found = faults(
        FORK.replace(
            '<bpmn:parallelGateway id="join" name="join"></bpmn:parallelGateway>',
            ink.choice("join") + ink.user("next"),
        )
        .replace("join__end", "join__next")
        .replace('sourceRef="join" targetRef="end"', 'sourceRef="join" targetRef="next"')
        + ink.flow("a", "join")
        + ink.flow("next", "end")
    )
    assert [element for element, _ in found] == ["next"]


def test_a_step_from_which_the_end_cannot_be_reached_is_found() -> None:
    found = faults(
        ink.start()
        + ink.choice("g", "g__end")
        + ink.end()
        + ink.user("trap")
        + ink.choice("again")
        + ink.chain("start", "g", "end")
        + ink.flow("g", "trap", "x = 1")
        + ink.chain("trap", "again", "trap")
    )
    assert found == [("trap", "从此处再也到不了结束")]


def test_a_step_that_nothing_leads_to_is_dead() -> None:
    found = faults(
        ink.start()
        + ink.end()
        + ink.user("x")
        + ink.choice("y")
        + ink.flow("start", "end")
        + ink.chain("x", "y", "x")
    )
    assert found == [("x", "没有一条路能到达此处"), ("y", "没有一条路能到达此处")]


def test_a_circle_of_automatic_nodes_is_found() -> None:
    found = faults(
        ink.start()
        + ink.choice("g", "g__tier")
        + ink.rule("tier", "t")
        + ink.end()
        + ink.chain("start", "g", "tier", "g")
        + ink.flow("g", "end", "x = 1")
    )
    assert [element for element, _ in found] == ["g", "tier"]


def test_a_reminder_that_runs_into_the_main_way_is_found_and_one_with_its_own_end_is_sound() -> None:
    main = (
        ink.start()
        + ink.user("a")
        + ink.user("b")
        + ink.end()
        + ink.timer("late", "a", cancel="false")
        + ink.user("urge")
    )
    way = ink.chain("start", "a", "b", "end") + ink.flow("late", "urge")
    assert [element for element, _ in faults(main + way + ink.flow("urge", "b"))] == ["b"]
    assert faults(main + way + ink.end("urged") + ink.flow("urge", "urged")) == []


def test_a_reminder_in_a_loop_is_sound_although_it_may_be_open_twice() -> None:
    assert (
        faults(
            ink.start()
            + ink.choice("head")
            + ink.user("a")
            + ink.timer("late", "a", cancel="false")
            + ink.user("urge")
            + ink.end("urged")
            + ink.choice("again", "again__end")
            + ink.end()
            + ink.chain("start", "head", "a", "again", "end")
            + ink.flow("again", "head", "x = 1")
            + ink.chain("late", "urge", "urged")
        )
        == []
    )


def test_an_interrupting_timer_is_a_way_like_any_other() -> None:
    assert (
        faults(
            ink.start()
            + ink.user("a")
            + ink.timer("expired", "a")
            + ink.end("lapsed")
            + ink.end()
            + ink.chain("start", "a", "end")
            + ink.flow("expired", "lapsed")
        )
        == []
    )


def test_a_diagram_with_too_many_states_is_not_passed() -> None:
    found = faults(JOINED, limit=2)
    assert found == [("start", "可达状态超过2个,无法证明流程正确")]


@pytest.mark.parametrize("times", [1, 2])
def test_the_proof_says_the_same_each_time(times: int) -> None:
    assert [faults(JOINED) for _ in range(times)] == [[]] * times


CHOSEN = (
    ink.start()
    + ink.inclusive("split", "split__a")
    + ink.user("a")
    + ink.call("b")
    + ink.catch("wait")
    + ink.end()
    + ink.chain("start", "split", "a", "join")
    + ink.chain("b", "wait", "join")
    + ink.flow("split", "b", "x = 1")
)


def test_an_inclusive_block_with_a_call_and_a_catch_timer_is_sound() -> None:
    assert faults(CHOSEN + ink.inclusive("join") + ink.flow("join", "end")) == []


def test_an_inclusive_split_joined_by_a_parallel_gateway_stops_for_ever() -> None:
    found = faults(CHOSEN + ink.parallel("join") + ink.flow("join", "end"))
    assert [element for element, _ in found] == ["join"]


def test_an_inclusive_split_that_meets_without_a_join_opens_the_next_step_twice() -> None:
    body = CHOSEN.replace('default="split__a"', "").replace(
        ink.flow("split", "a"), ink.flow("split", "a", "x = 2")
    )
    found = faults(body + ink.choice("join") + ink.user("next") + ink.chain("join", "next", "end"))
    assert [element for element, _ in found] == ["next"]


def test_a_terminate_end_leaves_nothing_behind() -> None:
    body = (
        ink.start()
        + ink.parallel("split")
        + ink.user("a")
        + ink.call("b")
        + ink.stop("cancelled")
        + ink.choice("way", "way__join")
        + ink.parallel("join")
        + ink.end()
        + ink.chain("start", "split", "a", "way", "join", "end")
        + ink.chain("split", "b", "join")
    )
    assert faults(body + ink.flow("way", "cancelled", "x = 1")) == []
    plain = body.replace("<bpmn:terminateEventDefinition/>", "")
    assert ("join", "汇聚网关会等不到其他分支,流程停在此处") in faults(
        plain + ink.flow("way", "cancelled", "x = 1")
    )
