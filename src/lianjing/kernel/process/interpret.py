"""The interpreter: one pure function from (state, action) to (new state, effects). No time enters it.

Tokens rest on user tasks only, one for each element of a multi-instance step. Everything else runs through at once.
Parallel joins count the arrivals on each incoming flow and fire when every flow has one. The state is small and
canonical (tokens sorted), so that two departments that finish at once leave the same state in either order.

Longer than other files: state, actions, effects and the function over them are one interface, read together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, TypeAlias

from lianjing.kernel.process.decision import DecisionResult, MatchedRule
from lianjing.kernel.process.expression import Value
from lianjing.kernel.process.fault import ExplainedError
from lianjing.kernel.process.graph import Flow, Gateway, GatewayKind, Graph, Task, TaskKind

MAX_HOPS = 1_000
WITHDRAWN = "withdrawn"

Decide: TypeAlias = Callable[[str, Mapping[str, Value]], DecisionResult]


class ProcessError(ExplainedError):
    """An action that the state or the diagram does not allow; nothing has changed. `node` is the place."""

    sentence: ClassVar[str] = ""

    def __init__(self, node: str = "", detail: str = "") -> None:
        self.node = node
        self.detail = detail
        super().__init__(self.sentence, node=node, detail=detail)


class NotOpen(ProcessError):
    """No such open step or set timer: it was done, returned or withdrawn meanwhile."""

    sentence = "环节“%(node)s”不在办理中"


class AlreadyStarted(ProcessError):
    """Start on a process that has begun."""

    sentence = "流程已经启动"


class ReturnNotAllowed(ProcessError):
    """The step does not declare the target `detail`."""

    sentence = "环节“%(node)s”不能退回“%(detail)s”"


class NoPath(ProcessError):
    """No condition of the gateway is true and it has no default."""

    sentence = "网关“%(node)s”没有一条流出的条件成立"


class EmptyCollection(ProcessError):
    """A multi-instance step whose list variable `detail` is missing, empty or no list."""

    sentence = "环节“%(node)s”的名单“%(detail)s”为空"


class EndlessLoop(ProcessError):
    """The automatic nodes run in a circle."""

    sentence = "流程在“%(node)s”处无休止地循环"


class Stuck(ProcessError):
    """A parallel join would wait for ever; a sound process never comes here."""

    sentence = "并行网关“%(node)s”再也等不到其他分支"


class BadVariable(ProcessError):
    """The variable `detail` is not text, whole number, true/false, nothing or a list of texts."""

    sentence = "变量“%(detail)s”的值类型不可用"


class Token(NamedTuple):
    """Where the process waits: a step (`element` "" unless multi-instance), or a timer that is set.

    `round` counts the activations of the step, 1 first.
    """

    node: str
    element: str
    round: int


class State(NamedTuple):
    """All that the interpreter remembers. `arrived` counts waiting tokens by incoming flow of a join."""

    tokens: tuple[Token, ...]
    variables: Mapping[str, Value]
    arrived: Mapping[str, int]
    rounds: Mapping[str, int]
    is_ended: bool
    outcome: str
    timers: tuple[Token, ...] = ()

    def to_json(self) -> str:
        """Compact JSON with sorted keys, empty parts left out; equal states give equal text."""
        parts = {
            "tokens": self.tokens,
            "variables": self.variables,
            "arrived": self.arrived,
            "rounds": self.rounds,
            "ended": self.is_ended,
            "outcome": self.outcome,
            "timers": self.timers,
        }
        return _encode({key: part for key, part in parts.items() if part})

    @classmethod
    def from_json(cls, text: str) -> State:
        get = _decode(text)[0].get
        return cls(
            tuple([Token(*token) for token in get("tokens", ())]),
            get("variables", {}),
            get("arrived", {}),
            get("rounds", {}),
            get("ended", False),
            get("outcome", ""),
            tuple([Token(*token) for token in get("timers", ())]),
        )


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_decode = json.JSONDecoder().raw_decode
INITIAL = State((), {}, {}, {}, is_ended=False, outcome="")


class _Recorded:
    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The action as plain data for the trail; `action_from_dict` reads it back."""
        return {
            "act": type(self).__name__.lower(),
            **{part.name: getattr(self, part.name) for part in fields(self)},  # type: ignore[arg-type]
        }


@dataclass(frozen=True, slots=True)
class Start(_Recorded):
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Complete(_Recorded):
    node: str
    element: str
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Return(_Recorded):
    """Send the step back to `target`; all that lies after the target is undone."""

    node: str
    element: str
    target: str


@dataclass(frozen=True, slots=True)
class Withdraw(_Recorded):
    """End the process at once; whether this may still happen is for the caller to know."""


