"""Reads of outside findings: what a person sees, its parts, its ledger of rectification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from lianjing.runtime.external_finding.models import ExternalFinding, ExternalFindingPart
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.undertaking.models import Undertaking

DEMANDS = ("fix", "screen", "rule_change")


def findings_for(person_id: int, day: date) -> QuerySet[ExternalFinding]:
    """Return the findings in a person's data scope, the latest first."""
    rows = ExternalFinding.objects.filter(matter__in=visible_to(person_id, day))
    return rows.select_related("matter", "unit").order_by("-issued_on", "-pk")


def parts_of(finding_id: int) -> list[ExternalFindingPart]:
    """Return the three parts in the order of the demands."""
    rows = ExternalFindingPart.objects.filter(finding_id=finding_id).select_related(
        "owner_person", "evidence_document", "answered_by_person", "accepted_by_person"
    )
    return sorted(rows, key=lambda row: DEMANDS.index(row.demand))


def source_of(finding_id: int) -> str:
    """Return how the undertakings of a finding name it."""
    return f"external_finding:{finding_id}"


def ledger_of(finding_id: int) -> QuerySet[Undertaking]:
    """Return the rectification ledger of a finding (整改台账), open rows first."""
    rows = Undertaking.objects.filter(source=source_of(finding_id))
    return rows.select_related(
        "matter", "owner_person", "checker_person", "owner_enterprise", "evidence_document"
    ).order_by("closed_on", "due_on", "pk")


@dataclass(frozen=True, slots=True)
class Balance:
    """How a ledger stands: rows, closed, open, and of those overdue."""

    total: int
    closed: int
    overdue: int

    @property
    def open(self) -> int:
        """Rows not closed yet."""
        return self.total - self.closed


def balance_of(finding_id: int, day: date) -> Balance:
    """Return the balance of a finding's ledger; the due day itself is still in time."""
    rows = ledger_of(finding_id).order_by()
    return Balance(
        rows.count(),
        rows.filter(closed_on__isnull=False).count(),
        rows.filter(closed_on__isnull=True, due_on__lt=day).count(),
    )
