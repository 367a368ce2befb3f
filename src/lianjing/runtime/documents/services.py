"""Writes of papers: upload a version, link a paper to what it serves."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from pathlib import PurePath

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.formats import Format, format_of
from lianjing.runtime.documents.models import Document, DocumentLink
from lianjing.runtime.documents.queries import latest
from lianjing.runtime.documents.storage import keep
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.trail.act import Act, Actor, answered, recorded, request_digest
from lianjing.runtime.trail.models import ActRow

TITLE_LENGTH = 200
ARCHIVE_CLAUSE = "zone_projects#18"
# Control signs, and those that turn the reading direction: "申报fdp.exe" must not read as "申报exe.pdf".
HIDDEN_SIGNS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")


def upload(
    *,
    matter_id: int,
    kind: str,
    title: str,
    content: bytes,
    file_name: str,
    actor: Actor,
    now: datetime,
    step_key: str = "",
    doc_no: str = "",
    issued_on: date | None = None,
    is_fictitious: bool = False,
    key: str = "",
) -> Document:
    """Keep a paper of a matter as an act of its own; returns the row.

    The caller has resolved the actor: he holds the post of an open step of the matter, or is its applicant. A
    paper of the same kind and title becomes the next version of the former, which stays; the very same bytes
    again give the version that is there, without an event. The file is on the disk before the row is written, so
    a crash leaves no row without its file. BadInput for a wrong type, an empty or too large file.
    """
    found, name = _checked(kind=kind, title=title, content=content, file_name=file_name)
    sha256 = hashlib.sha256(content).hexdigest()
    request = request_digest([str(matter_id), kind, name, sha256, str(actor.person_id)])
    done = answered(key, request)
    if done is not None:
        return Document.objects.get(pk=ActRow.objects.get(event_id=done, table_name="document").row_key)
    matter = Matter.objects.select_related("root").get(pk=matter_id)
    before = latest(matter_id, kind, name)
    if before is not None and before.sha256 == sha256:
        return before
    with recorded(
        "document.upload",
        chain=chain_of(matter),
        actor=actor,
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
        step_key=step_key,
        request_key=key,
        request_sha256=request,
    ) as act:
        _require_open(matter)
        keep(content)
        return add(
            act,
            matter=matter,
            kind=kind,
            title=name,
            sha256=sha256,
            size_bytes=len(content),
            found=found,
            step_key=step_key,
            doc_no=doc_no,
            issued_on=issued_on,
            is_fictitious=is_fictitious,
        )


def add(
    act: Act,
    *,
    matter: Matter,
    kind: str,
    title: str,
    sha256: str,
    size_bytes: int,
    found: Format,
    step_key: str = "",
    doc_no: str = "",
    issued_on: date | None = None,
    is_fictitious: bool = False,
) -> Document:
    """Write the row of a kept file as the next version; part of an act."""
    if issued_on is not None and issued_on > act.day:
        raise BadInput(_("签发日不能晚于今天"), "issued_on")
    if act.actor.person_id is None:
        raise Refusal(Ground.POST, "document.no_person", _("文件须由本人上传"))
    before = latest(matter.pk, kind, title)
    return act.save(
        Document(
            matter=matter,
            sha256=sha256,
            kind=kind,
            title=title,
            version=before.version + 1 if before else 1,
            stage=matter.stage,
            step_key=step_key,
            doc_no=doc_no.strip(),
            issued_on=issued_on,
            size_bytes=size_bytes,
            media_type=found.media_type,
            uploaded_at=act.now,
            uploaded_by_person_id=act.actor.person_id,
            supersedes=before,
            is_fictitious=is_fictitious,
        )
    )


def link(act: Act, document: Document, *, subject: str, role: str) -> DocumentLink:
    """Say which object a paper serves and how; part of an act. Saying it twice changes nothing."""
    same = DocumentLink.objects.filter(document=document, subject=subject, role=role).first()
    return same or act.save(DocumentLink(document=document, subject=subject, role=role))


def _checked(*, kind: str, title: str, content: bytes, file_name: str) -> tuple[Format, str]:
    if kind not in codes.codes("document_kind"):
        raise BadInput(_("请选择文件种类"), "kind")
    name = " ".join((title or PurePath(file_name.replace("\\", "/")).stem).split())
    if HIDDEN_SIGNS.search(name):
        raise BadInput(_("文件标题含有看不见的控制字符，请改名后再上传"), "title")
    if not name or len(name) > TITLE_LENGTH:
        raise BadInput(_("请填写文件标题，最多%(length)s字") % {"length": TITLE_LENGTH}, "title")
    if not content:
        raise BadInput(_("文件是空的"), "file")
    if len(content) > settings.LIANJING_UPLOAD_LIMIT:
        limit = settings.LIANJING_UPLOAD_LIMIT // (1024 * 1024)
        raise BadInput(_("文件超过%(limit)s MB，请压缩或分开上传") % {"limit": limit}, "file")
    return format_of(file_name, content), name


def _require_open(matter: Matter) -> None:
    """The one open matter of an archived project is its take-over, whose papers prove the opening sums."""
    is_archive = (matter.root or matter).onboarding == "archive" and matter.status not in (
        "open",
        "suspended",
    )
    if matter.status == "archived" or is_archive:
        raise Refusal(Ground.RULE, "document.archive", _("存档事项只读，不能上传文件"), ARCHIVE_CLAUSE)
    if matter.status in ("closed", "terminated"):
        raise Refusal(Ground.STALE, "document.matter_closed", _("事项已办结，不能再上传文件"))
