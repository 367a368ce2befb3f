"""One's own background work: its state, how far it is, what it brought; nobody sees another's."""

from __future__ import annotations

from typing import Any, cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.runtime.job.errands import errands_of, kinds, result_of
from lianjing.runtime.job.models import Errand
from lianjing.web.access import PageRequest, signed_in

SHOWN = 50
TONES = {"waiting": "off", "running": "doing", "done": "good", "failed": "bad"}


@signed_in(needs_post=False)
@require_safe
def errands(request: HttpRequest) -> HttpResponse:
    """List one's errands of the last week; the table refreshes itself while something is on its way."""
    rows = [_row(errand) for errand in errands_of(cast(PageRequest, request).who.id)[:SHOWN]]
    is_busy = any(row["errand"].state in (Errand.State.WAITING, Errand.State.RUNNING) for row in rows)
    template = "lianjing/parts/errands.html" if request.headers.get("HX-Request") else "lianjing/errands.html"
    return render(request, template, {"rows": rows, "is_busy": is_busy})


@signed_in(needs_post=False)
@require_safe
def errand_result(request: HttpRequest, errand_id: int) -> HttpResponseBase:
    """Hand out the file that an errand brought, to its sender only."""
    errand = errands_of(cast(PageRequest, request).who.id).filter(pk=errand_id, state="done").first()
    if errand is None or not errand.file_name or not result_of(errand).exists():
        raise Http404
    return FileResponse(
        result_of(errand).open("rb"),
        as_attachment=True,
        filename=errand.file_name,
        content_type=errand.media_type,
    )


def _row(errand: Errand) -> dict[str, Any]:
    words = {"waiting": _("等待"), "running": _("办理中"), "done": _("已完成"), "failed": _("未完成")}
    kind = kinds().get(errand.kind)
    return {
        "errand": errand,
        "label": _(kind.label) if kind else errand.kind,
        "word": words[errand.state],
        "tone": TONES[errand.state],
        "percent": min(100, errand.done * 100 // errand.total) if errand.total else None,
    }
