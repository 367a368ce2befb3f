"""Rules of log-in: stricter by one administrator, weaker only by two."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.access.models import AccessPolicy
from lianjing.runtime.access.policy import policy, policy_list, rules
from lianjing.runtime.rights import policies
from lianjing.runtime.rights.models import PolicyChange
from lianjing.runtime.trail.models import Event

SYSTEM, SECURITY, AUDIT = "10001", "10002", "10003"


def change(zone: Any, name: str, value: str, by: str = SECURITY) -> AccessPolicy | PolicyChange:
    return policies.change(
        name=name,
        value=value,
        source="澜经管〔2025〕30号",
        reason="测评整改",
        person_id=zone.person(by),
        now=zone.pass_time(hours=0.1),
    )


@pytest.mark.parametrize(
    ("name", "stricter", "weaker"),
    [
        ("password.minimum_length", "12", "8"),
        ("lock.account_failures", "3", "10"),
        ("lock.minutes", "60", "1"),
        ("session.absolute_minutes", "120", "0"),
        ("session.bound_to_agent", "1", "0"),
        ("lock.address_failures", "10", "0"),
        ("factor.duties", "pay approve", ""),
    ],
)
def test_a_stricter_rule_holds_at_once_a_weaker_one_waits(
    zone: Any, name: str, stricter: str, weaker: str
) -> None:
    assert isinstance(change(zone, name, stricter), AccessPolicy)
    row = change(zone, name, weaker)
    assert isinstance(row, PolicyChange)
    assert AccessPolicy.objects.filter(name=name).order_by("-id")[0].value == stricter
    for number, rule in ((SECURITY, "access.post"), (AUDIT, "access.post")):
        with pytest.raises(Refusal) as caught:
            policies.decide(change_id=row.pk, agrees=True, person_id=zone.person(number), now=zone.now)
        assert caught.value.rule == rule
    policies.decide(
        change_id=row.pk, agrees=True, person_id=zone.person(SYSTEM), now=zone.pass_time(hours=0.1)
    )
    now = zone.now
    found = " ".join(policy_list(name, now)) if rules()[name].kind == "list" else str(policy(name, now))
    assert found == weaker
    with pytest.raises(Refusal):
        policies.decide(change_id=row.pk, agrees=False, person_id=zone.person(SYSTEM), now=now)


def test_a_weaker_rule_that_is_turned_down_never_holds(zone: Any) -> None:
    row = change(zone, "lock.account_failures", "20")
    with pytest.raises(BadInput):
        change(zone, "lock.account_failures", "19")
    policies.decide(
        change_id=row.pk, agrees=False, person_id=zone.person(SYSTEM), now=zone.pass_time(hours=0.1)
    )
    assert policy("lock.account_failures", zone.now) == 5


@pytest.mark.parametrize("number", [SYSTEM, AUDIT, "20703"])
def test_only_the_security_administrator_proposes_a_weaker_rule(zone: Any, number: str) -> None:
    with pytest.raises(Refusal):
        change(zone, "lock.account_failures", "20", by=number)
    assert Event.objects.filter(act="policy.propose", is_refused=True).exists()
