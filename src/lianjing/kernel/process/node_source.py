"""Reads lanes and nodes of a diagram from its XML, each complete or refused with its id."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from lianjing.kernel.process import xml_source
from lianjing.kernel.process.calendar import BadDuration, parse_duration
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
from lianjing.kernel.process.xml_source import BadSource, boolean, children, own, text

SCOPES = ("matter_unit", "nearest_ancestor", "named_unit", "party", "element")
_GATEWAYS = {
    "exclusiveGateway": GatewayKind.EXCLUSIVE,
    "parallelGateway": GatewayKind.PARALLEL,
    "inclusiveGateway": GatewayKind.INCLUSIVE,
}


def read_lanes(process: Element, node_ids: set[str]) -> tuple[tuple[Lane, ...], dict[str, Lane]]:
    """Read the lanes, and which lane each node is in."""
    sets = list(children(process, "laneSet"))
    if len(sets) > 1:
        raise BadSource(sets[1].get("id", ""), "流程只能有一个泳道组")
    lanes: list[Lane] = []
    lane_of: dict[str, Lane] = {}
    for element in (lane for group in sets for lane in children(group, "lane")):
        lane = _lane(element)
        if not lane.id or lane.id in {other.id for other in lanes}:
            raise BadSource(lane.id, "泳道没有编号或编号重复")
        lanes.append(lane)
        for reference in children(element, "flowNodeRef"):
            node_id = text(reference)
            if node_id not in node_ids:
                raise BadSource(lane.id, "泳道所列的“%(node)s”不存在", node=node_id)
            if node_id in lane_of:
                raise BadSource(node_id, "一个环节只能在一个泳道中")
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
        raise BadSource(
            lane.id, "泳道的岗位与范围(scope)须同时写明,范围为%(scopes)s之一", scopes=", ".join(SCOPES)
        )
    if (lane.scope == "named_unit") != bool(lane.unit) or (lane.scope == "party") != bool(lane.role):
        raise BadSource(lane.id, "范围named_unit须写明单位(unit),范围party须写明角色(role),其他范围不写")
    return lane


def read_node(element: Element, lane: Lane | None) -> Node:
    """Read one flow node; BadSource where it is not complete."""
    local = xml_source.split(element.tag)[1]
    node_id, name = element.get("id", ""), element.get("name", "")
    if local in _GATEWAYS:
        return Gateway(node_id, name, _GATEWAYS[local], lane)
    match local:
        case "startEvent":
            return StartEvent(node_id, name, lane)
        case "endEvent":
            is_terminate = any(True for _ in children(element, "terminateEventDefinition"))
            return EndEvent(node_id, name, lane, is_terminate)
        case "boundaryEvent":
            return _boundary(element, lane)
        case "intermediateCatchEvent":
            return CatchTimer(node_id, name, _time(element), lane)
        case "callActivity":
            return _call(element, lane)
    return _task(element, lane, TaskKind.USER if local == "userTask" else TaskKind.RULE)


def _duration(node_id: str, value: str) -> str:
    """Check a duration written in the diagram: "@parameter.key" or "3 working_day"."""
    if not value.startswith("@"):
        try:
            parse_duration(value)
        except BadDuration as error:
            raise BadSource(node_id, error.reason, **error.values) from None
    return value


def _time(element: Element) -> str:
    """The one duration of a timer event."""
    node_id = element.get("id", "")
    durations = [
        text(d) for e in children(element, "timerEventDefinition") for d in children(e, "timeDuration")
    ]
    if len(durations) != 1:
        raise BadSource(node_id, "定时事件须有且只有一个时长(timeDuration),请填写“3 working_day”或“@参数”")
    return _duration(node_id, durations[0])


def _boundary(element: Element, lane: Lane | None) -> BoundaryTimer:
    return BoundaryTimer(
        element.get("id", ""),
        element.get("name", ""),
        element.get("attachedToRef", ""),
        _time(element),
        boolean(element, "cancelActivity", default=True),
        lane,
    )


def _call(element: Element, lane: Lane | None) -> CallActivity:
    node_id, called = element.get("id", ""), element.get("calledElement", "").strip()
    if not called:
        raise BadSource(node_id, "调用环节须写明所调用的流程(calledElement)")
    return CallActivity(
        node_id,
        element.get("name", ""),
        own(element, "nameEn"),
        lane,
        called,
        own(element, "clause"),
        _multi(element),
    )


def _task(element: Element, lane: Lane | None, kind: TaskKind) -> Task:
    node_id = element.get("id", "")
    deadline, decision = own(element, "deadline"), own(element, "decision")
    if (kind is TaskKind.RULE) != bool(decision):
        raise BadSource(node_id, "业务规则环节须写明决策表(decision)")
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
        raise BadSource(node_id, "资料要求须写明种类(kind)")
    return DocumentRule(
        element.get("kind", ""), boolean(element, "mandatory", default=False), element.get("clause", "")
    )


def _multi(element: Element) -> MultiInstance | None:
    for loop in children(element, "multiInstanceLoopCharacteristics"):
        if boolean(loop, "isSequential", default=False):
            raise BadSource(element.get("id", ""), "多实例环节只能并行")
        if not own(loop, "collection"):
            raise BadSource(element.get("id", ""), "多实例环节须写明名单变量(collection)")
        return MultiInstance(own(loop, "collection"), is_sequential=False)
    return None
