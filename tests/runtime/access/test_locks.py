"""Waiting after failures: by account and by address, each wait longer, unlocked by the system administrator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.access import locks
from lianjing.runtime.access.locks import count_failure, unlock, waiting_minutes
from lianjing.runtime.access.logins import check_password
from lianjing.runtime.access.models import LoginLock, LoginRecord
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.models import Event
from tests.runtime.access.conftest import DESK
from tests.runtime.access.counting import CountingHasher

ELSEWHERE = "10.9.9.9"


def fail(number: str, times: int, now: datetime, ip: str = DESK.ip) -> None:
    for _attempt in range(times):
        count_failure(number, ip, now)


def test_an_account_waits_after_five_failures_from_anywhere(zone: Any, now: datetime) -> None:
    for each in range(5):
        assert waiting_minutes("20703", ELSEWHERE, now) == 0
        count_failure("20703", f"10.0.1.{each}", now)
    assert waiting_minutes("20703", ELSEWHERE, now) == 15
    assert waiting_minutes("20702", ELSEWHERE, now) == 0


def test_an_account_that_does_not_exist_waits_alike(zone: Any, now: datetime) -> None:
    fail("99999", 5, now)
    assert waiting_minutes("99999", ELSEWHERE, now) == 15


def test_failures_far_apart_do_not_add_up(zone: Any, now: datetime) -> None:
    fail("20703", 4, now)
    fail("20703", 4, now + timedelta(minutes=16))
    assert waiting_minutes("20703", ELSEWHERE, now + timedelta(minutes=16)) == 0


def test_each_wait_is_twice_the_last_and_at_most_a_day(zone: Any, now: datetime) -> None:
    moment, waits = now, []
    for _lock in range(9):
        fail("20703", 5, moment)
        waits.append(waiting_minutes("20703", ELSEWHERE, moment))
        moment += timedelta(minutes=waits[-1], seconds=1)
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def test_an_address_waits_whatever_accounts_it_tries(zone: Any, now: datetime, rules: Any) -> None:
    rules(lock__address_failures=10)
    for each in range(10):
        count_failure(f"200{each:02}", DESK.ip, now)
    assert waiting_minutes("20703", DESK.ip, now) == 15
    assert waiting_minutes("20703", ELSEWHERE, now) == 0


def test_a_clock_set_back_locks_nobody_for_longer_than_a_day(zone: Any, now: datetime) -> None:
    fail("20703", 5, now + timedelta(days=400))
    assert waiting_minutes("20703", ELSEWHERE, now) <= 1440
    fail("20702", 4, now + timedelta(days=400))
    fail("20702", 1, now)
    assert waiting_minutes("20702", ELSEWHERE, now) == 0


def test_the_answer_says_the_same_for_wrong_word_wrong_number_and_one_who_left(
    zone: Any, officer: Any, now: datetime
) -> None:
    sentences = {
        check_password(number=number, password=word, origin=DESK, now=now).fault
        for number, word in (("20703", "wrong"), ("99999", "wrong"), ("20703", ""))
    }
    officer.person.left_on = now.date() - timedelta(days=1)
    officer.person.save()
    sentences.add(check_password(number="20703", password="lianjing-demo", origin=DESK, now=now).fault)
    assert len(sentences) == 1
    reasons = list(LoginRecord.objects.order_by("id").values_list("number", "reason"))
    assert reasons == [("20703", "wrong"), ("99999", "wrong"), ("20703", "wrong"), ("20703", "gone")]


def test_every_failure_costs_one_hash(zone: Any, now: datetime, settings: Any) -> None:
    """What takes long is done once, for an account that exists, one that does not, and one without a pass-phrase."""
    settings.PASSWORD_HASHERS = ["tests.runtime.access.counting.CountingHasher"]
    LoginAccount.objects.filter(number="20702").update(password="!")
    for number in ("20703", "99999", "20702"):
        CountingHasher.calls = 0
        check_password(number=number, password="wrong", origin=DESK, now=now)
        assert CountingHasher.calls == 1, number


def test_the_system_administrator_unlocks_with_a_reason_and_an_event(
    zone: Any, now: datetime, system_admin: int
) -> None:
    fail("20703", 5, now)
    with pytest.raises(BadInput):
        unlock(subject="number:20703", by_person_id=system_admin, reason=" ", now=now)
    unlock(subject="number:20703", by_person_id=system_admin, reason="本人到场核实", now=now)
    assert waiting_minutes("20703", ELSEWHERE, now) == 0
    assert (
        Event.objects.filter(
            act="access.unlock", object=f"person:{zone.person('20703')}", is_refused=False
        ).count()
        == 1
    )
    assert LoginRecord.objects.filter(number="20703", reason="unlocked").exists()
    with pytest.raises(BadInput):
        unlock(subject="number:20703", by_person_id=system_admin, reason="再次", now=now)


@pytest.mark.parametrize("number", ["10002", "20703"])
def test_nobody_else_unlocks(zone: Any, now: datetime, number: str) -> None:
    fail("20703", 5, now)
    with pytest.raises(Refusal):
        unlock(subject="number:20703", by_person_id=zone.person(number), reason="帮忙", now=now)
    assert waiting_minutes("20703", ELSEWHERE, now) == 15


def test_spent_counts_are_swept(zone: Any, now: datetime) -> None:
    fail("20703", 1, now - timedelta(days=40), ELSEWHERE)
    fail("20702", 1, now)
    assert locks.sweep(now) == 2  # the account and the address of long ago
    assert set(LoginLock.objects.values_list("subject", flat=True)) == {"number:20702", f"address:{DESK.ip}"}
