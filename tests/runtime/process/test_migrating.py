"""An open matter is carried over to a newer version of its process by a map of nodes; what has no counterpart is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import domains as installed
from lianjing.runtime.process.carrying import (
    carry_over,
    newer_than,
    newer_version,
    places_of,
    standing,
)
from lianjing.runtime.process.migrating import Plan, migrate, plan
from lianjing.runtime.process.models import ProcessInstance, WorkItem
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.regulation.models import Definition, Regulation
from lianjing.runtime.regulation.services import publish_version
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import HEAD, LEAD, OFFICER, Play, refused
from tests.runtime.process import errands

pytestmark = pytest.mark.django_db
NOTE = {"opinion": "知悉"}


@pytest.fixture
def play(zone: Any, monkeypatch: pytest.MonkeyPatch) -> Play:
    errands.install(zone)
    every = (*installed.domains(), errands.DOMAIN)
    monkeypatch.setattr(installed, "domains", lambda: every)
    return Play(zone)


def newer(play: Play, old: str, new: str, key: str = "errand") -> Definition:
    """Publish the process with a word of its diagram changed, in force tomorrow."""
    play.scene.pass_time(working_days=1)
    with recorded("test.setup", chain="installation:1", actor=SYSTEM, now=play.scene.now) as act:
        return publish_version(
            act,
            kind="process",
            key=key,
            xml=errands.MAIN.replace(old, new),
            regulation=Regulation.objects.get(key="zone_funds"),
            bundle_key="errands",
            from_on=play.scene.today(),
        )


def carry(play: Play, matter_id: int, to: Definition, nodes: dict[str, str], by: str = HEAD) -> Plan:
    play.scene.pass_time(hours=0.1)
    return migrate(
        matter_id=matter_id,
        definition_id=to.pk,
        node_map=nodes,
        reason="制度修订",
        person_id=play.scene.person(by),
        now=play.scene.now,
    )


def test_a_matter_that_stands_at_a_step_both_have_is_carried_over_and_goes_on(play) -> None:
    matter = play.open(OFFICER, "errand", play.project(), "查一查")
    to = newer(play, 'name="提出"', 'name="提出申请"')
    assert plan(matter_id=matter.pk, definition_id=to.pk, node_map={}, day=play.scene.today()).unmapped == ()
    carry(play, matter.pk, to, {})
    instance = ProcessInstance.objects.get(matter=matter)
    assert instance.definition_id == to.pk
    assert WorkItem.objects.get(matter=matter, closed_at=None).name == "提出申请"
    play.do(OFFICER, matter, "ask", NOTE)
    assert not list(check_states()) and not list(verify().problems)


def test_a_called_process_goes_back_to_the_node_under_its_new_name(play) -> None:
    matter = play.open(OFFICER, "errand", play.project(), "查一查")
    play.do(OFFICER, matter, "ask", NOTE)
    to = newer(play, "sub", "inquiry")
    assert plan(matter_id=matter.pk, definition_id=to.pk, node_map={}, day=play.scene.today()).unmapped == (
        "sub",
    )
    with refused(Ground.RULE, "migrate.unmapped"):
        carry(play, matter.pk, to, {})
    carry(play, matter.pk, to, {"sub": "inquiry"})
    (child,) = type(matter).objects.filter(parent=matter)
    play.do(LEAD, child, "look", NOTE)
    assert '"inquiry_outcome":"end"' in ProcessInstance.objects.get(matter=matter).marking
    assert not list(check_states())


def test_only_the_head_decides_and_only_for_a_newer_version(play) -> None:
    matter = play.open(OFFICER, "errand", play.project(), "查一查")
    old = ProcessInstance.objects.get(matter=matter).definition
    to = newer(play, 'name="提出"', 'name="提出申请"')
    with refused(Ground.POST, "terminate.not_head"):
        carry(play, matter.pk, to, {}, LEAD)
    with pytest.raises(BadInput):
        carry(play, matter.pk, old, {})
    carry(play, matter.pk, to, {})
    with pytest.raises(BadInput):
        carry(play, matter.pk, to, {})


def test_matters_are_carried_over_together_each_by_its_own_act_and_one_refused_leaves_the_others(
    play,
) -> None:
    project = play.project()
    first, second = (play.open(OFFICER, "errand", project, title) for title in ("查一查", "再查一查"))
    play.do(OFFICER, second, "ask", NOTE)
    to = newer(play, "sub", "inquiry")
    head, day = play.scene.person(HEAD), play.scene.today()
    rows = standing(to, {}, person_id=head, day=day)
    assert {each.matter.pk: each.plan.unmapped for each in rows} == {first.pk: (), second.pk: ("sub",)}
    assert ("inquiry", "核查") in next(each for each in places_of(rows, to) if each.id == "sub").choices
    assert standing(to, {}, person_id=play.scene.person(OFFICER), day=day) == ()
    before = set(Event.objects.values_list("pk", flat=True))
    done = carry_over(
        definition_id=to.pk,
        matter_ids=[first.pk, second.pk],
        node_map={},
        reason="制度修订",
        person_id=head,
        now=play.scene.now,
    )
    assert [each.is_done for each in done] == [True, False]
    assert "sub" in done[1].reason
    acts = Event.objects.exclude(pk__in=before).filter(act="errand.migrate")
    assert {each.matter_id: each.is_refused for each in acts} == {first.pk: False, second.pk: True}
    assert newer_than(first.pk, day) is None
    assert newer_than(second.pk, day) == to


def test_a_version_that_is_not_in_force_yet_takes_no_matter(play) -> None:
    matter = play.open(OFFICER, "errand", play.project(), "查一查")
    to = newer(play, 'name="提出"', 'name="提出申请"')
    with pytest.raises(BadInput):
        plan(matter_id=matter.pk, definition_id=to.pk, node_map={}, day=to.from_on - timedelta(days=1))
    with pytest.raises(Refusal, match="不在施行"):
        newer_version(to.pk, to.from_on - timedelta(days=1))