@dataclass(frozen=True, slots=True)
class Fire(_Recorded):
    """The time of a timer has come; `element` as its SetTimer said."""

    timer: str
    element: str


Action: TypeAlias = Start | Complete | Return | Withdraw | Fire
_ACTIONS: Mapping[str, type[Action]] = {
    "start": Start,
    "complete": Complete,
    "return": Return,
    "withdraw": Withdraw,
    "fire": Fire,
}


def action_from_dict(data: Mapping[str, Any]) -> Action:
    """Read back what `to_dict` wrote; KeyError or TypeError for anything else."""
    rest = {key: value for key, value in data.items() if key != "act"}
    return _ACTIONS[data["act"]](**rest)


class OpenItem(NamedTuple):
    node: str
    element: str
    round: int


class CloseItem(NamedTuple):
    """`outcome` is done, returned, withdrawn or terminated."""

    node: str
    element: str
    round: int
    outcome: str


class SetTimer(NamedTuple):
    """`duration` is the text of the diagram. A multi-instance step has one timer for all (`element` "")."""

    timer_id: str
    node: str
    element: str
    duration: str


class CancelTimer(NamedTuple):
    timer_id: str
    node: str
    element: str


class Decided(NamedTuple):
    node: str
    decision: str
    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]
    matched_rules: tuple[MatchedRule, ...]


class Ended(NamedTuple):
    """`outcome` is the id of the end event, or "withdrawn"."""

    outcome: str


Effect: TypeAlias = OpenItem | CloseItem | SetTimer | CancelTimer | Decided | Ended


def interpret(graph: Graph, state: State, action: Action, decide: Decide) -> tuple[State, tuple[Effect, ...]]:
    """Perform one action; the same arguments always give the same answer.

    Raises a ProcessError, or what `decide` or a condition raises; then nothing has happened.
    """
    run = _Run(graph, state, decide)
    match action:
        case Complete():
            run.complete(action)
        case Start():
            run.begin(state, action)
        case Return():
            run.send_back(action)
        case Fire():
            run.fire(action)
        case Withdraw():
            run.withdraw()
    return run.result()


