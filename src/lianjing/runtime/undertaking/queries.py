"""Reads of undertakings: what is owed, by whom, what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.undertaking.models import Undertaking, UndertakingProgress, Urging


@dataclass(frozen=True, slots=True)
class Line:
    """One undertaking in a list; `days_left` is negative when overdue, None when closed."""

    undertaking: Undertaking
    days_left: int | None

    @property
    def is_overdue(self) -> bool:
        """True for an open one whose day has passed."""
        return self.days_left is not None and self.days_left < 0


def open_ones() -> QuerySet[Undertaking]:
    """Return the undertakings not closed yet, the most urgent first."""
    every = Undertaking.objects.filter(closed_on__isnull=True)
    return every.select_related("matter", "owner_unit", "owner_person", "checker_person").order_by(
        "due_on", "id"
    )


def of_matter(root_matter_id: int) -> QuerySet[Undertaking]:
    """Return the undertakings of a root matter and of all below it, open ones first."""
    below = Q(matter_id=root_matter_id) | Q(matter__root_id=root_matter_id)
    every = Undertaking.objects.filter(below).select_related(
        "owner_unit", "owner_person", "evidence_document"
    )
    return every.order_by(F("closed_on").asc(nulls_first=True), "due_on", "id")


def is_owed(root_matter_id: int, document_kind: str) -> Undertaking | None:
    """Return the open undertaking to supply a paper of this kind, None where none is owed."""
    return of_matter(root_matter_id).filter(closed_on__isnull=True, document_kind=document_kind).first()


def owned_by(person_id: int, unit_ids: set[int]) -> QuerySet[Undertaking]:
    """Return the open undertakings of a person or of units without a named owner."""
    return open_ones().filter(
        Q(owner_person_id=person_id) | Q(owner_person__isnull=True, owner_unit_id__in=unit_ids)
    )


def visible(person_id: int, on: date) -> QuerySet[Undertaking]:
    """Return the undertakings in a person's data scope: his own, and those of matters that he may see."""
    mine = Q(owner_person_id=person_id) | Q(checker_person_id=person_id)
    every = Undertaking.objects.filter(mine | Q(matter__in=visible_to(person_id, on)))
    return every.select_related("matter", "owner_unit", "owner_person", "owner_enterprise").order_by(
        F("closed_on").asc(nulls_first=True), "due_on", "id"
    )


def overdue(on: date) -> QuerySet[Undertaking]:
    """Return open undertakings whose day has passed; the due day itself is still in time."""
    return open_ones().filter(due_on__lt=on)


def lines(undertakings: QuerySet[Undertaking], on: date) -> list[Line]:
    """Return rows of a list with the days left."""
    return [Line(row, None if row.closed_on else (row.due_on - on).days) for row in undertakings]


def of_list(rows: QuerySet[Undertaking], list_state: str) -> QuerySet[Undertaking]:
    """Return one of the three lists (三张清单): tasks given, those in progress, those closed out."""
    return rows.filter(list_state=list_state)


def progress_of(undertaking_id: int) -> QuerySet[UndertakingProgress]:
    """Return the dated notes of an undertaking, the latest first."""
    notes = UndertakingProgress.objects.filter(undertaking_id=undertaking_id)
    return notes.select_related("person", "document").order_by("-noted_on", "-id")


def sheets_of(undertaking_id: int) -> QuerySet[Urging]:
    """Return the urging sheets of an undertaking, the latest first."""
    sheets = Urging.objects.filter(undertaking_id=undertaking_id)
    return sheets.select_related("person", "to_person").order_by("-issued_on", "-id")
