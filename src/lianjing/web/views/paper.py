"""Papers to print: a page in the layout of the standard, the same as PDF and as Word; each taking of a file is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.meeting.models import Meeting
from lianjing.runtime.meeting.queries import meetings_for
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.runtime.publicity.models import Publicity
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.access_log import note_export
from lianjing.web.papers import faces, typeset, word
from lianjing.web.papers.approval import approval_form
from lianjing.web.papers.minutes import minutes
from lianjing.web.papers.notice import notice
from lianjing.web.papers.offers import offers_for
from lianjing.web.papers.paper import Paper

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@signed_in
@require_safe
def matter_print(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show the approval form (审批单) of a matter."""
    asked = cast(PageRequest, request)
    found = open_for(asked.who.id, matter_id, asked.today)
    place = reverse("matter", args=[found.id])

    def compose() -> Paper:
        return approval_form(
            found, viewer=asked.who, now=asked.now, address=request.build_absolute_uri(place)
        )

    return rendered(asked, compose, back=place)


@signed_in
@require_safe
def matter_paper(request: HttpRequest, matter_id: int, key: str) -> HttpResponse:
    """Show a paper that the matter's domain offers for its kind."""
    asked = cast(PageRequest, request)
    found = open_for(asked.who.id, matter_id, asked.today)
    offer = next((each for each in offers_for(found) if each.key == key), None)
    if offer is None or offer.compose(found, asked.today) is None:
        raise _no_paper()
    compose = offer.compose
    return rendered(
        asked, lambda: cast(Paper, compose(found, asked.today)), back=reverse("matter", args=[found.id])
    )


@signed_in(kinds=OFFICIALS)
@require_safe
def meeting_minutes(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Show the minutes of a concluded meeting."""
    asked = cast(PageRequest, request)
    found = (
        meetings_for(asked.who.id, asked.today)
        .select_related("unit", "chair_person", "recorder_person", "minutes_signed_by_person")
        .filter(id=meeting_id)
        .first()
    )
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.meeting", _("没有该会议，或不在您的数据范围内"))
    if found.status != "concluded":
        raise _no_paper()
    meeting: Meeting = found
    place = reverse("meeting", args=[meeting.pk])
    return rendered(
        asked,
        lambda: minutes(meeting, address=request.build_absolute_uri(place), viewer_id=asked.who.id),
        back=place,
    )


@signed_in
@require_safe
def publicity_paper(request: HttpRequest, publicity_id: int) -> HttpResponse:
    """Show a notice or publicity as a paper."""
    asked = cast(PageRequest, request)
    found = Publicity.objects.select_related("matter__unit").filter(pk=publicity_id).first()
    if found is None or not visible_to(asked.who.id, asked.today).filter(pk=found.matter_id).exists():
        raise Refusal(Ground.SCOPE, "scope.publicity", _("没有该公示，或不在您的数据范围内"))
    place = reverse("matter", args=[found.matter_id])
    shown: Publicity = found
    return rendered(asked, lambda: notice(shown, address=request.build_absolute_uri(place)), back=place)


def rendered(request: PageRequest, compose: Callable[[], Paper], *, back: str) -> HttpResponse:
    """Return a paper as page, PDF or Word; who takes a file is noted. Its words are Chinese in every language."""
    with translation.override(settings.LANGUAGE_CODE):
        paper = compose()
    form = request.GET.get("as", "")
    if form == "docx":
        note_export(request.who, paper.title, 1, request.now)
        return _file(word.docx(paper, now=request.now), WORD, f"{paper.title}.docx")
    if form == "pdf":
        try:
            made = typeset.pdf(paper, now=request.now)
        except faces.NoChineseFace:
            return _page(
                request,
                paper,
                back,
                _(
                    "服务器上没有中文字体，不能生成PDF；请下载Word文件，或由管理员设置LIANJING_FONTS字体目录。"
                ),
                503,
            )
        note_export(request.who, paper.title, 1, request.now)
        return _file(made, "application/pdf", f"{paper.title}.pdf")
    return _page(request, paper, back)


def _page(request: PageRequest, paper: Paper, back: str, fault: str = "", status: int = 200) -> HttpResponse:
    described = typeset.described(paper)
    for block in described["blocks"]:
        if block["kind"] == "picture":
            block["drawn"] = mark_safe(block["svg"])  # of papers.drawn, which escapes every text
    context: dict[str, Any] = {
        "paper": described,
        "is_form": paper.is_form,
        # Drawn by segno from the address and digests alone: no text of a person is in it.
        "qr": mark_safe(paper.check.svg()) if paper.check else "",
        "back": back,
        "fault": fault,
    }
    return render(request, "lianjing/paper.html", context, status=status)


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    ending = name.rsplit(".", 1)[1]
    response["Content-Disposition"] = (
        f"attachment; filename=\"paper.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return response


def _no_paper() -> Refusal:
    return Refusal(Ground.SCOPE, "scope.paper", _("尚无此文书"))
