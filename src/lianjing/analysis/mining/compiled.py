"""A BPMN diagram compiled to a net: gateways become silent transitions, a step's label is its name, as the log has it.

What the net cannot say is refused with its element, so that no deviation is reported which is only a gap of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeVar
from xml.etree.ElementTree import Element

from lianjing.analysis.mining.net import Known, Net, Transition
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.node import CallActivity, TaskKind
from lianjing.kernel.process.reach import Reach
from lianjing.kernel.process.xml_source import BadSource, children, own, read, split, text

MOST_BRANCHES: Final = 8  # of an inclusive gateway: every subset of them is a transition
MOST_CLOCKS: Final = 6  # of a step, that do not interrupt it: every subset of them has places
CONTROL_WEIGHT: Final = 4.0  # a step that a clause demands and that another person must do
DEMANDED_WEIGHT: Final = 2.0  # a step that a clause demands
TASKS: Final = frozenset(
    [
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "businessRuleTask",
        "scriptTask",
        "sendTask",
        "receiveTask",
        "callActivity",
    ]
)
PASSING: Final = frozenset(("intermediateThrowEvent", "intermediateCatchEvent"))
CHOOSING: Final = frozenset(("exclusiveGateway", "eventBasedGateway"))
INCLUSIVE: Final = "inclusiveGateway"
IGNORED: Final = frozenset(
    [
        "laneSet",
        "documentation",
        "extensionElements",
        "textAnnotation",
        "association",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "group",
        "ioSpecification",
        "property",
    ]
)
Flows = tuple[int, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Back:
    """A return that a step allows: its label in the log, the step it goes to, the nodes that it undoes."""

    label: str
    target: str
    undone: frozenset[str]


def compile_bpmn(
    xml: str | bytes,
    names: Mapping[str, str] | None = None,
    *,
    returns: Mapping[str, tuple[Back, ...]] | None = None,
    silent: frozenset[str] = frozenset(),
) -> Net:
    """Compile the one process of a BPMN file; BadSource with the element for what the net cannot say.

    Read are steps of any kind, called processes, start, end, terminate and passing events, timers, exclusive,
    event-based, parallel and inclusive gateways, boundary events. `names` gives labels by element id; else the name
    counts. `returns` are the returns that a step allows, `silent` the steps that no log shows (a decision by rule, a
    called process that has a log of its own). A step for several at once may come several times in a row.
    """
    root, _bytes = read(xml)
    processes = [each for each in root if split(each.tag)[1] == "process"]
    if len(processes) != 1:
        raise BadSource("", "一个文件须有且只有一个流程,现有%(count)s个", count=len(processes))
    return _Compiler(processes[0], names or {}, returns or {}, silent).net()


def compile_graph(graph: Graph, xml: str, names: Mapping[str, str], *, returned: str) -> Net:
    """Compile a version that the interpreter runs, with its returns (the step's label and the word `returned`).

    Decisions by rule are silent, and called processes, which have logs of their own.
    """
    backs = {
        task.id: tuple(
            Back(f"{names[task.id]}{returned}", target, frozenset(graph.reach.after(target)))
            for target in task.returns
        )
        for task in graph.tasks
    }
    rules = frozenset(task.id for task in graph.tasks if task.kind is TaskKind.RULE)
    called = frozenset(node.id for node in graph.nodes.values() if isinstance(node, CallActivity))
    return compile_bpmn(xml, names, returns=backs, silent=rules | called)


class _Compiler:
    """Places are sequence flows, and one more before each step that several flows lead to."""

    def __init__(
        self,
        process: Element,
        names: Mapping[str, str],
        returns: Mapping[str, tuple[Back, ...]],
        silent: frozenset[str],
    ) -> None:
        self.names, self.returns, self.silent = names, returns, silent
        self.ready: dict[str, int] = {}
        self.source: dict[int, str] = {}
        self.target: dict[int, str] = {}
        self.default: dict[str, str] = {}
        self.flows: dict[str, int] = {}
        self.nodes: dict[str, tuple[str, Element]] = {}
        self.outgoing: dict[str, list[int]] = {}
        self.incoming: dict[str, list[int]] = {}
        self.transitions: list[Transition] = []
        self.known: dict[str, Known] = {}
        self.places = 0
        self.terminating: list[int] = []
        self.boundaries: dict[str, list[str]] = {}
        for element in process:
            self._read(element)
        self.lanes = dict(_lanes(process))
        self.reach = self._reach()

    def _read(self, element: Element) -> None:
        local, key = split(element.tag)[1], element.get("id", "")
        if local == "sequenceFlow":
            place = self.flows[key] = self._place()
            self.outgoing.setdefault(element.get("sourceRef", ""), []).append(place)
            self.incoming.setdefault(element.get("targetRef", ""), []).append(place)
            self.source[place], self.target[place] = (
                element.get("sourceRef", ""),
                element.get("targetRef", ""),
            )
        elif local == "boundaryEvent":
            self.nodes[key] = (local, element)
            self.boundaries.setdefault(element.get("attachedToRef", ""), []).append(key)
        elif local not in IGNORED:
            self.nodes[key] = (local, element)

    def _reach(self) -> Reach:
        """What lies after what on the way forward, by the rule that the interpreter of processes follows."""
        starts = [key for key, (local, _element) in self.nodes.items() if local == "startEvent"]
        edges = [("", key) for key in starts]
        edges += [(self.source[place], self.target[place]) for place in self.flows.values()]
        edges += [(step, each) for step, events in self.boundaries.items() for each in events]
        known = {"", *self.nodes}
        for one, other in edges:
            if one not in known or other not in known:
                raise BadSource(one or other, "流程线连到不存在的元素“%(name)s”", name=f"{one} → {other}")
        return Reach("", ("", *self.nodes), edges, edges)

    def _place(self) -> int:
        self.places += 1
        return self.places

    def _silent(
        self,
        into: Flows,
        out: Flows,
        clears: frozenset[int] = frozenset(),
        waits: frozenset[int] = frozenset(),
    ) -> None:
        """A gateway: its tokens do not rest."""
        self.transitions.append(Transition("", into, out, clears, waits, is_prompt=True))

    def _by_itself(self, into: Flows, out: Flows, waits: frozenset[int] = frozenset()) -> None:
        """A timer, the end of what no log shows: some time, unseen."""
        self.transitions.append(Transition("", into, out, waits=waits))

    def net(self) -> Net:
        """Return the net; a place 0 collects the tokens of all ends."""
        starts: list[int] = []
        joins: list[str] = []
        for key, (local, element) in self.nodes.items():
            if local == "startEvent":
                starts += self.outgoing.get(key, ())
            elif local in TASKS:
                self._step(key, element)
            elif local == INCLUSIVE:
                joins.append(key)
            elif local != "boundaryEvent":
                self._passing(key, local, element)
        if not starts:
            raise BadSource("", "流程没有开始事件")
        for key in joins:
            self._inclusive(key)
        self._add_returns()
        self._collect_ends()
        return Net(tuple(self.transitions), tuple(sorted(starts)), (0,), self.known)

    def _passing(self, key: str, local: str, element: Element) -> None:
        into, out = tuple(self.incoming.get(key, ())), tuple(self.outgoing.get(key, ()))
        if local == "endEvent":
            ends = any(True for _each in children(element, "terminateEventDefinition"))
            if ends:
                self.terminating += into
            else:
                self._one_of(into, ((0,),))
        elif local in CHOOSING:
            self._one_of(into, tuple((each,) for each in out))
        elif local in PASSING:
            for place in into:
                self._by_itself((place,), out or (0,))
        elif local == "parallelGateway":
            self._silent(into, out)
        else:
            raise BadSource(key, "不支持的元素“%(name)s”", name=local)

    def _one_of(self, into: Flows, outs: tuple[Flows, ...]) -> None:
        for place in into:
            for out in outs:
                self._silent((place,), out)

    def _step(self, key: str, element: Element) -> None:
        ready = self._entered(key)
        label = self.names.get(key) or " ".join((element.get("name") or key).split())
        label = "" if key in self.silent else label
        if label:
            self.known[label] = _known(element, self.lanes.get(key, ""))
        is_joint = bool(label) and any(
            True
            for _each in children(element, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
        )
        places = (ready, self._own_place(key)) if is_joint else (ready,)
        clocks = [each for each in self.boundaries.get(key, ()) if self._is_reminder(each)]
        if len(clocks) > MOST_CLOCKS:
            raise BadSource(key, "一个步骤最多%(count)s个不中断的边界事件", count=MOST_CLOCKS)
        opened: dict[tuple[str, ...], Flows] = {(): places}
        for rung in _subsets(clocks):
            opened[rung] = tuple(self._own_place(key) for _place in places)
        for rung, held in opened.items():
            self._ways_on(key, label, held)
            for clock in clocks:
                if clock not in rung:
                    later = opened[tuple(each for each in clocks if each in rung or each == clock)]
                    for place, after in zip(held, later, strict=True):
                        self._by_itself((place,), (after, *self.outgoing.get(clock, ())))

    def _entered(self, key: str) -> int:
        """The place in which a step has just been opened, by whichever flow."""
        into = tuple(self.incoming.get(key, ()))
        ready = into[0] if len(into) == 1 else self._place()
        if len(into) != 1:
            self._one_of(into, ((ready,),))
        self.ready[key] = ready
        return ready

    def _ways_on(self, key: str, label: str, places: Flows) -> None:
        """What ends an open step: it is done, or an event breaks it off.

        Of several hands the second of its places is held once the first hand has done its part.
        """
        out = tuple(self.outgoing.get(key, ())) or (0,)
        ready, among = places[0], places[1:]
        self.transitions.append(Transition(label, (ready,), among or out))
        if among:
            self.transitions.append(Transition(label, among, among))
            self._by_itself(among, out)
        for boundary in self.boundaries.get(key, ()):
            if self._interrupts(boundary):
                for place in places:
                    self._by_itself((place,), tuple(self.outgoing.get(boundary, ())))

    def _interrupts(self, boundary: str) -> bool:
        return self.nodes[boundary][1].get("cancelActivity", "true") == "true"

    def _is_reminder(self, boundary: str) -> bool:
        """Whether an event leaves the step open and leads to anything that a log shows; it happens once an opening."""
        after = self.reach.after(boundary)
        seen = any(self.nodes[each][0] in TASKS and each not in self.silent for each in after)
        return seen and not self._interrupts(boundary)

    def _own_place(self, key: str) -> int:
        """A place in which a token says that the step is open."""
        place = self._place()
        self.source[place] = self.target[place] = key
        return place

    def _inclusive(self, key: str) -> None:
        """Take any of the flows into it once no token can come to the others, then go on along any of those out."""
        into, out = tuple(self.incoming.get(key, ())), tuple(self.outgoing.get(key, ()))
        for flows in (into, out):
            if len(flows) > MOST_BRANCHES:
                raise BadSource(key, "包容网关最多%(count)s个分支", count=MOST_BRANCHES)
        choices = self._choices(key, out)
        if len(into) == 1:
            for choice in choices:
                self._silent(into, choice)
            return
        middle = self._place()
        self.source[middle] = self.target[middle] = key
        for choice in choices:
            self._silent((middle,), choice)
        own_flows = frozenset(into)
        coming = frozenset(
            place
            for place in range(1, self.places + 1)
            if place not in own_flows and place != middle and key in self._after(place)
        )
        for some in _subsets(into):
            self._silent(some, (middle,), own_flows, coming | (own_flows - set(some)))

    def _choices(self, key: str, out: Flows) -> list[Flows]:
        default = self.flows.get(self.nodes[key][1].get("default", ""))
        if len(out) < 2:
            return [out or (0,)]
        given = tuple(place for place in out if place != default)
        return [*_subsets(given), *([(default,)] if default in out else [])]

    def _after(self, place: int) -> frozenset[str]:
        node = next((key for key, ready in self.ready.items() if ready == place), self.target.get(place, ""))
        return self.reach.after(node) if node else frozenset()

    def _add_returns(self) -> None:
        for key, backs in self.returns.items():
            for back in backs:
                undone = frozenset(
                    place for place in range(self.places + 1) if self._owner(place) in back.undone
                )
                for held in self._held(key):
                    left = undone - {held}
                    self.transitions.append(Transition(back.label, (held,), (self.ready[back.target],), left))
                self.known[back.label] = self.known.get(self.names.get(key, ""), Known())._replace(weight=1.0)

    def _held(self, key: str) -> list[int]:
        """The places in which a token says that the step is open."""
        own = [place for place, source in self.source.items() if source == key == self.target[place]]
        return [self.ready[key], *own]

    def _owner(self, place: int) -> str:
        """The node at which a token rests: the step that a flow leads to, else where it comes from (it waits at a join)."""
        for key, ready in self.ready.items():
            if ready == place:
                return key
        target = self.target.get(place, "")
        return target if target in self.ready else self.source.get(place, "")

    def _collect_ends(self) -> None:
        """Let several tokens at the end become one: a branch may have an end of its own; a terminate end ends them all."""
        self._silent((0, 0), (0,))
        everywhere = frozenset(range(self.places + 1))
        for place in self.terminating:
            self._silent((place,), (0,), everywhere)


def _subsets(given: Sequence[T]) -> Iterator[tuple[T, ...]]:
    for size in range(1, len(given) + 1):
        yield from combinations(given, size)


def _known(element: Element, lane: str) -> Known:
    """What the diagram's own attributes say: a step that a clause demands weighs more, a second person's most."""
    clause = own(element, "clause")
    demanded = CONTROL_WEIGHT if own(element, "differsFrom") else DEMANDED_WEIGHT
    return Known(clause, lane, demanded if clause else 1.0)


def _lanes(process: Element) -> Iterator[tuple[str, str]]:
    for group in children(process, "laneSet"):
        for lane in children(group, "lane"):
            for node in children(lane, "flowNodeRef"):
                yield text(node), lane.get("name", "")
