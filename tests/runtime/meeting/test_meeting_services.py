from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lianjing.kernel.process.calendar import Day, WorkCalendar
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.matter.services import recuse
from lianjing.runtime.meeting import services as meetings
from lianjing.runtime.meeting.models import AgendaItem, Meeting, Vote
from lianjing.runtime.meeting.queries import (
    agenda_of,
    awaiting,
    items_of,
    meetings_for,
    open_item,
    passed_item,
    present_count,
    votes_seen_by,
)
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from tests.runtime.contract.office import NOW, TODAY, Office

pytestmark = pytest.mark.django_db
HELD_ON = TODAY + timedelta(days=4)
LATER = NOW + timedelta(days=4)
CALENDAR = WorkCalendar(
    Day(
        date(2025, 1, 1) + timedelta(days=number),
        (date(2025, 1, 1) + timedelta(days=number)).weekday() < 5,
        False,
        "test",
    )
    for number in range(365)
)


class Session:
    """A meeting of the head and four members on one payment."""

    def __init__(self) -> None:
        self.office = Office()
        self.project = self.office.project()
        self.matter = self.office.child(self.project)
        self.head, self.members = self.office.head, self.office.members[:4]
        self.meeting = self.call()
        self.item = self.put(Decimal(1_000_000))

    def call(self, **changes: Any) -> Meeting:
        wanted: dict[str, Any] = {
            "unit_id": self.office.zone.pk,
            "kind": "director",
            "title": "主任办公会",
            "held_on": HELD_ON,
            "member_person_ids": [member.pk for member in self.members],
            "head_person_id": self.head.pk,
            "person_id": self.office.secretary.pk,
            "now": NOW,
            **changes,
        }
        return meetings.call(**wanted)

    def put(self, amount: Decimal | None = None, *, is_sent: bool = True, **changes: Any) -> AgendaItem:
        wanted: dict[str, Any] = {
            "meeting_id": self.meeting.pk,
            "matter_id": self.matter.pk,
            "title": "支付进度款",
            "kind": "large_fund",
            "amount": amount,
            "person_id": self.office.secretary.pk,
            "now": NOW,
            **changes,
        }
        item = meetings.put_on_agenda(**wanted)
        return self.send(item) if is_sent else item

    def another(self, **changes: Any) -> AgendaItem:
        """Put a second matter on the agenda."""
        self.matter = self.office.child(self.project)
        return self.put(Decimal(500_000), **changes)

    def send(self, item: AgendaItem, **changes: Any) -> AgendaItem:
        wanted: dict[str, Any] = {"person_id": self.office.secretary.pk, "now": NOW, "calendar": CALENDAR}
        return meetings.send_materials(agenda_item_id=item.pk, **{**wanted, **changes})

    def present(self, *people: Any, **changes: Any) -> Meeting:
        wanted: dict[str, Any] = {
            "meeting_id": self.meeting.pk,
            "present_person_ids": [person.pk for person in people or (self.head, *self.members)],
            "person_id": self.office.secretary.pk,
            "now": LATER,
            **changes,
        }
        return meetings.record_presence(**wanted)

    def view(self, person: Any, text: str = "同意支付", **changes: Any) -> Vote:
        return meetings.express_view(
            agenda_item_id=self.item.pk, person_id=person.pk, text=text, now=LATER, **changes
        )

    def cast(self, person: Any, choice: str = "for", **changes: Any) -> Vote:
        return meetings.cast(
            agenda_item_id=self.item.pk, person_id=person.pk, choice=choice, now=LATER, **changes
        )

    def conclude(self, **changes: Any) -> AgendaItem:
        return meetings.conclude(
            agenda_item_id=self.item.pk, person_id=self.office.secretary.pk, now=LATER, **changes
        )

    def all_speak(self, *people: Any) -> None:
        for person in people or (*self.members, self.head):
            self.view(person)

    def decide(self, *choices: str) -> AgendaItem:
        self.present()
        self.all_speak()
        for person, choice in zip((*self.members, self.head), choices, strict=True):
            self.cast(person, choice, reason="理由")
        return self.conclude()


@pytest.fixture
def session() -> Session:
    return Session()


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.rule


