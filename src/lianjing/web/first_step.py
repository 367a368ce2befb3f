"""A first step of log-in that passed and waits for the second factor: held in the session, for five minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.http import HttpRequest

from lianjing.runtime.access.log import note
from lianjing.runtime.access.logins import may_enter
from lianjing.runtime.org.models import LoginAccount
from lianjing.web.access import PageRequest
from lianjing.web.session_keeping import leave, origin_of

HELD = "access.first_step"
LONGEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Who passed the first step, how, and where he wants to go."""

    account: LoginAccount
    method: str
    place: str


def hold_first_step(request: HttpRequest, account: LoginAccount, method: str, place: str) -> None:
    """Keep a passed first step, under a new session key; whatever session was there before ends."""
    asked = cast(PageRequest, request)
    leave(request)
    request.session[HELD] = {
        "account": account.id,
        "method": method,
        "place": place[:2000],
        "at": asked.now.isoformat(),
    }
    note(
        number=account.number,
        person_id=account.person_id,
        now=asked.now,
        outcome="notice",
        origin=origin_of(request),
        method=method,
        reason="first_step",
    )


def first_step(request: HttpRequest) -> FirstStep | None:
    """Return the first step that waits, None where there is none or it waited too long."""
    held = request.session.get(HELD)
    if held is None:
        return None
    now = cast(PageRequest, request).now
    if not timedelta() <= now - datetime.fromisoformat(held["at"]) <= LONGEST:
        del request.session[HELD]
        return None
    account = LoginAccount.objects.select_related("person").get(id=held["account"])
    return FirstStep(account, held["method"], held["place"]) if may_enter(account, now) else None
