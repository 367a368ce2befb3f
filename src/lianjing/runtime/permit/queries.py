"""Reads of permits: approvals and permits of a project by kind, verified or not, expired or not."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from lianjing.runtime.permit.models import Permit

GRANTED = ("granted", "conditional")


def permits_of(project_matter_id: int) -> QuerySet[Permit]:
    """Return the permits of a project in the order of issue."""
    return (
        Permit.objects.filter(project_id=project_matter_id)
        .select_related("matter", "unit", "verified_by_person")
        .order_by("issued_on", "pk")
    )


def permit_on(project_matter_id: int, kind: str, on: date) -> Permit | None:
    """Return the permit of this kind that was granted, verified by a second person and is valid on the day."""
    valid = Q(valid_to_on__isnull=True) | Q(valid_to_on__gte=on)
    found = permits_of(project_matter_id).filter(
        valid,
        kind=kind,
        result__in=GRANTED,
        issued_on__lte=on,
        verified_on__isnull=False,
        verified_on__lte=on,
    )
    return found.last()


def unverified(project_matter_id: int) -> QuerySet[Permit]:
    """Return permits that nobody has compared with their source yet."""
    return permits_of(project_matter_id).filter(verified_on__isnull=True)


def expiring(until: date, *, since: date) -> QuerySet[Permit]:
    """Return verified permits whose validity ends between the two days."""
    return Permit.objects.filter(
        verified_on__isnull=False, valid_to_on__gte=since, valid_to_on__lte=until
    ).order_by("valid_to_on")
