"""A passkey's challenge between question and answer: held in the session, for five minutes, answered once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, cast

from django.http import HttpRequest

from lianjing.runtime.access.passkeys import NotProved, Place, State
from lianjing.web.access import PageRequest

CHALLENGE = "access.challenge"
LONGEST = timedelta(minutes=5)


def place_of(request: HttpRequest) -> Place:
    """Return this site as the browser names it; the host is one of those allowed."""
    host = request.get_host()
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return Place(name or host, f"{request.scheme}://{host}")


def may_use_passkeys(request: HttpRequest) -> bool:
    """True where the site is opened by a name: browsers make no passkey for a bare address."""
    name = place_of(request).host
    return not name.startswith("[") and not name.replace(".", "").isdecimal()


def hold_challenge(request: HttpRequest, state: State, use: str) -> None:
    """Keep a challenge for one answer of one use; a newer one ends it."""
    moment = cast(PageRequest, request).now.isoformat()
    request.session[CHALLENGE] = {
        "challenge": state["challenge"],
        "user_verification": str(state["user_verification"]),
        "use": use,
        "at": moment,
    }


def take_challenge(request: HttpRequest, use: str) -> State:
    """Return the challenge that waits for this use and forget it; NotProved where none does or it is too old."""
    held = request.session.pop(CHALLENGE, None)
    now = cast(PageRequest, request).now
    if held is None or held["use"] != use:
        raise NotProved("expired")
    if not timedelta() <= now - datetime.fromisoformat(held["at"]) <= LONGEST:
        raise NotProved("expired")
    return {"challenge": held["challenge"], "user_verification": held["user_verification"]}


def answer_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that the browser sent; NotProved for anything else."""
    try:
        answer = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise NotProved from error
    if not isinstance(answer, dict):
        raise NotProved
    return answer
