"""A new value of a figure: the post that keeps the figures proposes, a leader who is another person agrees."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.queries import actor_at, actor_with, posts_held, unbound
from lianjing.runtime.parameter.models import FigureChange, Parameter
from lianjing.runtime.parameter.services import KEEPER, check, enter
from lianjing.runtime.trail.act import Actor, legal_day, recorded

INSTALLATION = "installation:1"
APPROVERS = frozenset({"approver"})
SEPARATE = "zone_organisation#4"
MARKS = ("A", "L", "I")  # what a zone can have decided or read; field knowledge (K) is only shipped


def propose(
    *, key: str, value: str, from_on: date, source: str, mark: str, person_id: int, now: datetime
) -> FigureChange:
    """Propose a figure from a day on, with the paper it rests on; the day may not be past."""
    actor = unbound(person_id, "web")
    with recorded("parameter.propose", chain=INSTALLATION, actor=actor, now=now) as act:
        act.actor = actor_with(person_id, KEEPER, act.day)
        check(act.day, key=key, value=value, from_on=from_on, source=source)
        if mark not in MARKS:
            raise BadInput(_("请选择证据标记"), "mark")
        if FigureChange.objects.filter(key=key, status="pending").exists():
            raise BadInput(_("该参数的变更正在等待审定"), "value")
        return act.save(
            FigureChange(
                key=key,
                value=value.strip(),
                from_on=from_on,
                source=source.strip(),
                mark=mark,
                proposed_by_person_id=person_id,
                proposed_at=now,
                status="pending",
            )
        )


def agree(*, change_id: int, person_id: int, now: datetime) -> Parameter:
    """Let a proposed value come into force from its day; refused to who proposed it."""
    row = FigureChange.objects.get(id=change_id)
    actor = unbound(person_id, "web")
    with recorded("parameter.set", chain=INSTALLATION, actor=actor, now=now, role="approved") as act:
        row.read_again()
        act.actor = _decide(row, person_id, act.day)
        entered = enter(
            act, key=row.key, value=row.value, from_on=row.from_on, source=row.source, mark=row.mark
        )
        row.status, row.decided_by_person_id, row.decided_at = "granted", person_id, now
        row.parameter = entered
        act.save(row)
        return entered


def refuse(*, change_id: int, person_id: int, reason: str, now: datetime) -> FigureChange:
    """Turn a proposed value down, with the reason."""
    row = FigureChange.objects.get(id=change_id)
    actor = unbound(person_id, "web")
    with recorded("parameter.refuse", chain=INSTALLATION, actor=actor, now=now, reason=reason) as act:
        row.read_again()
        act.actor = _decide(row, person_id, act.day)
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        row.status, row.decided_by_person_id, row.decided_at = "refused", person_id, now
        row.reason = reason.strip()
        return act.save(row)


def _decide(row: FigureChange, person_id: int, day: date) -> Actor:
    actor = next(
        (
            actor_at(person_id, held.post.id, day)
            for held in posts_held(person_id, day)
            if held.post.kind in APPROVERS
        ),
        None,
    )
    if actor is None:
        raise Refusal(Ground.POST, "parameter.approver", _("参数变更由分管领导审定"), SEPARATE)
    if row.status != "pending":
        raise Refusal(Ground.STALE, "rights.decided", _("该申请已办理"))
    if person_id == row.proposed_by_person_id or actor.on_behalf_of_id == row.proposed_by_person_id:
        raise Refusal(Ground.CONFLICT, "rights.two_persons", _("提出人不能同意本人的提议"), SEPARATE)
    return actor


def changes() -> QuerySet[FigureChange]:
    """Return the proposed values, the latest first."""
    return FigureChange.objects.select_related("proposed_by_person", "decided_by_person").order_by(
        "-proposed_at", "-id"
    )


def may_propose(person_id: int, now: datetime) -> bool:
    """True for who keeps the figures today."""
    return any(held.post.key == KEEPER for held in posts_held(person_id, legal_day(now)))


def may_decide(person_id: int, now: datetime) -> bool:
    """True for who agrees to new figures today."""
    return any(held.post.kind in APPROVERS for held in posts_held(person_id, legal_day(now)))
