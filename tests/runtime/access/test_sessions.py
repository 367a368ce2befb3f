"""Sessions: limits, the binding to a browser, a clock that jumps, revocation, how many at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.access import sessions
from lianjing.runtime.access.models import LoginRecord, SessionRecord
from lianjing.runtime.access.origin import Origin, agent_print
from lianjing.runtime.access.queries import login_records, online_sessions, sessions_of
from lianjing.runtime.access.sessions import digest_of, fault_of, open_session, revoke, touch
from lianjing.runtime.trail.models import Event
from tests.runtime.access.conftest import DESK


def opened(account: Any, now: datetime, key: str = "key") -> SessionRecord:
    return open_session(
        session_key=key, person=account.person, number=account.number, origin=DESK, method="password", now=now
    )


def test_the_key_of_a_session_is_not_kept(officer: Any, now: datetime) -> None:
    row = opened(officer, now, "a-secret-session-key")
    assert row.key_digest == digest_of("a-secret-session-key") and "secret" not in row.key_digest


@pytest.mark.parametrize(("minutes", "fault"), [(30, ""), (31, "idle"), (479, "idle"), (481, "too_long")])
def test_a_session_ends_when_idle_or_too_long(
    officer: Any, now: datetime, rules: Any, minutes: int, fault: str
) -> None:
    rules(session__idle_minutes=30, session__absolute_minutes=480)
    row = opened(officer, now)
    assert fault_of(row, DESK.agent, now + timedelta(minutes=minutes)) == fault


def test_use_keeps_a_session_from_idling_but_not_for_ever(officer: Any, now: datetime, rules: Any) -> None:
    rules(session__idle_minutes=30, session__absolute_minutes=480)
    row, moment = opened(officer, now), now
    while not (fault := fault_of(row, DESK.agent, moment)):
        touch(row, moment)
        moment += timedelta(minutes=29)
    assert fault == "too_long" and moment - now > timedelta(minutes=480)


def test_last_seen_is_written_at_most_once_a_minute(
    officer: Any, now: datetime, django_assert_num_queries: Any
) -> None:
    row = opened(officer, now)
    with django_assert_num_queries(1):
        for seconds in range(0, 119, 5):
            touch(row, now + timedelta(seconds=seconds))
    row.refresh_from_db()
    assert row.seen_at == now + timedelta(seconds=60)


def test_a_session_of_the_future_is_not_trusted(officer: Any, now: datetime) -> None:
    row = opened(officer, now + timedelta(days=1))  # the clock was ahead, and was set right
    assert fault_of(row, DESK.agent, now) == "clock"
    assert fault_of(opened(officer, now + timedelta(minutes=1), "other"), DESK.agent, now) == ""


def test_a_clock_ahead_for_a_moment_does_not_lengthen_a_session(
    officer: Any, now: datetime, rules: Any
) -> None:
    rules(session__idle_minutes=30, session__absolute_minutes=480)
    row = opened(officer, now)
    touch(row, now + timedelta(days=1))
    touch(row, now)  # set right: the last seen moment goes back too
    assert fault_of(row, DESK.agent, now + timedelta(minutes=31)) == "idle"


def test_another_browser_ends_a_session_an_update_does_not(officer: Any, now: datetime, rules: Any) -> None:
    row = opened(officer, now)
    assert fault_of(row, DESK.agent.replace("128.0", "129.0.1"), now) == ""
    assert fault_of(row, "curl/8.0", now) == "agent_changed"
    rules(session__bound_to_agent=0)
    assert fault_of(row, "curl/8.0", now) == ""


def test_what_a_browser_calls_itself_is_cut_and_cleaned() -> None:
    origin = Origin.of("10.0.0.7", "x\x00\n" * 500)
    assert len(origin.agent) == 300 and origin.agent.isprintable()
    assert agent_print("\ud800") == agent_print("\ud800")


def test_beyond_the_number_allowed_the_oldest_session_ends(officer: Any, now: datetime, rules: Any) -> None:
    rules(session__concurrent=2)
    rows = [opened(officer, now + timedelta(seconds=each), f"key-{each}") for each in range(4)]
    assert list(sessions_of(officer.person_id)) == [rows[3], rows[2]]
    assert {SessionRecord.objects.get(id=row.id).end_reason for row in rows[:2]} == {"superseded"}


def test_an_administrator_ends_a_session_with_a_reason_and_an_event(
    officer: Any, now: datetime, system_admin: int
) -> None:
    row = opened(officer, now)
    with pytest.raises(BadInput):
        revoke(row.id, by_person_id=system_admin, reason=" ", now=now)
    revoke(row.id, by_person_id=system_admin, reason="疑似盗用", now=now)
    assert fault_of(SessionRecord.objects.get(id=row.id), DESK.agent, now) == "revoked"
    assert not online_sessions().filter(id=row.id).exists()
    assert login_records().filter(reason="revoked", number="20703").exists()
    event = Event.objects.get(act="session.revoke", is_refused=False)
    assert event.object == f"person:{officer.person_id}" and event.person_id == system_admin
    with pytest.raises(BadInput):
        revoke(row.id, by_person_id=system_admin, reason="再次", now=now)


def test_one_ends_his_own_sessions_and_nobody_elses(zone: Any, officer: Any, now: datetime) -> None:
    row = opened(officer, now)
    for number in ("20702", "10003"):
        with pytest.raises(Refusal):
            revoke(row.id, by_person_id=zone.person(number), reason="好奇", now=now)
    assert Event.objects.filter(act="session.revoke", is_refused=True).count() == 2
    assert revoke(row.id, by_person_id=officer.person_id, reason="", now=now).end_reason == "own"


def test_a_session_that_does_not_exist_cannot_be_ended(zone: Any, now: datetime, system_admin: int) -> None:
    with pytest.raises(BadInput):
        revoke(10**9, by_person_id=system_admin, reason="无", now=now)


def test_sessions_past_their_limit_are_swept(officer: Any, now: datetime, rules: Any) -> None:
    rules(session__idle_minutes=30)
    opened(officer, now - timedelta(hours=2), "old")
    fresh = opened(officer, now, "fresh")
    assert sessions.sweep(now) == 1
    assert list(online_sessions().filter(person=officer.person)) == [fresh]
    assert LoginRecord.objects.filter(reason="idle").count() == 1
