"""Papers: upload a version, read one back. Files are never served from the static folder and never without scope."""

from __future__ import annotations

import uuid
from datetime import date
from typing import cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.queries import file_name_of, read, versions_of
from lianjing.runtime.meeting.models import AgendaItem, MeetingMember
from lianjing.runtime.meeting.queries import VOTING, recused_persons
from lianjing.runtime.process.papers import hand_in
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.retention.queries import is_disposed
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.access_log import note_paper
from lianjing.web.preview.showing import kind_of
from lianjing.web.receipts import key_of

BUSINESS = OFFICIALS | {"external"}
# What a browser may show in its own window; everything else is handed out as a file.
SHOWN = {"application/pdf", "image/png", "image/jpeg", "text/plain"}


@signed_in(kinds=BUSINESS)
@require_POST
def document_upload(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Add papers of one kind to a matter; several files at once, each a version of its own title."""
    asked = cast(PageRequest, request)
    matter = open_for(asked.who.id, matter_id, asked.today)
    files = cast(list[UploadedFile], request.FILES.getlist("file"))
    if not files:
        raise BadInput(_("请选择文件"), "file")
    key = key_of(asked)
    for place, file in enumerate(files):
        hand_in(
            matter=matter,
            person_id=asked.who.id,
            now=asked.now,
            kind=request.POST.get("kind", ""),
            content=file.read(),
            file_name=file.name or "",
            title=request.POST.get("title", "") if len(files) == 1 else "",
            step_key=request.POST.get("step_key", ""),
            doc_no=request.POST.get("doc_no", ""),
            issued_on=_issued_on(request.POST.get("issued_on", "")),
            is_fictitious=request.POST.get("is_fictitious") == "on",
            key=str(uuid.uuid5(uuid.UUID(key), str(place))) if key else "",
        )
    messages.success(request, _("已上传 %(count)s 份材料") % {"count": len(files)})
    place_after = request.POST.get("next", "")
    if place_after and url_has_allowed_host_and_scheme(place_after, {request.get_host()}):
        return redirect(place_after)
    return redirect("matter", matter_id)


def _issued_on(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(_("日期应写作 2025-03-06"), "issued_on") from error


@signed_in(kinds=BUSINESS)
@require_safe
def document(request: HttpRequest, document_id: int) -> HttpResponse:
    """Show a paper's versions; with ?file=show or ?file=save hand out its bytes."""
    asked = cast(PageRequest, request)
    wanted = request.GET.get("file")
    found = found_for(asked, document_id, is_content_wanted=bool(wanted))
    if wanted in ("show", "save"):
        note_paper(asked.who, found, asked.now)
        return _handed_out(found, as_attachment=wanted == "save" or found.media_type not in SHOWN)
    context = {
        "document": found,
        "kind": codes.label("document_kind", found.kind),
        "versions": versions_of(found).select_related("uploaded_by_person"),
        "is_shown": bool(kind_of(found)),
        "breadcrumbs": [{"label": found.matter.title, "url": reverse("matter", args=[found.matter_id])}],
    }
    return render(request, "lianjing/document.html", context)


def found_for(asked: PageRequest, document_id: int, *, is_content_wanted: bool = True) -> Document:
    """Return a paper that the reader may see; Refusal(SCOPE) for any other, STALE where its content is disposed of."""
    found = Document.objects.select_related("matter", "uploaded_by_person").filter(id=document_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.document", _("没有该文件，或不在您的数据范围内"))
    if not _is_material(found, asked.who.id):
        open_for(asked.who.id, found.matter_id, asked.today)
    if is_content_wanted and is_disposed(found.pk):
        raise Refusal(Ground.STALE, "retention.disposed", _("该文件保管期满，内容已依规销毁；登记与留痕保留"))
    return found


def _is_material(document: Document, person_id: int) -> bool:
    """True for a paper of a matter that the person, not recused, is called to decide in a meeting."""
    seats = MeetingMember.objects.filter(person_id=person_id, role__in=VOTING).values("meeting_id")
    items = AgendaItem.objects.filter(
        matter_id=document.matter_id, meeting_id__in=seats, materials_sent_at__isnull=False
    )
    return any(person_id not in recused_persons(item) for item in items.select_related("matter"))


def _handed_out(document: Document, *, as_attachment: bool) -> HttpResponse:
    media_type = document.media_type or "application/octet-stream"
    response = HttpResponse(
        read(document),
        content_type=f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
    )
    disposition = content_disposition_header(as_attachment, file_name_of(document))
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
