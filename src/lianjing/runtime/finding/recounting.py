"""Open steps of findings counted anew once the calendar has changed: one event for each that moved."""

from __future__ import annotations

from datetime import date, datetime

from lianjing.runtime.finding import deadlines
from lianjing.runtime.finding.models import Finding, FindingStep
from lianjing.runtime.process.recompute import note_days
from lianjing.runtime.trail.act import SYSTEM, legal_day, recorded


def move_due(reason: str, now: datetime) -> int:
    """Give every open step of a finding the day that the calendar now makes it; return how many moved."""
    waiting = FindingStep.objects.filter(done_at=None, due_on__isnull=False).select_related("finding")
    return sum(_move(step, reason, now) for step in waiting.order_by("pk"))


def counted(step: FindingStep) -> date | None:
    """Return by when a step is due by the calendar as it is; None for one whose day was not counted."""
    row, opened = step.finding, legal_day(step.opened_at)
    match step.kind:
        case "sign_in":
            return deadlines.working_days(deadlines.SIGN_IN, opened, row.unit_id)
        case "verify":
            return _verified_by(step, row, opened)
        case "handle":
            return deadlines.working_days(deadlines.HANDLE, opened)
        case "feed_back":
            return deadlines.working_days(deadlines.FEEDBACK, opened, row.unit_id)
        case "review":
            return deadlines.working_days(deadlines.REVIEW, opened)
        case _:
            return None


def _verified_by(step: FindingStep, row: Finding, opened: date) -> date:
    """A verification runs its own time again for each extension that it was given."""
    given = FindingStep.objects.filter(finding=row, kind="extend", opened_at__gte=step.opened_at)
    key = deadlines.verify_key(row)
    due = deadlines.working_days(key, opened, row.unit_id)
    for _extension in range(given.count()):
        due = deadlines.working_days(key, due, row.unit_id)
    return due


def _move(step: FindingStep, reason: str, now: datetime) -> int:
    due = counted(step)
    if due is None or due == step.due_on:
        return 0
    with recorded("clock.move", chain=f"finding:{step.finding_id}", actor=SYSTEM, now=now) as act:
        step.read_again()
        if step.done_at is not None or step.due_on is None:
            return 0
        note_days(act, reason, step.due_on, due)
        row = Finding.objects.get(pk=step.finding_id)
        if row.due_on == step.due_on:
            row.due_on = due
            act.save(row)
        step.due_on = due
        act.save(step)
    return 1
