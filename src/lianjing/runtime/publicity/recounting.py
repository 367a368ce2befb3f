"""Open answers to objections and complaints counted anew once the calendar has changed: one event for each that moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.process.recompute import note_days
from lianjing.runtime.publicity.models import Objection
from lianjing.runtime.publicity.services import ACCEPT, ANSWER, COMPLAINTS, DECIDE, due_day
from lianjing.runtime.trail.act import SYSTEM, recorded

NOON = time(4, tzinfo=UTC)  # of the legal day: the clock counts days, not hours


def move_due(reason: str, now: datetime) -> int:
    """Give every open objection the day that the calendar now makes its answer due; return how many moved."""
    waiting = Objection.objects.filter(answered_on=None, decided_on=None, due_on__isnull=False)
    return sum(_move(row, reason, now) for row in waiting.select_related("matter").order_by("pk"))


def counted(row: Objection) -> date | None:
    """Return by when the answer is due by the calendar as it is, None where nothing says from when."""
    is_complaint = row.kind in COMPLAINTS
    start = row.accepted_on or row.raised_on
    if start is None:
        return None
    deadline = DECIDE if row.accepted_on else ACCEPT if is_complaint else ANSWER
    return due_day(deadline, datetime.combine(start, NOON))


def _move(row: Objection, reason: str, now: datetime) -> int:
    due = counted(row)
    if due is None or due == row.due_on:
        return 0
    with recorded(
        "clock.move",
        chain=chain_of(row.matter),
        actor=SYSTEM,
        now=now,
        matter_id=row.matter_id,
        root_matter_id=row.matter.root_id,
        clause=row.clause,
    ) as act:
        row.read_again()
        if row.answered_on is not None or row.decided_on is not None or row.due_on is None:
            return 0
        note_days(act, reason, row.due_on, due)
        row.due_on = due
        act.save(row)
    return 1
