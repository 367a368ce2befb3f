"""Writes of hand-over: prepare, agree where the giver cannot, and the one act in which everything moves (C4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access.actors import self_actor
from lianjing.runtime.handover.desk import Thing, digest, things
from lianjing.runtime.handover.models import HandoverPost, PostHandover
from lianjing.runtime.handover.moving import CLAUSE, move
from lianjing.runtime.handover.queries import may_agree
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Appointment, Person, Post
from lianjing.runtime.org.queries import actor_with, on_day
from lianjing.runtime.trail.act import Act, recorded

PERSONNEL = "personnel_officer"
SEPARATE = "zone_organisation#4"


def prepare(
    *,
    person_id: int,
    now: datetime,
    giver: Person,
    successor: Person,
    posts: Sequence[Post],
    reason: str,
    basis: str,
    last_on: date,
    leaves_service: bool = False,
    note: str = "",
) -> PostHandover:
    """Draw up a hand-over: by the giver himself, or by the personnel post where he cannot (sick, detained)."""
    actor = self_actor(person_id, now)
    with recorded("handover.prepare", chain=f"person:{giver.pk}", actor=actor, now=now) as act:
        is_without_giver = person_id != giver.pk
        if is_without_giver:
            act.actor = actor_with(person_id, PERSONNEL, act.day)
        _check(act, giver, successor, posts, basis, last_on)
        row = act.save(
            PostHandover(
                giver_person=giver,
                successor_person=successor,
                unit_id=posts[0].unit_id,
                reason=reason,
                basis=basis.strip(),
                last_on=last_on,
                leaves_service=leaves_service,
                is_without_giver=is_without_giver,
                status="prepared",
                prepared_by_person_id=person_id,
                prepared_at=now,
                note=note.strip(),
            )
        )
        for post in posts:
            act.save(HandoverPost(handover=row, post=post, appointment=_seat(giver, post, act.day)))
        _tell(row, [successor.pk], now)
        return row


def _tell(row: PostHandover, person_ids: list[int], now: datetime) -> None:
    send(
        to_person_ids=person_ids,
        kind="hand_over",
        subject=one_line(_("离岗交接"), row.giver_person.name, row.successor_person.name),
        link=f"/org/handovers/{row.pk}/",
        now=now,
    )


def _check(
    act: Act, giver: Person, successor: Person, posts: Sequence[Post], basis: str, last_on: date
) -> None:
    if giver.pk == successor.pk:
        raise BadInput(_("接收人不能是移交人本人"), "successor")
    if not posts:
        raise BadInput(_("请选择交接的岗位"), "posts")
    if not basis.strip():
        raise BadInput(_("请写明依据"), "basis")
    if last_on < act.day:
        raise BadInput(_("最后在岗日不能早于今天"), "last_on")
    for post in posts:
        _seat(giver, post, act.day)
        if HandoverPost.objects.filter(
            post=post, handover__giver_person=giver, handover__status__in=("prepared", "agreed")
        ).exists():
            raise BadInput(_("该岗位的交接正在办理"), "posts")


def _seat(giver: Person, post: Post, day: date) -> Appointment:
    seat = Appointment.objects.filter(on_day(day), person=giver, post=post).order_by("-id").first()
    if seat is None:
        raise Refusal(
            Ground.POST,
            "handover.giver_not_holder",
            _("移交人今日不在“%(post)s”岗位") % {"post": post.name},
            CLAUSE,
        )
    return seat


def agree(*, handover_id: int, person_id: int, now: datetime) -> PostHandover:
    """Agree as head of the unit to a hand-over that the giver cannot make himself."""
    row = PostHandover.objects.get(id=handover_id)
    actor = self_actor(person_id, now, {"head", "approver"})
    with recorded(
        "handover.agree", chain=f"person:{row.giver_person_id}", actor=actor, now=now, role="reviewed"
    ) as act:
        row.read_again()
        if row.status != "prepared" or not row.is_without_giver:
            raise _stale()
        if not may_agree(row, person_id, act.day):
            raise Refusal(
                Ground.POST,
                "handover.not_head",
                _("须由该单位或其上级单位负责人同意，且不得为移交人、接收人、编制人"),
                CLAUSE,
            )
        row.status, row.agreed_by_person_id, row.agreed_at = "agreed", person_id, now
        act.save(row)
        _tell(row, [row.successor_person_id], now)
        return row


def withdraw(*, handover_id: int, person_id: int, now: datetime) -> PostHandover:
    """Take a hand-over back that is not confirmed; by who drew it up."""
    row = PostHandover.objects.get(id=handover_id)
    actor = self_actor(person_id, now)
    with recorded("handover.withdraw", chain=f"person:{row.giver_person_id}", actor=actor, now=now) as act:
        row.read_again()
        if row.status not in ("prepared", "agreed"):
            raise _stale()
        if person_id not in (row.prepared_by_person_id, row.giver_person_id):
            raise Refusal(Ground.POST, "handover.not_preparer", _("只有移交人或编制人可以撤回"), CLAUSE)
        row.status, row.withdrawn_at = "withdrawn", now
        return act.save(row)


def listed(row: PostHandover, day: date) -> list[Thing]:
    """Return what would pass now; once handed over, see `HandoverLine`."""
    posts = [each.post for each in row.posts.select_related("post").order_by("id")]
    found = things(row.giver_person_id, posts, day)
    return found if row.leaves_service else [each for each in found if each.kind != "borrowed"]


def confirm(*, handover_id: int, person_id: int, list_digest: str, now: datetime) -> PostHandover:
    """Take everything over, as the successor: all of it moves in this act, or nothing does.

    `list_digest` is that of the list he read (`digest`); if it has changed meanwhile he reads it again. Refused where
    he does not hold the posts when the giver's terms end, or where a conflict of duties would arise.
    """
    row = PostHandover.objects.select_related("giver_person", "successor_person").get(id=handover_id)
    actor = self_actor(person_id, now)
    with recorded(
        "handover.done",
        chain=f"person:{row.giver_person_id}",
        actor=actor,
        now=now,
        role="approved",
        reason=row.basis,
    ) as act:
        row.read_again()
        if row.status != ("agreed" if row.is_without_giver else "prepared"):
            raise _stale()
        if person_id != row.successor_person_id:
            raise Refusal(Ground.POST, "handover.not_successor", _("只有接收人可以确认接收"), CLAUSE)
        if row.last_on < act.day:
            raise Refusal(
                Ground.STALE, "handover.late", _("最后在岗日已过，请撤回后重新编制交接清单"), CLAUSE
            )
        found = listed(row, act.day)
        if digest(found) != list_digest:
            raise Refusal(
                Ground.STALE, "handover.list_changed", _("清单在您阅读期间有变化，请重新核对后确认"), CLAUSE
            )
        row.status, row.confirmed_at = "done", now
        act.save(row)
        move(act, row, found)
        _tell(row, sorted({row.giver_person_id, row.prepared_by_person_id} - {person_id}), now)
        return row


def _stale() -> Refusal:
    return Refusal(Ground.STALE, "handover.stale", _("该交接已办理或尚未到这一步，请刷新页面"), CLAUSE)
