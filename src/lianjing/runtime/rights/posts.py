"""Posts and data scopes: the personnel post proposes by a paper, the security administrator grants; neither alone."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access.actors import refuse_unless, self_actor
from lianjing.runtime.org.models import Appointment, Person, Post, ScopeGrant, Unit
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.org.services import SEATS, SEPARATE, add_appointment, refuse_administrators_in_one_hand
from lianjing.runtime.rights.models import AppointmentProposal
from lianjing.runtime.trail.act import Actor, answered, recorded, request_digest

PERSONNEL, SECURITY = "personnel_officer", "security_admin"
OWN = "zone_organisation#4"
# How far a post may see in place of its own reach: none for administrators, supervisors and firms.
GRANTABLE = frozenset({"operator", "reviewer", "approver", "head"})


def propose(
    *,
    person_id: int,
    now: datetime,
    person: Person,
    post: Post,
    from_on: date,
    basis: str,
    to_on: date | None = None,
    key: str = "",
) -> AppointmentProposal:
    """Propose a person for a post by a paper; nobody proposes himself (C4)."""
    actor = self_actor(person_id, now)
    digest = request_digest(["appoint", str(person.id), str(post.id), str(from_on)])
    if answered(key, digest) is not None:
        return AppointmentProposal.objects.filter(person=person, post=post).order_by("-id")[0]
    with recorded(
        "appointment.propose",
        chain=f"person:{person.id}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
    ) as act:
        act.actor = actor = actor_with(person_id, PERSONNEL, act.day)
        refuse_himself(actor, person.id)
        _check(person, post, from_on, to_on, basis)
        return act.save(
            AppointmentProposal(
                person=person,
                post=post,
                from_on=from_on,
                to_on=to_on,
                basis=basis.strip(),
                proposed_by_person_id=person_id,
                proposed_at=now,
                status="pending",
            )
        )


def _check(person: Person, post: Post, from_on: date, to_on: date | None, basis: str) -> None:
    """What is wrong already now is told to who proposes, not only to who grants."""
    if to_on is not None and to_on < from_on:
        raise BadInput(_("任职止日早于起日"), "to_on")
    if not basis.strip():
        raise BadInput(_("任职须有任职文件依据"), "basis")
    if AppointmentProposal.objects.filter(person=person, post=post, status="pending").exists():
        raise BadInput(_("该人员任该岗位的申请正在等待授权"), "post")
    if post.kind in SEATS:
        raise Refusal(
            Ground.CONFLICT,
            "org.administrator_seat",
            _("管理员岗位只能由另外两名管理员共同办理更换"),
            SEPARATE,
        )
    refuse_administrators_in_one_hand(person, post, from_on, to_on)


def grant(*, proposal_id: int, person_id: int, now: datetime) -> Appointment:
    """Let a proposal take effect: the person holds the post from the day that the paper names."""
    row = AppointmentProposal.objects.select_related("person", "post").get(id=proposal_id)
    actor = self_actor(person_id, now, {SECURITY})
    with recorded(
        "appointment.make", chain=f"person:{row.person_id}", actor=actor, now=now, role="approved"
    ) as act:
        row.read_again()
        _decide(row, actor, now)
        seat = add_appointment(
            act,
            person=row.person,
            post=row.post,
            from_on=row.from_on,
            to_on=row.to_on,
            basis=row.basis,
            approved_by_person_id=person_id,
        )
        row.status, row.decided_by_person_id, row.decided_at = "granted", person_id, now
        row.appointment = seat
        act.save(row)
        return seat


def refuse(*, proposal_id: int, person_id: int, reason: str, now: datetime) -> AppointmentProposal:
    """Send a proposal back with the reason; the personnel post may propose anew."""
    row = AppointmentProposal.objects.get(id=proposal_id)
    actor = self_actor(person_id, now, {SECURITY})
    with recorded(
        "appointment.refuse", chain=f"person:{row.person_id}", actor=actor, now=now, reason=reason
    ) as act:
        row.read_again()
        _decide(row, actor, now)
        if not reason.strip():
            raise BadInput(_("请写明不予授权的理由"), "reason")
        row.status, row.decided_by_person_id, row.decided_at = "refused", person_id, now
        row.reason = reason.strip()
        return act.save(row)


def _decide(row: AppointmentProposal, actor: Actor, now: datetime) -> None:
    refuse_unless(actor.person_id or 0, now, {SECURITY})
    if row.status != "pending":
        raise Refusal(Ground.STALE, "rights.decided", _("该申请已办理"))
    refuse_himself(actor, row.person_id)


def grant_scope(
    *,
    person_id: int,
    now: datetime,
    scope: str,
    basis: str,
    from_on: date,
    to_on: date | None = None,
    post: Post | None = None,
    person: Person | None = None,
    unit: Unit | None = None,
) -> ScopeGrant:
    """Let a post see otherwise than its kind does, or a person see more until a day; by a paper, never oneself."""
    actor = self_actor(person_id, now, {SECURITY})
    chain = f"person:{person.id}" if person else f"unit:{post.unit_id}" if post else "installation:1"
    with recorded("scope.grant", chain=chain, actor=actor, now=now, role="approved") as act:
        refuse_unless(person_id, now, {SECURITY})
        _check_scope(act.day, scope, basis, from_on, to_on, post, person, unit)
        if person is not None:
            refuse_himself(actor, person.id)
        return act.save(
            ScopeGrant(
                post=post,
                person=person,
                scope=scope,
                unit=unit,
                from_on=from_on,
                to_on=to_on,
                basis=basis.strip(),
                granted_by_person_id=person_id,
            )
        )


def _check_scope(
    today: date,
    scope: str,
    basis: str,
    from_on: date,
    to_on: date | None,
    post: Post | None,
    person: Person | None,
    unit: Unit | None,
) -> None:
    if (post is None) == (person is None):
        raise BadInput(_("请在岗位和人员中选择一项"), "post")
    if not basis.strip():
        raise BadInput(_("请写明授权依据"), "basis")
    if from_on < today:
        raise BadInput(_("起始日不能早于今天"), "from_on")
    if to_on is not None and to_on < from_on:
        raise BadInput(_("止日早于起日"), "to_on")
    if person is not None and to_on is None:
        raise BadInput(_("对个人的授权须有止日"), "to_on")
    if person is not None and (unit is None) == (scope not in ("own", "post", "all")):
        raise BadInput(_("请选择授权所及的单位"), "unit")
    _refuse_ungrantable(today, post, person)


def _refuse_ungrantable(today: date, post: Post | None, person: Person | None) -> None:
    """Administrators see no business, supervisors all of theirs, a firm its own: none of it is widened or narrowed."""
    is_fixed = (post is not None and post.kind not in GRANTABLE) or (
        person is not None and _kinds(person, today) & (SEATS | {"external"})
    )
    if is_fixed:
        raise Refusal(
            Ground.RULE, "scope.not_grantable", _("管理员、监督和外部岗位的数据范围不能另行授权"), SEPARATE
        )


def _kinds(person: Person, today: date) -> set[str]:
    terms = Appointment.objects.filter(person=person).exclude(to_on__lt=today)
    return set(terms.values_list("post__kind", flat=True))


def end_scope(*, grant_id: int, person_id: int, reason: str, now: datetime) -> ScopeGrant:
    """Take a data scope back from tomorrow; one given today for the first time ends today."""
    row = ScopeGrant.objects.get(id=grant_id)
    actor = self_actor(person_id, now, {SECURITY})
    chain = f"person:{row.person_id}" if row.person_id else f"unit:{row.post.unit_id}"  # type: ignore[union-attr]
    with recorded("scope.end", chain=chain, actor=actor, now=now, reason=reason) as act:
        row.read_again()
        refuse_unless(person_id, now, {SECURITY})
        if not reason.strip():
            raise BadInput(_("请写明收回的理由"), "reason")
        if row.to_on is not None and row.to_on <= act.day:
            raise Refusal(Ground.STALE, "rights.decided", _("该授权已到期或已收回"))
        row.to_on = max(act.day, row.from_on)
        return act.save(row)


def refuse_himself(actor: Actor, person_id: int) -> None:
    """Nobody proposes, makes or grants for himself, nor for the one he stands for."""
    if person_id in (actor.person_id, actor.on_behalf_of_id):
        raise Refusal(Ground.CONFLICT, "org.own_appointment", _("不得办理本人的任职"), OWN)
