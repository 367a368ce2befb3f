"""The process diagram: the BPMN 2.0 subset as frozen values, read from XML; anything else is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias
from xml.etree.ElementTree import Element

from lianjing.kernel.process import xml_source
from lianjing.kernel.process.calendar import BadDuration, parse_duration
from lianjing.kernel.process.expression import Expression, compile_expression
from lianjing.kernel.process.feel import BadExpression
from lianjing.kernel.process.profile import FLOW_NODES, checked_process
from lianjing.kernel.process.reach import Reach
from lianjing.kernel.process.xml_source import BadSource, boolean, children, own, text

SCOPES = ("matter_unit", "nearest_ancestor", "named_unit", "party", "element")

BadDiagram = BadSource


class TaskKind(StrEnum):
    USER = "user"
    RULE = "rule"


class GatewayKind(StrEnum):
    EXCLUSIVE = "exclusive"
    PARALLEL = "parallel"


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose steps these are: a standard post, and the unit in which it is looked up."""

    id: str
    name: str
    post: str
    scope: str
    unit: str
    role: str


@dataclass(frozen=True, slots=True)
class DocumentRule:
    kind: str
    is_mandatory: bool
    clause: str


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """The step is opened once for each text in the list variable `collection`."""

    collection: str
    is_sequential: bool


@dataclass(frozen=True, slots=True)
class StartEvent:
    id: str
    name: str
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class EndEvent:
    id: str
    name: str
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class Task:
    """A step. `deadline` is "@parameter.key", "3 working_day" or ""; `clause` is "regulation#article"."""

    id: str
    name: str
    name_en: str
    kind: TaskKind
    lane: Lane | None
    deadline: str
    clause: str
    documents: tuple[DocumentRule, ...]
    returns: tuple[str, ...]
    differs_from: tuple[str, ...]
    decision: str
    multi: MultiInstance | None


@dataclass(frozen=True, slots=True)
class Gateway:
    id: str
    name: str
    kind: GatewayKind
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class BoundaryTimer:
    id: str
    name: str
    attached_to: str
    duration: str
    is_interrupting: bool
    lane: Lane | None


