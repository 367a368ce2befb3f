"""The first step of a log-in: number and pass-phrase; one sentence and one duration for every failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import auth
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from lianjing.runtime.access import ldap
from lianjing.runtime.access.configuration import Unreachable
from lianjing.runtime.access.locks import count_failure, forget, waiting_minutes
from lianjing.runtime.access.log import note
from lianjing.runtime.access.models import ExternalIdentity
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.passwords import is_too_old
from lianjing.runtime.access.policy import policy
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.act import legal_day


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a step: the account where it passed, the sentence for the person where it did not."""

    account: LoginAccount | None
    fault: str = ""
    method: str = "password"


def wait_sentence(minutes: int) -> str:
    """Return the sentence for one who must wait; the same whether or not the account exists."""
    return _("失败次数过多，请%(minutes)s分钟后再试") % {"minutes": minutes}


def check_password(*, number: str, password: str, origin: Origin, now: datetime) -> Attempt:
    """Check number and pass-phrase; a failure is counted and logged, a success is not yet a log-in."""
    minutes = waiting_minutes(number, origin.ip, now)
    if minutes:
        _fail(number, None, origin, now, "password", "locked", is_counted=False)
        return Attempt(None, wait_sentence(minutes))
    account, method, reason = _proved(number, password)
    if account is not None and not may_enter(account, now):
        account, reason = None, "gone"
    if account is not None and method == "password" and is_lapsed(account, now):
        _fail(number, account.person_id, origin, now, method, "lapsed", is_counted=False)
        return Attempt(None, _("一次性口令已过期，请联系系统管理员重置"))
    if account is None:
        person_id = LoginAccount.objects.filter(number=number).values_list("person_id", flat=True).first()
        _fail(number, person_id, origin, now, method, reason)
        return Attempt(None, _("账号或密码不正确，或账号已停用"))
    return Attempt(account, method=method)


def _proved(number: str, password: str) -> tuple[LoginAccount | None, str, str]:
    """Return the account that the pass-phrase proves (or None), the method, the reason of a failure."""
    configured = ldap.configured()
    identity = (
        ExternalIdentity.objects.filter(person__login__number=number, kind="ldap", ended_at=None).first()
        if configured is not None
        else None
    )
    if configured is None or identity is None:
        account = auth.authenticate(None, number=number, password=password)
        return (account if isinstance(account, LoginAccount) else None), "password", "wrong"
    make_password(password)  # as long as a log-in without a directory takes
    try:
        is_proved = ldap.bind(configured, identity.subject, password)
    except Unreachable:
        return None, "ldap", "unreachable"
    account = LoginAccount.objects.filter(number=number).first() if is_proved else None
    return account, "ldap", "wrong"


def is_lapsed(account: LoginAccount, now: datetime) -> bool:
    """True for a one-time pass-phrase that nobody used within the policy's hours; whoever found it later is too late."""
    given = account.one_time_from
    limit = timedelta(hours=policy("one_time.hours", now))
    return account.must_change_password and given is not None and now - given > limit


def may_enter(account: LoginAccount, now: datetime) -> bool:
    """True for an account in use whose person has not left the service."""
    left = account.person.left_on
    return account.is_active and (left is None or legal_day(now) <= left)


def passed(*, account: LoginAccount, method: str, origin: Origin, now: datetime) -> None:
    """Note a whole log-in: the failures before it are forgotten, a pass-phrase grown too old must be changed."""
    forget(account.number)
    note(
        number=account.number,
        person_id=account.person_id,
        now=now,
        outcome="success",
        origin=origin,
        method=method,
    )
    if method == "password" and is_too_old(account, now):
        account.must_change_password = True
        account.save(update_fields=["must_change_password"])


def failed(account: LoginAccount, origin: Origin, now: datetime, *, method: str, reason: str) -> None:
    """Note and count a failure of a later step."""
    _fail(account.number, account.person_id, origin, now, method, reason)


def _fail(
    number: str,
    person_id: int | None,
    origin: Origin,
    now: datetime,
    method: str,
    reason: str,
    *,
    is_counted: bool = True,
) -> None:
    if is_counted:
        count_failure(number, origin.ip, now)
    note(
        number=number,
        person_id=person_id,
        now=now,
        outcome="failure",
        origin=origin,
        method=method,
        reason=reason,
    )
