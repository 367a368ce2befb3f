"""Acts between people: copies, questions, passing on, hand-over, notices, messages, reports, the turn of the year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.api import doors
from lianjing.kernel.declaration import Operation
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.consultation.models import Circulation, CirculationCopy, Inquiry, InquiryAnswer
from lianjing.runtime.handover import services as handover
from lianjing.runtime.handover.desk import digest
from lianjing.runtime.handover.models import HandoverLine, PostHandover
from lianjing.runtime.job.errands import enqueue
from lianjing.runtime.job.models import Errand
from lianjing.runtime.message.models import MessageDelivery
from lianjing.runtime.message.services import mark_read
from lianjing.runtime.notice import services as notices
from lianjing.runtime.notice.models import Notice
from lianjing.runtime.org.models import Person, Post, Unit
from lianjing.runtime.process import consulting, handing
from lianjing.runtime.report import services as reports
from lianjing.runtime.report.models import NamedReport
from lianjing.runtime.scope.reader import OFFICIALS
from lianjing.runtime.year_end import roll_over

OPEN = ("prepared", "agreed")


def require_code(codelist: str, value: str, field: str) -> None:
    """Refuse a value that is no code of its list."""
    if value not in codes.codes(codelist):
        raise BadInput(_("请从列表中选择"), field)


def circulation_read(*, circulation_id: int, person_id: int) -> Mapping[str, Any]:
    """Show a circulation: to its sender who has read it, to a reader his own copy."""
    row = Circulation.objects.get(pk=circulation_id)
    copies = CirculationCopy.objects.filter(circulation=row).order_by("id")
    seen = copies if row.sender_person_id == person_id else copies.filter(person_id=person_id)
    return {
        "id": row.pk,
        "matter": row.matter_id,
        "text": row.text,
        "sent_at": row.sent_at,
        "withdrawn_at": row.withdrawn_at,
        "copies": [
            {"person": each.person_id, "post": each.post_id, "read_at": each.read_at} for each in seen
        ],
    }


def inquiry_read(*, inquiry_id: int, person_id: int, now: datetime) -> Mapping[str, Any]:
    """Show a question and its answers; those of a sealed joint review only to its own people."""
    row = Inquiry.objects.select_related("matter").get(pk=inquiry_id)
    found = InquiryAnswer.objects.filter(inquiry=row).order_by("id")
    is_open = row.asker_person_id == person_id or (
        consulting.visible_inquiries(row.matter, person_id, now).filter(pk=row.pk).exists()
    )
    return {
        "id": row.pk,
        "matter": row.matter_id,
        "item": row.work_item_id,
        "question": row.question,
        "is_required": row.is_required,
        "answers": [
            {
                "id": each.pk,
                "post": each.post_id,
                "answered_at": each.answered_at,
                "text": each.text if is_open or each.answered_by_person_id == person_id else "",
            }
            for each in found
        ],
    }


def prepare_handover(
    *,
    giver_person_id: int,
    successor_person_id: int,
    post_ids: Sequence[int],
    reason: str,
    basis: str,
    last_on: date,
    person_id: int,
    now: datetime,
    leaves_service: bool = False,
    note: str = "",
) -> PostHandover:
    """Draw up a hand-over: one's own, or as personnel that of somebody who cannot."""
    require_code("hand_over_reason", reason, "reason")
    people = Person.objects.in_bulk([giver_person_id, successor_person_id])
    if people[successor_person_id].left_on is not None:
        raise BadInput(_("没有这个人，或其已离岗"), "successor_person_id")
    return handover.prepare(
        person_id=person_id,
        now=now,
        giver=people[giver_person_id],
        successor=people[successor_person_id],
        posts=list(Post.objects.filter(pk__in=post_ids).order_by("id")),
        reason=reason,
        basis=basis,
        last_on=last_on,
        leaves_service=leaves_service,
        note=note,
    )