Node: TypeAlias = StartEvent | EndEvent | Task | Gateway | BoundaryTimer


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    source: str
    target: str
    condition: Expression | None
    is_default: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """One diagram. Nodes and flows keep the order of the document; `sha256` is of the exact bytes read."""

    key: str
    name: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    lanes: tuple[Lane, ...]
    start: str
    sha256: str
    reach: Reach = field(init=False, repr=False, compare=False)
    _outgoing: Mapping[str, tuple[Flow, ...]] = field(init=False, repr=False, compare=False)
    _incoming: Mapping[str, tuple[Flow, ...]] = field(init=False, repr=False, compare=False)
    _timers: Mapping[str, tuple[BoundaryTimer, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        flows = self.flows.values()
        timers = [node for node in self.nodes.values() if isinstance(node, BoundaryTimer)]
        edges = [(flow.source, flow.target) for flow in flows]
        side = [(timer.attached_to, timer.id) for timer in timers]
        interrupting = [(timer.attached_to, timer.id) for timer in timers if timer.is_interrupting]
        put = object.__setattr__
        put(self, "reach", Reach(self.start, tuple(self.nodes), edges + side, edges + interrupting))
        put(self, "_outgoing", {key: tuple(f for f in flows if f.source == key) for key in self.nodes})
        put(self, "_incoming", {key: tuple(f for f in flows if f.target == key) for key in self.nodes})
        put(self, "_timers", {key: tuple(t for t in timers if t.attached_to == key) for key in self.nodes})

    def task(self, task_id: str) -> Task:
        """The step of this id; KeyError where the diagram has none."""
        node = self.nodes[task_id]
        if not isinstance(node, Task):
            raise KeyError(task_id)
        return node

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All steps in the order of the document."""
        return tuple(node for node in self.nodes.values() if isinstance(node, Task))

    def outgoing(self, node_id: str) -> tuple[Flow, ...]:
        return self._outgoing[node_id]

    def incoming(self, node_id: str) -> tuple[Flow, ...]:
        return self._incoming[node_id]

    def timer(self, timer_id: str) -> BoundaryTimer:
        """The timer of this id; KeyError where the diagram has none."""
        node = self.nodes[timer_id]
        if not isinstance(node, BoundaryTimer):
            raise KeyError(timer_id)
        return node

    def timers(self, task_id: str) -> tuple[BoundaryTimer, ...]:
        """The timers on the edge of a step."""
        return self._timers[task_id]


def parse(xml: str | bytes) -> Graph:
    """Read a diagram. BadDiagram names the element and the reason for anything outside the profile."""
    root, content = xml_source.read(xml)
    process = checked_process(root)
    nodes_xml = list(children(process, *FLOW_NODES))
    lanes, lane_of = _lanes(process, {node.get("id", "") for node in nodes_xml})
    nodes = {node.get("id", ""): _node(node, lane_of.get(node.get("id", ""))) for node in nodes_xml}
    defaults = {node.get("id", ""): node.get("default", "") for node in nodes_xml if node.get("default")}
    flows = {flow.get("id", ""): _flow(flow, nodes, defaults) for flow in children(process, "sequenceFlow")}
    _check_references(process, nodes, flows, defaults)
    start = next(key for key, node in nodes.items() if isinstance(node, StartEvent))
    graph = Graph(
        process.get("id", ""),
        process.get("name", ""),
        MappingProxyType(nodes),
        MappingProxyType(flows),
        lanes,
        start,
        hashlib.sha256(content).hexdigest(),
    )
    for node in nodes.values():
        _check_flows(graph, node)
        if isinstance(node, Task):
            _check_task(graph, node)
    return graph


def _lanes(process: Element, node_ids: set[str]) -> tuple[tuple[Lane, ...], dict[str, Lane]]:
    sets = list(children(process, "laneSet"))
    if len(sets) > 1:
        raise BadDiagram(sets[1].get("id", ""), "流程只能有一个泳道组")
    lanes: list[Lane] = []
    lane_of: dict[str, Lane] = {}
    for element in (lane for group in sets for lane in children(group, "lane")):
        lane = _lane(element)
        if not lane.id or lane.id in {other.id for other in lanes}:
            raise BadDiagram(lane.id, "泳道没有编号或编号重复")
        lanes.append(lane)
        for reference in children(element, "flowNodeRef"):
            node_id = text(reference)
            if node_id not in node_ids:
                raise BadDiagram(lane.id, "泳道所列的“%(node)s”不存在", node=node_id)
            if node_id in lane_of:
                raise BadDiagram(node_id, "一个环节只能在一个泳道中")
            lane_of[node_id] = lane
    return tuple(lanes), lane_of


def _lane(element: Element) -> Lane:
    lane = Lane(
        element.get("id", ""),
        element.get("name", ""),
        own(element, "post"),
        own(element, "scope"),
        own(element, "unit"),
        own(element, "role"),
    )
    if bool(lane.post) != bool(lane.scope) or (lane.scope and lane.scope not in SCOPES):
        raise BadDiagram(
            lane.id, "泳道的岗位与范围(scope)须同时写明,范围为%(scopes)s之一", scopes=", ".join(SCOPES)
        )
    if (lane.scope == "named_unit") != bool(lane.unit) or (lane.scope == "party") != bool(lane.role):
        raise BadDiagram(lane.id, "范围named_unit须写明单位(unit),范围party须写明角色(role),其他范围不写")
    return lane


def _node(element: Element, lane: Lane | None) -> Node:
    local = xml_source.split(element.tag)[1]
    node_id, name = element.get("id", ""), element.get("name", "")
    match local:
        case "startEvent":
            return StartEvent(node_id, name, lane)
        case "endEvent":
            return EndEvent(node_id, name, lane)
        case "exclusiveGateway":
            return Gateway(node_id, name, GatewayKind.EXCLUSIVE, lane)
        case "parallelGateway":
            return Gateway(node_id, name, GatewayKind.PARALLEL, lane)
        case "boundaryEvent":
            return _timer(element, lane)
    return _task(element, lane, TaskKind.USER if local == "userTask" else TaskKind.RULE)


def _duration(node_id: str, value: str) -> str:
    """Check a duration written in the diagram: "@parameter.key" or "3 working_day"."""
    if not value.startswith("@"):
        try:
            parse_duration(value)
        except BadDuration as error:
            raise BadDiagram(node_id, error.reason, **error.values) from None
    return value


def _timer(element: Element, lane: Lane | None) -> BoundaryTimer:
    node_id = element.get("id", "")
    durations = [
        text(d) for e in children(element, "timerEventDefinition") for d in children(e, "timeDuration")
    ]
    if len(durations) != 1:
        raise BadDiagram(node_id, "边界事件须有且只有一个时长")
    return BoundaryTimer(
        node_id,
        element.get("name", ""),
        element.get("attachedToRef", ""),
        _duration(node_id, durations[0]),
        boolean(element, "cancelActivity", default=True),
        lane,
    )


def _task(element: Element, lane: Lane | None, kind: TaskKind) -> Task:
    node_id = element.get("id", "")
    deadline, decision = own(element, "deadline"), own(element, "decision")
    if (kind is TaskKind.RULE) != bool(decision):
        raise BadDiagram(node_id, "业务规则环节须写明决策表(decision)")
    documents = [
        _document(node_id, d) for e in children(element, "extensionElements") for d in children(e, "document")
    ]
    return Task(
        id=node_id,
        name=element.get("name", ""),
        name_en=own(element, "nameEn"),
        kind=kind,
        lane=lane,
        deadline=_duration(node_id, deadline) if deadline else "",
        clause=own(element, "clause"),
        documents=tuple(documents),
        returns=tuple(own(element, "returns").split()),
        differs_from=tuple(own(element, "differsFrom").split()),
        decision=decision,
        multi=_multi(element),
    )


def _document(node_id: str, element: Element) -> DocumentRule:
    if not element.get("kind"):
        raise BadDiagram(node_id, "资料要求须写明种类(kind)")
    return DocumentRule(
        element.get("kind", ""), boolean(element, "mandatory", default=False), element.get("clause", "")
    )


def _multi(element: Element) -> MultiInstance | None:
    for loop in children(element, "multiInstanceLoopCharacteristics"):
        if boolean(loop, "isSequential", default=False):
            raise BadDiagram(element.get("id", ""), "多实例环节只能并行")
        if not own(loop, "collection"):
            raise BadDiagram(element.get("id", ""), "多实例环节须写明名单变量(collection)")
        return MultiInstance(own(loop, "collection"), is_sequential=False)
    return None


def _flow(element: Element, nodes: Mapping[str, Node], defaults: Mapping[str, str]) -> Flow:
    flow_id, source, target = (element.get(name, "") for name in ("id", "sourceRef", "targetRef"))
    for end in (source, target):
        if end not in nodes:
            raise BadDiagram(flow_id, "顺序流的一端“%(node)s”不存在", node=end)
    conditions = [text(condition) for condition in children(element, "conditionExpression")]
    try:
        condition = compile_expression(conditions[0]) if conditions else None
    except BadExpression as error:
        raise BadDiagram(
            flow_id, "条件写错,第%(position)s字处:%(error)s", position=error.position + 1, error=error.message
        ) from None
    return Flow(flow_id, source, target, condition, defaults.get(source) == flow_id)


def _check_references(
    process: Element, nodes: Mapping[str, Node], flows: Mapping[str, Flow], defaults: Mapping[str, str]
) -> None:
    starts = sum(isinstance(node, StartEvent) for node in nodes.values())
    if starts != 1:
        raise BadDiagram(process.get("id", ""), "流程须有且只有一个开始事件,现有%(count)s个", count=starts)
    for gateway, flow_id in defaults.items():
        if flow_id not in flows or flows[flow_id].source != gateway:
            raise BadDiagram(gateway, "默认流“%(flow)s”不是此网关的流出", flow=flow_id)
    for node in nodes.values():
        if isinstance(node, BoundaryTimer) and not _is_user_task(nodes.get(node.attached_to)):
            raise BadDiagram(node.id, "边界事件所附的“%(node)s”不是用户环节", node=node.attached_to)


def _is_user_task(node: Node | None) -> bool:
    return isinstance(node, Task) and node.kind is TaskKind.USER


def _check_flows(graph: Graph, node: Node) -> None:
    incoming, outgoing = len(graph.incoming(node.id)), len(graph.outgoing(node.id))
    if (incoming > 0) == isinstance(node, StartEvent | BoundaryTimer):
        raise BadDiagram(node.id, "开始事件和边界事件不得有流入,其他元素须有流入")
    if isinstance(node, EndEvent) and outgoing:
        raise BadDiagram(node.id, "结束事件不得有流出")
    if isinstance(node, Gateway) and not outgoing:
        raise BadDiagram(node.id, "网关须有流出")
    if not isinstance(node, EndEvent | Gateway) and outgoing != 1:
        raise BadDiagram(node.id, "须有且只有一条流出,分支用网关画出,现有%(count)s条", count=outgoing)
    is_choice = isinstance(node, Gateway) and node.kind is GatewayKind.EXCLUSIVE and outgoing > 1
    for flow in graph.outgoing(node.id):
        if (flow.condition is not None) != (is_choice and not flow.is_default):
            raise BadDiagram(flow.id, "条件只写在排他网关的各条非默认流出上,每条都须有")


def _check_task(graph: Graph, task: Task) -> None:
    if task.lane and task.lane.scope == "element" and task.kind is TaskKind.USER and task.multi is None:
        raise BadDiagram(task.id, "范围为element的泳道只用于多实例环节")
    for other in (*task.returns, *task.differs_from):
        if other == task.id or not _is_user_task(graph.nodes.get(other)):
            raise BadDiagram(task.id, "“%(other)s”不是另一个用户环节", other=other)
    for target in task.returns:
        if not graph.reach.leads(target, task.id):
            raise BadDiagram(task.id, "不能退回“%(target)s”:它不在本环节之前", target=target)
