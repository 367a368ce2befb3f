"""Sessions from opening to end: limits, binding to the browser, revocation; nothing here knows of requests."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access.actors import self_actor
from lianjing.runtime.access.log import note
from lianjing.runtime.access.models import SessionRecord
from lianjing.runtime.access.origin import Origin, agent_print
from lianjing.runtime.access.policy import policy
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import roles_of
from lianjing.runtime.trail.act import legal_day, recorded

SEEN_EVERY = timedelta(minutes=1)
TOLERANCE = timedelta(minutes=5)  # how far a clock may be set back before its sessions are distrusted
ENDERS = frozenset({"system_admin", "security_admin"})
FIXED_POST = "zone_organisation#2"


def digest_of(session_key: str) -> str:
    """Return what is kept of a session's key: who reads the table cannot take over a session."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def open_session(
    *,
    session_key: str,
    person: Person,
    number: str,
    origin: Origin,
    method: str,
    now: datetime,
    factor: str = "",
) -> SessionRecord:
    """Open a session; where the account has too many, the oldest end."""
    row = SessionRecord.objects.create(
        key_digest=digest_of(session_key),
        person=person,
        number=number,
        opened_at=now,
        confirmed_at=now,
        seen_at=now,
        ip=origin.ip,
        agent=origin.agent,
        method=method,
        factor=factor,
    )
    most = policy("session.concurrent", now)
    if most:
        others = SessionRecord.objects.filter(person=person, ended_at=None).exclude(id=row.id)
        for old in others.order_by("-opened_at", "-id")[most - 1 :]:
            end(old, "superseded", now)
    return row


def fault_of(row: SessionRecord, agent: str, now: datetime) -> str:
    """Return why a session may not go on (code list session_end), "" where it may."""
    if row.ended_at is not None:
        return row.end_reason
    if row.opened_at > now + TOLERANCE:
        return "clock"
    longest, idle = policy("session.absolute_minutes", now), policy("session.idle_minutes", now)
    if longest and now - row.opened_at > timedelta(minutes=longest):
        return "too_long"
    if idle and now - row.seen_at > timedelta(minutes=idle):
        return "idle"
    if policy("session.bound_to_agent", now) and agent_print(agent) != agent_print(row.agent):
        return "agent_changed"
    return ""


def is_recent(row: SessionRecord | None, now: datetime, minutes: int | None = None) -> bool:
    """True where a session proved within so many minutes whose it is; the policy's number by default."""
    limit = timedelta(minutes=policy("step_up.minutes", now) if minutes is None else minutes)
    return row is not None and -TOLERANCE <= now - row.confirmed_at <= limit


def touch(row: SessionRecord, now: datetime) -> None:
    """Note that a session is in use; written at most once a minute."""
    if abs(now - row.seen_at) >= SEEN_EVERY:
        SessionRecord.objects.filter(id=row.id).update(seen_at=now)
        row.seen_at = now


def end(row: SessionRecord, reason: str, now: datetime, origin: Origin | None = None) -> bool:
    """End a session once and note it; False where it had ended already."""
    ended = SessionRecord.objects.filter(id=row.id, ended_at=None).update(ended_at=now, end_reason=reason)
    if ended:
        note(
            number=row.number,
            person_id=row.person_id,
            now=now,
            outcome="failure" if reason == "agent_changed" else "notice",
            origin=origin or Origin(row.ip, row.agent),
            method=row.method,
            reason=reason,
        )
    return bool(ended)


def end_others(person_id: int, keep_id: int | None, reason: str, now: datetime) -> int:
    """End a person's sessions but one; returns how many."""
    rows = SessionRecord.objects.filter(person_id=person_id, ended_at=None).exclude(id=keep_id or 0)
    return sum(end(row, reason, now) for row in rows)


def revoke(session_id: int, *, by_person_id: int, reason: str, now: datetime) -> SessionRecord:
    """End a session: one's own, or as system or security administrator another's, with a reason; one event.

    The next request under it is logged out. Refusal(POST) for anyone else; BadInput for one that does not exist or
    has ended.
    """
    row = SessionRecord.objects.filter(id=session_id).first()
    if row is None:
        raise BadInput(_("没有这个会话"), "session")
    actor = self_actor(by_person_id, now, ENDERS)
    is_own = row.person_id == by_person_id
    with recorded(
        "session.revoke",
        chain=f"person:{row.person_id}",
        actor=actor,
        now=now,
        reason=reason,
        extra={"session": row.id},
    ):
        if not is_own and not roles_of(by_person_id, legal_day(now)) & ENDERS:
            raise Refusal(Ground.POST, "session.not_yours", _("只有本人或管理员可以结束会话"), FIXED_POST)
        if not is_own and not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        if not end(row, "own" if is_own else "revoked", now):
            raise BadInput(_("该会话已结束"), "session")
    row.refresh_from_db()
    return row


def sweep(now: datetime) -> int:
    """End the sessions that their limits have ended without anyone coming back; returns how many."""
    return sum(end(row, fault, now) for row in _open() if (fault := fault_of(row, row.agent, now)))


def _open() -> QuerySet[SessionRecord]:
    return SessionRecord.objects.filter(ended_at=None)
