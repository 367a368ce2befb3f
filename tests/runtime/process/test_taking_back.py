"""A step is taken back before anyone opened what follows; its records wait to be written over, as after a return."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.message.models import MessageDelivery
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.process.standing import note_opened
from lianjing.runtime.process.taking_back import is_made_to_be_repeated, may_take_back, take_back
from lianjing.runtime.regulation.queries import definition_on, graph_of
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import FUNDS, HEAD, LEAD, OFFICER, Play, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def checked(zone: Any) -> tuple[Play, Matter, WorkItem]:
    """A step that the head has just done; the next waits for the finance reviewer."""
    play = Play(zone)
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    play.do(HEAD, matter, "check")
    return play, matter, WorkItem.objects.get(matter=matter, step_key="check")


def back(play: Play, item: WorkItem, number: str = HEAD, reason: str = "意见有误") -> WorkItem:
    play.scene.pass_time(hours=0.2)
    return take_back(item_id=item.pk, person_id=play.scene.person(number), reason=reason, now=play.scene.now)


def test_who_did_a_step_takes_it_back_and_does_it_again(checked) -> None:
    play, matter, item = checked
    assert may_take_back(item, play.scene.person(HEAD))
    assert not may_take_back(item, play.scene.person(LEAD))
    again = back(play, item)
    item.refresh_from_db()
    assert (again.step_key, again.round, again.person_id) == ("check", item.round, play.scene.person(HEAD))
    assert item.outcome == WorkItem.objects.get(matter=matter, step_key="funds").outcome == "taken_back"
    assert again.consumed_minutes == item.consumed_minutes
    assert Event.objects.get(act="works_proposal.check.take_back").person_id == play.scene.person(HEAD)
    assert MessageDelivery.objects.filter(kind="step_taken_back", person_id=play.scene.person(FUNDS)).exists()
    play.do(HEAD, matter, "check")
    play.do(FUNDS, matter, "funds", play.lines("68000000.00"))
    assert not list(check_states()) and not list(verify().problems)


def test_what_the_next_holder_has_opened_is_not_taken_back_from_him(checked) -> None:
    play, matter, item = checked
    note_opened(play.scene.item(matter, "funds"), play.scene.person(FUNDS), play.scene.now)
    assert not may_take_back(item, play.scene.person(HEAD))
    with refused(Ground.RULE, "take_back.opened"):
        back(play, item)
    item.refresh_from_db()
    assert item.outcome == "done"


def test_what_has_been_done_since_is_not_taken_back(checked) -> None:
    play, matter, item = checked
    play.do(FUNDS, matter, "funds", play.lines("68000000.00"))
    with refused(Ground.RULE, "take_back.touched"):
        back(play, item)


def test_only_who_did_it_takes_it_back_with_a_reason(checked) -> None:
    play, _matter, item = checked
    with refused(Ground.POST, "take_back.not_doer"):
        back(play, item, OFFICER)
    with pytest.raises(BadInput):
        back(play, item, reason=" ")
    with refused(Ground.POST, "take_back.not_doer"):
        back(play, WorkItem.objects.get(matter=item.matter, step_key="funds"))


def test_what_moves_money_is_not_taken_back(zone) -> None:
    play = Play(zone)
    project, contract = play.under_contract()
    matter = play.applied(project, contract)
    with refused(Ground.RULE, "take_back.money"):
        back(play, WorkItem.objects.get(matter=matter, step_key="apply"), OFFICER)


def test_a_step_that_no_return_lets_be_done_again_is_not_taken_back(checked, monkeypatch) -> None:
    play, _matter, item = checked
    payment = graph_of(definition_on("works_payment", play.scene.today()))
    repeatable = {task.id for task in payment.tasks if is_made_to_be_repeated(payment, task.id)}
    assert {"apply", "audit", "joint"} <= repeatable
    assert not repeatable & {"release", "receipt"}
    monkeypatch.setattr("lianjing.runtime.process.taking_back.is_made_to_be_repeated", lambda *_graph: False)
    with refused(Ground.RULE, "take_back.once"):
        back(play, item)