def test_a_decision_is_computed_from_the_members_own_votes(session: Session) -> None:
    item = session.decide("for", "for", "abstain", "against", "for")
    assert (item.result, item.agree_count, item.decided_on) == ("passed", 3, HELD_ON)
    assert passed_item(session.matter.pk, ("director",)) == item
    assert passed_item(session.matter.pk, ("large_fund",), amount=Decimal(1_000_000)) == item
    assert passed_item(session.matter.pk, ("large_fund",), amount=Decimal(1_000_001)) is None
    assert passed_item(session.matter.pk, ("party_committee",)) is None
    assert list(items_of(session.matter.pk)) == [item]
    assert Vote.objects.get(agenda_item=item, choice="against").is_dissent
    assert Meeting.objects.get().status == "concluded"
    verbs = Event.objects.filter(object=f"unit:{session.office.zone.pk}").values_list("act", flat=True)
    assert list(verbs).count("meeting.cast") == list(verbs).count("meeting.express_view") == 5


def test_less_than_half_of_all_members_rejects(session: Session) -> None:
    assert session.decide("for", "for", "abstain", "abstain", "against").result == "rejected"
    assert passed_item(session.matter.pk) is None


def test_nobody_decides_before_presence_is_recorded(session: Session) -> None:
    assert refused(lambda: session.view(session.members[0])) == "meeting.not_in_session"
    with pytest.raises(BadInput):
        session.present(now=NOW)


def test_the_head_cannot_speak_before_the_others(session: Session) -> None:
    session.present()
    session.view(session.members[0])
    assert refused(lambda: session.view(session.head)) == "meeting.head_last"
    assert Event.objects.filter(refused_rule="meeting.head_last", person_id=session.head.pk).exists()


def test_a_vote_cannot_be_changed(session: Session) -> None:
    session.present()
    session.all_speak()
    session.cast(session.members[0], "against", reason="资料不全")
    assert refused(lambda: session.cast(session.members[0], "for")) == "meeting.vote_cast"
    assert refused(lambda: session.view(session.members[0], "改口")) == "meeting.view_given"


def test_a_vote_against_without_a_reason_is_not_taken(session: Session) -> None:
    session.present()
    session.all_speak()
    with pytest.raises(BadInput) as caught:
        session.cast(session.members[0], "against")
    assert caught.value.field == "reason"


def test_there_is_no_result_without_quorum(session: Session) -> None:
    session.present(*session.members[:3])
    assert not Meeting.objects.get().is_quorate
    for person in session.members[:3]:
        session.view(person)
        session.cast(person)
    assert refused(session.conclude) == "meeting.no_quorum"
    deferred = meetings.take_off_agenda(
        agenda_item_id=session.item.pk,
        reason="未达法定人数",
        person_id=session.office.secretary.pk,
        now=LATER,
    )
    assert deferred.result == "deferred"


def test_a_quorate_item_on_which_somebody_spoke_cannot_be_taken_off(session: Session) -> None:
    session.present()
    session.view(session.members[0])
    assert (
        refused(
            lambda: meetings.take_off_agenda(
                agenda_item_id=session.item.pk,
                reason="改期",
                person_id=session.office.secretary.pk,
                now=LATER,
            )
        )
        == "meeting.begun"
    )


def test_there_is_no_result_while_a_vote_is_missing(session: Session) -> None:
    session.present()
    session.all_speak()
    for person in session.members:
        session.cast(person)
    assert refused(session.conclude) == "meeting.votes_missing"


def test_a_recused_member_neither_sees_nor_speaks_nor_counts(session: Session) -> None:
    session.present(*session.members[:3], session.head)
    away = session.members[0]
    meetings.recuse_member(
        agenda_item_id=session.item.pk, member_person_id=away.pk, reason="kin", person_id=away.pk, now=LATER
    )
    assert refused(lambda: session.view(away)) == "meeting.recused"
    assert refused(lambda: open_item(session.item.pk, away.pk, HELD_ON)) == "meeting.recused"
    assert votes_seen_by(session.item, away.pk) == []
    assert agenda_of(session.meeting.pk, person_id=away.pk) == []
    assert present_count(session.item) == 3
    assert refused(session.conclude) == "meeting.no_quorum"


def test_a_recusal_declared_in_the_project_holds_in_the_meeting(session: Session) -> None:
    recuse(
        matter_id=session.project.pk,
        person_id=session.members[1].pk,
        reason="kin",
        actor=session.office.actor(session.office.lead),
        now=NOW,
    )
    session.present()
    assert refused(lambda: session.view(session.members[1])) == "meeting.recused"
    session.all_speak(session.members[0], session.members[2], session.members[3], session.head)


