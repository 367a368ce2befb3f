"""A made-up domain of three small processes: one that calls another, one that calls it for each unit, one that waits."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from django import forms

from lianjing.kernel.declaration import Domain, Duty, Procedure, Step, Text
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import PowerItem, Unit
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.forms import StepForm
from lianjing.runtime.regulation.models import Regulation
from lianjing.runtime.regulation.services import derive_steps, publish_version
from lianjing.runtime.trail.act import SYSTEM, recorded

HEAD = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:lj="urn:lianjing:bpmn:1" id="d" targetNamespace="urn:t"><process id="%s" name="差事" isExecutable="true"><laneSet id="lanes">
 <lane id="o" name="项目经办岗" lj:post="project_officer" lj:scope="matter_unit">%s</lane>
 <lane id="l" name="项目负责人岗" lj:post="project_lead" lj:scope="matter_unit">%s</lane></laneSet>"""
FOOT = "</process></definitions>"


def flows(*nodes: str) -> str:
    pairs = pairwise(nodes)
    return "".join(
        f'<sequenceFlow id="{one}_to_{two}" sourceRef="{one}" targetRef="{two}"/>' for one, two in pairs
    )


def lane(*nodes: str) -> str:
    return "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in nodes)


MAIN = (
    HEAD % ("errand", lane("start", "ask", "sub", "wait", "end"), lane("close"))
    + """<startEvent id="start" name="始"/><userTask id="ask" name="提出" lj:clause="zone_funds#1"/>
 <callActivity id="sub" name="核查" calledElement="errand_check" lj:clause="zone_funds#1"/>
 <intermediateCatchEvent id="wait" name="等候"><timerEventDefinition><timeDuration>2 working_day</timeDuration></timerEventDefinition></intermediateCatchEvent>
 <userTask id="close" name="办结" lj:returns="ask" lj:clause="zone_funds#1"/><endEvent id="end" name="终"/>"""
    + flows("start", "ask", "sub", "wait", "close", "end")
    + FOOT
)
EACH = (
    HEAD % ("errand_each", lane("start", "ask", "sub", "end"), lane("close"))
    + """<startEvent id="start" name="始"/><userTask id="ask" name="提出" lj:clause="zone_funds#1"/>
 <callActivity id="sub" name="核查" calledElement="errand_check" lj:clause="zone_funds#1">
 <multiInstanceLoopCharacteristics isSequential="false" lj:collection="units"/></callActivity>
 <userTask id="close" name="办结" lj:clause="zone_funds#1"/><endEvent id="end" name="终"/>"""
    + flows("start", "ask", "sub", "close", "end")
    + FOOT
)
CHECK = (
    HEAD % ("errand_check", lane("start", "end"), lane("look"))
    + """<startEvent id="start" name="始"/><userTask id="look" name="查看" lj:clause="zone_funds#1"/><endEvent id="end" name="终"/>"""
    + flows("start", "look", "end")
    + FOOT
)


class NoteForm(StepForm):
    """A note."""

    opinion = forms.CharField(label="意见")


def nothing(deed: Deed) -> Mapping[str, Any]:
    return {"units": ["ECO", "PLN"]} if deed.item and deed.item.step_key == "ask" else {"seen": "yes"}


def may_open(_parent: Any, _day: Any) -> None:
    return None


WITHDRAWN: list[int] = []


def noted(deed: Deed) -> None:
    WITHDRAWN.append(deed.matter.pk)


def procedure(key: str, kind: str, parent: str, *steps: str) -> Procedure:
    return Procedure(
        key=key,
        matter_kind=kind,
        label=Text("差事", "Errand"),
        parent_kind=parent,
        opener_post="project_officer",
        steps=tuple(
            Step(each, nothing, Duty.REVIEW if each != "ask" else Duty.APPLY, NoteForm) for each in steps
        ),
        record=Matter,
        may_open=may_open,
        withdrawn=noted,
    )


DOMAIN = Domain(
    key="town",
    label=Text("差事", "Errands"),
    root_kind="project",
    stages=(),
    procedures=(
        procedure("errand", "change", "project", "ask", "close"),
        procedure("errand_each", "change", "project", "ask", "close"),
        procedure("errand_check", "permit", "change", "look"),
    ),
    package="tests.runtime.process",
)


def install(zone: Any) -> None:
    """Publish the three processes and enter their power items."""
    with recorded("test.setup", chain="installation:1", actor=SYSTEM, now=zone.now) as act:
        for key, xml in (("errand", MAIN), ("errand_each", EACH), ("errand_check", CHECK)):
            version = publish_version(
                act,
                kind="process",
                key=key,
                xml=xml,
                regulation=Regulation.objects.get(key="zone_funds"),
                bundle_key="errands",
                from_on=zone.today(),
            )
            derive_steps(act, version, {step.id: step for step in DOMAIN.procedure(key).steps})
            act.save(
                PowerItem(
                    code=key,
                    name=key,
                    unit=Unit.objects.get(code="CON"),
                    definition_key=key,
                    from_on=zone.today(),
                )
            )