class _Run:
    """The working copy of one step."""

    __slots__ = (
        "arrived",
        "decide",
        "effects",
        "graph",
        "is_ended",
        "outcome",
        "rounds",
        "timers",
        "tokens",
        "variables",
    )

    def __init__(self, graph: Graph, state: State, decide: Decide) -> None:
        self.graph = graph
        self.decide = decide
        self.tokens = list(state.tokens)
        self.timers = list(state.timers)
        self.variables = dict(state.variables)
        self.arrived = dict(state.arrived)
        self.rounds = dict(state.rounds)
        self.is_ended = state.is_ended
        self.outcome = state.outcome
        self.effects: list[Effect] = []

    def result(self) -> tuple[State, tuple[Effect, ...]]:
        if not self.tokens and not self.is_ended:
            if self.arrived:
                raise Stuck(self.graph.flows[min(self.arrived)].target)
            self.end(self.outcome)
        self.tokens.sort()
        self.timers.sort()
        state = State(
            tuple(self.tokens),
            self.variables,
            self.arrived,
            self.rounds,
            self.is_ended,
            self.outcome,
            tuple(self.timers),
        )
        return state, tuple(self.effects)

    def end(self, outcome: str) -> None:
        self.is_ended, self.outcome = True, outcome
        self.effects.append(Ended(outcome))

    def begin(self, state: State, action: Start) -> None:
        if state != INITIAL:
            raise AlreadyStarted
        self.merge(action.variables)
        self.follow(self.graph.outgoing(self.graph.start)[0])

    def complete(self, action: Complete) -> None:
        token = self.close(action.node, action.element, "done")
        self.merge(action.variables)
        if not self.has_siblings(token):
            self.cancel_timers(token)
            self.follow(self.graph.outgoing(token.node)[0])

    def has_siblings(self, token: Token) -> bool:
        """True while other elements of the same multi-instance activation are open."""
        for other in self.tokens:  # noqa: SIM110  (on every step, and three times as fast as any())
            if other.node == token.node and other.round == token.round:
                return True
        return False

    def send_back(self, action: Return) -> None:
        """Undo what lies after the target, siblings of a joint review too, and open the target once more."""
        token = self.close(action.node, action.element, "returned")
        if action.target not in self.graph.task(token.node).returns:
            raise ReturnNotAllowed(token.node, action.target)
        undone = self.graph.reach.after(action.target)
        self.terminate(lambda other: other.node in undone or other.node == token.node)
        self.cancel_timers(token)
        for timer in [timer for timer in self.timers if timer.node in undone]:
            self.cancel(timer)
        self.arrived = {
            key: count for key, count in self.arrived.items() if self.graph.flows[key].source not in undone
        }
        self.open(self.graph.task(action.target))

    def fire(self, action: Fire) -> None:
        token = _oldest(self.timers, action.timer, action.element)
        timer = self.graph.timer(token.node)
        self.timers.remove(token)
        if timer.is_interrupting:
            self.terminate(lambda other: other.node == timer.attached_to and other.round == token.round)
            self.cancel_timers(Token(timer.attached_to, "", token.round))
        self.follow(self.graph.outgoing(timer.id)[0])

    def withdraw(self) -> None:
        if not self.tokens:
            raise NotOpen
        for token in self.tokens:
            self.effects.append(CloseItem(token.node, token.element, token.round, "withdrawn"))
        for timer in self.timers[:]:
            self.cancel(timer)
        self.tokens, self.arrived = [], {}
        self.end(WITHDRAWN)

    def merge(self, variables: Mapping[str, Value]) -> None:
        for name, value in variables.items():
            if isinstance(value, list):
                if not all(isinstance(item, str) for item in value):
                    raise BadVariable(detail=name)
                self.variables[name] = list(value)
            elif value is None or isinstance(value, (str, int)):
                self.variables[name] = value
            else:
                raise BadVariable(detail=name)

    def close(self, node: str, element: str, outcome: str) -> Token:
        token = _oldest(self.tokens, node, element)
        self.tokens.remove(token)
        self.effects.append(CloseItem(node, element, token.round, outcome))
        return token

    def terminate(self, is_undone: Callable[[Token], bool]) -> None:
        kept: list[Token] = []
        for token in self.tokens:
            if is_undone(token):
                self.effects.append(CloseItem(token.node, token.element, token.round, "terminated"))
            else:
                kept.append(token)
        self.tokens = kept

    def cancel(self, timer: Token) -> None:
        self.timers.remove(timer)
        attached_to = self.graph.timer(timer.node).attached_to
        self.effects.append(CancelTimer(timer.node, attached_to, timer.element))

    def cancel_timers(self, token: Token) -> None:
        for timer in self.graph.timers(token.node):
            armed = Token(timer.id, "", token.round)
            if armed in self.timers:
                self.cancel(armed)

    def open(self, task: Task) -> None:
        number = self.rounds.get(task.id, 0) + 1
        self.rounds[task.id] = number
        for element in self.elements(task):
            self.tokens.append(Token(task.id, element, number))
            self.effects.append(OpenItem(task.id, element, number))
        for timer in self.graph.timers(task.id):
            self.timers.append(Token(timer.id, "", number))
            self.effects.append(SetTimer(timer.id, task.id, "", timer.duration))

    def elements(self, task: Task) -> Sequence[str]:
        """The elements of a multi-instance step, each once, in the order of the list."""
        if task.multi is None:
            return ("",)
        found = self.variables.get(task.multi.collection)
        if not isinstance(found, list) or not found or not all(found):
            raise EmptyCollection(task.id, task.multi.collection)
        return tuple(dict.fromkeys(found))

    def follow(self, flow: Flow) -> None:
        """Run a token along the flow through all automatic nodes, the branch drawn first before the next."""
        graph, waiting, hops = self.graph, [flow], 0
        while waiting:
            flow = waiting.pop()
            node = graph.nodes[flow.target]
            hops += 1
            if hops > MAX_HOPS:
                raise EndlessLoop(node.id)
            if isinstance(node, Gateway):
                waiting.extend(self.pass_gateway(node, flow))
            elif not isinstance(node, Task):
                self.reach_end(node.id)
            elif node.kind is TaskKind.USER:
                self.open(node)
            else:
                self.apply_rule(node)
                waiting.append(graph.outgoing(node.id)[0])

    def pass_gateway(self, gateway: Gateway, flow: Flow) -> Sequence[Flow]:
        outgoing = self.graph.outgoing(gateway.id)
        if gateway.kind is GatewayKind.EXCLUSIVE:
            return (self.choose(gateway, outgoing),)
        incoming = self.graph.incoming(gateway.id)
        if len(incoming) > 1:
            self.arrived[flow.id] = self.arrived.get(flow.id, 0) + 1
            for other in incoming:
                if other.id not in self.arrived:
                    return ()
            for other in incoming:
                self.arrived[other.id] -= 1
                if not self.arrived[other.id]:
                    del self.arrived[other.id]
        return outgoing[::-1]

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


def _oldest(tokens: Sequence[Token], node: str, element: str) -> Token:
    for token in tokens:  # sorted, so that the first is of the earliest round
        if token.node == node and token.element == element:
            return token
    raise NotOpen(node, element)
