"""Proves again, or further, who a person is: by a one-time code, a recovery code, a pass-phrase."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.runtime.access import recovery, totp
from lianjing.runtime.access.locks import waiting_minutes
from lianjing.runtime.access.log import note
from lianjing.runtime.access.logins import check_password, failed, wait_sentence
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.queries import factors_of
from lianjing.runtime.access.sealing import CannotOpen
from lianjing.runtime.org.models import LoginAccount


def take_code(person_id: int, code: str, now: datetime) -> tuple[str, str]:
    """Return the factor that a code proves and "", or "" and why it proves none (code list login_reason)."""
    reason = "wrong_code"
    for factor in factors_of(person_id).filter(kind="totp"):
        try:
            fault = totp.take(factor, code, now)
        except CannotOpen:
            fault = "not_opened"
        if not fault:
            return "totp", ""
        reason = fault if fault != "wrong_code" else reason
    if recovery.take(person_id, code, now):
        return "recovery", ""
    return "", reason


def asks_for(account: LoginAccount) -> frozenset[str]:
    """Return what may confirm who a person is: his factors where he has any, else his pass-phrase.

    One who took over a session with the pass-phrase learnt does not get past a second factor.
    """
    kinds = frozenset(factors_of(account.person_id).values_list("kind", flat=True))
    return kinds or frozenset({"password"})


def confirm_by_code(account: LoginAccount, code: str, origin: Origin, now: datetime) -> str:
    """Return "" where a code confirms the person, else the sentence; failures count towards the lock."""
    minutes = waiting_minutes(account.number, origin.ip, now)
    if minutes:
        return wait_sentence(minutes)
    factor, reason = take_code(account.person_id, code, now)
    if not factor:
        failed(account, origin, now, method="", reason=reason)
        return _("动态码或恢复码不正确，或已用过")
    note_confirmed(account, origin, now)
    return ""


def confirm_by_password(account: LoginAccount, password: str, origin: Origin, now: datetime) -> str:
    """Return "" where the pass-phrase confirms the person, else the sentence; failures count towards the lock."""
    attempt = check_password(number=account.number, password=password, origin=origin, now=now)
    if attempt.account is None:
        return attempt.fault
    note_confirmed(account, origin, now)
    return ""


def note_confirmed(account: LoginAccount, origin: Origin, now: datetime) -> None:
    """Note that a person proved again who he is."""
    note(
        number=account.number,
        person_id=account.person_id,
        now=now,
        outcome="notice",
        origin=origin,
        reason="confirmed",
    )
