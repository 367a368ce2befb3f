"""The yearly plan against the inventory: which planned project has been entered, which has not (C7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from lianjing.domains.works.models import PlanCarry, PlanItem, Project

OFFERED = 500


def open_items() -> QuerySet[PlanItem]:
    """Return the items of the plan that no project has taken up, the latest year first, at most 500."""
    return (
        with_project(PlanItem.objects.all())
        .filter(project_id__isnull=True)
        .exclude(pk__in=PlanCarry.objects.values("origin_id"))
        .order_by("-fiscal_year", "pk")[:OFFERED]
    )


def with_project(rows: QuerySet[PlanItem]) -> QuerySet[Any]:
    """Add project_id and project_stage: the project linked by its plan item, or carried with it, else of the same code."""
    linked = Project.objects.filter(plan_item_id=OuterRef("pk")).order_by("pk")
    coded = Project.objects.filter(project_code=OuterRef("project_code"), plan_item__isnull=True).exclude(
        project_code=""
    )
    carried = PlanCarry.objects.filter(item_id=OuterRef("pk"), project__isnull=False)
    one = Coalesce(
        Subquery(linked.values("pk")[:1], output_field=BigIntegerField()),
        Subquery(carried.values("project_id")[:1], output_field=BigIntegerField()),
        Subquery(coded.order_by("pk").values("pk")[:1], output_field=BigIntegerField()),
    )
    rows = rows.select_related("owner_unit").annotate(project_id=one)
    stage = Project.objects.filter(pk=OuterRef("project_id")).values("matter__stage")[:1]
    return rows.annotate(
        project_stage=Subquery(stage),
        is_entered=Case(When(project_id__isnull=True, then=0), default=1),
    )


def plan_rows() -> QuerySet[Any]:
    """Return the whole plan: what is not entered first, then by year and title."""
    return with_project(PlanItem.objects.all()).order_by("is_entered", "-fiscal_year", "title", "pk")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items of one year, owner or stage, and how many of them are entered."""

    key: str
    total: int
    entered: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the plan stands in the inventory."""

    planned: int
    entered: int

    @property
    def missing(self) -> int:
        """Planned and not entered."""
        return self.planned - self.entered

    @property
    def ratio(self) -> Decimal | None:
        """Entered of planned; None for an empty plan."""
        return Decimal(self.entered) / self.planned if self.planned else None


def completeness(rows: QuerySet[Any]) -> Completeness:
    """Count the items and those with a project."""
    return Completeness(rows.count(), rows.filter(project_id__isnull=False).count())


def counts(rows: QuerySet[Any], place: str, word: Callable[[Any], str] = str) -> list[Tally]:
    """Return the counts by a column, in its order."""
    found = (
        rows.order_by()
        .values(key=F(place))
        .annotate(total=Count("pk"), entered=Count("pk", filter=Q(project_id__isnull=False)))
    )
    by_key = sorted(found, key=lambda row: str(row["key"] or ""))
    return [Tally(word(row["key"] or ""), row["total"], row["entered"]) for row in by_key]
