"""The part of BPMN 2.0 that a regulated process may use, checked on the XML before anything is built from it."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from lianjing.kernel.process import xml_source
from lianjing.kernel.process.xml_source import BadSource, allowed, children

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
FLOW_NODES = (
    "startEvent",
    "endEvent",
    "userTask",
    "businessRuleTask",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "callActivity",
    "boundaryEvent",
    "intermediateCatchEvent",
)

_NODE = "incoming outgoing documentation extensionElements"
_IGNORED = allowed(is_ignored=True)
_PROFILE = {
    "process": allowed(
        "id name isExecutable processType isClosed",
        children=(
            "laneSet sequenceFlow textAnnotation association documentation extensionElements "
            + " ".join(FLOW_NODES)
        ),
    ),
    "laneSet": allowed("id name", children="lane"),
    "lane": allowed("id name", "post scope unit role", "flowNodeRef documentation extensionElements"),
    "flowNodeRef": allowed(),
    "startEvent": allowed("id name", children=_NODE),
    "endEvent": allowed("id name", children=_NODE + " terminateEventDefinition"),
    "terminateEventDefinition": allowed("id"),
    "userTask": allowed(
        "id name", "nameEn clause deadline returns differsFrom", _NODE + " multiInstanceLoopCharacteristics"
    ),
    "businessRuleTask": allowed("id name", "nameEn clause decision", _NODE),
    "exclusiveGateway": allowed("id name default gatewayDirection", children=_NODE),
    "inclusiveGateway": allowed("id name default gatewayDirection", children=_NODE),
    "callActivity": allowed(
        "id name calledElement", "nameEn clause", _NODE + " multiInstanceLoopCharacteristics"
    ),
    "intermediateCatchEvent": allowed("id name", children=_NODE + " timerEventDefinition"),
    "parallelGateway": allowed("id name gatewayDirection", children=_NODE),
    "boundaryEvent": allowed(
        "id name attachedToRef cancelActivity", children=_NODE + " timerEventDefinition"
    ),
    "timerEventDefinition": allowed("id", children="timeDuration"),
    "timeDuration": allowed("id"),
    "sequenceFlow": allowed(
        "id name sourceRef targetRef", children="conditionExpression documentation extensionElements"
    ),
    "conditionExpression": allowed("id"),
    "multiInstanceLoopCharacteristics": allowed("id isSequential", "collection"),
    "incoming": allowed(),
    "outgoing": allowed(),
    "extensionElements": allowed(children="document"),
    "document": allowed("kind mandatory clause", is_own=True),
    "documentation": _IGNORED,
    "textAnnotation": _IGNORED,
    "association": _IGNORED,
}


_SCRIPT = "不支持“%(name)s”:流程图中不得有可执行的程序。人工办理请改用用户环节,计算请改用业务规则环节和决策表"
_MESSAGE = "不支持“%(name)s”:系统之间的往来不画在流程图上。请改用用户环节等待对方办理,或者用定时事件限期"
_PARTS = "不支持“%(name)s”:子流程须单独成图。请改用调用环节,写明所调用的流程"
_RACE = "不支持“%(name)s”:先到先得使结果取决于时间。请改用排他网关和环节上的定时事件"
_REFUSALS = {  # why an element that people are likely to draw is refused, and what to draw instead
    **dict.fromkeys(("scriptTask", "serviceTask", "script"), _SCRIPT),
    **dict.fromkeys(
        (
            "sendTask",
            "receiveTask",
            "messageEventDefinition",
            "signalEventDefinition",
            "intermediateThrowEvent",
            "message",
            "signal",
            "messageFlow",
        ),
        _MESSAGE,
    ),
    **dict.fromkeys(("subProcess", "adHocSubProcess", "transaction"), _PARTS),
    **dict.fromkeys(("eventBasedGateway", "complexGateway"), _RACE),
    **dict.fromkeys(
        ("manualTask", "task"),
        "不支持“%(name)s”:没有岗位办理的环节不留痕。请改为用户环节",
    ),
    "timeCycle": "不支持“%(name)s”:定时只能是时长。请改写timeDuration",
    "timeDate": "不支持“%(name)s”:定时只能是时长。请改写timeDuration",
    "standardLoopCharacteristics": "不支持“%(name)s”:请用排他网关画出循环",
    "completionCondition": "不支持“%(name)s”:多实例环节须全部办完。请删去,提前结束请用定时事件",
    "compensateEventDefinition": "不支持“%(name)s”:请用退回,或者画出更正的环节",
    "errorEventDefinition": "不支持“%(name)s”:请用排他网关画出不同结果",
    "escalationEventDefinition": "不支持“%(name)s”:请用不中断的定时事件提醒",
}
_GENERAL = "不支持的元素“%(name)s”,请删去或改用支持的元素"
_DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"


def checked_process(root: Element) -> Element:
    """Return the one process of the document; BadSource names what lies outside the profile."""
    if root.tag != f"{{{BPMN}}}definitions":
        raise BadSource("", "文件不是BPMN 2.0图")
    for child in root:
        namespace, local = xml_source.split(child.tag)
        if namespace not in (BPMN, _DIAGRAM):
            raise BadSource(
                child.get("id", ""),
                "元素“%(name)s”来自其他软件的命名空间,系统不执行也不保留,请删去",
                name=local,
            )
        if namespace == BPMN and local not in ("process", "collaboration"):
            raise BadSource(child.get("id", ""), _REFUSALS.get(local, _GENERAL), name=local)
        if local == "collaboration":
            _check_pool(child)
    found = list(children(root, "process"))
    if len(found) != 1:
        raise BadSource("", "一个文件须有且只有一个流程,现有%(count)s个", count=len(found))
    process = found[0]
    xml_source.check(process, _PROFILE, namespace=BPMN, refusals=_REFUSALS)
    _check_ids((process, *children(process, "sequenceFlow", *FLOW_NODES)))
    return process


def _check_pool(collaboration: Element) -> None:
    for part in collaboration:
        local = xml_source.split(part.tag)[1]
        if local not in ("participant", "documentation"):
            raise BadSource(part.get("id", ""), _REFUSALS.get(local, _GENERAL), name=local)


def _check_ids(elements: Iterable[Element]) -> None:
    seen = {""}
    for element in elements:
        element_id = element.get("id", "")
        if element_id in seen:
            raise BadSource(element_id, "元素没有编号或编号重复")
        if any(sign.isspace() for sign in element_id):
            raise BadSource(element_id, "编号中不得有空白,请改写编号")
        seen.add(element_id)