def test_the_secretary_recuses_before_but_not_after_a_view(session: Session) -> None:
    session.present()
    session.view(session.members[0])
    recused = meetings.recuse_member(
        agenda_item_id=session.item.pk,
        member_person_id=session.members[1].pk,
        reason="kin",
        person_id=session.office.secretary.pk,
        now=LATER,
    )
    assert recused.choice == "recused"
    assert (
        refused(
            lambda: meetings.recuse_member(
                agenda_item_id=session.item.pk,
                member_person_id=session.members[0].pk,
                reason="kin",
                person_id=session.office.secretary.pk,
                now=LATER,
            )
        )
        == "meeting.recused_late"
    )
    with pytest.raises(BadInput):
        meetings.recuse_member(
            agenda_item_id=session.item.pk,
            member_person_id=session.office.lawyer.pk,
            reason="kin",
            person_id=session.office.secretary.pk,
            now=LATER,
        )


def test_before_the_result_nobody_sees_another_members_vote(session: Session) -> None:
    session.present()
    session.all_speak()
    for person in (*session.members, session.head):
        session.cast(person, "against", reason="不具备条件")
    for viewer in (session.members[0], session.office.secretary, session.office.supervisor):
        seen = votes_seen_by(AgendaItem.objects.get(), viewer.pk)
        assert all(each.has_voted and each.view_text for each in seen)
        assert [each.person_id for each in seen if each.choice] == (
            [viewer.pk] if viewer in session.members else []
        )
        assert not any(each.dissent_reason for each in seen if each.person_id != viewer.pk)
    session.conclude()
    assert all(
        each.choice == "against" for each in votes_seen_by(AgendaItem.objects.get(), session.members[0].pk)
    )


def test_a_matter_already_decided_is_not_put_on_another_agenda(session: Session) -> None:
    assert refused(lambda: session.put(Decimal(5))) == "meeting.on_agenda"
    session.decide("for", "for", "for", "for", "for")
    session.meeting = session.call(title="第二次会议")
    assert refused(lambda: session.put(Decimal(1_000_000))) == "meeting.decided"
    assert session.put(Decimal(2_000_000)).seq == 1


def test_a_matter_sent_back_after_its_decision_needs_a_new_one(session: Session) -> None:
    session.decide("for", "for", "for", "for", "for")
    later = LATER + timedelta(days=1)
    with recorded(
        "works_payment.finance.return",
        chain=f"matter:{session.project.pk}",
        actor=SYSTEM,
        now=later,
        matter_id=session.matter.pk,
    ):
        pass
    session.meeting = session.call(title="第二次会议")
    assert session.put(Decimal(1_000_000)).result == ""


def test_a_rejected_matter_may_come_back(session: Session) -> None:
    session.decide("for", "abstain", "abstain", "abstain", "abstain")
    session.meeting = session.call(title="第二次会议")
    assert session.put(Decimal(1_000_000)).result == ""


def test_a_closed_matter_or_a_concluded_meeting_takes_no_item(session: Session) -> None:
    other = session.office.child(session.project)
    with session.office.act() as act:
        other.status = "closed"
        act.save(other)
    assert refused(lambda: session.put(matter_id=other.pk)) == "meeting.matter_closed"
    session.decide("for", "for", "for", "for", "for")
    assert refused(lambda: session.put(matter_id=session.project.pk)) == "meeting.concluded"


def test_only_the_secretary_of_the_unit_keeps_the_agenda(session: Session) -> None:
    for person in (session.head, session.office.officer, session.office.supervisor):
        assert (
            refused(lambda person=person: session.put(matter_id=session.project.pk, person_id=person.pk))
            == "meeting.not_secretary"
        )


def test_who_keeps_the_record_does_not_chair(session: Session) -> None:
    assert (
        refused(lambda: session.call(head_person_id=session.office.secretary.pk)) == "meeting.secretary_heads"
    )


