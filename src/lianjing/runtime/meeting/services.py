"""Writes of meetings: each opens an act on the chain of the unit that holds the meeting.

The secretary calls, puts items on the agenda, sends materials, records who is there and has the result computed;
he chooses nothing. Each member speaks and votes under his own log-in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.process.calendar import UnknownYear, WorkCalendar
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.meeting import rules
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember, Vote
from lianjing.runtime.meeting.queries import VOTING, members_of, passed_item, returned_since
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.org.queries import actor_at, posts_held, unit_and_above, unit_and_below
from lianjing.runtime.parameter.queries import figure, share
from lianjing.runtime.trail.act import Act, Actor, answered, legal_day, recorded, request_digest

SECRETARY = "meeting_secretary"
AGENDA_CLAUSE = "zone_collective#2"
MATERIALS_CLAUSE = "zone_collective#3"


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
    key: str = "",
) -> Meeting:
    """Call a meeting of all its members; the head is one of them. Quorum and majority are those of its day."""
    members = list(dict.fromkeys([*member_person_ids, head_person_id]))
    actor = _secretary(person_id, unit_id, now)
    with _act("meeting.call", unit_id, actor, now, key, [kind, title, str(held_on), *map(str, members)]) as (
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
    key: str = "",
) -> AgendaItem:
    """Put a matter on the agenda; refuses one already decided for this sum, waiting in another item, or closed."""
    meeting = Meeting.objects.get(pk=meeting_id)
    matter = Matter.objects.get(pk=matter_id)
    actor = _secretary(person_id, meeting.unit_id, now)
    parts = [str(meeting_id), str(matter_id), kind, str(amount)]
    with _act("meeting.put_on_agenda", meeting.unit_id, actor, now, key, parts, matter) as (act, done):
        if done:
            return AgendaItem.objects.filter(meeting=meeting, matter=matter).latest("id")
        if not title.strip():
            raise BadInput(_("请填写议题"), "title")
        if amount is not None and amount < 0:
            raise BadInput(_("金额不能为负数"), "amount")
        _require_undecided(meeting, matter, kind, amount)
        seq = AgendaItem.objects.filter(meeting=meeting).count() + 1
        return act.save(
            AgendaItem(meeting=meeting, seq=seq, matter=matter, title=title.strip(), kind=kind, amount=amount)
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
    item, actor = _kept_by_secretary(agenda_item_id, person_id, now)
    with _act(
        "meeting.take_off_agenda", item.meeting.unit_id, actor, now, key, [str(item.pk), reason], item.matter
    ) as (act, done):
        if done:
            return item
        item = _open(item)
        _require_movable(item)
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        act.reason = reason.strip()
        item.result = "deferred"
        act.save(item)
        _close_when_done(act, item.meeting)
        return item


def send_materials(
    *, agenda_item_id: int, person_id: int, now: datetime, calendar: WorkCalendar, key: str = ""
) -> AgendaItem:
    """Send out an item's materials. Too late makes it a temporary item: marked, not refused.

    The lead time is field knowledge so far (mark K-m): it warns until the zone has decided it.
    """
    item, actor = _kept_by_secretary(agenda_item_id, person_id, now)
    with _act(
        "meeting.send_materials", item.meeting.unit_id, actor, now, key, [str(item.pk)], item.matter
    ) as (act, done):
        if done:
            return item
        item = _open(item)
        _require_silent(Q(agenda_item=item))
        try:
            lead = calendar.working_days_between(act.day, item.meeting.held_on)
        except UnknownYear as error:
            raise BadInput(_("没有该年度的工作日历，不能计算提前期"), "held_on") from error
        item.materials_sent_at = now
        item.is_temporary = lead < figure("meeting.materials_lead_working_days", act.day)
        return act.save(item)


def record_presence(
    *,
    meeting_id: int,
    present_person_ids: Sequence[int],
    person_id: int,
    now: datetime,
    absences: Mapping[int, str] | None = None,
    key: str = "",
) -> Meeting:
    """Record which members are there, on the day or later; closed as soon as one has spoken (zone_collective#4)."""
    meeting = Meeting.objects.get(pk=meeting_id)
    actor = _secretary(person_id, meeting.unit_id, now)
    parts = [str(meeting_id), *map(str, sorted(present_person_ids))]
    with _act("meeting.record_presence", meeting.unit_id, actor, now, key, parts) as (act, done):
        if done:
            return meeting
        if act.day < meeting.held_on:
            raise BadInput(_("会议尚未召开，不能登记到会"), "held_on")
        _require_silent(Q(agenda_item__meeting=meeting))
        seats = {
            seat.person_id: seat for seat in MeetingMember.objects.filter(meeting=meeting, role__in=VOTING)
        }
        if not set(present_person_ids) <= set(seats):
            raise BadInput(_("到会名单中有非会议成员"), "present_person_ids")
        for person, seat in seats.items():
            seat.is_present = person in present_person_ids
            seat.absence_reason = "" if seat.is_present else (absences or {}).get(person, "")
            act.save(seat)
        present = [rules.Member(person, is_present=True) for person in set(present_person_ids)]
        absent = [rules.Member(person) for person in set(seats) - set(present_person_ids)]
        meeting.present_count = len(present)
        meeting.is_quorate = rules.is_quorate(
            [*present, *absent], share("meeting.quorum_ratio", meeting.held_on)
        )
        meeting.status = "held"
        return act.save(meeting)


def recuse_member(
    *, agenda_item_id: int, member_person_id: int, reason: str, person_id: int, now: datetime, key: str = ""
) -> Vote:
    """Recuse a member from an item, by himself or by the secretary, before he has spoken (zone_collective#5)."""
    item = _item(agenda_item_id)
    own = person_id == member_person_id
    actor = _member(person_id, item, now) if own else _secretary(person_id, item.meeting.unit_id, now)
    parts = [str(item.pk), str(member_person_id), reason]
    with _act("meeting.recuse_member", item.meeting.unit_id, actor, now, key, parts, item.matter) as (
        act,
        done,
    ):
        if done:
            return Vote.objects.get(agenda_item=item, person_id=member_person_id)
        item = _open(item)
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
    item = _item(agenda_item_id)
    actor = _member(person_id, item, now)
    with _act(
        "meeting.express_view", item.meeting.unit_id, actor, now, key, [str(item.pk), text], item.matter
    ) as (act, done):
        if done:
            return Vote.objects.get(agenda_item=item, person_id=person_id)
        item = _in_session(item)
        members = members_of(item)
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
    item = _item(agenda_item_id)
    actor = _member(person_id, item, now)
    with _act(
        "meeting.cast", item.meeting.unit_id, actor, now, key, [str(item.pk), choice, reason], item.matter
    ) as (act, done):
        if done:
            return Vote.objects.get(agenda_item=item, person_id=person_id)
        item = _in_session(item)
        rules.refuse_vote(members_of(item), person_id, choice)
        if choice == "against" and not reason.strip():
            raise BadInput(_("不同意的，请写明理由"), "reason")
        vote = Vote.objects.get(agenda_item=item, person_id=person_id)
        vote.choice = choice
        vote.cast_at = now
        vote.is_dissent = choice == "against"
        vote.dissent_reason = reason.strip()
        return act.save(vote)


def conclude(*, agenda_item_id: int, person_id: int, now: datetime, key: str = "") -> AgendaItem:
    """Have the result of an item computed from the votes; refuses without quorum or with votes missing."""
    item, actor = _kept_by_secretary(agenda_item_id, person_id, now)
    with _act("meeting.conclude", item.meeting.unit_id, actor, now, key, [str(item.pk)], item.matter) as (
        act,
        done,
    ):
        if done:
            return item
        item = _in_session(item)
        members, day = members_of(item), item.meeting.held_on
        item.result = rules.result(
            members, quorum=share("meeting.quorum_ratio", day), majority=share("meeting.majority_ratio", day)
        )
        item.agree_count = sum(member.choice == "for" for member in rules.attending(members))
        item.decided_on = act.day
        item.is_temporary = item.is_temporary or item.materials_sent_at is None
        act.save(item)
        _close_when_done(act, item.meeting)
        return item


def file_minutes(
    *, meeting_id: int, document_id: int, person_id: int, now: datetime, key: str = ""
) -> Meeting:
    """Attach the signed minutes of a concluded meeting (zone_collective#8)."""
    meeting = Meeting.objects.get(pk=meeting_id)
    actor = _secretary(person_id, meeting.unit_id, now)
    with _act(
        "meeting.file_minutes", meeting.unit_id, actor, now, key, [str(meeting_id), str(document_id)]
    ) as (act, done):
        if done:
            return meeting
        document = Document.objects.filter(pk=document_id, kind="minutes").first()
        if document is None:
            raise BadInput(_("请选择会议纪要文件"), "document_id")
        if meeting.status != "concluded":
            raise Refusal(Ground.RULE, "meeting.not_concluded", _("还有议题未作出决定"), rules.MINUTES_CLAUSE)
        meeting.minutes_document = document
        return act.save(meeting)


@contextmanager
def _act(
    verb: str,
    unit_id: int,
    actor: Actor,
    now: datetime,
    key: str,
    parts: Sequence[str],
    matter: Matter | None = None,
) -> Iterator[tuple[Act, bool]]:
    """Open an act on the unit's chain, or tell that a request with this key was answered before."""
    request = request_digest([verb, str(actor.person_id), *parts])
    details = {"matter_id": matter.pk, "root_matter_id": matter.root_id} if matter else {}
    if answered(key, request) is not None:
        yield Act(verb, f"unit:{unit_id}", actor, now), True
        return
    with recorded(
        verb,
        chain=f"unit:{unit_id}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=request,
        **details,
    ) as act:
        yield act, False


def _item(agenda_item_id: int) -> AgendaItem:
    return AgendaItem.objects.select_related("meeting", "matter").get(pk=agenda_item_id)


def _kept_by_secretary(agenda_item_id: int, person_id: int, now: datetime) -> tuple[AgendaItem, Actor]:
    item = _item(agenda_item_id)
    return item, _secretary(person_id, item.meeting.unit_id, now)


def _secretary(person_id: int, unit_id: int, now: datetime) -> Actor:
    """Return the actor as secretary of the unit, of one above it or of one below it."""
    day = legal_day(now)
    near = {*unit_and_above(unit_id), *unit_and_below(unit_id)}
    for held in posts_held(person_id, day):
        if held.post.key == SECRETARY and held.post.unit_id in near:
            return actor_at(person_id, held.post.pk, day)
    raise Refusal(Ground.POST, "meeting.not_secretary", _("该办理须由本单位会议秘书进行"), AGENDA_CLAUSE)


def _member(person_id: int, item: AgendaItem, now: datetime) -> Actor:
    """Return the actor at the member's own post, in the meeting's unit where he has one there: nobody sits for him."""
    day = legal_day(now)
    own = [held.post for held in posts_held(person_id, day) if held.on_behalf_of is None]
    nearby = unit_and_below(item.meeting.unit_id)
    own.sort(key=lambda post: post.unit_id not in nearby)
    if not own:
        unit = Unit.objects.get(pk=item.meeting.unit_id)
        raise Refusal(
            Ground.POST,
            "meeting.no_post",
            _("您今日没有在任岗位，不能参加“%(unit)s”的会议") % {"unit": unit.name},
            AGENDA_CLAUSE,
        )
    return actor_at(person_id, own[0].pk, day)


def _open(item: AgendaItem) -> AgendaItem:
    """Return the item as it is now that the chain is held; refuses one already concluded."""
    fresh = _item(item.pk)
    if fresh.result:
        raise Refusal(
            Ground.RULE, "meeting.item_concluded", _("本议题已作出决定，不能更改"), rules.MINUTES_CLAUSE
        )
    return fresh


def _in_session(item: AgendaItem) -> AgendaItem:
    fresh = _open(item)
    if fresh.meeting.status != "held":
        raise Refusal(
            Ground.RULE, "meeting.not_in_session", _("会议尚未登记到会，不能进行"), rules.QUORUM_CLAUSE
        )
    return fresh


def _require_movable(item: AgendaItem) -> None:
    """Let an item go to another meeting while nobody has spoken, or where this one cannot decide it."""
    if item.meeting.status == "held" and not rules.is_quorate(
        members_of(item), share("meeting.quorum_ratio", item.meeting.held_on)
    ):
        return
    _require_silent(Q(agenda_item=item))


def _require_silent(votes: Q) -> None:
    if Vote.objects.filter(votes, view_at__isnull=False).exists():
        raise Refusal(
            Ground.RULE, "meeting.begun", _("已有成员发表意见，不能再更改到会或议题"), rules.QUORUM_CLAUSE
        )


def _close_when_done(act: Act, meeting: Meeting) -> None:
    if not AgendaItem.objects.filter(meeting=meeting, result="").exists():
        meeting.status = "concluded"
        act.save(meeting)
