"""Rules of log-in: what ships, who turns them, how far."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.access.models import AccessPolicy
from lianjing.runtime.access.policy import checked, policy, policy_list, rules, set_policy
from lianjing.runtime.access.queries import needs_factor
from lianjing.runtime.trail.models import Event


def turn(name: str, value: str, by: int, now: Any, **more: str) -> AccessPolicy:
    given = {"source": "GB/T 22239-2019 8.1.4.1", "reason": "等保测评整改"} | more
    return set_policy(name=name, value=value, by_person_id=by, now=now, **given)


def test_each_rule_ships_with_a_value_within_its_bounds_and_a_source() -> None:
    for rule in rules().values():
        assert rule.source and rule.text.zh and rule.text.en
        assert checked(rule.name, rule.value) == rule.value
        assert checked(rule.name, rule.demonstration) == rule.demonstration


def test_administrators_need_a_second_factor_by_default_but_not_in_a_demonstration(
    zone: Any, settings: Any
) -> None:
    settings.LIANJING_ACCESS_POLICY = {}
    assert needs_factor(zone.person("10001"), zone.now)
    assert not needs_factor(zone.person("20201"), zone.now)
    settings.LIANJING_DEMONSTRATION = True
    assert not needs_factor(zone.person("10001"), zone.now)


def test_a_duty_may_need_a_second_factor(zone: Any, rules: Any) -> None:
    rules(factor__duties="pay")
    payers = [
        number
        for number in ("20201", "20202", "20203", "20204")
        if needs_factor(zone.person(number), zone.now)
    ]
    assert payers and not needs_factor(zone.person("20703"), zone.now)


def test_a_rule_holds_from_the_moment_it_is_set_and_leaves_an_event(zone: Any, security_admin: int) -> None:
    before = policy("lock.account_failures", zone.now)
    turn("lock.account_failures", "4", security_admin, zone.now)
    assert policy("lock.account_failures", zone.now) == 4 != before
    assert policy("lock.account_failures", zone.now - timedelta(seconds=1)) == before
    event = Event.objects.get(act="access.policy")
    assert event.person_id == security_admin and not event.is_refused


def test_the_latest_rule_holds(zone: Any, security_admin: int) -> None:
    turn("factor.post_kinds", "system_admin", security_admin, zone.now)
    turn("factor.post_kinds", "system_admin external", security_admin, zone.now + timedelta(minutes=1))
    assert policy_list("factor.post_kinds", zone.now) == {"system_admin"}
    assert policy_list("factor.post_kinds", zone.now + timedelta(hours=1)) == {"system_admin", "external"}


@pytest.mark.parametrize("number", ["10001", "10003", "20703"])
def test_only_the_security_administrator_sets_rules(zone: Any, number: str) -> None:
    with pytest.raises(Refusal):
        turn("lock.minutes", "30", zone.person(number), zone.now)
    assert not AccessPolicy.objects.exists()
    assert Event.objects.get(act="access.policy").is_refused


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password.minimum_length", "3"),
        ("password.minimum_length", "-1"),
        ("password.minimum_length", "twelve"),
        ("password.minimum_length", ""),
        ("password.minimum_length", "9" * 400),
        ("lock.account_failures", "1000"),
        ("factor.post_kinds", "emperor"),
        ("no.such.rule", "1"),
    ],
)
def test_a_rule_cannot_be_turned_beyond_its_bounds(
    zone: Any, security_admin: int, name: str, value: str
) -> None:
    with pytest.raises(BadInput):
        turn(name, value, security_admin, zone.now)
    assert not AccessPolicy.objects.exists()


@pytest.mark.parametrize("missing", ["source", "reason"])
def test_a_rule_is_not_set_without_source_and_reason(zone: Any, security_admin: int, missing: str) -> None:
    with pytest.raises(BadInput):
        turn("lock.minutes", "30", security_admin, zone.now, **{missing: " "})
