"""Passing a step on, urging it, and doing several like steps together."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.domains import domains
from lianjing.runtime.matter.services import recuse
from lianjing.runtime.message.models import MessageDelivery
from lianjing.runtime.org.models import Appointment, Person
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.org.services import add_appointment, end_appointment
from lianjing.runtime.process import handing
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.process.together import (
    MOST,
    asks_only_opinion,
    complete_together,
    groups,
    reassign_together,
    to_pass_on,
)
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import FUNDS, HEAD, LAWYER, LEADER, MAKER, OFFICER, Play, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def funding(zone: Any) -> tuple[Play, WorkItem, Appointment]:
    """A step on the desk of the finance reviewer, whose post another holds too."""
    play = Play(zone)
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    play.do(HEAD, matter, "check")
    item = play.scene.item(matter, "funds")
    colleague = Person.objects.get(id=zone.person("20709"))  # no post of his own
    with recorded("test.setup", chain=f"person:{colleague.pk}", actor=SYSTEM, now=zone.now) as act:
        term = add_appointment(
            act, person=colleague, post=item.post, from_on=zone.today(), basis="澜经人〔2025〕9号"
        )
    return play, item, term


def pass_on(play: Play, item: WorkItem, number: str, to: int, reason: str = "外出学习") -> WorkItem:
    return handing.reassign(
        item_id=item.pk,
        person_id=play.scene.person(number),
        to_person_id=to,
        reason=reason,
        now=play.scene.now,
    )


def waits_for(play: Play, person_id: int, item: WorkItem) -> bool:
    return items_for(person_id, play.scene.today()).filter(id=item.pk).exists()


def test_the_holder_passes_a_step_on_and_then_only_the_other_may_do_it(funding) -> None:
    play, item, term = funding
    other, before = term.person_id, (item.due_at, item.running_since)
    pass_on(play, item, FUNDS, other)
    item.refresh_from_db()
    assert (item.due_at, item.running_since) == before
    assert waits_for(play, other, item)
    assert not waits_for(play, play.scene.person(FUNDS), item)
    with refused(Ground.POST, "item.assigned"):
        play.do(FUNDS, item.matter, "funds", play.lines("68000000.00"))
    assert MessageDelivery.objects.filter(kind="step_reassigned", person_id=other).count() == 1
    assert Event.objects.get(act="works_proposal.funds.reassign").person_id == play.scene.person(FUNDS)
    play.do("20709", item.matter, "funds", play.lines("68000000.00"))
    assert not list(verify().problems)


def test_the_head_of_the_unit_passes_it_back_and_others_may_not(funding) -> None:
    play, item, term = funding
    with refused(Ground.POST, "item.not_head"):
        pass_on(play, item, HEAD, term.person_id)  # head of another unit
    with refused(Ground.POST, "item.not_head"):
        pass_on(play, item, MAKER, term.person_id)
    pass_on(play, item, "20204", term.person_id)
    pass_on(play, item, "20204", play.scene.person(FUNDS), "学习结束")
    play.do(FUNDS, item.matter, "funds", play.lines("68000000.00"))


def test_a_step_goes_only_to_one_who_holds_the_post_and_may_do_it(funding) -> None:
    play, item, term = funding
    with refused(Ground.POST, "item.not_holder"):
        pass_on(play, item, FUNDS, play.scene.person(LAWYER))
    with pytest.raises(BadInput):
        pass_on(play, item, FUNDS, term.person_id, " ")
    with pytest.raises(BadInput):
        pass_on(play, item, FUNDS, play.scene.person(FUNDS))
    recuse(
        matter_id=item.matter_id,
        person_id=term.person_id,
        reason="kin",
        actor=actor_with(play.scene.person(OFFICER), "project_officer", play.scene.today()),
        now=play.scene.now,
    )
    with refused(Ground.CONFLICT, "recusal"):
        pass_on(play, item, FUNDS, term.person_id)
    item.refresh_from_db()
    assert item.person_id is None


def test_a_step_passed_on_to_one_who_left_falls_back_to_the_post(funding) -> None:
    play, item, term = funding
    pass_on(play, item, FUNDS, term.person_id)
    end_appointment(appointment_id=term.pk, to_on=play.scene.today(), actor=SYSTEM, now=play.scene.now)
    play.scene.pass_time(working_days=1)
    assert waits_for(play, play.scene.person(FUNDS), item)
    play.do(FUNDS, item.matter, "funds", play.lines("68000000.00"))


@pytest.fixture
def desk(funding) -> tuple[Play, list[WorkItem], Appointment]:
    """Two steps on the desk that two persons hold."""
    play, first, term = funding
    matter = play.proposal_at_head(
        play.project(title="望汀支路工程", project_code="2401-990101-04-01-318464"), "望汀支路立项"
    )
    play.do(HEAD, matter, "check")
    return play, [first, play.scene.item(matter, "funds")], term


def all_on(play: Play, items: list[WorkItem], number: str, to: int, **more: Any) -> list[Any]:
    options: dict[str, Any] = {
        "item_ids": [item.pk for item in items],
        "person_id": play.scene.person(number),
        "to_person_id": to,
        "reason": "外出学习",
        "now": play.scene.now,
        "key": str(uuid.uuid4()),
        **more,
    }
    return reassign_together(**options)


def test_a_desk_is_passed_on_at_once_each_step_its_own_event_and_again_only_once(desk) -> None:
    play, items, term = desk
    key = str(uuid.uuid4())
    recuse(
        matter_id=items[1].matter_id,
        person_id=term.person_id,
        reason="kin",
        actor=actor_with(play.scene.person(OFFICER), "project_officer", play.scene.today()),
        now=play.scene.now,
    )
    lines = all_on(play, items, "20204", term.person_id, key=key)  # the head of the unit
    assert [bool(line.event_id) for line in lines] == [True, False]
    assert lines[1].refusal.rule == "recusal"
    again = all_on(play, items, "20204", term.person_id, key=key)
    assert [line.event_id for line in again] == [line.event_id for line in lines]
    assert [line.is_repeated for line in again] == [True, False]
    assert Event.objects.filter(act="works_proposal.funds.reassign", is_refused=False).count() == 1
    assert waits_for(play, term.person_id, items[0]) and not waits_for(
        play, play.scene.person(FUNDS), items[0]
    )
    assert waits_for(play, play.scene.person(FUNDS), items[1])
    assert not list(verify().problems)


def test_only_steps_of_one_post_go_together_and_only_with_a_reason(desk, several) -> None:
    play, items, term = desk
    others = several[1]
    with pytest.raises(BadInput):
        all_on(play, items, "20204", term.person_id, reason=" ")
    with pytest.raises(BadInput):
        all_on(play, [], "20204", term.person_id)
    with pytest.raises(BadInput):
        all_on(play, [items[0], others[0]], HEAD, term.person_id)
    with pytest.raises(BadInput):
        all_on(play, items, "20204", term.person_id, item_ids=range(1, MOST + 2))
    lines = all_on(play, items, OFFICER, term.person_id)  # sees the matters, heads nothing
    assert {line.refusal.rule for line in lines} == {"item.not_head"}


def test_what_may_be_passed_on_is_ones_own_and_ones_units_where_another_holds_the_post(desk, several) -> None:
    play, items, term = desk

    def offered(number: str) -> dict[int, list[int]]:
        found = to_pass_on(play.scene.person(number), play.scene.today())
        return {post.pk: [item.pk for item in waiting] for post, waiting in found.items()}

    whole = {items[0].post_id: [each.pk for each in items]}
    assert offered(FUNDS) == offered("20204") == offered("20709") == whole
    assert offered(OFFICER) == {}
    assert offered(HEAD) == {}  # three steps wait for him alone
    pass_on(play, items[0], FUNDS, term.person_id)
    assert offered(FUNDS) == {items[0].post_id: [items[1].pk]}
    assert offered("20204") == whole


def urge(play: Play, item: WorkItem, number: str, text: str = "请尽快办理") -> str:
    return handing.urge(item_id=item.pk, person_id=play.scene.person(number), text=text, now=play.scene.now)


def test_a_step_is_urged_once_a_day_by_one_person_and_its_clock_stays(funding) -> None:
    play, item, term = funding
    due = item.due_at
    event = Event.objects.get(id=urge(play, item, OFFICER))
    assert (event.act, event.matter_id) == ("works_proposal.funds.urge", item.matter_id)
    told = MessageDelivery.objects.filter(kind="step_urged").values_list("person_id", flat=True)
    assert set(told) == {term.person_id, play.scene.person(FUNDS)}
    with refused(Ground.RULE, "item.urged_today"):
        urge(play, item, OFFICER)
    urge(play, item, HEAD)
    play.scene.pass_time(working_days=1)
    urge(play, item, OFFICER)
    item.refresh_from_db()
    assert (handing.urgings(item), item.due_at) == (3, due)


def test_nobody_urges_himself_or_what_he_does_not_see(funding) -> None:
    play, item, _term = funding
    with pytest.raises(BadInput):
        urge(play, item, FUNDS)
    with pytest.raises(BadInput):
        urge(play, item, OFFICER, " ")
    with pytest.raises(Refusal) as caught:
        urge(play, item, LAWYER)
    assert caught.value.ground is Ground.SCOPE


@pytest.fixture
def several(zone: Any) -> tuple[Play, list[WorkItem]]:
    """Three proposals on the desk of one head."""
    play = Play(zone)
    projects = [
        play.project(title=f"望汀{number}路工程", project_code=f"2401-990101-04-01-31846{number}")
        for number in range(3)
    ]
    matters = [play.proposal_at_head(project, f"{project.title}立项") for project in projects]
    return play, [play.scene.item(matter, "check") for matter in matters]


def together(play: Play, items: list[WorkItem], number: str = HEAD, **more: Any) -> list[Any]:
    options: dict[str, Any] = {
        "item_ids": [item.pk for item in items],
        "person_id": play.scene.person(number),
        "opinion": "情况属实，同意",
        "now": play.scene.now,
        "key": str(uuid.uuid4()),
        **more,
    }
    return complete_together(**options)


def test_items_done_together_are_each_an_act_and_one_refused_stops_no_other(several) -> None:
    play, items = several
    recuse(
        matter_id=items[1].matter_id,
        person_id=play.scene.person(HEAD),
        reason="kin",
        actor=actor_with(play.scene.person(OFFICER), "project_officer", play.scene.today()),
        now=play.scene.now,
    )
    key = str(uuid.uuid4())
    lines = together(play, items, key=key)
    assert [bool(line.event_id) for line in lines] == [True, False, True]
    assert lines[1].refusal.rule == "recusal"
    assert len({line.event_id for line in lines}) == 3
    done = Event.objects.filter(act="works_proposal.check", is_refused=False)
    assert set(done.values_list("matter_id", flat=True)) == {items[0].matter_id, items[2].matter_id}
    again = together(play, items, key=key)
    assert [line.is_repeated for line in again] == [True, False, True]
    assert [line.event_id for line in again] == [line.event_id for line in lines]
    assert done.count() == 2


def test_only_like_items_of_a_declared_step_are_done_together(several) -> None:
    play, items = several
    play.do(HEAD, items[0].matter, "check")
    funds = play.scene.item(items[0].matter, "funds")
    with pytest.raises(BadInput):
        together(play, [funds, items[1]])
    with pytest.raises(BadInput):
        together(play, [funds], FUNDS)
    with pytest.raises(BadInput):
        together(play, [])
    with pytest.raises(BadInput):
        together(play, items[1:], opinion=" ")
    with pytest.raises(Refusal, match="不在您的数据范围内"):
        together(play, items[1:], item_ids=[items[1].pk, 10**9])
    lines = together(play, items[1:], OFFICER)
    assert all(line.refusal.ground is Ground.POST for line in lines)


def test_of_an_item_out_of_scope_nothing_is_told_and_nothing_beside_it_is_done(several) -> None:
    play, items = several
    with pytest.raises(Refusal, match="不在您的数据范围内"):
        together(play, items, LAWYER)
    with pytest.raises(Refusal, match="不在您的数据范围内"):
        reassign_together(
            item_ids=[each.pk for each in items],
            person_id=play.scene.person(LAWYER),
            to_person_id=play.scene.person(LAWYER),
            reason="外出",
            now=play.scene.now,
            key="",
        )
    assert not WorkItem.objects.filter(id__in=[each.pk for each in items], closed_at__isnull=False).exists()


def test_what_may_be_done_together_is_what_waits_for_the_person(several) -> None:
    play, items = several
    found = groups(play.scene.person(HEAD), play.scene.today())
    assert {place: [item.pk for item in rows] for place, rows in found.items()} == {
        ("works_proposal", "check"): [item.pk for item in items]
    }
    assert groups(play.scene.person(LEADER), play.scene.today()) == {}


def test_every_step_declared_batchable_asks_for_an_opinion_only_and_moves_no_money() -> None:
    declared = [
        (procedure.key, step)
        for domain in domains()
        for procedure in domain.procedures
        for step in procedure.steps
        if step.is_batchable
    ]
    assert declared
    assert [key for key, step in declared if not asks_only_opinion(step) or step.is_money] == []
