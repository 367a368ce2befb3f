"""What every act of a meeting stands on: the chain of its unit, the secretary's desk, a member's seat, an item still open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting import rules
from lianjing.runtime.meeting.models import AgendaItem, Meeting, Vote
from lianjing.runtime.meeting.queries import members_of
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_at, posts_held, unit_and_above, unit_and_below
from lianjing.runtime.parameter.queries import share
from lianjing.runtime.trail.act import Act, Actor, answered, legal_day, recorded, request_digest

SECRETARY = "meeting_secretary"
AGENDA_CLAUSE = "zone_collective#2"
MATERIALS_CLAUSE = rules.MATERIALS_CLAUSE


@contextmanager
def sitting(
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


def item_of(agenda_item_id: int) -> AgendaItem:
    return AgendaItem.objects.select_related("meeting", "matter").get(pk=agenda_item_id)


def kept_by_secretary(agenda_item_id: int, person_id: int, now: datetime) -> tuple[AgendaItem, Actor]:
    item = item_of(agenda_item_id)
    return item, secretary_of(person_id, item.meeting.unit_id, now)


def secretary_of(person_id: int, unit_id: int, now: datetime) -> Actor:
    """Return the actor as secretary of the unit, of one above it or of one below it."""
    day = legal_day(now)
    near = {*unit_and_above(unit_id), *unit_and_below(unit_id)}
    for held in posts_held(person_id, day):
        if held.post.key == SECRETARY and held.post.unit_id in near:
            return actor_at(person_id, held.post.pk, day)
    raise Refusal(Ground.POST, "meeting.not_secretary", _("该办理须由本单位会议秘书进行"), AGENDA_CLAUSE)


def member_of(person_id: int, item: AgendaItem, now: datetime) -> Actor:
    """Return the actor as a member of the item's meeting."""
    return own_post(person_id, item.meeting.unit_id, now)


def own_post(person_id: int, unit_id: int, now: datetime) -> Actor:
    """Return the actor at his own post, in the meeting's unit where he has one there: nobody sits for him."""
    day = legal_day(now)
    own = [held.post for held in posts_held(person_id, day) if held.on_behalf_of is None]
    nearby = unit_and_below(unit_id)
    own.sort(key=lambda post: post.unit_id not in nearby)
    if not own:
        unit = Unit.objects.get(pk=unit_id)
        raise Refusal(
            Ground.POST,
            "meeting.no_post",
            _("您今日没有在任岗位，不能参加“%(unit)s”的会议") % {"unit": unit.name},
            AGENDA_CLAUSE,
        )
    return actor_at(person_id, own[0].pk, day)


def chair_of(person_id: int, meeting: Meeting, now: datetime) -> Actor:
    """Return the actor as chair of the meeting, at his own post; nobody signs for him."""
    if person_id != meeting.chair_person_id:
        raise Refusal(Ground.POST, "meeting.not_chair", _("会议纪要由主持人本人签发"), rules.MINUTES_CLAUSE)
    return own_post(person_id, meeting.unit_id, now)


def still_open(item: AgendaItem) -> AgendaItem:
    """Return the item as it is now that the chain is held; refuses one already concluded."""
    fresh = item_of(item.pk)
    if fresh.result:
        raise Refusal(
            Ground.RULE, "meeting.item_concluded", _("本议题已作出决定，不能更改"), rules.MINUTES_CLAUSE
        )
    return fresh


def in_session(item: AgendaItem) -> AgendaItem:
    fresh = still_open(item)
    if fresh.meeting.status != "held":
        raise Refusal(
            Ground.RULE, "meeting.not_in_session", _("会议尚未登记到会，不能进行"), rules.QUORUM_CLAUSE
        )
    return fresh


def require_movable(item: AgendaItem) -> None:
    """Let an item go to another meeting while nobody has spoken, or where this one cannot decide it."""
    if item.meeting.status == "held" and not rules.is_quorate(
        members_of(item), share("meeting.quorum_ratio", item.meeting.held_on)
    ):
        return
    require_silent(Q(agenda_item=item))


def require_silent(votes: Q) -> None:
    if Vote.objects.filter(votes, view_at__isnull=False).exists():
        raise Refusal(
            Ground.RULE, "meeting.begun", _("已有成员发表意见，不能再更改到会或议题"), rules.QUORUM_CLAUSE
        )


def close_when_done(act: Act, meeting: Meeting) -> None:
    if not AgendaItem.objects.filter(meeting=meeting, result="").exists():
        meeting.status = "concluded"
        meeting.ended_at = meeting.ended_at or act.now
        act.save(meeting)
