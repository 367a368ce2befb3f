"""Meetings: called by the secretary, spoken and voted in by each member under his own log-in, concluded by the count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.columns import MoneyField
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting import services
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember
from lianjing.runtime.meeting.queries import (
    VOTING,
    agenda_of,
    awaiting,
    meetings_for,
    open_item,
    votes_seen_by,
)
from lianjing.runtime.org.models import Appointment, Person, Unit
from lianjing.runtime.org.queries import on_day, unit_and_above, unit_and_below
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.records import record_of
from lianjing.web.register import Register
from lianjing.web.words import refusal_words

RESULT_TONES = {"passed": "good", "rejected": "bad", "deferred": "warn", "conditional": "warn"}
STATUS = {
    "called": gettext_lazy("已召集"),
    "held": gettext_lazy("进行中"),
    "concluded": gettext_lazy("已结束"),
}
STATUS_TONES = {"called": "plain", "held": "doing", "concluded": "good"}
STEP = "collective"


class PersonChoice(forms.ModelChoiceField):
    """A person with his unit."""

    def label_from_instance(self, obj: Any) -> str:
        return _person_word(obj)


class PersonChoices(forms.ModelMultipleChoiceField):
    """Several persons with their units."""

    def label_from_instance(self, obj: Any) -> str:
        return _person_word(obj)


class UnitChoice(forms.ModelChoiceField):
    """A unit by its name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class MeetingForm(forms.Form):
    """A meeting to be called: body, day, its head and members."""

    unit = UnitChoice(label=gettext_lazy("召开单位"), queryset=Unit.objects.none())
    kind = forms.ChoiceField(label=gettext_lazy("会议类型"), choices=lambda: codes.choices("meeting_kind"))
    title = forms.CharField(label=gettext_lazy("会议名称"), max_length=200)
    held_on = forms.DateField(
        label=gettext_lazy("召开日"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    head = PersonChoice(label=gettext_lazy("主持人（主要负责人）"), queryset=Person.objects.none())
    members = PersonChoices(
        label=gettext_lazy("成员"),
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, data: Any, *, request: PageRequest) -> None:
        super().__init__(data)
        units: set[int] = set()
        for held in request.held:
            if held.post.key == services.SECRETARY:
                units |= {*unit_and_above(held.post.unit_id), *unit_and_below(held.post.unit_id)}
        cast(forms.ModelChoiceField, self.fields["unit"]).queryset = (
            Unit.objects.filter(id__in=units).exclude(kind="outside").order_by("code")
        )
        terms = Appointment.objects.filter(on_day(request.today), post__kind__in=OFFICIALS).values(
            "person_id"
        )
        persons = (
            Person.objects.filter(id__in=terms, left_on__isnull=True)
            .order_by("unit__code", "pinyin")
            .select_related("unit")
        )
        for name in ("head", "members"):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = persons


def _person_word(person: Person) -> str:
    return f"{person.name}（{person.unit.name}）" if person.unit else person.name


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


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Call a meeting."""
    asked = cast(PageRequest, request)
    if not is_secretary(asked):
        raise Refusal(Ground.POST, "meeting.not_secretary", _("会议由会议秘书召集"), services.AGENDA_CLAUSE)
    form = MeetingForm(request.POST if request.method == "POST" else None, request=asked)
    refusal, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                called = _called(asked, form.cleaned_data)
                messages.success(request, _("会议已召集"))
                return redirect("meeting", called.id)
            except Refusal as refused:
                refusal, status = refused, status_of(refused)
            except BadInput as bad:
                form.add_error(None, str(bad))
    told = refusal_words(refusal, asked.today) if refusal else None
    return render(
        request,
        "lianjing/meeting_new.html",
        {"form": form, "told": told, "request_key": fresh_key()},
        status=status,
    )


def _called(request: PageRequest, data: dict[str, Any]) -> Meeting:
    return services.call(
        unit_id=data["unit"].id,
        kind=data["kind"],
        title=data["title"],
        held_on=data["held_on"],
        member_person_ids=[person.id for person in data["members"]],
        head_person_id=data["head"].id,
        person_id=request.who.id,
        now=request.now,
        domain="works",
        key=key_of(request),
    )


def _meeting_for(request: PageRequest, meeting_id: int) -> Meeting:
    found = (
        meetings_for(request.who.id, request.today)
        .select_related("unit", "chair_person", "minutes_document")
        .filter(id=meeting_id)
        .first()
    )
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.meeting", _("没有该会议，或不在您的数据范围内"))
    return found


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Show a meeting; the secretary keeps its agenda and its presence."""
    asked = cast(PageRequest, request)
    found = _meeting_for(asked, meeting_id)
    if request.method == "GET":
        return _meeting_page(asked, found)
    verbs = {"agenda": _put_on_agenda, "presence": _record_presence, "minutes": _file_minutes}
    verb = verbs.get(request.POST.get("action", ""))
    if verb is None:
        raise BadInput(_("没有这项操作"))
    return _done(
        asked,
        lambda: verb(asked, found),
        lambda refusal, fault, status: _meeting_page(asked, found, refusal, fault, status),
        reverse("meeting", args=[found.id]),
    )


def _done(
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
        "papers": _minutes_offered(meeting) if is_secretary(request) else [],
        "told": refusal_words(refusal, request.today) if refusal else None,
        "fault": fault,
        "request_key": fresh_key(),
        "breadcrumbs": [{"label": _("会议"), "url": reverse("meetings")}],
    }
    return render(request, "lianjing/meeting.html", context, status=status)


def _agenda_row(item: AgendaItem) -> dict[str, Any]:
    return {
        "item": item,
        "kind": codes.label("decision_kind", item.kind),
        "tone": RESULT_TONES.get(item.result, "plain"),
        "result": codes.label("decision_result", item.result) if item.result else "",
    }


def candidates() -> list[dict[str, Any]]:
    """Return the matters that wait at a collective step and stand on no open agenda."""
    on_agenda = AgendaItem.objects.filter(result="").values("matter_id")
    items = (
        WorkItem.objects.filter(step_key=STEP, closed_at__isnull=True)
        .exclude(matter_id__in=on_agenda)
        .select_related("matter__root")
    )
    return [
        {"matter": item.matter, "root": item.matter.root, "amount": _amount(item.matter)}
        for item in items.order_by("opened_at", "id")
    ]


def _amount(matter: Matter) -> Any:
    record = record_of(matter)
    has_amount = record is not None and any(
        f.name == "amount" and isinstance(f, MoneyField) for f in record._meta.concrete_fields
    )
    return getattr(record, "amount", None) if has_amount else None


def _minutes_offered(meeting: Meeting) -> list[Any]:
    matters = AgendaItem.objects.filter(meeting=meeting).values_list("matter_id", flat=True)
    return [each for matter_id in matters for each in documents_of(matter_id).filter(kind="minutes")]


def _put_on_agenda(request: PageRequest, meeting: Meeting) -> str:
    matter = Matter.objects.filter(id=_number(request.POST.get("matter"))).first()
    if matter is None or matter.id not in {each["matter"].id for each in candidates()}:
        raise BadInput(_("请从待上会事项中选择"), "matter")
    kind = request.POST.get("kind", "")
    if kind not in codes.codes("decision_kind"):
        raise BadInput(_("请选择决策类别"), "kind")
    services.put_on_agenda(
        meeting_id=meeting.id,
        matter_id=matter.id,
        title=request.POST.get("title", "") or matter.title,
        kind=kind,
        amount=_amount(matter),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("已列入议题")


def _record_presence(request: PageRequest, meeting: Meeting) -> str:
    present = [_number(value) for value in request.POST.getlist("present")]
    absences = {
        seat.person_id: request.POST.get(f"absence-{seat.person_id}", "")
        for seat in MeetingMember.objects.filter(meeting=meeting, role__in=VOTING)
    }
    services.record_presence(
        meeting_id=meeting.id,
        present_person_ids=present,
        absences=absences,
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("到会情况已登记")


def _file_minutes(request: PageRequest, meeting: Meeting) -> str:
    services.file_minutes(
        meeting_id=meeting.id,
        document_id=_number(request.POST.get("document")),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("会议纪要已归入")


def _number(text: str | None) -> int:
    if not text or not text.isdecimal():
        raise BadInput(_("请从列表中选择"))
    return int(text)


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
    return _done(
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
        key=key_of(request),
    )
    return _("会议材料已送达")


def _recuse(request: PageRequest, item: AgendaItem) -> str:
    reason = request.POST.get("reason", "")
    if reason not in codes.codes("recusal_reason"):
        raise BadInput(_("请选择回避事由"), "reason")
    services.recuse_member(
        agenda_item_id=item.id,
        member_person_id=_number(request.POST.get("member")),
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
    concluded = services.conclude(
        agenda_item_id=item.id, person_id=request.who.id, now=request.now, key=key_of(request)
    )
    return _("表决结果：%(result)s") % {"result": codes.label("decision_result", concluded.result)}


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
}
