"""The way back in from the server's command line."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from lianjing.cli.commands import run
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.access import recovery
from lianjing.runtime.access.emergency import reset_login
from lianjing.runtime.access.locks import count_failure, waiting_minutes
from lianjing.runtime.access.queries import factors_of, sessions_of
from lianjing.runtime.access.sessions import open_session
from lianjing.runtime.access.sweeping import sweep
from lianjing.runtime.trail.models import Body, Event
from tests.runtime.access.conftest import DESK
from tests.runtime.access.test_totp import enrolled


def test_a_rescue_takes_factors_lock_and_sessions_and_leaves_an_event(officer: Any, now: datetime) -> None:
    enrolled(officer, now)
    recovery.make(account=officer, origin=DESK, now=now)
    open_session(
        session_key="key", person=officer.person, number="20703", origin=DESK, method="password", now=now
    )
    for _attempt in range(5):
        count_failure("20703", "", now)
    word = reset_login(number="20703", reason="手机与恢复码均丢失", now=now)
    officer.refresh_from_db()
    assert officer.check_password(word) and officer.must_change_password
    assert not factors_of(officer.person_id).exists() and recovery.left(officer.person_id) == 0
    assert waiting_minutes("20703", "", now) == 0 and not sessions_of(officer.person_id).exists()
    event = Event.objects.get(act="login.rescue")
    content = bytes(Body.objects.get(event=event).content)
    assert (
        event.person_id is None and "手机与恢复码均丢失".encode() in content and word.encode() not in content
    )


@pytest.mark.parametrize(("number", "reason"), [("99999", "丢失"), ("20703", " ")])
def test_a_rescue_needs_an_account_and_a_reason(zone: Any, now: datetime, number: str, reason: str) -> None:
    with pytest.raises(BadInput):
        reset_login(number=number, reason=reason, now=now)


def test_the_command_prints_the_word_once(
    officer: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tests lay their tables without migrations, which the command would rightly refuse.
    monkeypatch.setattr("lianjing.cli.login.refuse_without_tables", lambda: None)
    assert run(["login", "reset", "20703", "--reason", "丢失", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    officer.refresh_from_db()
    assert officer.check_password(told["password"])
    assert run(["login", "reset", "20703", "--reason", "丢失"]) == 0
    assert "20703" in capsys.readouterr().out
    assert run(["login", "reset", "99999", "--reason", "丢失"]) == 2


def test_the_worker_clears_what_is_spent(zone: Any, now: datetime) -> None:
    assert sweep(now) == 0
