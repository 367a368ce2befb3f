"""Reminders: due soon and overdue once each, and one digest a working day, overdue first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.runtime.message.models import Message, MessageDelivery
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.reminder import digest, remind
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.undertaking.services import give
from tests.domains.works.playing import HEAD, Play

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(zone: Any) -> tuple[Play, WorkItem]:
    """A step with a time limit on the desk of the head."""
    play = Play(zone)
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    return play, play.scene.item(matter, "check")


def kinds(person_id: int) -> list[str]:
    rows = MessageDelivery.objects.filter(person_id=person_id).exclude(kind="step_opened").order_by("id")
    return list(rows.values_list("kind", flat=True))


def test_a_step_is_told_once_before_it_is_due_and_once_after(waiting) -> None:
    play, item = waiting
    head = play.scene.person(HEAD)
    assert item.due_at is not None
    for moment in (item.due_at - timedelta(hours=2), item.due_at - timedelta(hours=1)):
        remind(moment)
    assert kinds(head) == ["step_due_soon"]
    for moment in (item.due_at + timedelta(hours=1), item.due_at + timedelta(days=1)):
        remind(moment)
    assert kinds(head) == ["step_due_soon", "step_overdue"]


def test_a_step_with_time_left_and_a_closed_one_are_not_told(waiting) -> None:
    play, item = waiting
    assert remind(item.opened_at) == 0
    play.do(HEAD, item.matter, "check")
    due = item.due_at
    assert due is not None
    Message.objects.all()
    remind(due + timedelta(days=1))
    assert "step_overdue" not in kinds(play.scene.person(HEAD))


def test_the_digest_comes_once_a_working_day_with_the_overdue_first(waiting) -> None:
    play, item = waiting
    head = play.scene.person(HEAD)
    assert item.due_at is not None
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        give(
            act,
            what="补齐用地材料",
            due_on=play.scene.today() + timedelta(days=1),
            source_kind="leadership",
            owner_unit=item.unit,
        )
    play.scene.now = item.due_at + timedelta(days=1)
    now = play.scene.pass_time(working_days=1).replace(hour=9)
    assert digest(now.replace(hour=7)) == 0
    assert digest(now) >= 1
    assert digest(now + timedelta(hours=1)) == 0
    row = MessageDelivery.objects.select_related("message").get(person_id=head, kind="digest")
    assert "逾期1件" in row.message.subject
    lines = row.message.text.splitlines()
    assert lines[0].startswith("逾期") and "望汀大道北延立项" in lines[0]
    assert any(line.startswith("交办逾期") and "补齐用地材料" in line for line in lines)


def test_no_digest_on_a_day_off(waiting) -> None:
    play, _item = waiting
    sunday = play.scene.now + timedelta(days=(6 - play.scene.now.weekday()))
    assert digest(sunday) == 0


def test_what_an_undertaking_owes_is_told_when_given_and_before_its_day(zone) -> None:
    play = Play(zone)
    project = play.project()
    with recorded("test.setup", chain=f"matter:{project.pk}", actor=SYSTEM, now=zone.now) as act:
        give(
            act,
            what="补齐用地材料",
            due_on=zone.today() + timedelta(days=2),
            source_kind="leadership",
            owner_unit=project.unit,
            matter=project,
        )
    head = zone.person(HEAD)
    assert kinds(head) == ["undertaking_given"]
    assert remind(zone.now) == 1
    assert remind(zone.now) == 0
    assert kinds(head) == ["undertaking_given", "undertaking_due"]
