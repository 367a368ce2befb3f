"""Requests to change a rule (制度修改建议): from the finding's root cause to the rule in force and its proof."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.finding import changing
from lianjing.runtime.finding.models import ChangeRequest
from lianjing.runtime.finding.visibility import visible_to
from lianjing.runtime.revision.models import Revision
from lianjing.runtime.scope.door import rows_of
from lianjing.runtime.scope.reader import Reader
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register

TONES = {
    "requested": "warn",
    "accepted": "doing",
    "drafted": "doing",
    "in_force": "good",
    "verified": "good",
    "refused": "plain",
}


@signed_in(kinds=OFFICIALS)
@require_safe
def change_requests(request: HttpRequest) -> HttpResponse:
    """List the requests that the reader may see."""
    asked = cast(PageRequest, request)
    rows = rows_of(ChangeRequest, Reader(asked.who.id, asked.now))
    listing = Register(
        asked,
        rows.select_related("regulation", "finding", "revision").order_by("-requested_on", "-pk"),
        [
            Column(
                "no",
                _("编号"),
                lambda row: row.request_no,
                "pk",
                url=lambda row: reverse("change_request", args=[row.pk]),
            ),
            Column("regulation", _("制度"), lambda row: row.regulation.title, "regulation__title"),
            Column("proposal", _("修改建议"), lambda row: row.proposal_text[:60], "proposal_text"),
            Column("requested", _("提出日"), lambda row: row.requested_on, "requested_on", "day"),
            Column("revision", _("制度修订"), lambda row: row.revision.title if row.revision else ""),
            Column(
                "status",
                _("状态"),
                lambda row: codes.label("request_status", row.status),
                "status",
                "status",
                tone=lambda row: TONES[row.status],
            ),
        ],
        ("request_no", "proposal_text", "gap_text", "regulation__title"),
        [Filter("status", _("状态"), codes.choices("request_status"), "status")],
        table="change-requests",
        empty_text=_("没有制度修改建议"),
    )
    if listing.wants_excel:
        return listing.excel(_("制度修改建议"))
    return render(request, "lianjing/change_requests.html", {"listing": listing})


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def change_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Show a request; a drafter answers and names the revision, a supervisor verifies what came into force."""
    asked = cast(PageRequest, request)
    row = changing.reach(request_id, asked.who.id, asked.today)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        is_drafter = any(held.post.key == changing.DRAFTER for held in asked.held)
        in_force_on = changing.in_force_day(row)
        context = {
            "row": row,
            "tone": TONES[row.status],
            "in_force_on": in_force_on,
            "sees_finding": visible_to(asked.who.id, asked.today).filter(pk=row.finding_id or 0).exists(),
            "may_answer": is_drafter and row.status == "requested",
            "may_take_up": is_drafter and row.status in ("requested", "accepted", "drafted"),
            "revisions": Revision.objects.filter(regulation_id=row.regulation_id).order_by("-begun_at"),
            "may_verify": "supervisor" in asked.roles
            and row.verified_on is None
            and in_force_on is not None
            and in_force_on <= asked.today,
            "posted": request.POST,
            "breadcrumbs": [{"label": _("制度修改建议"), "url": reverse("change_requests")}],
            **told,
        }
        return render(request, "lianjing/change_request.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        _act(asked, row.pk)
        return reverse("change_request", args=[row.pk])

    return done(asked, do, again)


def _act(request: PageRequest, request_id: int) -> None:
    posted = request.POST
    who: dict[str, Any] = {"request_id": request_id, "person_id": request.who.id, "now": request.now}
    text = posted.get("text", "")[:2000]
    match posted.get("action"):
        case "accept" | "refuse" as verb:
            changing.answer(is_accepted=verb == "accept", text=text, **who)
        case "take_up":
            changing.take_up(revision_id=number_of(posted.get("revision", "")) or 0, **who)
        case "verify":
            changing.verify(text=text, **who)
        case _:
            raise BadInput(_("未知的操作"))
