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
    "boundaryEvent",
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
    "endEvent": allowed("id name", children=_NODE),
    "userTask": allowed(
        "id name", "nameEn clause deadline returns differsFrom", _NODE + " multiInstanceLoopCharacteristics"
    ),
    "businessRuleTask": allowed("id name", "nameEn clause decision", _NODE),
    "exclusiveGateway": allowed("id name default gatewayDirection", children=_NODE),
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


def checked_process(root: Element) -> Element:
    """Return the one process of the document; BadSource names what lies outside the profile."""
    if root.tag != f"{{{BPMN}}}definitions":
        raise BadSource("", "文件不是BPMN 2.0图")
    for child in root:
        namespace, local = xml_source.split(child.tag)
        if namespace == BPMN and local not in ("process", "collaboration"):
            raise BadSource(child.get("id", ""), "不支持的元素“%(name)s”", name=local)
        if local == "collaboration":
            _check_pool(child)
    found = list(children(root, "process"))
    if len(found) != 1:
        raise BadSource("", "一个文件须有且只有一个流程,现有%(count)s个", count=len(found))
    process = found[0]
    xml_source.check(process, _PROFILE, namespace=BPMN)
    _check_ids((process, *children(process, "sequenceFlow", *FLOW_NODES)))
    return process


def _check_pool(collaboration: Element) -> None:
    for part in collaboration:
        local = xml_source.split(part.tag)[1]
        if local not in ("participant", "documentation"):
            raise BadSource(part.get("id", ""), "不支持的元素“%(name)s”", name=local)


def _check_ids(elements: Iterable[Element]) -> None:
    seen = {""}
    for element in elements:
        element_id = element.get("id", "")
        if element_id in seen:
            raise BadSource(element_id, "元素没有编号或编号重复")
        seen.add(element_id)
