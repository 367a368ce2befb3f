"""The list of projects: scope, filters, search, sort, pages by key (not by offset), counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from lianjing.domains.works.models import Onboarding, Project
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.scope import visible_to

COUNTED_TO = 10_000
SORTS = {
    "title": "title",
    "code": "project_code",
    "stage": "matter__stage",
    "unit": "owner_unit__name",
    "opened": "matter__opened_on",
    "investment": "total_investment",
    "budget": "approved_budget",
    "contracts": "contract_sum",
    "paid": "paid_sum",
}


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What a list is narrowed to; empty means all. `year` is the funding year, where unknown that of opening."""

    text: str = ""
    stage: str = ""
    status: str = ""
    unit_id: int | None = None
    year: int | None = None
    onboarding: str = ""
    fund_kind: str = ""
    sector: str = ""


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One page: its rows, the key from which the next goes on ("" at the end), and how many there are in all.

    The count is exact up to 10,000; above it `is_counted` is False and `count` is 10,000.
    """

    rows: tuple[Any, ...]
    following: str
    count: int
    is_counted: bool


def _sum_over(rows: QuerySet[Any], place: str, column: str) -> Coalesce:
    summed = (
        rows.filter(**{place: OuterRef("pk")})
        .order_by()
        .values(place)
        .annotate(summed=Sum(column))
        .values("summed")
    )
    money = DecimalField(max_digits=16, decimal_places=2)
    return Coalesce(Subquery(summed, output_field=money), Value(Decimal("0.00")), output_field=money)


def with_sums(projects: QuerySet[Project]) -> QuerySet[Any]:
    """Add contract_sum (in force), paid_sum (on the platform and before it) to each project, in yuan."""
    live = Contract.objects.filter(status__in=("active", "terminated"))
    paid = PaymentApplication.objects.filter(status="paid")
    opened = Onboarding.objects.filter(status="approved")
    return projects.annotate(
        contract_sum=_sum_over(live, "project_id", "amount"),
        paid_sum=_sum_over(paid, "project_id", "approved") + _sum_over(opened, "project_id", "paid_to_date"),
    )


def projects_visible(person_id: int, day: date) -> QuerySet[Any]:
    """Return the projects in a person's scope today, with their sums; the newest first."""
    seen = visible_to(person_id, day).filter(kind="project", domain="works")
    rows = Project.objects.filter(matter_id__in=seen.values("id")).select_related(
        "matter", "matter__unit", "owner_unit"
    )
    return with_sums(rows).order_by("-matter__opened_on", "-pk")


def narrowed(rows: QuerySet[Any], wanted: ProjectFilter) -> QuerySet[Any]:
    """Return the projects that match all that is given; the text is looked for in title, code, number and site."""
    equal = {
        "matter__stage": wanted.stage,
        "status": wanted.status,
        "matter__unit_id": wanted.unit_id,
        "matter__onboarding": wanted.onboarding,
        "fund_kind": wanted.fund_kind,
        "sector": wanted.sector,
    }
    rows = rows.filter(**{place: value for place, value in equal.items() if value})
    if wanted.year is not None:
        rows = rows.filter(
            Q(funding_year=wanted.year) | Q(funding_year__isnull=True, matter__opened_on__year=wanted.year)
        )
    for word in wanted.text.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(project_code__icontains=word)
            | Q(matter__code__icontains=word)
            | Q(site__icontains=word)
        )
    return rows


def project_page(
    person_id: int,
    day: date,
    *,
    wanted: ProjectFilter = ProjectFilter(),
    sort: str = "-opened",
    after: int | None = None,
    size: int = 50,
) -> ProjectPage:
    """Return one page of the list, going on after the project with the id `after`; BadInput for an unknown sort.

    Equal sort values are told apart by id, so that no row is shown twice or left out while others are added.
    """
    key = sort.removeprefix("-")
    if key not in SORTS:
        raise BadInput(f"sort: {', '.join(SORTS)}", "sort")
    rows = narrowed(projects_visible(person_id, day), wanted)
    count = rows.order_by().values("pk")[: COUNTED_TO + 1].count()
    is_down, place = sort.startswith("-"), SORTS[key]
    order = F(place).desc(nulls_last=True) if is_down else F(place).asc(nulls_last=True)
    ordered = rows.order_by(order, "-pk" if is_down else "pk")
    if after is not None:
        ordered = ordered.filter(_beyond(rows, place, after, is_down=is_down))
    found = tuple(ordered[: size + 1])
    following = str(found[size - 1].pk) if len(found) > size else ""
    return ProjectPage(found[:size], following, min(count, COUNTED_TO), count <= COUNTED_TO)


def _beyond(rows: QuerySet[Any], place: str, after: int, *, is_down: bool) -> Q:
    last = rows.filter(pk=after).values_list(place, flat=True).first()
    side, step = ("lt", "pk__lt") if is_down else ("gt", "pk__gt")
    same = Q(**{step: after})
    if last is None:
        return Q(**{f"{place}__isnull": True}) & same
    return Q(**{f"{place}__{side}": last}) | (Q(**{place: last}) & same) | Q(**{f"{place}__isnull": True})


def counts_by_stage(person_id: int, day: date, wanted: ProjectFilter = ProjectFilter()) -> dict[str, int]:
    """Return how many projects are in each stage, archive among them under the stage it carries."""
    rows = (
        narrowed(projects_visible(person_id, day), wanted)
        .order_by()
        .values("matter__stage")
        .annotate(count=Count("pk"))
    )
    return {row["matter__stage"]: row["count"] for row in rows}
