"""An appointment through the pages: the personnel post proposes, the security administrator grants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.test import Client

from lianjing.runtime.rights.models import AppointmentProposal

PERSONNEL, SECURITY_ADMIN = "20111", "10002"


def appoint(enter: Callable[[str], Client], form: Mapping[str, Any]) -> None:
    """Let both do their part; `enter(number)` gives a logged-in client."""
    answer = enter(PERSONNEL).post("/org/appointments/new/", dict(form))
    assert answer.status_code == 302, answer.content.decode()
    row = AppointmentProposal.objects.get(status="pending")
    granted = enter(SECURITY_ADMIN).post(f"/system/grants/{row.pk}/", {"action": "agree"})
    assert granted.status_code == 302, granted.content.decode()
