"""Milestones of a project, planned against met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lianjing.domains.works.models import Milestone


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One milestone as a page shows it; `delay` in days, negative where it came early, None while nothing is late."""

    id: int
    kind: str
    title: str
    planned_on: date | None
    met_on: date | None
    delay: int | None

    @property
    def is_late(self) -> bool:
        """Whether it was met, or still waits, after its planned day."""
        return self.delay is not None and self.delay > 0


def milestones(project_id: int, day: date) -> list[MilestoneLine]:
    """Return the milestones of a project in their planned order as they stand on a day."""
    rows = Milestone.objects.filter(project_id=project_id).order_by("planned_on", "id")
    return [
        MilestoneLine(row.pk, row.kind, row.title, row.planned_on, row.met_on, _delay(row, day))
        for row in rows
    ]


def _delay(row: Milestone, day: date) -> int | None:
    if row.planned_on is None:
        return None
    if row.met_on is not None:
        return (row.met_on - row.planned_on).days
    return (day - row.planned_on).days if day > row.planned_on else None
