"""Integrity measures beside delivery outcomes, month by month, from the same ledger; no cause is claimed (G10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from lianjing.analysis.mining.waits import begin_of, end_of, items_in, months_of, ranked
from lianjing.runtime.finding.visibility import visible_to as findings_visible_to
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event


@dataclass(frozen=True, slots=True)
class Month:
    """One month: refused attempts, returns, warnings opened and closed; matters ended, their median, steps in time."""

    month: date
    refused: int
    returned: int
    urged: int
    warned: int
    settled: int
    ended: int
    median_days: float | None
    steps: int
    in_time: int

    @property
    def in_time_share(self) -> float | None:
        """The share of steps with a limit that were done within it."""
        return self.in_time / self.steps if self.steps else None


def _counted(rows: QuerySet[Any], column: str) -> dict[date, int]:
    """Count rows by the legal month of a day or a moment."""
    found: dict[date, int] = {}
    for at in rows.order_by().values_list(column, flat=True).iterator(chunk_size=5_000):
        month = (legal_day(at) if isinstance(at, datetime) else at).replace(day=1)
        found[month] = found.get(month, 0) + 1
    return found


def _ended(matters: QuerySet[Matter], first: date) -> dict[date, list[float]]:
    """Working days from the opening of a matter to its end, by the month of the end."""
    days, found = calendar(), dict[date, list[float]]()
    rows = matters.filter(closed_on__gte=first, outcome="done").exclude(parent=None).order_by()
    for opened, closed in rows.values_list("opened_on", "closed_on").iterator(chunk_size=5_000):
        if closed is not None:
            month = closed.replace(day=1)
            found.setdefault(month, []).append(float(days.working_days_between(opened, closed)))
    return found


def ended_in(matters: QuerySet[Matter], month: date) -> QuerySet[Matter]:
    """Return the matters that ended in a month, as `ended` counts them; `month` is its first day."""
    after = end_of(month).date()
    return matters.filter(closed_on__gte=month, closed_on__lt=after, outcome="done").exclude(parent=None)


def conduct(
    person_id: int, day: date, now: datetime, events: QuerySet[Event], *, unit: int | None = None
) -> list[Month]:
    """Return the last twelve months in a reader's scope; `events` are those that he may read."""
    months = months_of(now)
    first = begin_of(months[0])
    matters = visible_to(person_id, day)
    findings = findings_visible_to(person_id, day)
    if unit is not None:
        matters = matters.filter(unit_id=unit)
        events = events.filter(matter_id__in=matters.order_by().values("id"))
    seen = events.filter(recorded_at__gte=first, recorded_at__lte=now).order_by()
    refused = _counted(seen.filter(is_refused=True), "recorded_at")
    urged = _counted(seen.filter(is_refused=False, act__endswith=".urge"), "recorded_at")
    items = items_in(person_id, day, unit=unit).filter(closed_at__gte=first, closed_at__lte=now).order_by()
    returned = _counted(items.filter(outcome="returned"), "closed_at")
    findings = findings if unit is None else findings.filter(unit_id=unit)
    warned = _counted(findings.filter(detected_on__gte=months[0]), "detected_on")
    settled = _counted(findings.filter(closed_on__gte=months[0]), "closed_on")
    steps: dict[date, list[bool]] = {}
    limited = items.filter(outcome="done", due_at__isnull=False)
    for due, closed in limited.values_list("due_at", "closed_at").iterator(chunk_size=5_000):
        assert due is not None and closed is not None
        steps.setdefault(legal_day(closed).replace(day=1), []).append(closed <= due)
    ended = _ended(matters, months[0])
    return [
        Month(
            month,
            refused.get(month, 0),
            returned.get(month, 0),
            urged.get(month, 0),
            warned.get(month, 0),
            settled.get(month, 0),
            len(ended.get(month, ())),
            ranked(sorted(ended[month]), 50) if month in ended else None,
            len(steps.get(month, ())),
            sum(steps.get(month, ())),
        )
        for month in months
    ]
