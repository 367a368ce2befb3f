"""Reads of meetings: seats of an item, what a person may see of it, whether a matter was decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.process.calendar import UnknownYear, WorkCalendar
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.matter.models import Recusal
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember, Vote
from lianjing.runtime.meeting.rules import DECIDED_FOR, RECUSAL_CLAUSE, Advice, Member, attending
from lianjing.runtime.org.queries import posts_held, supervised_units, unit_and_above, unit_and_below
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event

VOTING = ("head", "member")


@dataclass(frozen=True, slots=True)
class VoteSeen:
    """One member's part in an item as a certain person may see it; `choice` is "" while it is hidden."""

    person_id: int
    name: str
    is_head: bool
    is_present: bool
    is_recused: bool
    seq: int
    view_text: str
    view_at: datetime | None
    has_voted: bool
    choice: str
    dissent_reason: str


def recused_persons(item: AgendaItem) -> set[int]:
    """Return who is recused from an item: declared for the item, its matter or the matter's root."""
    matters = [item.matter_id, item.matter.root_id or item.matter_id]
    declared = Recusal.objects.filter(matter_id__in=matters, result="recused").values_list(
        "person_id", flat=True
    )
    own = Vote.objects.filter(agenda_item=item, choice="recused").values_list("person_id", flat=True)
    return set(declared) | set(own)


def members_of(item: AgendaItem) -> list[Member]:
    """Return the voting members as they stand to an item."""
    recused = recused_persons(item)
    votes = {vote.person_id: vote for vote in Vote.objects.filter(agenda_item=item)}
    seats = MeetingMember.objects.filter(meeting_id=item.meeting_id, role__in=VOTING).order_by("id")
    members = []
    for seat in seats:
        vote = votes.get(seat.person_id)
        has_choice = vote is not None and vote.choice not in ("", "recused")
        members.append(
            Member(
                seat.person_id,
                seat.role == "head",
                seat.is_present,
                seat.person_id in recused,
                vote is not None and vote.view_at is not None,
                vote.choice if vote and has_choice else "",
            )
        )
    return members


def open_item(agenda_item_id: int, person_id: int, day: date) -> AgendaItem:
    """Return an item that the person may see; a recused one may not (zone_collective#5), nor one outside."""
    item = AgendaItem.objects.select_related("meeting__unit", "matter").filter(pk=agenda_item_id).first()
    if item is None or not meetings_for(person_id, day).filter(pk=item.meeting_id).exists():
        raise Refusal(Ground.SCOPE, "scope.meeting", _("没有该议题，或不在您的数据范围内"))
    if person_id in recused_persons(item):
        raise Refusal(
            Ground.RULE, "meeting.recused", _("您已在本议题回避，不得查看、发表意见或表决"), RECUSAL_CLAUSE
        )
    return item


def meetings_for(person_id: int, day: date) -> QuerySet[Meeting]:
    """Return the meetings that a person may see: his own, those his office keeps, heads or advises on
    legality, and, supervising, all.
    """
    units = supervised_units(person_id, day)
    advised: set[int] = set()
    for held in posts_held(person_id, day):
        if held.post.key == "meeting_secretary":
            units |= unit_and_below(held.post.unit_id, day) | set(unit_and_above(held.post.unit_id))
        elif held.post.key == "legal_officer":
            advised |= unit_and_below(held.post.unit_id, day) | set(unit_and_above(held.post.unit_id))
        elif held.post.kind == "head":
            units |= unit_and_below(held.post.unit_id, day)
    invited = MeetingMember.objects.filter(person_id=person_id).values("meeting_id")
    asked = AgendaItem.objects.filter(needs_legality=True, meeting__unit_id__in=advised).values("meeting_id")
    return (
        Meeting.objects.filter(Q(pk__in=invited) | Q(unit_id__in=units) | Q(pk__in=asked))
        .select_related("unit")
        .order_by("-held_on", "-id")
    )


def agenda_of(meeting_id: int, *, person_id: int | None = None) -> list[AgendaItem]:
    """Return the items of a meeting in order, without those from which the person is recused."""
    items = AgendaItem.objects.filter(meeting_id=meeting_id).select_related("matter").order_by("seq")
    return [item for item in items if person_id is None or person_id not in recused_persons(item)]


