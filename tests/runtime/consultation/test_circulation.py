"""Copies for information: who may send and read them, what they open and for how long."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.consultation.models import Circulation, CirculationCopy
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.services import recuse
from lianjing.runtime.message.models import MessageDelivery
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.org.services import end_appointment
from lianjing.runtime.process import consulting
from lianjing.runtime.process.scope import open_for, open_to_act, visible_to
from lianjing.runtime.publicity.services import announce
from lianjing.runtime.trail.act import SYSTEM
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import BUILDER, LAWYER, OFFICER, Play, refused

pytestmark = pytest.mark.django_db


def seat(scene: Any, number: str) -> tuple[int, int]:
    person = scene.person(number)
    return person, Appointment.objects.filter(person_id=person, to_on=None).order_by("id")[0].post_id


def sees(scene: Any, number: str, matter: Matter) -> bool:
    return visible_to(scene.person(number), scene.today()).filter(id=matter.pk).exists()


def circulate(play: Play, matter: Matter, *numbers: str, text: str = "请阅") -> Circulation:
    return consulting.circulate(
        matter_id=matter.pk,
        person_id=play.scene.person(OFFICER),
        to=[seat(play.scene, number) for number in numbers],
        text=text,
        now=play.scene.now,
    )


@pytest.fixture
def shown(zone: Any) -> tuple[Play, Matter]:
    """A proposal, which the legal post does not see by itself."""
    play = Play(zone)
    return play, play.proposal_at_head(play.project(), "望汀大道北延立项")


def test_a_copy_opens_that_matter_alone_and_only_to_its_reader(shown) -> None:
    play, matter = shown
    assert not sees(play.scene, LAWYER, matter)
    circulate(play, matter, LAWYER)
    assert sees(play.scene, LAWYER, matter)
    assert not sees(play.scene, LAWYER, matter.root)
    assert not sees(play.scene, "20602", matter)
    assert open_for(play.scene.person(LAWYER), matter.pk, play.scene.today()) == matter


def test_a_copy_lets_nobody_act_on_the_matter(shown) -> None:
    play, matter = shown
    circulate(play, matter, LAWYER)
    lawyer = play.scene.person(LAWYER)
    with pytest.raises(Refusal) as caught:
        open_to_act(lawyer, matter.pk, play.scene.today())
    assert caught.value.ground is Ground.SCOPE
    with pytest.raises(Refusal):
        announce(
            matter_id=matter.pk,
            kind="award_candidates",
            title="公示",
            text="公示",
            media=[("site", "")],
            from_on=play.scene.today(),
            to_on=play.scene.today(),
            person_id=lawyer,
            now=play.scene.now,
        )
    with pytest.raises(Refusal):
        consulting.circulate(
            matter_id=matter.pk, person_id=lawyer, to=[seat(play.scene, OFFICER)], text="", now=play.scene.now
        )


def test_each_sending_and_reading_is_one_event_on_the_matters_chain(shown) -> None:
    play, matter = shown
    row = circulate(play, matter, LAWYER, "20402")
    consulting.read_copy(
        circulation_id=row.pk, person_id=play.scene.person(LAWYER), now=play.scene.now, remark="已知悉"
    )
    acts = Event.objects.filter(act__startswith="circulation.", matter_id=matter.pk)
    assert list(acts.order_by("oseq").values_list("act", "object")) == [
        ("circulation.send", f"matter:{matter.root_id}"),
        ("circulation.read", f"matter:{matter.root_id}"),
    ]
    copy = CirculationCopy.objects.get(person_id=play.scene.person(LAWYER))
    assert (copy.read_at, copy.remark) == (play.scene.now, "已知悉")
    with pytest.raises(Refusal) as caught:
        consulting.read_copy(circulation_id=row.pk, person_id=play.scene.person(LAWYER), now=play.scene.now)
    assert caught.value.rule == "circulation.read"
    assert MessageDelivery.objects.filter(kind="circulated").count() == 2
    assert not list(verify().problems)


def test_what_is_taken_back_closes_the_matter_again(shown) -> None:
    play, matter = shown
    row = circulate(play, matter, LAWYER)
    with pytest.raises(Refusal):
        consulting.take_back_copies(
            circulation_id=row.pk, person_id=play.scene.person(LAWYER), reason="x", now=play.scene.now
        )
    officer = play.scene.person(OFFICER)
    with pytest.raises(BadInput):
        consulting.take_back_copies(circulation_id=row.pk, person_id=officer, reason=" ", now=play.scene.now)
    consulting.take_back_copies(circulation_id=row.pk, person_id=officer, reason="发错", now=play.scene.now)
    assert not sees(play.scene, LAWYER, matter)
    with refused(Ground.STALE, "circulation.withdrawn"):
        consulting.read_copy(circulation_id=row.pk, person_id=play.scene.person(LAWYER), now=play.scene.now)
    circulate(play, matter, LAWYER)
    assert sees(play.scene, LAWYER, matter)


def test_who_leaves_the_post_loses_the_view(shown) -> None:
    play, matter = shown
    circulate(play, matter, LAWYER)
    term = Appointment.objects.get(person_id=play.scene.person(LAWYER), to_on=None)
    end_appointment(appointment_id=term.pk, to_on=play.scene.today(), actor=SYSTEM, now=play.scene.now)
    assert sees(play.scene, LAWYER, matter)
    play.scene.pass_time(working_days=1)
    assert not sees(play.scene, LAWYER, matter)


def test_a_copy_goes_to_officials_in_office_and_not_to_oneself_twice_or_the_recused(shown) -> None:
    play, matter = shown
    for number in (BUILDER, "10001"):
        with refused(Ground.POST, "circulation.reader"):
            circulate(play, matter, number)
    with pytest.raises(BadInput):
        circulate(play, matter)
    with pytest.raises(BadInput):
        circulate(play, matter, OFFICER)
    circulate(play, matter, LAWYER)
    with pytest.raises(BadInput):
        circulate(play, matter, LAWYER, "20402")
    head = seat(play.scene, "20402")
    recuse(
        matter_id=matter.pk,
        person_id=head[0],
        reason="kin",
        actor=actor_with(play.scene.person(OFFICER), "project_officer", play.scene.today()),
        now=play.scene.now,
    )
    with refused(Ground.CONFLICT, "circulation.recused"):
        circulate(play, matter, "20402")
    assert CirculationCopy.objects.count() == 1


def test_the_same_request_sends_once(shown) -> None:
    play, matter = shown
    key = "0d7a4a7e-5a39-4e57-9b58-6c2f7f8f9b01"
    options: dict[str, Any] = {
        "matter_id": matter.pk,
        "person_id": play.scene.person(OFFICER),
        "to": [seat(play.scene, LAWYER)],
        "text": "请阅",
        "now": play.scene.now,
        "key": key,
    }
    assert consulting.circulate(**options) == consulting.circulate(**options)
    assert Circulation.objects.count() == 1
