"""Meetings: the list, and one meeting with its agenda, its members, its record and its minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.meeting import services
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember
from lianjing.runtime.meeting.queries import agenda_of, awaiting, meetings_for, minutes_due, recused_persons
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.clocks import calendar
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.meeting_desk import VERBS, candidates, minutes_offered, observers_offered
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key
from lianjing.web.register import Register
from lianjing.web.words import refusal_words

RESULT_TONES = {"passed": "good", "rejected": "bad", "deferred": "warn", "conditional": "warn"}
STATUS = {
    "called": gettext_lazy("已召集"),
    "held": gettext_lazy("进行中"),
    "concluded": gettext_lazy("已结束"),
}
STATUS_TONES = {"called": "plain", "held": "doing", "concluded": "good"}


def is_secretary(request: PageRequest) -> bool:
    """True for the holder of a secretary's post today."""
    return any(each.post.key == services.SECRETARY for each in request.held)


@signed_in(kinds=OFFICIALS)
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """List the meetings within the person's scope, with those that wait for him."""
    asked = cast(PageRequest, request)
    columns = [
        Column(
            "title",
            _("会议名称"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("meeting", args=[row.id]),
        ),
        Column("kind", _("会议类型"), lambda row: codes.label("meeting_kind", row.kind), "kind"),
        Column("unit", _("召开单位"), lambda row: row.unit.name, "unit__name"),
        Column("held_on", _("召开日"), lambda row: row.held_on, "held_on", kind="day"),
        Column("members", _("应到人数"), lambda row: row.member_count, "member_count", kind="number"),
        Column("present", _("实到人数"), lambda row: row.present_count, "present_count", kind="number"),
        Column(
            "status",
            _("状态"),
            lambda row: str(STATUS.get(row.status, row.status)),
            "status",
            kind="status",
            tone=lambda row: STATUS_TONES.get(row.status, "plain"),
        ),
    ]
    listing = Register(
        asked,
        meetings_for(asked.who.id, asked.today).select_related("unit").order_by("-held_on", "-id"),
        columns,
        ("title",),
        [Filter("kind", _("会议类型"), codes.choices("meeting_kind"), "kind")],
        [DateFilter("from", _("召开日起"), "held_on__gte"), DateFilter("to", _("召开日止"), "held_on__lte")],
    )
    if listing.wants_excel:
        return listing.excel(_("会议"))
    context = {"listing": listing, "awaiting": awaiting(asked.who.id), "is_secretary": is_secretary(asked)}
    return render(request, "lianjing/meetings.html", context)


def _meeting_for(request: PageRequest, meeting_id: int) -> Meeting:
    found = (
        meetings_for(request.who.id, request.today)
        .select_related(
            "unit", "chair_person", "recorder_person", "minutes_document", "minutes_signed_by_person"
        )
        .filter(id=meeting_id)
        .first()
    )
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.meeting", _("没有该会议，或不在您的数据范围内"))
    return found


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Show a meeting; the secretary keeps its agenda, presence and record, the chair signs its minutes."""
    asked = cast(PageRequest, request)
    found = _meeting_for(asked, meeting_id)
    if request.method == "GET":
        return _meeting_page(asked, found)
    verb = VERBS.get(request.POST.get("action", ""))
    if verb is None:
        raise BadInput(_("没有这项操作"))
    return done(
        asked,
        lambda: verb(asked, found),
        lambda refusal, fault, status: _meeting_page(asked, found, refusal, fault, status),
        reverse("meeting", args=[found.id]),
    )


def done(
    request: PageRequest,
    do: Callable[[], str],
    again: Callable[[Refusal | None, str, int], HttpResponse],
    place: str,
) -> HttpResponse:
    """Do one act of a page, then show the page anew; what refuses it is shown on the same page."""
    try:
        words = do()
    except Refusal as refusal:
        return again(refusal, "", status_of(refusal))
    except BadInput as bad:
        return again(None, str(bad), 422)
    messages.success(request, words)
    return redirect(place)


def _meeting_page(
    request: PageRequest, meeting: Meeting, refusal: Refusal | None = None, fault: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "meeting": meeting,
        "kind": codes.label("meeting_kind", meeting.kind),
        "status": STATUS.get(meeting.status, meeting.status),
        "tone": STATUS_TONES.get(meeting.status, "plain"),
        "seats": MeetingMember.objects.filter(meeting=meeting).select_related("person__unit").order_by("id"),
        "agenda": [_agenda_row(each) for each in agenda_of(meeting.id, person_id=request.who.id)],
        "is_secretary": is_secretary(request),
        "candidates": candidates() if is_secretary(request) else [],
        "decision_kinds": codes.choices("decision_kind"),
        "is_day": request.today >= meeting.held_on,
        "papers": minutes_offered(meeting) if is_secretary(request) else [],
        "observers": observers_offered(meeting) if is_secretary(request) else [],
        "is_chair": meeting.chair_person_id == request.who.id,
        "due": minutes_due(meeting, calendar()),
        "today": request.today,
        "told": refusal_words(refusal, request.today) if refusal else None,
        "fault": fault,
        "request_key": fresh_key(),
        "breadcrumbs": [{"label": _("会议"), "url": reverse("meetings")}],
    }
    return render(request, "lianjing/meeting.html", context, status=status)


def _agenda_row(item: AgendaItem) -> dict[str, Any]:
    waiting = (
        ("legality", item.needs_legality and item.legality_review_id is None),
        ("expert", item.needs_expert and item.expert_review_id is None),
    )
    recused = Person.objects.filter(id__in=recused_persons(item)).order_by("id") if item.result else []
    return {
        "item": item,
        "kind": codes.label("decision_kind", item.kind),
        "tone": RESULT_TONES.get(item.result, "plain"),
        "result": codes.label("decision_result", item.result) if item.result else "",
        "missing": [
            _("缺%(advice)s") % {"advice": codes.label("review_kind", kind)}
            for kind, is_missing in waiting
            if is_missing and not item.result
        ],
        "recused": "、".join(person.name for person in recused),
    }
