"""What the archive says of a paper: its columns, who compared it, and which papers are agreed not to be needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document, NotNeeded
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.trail.act import Actor, recorded

COLUMNS = (
    "page_count",
    "origin",
    "medium_kind",
    "is_original",
    "secrecy",
    "retention",
    "doc_no",
    "issued_on",
)
CODED = {"medium_kind": "document_medium", "secrecy": "secrecy", "retention": "retention"}
CLAUSE = "zone_completion#15"


def describe(*, document_id: int, columns: Mapping[str, Any], actor: Actor, now: datetime) -> Document:
    """Enter what the archive says of a paper; the columns named only. A new description must be compared again."""
    paper = Document.objects.select_related("matter").get(pk=document_id)
    for name, value in columns.items():
        if name not in COLUMNS:
            raise BadInput(name, name)
        if name in CODED and value and value not in codes.codes(CODED[name]):
            raise BadInput(_("请从列表中选择"), name)
    pages = columns.get("page_count")
    if pages is not None and pages < 1:
        raise BadInput(_("页数须大于零"), "page_count")
    with recorded("document.describe", **_of(paper.matter, actor, now)) as act:
        paper = Document.objects.select_related("matter").get(pk=document_id)
        before = [getattr(paper, name) for name in columns]
        for name, value in columns.items():
            setattr(paper, name, value)
        if before != list(columns.values()):
            paper.checked_by_person_id, paper.checked_at = None, None
        return act.save(paper)


def compare(*, document_id: int, actor: Actor, now: datetime) -> Document:
    """Say that a paper was compared with its original; who handed it in cannot say so (F9)."""
    paper = Document.objects.select_related("matter").get(pk=document_id)
    with recorded("document.compare", **_of(paper.matter, actor, now), role="reviewed") as act:
        paper = Document.objects.select_related("matter").get(pk=document_id)
        if actor.person_id is None or paper.uploaded_by_person_id == actor.person_id:
            raise Refusal(Ground.CONFLICT, "catalogue.own_paper", _("上传人不得核对自己上传的资料"), CLAUSE)
        paper.checked_by_person_id, paper.checked_at = actor.person_id, now
        return act.save(paper)


def propose_not_needed(
    *, matter_id: int, stage: str, kind: str, reason: str, actor: Actor, now: datetime
) -> NotNeeded:
    """Say with a reason that a root matter does not need a paper; it counts once a second person agrees."""
    if kind not in codes.codes("document_kind"):
        raise BadInput(_("请选择文件种类"), "kind")
    if len(reason.strip()) < 4:
        raise BadInput(_("请写明不适用的理由"), "reason")
    matter = Matter.objects.select_related("root").get(pk=matter_id)
    with recorded("document.not_needed", **_of(matter, actor, now)) as act:
        found = NotNeeded.objects.filter(matter=matter, stage=stage, document_kind=kind).first()
        if found is not None and found.checked_by_person_id is not None:
            raise Refusal(Ground.STALE, "catalogue.agreed", _("该项已核对为不适用"), CLAUSE)
        row = found or NotNeeded(matter=matter, stage=stage, document_kind=kind)
        row.title, row.reason = codes.label("document_kind", kind), reason.strip()
        row.person_id = actor.person_id
        return act.save(row)


def agree_not_needed(*, not_needed_id: int, actor: Actor, now: datetime) -> NotNeeded:
    """Agree as a second person that a paper is not needed."""
    row = NotNeeded.objects.select_related("matter").get(pk=not_needed_id)
    with recorded("document.agree_not_needed", **_of(row.matter, actor, now), role="approved") as act:
        row = NotNeeded.objects.select_related("matter").get(pk=not_needed_id)
        if row.checked_by_person_id is not None:
            raise Refusal(Ground.STALE, "catalogue.agreed", _("该项已核对为不适用"), CLAUSE)
        if actor.person_id is None or row.person_id == actor.person_id:
            raise Refusal(
                Ground.CONFLICT, "catalogue.own_reason", _("提出人不得核对自己提出的不适用"), CLAUSE
            )
        row.checked_by_person_id, row.checked_at = actor.person_id, now
        return act.save(row)


def drop_not_needed(*, not_needed_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take the statement back: the paper is due again; the trail keeps what was said."""
    row = NotNeeded.objects.select_related("matter").get(pk=not_needed_id)
    if not reason.strip():
        raise BadInput(_("请写明理由"), "reason")
    with recorded("document.drop_not_needed", **_of(row.matter, actor, now), reason=reason.strip()) as act:
        act.remove(NotNeeded.objects.get(pk=not_needed_id))


def _of(matter: Matter, actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "chain": chain_of(matter),
        "actor": actor,
        "now": now,
        "matter_id": matter.pk,
        "root_matter_id": matter.root_id,
    }
