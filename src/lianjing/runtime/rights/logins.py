"""Log-ins: the system administrator makes, resets and closes them; none works before the security administrator's grant."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access.actors import refuse_unless, self_actor
from lianjing.runtime.access.locks import unlock as unlock_subject
from lianjing.runtime.access.sessions import end_others, revoke
from lianjing.runtime.message.services import send
from lianjing.runtime.org.models import LoginAccount, Person
from lianjing.runtime.rights.models import LoginGrant
from lianjing.runtime.trail.act import Act, Actor, recorded

SYSTEM_ADMIN, SECURITY = "system_admin", "security_admin"
SHARED = "zone_organisation#2"
SEPARATE = "zone_organisation#10"
NUMBER = re.compile(r"[0-9A-Za-z._-]{4,40}")


@dataclass(frozen=True, slots=True)
class OneTime:
    """A log-in with the pass-phrase that is shown once and must be changed at the first log-in."""

    grant: LoginGrant
    password: str


def open_login(*, person_id: int, now: datetime, person: Person, number: str) -> OneTime:
    """Make a log-in for a person (C4: one person, one number); it stays shut until it is granted."""
    actor = self_actor(person_id, now, {SYSTEM_ADMIN})
    with recorded("login.open", chain=f"person:{person.id}", actor=actor, now=now) as act:
        refuse_unless(person_id, now, {SYSTEM_ADMIN})
        if person.left_on is not None:
            raise Refusal(Ground.RULE, "login.left", _("该人员已离岗，不能开立账号"), SHARED)
        if LoginAccount.objects.filter(person=person).exists():
            raise BadInput(_("该人员已有账号"), "person")
        return make(act, person, number)


def make(act: Act, person: Person, number: str) -> OneTime:
    """Make a shut log-in with a one-time pass-phrase; part of an act. BadInput for a number in use."""
    number = number.strip()
    if not NUMBER.fullmatch(number):
        raise BadInput(_("账号由4至40位数字、字母、点、横线组成"), "number")
    if LoginAccount.objects.filter(number=number).exists():
        raise BadInput(_("账号“%(number)s”已被使用") % {"number": number}, "number")
    account = LoginAccount(number=number, person=person, is_active=False, must_change_password=True)
    password = _new_phrase(account, act.now)
    return OneTime(_note(act, account, "opened"), password)


def _new_phrase(account: LoginAccount, now: datetime) -> str:
    password = secrets.token_urlsafe(12)
    account.set_password(password)
    account.must_change_password, account.one_time_from = True, now
    account.save()
    return password


def _note(act: Act, account: LoginAccount, status: str, reason: str = "") -> LoginGrant:
    """Keep what the log-in's right is now, and who made it so."""
    row = LoginGrant.objects.filter(person_id=account.person_id).first() or LoginGrant(
        person_id=account.person_id
    )
    row.number, row.status, row.reason = account.number, status, reason
    row.made_by_person_id, row.made_at = act.actor.person_id, act.now
    row.granted_by_person_id, row.granted_at = None, None
    row.closed_on = act.day if status == "closed" else None
    return act.save(row)


def reset(*, person_id: int, now: datetime, account_id: int, reason: str) -> OneTime:
    """Give a new one-time pass-phrase; sessions end and the log-in is shut until the security administrator grants it.

    So no single administrator can take over another person's log-in.
    """
    account, actor = _account(account_id), self_actor(person_id, now, {SYSTEM_ADMIN})
    with recorded(
        "login.reset", chain=f"person:{account.person_id}", actor=actor, now=now, reason=reason
    ) as act:
        refuse_unless(person_id, now, {SYSTEM_ADMIN})
        _refuse_own(actor, account)
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        row = _note(act, account, "reset", reason.strip())
        account.is_active = False
        password = _new_phrase(account, now)
        end_others(account.person_id, None, "revoked", now)
        send(
            to_person_ids=[account.person_id],
            kind="security",
            subject=_("您的口令已由系统管理员重置"),
            is_confidential=True,
            now=now,
        )
        return OneTime(row, password)


