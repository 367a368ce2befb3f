"""Which papers each stage asks for, and which of them are still missing: one answer for the gate and the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lianjing.runtime.documents.models import Document, NotNeeded
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.regulation.models import DocumentRequirement
from lianjing.runtime.undertaking.models import Undertaking

BUNDLES = "works_"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper that a stage asks for by regulation."""

    stage: str
    kind: str
    clause: str
    is_mandatory: bool


def wanted_papers() -> list[Wanted]:
    """Return what the bundles in force ask for, each stage and kind once; mandatory where one of them says so."""
    rows = DocumentRequirement.objects.filter(bundle_key__startswith=BUNDLES, definition__isnull=True)
    found: dict[tuple[str, str], Wanted] = {}
    for row in rows.exclude(stage="").order_by("id"):
        key = (row.stage, row.document_kind)
        before = found.get(key)
        is_mandatory = row.is_mandatory or (before is not None and before.is_mandatory)
        clause = (
            row.clause if before is None or (row.is_mandatory and not before.is_mandatory) else before.clause
        )
        found[key] = Wanted(row.stage, row.document_kind, clause, is_mandatory)
    return list(found.values())


def papers_on_file(project_id: int) -> frozenset[str]:
    """Return the kinds of papers stored with the project or any of its matters."""
    return frozenset(Document.objects.filter(matter__root_id=project_id).values_list("kind", flat=True))


def agreed_not_needed(project_id: int) -> set[tuple[str, str]]:
    """Return (stage, kind) of the papers of which two persons agreed that the project does not need them."""
    rows = NotNeeded.objects.filter(matter_id=project_id, checked_by_person__isnull=False)
    return set(rows.values_list("stage", "document_kind"))


def owed_kinds(project_ids: list[int]) -> Mapping[int, set[str]]:
    """Return the kinds of papers that take-overs still owe, by project (zone_projects#17)."""
    rows = Undertaking.objects.filter(
        matter_id__in=project_ids, source_kind="onboarding", closed_on__isnull=True
    )
    owed: dict[int, set[str]] = {}
    for project_id, kind in rows.values_list("matter_id", "document_kind"):
        if project_id is not None:
            owed.setdefault(project_id, set()).add(kind)
    return owed


def missing_kinds(matter: Matter, kinds: frozenset[str]) -> list[str]:
    """Return the mandatory kinds of the present stage that are neither on file nor agreed not to be needed.

    What a take-over lists as missing is asked for as an undertaking instead, with owner and due date.
    """
    needed = {row.kind for row in wanted_papers() if row.stage == matter.stage and row.is_mandatory}
    left = needed - kinds - owed_kinds([matter.pk]).get(matter.pk, set())
    if left:
        left -= {kind for stage, kind in agreed_not_needed(matter.pk) if stage == matter.stage}
    return sorted(left)