def handover_read(*, handover_id: int, day: date) -> Mapping[str, Any]:
    """Show a hand-over with everything that passes, and the digest by which this very list is confirmed."""
    row = PostHandover.objects.get(pk=handover_id)
    if row.status not in OPEN:
        done = HandoverLine.objects.filter(handover=row).order_by("seq")
        return {"id": row.pk, "status": row.status, "lines": [each.title for each in done], "list_digest": ""}
    found = handover.listed(row, day)
    return {
        "id": row.pk,
        "status": row.status,
        "lines": [each.title for each in found],
        "list_digest": digest(found),
    }


def draft_notice(
    *,
    kind: str,
    title: str,
    text: str,
    person_id: int,
    now: datetime,
    unit_ids: Sequence[int] = (),
    to_on: date | None = None,
) -> Notice:
    """Draft a notice for units, as their head, or for anyone, as system administrator."""
    return _draft(None, kind, title, text, person_id, now, unit_ids, to_on)


def redraft_notice(
    *,
    notice_id: int,
    kind: str,
    title: str,
    text: str,
    person_id: int,
    now: datetime,
    unit_ids: Sequence[int] = (),
    to_on: date | None = None,
) -> Notice:
    """Write a draft anew."""
    return _draft(notice_id, kind, title, text, person_id, now, unit_ids, to_on)


def _draft(
    notice_id: int | None,
    kind: str,
    title: str,
    text: str,
    person_id: int,
    now: datetime,
    unit_ids: Sequence[int],
    to_on: date | None,
) -> Notice:
    require_code("notice_kind", kind, "kind")
    if len(title) > 200:
        raise BadInput(_("不超过二百字"), "title")
    return notices.draft(
        person=Person.objects.get(pk=person_id),
        now=now,
        kind=kind,
        title=title,
        text=text,
        units=list(Unit.objects.filter(pk__in=unit_ids)),
        to_on=to_on,
        notice_id=notice_id,
    )


def publish_notice(*, notice_id: int, person_id: int, now: datetime) -> Notice:
    """Show a draft to those it is for."""
    return notices.publish(person=Person.objects.get(pk=person_id), notice_id=notice_id, now=now)


def withdraw_notice(*, notice_id: int, reason: str, person_id: int, now: datetime) -> Notice:
    """Take a published notice back; it stays on record with the reason."""
    return notices.withdraw(
        person=Person.objects.get(pk=person_id), notice_id=notice_id, reason=reason, now=now
    )


def read_notice(*, notice_id: int, person_id: int, day: date) -> Mapping[str, Any]:
    """Show a notice; that it was opened is counted by the act beside it."""
    row = notices.readable(Person.objects.get(pk=person_id), notice_id, day)
    return {"id": row.pk, "kind": row.kind, "title": row.title, "text": row.text, "status": row.status}


def note_notice(*, notice_id: int, person_id: int, now: datetime) -> None:
    """Note that one opened a notice that is for him."""
    notices.note_read(person=Person.objects.get(pk=person_id), notice_id=notice_id, now=now)


def message_read(*, delivery_id: int) -> Mapping[str, Any]:
    """Show one of one's own messages; it stays unread until it is marked so."""
    row = MessageDelivery.objects.select_related("message").get(pk=delivery_id)
    said = row.message
    return {
        "id": row.pk,
        "kind": said.kind,
        "subject": said.subject,
        "text": said.text,
        "link": said.link,
        "read_at": row.read_at,
    }


def read_messages(*, person_id: int, now: datetime, delivery_ids: Sequence[int] | None = None) -> int:
    """Mark one's own messages as read, these or all; returns how many."""
    return mark_read(person_id=person_id, now=now, delivery_ids=delivery_ids)


def make_report(*, report_id: int, person_id: int, now: datetime) -> int:
    """Have the sheet of a report of one's own made in the background; returns the errand."""
    if not NamedReport.objects.filter(pk=report_id, person_id=person_id).exists():
        raise Refusal(Ground.SCOPE, "scope.report", _("没有该报表，或不是您建立的"))
    return enqueue(kind="report.make", person_id=person_id, arguments={"report": report_id}, now=now).pk


def errands_read(*, person_id: int) -> list[Mapping[str, Any]]:
    """List one's own background work of the last week."""
    rows = Errand.objects.filter(person_id=person_id).order_by("-pk")[:50]
    return [
        {
            "id": row.pk,
            "kind": row.kind,
            "state": row.state,
            "done": row.done,
            "total": row.total,
            "text": row.text,
            "file": row.file_name,
        }
        for row in rows
    ]


