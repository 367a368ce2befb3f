"""Before the meeting: called, its items put on the agenda and described, its materials sent, observers invited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.process.calendar import UnknownYear, WorkCalendar
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting import rules
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember
from lianjing.runtime.meeting.queries import passed_item, returned_since
from lianjing.runtime.meeting.services.desk import (
    AGENDA_CLAUSE,
    close_when_done,
    kept_by_secretary,
    require_movable,
    require_silent,
    secretary_of,
    sitting,
    still_open,
)
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.trail.act import Act


def call(
    *,
    unit_id: int,
    kind: str,
    title: str,
    held_on: date,
    member_person_ids: Sequence[int],
    head_person_id: int,
    person_id: int,
    now: datetime,
    domain: str = "runtime",
    place: str = "",
    key: str = "",
) -> Meeting:
    """Call a meeting of all its members; the head is one of them. Quorum and majority are those of its day.

    The secretary who calls it records it, and never chairs it.
    """
    members = list(dict.fromkeys([*member_person_ids, head_person_id]))
    actor = secretary_of(person_id, unit_id, now)
    with sitting(
        "meeting.call", unit_id, actor, now, key, [kind, title, str(held_on), *map(str, members)]
    ) as (
        act,
        done,
    ):
        if done:
            return Meeting.objects.filter(unit_id=unit_id, title=title.strip(), held_on=held_on).latest("id")
        _require_callable(act, title, held_on, members, head_person_id, person_id)
        meeting = act.save(
            Meeting(
                domain=domain,
                kind=kind,
                unit_id=unit_id,
                title=title.strip(),
                held_on=held_on,
                chair_person_id=head_person_id,
                member_count=len(members),
                quorum_ratio=figure("meeting.quorum_ratio", held_on),
                majority_ratio=figure("meeting.majority_ratio", held_on),
                status="called",
                place=place.strip(),
                recorder_person_id=person_id,
            )
        )
        for member in members:
            act.save(
                MeetingMember(
                    meeting=meeting, person_id=member, role="head" if member == head_person_id else "member"
                )
            )
        if person_id not in members:
            act.save(MeetingMember(meeting=meeting, person_id=person_id, role="secretary"))
        send(
            to_person_ids=[member for member in members if member != person_id],
            kind="meeting_called",
            subject=one_line(meeting.title, held_on.isoformat()),
            text=meeting.place,
            link=f"/meetings/{meeting.pk}/",
            now=now,
            sender_person_id=person_id,
        )
        return meeting


def _require_callable(
    act: Act, title: str, held_on: date, members: Sequence[int], head: int, secretary: int
) -> None:
    if not title.strip():
        raise BadInput(_("请填写会议名称"), "title")
    if held_on < act.day:
        raise BadInput(_("召开日不能早于今天"), "held_on")
    if Person.objects.filter(pk__in=members, left_on__isnull=True).count() != len(members):
        raise BadInput(_("参会成员中有不存在或已离职的人员"), "member_person_ids")
    if secretary == head:
        raise Refusal(
            Ground.CONFLICT, "meeting.secretary_heads", _("记录与主持须由不同人员担任"), rules.MINUTES_CLAUSE
        )


def put_on_agenda(
    *,
    meeting_id: int,
    matter_id: int,
    title: str,
    kind: str,
    person_id: int,
    now: datetime,
    amount: Decimal | None = None,
    reporter: str = "",
    options: str = "",
    needs_expert: bool = False,
    key: str = "",
) -> AgendaItem:
    """Put a matter on the agenda; refuses one already decided for this sum, waiting in another item, or closed.

    The kind of decision says what advice it needs; expert advice may be asked for beyond that, never waived.
    """
    meeting = Meeting.objects.get(pk=meeting_id)
    matter = Matter.objects.get(pk=matter_id)
    actor = secretary_of(person_id, meeting.unit_id, now)
    parts = [str(meeting_id), str(matter_id), kind, str(amount)]
    with sitting("meeting.put_on_agenda", meeting.unit_id, actor, now, key, parts, matter) as (act, done):
        if done:
            return AgendaItem.objects.filter(meeting=meeting, matter=matter).latest("id")
        if not title.strip():
            raise BadInput(_("请填写议题"), "title")
        if amount is not None and amount < 0:
            raise BadInput(_("金额不能为负数"), "amount")
        _require_undecided(meeting, matter, kind, amount)
        seq = AgendaItem.objects.filter(meeting=meeting).count() + 1
        return act.save(
            AgendaItem(
                meeting=meeting,
                seq=seq,
                matter=matter,
                title=title.strip(),
                kind=kind,
                amount=amount,
                reporter_text=reporter.strip(),
                options_text=options.strip(),
                needs_legality=kind in rules.LEGALITY_NEEDED,
                needs_expert=needs_expert or kind in rules.EXPERT_NEEDED,
            )
        )


def _require_undecided(meeting: Meeting, matter: Matter, kind: str, amount: Decimal | None) -> None:
    if meeting.status == "concluded":
        raise Refusal(Ground.RULE, "meeting.concluded", _("会议已结束，不能再列议题"), AGENDA_CLAUSE)
    if matter.status not in ("draft", "open", "suspended"):
        raise Refusal(Ground.RULE, "meeting.matter_closed", _("事项已办结，不能上会"), AGENDA_CLAUSE)
    decided = passed_item(matter.pk, (kind,), amount=amount)
    if decided is not None and not returned_since(decided):
        raise Refusal(Ground.RULE, "meeting.decided", _("该事项已经会议通过，不再重复上会"), AGENDA_CLAUSE)
    if AgendaItem.objects.filter(matter=matter, kind=kind, result="").exists():
        raise Refusal(Ground.RULE, "meeting.on_agenda", _("该事项已列入议题，尚未作出决定"), AGENDA_CLAUSE)


def take_off_agenda(
    *, agenda_item_id: int, reason: str, person_id: int, now: datetime, key: str = ""
) -> AgendaItem:
    """Defer an item on which nobody has spoken yet, or for which there is no quorum, to another meeting."""
    item, actor = kept_by_secretary(agenda_item_id, person_id, now)
    with sitting(
        "meeting.take_off_agenda", item.meeting.unit_id, actor, now, key, [str(item.pk), reason], item.matter
    ) as (act, done):
        if done:
            return item
        item = still_open(item)
        require_movable(item)
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        act.reason = reason.strip()
        item.result = "deferred"
        act.save(item)
        close_when_done(act, item.meeting)
        return item


def send_materials(
    *,
    agenda_item_id: int,
    person_id: int,
    now: datetime,
    calendar: WorkCalendar,
    urgency_reason: str = "",
    key: str = "",
) -> AgendaItem:
    """Send out an item's materials. Too late makes it a temporary item, which is not discussed without its urgency.

    The lead time is field knowledge so far (mark K-m): it does not refuse the sending.
    """
    item, actor = kept_by_secretary(agenda_item_id, person_id, now)
    parts = [str(item.pk), urgency_reason]
    with sitting("meeting.send_materials", item.meeting.unit_id, actor, now, key, parts, item.matter) as (
        act,
        done,
    ):
        if done:
            return item
        item = still_open(item)
        require_silent(Q(agenda_item=item))
        try:
            lead = calendar.working_days_between(act.day, item.meeting.held_on)
        except UnknownYear as error:
            raise BadInput(_("没有该年度的工作日历，不能计算提前期"), "held_on") from error
        item.materials_sent_at = now
        item.is_temporary = lead < figure("meeting.materials_lead_working_days", act.day)
        item.urgency_reason = urgency_reason.strip()
        return act.save(item)


def describe_item(
    *, agenda_item_id: int, person_id: int, now: datetime, reporter: str, options: str, key: str = ""
) -> AgendaItem:
    """Say who reports an item and which options were considered, before anyone has spoken on it."""
    item, actor = kept_by_secretary(agenda_item_id, person_id, now)
    parts = [str(item.pk), reporter, options]
    with sitting("meeting.describe_item", item.meeting.unit_id, actor, now, key, parts, item.matter) as (
        act,
        done,
    ):
        if done:
            return item
        item = still_open(item)
        require_silent(Q(agenda_item=item))
        item.reporter_text, item.options_text = reporter.strip(), options.strip()
        return act.save(item)


def invite_observer(
    *, meeting_id: int, observer_person_id: int, person_id: int, now: datetime, key: str = ""
) -> MeetingMember:
    """Invite somebody to attend without a voice in the vote (列席), such as the stationed supervisors."""
    meeting = Meeting.objects.get(pk=meeting_id)
    actor = secretary_of(person_id, meeting.unit_id, now)
    parts = [str(meeting_id), str(observer_person_id)]
    with sitting("meeting.invite_observer", meeting.unit_id, actor, now, key, parts) as (act, done):
        if done:
            return MeetingMember.objects.get(meeting=meeting, person_id=observer_person_id)
        if meeting.status == "concluded":
            raise Refusal(Ground.RULE, "meeting.concluded", _("会议已结束，不能再列议题"), AGENDA_CLAUSE)
        if not Person.objects.filter(pk=observer_person_id, left_on__isnull=True).exists():
            raise BadInput(_("参会成员中有不存在或已离职的人员"), "observer")
        if MeetingMember.objects.filter(meeting=meeting, person_id=observer_person_id).exists():
            raise BadInput(_("该人员已在参会名单中"), "observer")
        return act.save(MeetingMember(meeting=meeting, person_id=observer_person_id, role="observer"))
