"""Reads of facts: what one domain established and another's gate asks for."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from lianjing.runtime.fact.models import Fact


def holding(matter_id: int, on: date) -> QuerySet[Fact]:
    """Return the facts that hold for a matter on the day, both ends included."""
    still = Q(to_on__isnull=True) | Q(to_on__gte=on)
    return (
        Fact.objects.filter(still, matter_id=matter_id, from_on__lte=on)
        .select_related("document")
        .order_by("kind", "-from_on", "-id")
    )


def hold(matter_id: int, kind: str, on: date) -> Fact | None:
    """Return the fact of this kind that holds for the matter on the day, the latest; None where none does."""
    return holding(matter_id, on).filter(kind=kind).first()


def history(matter_id: int, kind: str) -> QuerySet[Fact]:
    """Return all facts of a kind that were ever published for a matter, oldest first."""
    return Fact.objects.filter(matter_id=matter_id, kind=kind).order_by("from_on", "id")
