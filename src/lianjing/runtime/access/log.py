"""Writes one line of the log-in log."""

from __future__ import annotations

from datetime import datetime

from lianjing.runtime.access.models import LoginRecord
from lianjing.runtime.access.origin import Origin

NOWHERE = Origin("", "")


def note(
    *,
    number: str,
    person_id: int | None,
    now: datetime,
    outcome: str,
    origin: Origin = NOWHERE,
    method: str = "",
    reason: str = "",
) -> LoginRecord:
    """Write a line: outcome success, failure or notice, and why."""
    return LoginRecord.objects.create(
        number="".join(each for each in number if each.isprintable())[:40],
        person_id=person_id,
        happened_at=now,
        ip=origin.ip,
        agent=origin.agent,
        method=method,
        outcome=outcome,
        reason=reason,
    )
