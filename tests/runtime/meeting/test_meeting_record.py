"""What a decision rests on and what follows from it: advice, conditions, who carries out, record, minutes, observers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.process.calendar import WorkCalendar
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting import services as meetings
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember
from lianjing.runtime.meeting.queries import agenda_of, meetings_for, minutes_due, passed_item
from lianjing.runtime.process.advice import advice_given, advise
from lianjing.runtime.trail.models import Body, Event
from lianjing.runtime.trail.verify import verify
from lianjing.runtime.undertaking.decisions import conclude
from lianjing.runtime.undertaking.models import Undertaking
from tests.runtime.contract.office import NOW
from tests.runtime.meeting.test_meeting_services import CALENDAR, HELD_ON, LATER, Session, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def major(session: Session) -> Session:
    """A session whose item is a major decision: legality and expert advice are needed."""
    session.matter = session.office.child(session.project)
    session.item = session.put(kind="major_decision")
    return session


def legality(session: Session, result: str = "pass", **changes: Any) -> Any:
    wanted = {
        "agenda_item_id": session.item.pk,
        "kind": "legality",
        "result": result,
        "text": "权限、程序、内容合法",
        "person_id": session.office.lawyer.pk,
        "now": NOW,
        **changes,
    }
    return advise(**wanted)


def experts(session: Session, **changes: Any) -> Any:
    paper = session.office.paper(session.matter, session.office.officer, kind="opinion")
    wanted = {
        "agenda_item_id": session.item.pk,
        "kind": "expert",
        "result": "pass",
        "text": "方案二投资省、工期短",
        "person_id": session.office.secretary.pk,
        "now": NOW,
        "document_id": paper.pk,
        **changes,
    }
    return advise(**wanted)


def voted(session: Session, *choices: str) -> None:
    session.present()
    session.all_speak()
    for person, choice in zip((*session.members, session.head), choices or ("for",) * 5, strict=True):
        session.cast(person, choice, reason="理由")


def test_a_decision_without_its_legality_review_cannot_be_minuted_as_passed(major: Session) -> None:
    major.present()
    for act in (lambda: major.view(major.members[0]), major.conclude):
        with pytest.raises(Refusal) as caught:
            act()
        assert (caught.value.rule, caught.value.clause) == (
            "meeting.legality_missing",
            "major_decisions#25",
        )
    assert AgendaItem.objects.get(pk=major.item.pk).result == ""


def test_a_major_decision_needs_the_experts_too(major: Session) -> None:
    legality(major)
    major.present()
    assert refused(lambda: major.view(major.members[0])) == "meeting.expert_missing"


def test_with_its_advice_the_decision_is_taken(major: Session) -> None:
    legality(major)
    experts(major)
    voted(major)
    item = major.conclude()
    assert item.result == "passed"
    assert [row.kind for row in advice_given(item.pk)] == ["legality", "expert"]
    assert item.legality_review is not None and item.legality_review.person == major.office.lawyer


def test_what_was_found_unlawful_is_not_discussed(major: Session) -> None:
    legality(major, "refuse")
    experts(major)
    major.present()
    assert refused(lambda: major.view(major.members[0])) == "meeting.unlawful"


def test_only_the_legal_post_reviews_legality_and_never_his_own_matter(major: Session) -> None:
    with pytest.raises(Refusal):
        legality(major, person_id=major.office.secretary.pk)
    Matter.objects.filter(pk=major.matter.pk).update(applicant_person=major.office.lawyer)
    assert refused(lambda: legality(major)) == "meeting.own_matter_advised"


def test_advice_after_the_first_view_comes_too_late(session: Session) -> None:
    session.present()
    session.view(session.members[0])
    assert refused(lambda: legality(session)) == "meeting.begun"


@pytest.mark.parametrize(
    "change", [{"result": "maybe"}, {"text": " "}, {"kind": "weather"}, {"document_id": 999}]
)
def test_advice_must_be_stated(major: Session, change: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        legality(major, **change)


def test_experts_are_entered_with_their_paper(major: Session) -> None:
    with pytest.raises(BadInput):
        experts(major, document_id=None)


def test_a_payment_needs_no_legality_review_but_experts_may_be_asked(session: Session) -> None:
    assert not session.item.needs_legality and not session.item.needs_expert
    assert session.another(needs_expert=True).needs_expert


def test_the_legal_post_sees_a_meeting_only_where_its_review_is_needed(session: Session) -> None:
    lawyer = session.office.lawyer.pk
    assert not meetings_for(lawyer, HELD_ON).exists()
    session.matter = session.office.child(session.project)
    session.put(kind="disposal")
    assert meetings_for(lawyer, HELD_ON).get() == session.meeting


def test_votes_are_counted_for_against_and_abstained(session: Session) -> None:
    voted(session, "for", "for", "for", "against", "abstain")
    item = session.conclude()
    assert (item.agree_count, item.against_count, item.abstain_count) == (3, 1, 1)


def test_conditions_make_a_decision_passed_with_conditions(session: Session) -> None:
    voted(session)
    item = session.conclude(conditions="先完成质量检测再支付")
    assert (item.result, item.conditions_text) == ("conditional", "先完成质量检测再支付")
    assert passed_item(session.matter.pk) == item


def test_a_rejected_item_carries_no_conditions(session: Session) -> None:
    voted(session, "against", "against", "against", "for", "for")
    item = session.conclude(conditions="条件")
    assert (item.result, item.conditions_text) == ("rejected", "")


def concluded(session: Session, **changes: Any) -> AgendaItem:
    wanted = {
        "agenda_item_id": session.item.pk,
        "person_id": session.office.secretary.pk,
        "now": LATER,
        "carried_by_unit_id": session.office.works.pk,
        "carry_due_on": HELD_ON + timedelta(days=10),
        **changes,
    }
    return conclude(**wanted)


def test_a_decision_becomes_an_undertaking_of_the_unit_that_carries_it_out(session: Session) -> None:
    voted(session)
    item = concluded(session)
    row = Undertaking.objects.get()
    assert (row.source_kind, row.owner_unit, row.due_on) == (
        "leadership",
        session.office.works,
        HELD_ON + timedelta(days=10),
    )
    assert (item.carried_by_unit, item.carry_due_on) == (session.office.works, row.due_on)
    assert row.source == f"agenda_item:{item.pk}"
    assert Event.objects.filter(act="meeting.conclude", is_refused=False).count() == 1
    assert verify().is_good


def test_a_rejected_item_gives_no_undertaking(session: Session) -> None:
    voted(session, *("against",) * 5)
    assert concluded(session).result == "rejected"
    assert not Undertaking.objects.exists()


@pytest.mark.parametrize("change", [{"carry_due_on": None}, {"carried_by_unit_id": None}])
def test_unit_and_day_go_together(session: Session, change: dict[str, Any]) -> None:
    voted(session)
    with pytest.raises(BadInput):
        concluded(session, **change)


def test_an_observer_attends_and_has_no_vote(session: Session) -> None:
    watcher = session.office.supervisor
    seat = meetings.invite_observer(
        meeting_id=session.meeting.pk,
        observer_person_id=watcher.pk,
        person_id=session.office.secretary.pk,
        now=NOW,
    )
    assert seat.role == "observer"
    meeting = session.present(session.head, *session.members, watcher)
    assert meeting.present_count == 5
    assert MeetingMember.objects.get(meeting=meeting, person=watcher).is_present
    assert refused(lambda: session.view(watcher)) == "meeting.not_member"
    with pytest.raises(BadInput):
        meetings.invite_observer(
            meeting_id=session.meeting.pk,
            observer_person_id=watcher.pk,
            person_id=session.office.secretary.pk,
            now=NOW,
        )


def test_who_calls_a_meeting_records_it(session: Session) -> None:
    assert session.meeting.recorder_person == session.office.secretary
    assert session.meeting.recorder_person != session.meeting.chair_person


def kept(session: Session, **changes: Any) -> Meeting:
    wanted = {
        "meeting_id": session.meeting.pk,
        "person_id": session.office.secretary.pk,
        "now": LATER + timedelta(hours=3),
        "place": "管委会三楼会议室",
        "started_at": LATER,
        "ended_at": LATER + timedelta(hours=2),
        "video_sha256": "ab" * 32,
        **changes,
    }
    return meetings.keep_record(**wanted)


def numbered(session: Session) -> Meeting:
    return meetings.number_minutes(
        meeting_id=session.meeting.pk, person_id=session.office.secretary.pk, now=LATER
    )


def signed(session: Session, person: Any = None, **changes: Any) -> Meeting:
    return meetings.sign_minutes(
        meeting_id=session.meeting.pk, person_id=(person or session.head).pk, now=LATER, **changes
    )


def test_place_times_and_the_digest_of_the_video_are_kept(session: Session) -> None:
    meeting = kept(session)
    assert (meeting.place, meeting.video_sha256) == ("管委会三楼会议室", "ab" * 32)
    for wrong in (
        {"video_sha256": "abc"},
        {"ended_at": LATER - timedelta(hours=1)},
        {"ended_at": LATER + timedelta(hours=9)},
    ):
        with pytest.raises(BadInput):
            kept(session, **wrong)


def test_the_minutes_are_numbered_in_order_and_signed_by_the_chair_alone(session: Session) -> None:
    assert refused(lambda: numbered(session)) == "meeting.not_concluded"
    voted(session)
    session.conclude()
    assert refused(lambda: signed(session)) == "meeting.minutes_unnumbered"
    assert numbered(session).minutes_no == "〔2025〕1号"
    assert refused(lambda: numbered(session)) == "meeting.minutes_numbered"
    assert refused(lambda: signed(session, session.members[0])) == "meeting.not_chair"
    meeting = signed(session, text_sha256="cd" * 32)
    assert meeting.minutes_signed_by_person == session.head
    event = Event.objects.get(act="meeting.sign_minutes", is_refused=False)
    assert b"cd" * 32 in bytes(Body.objects.get(event=event).content)
    assert refused(lambda: kept(session)) == "meeting.minutes_signed"
    assert refused(lambda: signed(session)) == "meeting.minutes_signed"


def test_the_minutes_are_due_three_working_days_after_the_meeting(session: Session) -> None:
    due = minutes_due(session.meeting, CALENDAR)
    assert due is not None and CALENDAR.working_days_between(HELD_ON, due) == 3
    assert minutes_due(session.meeting, WorkCalendar(())) is None


def test_an_item_is_described_until_somebody_speaks(session: Session) -> None:
    def told(options: str) -> AgendaItem:
        return meetings.describe_item(
            agenda_item_id=session.item.pk,
            person_id=session.office.secretary.pk,
            now=LATER,
            reporter="闫犇",
            options=options,
        )

    assert told("方案一：一次付清；方案二：分两期").options_text.startswith("方案一")
    session.present()
    session.view(session.members[0])
    assert refused(lambda: told("方案三")) == "meeting.begun"
    assert agenda_of(session.meeting.pk)[0].reporter_text == "闫犇"
