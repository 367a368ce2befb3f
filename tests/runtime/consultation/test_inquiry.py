"""Questions from an open step: answers attach to it, its clock goes on, a required one holds it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.consultation.models import Inquiry, InquiryAnswer
from lianjing.runtime.message.models import MessageDelivery
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.process import consulting
from lianjing.runtime.process.models import ClockPause, WorkItem
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import HEAD, LAWYER, OFFICER, Play, refused

pytestmark = pytest.mark.django_db
PLANNING_HEAD = "20402"


def post_of(scene: Any, number: str) -> int:
    return Appointment.objects.get(person_id=scene.person(number), to_on=None).post_id


def ask(play: Play, item: WorkItem, *numbers: str, **more: Any) -> Inquiry:
    options: dict[str, Any] = {
        "item_id": item.pk,
        "person_id": play.scene.person(HEAD),
        "to": [(post_of(play.scene, number), None) for number in numbers],
        "question": "用地是否合规",
        "now": play.scene.now,
        **more,
    }
    return consulting.ask(**options)


def answer(play: Play, number: str, inquiry: Inquiry, text: str = "合规") -> InquiryAnswer:
    row = inquiry.answers.get(post_id=post_of(play.scene, number))
    return consulting.answer(
        answer_id=row.pk, person_id=play.scene.person(number), text=text, now=play.scene.now
    )


@pytest.fixture
def checking(zone: Any) -> tuple[Play, WorkItem]:
    """A step with a time limit on the desk of the head."""
    play = Play(zone)
    return play, play.scene.item(play.proposal_at_head(play.project(), "望汀大道北延立项"), "check")


def test_a_required_question_holds_the_step_until_all_have_answered(checking) -> None:
    play, item = checking
    inquiry = ask(play, item, LAWYER, PLANNING_HEAD, is_required=True)
    answer(play, LAWYER, inquiry)
    with refused(Ground.RULE, "inquiry.unanswered"):
        play.do(HEAD, item.matter, "check")
    answer(play, PLANNING_HEAD, inquiry)
    play.do(HEAD, item.matter, "check")
    assert not list(check_states())
    assert not list(verify().problems)


def test_a_required_question_taken_back_holds_nothing(checking) -> None:
    play, item = checking
    inquiry = ask(play, item, LAWYER, is_required=True)
    with pytest.raises(Refusal):
        consulting.take_back_question(
            inquiry_id=inquiry.pk, person_id=play.scene.person(LAWYER), reason="x", now=play.scene.now
        )
    consulting.take_back_question(
        inquiry_id=inquiry.pk, person_id=play.scene.person(HEAD), reason="已当面问清", now=play.scene.now
    )
    with refused(Ground.STALE, "inquiry.withdrawn"):
        answer(play, LAWYER, inquiry)
    play.do(HEAD, item.matter, "check")


def test_a_question_that_is_not_required_holds_nothing_and_lapses_with_its_step(checking) -> None:
    play, item = checking
    inquiry = ask(play, item, LAWYER)
    play.do(HEAD, item.matter, "check")
    with refused(Ground.STALE, "inquiry.item_closed"):
        answer(play, LAWYER, inquiry)


def test_asking_stops_no_clock(checking) -> None:
    play, item = checking
    before = (item.due_at, item.running_since, item.consumed_minutes, item.budget)
    inquiry = ask(play, item, LAWYER, is_required=True)
    answer(play, LAWYER, inquiry)
    item.refresh_from_db()
    assert (item.due_at, item.running_since, item.consumed_minutes, item.budget) == before
    assert before[1] is not None and not ClockPause.objects.exists()


def test_who_is_asked_may_read_the_matter_until_he_has_answered(checking) -> None:
    play, item = checking
    lawyer = play.scene.person(LAWYER)
    seen = visible_to(lawyer, play.scene.today()).filter(id=item.matter_id)
    assert not seen.exists()
    inquiry = ask(play, item, LAWYER)
    assert visible_to(lawyer, play.scene.today()).filter(id=item.matter_id).exists()
    answer(play, LAWYER, inquiry)
    assert not visible_to(lawyer, play.scene.today()).filter(id=item.matter_id).exists()


def test_asking_is_not_doing_the_step(checking) -> None:
    play, item = checking
    inquiry = ask(play, item, LAWYER)
    event = Event.objects.get(act="works_proposal.check.ask")
    assert (event.duty, event.matter_id) == ("", item.matter_id)
    answer(play, LAWYER, inquiry)
    told = MessageDelivery.objects.filter(kind__in=("inquiry", "inquiry_answered"))
    assert {(row.kind, row.person_id) for row in told} == {
        ("inquiry", play.scene.person(LAWYER)),
        ("inquiry_answered", play.scene.person(HEAD)),
    }


def test_only_who_may_do_the_step_asks_and_only_who_was_asked_answers_once(checking) -> None:
    play, item = checking
    with pytest.raises(Refusal) as caught:
        ask(play, item, LAWYER, person_id=play.scene.person(OFFICER))
    assert caught.value.ground is Ground.POST
    inquiry = ask(play, item, LAWYER)
    row = inquiry.answers.get()
    with pytest.raises(Refusal):
        consulting.answer(
            answer_id=row.pk, person_id=play.scene.person(PLANNING_HEAD), text="合规", now=play.scene.now
        )
    answer(play, LAWYER, inquiry)
    with refused(Ground.STALE, "inquiry.answered"):
        answer(play, LAWYER, inquiry, "改口")
    assert InquiryAnswer.objects.get().text == "合规"


def test_a_question_to_one_person_of_a_post_is_his_alone(checking) -> None:
    play, item = checking
    officer = post_of(play.scene, OFFICER)
    with refused(Ground.POST, "inquiry.nobody"):
        ask(play, item, to=[(officer, play.scene.person(LAWYER))])
    inquiry = ask(play, item, to=[(officer, play.scene.person(OFFICER))])
    answer(play, OFFICER, inquiry)


@pytest.mark.parametrize(
    "wrong", [{"question": " "}, {"to": []}, {"due_on": "yesterday"}, {"to": "own"}], ids=str
)
def test_a_question_to_nobody_about_nothing_or_for_yesterday_is_no_question(checking, wrong) -> None:
    play, item = checking
    more = dict(wrong)
    if more.get("due_on"):
        more["due_on"] = play.scene.today() - timedelta(days=1)
    if more.get("to") == "own":
        more["to"] = [(item.post_id, None)]
    before = Event.objects.count()
    with pytest.raises(BadInput):
        ask(play, item, LAWYER, **more)
    assert not Inquiry.objects.exists()
    assert Event.objects.count() == before


def test_the_same_request_asks_and_answers_once(checking) -> None:
    play, item = checking
    key = "0d7a4a7e-5a39-4e57-9b58-6c2f7f8f9b02"
    assert ask(play, item, LAWYER, key=key) == ask(play, item, LAWYER, key=key)
    assert Inquiry.objects.count() == 1
