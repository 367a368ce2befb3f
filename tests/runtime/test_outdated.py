"""What is dropped when its time is over, and what never is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.runtime.access.log import note
from lianjing.runtime.access.models import LoginRecord
from lianjing.runtime.access.policy import policy, rules
from lianjing.runtime.message.models import Message, MessageDelivery
from lianjing.runtime.message.services import mark_read, send
from lianjing.runtime.outdated import MONTH, sweep
from lianjing.runtime.rights.policies import is_weaker
from lianjing.runtime.trail.models import Body, Event
from lianjing.runtime.trail.verify import verify

OFFICER = "20703"


def told(zone: Any, kind: str = "step_opened", *, is_read: bool = True) -> Message:
    message = send(to_person_ids=[zone.person(OFFICER)], kind=kind, subject="待办", now=zone.now)
    assert message is not None
    if is_read:
        mark_read(person_id=zone.person(OFFICER), now=zone.now)
    return message


def test_the_log_in_log_goes_after_its_months_and_not_a_day_before(zone: Any) -> None:
    note(number=OFFICER, person_id=None, now=zone.now, outcome="failure", reason="wrong")
    months = policy("login_record.months", zone.now)
    assert sweep(zone.now + months * MONTH) == 0
    assert sweep(zone.now + months * MONTH + timedelta(seconds=1)) == 1
    assert not LoginRecord.objects.exists()


def test_a_message_goes_once_it_was_read_and_its_months_are_over(zone: Any) -> None:
    told(zone)
    later = zone.now + (policy("message.months", zone.now) + 1) * MONTH
    assert sweep(zone.now + MONTH) == 0
    assert sweep(later) == 1
    assert not Message.objects.exists() and not MessageDelivery.objects.exists()


@pytest.mark.parametrize(
    ("kind", "is_read"), [("step_opened", False), ("notice", True), ("circulated", True)]
)
def test_what_is_unread_or_proves_that_somebody_was_told_stays(zone: Any, kind: str, is_read: bool) -> None:
    told(zone, kind, is_read=is_read)
    assert sweep(zone.now + timedelta(days=20_000)) == 0
    assert Message.objects.count() == 1


def test_the_trail_is_never_swept(zone: Any) -> None:
    before = Event.objects.count(), Body.objects.count()
    sweep(zone.now + timedelta(days=20_000))
    assert (Event.objects.count(), Body.objects.count()) == before and verify().is_good


def test_the_log_is_never_kept_for_less_than_the_law_asks(zone: Any) -> None:
    assert rules()["login_record.months"].minimum == 6
    assert is_weaker("login_record.months", "6", zone.now) and not is_weaker(
        "login_record.months", "60", zone.now
    )
