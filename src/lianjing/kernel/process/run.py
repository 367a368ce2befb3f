"""The working copy of one step: tokens moved through the automatic nodes, items, timers and calls opened and closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from lianjing.kernel.process import memory
from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.effect import (
    Call,
    CancelCall,
    CancelTimer,
    CloseItem,
    Decided,
    Effect,
    Ended,
    OpenItem,
    SetTimer,
)
from lianjing.kernel.process.expression import Value
from lianjing.kernel.process.graph import (
    BoundaryTimer,
    CallActivity,
    CatchTimer,
    EndEvent,
    Flow,
    Gateway,
    GatewayKind,
    Graph,
    MultiInstance,
    Task,
    TaskKind,
)
from lianjing.kernel.process.not_allowed import (
    BadVariable,
    EmptyCollection,
    EndlessLoop,
    NoPath,
    NotOpen,
    Stuck,
)
from lianjing.kernel.process.state import State, Token

MAX_HOPS = 1_000

Decide: TypeAlias = Callable[[str, Mapping[str, Value]], DecisionResult]


class Run:
    """What one action does; `result` gives the new state and the effects in their order."""

    __slots__ = (
        "arrived",
        "back",
        "calls",
        "decide",
        "effects",
        "finished",
        "graph",
        "is_ended",
        "led",
        "mine",
        "outcome",
        "rounds",
        "signers",
        "timers",
        "tokens",
        "variables",
    )

    def __init__(self, graph: Graph, state: State, decide: Decide) -> None:
        self.graph = graph
        self.decide = decide
        self.tokens = list(state.tokens)
        self.timers = list(state.timers)
        self.calls = list(state.calls)
        self.signers = list(state.signers)
        self.finished = list(state.finished)
        self.variables = dict(state.variables)
        self.arrived = dict(state.arrived)
        self.rounds = dict(state.rounds)
        self.is_ended = state.is_ended
        self.outcome = state.outcome
        self.effects: list[Effect] = []
        self.mine: tuple[str, int, Sequence[str]] | None = None  # what is being completed
        self.led: list[str] = []
        self.back: list[str] = []

    def result(self) -> tuple[State, tuple[Effect, ...]]:
        if self.arrived and self.graph.inclusive_joins:
            self.release()
        if not self.tokens and not self.is_ended and self.is_all_done():
            if self.arrived:
                raise Stuck(self.graph.flows[min(self.arrived)].target)
            self.end(self.outcome)
        if self.is_ended:
            self.signers, self.finished = [], []
        elif self.mine is not None:
            self.remember(self.mine)
        state = State._make(
            (  # half the time of State(...)
                tuple(sorted(self.tokens)) if len(self.tokens) > 1 else tuple(self.tokens),
                self.variables,
                self.arrived,
                self.rounds,
                self.is_ended,
                self.outcome,
                tuple(sorted(self.timers)) if self.timers else (),
                tuple(sorted(self.calls)) if self.calls else (),
                tuple(sorted(self.signers)) if self.signers else (),
                tuple(sorted(self.finished)) if len(self.finished) > 1 else tuple(self.finished),
            )
        )
        return state, tuple(self.effects)

    def remember(self, mine: tuple[str, int, Sequence[str]]) -> None:
        """Note what the completed activation led to, so that it can be taken back."""
        node, number, elements = mine
        if not elements or (self.calls and memory.calls(self.graph, self.led)):
            return
        self.finished.append(memory.written(node, number, elements, self.led, self.back))

    def is_all_done(self) -> bool:
        """True where nothing is left that could move the process, tokens apart."""
        nodes = self.graph.nodes
        return not self.calls and not any(isinstance(nodes[timer.node], CatchTimer) for timer in self.timers)

    def end(self, outcome: str) -> None:
        self.is_ended, self.outcome = True, outcome
        self.effects.append(Ended(outcome))

    def break_off(self, outcome: str, *, closing: str) -> None:
        """Close all that is open and end; what is closed has the outcome `closing`."""
        for token in self.tokens:
            self.effects.append(CloseItem(token.node, token.element, token.round, closing))
        self.cancel_calls(lambda _: True, outcome=closing)
        for timer in self.timers[:]:
            self.cancel(timer)
        self.tokens, self.arrived = [], {}
        self.end(outcome)

    def leave(self, node: str, number: int) -> None:
        """Go on behind a step or call whose activation is over."""
        self.cancel_timers(node, number)
        self.follow(self.graph.outgoing(node))

    def merge(self, variables: Mapping[str, Value]) -> None:
        for name, value in variables.items():
            if value is None or isinstance(value, (str, int)):
                self.variables[name] = value
            elif isinstance(value, list):
                if not all(isinstance(item, str) for item in value):
                    raise BadVariable(detail=name)
                self.variables[name] = list(value)
            else:
                raise BadVariable(detail=name)

    def close(self, node: str, element: str, outcome: str) -> Token:
        for index, token in enumerate(self.tokens):  # sorted: the earliest round first
            if token.node == node and token.element == element:
                del self.tokens[index]
                self.effects.append(CloseItem(node, element, token.round, outcome))
                return token
        raise NotOpen(node, element)

    def terminate(self, is_undone: Callable[[Token], bool], *, outcome: str = "terminated") -> None:
        """Close all items and added signers of which this is true."""
        kept: list[Token] = []
        for token in self.tokens:
            if is_undone(token):
                self.effects.append(CloseItem(token.node, token.element, token.round, outcome))
            else:
                kept.append(token)
        self.tokens = kept
        if self.signers:
            self.signers = [each for each in self.signers if not is_undone(each.token)]

    def cancel_calls(self, is_undone: Callable[[Token], bool], *, outcome: str = "terminated") -> None:
        for token in [call for call in self.calls if is_undone(call)]:
            self.calls.remove(token)
            called = self.graph.call(token.node).called
            self.effects.append(CancelCall(token.node, token.element, called, token.round, outcome))

    def cancel(self, timer: Token) -> None:
        self.timers.remove(timer)
        node = self.graph.nodes[timer.node]
        place = node.attached_to if isinstance(node, BoundaryTimer) else node.id
        self.effects.append(CancelTimer(timer.node, place, timer.element))

    def cancel_timers(self, node: str, number: int) -> None:
        """Cancel the timers on the edge of a step or call."""
        for timer in self.graph.timers(node) if self.timers else ():
            armed = Token(timer.id, "", number)
            if armed in self.timers:
                self.cancel(armed)
                self.back.append(timer.id)

    def open(self, node: Task | CallActivity | CatchTimer) -> None:
        """Let the process wait at a node: a new round of it."""
        number = self.rounds.get(node.id, 0) + 1
        self.rounds[node.id] = number
        if self.finished:
            self.finished = memory.without_activations(self.finished, node.id)
        self.led.append(node.id)
        if isinstance(node, Task):
            elements = ("",) if node.multi is None else self.elements(node, node.multi)
            for element in elements:
                self.tokens.append(Token(node.id, element, number))
                self.effects.append(OpenItem(node.id, element, number))
        elif isinstance(node, CallActivity):
            self.call(node, number)
        else:
            self.timers.append(Token(node.id, "", number))
            self.effects.append(SetTimer(node.id, node.id, "", node.duration))
        for timer in self.graph.timers(node.id):
            self.timers.append(Token(timer.id, "", number))
            self.effects.append(SetTimer(timer.id, node.id, "", timer.duration))

    def call(self, node: CallActivity, number: int) -> None:
        if node.multi is not None:
            self.variables[f"{node.id}_outcome"] = []
        for element in ("",) if node.multi is None else self.elements(node, node.multi):
            self.calls.append(Token(node.id, element, number))
            self.effects.append(Call(node.id, element, node.called, number))

    def elements(self, node: Task | CallActivity, multi: MultiInstance) -> Sequence[str]:
        """The elements of a multi-instance step, each once, in the order of the list."""
        found = self.variables.get(multi.collection)
        if not isinstance(found, list) or not found or not all(found):
            raise EmptyCollection(node.id, multi.collection)
        return tuple(dict.fromkeys(found))

    def follow(self, flows: Iterable[Flow]) -> None:
        """Run tokens along the flows through all automatic nodes, the branch drawn first before the next."""
        graph, waiting, hops = self.graph, list(flows), 0
        while waiting:
            flow = waiting.pop()
            node = graph.nodes[flow.target]
            hops += 1
            if hops > MAX_HOPS:
                raise EndlessLoop(node.id)
            if isinstance(node, Gateway):
                waiting.extend(self.pass_gateway(node, flow))
            elif isinstance(node, Task):
                if node.kind is TaskKind.USER:
                    self.open(node)
                else:
                    self.apply_rule(node)
                    waiting.append(graph.outgoing(node.id)[0])
            elif isinstance(node, (CallActivity, CatchTimer)):
                self.open(node)
            elif isinstance(node, EndEvent) and node.is_terminate:
                self.break_off(node.id, closing="terminated")
                return
            else:
                self.reach_end(node.id)

    def pass_gateway(self, gateway: Gateway, flow: Flow) -> Sequence[Flow]:
        outgoing = self.graph.outgoing(gateway.id)
        if gateway.kind is GatewayKind.EXCLUSIVE:
            return (self.choose(gateway, outgoing),)
        incoming = self.graph.incoming(gateway.id)
        if len(incoming) > 1:
            self.arrived[flow.id] = self.arrived.get(flow.id, 0) + 1
            self.led.append(flow.id)
            if gateway.kind is GatewayKind.INCLUSIVE:
                return ()  # `release` looks after it when all else has come to rest
            for other in incoming:
                if other.id not in self.arrived:
                    return ()
            self.take([other.id for other in incoming])
        if gateway.kind is GatewayKind.INCLUSIVE:
            return self.choose_all(gateway, outgoing)[::-1]
        return outgoing[::-1]

    def take(self, flows: Sequence[str]) -> None:
        """Take one waiting token of each flow into a join: what went into it cannot be taken back."""
        self.mine = None
        for flow in flows:
            self.unarrive(flow)
            if self.finished:
                self.finished = memory.without(self.finished, flow)

    def unarrive(self, flow: str) -> None:
        self.arrived[flow] -= 1
        if not self.arrived[flow]:
            del self.arrived[flow]

    def release(self) -> None:
        """Let inclusive joins go on that no token can reach any more, until none is left to go."""
        while not self.is_ended:
            join = next((key for key in self.graph.inclusive_joins if self.is_ready(key)), None)
            if join is None:
                return
            flows = [flow.id for flow in self.graph.incoming(join) if flow.id in self.arrived]
            self.finished = memory.passed_by(self.finished, self.graph, join)
            for flow in flows:
                self.arrived[flow] = 1  # all that wait there go on as one
            gateway = self.graph.nodes[join]
            assert isinstance(gateway, Gateway)
            outgoing = self.choose_all(gateway, self.graph.outgoing(join))
            self.take(flows)
            self.follow(outgoing[::-1])

    def is_ready(self, join: str) -> bool:
        """True where a token waits at the inclusive join and no other can come to it on the way forward."""
        graph, arrived = self.graph, self.arrived
        own = {flow.id for flow in graph.incoming(join)}
        if own.isdisjoint(arrived):
            return False
        after = graph.reach.after
        places = [token.node for token in (*self.tokens, *self.calls, *self.timers)]
        places += [graph.flows[flow].target for flow in arrived if flow not in own]
        return not any(join in after(place) for place in places)

    def choose(self, gateway: Gateway, outgoing: Sequence[Flow]) -> Flow:
        default = outgoing[0] if len(outgoing) == 1 else None
        for flow in outgoing:
            if flow.is_default:
                default = flow
            elif flow.condition is not None and flow.condition.holds(self.variables):
                return flow
        if default is None:
            raise NoPath(gateway.id)
        return default

    def choose_all(self, gateway: Gateway, outgoing: Sequence[Flow]) -> Sequence[Flow]:
        """All flows whose condition is true; where none is, the default one."""
        if len(outgoing) == 1:
            return outgoing
        found = [
            flow for flow in outgoing if flow.condition is not None and flow.condition.holds(self.variables)
        ] or [flow for flow in outgoing if flow.is_default]
        if not found:
            raise NoPath(gateway.id)
        return found

    def apply_rule(self, task: Task) -> None:
        result = self.decide(task.decision, self.variables)
        self.effects.append(
            Decided(task.id, task.decision, dict(result.inputs), dict(result.outputs), result.matched)
        )
        self.merge(result.outputs)

    def reach_end(self, end_event: str) -> None:
        """Note the outcome; an end that only a reminder leads to does not replace that of the main way."""
        if not self.outcome or not self.graph.reach.is_side(end_event):
            self.outcome = end_event
