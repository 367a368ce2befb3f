"""A step that a measure adds and nobody declared: an opinion, kept with the matter's conclusions."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.runtime.domains import procedure
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.generic import GENERIC
from lianjing.runtime.process.models import ProcessInstance, Review, WorkItem
from lianjing.runtime.process.services import complete
from lianjing.runtime.regulation.models import Definition, Regulation
from lianjing.runtime.regulation.services import derive_steps, publish_version
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.playing import OFFICER, Play

KEY = "works_proposal"


def _with_a_new_first_step(zone: Any) -> Definition:
    """Publish the proposal's process with one more step before its first."""
    old = Definition.objects.get(key=KEY)
    start = old.xml.index("<sequenceFlow")
    first = old.xml[start : old.xml.index(">", start)]
    assert 'sourceRef="start"' in first, first
    target = first.partition('targetRef="')[2].partition('"')[0]
    changed = first.replace(f'targetRef="{target}"', 'targetRef="consider"')
    new = '<userTask id="consider" name="先行审阅" lj:nameEn="Look first" lj:clause="zone_initiation#1"/>'
    new += f'<sequenceFlow id="flow_consider" sourceRef="consider" targetRef="{target}"/>'
    xml = old.xml.replace(first, changed, 1).replace("</process>", f"{new}</process>")
    xml = xml.replace(
        f"<flowNodeRef>{target}</flowNodeRef>",
        f"<flowNodeRef>{target}</flowNodeRef><flowNodeRef>consider</flowNodeRef>",
    )
    with recorded("test.publish", chain="regulation:1", actor=SYSTEM, now=zone.now) as act:
        row = publish_version(
            act,
            kind="process",
            key=KEY,
            xml=xml,
            regulation=Regulation.objects.get(pk=old.regulation_id),
            bundle_key=old.bundle_key,
            from_on=act.day,
        )
        derive_steps(act, row, {step.id: step for step in procedure(KEY)[1].steps})
        return row


def test_a_step_that_nobody_declared_takes_an_opinion_and_goes_on(zone: Any) -> None:
    play = Play(zone)
    project = play.project()
    version = _with_a_new_first_step(zone)
    matter = play.open(OFFICER, KEY, project)
    assert ProcessInstance.objects.get(matter=matter).definition == version
    item = WorkItem.objects.get(matter=matter, closed_at=None)
    assert item.step_key == "consider"
    person = zone.person(OFFICER)
    with pytest.raises(InvalidForm):
        complete(item_id=item.pk, person_id=person, data={"opinion": " "}, now=zone.pass_time(hours=0.1))
    complete(item_id=item.pk, person_id=person, data={"opinion": "资料齐备"}, now=zone.pass_time(hours=0.1))
    assert Review.objects.get(matter=matter).opinion_text == "资料齐备"
    assert WorkItem.objects.get(matter=matter, closed_at=None).step_key == "draft"


def test_declared_steps_stay_what_they_are() -> None:
    found = procedure(KEY)[1]
    assert found.step("draft").form is not GENERIC.form
    assert found.step("nowhere").form is GENERIC.form
    assert found.step("nowhere").id == "nowhere"
