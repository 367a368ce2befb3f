"""One item of a meeting: its advice, options and materials; each member speaks and votes here for himself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.meeting import services
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.meeting.queries import open_item, votes_seen_by
from lianjing.runtime.meeting.rules import FAVOURABLE
from lianjing.runtime.org.models import Unit
from lianjing.runtime.process.advice import LAWYER, advice_given, advise
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.undertaking import decisions
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import day_of
from lianjing.web.meeting_desk import number
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.views.meeting import RESULT_TONES, done, is_secretary
from lianjing.web.words import refusal_words


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def agenda_item(request: HttpRequest, agenda_item_id: int) -> HttpResponse:
    """Show an item with its materials and views; each member speaks and votes here for himself."""
    asked = cast(PageRequest, request)
    found = open_item(agenda_item_id, asked.who.id, asked.today)
    if request.method == "GET":
        return _agenda_page(asked, found)
    verb = AGENDA_VERBS.get(request.POST.get("action", ""))
    if verb is None:
        raise BadInput(_("没有这项操作"))
    is_leaving = request.POST.get("action") == "recuse" and request.POST.get("member") == str(asked.who.id)
    place = (
        reverse("meeting", args=[found.meeting_id]) if is_leaving else reverse("agenda_item", args=[found.id])
    )
    return done(
        asked,
        lambda: verb(asked, found),
        lambda refusal, fault, status: _agenda_page(asked, found, refusal, fault, status),
        place,
    )


def _agenda_page(
    request: PageRequest, item: AgendaItem, refusal: Refusal | None = None, fault: str = "", status: int = 200
) -> HttpResponse:
    seen = votes_seen_by(item, request.who.id)
    mine = next((each for each in seen if each.person_id == request.who.id), None)
    context = {
        "item": item,
        "kind": codes.label("decision_kind", item.kind),
        "tone": RESULT_TONES.get(item.result, "plain"),
        "result": codes.label("decision_result", item.result) if item.result else "",
        "votes": [
            {"vote": each, "choice": codes.label("vote_choice", each.choice) if each.choice else ""}
            for each in seen
        ],
        "mine": mine,
        "is_open": not item.result,
        "is_in_session": item.meeting.status == "held" and not item.result,
        "is_secretary": is_secretary(request),
        "papers": documents_of(item.matter_id),
        "advice": _advice(item),
        "advice_offered": _advice_offered(request, item),
        "advice_results": codes.choices("review_result", "pass", "return", "refuse"),
        "units": Unit.objects.exclude(kind="outside").order_by("code") if is_secretary(request) else [],
        "owed": Undertaking.objects.filter(source=f"agenda_item:{item.pk}").select_related("owner_unit"),
        "options": item.options_text,
        "choices": codes.choices("vote_choice", "for", "against", "abstain"),
        "recusal_reasons": codes.choices("recusal_reason"),
        "told": refusal_words(refusal, request.today) if refusal else None,
        "fault": fault,
        "request_key": fresh_key(),
        "posted": request.POST if status != 200 else {},
        "breadcrumbs": [
            {"label": _("会议"), "url": reverse("meetings")},
            {"label": item.meeting.title, "url": reverse("meeting", args=[item.meeting_id])},
        ],
    }
    return render(request, "lianjing/agenda_item.html", context, status=status)


def _send_materials(request: PageRequest, item: AgendaItem) -> str:
    services.send_materials(
        agenda_item_id=item.id,
        person_id=request.who.id,
        now=request.now,
        calendar=calendar(),
        urgency_reason=request.POST.get("urgency_reason", ""),
        key=key_of(request),
    )
    return _("会议材料已送达")


def _recuse(request: PageRequest, item: AgendaItem) -> str:
    reason = request.POST.get("reason", "")
    if reason not in codes.codes("recusal_reason"):
        raise BadInput(_("请选择回避事由"), "reason")
    services.recuse_member(
        agenda_item_id=item.id,
        member_person_id=number(request.POST.get("member")),
        reason=reason,
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("已登记回避")


def _express_view(request: PageRequest, item: AgendaItem) -> str:
    services.express_view(
        agenda_item_id=item.id,
        person_id=request.who.id,
        text=request.POST.get("text", ""),
        now=request.now,
        key=key_of(request),
    )
    return _("您的意见已记录")


def _cast(request: PageRequest, item: AgendaItem) -> str:
    services.cast(
        agenda_item_id=item.id,
        person_id=request.who.id,
        choice=request.POST.get("choice", ""),
        reason=request.POST.get("reason", ""),
        now=request.now,
        key=key_of(request),
    )
    return _("您的表决已记录")


def _conclude(request: PageRequest, item: AgendaItem) -> str:
    unit, day = request.POST.get("carried_by", ""), request.POST.get("carry_due_on", "")
    due_on = day_of(day)
    if day and due_on is None:
        raise BadInput(_("请填写日期"), "carry_due_on")
    concluded = decisions.conclude(
        agenda_item_id=item.id,
        conditions=request.POST.get("conditions", ""),
        carried_by_unit_id=number(unit) if unit else None,
        carry_due_on=due_on,
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("表决结果：%(result)s") % {"result": codes.label("decision_result", concluded.result)}


def _describe(request: PageRequest, item: AgendaItem) -> str:
    services.describe_item(
        agenda_item_id=item.id,
        reporter=request.POST.get("reporter", ""),
        options=request.POST.get("options", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("议题说明已保存")


def _advise(request: PageRequest, item: AgendaItem) -> str:
    paper = request.POST.get("document", "")
    advise(
        agenda_item_id=item.id,
        kind=request.POST.get("kind", ""),
        result=request.POST.get("result", ""),
        text=request.POST.get("text", ""),
        document_id=number(paper) if paper else None,
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("审查意见已记录")


def _advice(item: AgendaItem) -> list[dict[str, Any]]:
    """The advice given on an item, and what it still waits for."""
    given: list[dict[str, Any]] = [
        {
            "kind": codes.label("review_kind", row.kind),
            "result": codes.label("review_result", row.result),
            "tone": "good" if row.result in FAVOURABLE else "bad",
            "row": row,
        }
        for row in advice_given(item.pk)
    ]
    for kind, is_needed, review in (
        ("legality", item.needs_legality, item.legality_review_id),
        ("expert", item.needs_expert, item.expert_review_id),
    ):
        if is_needed and review is None:
            given.append(
                {"kind": codes.label("review_kind", kind), "result": "", "tone": "warn", "row": None}
            )
    return given


def _advice_offered(request: PageRequest, item: AgendaItem) -> list[tuple[str, str]]:
    """Which advice the reader may enter: the legal post its own, the secretary that of the experts."""
    if item.result:
        return []
    kinds = [
        *(["legality"] if any(held.post.key == LAWYER for held in request.held) else []),
        *(["expert"] if is_secretary(request) else []),
    ]
    return [(kind, codes.label("review_kind", kind)) for kind in kinds]


def _defer(request: PageRequest, item: AgendaItem) -> str:
    services.take_off_agenda(
        agenda_item_id=item.id,
        reason=request.POST.get("reason", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("议题已缓议")


AGENDA_VERBS: dict[str, Callable[[PageRequest, AgendaItem], str]] = {
    "materials": _send_materials,
    "recuse": _recuse,
    "view": _express_view,
    "vote": _cast,
    "conclude": _conclude,
    "defer": _defer,
    "describe": _describe,
    "advise": _advise,
}
