"""Whatever people and timers do, in whatever order, a sound process keeps its books."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lianjing.kernel.process import soundness
from lianjing.kernel.process.decision import DecisionResult, MatchedRule
from lianjing.kernel.process.graph import Graph, parse
from lianjing.kernel.process.interpret import (
    INITIAL,
    Action,
    CancelTimer,
    CloseItem,
    Complete,
    Effect,
    Ended,
    Fire,
    NotOpen,
    OpenItem,
    Return,
    SetTimer,
    Start,
    State,
    Token,
    Withdraw,
    action_from_dict,
    interpret,
)
from lianjing.kernel.process.layout import layout
from tests.kernel.process.drawn_process import BLOCKS, Drawing, drawn
from tests.kernel.process.picture_rules import assert_picture_is_clean

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
PROFILE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def decide(decision: str, variables: object) -> DecisionResult:
    return DecisionResult({"tier": "general"}, (MatchedRule("r1", 1, "clause#1"),))


def with_returns(drawing: Drawing, chance: random.Random) -> Graph:
    """Declare up to two returns that keep the process sound."""
    graph = parse(drawing.xml())
    for _ in range(2):
        source, target = chance.choice(drawing.users), chance.choice(drawing.users)
        if source == target or source in drawing.returns or not graph.reach.leads(target, source):
            continue
        drawing.returns[source] = target
        changed = parse(drawing.xml())
        if soundness.check(changed):
            del drawing.returns[source]
        else:
            graph = changed
    return graph


class Office:
    """Carries out random actions and keeps its own books from the effects alone."""

    def __init__(self, graph: Graph, drawing: Drawing, chance: random.Random) -> None:
        self.graph, self.drawing, self.chance = graph, drawing, chance
        self.state = INITIAL
        self.actions: list[Action] = []
        self.effects: list[Effect] = []
        self.open: Counter[Token] = Counter()
        self.timers: Counter[tuple[str, str]] = Counter()

    def act(self, action: Action) -> None:
        self.state, effects = interpret(self.graph, self.state, action, decide)
        self.actions.append(action)
        self.effects += effects
        if isinstance(action, Fire):
            self.timers[action.timer, action.element] -= 1
        for effect in effects:
            match effect:
                case OpenItem(node, element, number):
                    self.open[Token(node, element, number)] += 1
                case CloseItem(node, element, number, _):
                    self.open[Token(node, element, number)] -= 1
                case SetTimer(timer_id, _, element, _):
                    self.timers[timer_id, element] += 1
                case CancelTimer(timer_id, _, element):
                    self.timers[timer_id, element] -= 1
        self.check_books()

    def check_books(self) -> None:
        assert Counter(self.state.tokens) == +self.open
        assert all(count >= 0 for count in (*self.open.values(), *self.timers.values()))
        assert Counter((timer.node, timer.element) for timer in self.state.timers) == +self.timers
        assert State.from_json(self.state.to_json()) == self.state
        assert self.state.is_ended == (not self.state.tokens)
        if self.state.is_ended:
            assert not self.state.timers
            assert not self.state.arrived
            assert self.effects[-1] == Ended(self.state.outcome)

    def begin(self) -> None:
        self.act(Start({**self.drawing.variables, "departments": ["finance", "audit", "law"]}))

    def completion(self, token: Token, *, is_leaving: bool = False) -> Complete:
        variables = {}
        if token.node in self.drawing.decides:
            name, values = self.drawing.decides[token.node]
            variables[name] = 0 if is_leaving else self.chance.randrange(values)
        return Complete(token.node, token.element, variables)

    def random_action(self) -> Action:
        token = self.chance.choice(self.state.tokens)
        returns = self.graph.task(token.node).returns
        roll = self.chance.random()
        if returns and roll < 0.3:
            return Return(token.node, token.element, returns[0])
        if self.state.timers and roll < 0.5:
            timer = self.chance.choice(self.state.timers)
            return Fire(timer.node, timer.element)
        return self.completion(token)

    def marking(self) -> frozenset[str]:
        return frozenset(
            {token.node for token in (*self.state.tokens, *self.state.timers)} | set(self.state.arrived)
        )


@PROFILE
@given(BLOCKS, SEEDS)
def test_any_sequence_of_actions_keeps_items_timers_and_tokens_in_step(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = drawn(block)
    office = Office(with_returns(drawing, chance), drawing, chance)
    office.begin()
    for _ in range(25):
        if office.state.is_ended:
            break
        office.act(office.random_action())
    replayed = INITIAL
    effects: list[Effect] = []
    for action in office.actions:
        replayed, more = interpret(office.graph, replayed, action_from_dict(action.to_dict()), decide)
        effects += more
    assert replayed == office.state
    assert effects == office.effects


@PROFILE
@given(BLOCKS, SEEDS)
def test_a_sound_process_reaches_its_end_from_wherever_chance_led_it(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = drawn(block)
    office = Office(with_returns(drawing, chance), drawing, chance)
    assert soundness.check(office.graph) == []
    proved = soundness.markings(office.graph)
    office.begin()
    for _ in range(chance.randrange(20)):
        if not office.state.is_ended:
            office.act(office.random_action())
            assert office.marking() in proved
    for _ in range(200):
        if office.state.is_ended:
            break
        office.act(office.completion(office.state.tokens[0], is_leaving=True))
    assert office.state.is_ended


@PROFILE
@given(BLOCKS, SEEDS)
def test_a_withdrawal_closes_everything_at_any_moment(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = drawn(block)
    office = Office(parse(drawing.xml()), drawing, chance)
    office.begin()
    for _ in range(chance.randrange(8)):
        if len(office.state.tokens) > 0:
            office.act(office.random_action())
    assume(not office.state.is_ended)
    office.act(Withdraw())
    assert office.state.outcome == "withdrawn"
    with pytest.raises(NotOpen):
        office.act(Withdraw())


@PROFILE
@given(BLOCKS, SEEDS)
def test_two_steps_that_finish_at_once_leave_one_state_in_either_order(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = drawn(block)
    office = Office(parse(drawing.xml()), drawing, chance)
    office.begin()
    for _ in range(chance.randrange(8)):
        if not office.state.is_ended:
            office.act(office.random_action())
    assume(len(office.state.tokens) > 1)
    first, second = (office.completion(token) for token in chance.sample(office.state.tokens, 2))
    assume(first.node not in ("", second.node) or first.element != second.element)
    one, _ = interpret(office.graph, interpret(office.graph, office.state, first, decide)[0], second, decide)
    other, _ = interpret(
        office.graph, interpret(office.graph, office.state, second, decide)[0], first, decide
    )
    assert one.tokens == other.tokens
    assert one.arrived == other.arrived
    assert one.variables == other.variables


@PROFILE
@given(BLOCKS)
def test_a_generated_diagram_is_drawn_without_edges_through_boxes(block: object) -> None:
    graph = parse(drawn(block).xml())
    assert_picture_is_clean(graph, layout(graph))
