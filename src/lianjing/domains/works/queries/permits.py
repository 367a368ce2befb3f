"""Permits of a project on a day: which hold, until when works may start, which construction permit covers a start."""

from __future__ import annotations

from datetime import date

from lianjing.domains.works.models import ProgressReport, Project
from lianjing.domains.works.rules.permits import StartFigures, start_limit
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.permit.queries import permit_on, permits_of

KINDS = ("prereview", "land_planning", "works_planning", "construction", "verification")


def start_figures(day: date) -> StartFigures:
    """Return the figures of the start under a construction permit that are in force on the day."""
    return StartFigures(
        int(figure("works.permit.start_within_months", day)),
        int(figure("works.permit.extension_months", day)),
        int(figure("works.permit.extensions_max", day)),
    )


def held_kinds(project_id: int, day: date) -> frozenset[str]:
    """Return the kinds of permit that are verified and valid on the day."""
    return frozenset(kind for kind in KINDS if permit_on(project_id, kind, day) is not None)


def origin_of(permit: Permit) -> Permit:
    """Return the certificate itself: an extension is a row of its own that bears the same number."""
    row = permit
    while row.expires_permit is not None and row.expires_permit.permit_no == row.permit_no:
        row = row.expires_permit
    return row


def extensions_of(permit: Permit, on: date | None = None) -> int:
    """Return how often a certificate has been extended, verified extensions only (up to the day)."""
    rows = permits_of(permit.project_id).filter(
        kind="construction", permit_no=permit.permit_no, expires_permit__isnull=False
    )
    rows = rows.filter(verified_on__isnull=False).exclude(pk=origin_of(permit).pk)
    return (rows.filter(issued_on__lte=on) if on else rows).count()


def start_limit_of(permit: Permit, day: date) -> date | None:
    """Return the last day on which works may begin under this permit."""
    origin = origin_of(permit)
    if origin.issued_on is None:
        return None
    return start_limit(origin.issued_on, extensions_of(origin), start_figures(day))


def construction_permit_on(project_id: int, day: date) -> Permit | None:
    """Return the construction permit under which works may begin, or go on, on the day; None where none does.

    A permit whose time for the start has run out without works begun covers nothing; works that began in time go on.
    """
    permit = permit_on(project_id, "construction", day)
    if permit is None:
        return None
    limit = start_limit_of(permit, day)
    if limit is None or day <= limit:
        return permit
    project = Project.objects.select_related("matter").get(pk=project_id)
    if project.matter.onboarding == "taken_over":  # its works began before the platform
        return permit
    began = _began(project)
    return permit if began is not None and began <= limit else None


def _began(project: Project) -> date | None:
    """Return the first day of the works: the registered start, else that of the first monthly report."""
    if project.started_on is not None:
        return project.started_on
    reports = ProgressReport.objects.filter(contract__project_id=project.pk).select_related("matter")
    first = reports.order_by("matter__opened_on").first()
    return first.matter.opened_on if first is not None else None
