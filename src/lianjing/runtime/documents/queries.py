"""Reads of papers: current versions, the checklist of a step, the bytes themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import QuerySet

from lianjing.runtime.documents.formats import extension_of
from lianjing.runtime.documents.models import Document, DocumentLink
from lianjing.runtime.documents.storage import fetch
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.regulation.queries import requirements

UNFIT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One kind of paper that a step asks for, with what is there."""

    kind: str
    is_mandatory: bool
    clause: str
    documents: tuple[Document, ...] = ()

    @property
    def is_missing(self) -> bool:
        """True where a mandatory paper is not there."""
        return self.is_mandatory and not self.documents


def documents_of(matter_id: int) -> QuerySet[Document]:
    """Return the current papers of a matter: the latest version of each."""
    replaced = Document.objects.filter(matter_id=matter_id, supersedes__isnull=False).values("supersedes_id")
    return (
        Document.objects.filter(matter_id=matter_id)
        .exclude(id__in=replaced)
        .select_related("uploaded_by_person")
        .order_by("kind", "id")
    )


def documents_below(root_matter_id: int) -> QuerySet[Document]:
    """Return the current papers of a root matter and all matters below it."""
    below = Document.objects.filter(matter__root_id=root_matter_id)
    replaced = below.filter(supersedes__isnull=False).values("supersedes_id")
    return (
        below.exclude(id__in=replaced)
        .select_related("matter", "uploaded_by_person")
        .order_by("matter_id", "kind", "id")
    )


def versions_of(document: Document) -> QuerySet[Document]:
    """Return all versions of a paper, the first one first."""
    return Document.objects.filter(
        matter_id=document.matter_id, kind=document.kind, title=document.title
    ).order_by("version")


def latest(matter_id: int, kind: str, title: str) -> Document | None:
    """Return the latest version of a paper, None where there is none yet."""
    return Document.objects.filter(matter_id=matter_id, kind=kind, title=title).order_by("-version").first()


def checklist(matter: Matter, definition_id: int, step_key: str) -> list[ChecklistLine]:
    """Return what the step of this process version asks for, in its order, with the papers that are there."""
    present: dict[str, list[Document]] = {}
    for document in documents_of(matter.pk):
        present.setdefault(document.kind, []).append(document)
    wanted = requirements(definition_id, step_key)
    return [
        ChecklistLine(
            row.document_kind, row.is_mandatory, row.clause, tuple(present.get(row.document_kind, ()))
        )
        for row in wanted
    ]


def missing(matter: Matter, definition_id: int, step_key: str) -> list[ChecklistLine]:
    """Return the mandatory papers of a step that are not there."""
    wanted = [row for row in requirements(definition_id, step_key) if row.is_mandatory]
    if not wanted:
        return []
    present = set(Document.objects.filter(matter_id=matter.pk).values_list("kind", flat=True))
    return [
        ChecklistLine(row.document_kind, is_mandatory=True, clause=row.clause)
        for row in wanted
        if row.document_kind not in present
    ]


def read(document: Document) -> bytes:
    """Return the bytes of a paper; DamagedFile where the stored file is gone or altered."""
    return fetch(document.sha256)


def file_name_of(document: Document) -> str:
    """Return the name under which a paper is handed out: no sign of it means anything to a file system."""
    title = UNFIT_IN_NAMES.sub("_", document.title).lstrip(". ") or "_"
    return f"{title}.v{document.version}.{extension_of(document.media_type)}"


def links_to(subject: str) -> QuerySet[DocumentLink]:
    """Return the papers linked to an object ("payment_order:7")."""
    return DocumentLink.objects.filter(subject=subject).select_related("document").order_by("id")
