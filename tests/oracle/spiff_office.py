"""Runs a generated diagram in SpiffWorkflow, the second opinion on our interpreter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tests.kernel.process import drawn_process as ink
from tests.kernel.process.drawn_process import Drawing

PAST = "2000-01-01T00:00:00+00:00"
TIMED = ("BoundaryEvent", "IntermediateCatchEvent")
EACH_DEPARTMENT = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="false">'
    "<bpmn:loopDataInputRef>departments</bpmn:loopDataInputRef>"
    '<bpmn:inputDataItem id="department" name="department"/>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)
_SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
_CHILD = ink.definitions(
    ink.start("begin") + ink.user("work") + ink.end("over") + ink.chain("begin", "work", "over"), "child"
)


def spiff_xml(drawing: Drawing) -> str:
    """The same diagram in the other engine's dialect: Python conditions, script tasks, ISO durations."""
    body = "".join(_element(drawing, *given) for given in drawing.nodes)
    flows = "".join(
        ink.flow(source, target, ink.worded(condition, "=="), f"f{index}")
        for index, (source, target, condition) in enumerate(drawing.flows)
    )
    return ink.definitions(body + flows, "generated")


def _element(drawing: Drawing, kind: str, key: str, attributes: Mapping[str, str]) -> str:
    match kind:
        case "joint":
            return ink.user(key, EACH_DEPARTMENT)
        case "each":
            return ink.call(key, inner=EACH_DEPARTMENT)
        case "rule":
            return ink.node(
                "scriptTask", key, f"<bpmn:script>{_script(attributes['decision'])}</bpmn:script>"
            )
        case "timer":
            return ink.timer(key, attributes["on"], "&quot;P3D&quot;", attributes["cancel"])
        case "catch":
            return ink.catch(key, "&quot;P3D&quot;")
    return drawing._element(kind, key, attributes)


def _script(decision: str) -> str:
    """The same answer as that of drawn_process.answer."""
    if decision == "tiers":
        return "tier = 'general'"
    values, asked = decision.split("_", 1)
    return f"r_{asked} = {int(values) - 1} - {asked}"


class SpiffOffice:
    def __init__(self, drawing: Drawing) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(spiff_xml(drawing).encode())
        parser.add_bpmn_str(_CHILD.encode())
        self.workflow = BpmnWorkflow(parser.get_spec("generated"), {"child": parser.get_spec("child")})

    def begin(self, variables: dict[str, object]) -> None:
        start = self.workflow.get_next_task(state=TaskState.READY)
        start.data.update(variables)
        self.workflow.do_engine_steps()

    def _ready(self) -> list[tuple[str, str, object]]:
        """The open steps, each with its element; a step of a called process under the id of the call."""
        return [self._named(task) for task in self.workflow.get_tasks(state=TaskState.READY, manual=True)]

    def _named(self, task: object) -> tuple[str, str, object]:
        if task.workflow.spec.name == "child":
            call = self.workflow.get_task_from_id(task.workflow.parent_task_id)
            name = call.task_spec.name
            element = call.data.get("department", "") if name.endswith(" [child]") else ""
            return call.task_spec.bpmn_id or name.removesuffix(" [child]"), element, task
        name = task.task_spec.name
        element = task.data.get("department", "") if name.endswith(" [child]") else ""
        return task.task_spec.bpmn_id or name.removesuffix(" [child]"), element, task

    def open(self) -> Counter[tuple[str, str]]:
        return Counter((node, element) for node, element, _ in self._ready())

    def complete(self, node: str, element: str, variables: dict[str, object]) -> None:
        task = next(task for key, item, task in self._ready() if (key, item) == (node, element))
        task.data.update(variables)
        task.data.pop("department", None)  # or it would be merged and refuse the next round of a joint review
        task.run()
        self.workflow.do_engine_steps()

    def timers(self) -> Counter[str]:
        return Counter(task.task_spec.bpmn_id for task in self._waiting())

    def _waiting(self) -> list[object]:
        return [
            task
            for task in self.workflow.get_tasks(state=TaskState.WAITING)
            if type(task.task_spec).__name__ in TIMED
        ]

    def fire(self, timer: str) -> None:
        task = next(task for task in self._waiting() if task.task_spec.bpmn_id == timer)
        task._set_internal_data(event_value=PAST)
        self.workflow.refresh_timers()
        self.workflow.do_engine_steps()

    def is_completed(self) -> bool:
        return self.workflow.is_completed()

    def save_and_load(self) -> int:
        """Put the state through JSON, as a server between two requests does; returns its length."""
        text = _SERIALIZER.serialize_json(self.workflow)
        self.workflow = _SERIALIZER.deserialize_json(text)
        return len(json.dumps(text))
