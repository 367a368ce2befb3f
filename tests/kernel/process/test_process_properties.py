"""Whatever people and timers do, in whatever order, a sound process keeps its books."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lianjing.kernel.process import soundness
from lianjing.kernel.process.decision import DecisionResult, MatchedRule
from lianjing.kernel.process.graph import BoundaryTimer, Graph, parse
from lianjing.kernel.process.interpret import (
    INITIAL,
    Action,
    AddSigner,
    Call,
    CancelCall,
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
    Start,
    State,
    TakeBack,
    Terminate,
    Token,
    Withdraw,
    action_from_dict,
    interpret,
)
from lianjing.kernel.process.layout import layout
from lianjing.kernel.process.memory import Finished
from tests.kernel.process.drawn_process import BLOCKS, SPLITS, Drawing, answer, drawn
from tests.kernel.process.picture_rules import assert_picture_is_clean

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
PROCESSES = st.one_of(BLOCKS, SPLITS)
MOST_MARKINGS = 1_500
PROFILE = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def decide(decision: str, variables: Mapping[str, Any]) -> DecisionResult:
    return DecisionResult(answer(decision, variables), (MatchedRule("r1", 1, "clause#1"),))


def with_returns(drawing: Drawing, chance: random.Random) -> Graph:
    """Declare up to two returns that keep the process sound."""
    graph = parse(drawing.xml())
    for _ in range(2):
        source, target = chance.choice(drawing.users), chance.choice(drawing.users)
        if source == target or source in drawing.returns or not graph.reach.leads(target, source):
            continue
        drawing.returns[source] = target
        changed = parse(drawing.xml())
        if soundness.check(changed, limit=MOST_MARKINGS):
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
        self.calls: Counter[Token] = Counter()

    def act(self, action: Action) -> None:
        self.state, effects = interpret(self.graph, self.state, action, decide)
        self.actions.append(action)
        self.effects += effects
        if isinstance(action, Fire):
            self.timers[action.timer, action.element] -= 1
        if isinstance(action, Returned):
            self.calls[Token(action.node, action.element, action.round)] -= 1
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
                case Call(node, element, _, number):
                    self.calls[Token(node, element, number)] += 1
                case CancelCall(node, element, _, number, _):
                    self.calls[Token(node, element, number)] -= 1
        self.check_books()

    def check_books(self) -> None:
        state = self.state
        assert Counter(state.tokens) == +self.open
        assert Counter(state.calls) == +self.calls
        for books in (self.open, self.timers, self.calls):
            assert all(count >= 0 for count in books.values())
        assert all(count < 2 for count in self.open.values()), "no item is open twice"
        assert Counter((timer.node, timer.element) for timer in state.timers) == +self.timers
        assert State.from_json(state.to_json()) == state
        assert state.is_ended == (not self.places())
        assert {each.token for each in state.signers if each.is_open} <= set(state.tokens)
        if state.is_ended:
            assert state == INITIAL._replace(
                variables=state.variables, rounds=state.rounds, is_ended=True, outcome=state.outcome
            )
            assert self.effects[-1] == Ended(state.outcome)

    def places(self) -> list[Token]:
        """Whatever can move the process on."""
        catching = [timer for timer in self.state.timers if not self.is_on_edge(timer.node)]
        return [*self.state.tokens, *self.state.calls, *catching]

    def is_on_edge(self, timer: str) -> bool:
        return isinstance(self.graph.nodes[timer], BoundaryTimer)

    def begin(self) -> None:
        self.act(Start({**self.drawing.variables, "departments": ["finance", "audit", "law"]}))

    def completion(self, token: Token, *, is_leaving: bool = False) -> Complete:
        variables = {}
        if token.node in self.drawing.decides:
            name, values = self.drawing.decides[token.node]
            variables[name] = 0 if is_leaving else self.chance.randrange(values)
        return Complete(token.node, token.element, variables)

    def random_action(self) -> Action:
        roll = self.chance.random()
        if self.state.finished and roll < 0.15:
            return self.take_back()
        if self.state.timers and roll < 0.3:
            timer = self.chance.choice(self.state.timers)
            return Fire(timer.node, timer.element)
        place = self.chance.choice(self.places())
        if place not in self.state.tokens:
            return self.passing(place)
        returns = self.graph.task(place.node).returns
        if returns and roll < 0.5:
            return Return(place.node, place.element, returns[0])
        if "+" not in place.element and roll < 0.6:
            return AddSigner(*place, f"w{self.chance.randrange(10**6)}", is_before=roll < 0.55)
        return self.completion(place)

    def passing(self, place: Token, *, is_leaving: bool = False) -> Action:
        """What brings the process on from a place."""
        if place in self.state.tokens:
            return self.completion(place, is_leaving=is_leaving)
        if place in self.state.calls:
            return Returned(*place, "end", {})
        return Fire(place.node, place.element)

    def take_back(self) -> TakeBack:
        finished = Finished.read(self.chance.choice(self.state.finished))
        return TakeBack(finished.node, self.chance.choice(finished.elements), finished.round)

    def marking(self) -> frozenset[str]:
        standing = (*self.state.tokens, *self.state.calls, *self.state.timers)
        return frozenset({token.node for token in standing} | set(self.state.arrived))


@PROFILE
@given(PROCESSES, SEEDS)
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
@given(PROCESSES, SEEDS)
def test_a_sound_process_reaches_its_end_from_wherever_chance_led_it(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = drawn(block)
    office = Office(with_returns(drawing, chance), drawing, chance)
    found = soundness.check(office.graph, limit=MOST_MARKINGS)
    assume(not any(fault.values for fault in found))  # too wide to be searched in a test
    assert found == []
    proved = soundness.markings(office.graph)
    office.begin()
    for _ in range(chance.randrange(20)):
        if not office.state.is_ended:
            office.act(office.random_action())
            assert office.marking() in proved
    for _ in range(300):
        if office.state.is_ended:
            break
        office.act(office.passing(office.places()[0], is_leaving=True))
    assert office.state.is_ended


@PROFILE
@given(PROCESSES, SEEDS)
def test_a_withdrawal_or_a_termination_closes_everything_at_any_moment(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = drawn(block)
    office = Office(parse(drawing.xml()), drawing, chance)
    office.begin()
    for _ in range(chance.randrange(8)):
        if office.places():
            office.act(office.random_action())
    assume(not office.state.is_ended)
    last = chance.choice([Withdraw(), Terminate("立项依据已撤销")])
    office.act(last)
    assert office.state.outcome == ("withdrawn" if isinstance(last, Withdraw) else "terminated")
    with pytest.raises(NotOpen):
        office.act(last)


@PROFILE
@given(PROCESSES, SEEDS)
def test_two_steps_that_finish_at_once_leave_one_state_in_either_order(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = drawn(block)
    office = Office(parse(drawing.xml()), drawing, chance)
    office.begin()
    for _ in range(chance.randrange(12)):
        if not office.state.is_ended:
            office.act(office.random_action())
    places = sorted({(place.node, place.element): place for place in office.places()}.values())
    assume(len(places) > 1)
    first, second = (office.passing(place) for place in chance.sample(places, 2))
    ends = []
    for order in ((first, second), (second, first)):
        state = office.state
        for action in order:
            assume(not state.is_ended)  # one of them breaks the process off
            state, _ = interpret(office.graph, state, action, decide)
        ends.append(state._replace(outcome=""))  # of two ends, that reached last gives its name
    assert ends[0] == ends[1]
    assert ends[0].to_json() == ends[1].to_json()


@PROFILE
@given(PROCESSES, SEEDS)
def test_a_step_taken_back_and_done_again_leads_where_it_led_before(block: object, seed: int) -> None:
    chance = random.Random(seed)
    drawing = drawn(block)
    office = Office(parse(drawing.xml()), drawing, chance)
    office.begin()
    for _ in range(chance.randrange(12)):
        if not office.state.is_ended:
            office.act(office.random_action())
    assume(office.state.finished)
    before = office.marking()
    back = office.take_back()
    office.act(back)
    assert Token(back.node, back.element, back.round) in office.state.tokens
    again = Complete(back.node, back.element, {})
    office.act(again)
    assert office.marking() == before


@PROFILE
@given(PROCESSES)
def test_a_generated_diagram_is_drawn_without_edges_through_boxes(block: object) -> None:
    graph = parse(drawn(block).xml())
    assert_picture_is_clean(graph, layout(graph))
