"""How long the projects stood in each stage, from design to acceptance, beside the zone's target and what is usual (T18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from statistics import median_low

from lianjing.runtime.matter.models import Matter, StageGate
from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.trail.act import LEGAL_ZONE

WHOLE = "design_to_acceptance"
DESIGN, ACCEPTANCE = "planning", "implementation"  # the first and the last stage of the whole
ENOUGH = 5  # passed stages from which a median may be called usual


@dataclass(slots=True)
class StageTime:
    """One project in one stage, or from design to acceptance; `ended_at` is None where it stands there today.

    `days` and `usual` (the median of the same stage in the projects that passed it) are working days; so is `target`,
    None while the zone has set none.
    """

    project: Matter
    stage: str
    began_at: datetime
    ended_at: datetime | None
    days: Decimal
    target: Decimal | None = None
    usual: Decimal | None = None

    @property
    def pk(self) -> str:
        """What tells the rows of a list apart."""
        return f"{self.project.pk}-{self.stage}"

    @property
    def beyond(self) -> Decimal | None:
        """Working days beyond the target; None without a target or within it."""
        return self.days - self.target if self.target is not None and self.days > self.target else None


def stage_times(person_id: int, day: date, now: datetime) -> list[StageTime]:
    """Return the stages of the projects in a person's scope, the newest project first; three queries.

    The stage in which a project was taken over, and the whole of such a project, began before the platform: left out.
    """
    seen = visible_to(person_id, day).filter(kind="project", domain="works")
    projects = {row.pk: row for row in seen.select_related("unit").order_by("-opened_on", "-id")}
    passed: dict[int, list[StageGate]] = {}
    gates = StageGate.objects.filter(is_passed=True, matter_id__in=seen.values("id")).order_by(
        "passed_at", "id"
    )
    for gate in gates:
        passed.setdefault(gate.matter_id, []).append(gate)
    found = [
        row for project in projects.values() for row in _of_project(project, passed.get(project.pk, []), now)
    ]
    _compare(found, day)
    return found


def target_of(stage: str, day: date) -> Decimal | None:
    """Return the zone's target for a stage in working days, None while nobody has set one."""
    try:
        return figure(f"works.stage_days.{stage}", day)
    except MissingFigure:
        return None


def _of_project(project: Matter, gates: Iterable[StageGate], now: datetime) -> Iterator[StageTime]:
    opened = datetime.combine(project.opened_on, time(), LEGAL_ZONE)
    began: datetime | None = opened if project.onboarding in ("", "new") else None
    design: datetime | None = None
    for gate in gates:
        ended = gate.passed_at
        if ended is None:
            continue
        if began is not None:
            yield _time(project, gate.stage, began, ended, now)
            design = began if gate.stage == DESIGN else design
            if gate.stage == ACCEPTANCE and design is not None:
                yield _time(project, WHOLE, design, ended, now)
        began = ended
    if began is not None and project.status in ("open", "suspended"):
        yield _time(project, project.stage, began, None, now)


def _time(project: Matter, stage: str, began: datetime, ended: datetime | None, now: datetime) -> StageTime:
    days = calendar().working_days_used(began, ended or now)
    return StageTime(project, stage, began, ended, days)


def _compare(found: Sequence[StageTime], day: date) -> None:
    """Add the target of each stage, and what is usual in it."""
    passed: dict[str, list[Decimal]] = {}
    for row in found:
        known = passed.setdefault(row.stage, [])
        if row.ended_at is not None:
            known.append(row.days)
    targets = {stage: target_of(stage, day) for stage in passed}
    usual = {stage: median_low(days) if len(days) >= ENOUGH else None for stage, days in passed.items()}
    for row in found:
        row.target = targets[row.stage]
        row.usual = usual[row.stage]