def carry(*, domain: str, item: str, year: int, keys: Sequence[str], person_id: int, now: datetime) -> int:
    """Carry lines of a year into the next one, once; returns how many."""
    return roll_over(
        domain_key=domain, roll_over_key=item, year=year, keys=list(keys), person_id=person_id, now=now
    )


SENT = {"circulation_id": doors.circulations}
ASKED = {"inquiry_id": doors.inquiries, "answer_id": doors.answers}
PASSED = {"handover_id": doors.handovers}
TOLD = {"notice_id": doors.managed_notices}
OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "between persons": (
        Operation("matters/{matter_id}/circulations", consulting.circulate, pages=("circulate",)),
        Operation(
            "circulations/{circulation_id}", circulation_read, SENT, is_act=False, pages=("circulation",)
        ),
        Operation("circulations/{circulation_id}/sign", consulting.read_copy, SENT, pages=("circulation",)),
        Operation(
            "circulations/{circulation_id}/take-back",
            consulting.take_back_copies,
            SENT,
            pages=("circulation",),
        ),
        Operation("items/{item_id}/inquiries", consulting.ask, pages=("item_ask",)),
        Operation("inquiries/{inquiry_id}", inquiry_read, ASKED, is_act=False, pages=("inquiry",)),
        Operation("inquiry-answers/{answer_id}/answer", consulting.answer, ASKED, pages=("inquiry",)),
        Operation(
            "inquiries/{inquiry_id}/take-back", consulting.take_back_question, ASKED, pages=("inquiry",)
        ),
        Operation("items/{item_id}/reassign", handing.reassign, pages=("item_reassign",)),
        Operation("items/{item_id}/urge", handing.urge, pages=("item_urge", "analysis_urge")),
    ),
    "handover": (
        Operation("handovers", prepare_handover, pages=("handover_new",), kinds=OFFICIALS),
        Operation("handovers/{handover_id}", handover_read, PASSED, is_act=False, pages=("handover",)),
        Operation(
            "handovers/{handover_id}/agree",
            handover.agree,
            PASSED,
            pages=("handover_agree",),
            kinds=OFFICIALS,
        ),
        Operation("handovers/{handover_id}/confirm", handover.confirm, PASSED, pages=("handover_confirm",)),
        Operation(
            "handovers/{handover_id}/withdraw", handover.withdraw, PASSED, pages=("handover_withdraw",)
        ),
    ),
    "notices": (
        Operation("notices", draft_notice, pages=("notice_new",)),
        Operation(
            "notices/{notice_id}",
            read_notice,
            {"notice_id": doors.notices_readable},
            is_act=False,
            pages=("notice",),
        ),
        Operation("notices/{notice_id}/redraft", redraft_notice, TOLD, pages=("notice_edit",)),
        Operation("notices/{notice_id}/publish", publish_notice, TOLD, pages=("notice_publish",)),
        Operation("notices/{notice_id}/withdraw", withdraw_notice, TOLD, pages=("notice_withdraw",)),
        Operation(
            "notices/{notice_id}/opened", note_notice, {"notice_id": doors.notices_for}, pages=("notice",)
        ),
    ),
    "messages": (
        Operation(
            "messages/{delivery_id}",
            message_read,
            {"delivery_id": doors.deliveries},
            is_act=False,
            pages=("message",),
        ),
        Operation(
            "message-readings", read_messages, {"delivery_ids": doors.deliveries}, pages=("messages_read",)
        ),
    ),
    "reports": (
        Operation(
            "reports/{report_id}/make", make_report, {"report_id": doors.reports}, pages=("report_make",)
        ),
        Operation(
            "reports/{report_id}/end",
            reports.end_report,
            {"report_id": doors.reports},
            pages=("report_end",),
        ),
        Operation("errands", errands_read, is_act=False, pages=("errands",)),
    ),
    "year end": (Operation("year-end", carry, pages=("year_end",), kinds=OFFICIALS),),
}
