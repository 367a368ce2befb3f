"""In the meeting: who is there and who is recused, each member's view and vote, and the result that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.models import Recusal
from lianjing.runtime.meeting import rules
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember, Vote
from lianjing.runtime.meeting.queries import VOTING, advice_of, members_of
from lianjing.runtime.meeting.services.desk import (
    close_when_done,
    in_session,
    item_of,
    kept_by_secretary,
    member_of,
    require_silent,
    secretary_of,
    sitting,
    still_open,
)
from lianjing.runtime.parameter.queries import share
from lianjing.runtime.trail.act import Act


def record_presence(
    *,
    meeting_id: int,
    present_person_ids: Sequence[int],
    person_id: int,
    now: datetime,
    absences: Mapping[int, str] | None = None,
    key: str = "",
) -> Meeting:
    """Record which members and observers are there, on the day or later; closed once one has spoken (zone_collective#4)."""
    meeting = Meeting.objects.get(pk=meeting_id)
    actor = secretary_of(person_id, meeting.unit_id, now)
    parts = [str(meeting_id), *map(str, sorted(present_person_ids))]
    with sitting("meeting.record_presence", meeting.unit_id, actor, now, key, parts) as (act, done):
        if done:
            return meeting
        if act.day < meeting.held_on:
            raise BadInput(_("会议尚未召开，不能登记到会"), "held_on")
        require_silent(Q(agenda_item__meeting=meeting))
        seats = {
            seat.person_id: seat
            for seat in MeetingMember.objects.filter(meeting=meeting).exclude(role="secretary")
        }
        if not set(present_person_ids) <= set(seats):
            raise BadInput(_("到会名单中有非会议成员"), "present_person_ids")
        for person, seat in seats.items():
            seat.is_present = person in present_person_ids
            seat.absence_reason = "" if seat.is_present else (absences or {}).get(person, "")
            act.save(seat)
        members = [
            rules.Member(seat.person_id, is_present=seat.is_present)
            for seat in seats.values()
            if seat.role in VOTING
        ]
        meeting.present_count = len(rules.attending(members))
        meeting.is_quorate = rules.is_quorate(members, share("meeting.quorum_ratio", meeting.held_on))
        meeting.status = "held"
        meeting.started_at = meeting.started_at or now
        return act.save(meeting)


def recuse_member(
    *, agenda_item_id: int, member_person_id: int, reason: str, person_id: int, now: datetime, key: str = ""
) -> Vote:
    """Recuse a member from an item, by himself or by the secretary, before he has spoken (zone_collective#5)."""
    item = item_of(agenda_item_id)
    own = person_id == member_person_id
    actor = member_of(person_id, item, now) if own else secretary_of(person_id, item.meeting.unit_id, now)
    parts = [str(item.pk), str(member_person_id), reason]
    with sitting("meeting.recuse_member", item.meeting.unit_id, actor, now, key, parts, item.matter) as (
        act,
        done,
    ):
        if done:
            return Vote.objects.get(agenda_item=item, person_id=member_person_id)
        item = still_open(item)
        seat = MeetingMember.objects.filter(
            meeting=item.meeting, person_id=member_person_id, role__in=VOTING
        ).first()
        if seat is None:
            raise BadInput(_("该人员不是本次会议的成员"), "member_person_id")
        if Vote.objects.filter(agenda_item=item, person_id=member_person_id).exists():
            raise Refusal(
                Ground.RULE, "meeting.recused_late", _("该成员已发表意见或已回避"), rules.RECUSAL_CLAUSE
            )
        if not Recusal.objects.filter(
            matter=item.matter, person_id=member_person_id, result="recused"
        ).exists():
            act.save(
                Recusal(
                    matter=item.matter,
                    person_id=member_person_id,
                    reason=reason,
                    declared_at=now,
                    result="recused",
                )
            )
        seq = Vote.objects.filter(agenda_item=item).count() + 1
        return act.save(
            Vote(
                agenda_item=item,
                person_id=member_person_id,
                seq=seq,
                is_head=seat.role == "head",
                choice="recused",
                cast_at=now,
            )
        )


def express_view(*, agenda_item_id: int, person_id: int, text: str, now: datetime, key: str = "") -> Vote:
    """Give one's own view on an item; the head's comes after every present member's (zone_collective#6)."""
    item = item_of(agenda_item_id)
    actor = member_of(person_id, item, now)
    with sitting(
        "meeting.express_view", item.meeting.unit_id, actor, now, key, [str(item.pk), text], item.matter
    ) as (act, done):
        if done:
            return Vote.objects.get(agenda_item=item, person_id=person_id)
        item = in_session(item)
        members = members_of(item)
        _require_ready(item)
        rules.refuse_view(members, person_id)
        if not text.strip():
            raise BadInput(_("请写明您的意见"), "text")
        seq = Vote.objects.filter(agenda_item=item).count() + 1
        is_head = any(member.is_head for member in members if member.person_id == person_id)
        return act.save(
            Vote(
                agenda_item=item,
                person_id=person_id,
                seq=seq,
                is_head=is_head,
                view_text=text.strip(),
                view_at=now,
            )
        )


def cast(
    *, agenda_item_id: int, person_id: int, choice: str, now: datetime, reason: str = "", key: str = ""
) -> Vote:
    """Cast one's own vote after one's own view; it cannot be changed. A vote against needs its reason."""
    item = item_of(agenda_item_id)
    actor = member_of(person_id, item, now)
    with sitting(
        "meeting.cast", item.meeting.unit_id, actor, now, key, [str(item.pk), choice, reason], item.matter
    ) as (act, done):
        if done:
            return Vote.objects.get(agenda_item=item, person_id=person_id)
        item = in_session(item)
        rules.refuse_vote(members_of(item), person_id, choice)
        if choice == "against" and not reason.strip():
            raise BadInput(_("不同意的，请写明理由"), "reason")
        vote = Vote.objects.get(agenda_item=item, person_id=person_id)
        vote.choice = choice
        vote.cast_at = now
        vote.is_dissent = choice == "against"
        vote.dissent_reason = reason.strip()
        return act.save(vote)


def _require_ready(item: AgendaItem) -> None:
    rules.refuse_without_advice(advice_of(item))
    is_temporary = item.is_temporary or item.materials_sent_at is None
    rules.refuse_unready(is_temporary=is_temporary, urgency_reason=item.urgency_reason)


def conclude(
    *,
    agenda_item_id: int,
    person_id: int,
    now: datetime,
    conditions: str = "",
    afterwards: Callable[[Act, AgendaItem], object] | None = None,
    key: str = "",
) -> AgendaItem:
    """Have the result of an item computed from the votes.

    Refuses without quorum, with votes missing, and without the advice that the item needs. Conditions make a passed
    item one passed with conditions. `afterwards` is done in the same act, once the result stands.
    """
    item, actor = kept_by_secretary(agenda_item_id, person_id, now)
    parts = [str(item.pk), conditions]
    with sitting("meeting.conclude", item.meeting.unit_id, actor, now, key, parts, item.matter) as (
        act,
        done,
    ):
        if done:
            return item
        item = in_session(item)
        _require_ready(item)
        members, day = members_of(item), item.meeting.held_on
        item.result = rules.result(
            members, quorum=share("meeting.quorum_ratio", day), majority=share("meeting.majority_ratio", day)
        )
        if conditions.strip() and item.result == "passed":
            item.result, item.conditions_text = "conditional", conditions.strip()
        counted = rules.count(members)
        item.agree_count, item.against_count = counted.agree, counted.against
        item.abstain_count = counted.abstain
        item.decided_on = act.day
        item.is_temporary = item.is_temporary or item.materials_sent_at is None
        act.save(item)
        if afterwards is not None:
            afterwards(act, item)
        close_when_done(act, item.meeting)
        return item