def close(*, person_id: int, now: datetime, account_id: int, reason: str) -> LoginGrant:
    """Shut a log-in and end its sessions; to open it again is a reset with a new grant."""
    account, actor = _account(account_id), self_actor(person_id, now, {SYSTEM_ADMIN})
    with recorded(
        "login.close", chain=f"person:{account.person_id}", actor=actor, now=now, reason=reason
    ) as act:
        refuse_unless(person_id, now, {SYSTEM_ADMIN})
        _refuse_own(actor, account)
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        return shut(act, account, reason)


def shut(act: Act, account: LoginAccount, reason: str) -> LoginGrant:
    """Shut a log-in and end its sessions; part of an act."""
    account.is_active = False
    account.save()
    end_others(account.person_id, None, "revoked", act.now)
    return _note(act, account, "closed", reason.strip())


def unlock(*, person_id: int, now: datetime, account_id: int, reason: str) -> None:
    """Let a number that waits after failures try again; never one's own."""
    account, actor = _account(account_id), self_actor(person_id, now, {SYSTEM_ADMIN})
    if actor.person_id == account.person_id:
        with recorded("access.unlock", chain=f"person:{account.person_id}", actor=actor, now=now):
            _refuse_own(actor, account)
    unlock_subject(subject=f"number:{account.number}", by_person_id=person_id, reason=reason, now=now)


def grant(*, person_id: int, now: datetime, account_id: int) -> LoginGrant:
    """Let a log-in be used: by the security administrator, who did not make it and whose own it is not."""
    account, actor = _account(account_id), self_actor(person_id, now, {SECURITY})
    with recorded(
        "login.grant", chain=f"person:{account.person_id}", actor=actor, now=now, role="approved"
    ) as act:
        refuse_unless(person_id, now, {SECURITY})
        row = LoginGrant.objects.filter(person_id=account.person_id).first()
        if row is None or row.status not in ("opened", "reset"):
            raise Refusal(Ground.STALE, "rights.decided", _("该账号没有待授权的事项"))
        if person_id in (account.person_id, row.made_by_person_id):
            raise Refusal(
                Ground.CONFLICT, "login.own", _("不得办理本人的账号，也不得授权本人经办的账号"), SEPARATE
            )
        return release(act, account, row)


def release(act: Act, account: LoginAccount, row: LoginGrant) -> LoginGrant:
    """Open a shut log-in; part of an act."""
    row.status, row.granted_by_person_id, row.granted_at = "granted", act.actor.person_id, act.now
    account.is_active = True
    if account.one_time_from is not None:
        account.one_time_from = act.now  # its hours count from when it can be used
    account.save()
    return act.save(row)


def reissue(act: Act, account: LoginAccount) -> OneTime:
    """Give an existing log-in a new one-time pass-phrase and shut it; part of an act."""
    account.is_active = False
    password = _new_phrase(account, act.now)
    end_others(account.person_id, None, "revoked", act.now)
    return OneTime(_note(act, account, "reset"), password)


def kick_out(*, session_id: int, person_id: int, reason: str, now: datetime) -> None:
    """End somebody's session (强退) with the reason; the next request of that session meets the log-in page."""
    if not reason.strip():
        raise BadInput(_("请写明强退理由"), "reason")
    revoke(session_id, by_person_id=person_id, reason=reason.strip(), now=now)


def _account(account_id: int) -> LoginAccount:
    return LoginAccount.objects.select_related("person").get(id=account_id)


def _refuse_own(actor: Actor, account: LoginAccount) -> None:
    if actor.person_id == account.person_id:
        raise Refusal(
            Ground.CONFLICT, "login.own", _("不得办理本人的账号，也不得授权本人经办的账号"), SEPARATE
        )