def votes_seen_by(item: AgendaItem, person_id: int) -> list[VoteSeen]:
    """Return the members' parts as the person may see them: before the result nobody sees another's vote.

    Views are spoken aloud and shown as they are given. A recused person sees nothing at all.
    """
    if person_id in recused_persons(item):
        return []
    members = {member.person_id: member for member in members_of(item)}
    votes = {vote.person_id: vote for vote in Vote.objects.filter(agenda_item=item)}
    seats = (
        MeetingMember.objects.filter(meeting_id=item.meeting_id, role__in=VOTING)
        .select_related("person")
        .order_by("id")
    )
    return [
        _seen(seat, members[seat.person_id], votes.get(seat.person_id), item, person_id) for seat in seats
    ]


def _seen(
    seat: MeetingMember, member: Member, vote: Vote | None, item: AgendaItem, person_id: int
) -> VoteSeen:
    is_open = bool(item.result) or seat.person_id == person_id
    return VoteSeen(
        person_id=seat.person_id,
        name=seat.person.name,
        is_head=member.is_head,
        is_present=member.is_present,
        is_recused=member.is_recused,
        seq=vote.seq if vote else 0,
        view_text=vote.view_text if vote else "",
        view_at=vote.view_at if vote else None,
        has_voted=bool(member.choice),
        choice=member.choice if is_open else "",
        dissent_reason=vote.dissent_reason if vote and is_open else "",
    )


def passed_item(
    matter_id: int, kinds: Collection[str] = (), *, amount: Decimal | None = None
) -> AgendaItem | None:
    """Return the item by which a matter was decided, None while it was not.

    `kinds` narrows the kind of decision or of meeting. With an amount the decision must have covered it: one on a
    smaller sum does not.
    """
    items = AgendaItem.objects.filter(matter_id=matter_id, result__in=DECIDED_FOR).select_related("meeting")
    if kinds:
        decisions = codes.codes("decision_kind") & set(kinds)
        bodies = codes.codes("meeting_kind") & set(kinds)
        items = items.filter(Q(kind__in=decisions) | Q(meeting__kind__in=bodies))
    if amount is not None:
        items = items.filter(Q(amount__isnull=True) | Q(amount__gte=amount))
    return items.order_by("-decided_on", "-id").first()


def advice_of(item: AgendaItem) -> Advice:
    """Return what advice an item needs and what it has."""
    return Advice(
        item.needs_legality,
        item.needs_expert,
        item.legality_review.result if item.legality_review else "",
        item.expert_review.result if item.expert_review else "",
    )


def minutes_due(meeting: Meeting, calendar: WorkCalendar) -> date | None:
    """Return the day by which the minutes are to be signed, None where the calendar does not reach it."""
    try:
        return calendar.add_working_days(
            meeting.held_on, int(figure("meeting.minutes_working_days", meeting.held_on))
        )
    except UnknownYear:
        return None


def returned_since(item: AgendaItem) -> bool:
    """True where the matter was sent back after the day of the decision: it needs a new one when it comes again."""
    last = (
        Event.objects.filter(matter_id=item.matter_id, act__endswith=".return", is_refused=False)
        .order_by("recorded_at")
        .last()
    )
    return last is not None and item.decided_on is not None and legal_day(last.recorded_at) > item.decided_on


def items_of(matter_id: int) -> QuerySet[AgendaItem]:
    """Return all items on a matter, the latest first."""
    return AgendaItem.objects.filter(matter_id=matter_id).select_related("meeting__unit").order_by("-id")


def awaiting(person_id: int) -> list[AgendaItem]:
    """Return the items of meetings in session in which the person has still to speak or to vote."""
    seats = MeetingMember.objects.filter(
        person_id=person_id, is_present=True, role__in=VOTING, meeting__status="held"
    )
    items = AgendaItem.objects.filter(meeting_id__in=seats.values("meeting_id"), result="").select_related(
        "meeting", "matter"
    )
    found = []
    for item in items.order_by("meeting_id", "seq"):
        mine = next(member for member in members_of(item) if member.person_id == person_id)
        if mine.counts and not mine.choice:
            found.append(item)
    return found


def present_count(item: AgendaItem) -> int:
    """Return how many members are there for an item, recused ones not counted."""
    return len(attending(members_of(item)))
