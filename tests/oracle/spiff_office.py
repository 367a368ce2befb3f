"""Runs a generated diagram in SpiffWorkflow, the second opinion on our interpreter."""

from __future__ import annotations

import json
from collections import Counter

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tests.kernel.process import drawn_process as ink
from tests.kernel.process.drawn_process import Drawing

PAST = "2000-01-01T00:00:00+00:00"
_SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())


def spiff_xml(drawing: Drawing) -> str:
    """The same diagram in the other engine's dialect: Python conditions, script tasks, ISO durations."""
    body = "".join(_element(drawing, *given) for given in drawing.nodes)
    flows = "".join(
        ink.flow(source, target, f"{condition[0]} == {condition[1]}" if condition else "", f"f{index}")
        for index, (source, target, condition) in enumerate(drawing.flows)
    )
    return ink.definitions(body + flows, "generated")


def _element(drawing: Drawing, kind: str, key: str, attributes: dict[str, str]) -> str:
    match kind:
        case "joint":
            loop = (
                '<bpmn:multiInstanceLoopCharacteristics isSequential="false">'
                "<bpmn:loopDataInputRef>departments</bpmn:loopDataInputRef>"
                '<bpmn:inputDataItem id="department" name="department"/>'
                "</bpmn:multiInstanceLoopCharacteristics>"
            )
            return ink.user(key, loop)
        case "rule":
            return ink.node("scriptTask", key, "<bpmn:script>tier = 'general'</bpmn:script>")
        case "timer":
            return ink.timer(key, attributes["on"], "&quot;P3D&quot;", attributes["cancel"])
    return drawing._element(kind, key, attributes)


class SpiffOffice:
    def __init__(self, drawing: Drawing) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(spiff_xml(drawing).encode())
        self.workflow = BpmnWorkflow(parser.get_spec("generated"))

    def begin(self, variables: dict[str, object]) -> None:
        start = self.workflow.get_next_task(state=TaskState.READY)
        start.data.update(variables)
        self.workflow.do_engine_steps()

    def _ready(self) -> list[tuple[str, str, object]]:
        return [
            (
                task.task_spec.bpmn_id or task.task_spec.name.removesuffix(" [child]"),
                task.data.get("department", "") if task.task_spec.name.endswith(" [child]") else "",
                task,
            )
            for task in self.workflow.get_tasks(state=TaskState.READY, manual=True)
        ]

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
            if type(task.task_spec).__name__ == "BoundaryEvent"
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
