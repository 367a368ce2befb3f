"""The projects in a person's scope with their sums, and how many stand in each stage."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from lianjing.domains.works.models import Onboarding, Project
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.scope import visible_to

ZERO = Decimal("0.00")


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


def counts_by_stage(person_id: int, day: date) -> dict[str, int]:
    """Return how many projects of a person's scope stand in each stage: one query on the index of the scope alone."""
    seen = visible_to(person_id, day).filter(kind="project", domain="works")
    return dict(seen.order_by().values("stage").annotate(count=Count("pk")).values_list("stage", "count"))


def sums_by_currency(found: QuerySet[Any]) -> list[tuple[str, int, tuple[Decimal, ...]]]:
    """Return for each currency of the projects found their number and the sums of investment, budget, contracts, paid.

    One query for the projects and three for their contracts and payments in each currency, however many there are.
    """
    rows = (
        found.order_by()
        .values("currency")
        .annotate(count=Count("pk"), invested=Sum("total_investment"), budget=Sum("approved_budget"))
        .values_list("currency", "count", "invested", "budget")
    )
    merged: dict[str, list[tuple[str, int, Decimal, Decimal]]] = {}
    for currency, count, invested, budget in rows:
        merged.setdefault(currency or "CNY", []).append((currency, count, invested or ZERO, budget or ZERO))
    return [
        (
            currency,
            sum(part[1] for part in parts),
            (
                sum((part[2] for part in parts), ZERO),
                sum((part[3] for part in parts), ZERO),
                *_moved(found.filter(currency__in=[part[0] for part in parts])),
            ),
        )
        for currency, parts in sorted(merged.items())
    ]


def _moved(projects: QuerySet[Any]) -> tuple[Decimal, Decimal]:
    """The contracts in force and the money paid of these projects."""
    ids = projects.order_by().values("pk")
    signed = Contract.objects.filter(status__in=("active", "terminated"), project_id__in=ids)
    paid = PaymentApplication.objects.filter(status="paid", project_id__in=ids)
    before = Onboarding.objects.filter(status="approved", project_id__in=ids)
    return _total(signed, "amount"), _total(paid, "approved") + _total(before, "paid_to_date")


def _total(rows: QuerySet[Any], column: str) -> Decimal:
    return rows.aggregate(total=Sum(column))["total"] or ZERO
