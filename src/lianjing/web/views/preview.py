"""A paper in the browser: pages as pictures, tables as tables, each with the reader's watermark."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.queries import versions_of
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.access_log import note_paper
from lianjing.web.papers.faces import NoChineseFace
from lianjing.web.preview.mark import text_of, tile
from lianjing.web.preview.showing import kind_of, picture, shown
from lianjing.web.views.document import BUSINESS, found_for


@signed_in(kinds=BUSINESS)
@require_safe
def document_preview(request: HttpRequest, document_id: int) -> HttpResponse:
    """Show one page of a paper (?page=), or say why it can only be downloaded."""
    asked = cast(PageRequest, request)
    document = found_for(asked, document_id)
    context: dict[str, Any] = {
        "document": document,
        "versions": versions_of(document),
        "mark": text_of(asked.who, asked.today),
        "breadcrumbs": [
            {"label": document.matter.title, "url": reverse("matter", args=[document.matter_id])},
            {"label": document.title, "url": reverse("document", args=[document.pk])},
        ],
    }
    if not kind_of(document):
        context["reason"] = _("该格式不能在线预览，请下载后用相应软件打开")
        return _private(render(request, "lianjing/preview.html", context))
    try:
        context["shown"] = shown(document)
    except BadInput as error:
        context["reason"] = str(error)
        return _private(render(request, "lianjing/preview.html", context))
    note_paper(asked.who, document, asked.now)
    number = _number(request.GET.get("page", "1"), context["shown"].pages)
    context |= {"number": number, "before": number - 1, "after": number + 1}
    if number >= context["shown"].pages:
        context["after"] = 0
    return _private(render(request, "lianjing/preview.html", context))


@signed_in(kinds=BUSINESS)
@require_safe
def document_preview_page(request: HttpRequest, document_id: int, number: int) -> HttpResponse:
    """Return one page as a picture with the watermark."""
    asked = cast(PageRequest, request)
    document = found_for(asked, document_id)
    if kind_of(document) not in ("pdf", "image") or number < 1:
        raise Refusal(Ground.SCOPE, "document.no_page", _("没有这一页"))
    try:
        mark = tile(text_of(asked.who, asked.today))
        made = picture(document, number, mark)
    except BadInput as error:
        raise Refusal(Ground.SCOPE, "document.no_page", str(error)) from error
    except NoChineseFace as error:
        raise Refusal(Ground.STALE, "document.no_face", _("服务器没有中文字体，不能加水印预览")) from error
    note_paper(asked.who, document, asked.now)
    return _private(HttpResponse(made, content_type="image/png"))


def _number(text: str, pages: int) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return min(max(int(text), 1), max(pages, 1)) if is_number else 1


def _private(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
