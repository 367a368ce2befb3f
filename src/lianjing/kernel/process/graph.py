"""The process diagram: the BPMN 2.0 subset as frozen values, read from XML; anything else is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.etree.ElementTree import Element

from lianjing.kernel.process import xml_source
from lianjing.kernel.process.expression import Expression, compile_expression
from lianjing.kernel.process.feel import BadExpression
from lianjing.kernel.process.node import (
    BoundaryTimer,
    CallActivity,
    CatchTimer,
    DocumentRule,
    EndEvent,
    Gateway,
    GatewayKind,
    Lane,
    MultiInstance,
    Node,
    StartEvent,
    Task,
    TaskKind,
)
from lianjing.kernel.process.node_source import SCOPES, read_lanes, read_node
from lianjing.kernel.process.profile import FLOW_NODES, checked_process
from lianjing.kernel.process.reach import Reach
from lianjing.kernel.process.xml_source import BadSource, children, text

__all__ = [
    "SCOPES",
    "BadDiagram",
    "BoundaryTimer",
    "CallActivity",
    "CatchTimer",
    "DocumentRule",
    "EndEvent",
    "Flow",
    "Gateway",
    "GatewayKind",
    "Graph",
    "Lane",
    "MultiInstance",
    "Node",
    "StartEvent",
    "Task",
    "TaskKind",
    "parse",
]

MAX_BRANCHES = 8  # of an inclusive gateway: the proof looks at every subset of them

BadDiagram = BadSource


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
    inclusive_joins: tuple[str, ...] = field(init=False, repr=False, compare=False)
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
        joins = (key for key in self.nodes if len(self._incoming[key]) > 1)
        inclusive = tuple(key for key in joins if is_gateway(self.nodes[key], GatewayKind.INCLUSIVE))
        put(self, "inclusive_joins", inclusive)
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

    def call(self, node_id: str) -> CallActivity:
        """The call activity of this id; KeyError where the diagram has none."""
        node = self.nodes[node_id]
        if not isinstance(node, CallActivity):
            raise KeyError(node_id)
        return node

    @property
    def calls(self) -> tuple[CallActivity, ...]:
        """All processes that this one calls, in the order of the document."""
        return tuple(node for node in self.nodes.values() if isinstance(node, CallActivity))

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
        """The timers on the edge of a step or call."""
        return self._timers[task_id]


def is_gateway(node: Node | None, kind: GatewayKind) -> bool:
    """True for a gateway of this kind."""
    return isinstance(node, Gateway) and node.kind is kind


def parse(xml: str | bytes) -> Graph:
    """Read a diagram. BadDiagram names the element and the reason for anything outside the profile."""
    root, content = xml_source.read(xml)
    process = checked_process(root)
    nodes_xml = list(children(process, *FLOW_NODES))
    lanes, lane_of = read_lanes(process, {node.get("id", "") for node in nodes_xml})
    nodes = {node.get("id", ""): read_node(node, lane_of.get(node.get("id", ""))) for node in nodes_xml}
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
        if isinstance(node, BoundaryTimer) and not is_waiting(nodes.get(node.attached_to)):
            raise BadDiagram(
                node.id,
                "边界事件所附的“%(node)s”不是用户环节或调用环节,请移到这样的环节上",
                node=node.attached_to,
            )
        if isinstance(node, CallActivity) and node.called == process.get("id"):
            raise BadDiagram(node.id, "流程不得调用自身,请改用循环或退回")


def is_waiting(node: Node | None) -> bool:
    """True for a step of a person and for a called process: these last, and may have timers on their edge."""
    return isinstance(node, CallActivity) or _is_user_task(node)


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
    _check_conditions(graph, node)


def _check_conditions(graph: Graph, node: Node) -> None:
    flows = graph.outgoing(node.id)
    is_choice = isinstance(node, Gateway) and node.kind is not GatewayKind.PARALLEL and len(flows) > 1
    for flow in flows:
        if (flow.condition is not None) != (is_choice and not flow.is_default):
            raise BadDiagram(flow.id, "条件只写在排他网关和包容网关的各条非默认流出上,每条都须有")
    if is_gateway(node, GatewayKind.INCLUSIVE) and len(flows) > MAX_BRANCHES:
        raise BadDiagram(node.id, "包容网关的流出不得超过%(limit)s条,请分成几个网关", limit=MAX_BRANCHES)


def _check_task(graph: Graph, task: Task) -> None:
    if task.lane and task.lane.scope == "element" and task.kind is TaskKind.USER and task.multi is None:
        raise BadDiagram(task.id, "范围为element的泳道只用于多实例环节")
    for other in (*task.returns, *task.differs_from):
        if other == task.id or not _is_user_task(graph.nodes.get(other)):
            raise BadDiagram(task.id, "“%(other)s”不是另一个用户环节", other=other)
    for target in task.returns:
        if not graph.reach.leads(target, task.id):
            raise BadDiagram(task.id, "不能退回“%(target)s”:它不在本环节之前", target=target)