@pytest.mark.parametrize(
    "change", [{"title": " "}, {"held_on": TODAY - timedelta(days=1)}, {"member_person_ids": [10**6]}]
)
def test_a_meeting_is_not_called_with_bad_input(session: Session, change: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        session.call(**change)


def test_nobody_but_a_member_speaks(session: Session) -> None:
    session.present()
    assert refused(lambda: session.view(session.office.lawyer)) == "meeting.not_member"
    with pytest.raises(BadInput):
        session.present(session.office.lawyer)


def test_an_absent_member_does_not_speak_and_presence_closes_with_the_first_view(session: Session) -> None:
    session.present(session.head, *session.members[:3], absences={session.members[3].pk: "出差"})
    assert refused(lambda: session.view(session.members[3])) == "meeting.absent"
    session.view(session.members[0])
    assert refused(session.present) == "meeting.begun"


def test_materials_in_time_are_no_temporary_item(session: Session) -> None:
    sent = meetings.send_materials(
        agenda_item_id=session.item.pk, person_id=session.office.secretary.pk, now=NOW, calendar=CALENDAR
    )
    assert not sent.is_temporary
    late = meetings.send_materials(
        agenda_item_id=session.item.pk,
        person_id=session.office.secretary.pk,
        now=NOW + timedelta(days=3),
        calendar=CALENDAR,
    )
    assert late.is_temporary


def test_materials_never_sent_are_not_discussed(session: Session) -> None:
    session.item = session.another(is_sent=False)
    session.present()
    assert refused(lambda: session.view(session.members[0])) == "meeting.urgency_missing"


def test_a_late_item_is_discussed_only_for_its_urgency(session: Session) -> None:
    late = {"now": NOW + timedelta(days=3)}
    session.send(session.item, **late)
    session.present()
    assert refused(lambda: session.view(session.members[0])) == "meeting.urgency_missing"
    assert session.send(session.item, **late, urgency_reason="汛期抢险").urgency_reason == "汛期抢险"
    session.all_speak()
    for person in (*session.members, session.head):
        session.cast(person)
    assert session.conclude().is_temporary


def test_a_year_without_calendar_is_told(session: Session) -> None:
    with pytest.raises(BadInput):
        meetings.send_materials(
            agenda_item_id=session.item.pk,
            person_id=session.office.secretary.pk,
            now=NOW,
            calendar=WorkCalendar(()),
        )


def test_the_same_request_twice_is_answered_once(session: Session) -> None:
    session.present(key="p-1")
    first = session.view(session.members[0], key="k-1")
    assert session.view(session.members[0], key="k-1") == first
    assert session.put(Decimal(9), matter_id=session.project.pk, key="a-1") == session.put(
        Decimal(9), matter_id=session.project.pk, key="a-1"
    )
    assert session.call(title="另一会", key="c-1") == session.call(title="另一会", key="c-1")
    assert session.present(key="p-1") == session.meeting
    assert refused(lambda: session.view(session.members[0], "别的", key="k-1")) == "request.key_reused"


def test_what_waits_for_a_member_is_listed_until_he_has_voted(session: Session) -> None:
    assert awaiting(session.members[0].pk) == []
    session.present()
    assert awaiting(session.members[0].pk) == [session.item]
    session.view(session.members[0])
    session.cast(session.members[0])
    assert awaiting(session.members[0].pk) == []


def test_meetings_are_seen_by_members_the_office_and_the_head_of_the_unit_only(session: Session) -> None:
    for person in (session.members[0], session.office.secretary, session.head):
        assert session.meeting in meetings_for(person.pk, TODAY)
    assert session.meeting not in meetings_for(session.office.officer.pk, TODAY)
    assert refused(lambda: open_item(session.item.pk, session.office.officer.pk, TODAY)) == "scope.meeting"
    assert open_item(session.item.pk, session.members[0].pk, TODAY) == session.item


def test_minutes_are_filed_when_everything_is_decided(session: Session) -> None:
    minutes = session.office.paper(session.matter, session.office.officer, kind="minutes", title="纪要")
    other = session.office.paper(session.matter, session.office.officer, title="别的", content=b"%PDF-1.7 b")

    def file(document_id: int) -> Meeting:
        return meetings.file_minutes(
            meeting_id=session.meeting.pk,
            document_id=document_id,
            person_id=session.office.secretary.pk,
            now=LATER,
        )

    assert refused(lambda: file(minutes.pk)) == "meeting.not_concluded"
    session.decide("for", "for", "for", "for", "for")
    with pytest.raises(BadInput):
        file(other.pk)
    assert file(minutes.pk).minutes_document == minutes
    assert refused(session.conclude) == "meeting.item_concluded"


def test_a_member_whose_post_has_ended_no_longer_votes(session: Session) -> None:
    session.present()
    with session.office.act() as act:
        for row in type(session.office).appointments(session.members[0]):
            row.to_on = TODAY
            act.save(row)
    assert refused(lambda: session.view(session.members[0])) == "meeting.no_post"
