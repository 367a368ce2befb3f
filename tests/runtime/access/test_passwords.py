"""Pass-phrases: what the policy refuses, its history and age, the change and the reset."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.access.logins import check_password
from lianjing.runtime.access.models import LoginRecord, SessionRecord
from lianjing.runtime.access.passwords import change_password, faults_of, is_too_old, reset_password
from lianjing.runtime.access.sessions import open_session
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.models import Body, Event
from tests.runtime.access.conftest import DESK

GOOD = "an-unlikely-word-2025"


def change(account: Any, word: str, now: datetime, session_id: int | None = None) -> None:
    change_password(account=account, password=word, session_id=session_id, origin=DESK, now=now)


@pytest.mark.parametrize(
    ("word", "is_good"),
    [
        (GOOD, True),
        ("一句很长的中文口令加数字7", True),
        ("a b c d e f g", True),
        ("short-1", False),
        ("onlylowercase", False),
        ("1234567890123", False),
        ("Password123", False),
        ("p" * 200 + "1", False),
        ("my-20703-word", False),
        ("x" * 129, False),
        ("", False),
    ],
)
def test_the_policy_decides_what_is_a_good_word(
    officer: Any, now: datetime, word: str, is_good: bool
) -> None:
    assert (faults_of(word, officer, now) == []) == is_good


def test_the_name_and_its_reading_are_no_words(officer: Any, now: datetime) -> None:
    reading = officer.person.pinyin.replace(" ", "")
    assert faults_of(f"{officer.person.name}-word-2025", officer, now)
    assert faults_of(f"{reading.upper()}-word-2025", officer, now)


def test_each_switch_of_the_policy_counts(officer: Any, now: datetime, rules: Any) -> None:
    rules(password__minimum_length=20)
    assert faults_of("only-19-characters-", officer, now)
    rules(password__minimum_length=8, password__classes=4)
    assert faults_of("three-Classes", officer, now) and not faults_of("four-Classes-4", officer, now)
    rules(password__classes=1)
    assert faults_of("password1", None, now)
    rules(password__common_check=0)
    assert not faults_of("password1", None, now)


def test_the_last_words_do_not_come_back(officer: Any, now: datetime, rules: Any) -> None:
    rules(password__history=3)
    words = [f"{GOOD}-{each}" for each in "abcd"]
    for days, word in enumerate(words):
        change(officer, word, now + timedelta(days=days))
    late = now + timedelta(days=10)
    for word in words[1:]:
        with pytest.raises(BadInput):
            change(officer, word, late)
    change(officer, words[0], late)
    rules(password__history=0)
    change(officer, words[0], late + timedelta(days=1))


def test_the_word_before_the_first_change_does_not_come_back_either(officer: Any, now: datetime) -> None:
    officer.set_password(GOOD)
    officer.save()
    with pytest.raises(BadInput):
        change(officer, GOOD, now)
    change(officer, "another-word-2025", now)
    with pytest.raises(BadInput):
        change(officer, GOOD, now + timedelta(days=1))


def test_words_grow_old_only_where_the_policy_says_so(officer: Any, now: datetime, rules: Any) -> None:
    change(officer, GOOD, now)
    late = now + timedelta(days=91)
    assert not is_too_old(officer, late)
    rules(password__maximum_age_days=90)
    assert is_too_old(officer, late) and not is_too_old(officer, now + timedelta(days=89))


def test_a_change_ends_the_other_sessions_and_is_an_event_without_the_word(
    officer: Any, now: datetime
) -> None:
    here, there = (
        open_session(
            session_key=key, person=officer.person, number="20703", origin=DESK, method="password", now=now
        )
        for key in ("here", "there")
    )
    officer.must_change_password = True
    officer.save()
    change(officer, GOOD, now, here.id)
    assert not officer.must_change_password
    assert list(SessionRecord.objects.filter(ended_at=None)) == [here]
    assert SessionRecord.objects.get(id=there.id).end_reason == "credentials_changed"
    event = Event.objects.get(act="password.change")
    content = bytes(Body.objects.get(event=event).content)
    assert GOOD.encode() not in content and officer.password.encode() not in content
    assert LoginRecord.objects.filter(reason="password_changed", person=officer.person).exists()
    assert check_password(number="20703", password=GOOD, origin=DESK, now=now).account == officer


def test_a_refused_change_changes_nothing(officer: Any, now: datetime) -> None:
    before = officer.password
    with pytest.raises(BadInput):
        change(officer, "short", now)
    officer.refresh_from_db()
    assert officer.password == before and not Event.objects.filter(act="password.change").exists()


def test_a_reset_gives_one_word_for_one_use(officer: Any, now: datetime, system_admin: int) -> None:
    word = reset_password(account_id=officer.id, by_person_id=system_admin, reason="本人忘记", now=now)
    officer.refresh_from_db()
    assert officer.must_change_password and officer.check_password(word)
    assert len(word) >= 16
    event = Event.objects.get(act="password.reset")
    assert word.encode() not in bytes(Body.objects.get(event=event).content)


@pytest.mark.parametrize("number", ["10002", "20703", "20111"])
def test_only_the_system_administrator_resets(zone: Any, officer: Any, now: datetime, number: str) -> None:
    with pytest.raises(Refusal):
        reset_password(account_id=officer.id, by_person_id=zone.person(number), reason="帮忙", now=now)


def test_nobody_resets_his_own(zone: Any, now: datetime, system_admin: int) -> None:
    own = zone.person("10001")
    account = LoginAccount.objects.get(person_id=own)
    with pytest.raises(Refusal):
        reset_password(account_id=account.id, by_person_id=own, reason="忘记", now=now)


def test_a_reset_needs_a_reason(officer: Any, now: datetime, system_admin: int) -> None:
    with pytest.raises(BadInput):
        reset_password(account_id=officer.id, by_person_id=system_admin, reason=" ", now=now)


def test_a_one_time_word_lapses_after_the_policys_hours(zone: Any, officer: Any, now: datetime) -> None:
    word = reset_password(account_id=officer.pk, by_person_id=zone.person("10001"), reason="遗失", now=now)
    for hours, is_in in ((71, True), (73, False)):
        asked = check_password(
            number=officer.number, password=word, origin=DESK, now=now + timedelta(hours=hours)
        )
        assert (asked.account is not None) == is_in, hours
    assert LoginRecord.objects.latest("id").reason == "lapsed"


def test_a_word_of_ones_own_does_not_lapse_by_that_rule(officer: Any, now: datetime) -> None:
    change(officer, GOOD, now)
    later = check_password(number=officer.number, password=GOOD, origin=DESK, now=now + timedelta(days=400))
    assert later.account is not None
