"""Tokens: shown once, kept as a digest, ended by time, revocation and departure; counted across processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.token import rate
from lianjing.runtime.token.models import ApiToken, RateShare, TokenUse
from lianjing.runtime.token.queries import note_use, token_of, visible
from lianjing.runtime.token.services import issue, revoke
from lianjing.runtime.trail.models import Body
from lianjing.runtime.trail.verify import verify

OFFICER, SYSTEM_ADMIN, AUDIT_ADMIN = "20703", "10001", "10003"
NOON = datetime(2025, 9, 1, 4, 0, tzinfo=UTC)


def issued(zone: Any, number: str = OFFICER, **more: Any) -> tuple[ApiToken, str]:
    given = {"name": "对账程序", "scopes": ["read"], "days": 30, **more}
    return issue(**given, person_id=zone.person(number), now=zone.now)


def test_a_token_is_found_by_its_secret_and_only_its_digest_is_kept(zone: Any) -> None:
    token, secret = issued(zone)
    assert token_of(secret, zone.now) == token
    assert secret not in str(list(ApiToken.objects.values()))
    assert all(secret.encode() not in bytes(each) for each in Body.objects.values_list("content", flat=True))
    assert verify().is_good


@pytest.mark.parametrize("secret", ["", "lj1_", "lj1_" + "x" * 500, "Bearer", "lj1_\x00"])
def test_what_is_no_token_is_nobody(zone: Any, secret: str) -> None:
    assert token_of(secret, zone.now) is None


def test_a_token_ends_by_time_by_revocation_and_with_the_account(zone: Any) -> None:
    token, secret = issued(zone, days=1)
    assert token_of(secret, zone.now + timedelta(days=1)) is None
    LoginAccount.objects.filter(person_id=token.person_id).update(is_active=False)
    assert token_of(secret, zone.now) is None
    LoginAccount.objects.filter(person_id=token.person_id).update(is_active=True)
    revoke(token_id=token.pk, reason="不再使用", person_id=token.person_id, now=zone.now)
    assert token_of(secret, zone.now) is None
    with pytest.raises(Refusal, match="已撤销"):
        revoke(token_id=token.pk, reason="再撤", person_id=token.person_id, now=zone.now)


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"name": "长" * 61}, {"scopes": []}, {"scopes": ["all"]}, {"days": 0}, {"days": 91}],
)
def test_a_token_needs_a_name_known_scopes_and_a_life_within_the_policy(zone: Any, wrong: Any) -> None:
    with pytest.raises(BadInput):
        issued(zone, **wrong)
    assert not ApiToken.objects.exists()


def test_only_the_system_administrator_issues_for_another_person(zone: Any) -> None:
    with pytest.raises(Refusal, match="系统管理员"):
        issued(zone, for_person_id=zone.person("20201"))
    token, _secret = issued(zone, SYSTEM_ADMIN, for_person_id=zone.person("20201"))
    assert (token.kind, token.person_id) == ("service", zone.person("20201"))


def test_nobody_revokes_or_sees_anothers_token_but_the_administrators(zone: Any) -> None:
    token, _secret = issued(zone)
    day = zone.now.date()
    assert not visible(zone.person("20201"), day).exists()
    assert visible(zone.person(AUDIT_ADMIN), day).get() == token
    with pytest.raises(Refusal):
        revoke(token_id=token.pk, reason="不是我的", person_id=zone.person("20201"), now=zone.now)
    assert revoke(
        token_id=token.pk, reason="停用", person_id=zone.person(SYSTEM_ADMIN), now=zone.now
    ).revoked_at


def test_the_last_use_is_noted_at_most_every_five_minutes(zone: Any) -> None:
    token, _secret = issued(zone)
    for minutes in (0, 1, 4, 6):
        note_use(token, zone.now + timedelta(minutes=minutes))
    assert TokenUse.objects.get().used_at == zone.now + timedelta(minutes=6)


@pytest.mark.django_db
def test_two_processes_together_let_no_more_pass_than_the_limit() -> None:
    first, second = rate.Counter(), rate.Counter()
    passed = sum(
        counter.take("token:1", 25, NOON).passes for _turn in range(40) for counter in (first, second)
    )
    assert passed == 25
    assert first.take("token:1", 25, NOON + timedelta(minutes=1)).passes
    assert first.take("token:2", 25, NOON).passes


@pytest.mark.django_db
def test_a_process_asks_the_database_once_for_a_twentieth_of_the_limit(
    django_assert_max_num_queries: Any,
) -> None:
    counter = rate.Counter()
    with django_assert_max_num_queries(20):
        standings = [counter.take("person:1", 600, NOON) for _turn in range(600)]
    assert all(each.passes for each in standings)
    assert (standings[0].left, standings[-1].left, standings[0].reset_seconds) == (599, 0, 60)
    assert not counter.take("person:1", 600, NOON).passes


@pytest.mark.django_db
def test_shares_of_minutes_gone_by_are_swept() -> None:
    rate.Counter().take("person:1", 10, NOON)
    assert rate.sweep(NOON) == 0
    assert rate.sweep(NOON + timedelta(minutes=3)) == 1
    assert not RateShare.objects.exists()
