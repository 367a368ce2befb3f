"""A matter is broken off, and begun anew, by the head of its unit: everything closes, the record says so, the new one is tied to it."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.models import FormDraft, MatterRestart, ProcessInstance, Timer, WorkItem
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.process.terminating import may_terminate, restart, terminate
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import (
    DIRECTOR,
    FINANCE_HEAD,
    FUNDS,
    HEAD,
    LEAD,
    LEADER,
    OFFICER,
    Play,
    refused,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(zone: Any) -> tuple[Play, Matter]:
    play = Play(zone)
    return play, play.proposal_at_head(play.project(), "望汀大道北延立项")


def stop(
    play: Play, matter: Matter, number: str = HEAD, reason: str = "项目取消", act: Any = terminate
) -> Matter:
    play.scene.pass_time(hours=0.2)
    return act(matter_id=matter.pk, person_id=play.scene.person(number), reason=reason, now=play.scene.now)


def test_the_head_of_the_unit_breaks_a_matter_off_and_everything_closes(proposal) -> None:
    play, matter = proposal
    stopped = stop(play, matter)
    assert (stopped.status, stopped.outcome) == ("terminated", "terminated")
    assert not WorkItem.objects.filter(matter=matter, closed_at=None).exists()
    instance = ProcessInstance.objects.get(matter=matter)
    assert (instance.state, instance.outcome) == ("terminated", "terminated")
    assert not Timer.objects.filter(instance=instance, fired_at=None, cancelled_at=None).exists()
    event = Event.objects.get(act="works_proposal.terminate")
    assert event.person_id == play.scene.person(HEAD)
    assert not list(check_states()) and not list(verify().problems)


def test_a_leader_above_may_and_others_may_not(proposal) -> None:
    play, matter = proposal
    for number in (FUNDS, FINANCE_HEAD, LEAD, OFFICER):
        assert not may_terminate(matter, play.scene.person(number), play.scene.today())
        with refused(Ground.POST, "terminate.not_head"):
            stop(play, matter, number)
    assert may_terminate(matter, play.scene.person(DIRECTOR), play.scene.today())
    with pytest.raises(BadInput):
        stop(play, matter, LEADER, " ")
    stop(play, matter, LEADER)
    with refused(Ground.STALE, "process.ended"):
        stop(play, matter, LEADER)


def test_the_applicant_does_not_decide_on_his_own_matter(proposal) -> None:
    play, matter = proposal
    Matter.objects.filter(pk=matter.pk).update(applicant_person_id=play.scene.person(HEAD))
    with refused(Ground.CONFLICT, "terminate.own"):
        stop(play, matter)


def test_the_record_becomes_what_the_domain_says(zone) -> None:
    play = Play(zone)
    project, contract = play.under_contract()
    matter = play.applied(project, contract)
    stop(play, matter)
    assert PaymentApplication.objects.get(pk=matter.pk).status in ("refused", "withdrawn")
    assert not list(check_states())


def test_a_matter_is_begun_anew_tied_to_the_old_one_with_what_was_filled_in(proposal) -> None:
    play, matter = proposal
    new = stop(play, matter, reason="金额口径改变", act=restart)
    tie = MatterRestart.objects.get(old_matter=matter)
    assert (tie.new_matter, tie.reason) == (new, "金额口径改变")
    assert new.applicant_person_id == matter.applicant_person_id
    assert (new.title, new.parent_id, new.kind) == (matter.title, matter.parent_id, matter.kind)
    item = WorkItem.objects.get(matter=new)
    assert item.step_key == "draft"
    draft = FormDraft.objects.get(work_item=item)
    assert draft.person_id == play.scene.person(OFFICER) and "amount=68000000.00" in draft.content
    assert Event.objects.filter(act="works_proposal.restart").count() == 1
    play.do(
        OFFICER, new, "draft", {"amount": "66000000.00", "authority": "行政审批局", "basis": "会议纪要6号"}
    )
    assert not list(check_states()) and not list(verify().problems)


def test_begun_anew_once_with_one_key(proposal) -> None:
    play, matter = proposal
    key = "8a5e4c5e-5d9a-4be0-9d5c-000000000002"
    told = {
        "matter_id": matter.pk,
        "person_id": play.scene.person(HEAD),
        "reason": "重办",
        "now": play.scene.now,
    }
    assert restart(**told, key=key).pk == restart(**told, key=key).pk
    assert MatterRestart.objects.count() == 1
