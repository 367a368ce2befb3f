"""What the secretary and the chair do on the page of a meeting, and what it offers them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.columns import MoneyField
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting import services
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember
from lianjing.runtime.org.models import Appointment, Person
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.web.access import OFFICIALS, PageRequest
from lianjing.web.papers.minutes import minutes, text_digest
from lianjing.web.receipts import key_of
from lianjing.web.records import record_of

STEP = "collective"


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


def minutes_offered(meeting: Meeting) -> list[Any]:
    matters = AgendaItem.objects.filter(meeting=meeting).values_list("matter_id", flat=True)
    return [each for matter_id in matters for each in documents_of(matter_id).filter(kind="minutes")]


def _put_on_agenda(request: PageRequest, meeting: Meeting) -> str:
    matter = Matter.objects.filter(id=number(request.POST.get("matter"))).first()
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
        reporter=request.POST.get("reporter", ""),
        options=request.POST.get("options", ""),
        needs_expert=request.POST.get("needs_expert") == "on",
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("已列入议题")


def _record_presence(request: PageRequest, meeting: Meeting) -> str:
    present = [number(value) for value in request.POST.getlist("present")]
    absences = {
        seat.person_id: request.POST.get(f"absence-{seat.person_id}", "")
        for seat in MeetingMember.objects.filter(meeting=meeting).exclude(role="secretary")
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
        document_id=number(request.POST.get("document")),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("会议纪要已归入")


def number(text: str | None) -> int:
    """Return the id that a list gave; BadInput for anything else."""
    if not text or not text.isdecimal():
        raise BadInput(_("请从列表中选择"))
    return int(text)


def observers_offered(meeting: Meeting) -> QuerySet[Person]:
    """Return the officials in office on the day of the meeting who have no seat in it."""
    seated = MeetingMember.objects.filter(meeting=meeting).values("person_id")
    terms = Appointment.objects.filter(on_day(meeting.held_on), post__kind__in=OFFICIALS).values("person_id")
    return (
        Person.objects.filter(id__in=terms, left_on__isnull=True)
        .exclude(id__in=seated)
        .select_related("unit")
        .order_by("unit__code", "pinyin")
    )


def _invite_observer(request: PageRequest, meeting: Meeting) -> str:
    services.invite_observer(
        meeting_id=meeting.id,
        observer_person_id=number(request.POST.get("observer")),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("已通知列席")


def _keep_record(request: PageRequest, meeting: Meeting) -> str:
    services.keep_record(
        meeting_id=meeting.id,
        place=request.POST.get("place", ""),
        started_at=_moment(request.POST.get("started_at", ""), "started_at"),
        ended_at=_moment(request.POST.get("ended_at", ""), "ended_at"),
        video_sha256=request.POST.get("video_sha256", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("会议记录已保存")


def _moment(text: str, field: str) -> datetime | None:
    """Read what a datetime-local field sends, in office time."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=LEGAL_ZONE)
    except ValueError as error:
        raise BadInput(_("请填写日期和时间"), field) from error


def _number_minutes(request: PageRequest, meeting: Meeting) -> str:
    done = services.number_minutes(
        meeting_id=meeting.id, person_id=request.who.id, now=request.now, key=key_of(request)
    )
    return _("会议纪要已编号：%(number)s，待主持人签发") % {"number": done.minutes_no}


def _sign_minutes(request: PageRequest, meeting: Meeting) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        paper = minutes(meeting, address=reverse("meeting", args=[meeting.id]))
    services.sign_minutes(
        meeting_id=meeting.id,
        person_id=request.who.id,
        text_sha256=text_digest(paper),
        now=request.now,
        key=key_of(request),
    )
    return _("会议纪要已签发")


VERBS: dict[str, Callable[[PageRequest, Meeting], str]] = {
    "agenda": _put_on_agenda,
    "presence": _record_presence,
    "minutes": _file_minutes,
    "observer": _invite_observer,
    "record": _keep_record,
    "number": _number_minutes,
    "sign": _sign_minutes,
}
