"""Draws BPMN diagrams for tests: by hand, or generated from blocks so that they are well structured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import strategies as st

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lj="urn:lianjing:bpmn:1"'
    ' targetNamespace="urn:test">'
)


def definitions(body: str, key: str = "payment") -> str:
    return f'{HEAD}<bpmn:process id="{key}" name="支付" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'


def node(kind: str, key: str, inner: str = "", **attributes: str) -> str:
    given = "".join(f' {name.replace("lj_", "lj:")}="{value}"' for name, value in attributes.items())
    return f'<bpmn:{kind} id="{key}" name="{key}"{given}>{inner}</bpmn:{kind}>'


def start(key: str = "start") -> str:
    return node("startEvent", key)


def end(key: str = "end") -> str:
    return node("endEvent", key)


def user(key: str, inner: str = "", **attributes: str) -> str:
    return node("userTask", key, inner, **attributes)


def joint(key: str, collection: str = "departments", **attributes: str) -> str:
    loop = f'<bpmn:multiInstanceLoopCharacteristics isSequential="false" lj:collection="{collection}"/>'
    return user(key, loop, **attributes)


def rule(key: str, decision: str) -> str:
    return node("businessRuleTask", key, lj_decision=decision)


def choice(key: str, default: str = "") -> str:
    return node("exclusiveGateway", key, **({"default": default} if default else {}))


def parallel(key: str) -> str:
    return node("parallelGateway", key)


def inclusive(key: str, default: str = "") -> str:
    return node("inclusiveGateway", key, **({"default": default} if default else {}))


def call(key: str, called: str = "child", inner: str = "", **attributes: str) -> str:
    return node("callActivity", key, inner, calledElement=called, **attributes)


def call_each(key: str, collection: str = "departments") -> str:
    loop = f'<bpmn:multiInstanceLoopCharacteristics isSequential="false" lj:collection="{collection}"/>'
    return call(key, inner=loop)


def catch(key: str, duration: str = "3 working_day") -> str:
    return node("intermediateCatchEvent", key, _time(duration))


def stop(key: str) -> str:
    return node("endEvent", key, "<bpmn:terminateEventDefinition/>")


def _time(duration: str) -> str:
    return (
        "<bpmn:timerEventDefinition><bpmn:timeDuration>"
        f"{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    )


def timer(key: str, task: str, duration: str = "3 working_day", cancel: str = "true") -> str:
    return node("boundaryEvent", key, _time(duration), attachedToRef=task, cancelActivity=cancel)


def flow(source: str, target: str, condition: str = "", key: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="{key or source + "__" + target}" sourceRef="{source}"'
        f' targetRef="{target}">{inner}</bpmn:sequenceFlow>'
    )


def chain(*keys: str) -> str:
    return "".join(flow(source, target) for source, target in pairwise(keys))


def straight(*tasks: str) -> str:
    """A whole process of these steps (XML of user()) one after the other."""
    keys = [task.split('id="')[1].split('"')[0] for task in tasks]
    return definitions(start() + "".join(tasks) + end() + chain("start", *keys, "end"))


# ---------------------------------------------------------------- generated diagrams


@dataclass(frozen=True)
class Step:
    pass


@dataclass(frozen=True)
class Joint:
    pass


@dataclass(frozen=True)
class Rule:
    pass


@dataclass(frozen=True)
class Call:
    pass


@dataclass(frozen=True)
class CallEach:
    """A call for each department."""


@dataclass(frozen=True)
class Catch:
    pass


@dataclass(frozen=True)
class Stop:
    """A step after which the whole process may be broken off."""


@dataclass(frozen=True)
class Timed:
    """A step, of one or of each department, with a timer on its edge."""

    is_interrupting: bool
    is_joint: bool = False


@dataclass(frozen=True)
class Chain:
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Choice:
    branches: tuple[Block, ...]


@dataclass(frozen=True)
class Ruled:
    """One of the branches, named by the answer of a rule to what a step has said."""

    branches: tuple[Block, ...]


@dataclass(frozen=True)
class Parallel:
    branches: tuple[Block, ...]


@dataclass(frozen=True)
class Inclusive:
    """Any of the branches together, or none of them."""

    branches: tuple[Block, ...]


@dataclass(frozen=True)
class Loop:
    body: Block


Block = (
    Step | Joint | Rule | Call | CallEach | Catch | Stop | Timed
    | Chain | Choice | Ruled | Parallel | Inclusive | Loop
)  # fmt: skip

_LEAVES = st.sampled_from(
    [
        Step(),
        Step(),
        Joint(),
        Rule(),
        Call(),
        CallEach(),
        Catch(),
        Stop(),
        *(Timed(is_interrupting=way, is_joint=many) for way in (True, False) for many in (True, False)),
    ]
)


def _several(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[tuple[Block, ...]]:
    return st.lists(inner, min_size=2, max_size=3).map(tuple)


BLOCKS: st.SearchStrategy[Block] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        _several(inner).map(Chain),
        _several(inner).map(Choice),
        _several(inner).map(Ruled),
        _several(inner).map(Parallel),
        _several(inner).map(Inclusive),
        inner.map(Loop),
    ),
    max_leaves=7,
)


_SMALL: st.SearchStrategy[Block] = st.one_of(_LEAVES, _several(_LEAVES).map(Chain), _LEAVES.map(Loop))
_WIDE = _several(_SMALL)
SPLITS: st.SearchStrategy[Block] = st.one_of(
    _WIDE.map(Inclusive), _WIDE.map(Inclusive), _WIDE.map(Parallel), _WIDE.map(Choice), _WIDE.map(Ruled)
)


Condition = tuple[str, tuple[int, ...]]  # the variable, and the values for which the flow is taken


@dataclass
class Drawing:
    """A diagram under the pen. `decides` tells for each step which variables it sets and how many values they have."""

    nodes: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    flows: list[tuple[str, str, Condition | None]] = field(default_factory=list)
    decides: dict[str, tuple[str, int]] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, **attributes: str) -> str:
        key = f"{kind[0]}{len(self.nodes)}"
        self.nodes.append((kind, key, attributes))
        return key

    def join(self, source: str, target: str, condition: Condition | None = None) -> None:
        self.flows.append((source, target, condition))

    @property
    def users(self) -> list[str]:
        return [key for kind, key, _ in self.nodes if kind in ("user", "joint")]

    @property
    def variables(self) -> dict[str, int]:
        return {name: 0 for name, _ in self.decides.values()}

    def xml(self) -> str:
        body = "".join(self._element(kind, key, attributes) for kind, key, attributes in self.nodes)
        return definitions(
            body
            + "".join(
                flow(source, target, worded(condition, "="), f"f{index}")
                for index, (source, target, condition) in enumerate(self.flows)
            ),
            "generated",
        )

    def default_of(self, gateway: str) -> str:
        out = [
            (index, condition) for index, (source, _, condition) in enumerate(self.flows) if source == gateway
        ]
        return "".join(f"f{index}" for index, condition in out if len(out) > 1 and condition is None)

    def _element(self, kind: str, key: str, attributes: Mapping[str, str]) -> str:
        back = {"lj_returns": self.returns[key]} if key in self.returns else {}
        match kind:
            case "user":
                return user(key, **back)
            case "joint":
                return joint(key, **back)
            case "rule":
                return rule(key, attributes["decision"])
            case "choice":
                return choice(key, self.default_of(key))
            case "parallel":
                return parallel(key)
            case "inclusive":
                return inclusive(key, self.default_of(key))
            case "call":
                return call(key)
            case "each":
                return call_each(key)
            case "catch":
                return catch(key)
            case "terminate":
                return stop(key)
            case "timer":
                return timer(key, attributes["on"], cancel=attributes["cancel"])
        return start(key) if kind == "start" else end(key)


def worded(condition: Condition | None, equals: str) -> str:
    """A condition in the words of an engine."""
    return " or ".join(f"{condition[0]} {equals} {value}" for value in condition[1]) if condition else ""


def drawn(block: Block) -> Drawing:
    drawing = Drawing()
    entry = drawing.add("start")
    last = _lay(drawing, Chain((Step(), block)), entry)
    drawing.join(last, drawing.add("end"))
    return drawing


def _lay(drawing: Drawing, block: Block, before: str) -> str:
    """Draw the block after the node `before` and return the node from which the way goes on."""
    match block:
        case Chain(blocks):
            for part in blocks:
                before = _lay(drawing, part, before)
            return before
        case Choice(branches):
            return _lay_choice(drawing, branches, before)
        case Ruled(branches):
            return _lay_ruled(drawing, branches, before)
        case Rule():
            key = drawing.add("rule", decision="tiers")
            drawing.join(before, key)
            return key
        case Parallel(branches):
            split, merge = drawing.add("parallel"), drawing.add("parallel")
            drawing.join(before, split)
            for branch in branches:
                drawing.join(_lay(drawing, branch, split), merge)
            return merge
        case Inclusive(branches):
            return _lay_inclusive(drawing, branches, before)
        case Stop():
            return _lay_stop(drawing, before)
        case Loop(body):
            return _lay_loop(drawing, body, before)
        case Timed():
            return _lay_timed(drawing, block, before)
    kinds = {Step: "user", Joint: "joint", Call: "call", CallEach: "each", Catch: "catch"}
    key = drawing.add(kinds[type(block)])
    drawing.join(before, key)
    return key


def _decider(drawing: Drawing, before: str, values: int, kind: str = "choice") -> tuple[str, str]:
    task = drawing.add("user")
    drawing.join(before, task)
    gateway = drawing.add(kind)
    drawing.join(task, gateway)
    drawing.decides[task] = (f"v_{gateway}", values)
    return gateway, f"v_{gateway}"


def answer(decision: str, variables: Mapping[str, object]) -> dict[str, object]:
    """What a rule of a generated diagram answers: to the number of a branch its mirror image."""
    if decision == "tiers":
        return {"tier": "general"}
    values, asked = decision.split("_", 1)
    return {f"r_{asked}": int(values) - 1 - int(str(variables[asked]))}


def _lay_choice(drawing: Drawing, branches: Sequence[Block], before: str) -> str:
    gateway, variable = _decider(drawing, before, len(branches))
    return _lay_branches(drawing, branches, gateway, variable)


def _lay_ruled(drawing: Drawing, branches: Sequence[Block], before: str) -> str:
    task = drawing.add("user")
    drawing.join(before, task)
    drawing.decides[task] = (f"v_{task}", len(branches))
    answering = drawing.add("rule", decision=f"{len(branches)}_v_{task}")
    drawing.join(task, answering)
    gateway = drawing.add("choice")
    drawing.join(answering, gateway)
    return _lay_branches(drawing, branches, gateway, f"r_v_{task}")


def _lay_branches(drawing: Drawing, branches: Sequence[Block], gateway: str, variable: str) -> str:
    merge = drawing.add("choice")
    for value, branch in enumerate(branches):
        mark = len(drawing.flows)
        drawing.join(_lay(drawing, branch, gateway), merge)
        if value:
            source, target, _ = drawing.flows[mark]
            drawing.flows[mark] = (source, target, (variable, (value,)))
    return merge


def _lay_inclusive(drawing: Drawing, branches: Sequence[Block], before: str) -> str:
    values = 2 ** len(branches)
    gateway, variable = _decider(drawing, before, values, "inclusive")
    merge = drawing.add("inclusive")
    for place, branch in enumerate(branches):
        mark = len(drawing.flows)
        drawing.join(_lay(drawing, branch, gateway), merge)
        source, target, _ = drawing.flows[mark]
        chosen = tuple(value for value in range(values) if value >> place & 1)
        drawing.flows[mark] = (source, target, (variable, chosen))
    drawing.join(gateway, merge)
    return merge


def _lay_stop(drawing: Drawing, before: str) -> str:
    gateway, variable = _decider(drawing, before, 2)
    drawing.join(gateway, drawing.add("terminate"), (variable, (1,)))
    after = drawing.add("choice")
    drawing.join(gateway, after)
    return after


def _lay_loop(drawing: Drawing, body: Block, before: str) -> str:
    head = drawing.add("choice")
    drawing.join(before, head)
    gateway, variable = _decider(drawing, _lay(drawing, body, head), 2)
    drawing.join(gateway, head, (variable, (1,)))
    after = drawing.add("choice")
    drawing.join(gateway, after)
    return after


def _lay_timed(drawing: Drawing, block: Timed, before: str) -> str:
    task = drawing.add("joint" if block.is_joint else "user")
    drawing.join(before, task)
    clock = drawing.add("timer", on=task, cancel=str(block.is_interrupting).lower())
    escalation = drawing.add("user")
    drawing.join(clock, escalation)
    if not block.is_interrupting:
        drawing.join(escalation, drawing.add("end"))
        return task
    merge = drawing.add("choice")
    drawing.join(task, merge)
    drawing.join(escalation, merge)
    return merge
