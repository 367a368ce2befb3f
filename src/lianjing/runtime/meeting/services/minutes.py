"""After the meeting: its record kept, its minutes numbered by the recorder and signed by the chair, the paper filed."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.services import next_number
from lianjing.runtime.meeting import rules
from lianjing.runtime.meeting.models import Meeting
from lianjing.runtime.meeting.services.desk import chair_of, secretary_of, sitting

DIGEST = re.compile(r"[0-9a-f]{64}")


def keep_record(
    *,
    meeting_id: int,
    person_id: int,
    now: datetime,
    place: str,
    started_at: datetime | None,
    ended_at: datetime | None,
    video_sha256: str = "",
    key: str = "",
) -> Meeting:
    """Record where and from when to when the meeting was held and the SHA-256 of its video; closed by the signature."""
    meeting = Meeting.objects.get(pk=meeting_id)
    actor = secretary_of(person_id, meeting.unit_id, now)
    parts = [str(meeting_id), place, str(started_at), str(ended_at), video_sha256]
    with sitting("meeting.keep_record", meeting.unit_id, actor, now, key, parts) as (act, done):
        if done:
            return meeting
        _require_unsigned(meeting)
        digest = video_sha256.strip().lower()
        if digest and not DIGEST.fullmatch(digest):
            raise BadInput(_("录像摘要应为64位十六进制的SHA-256值"), "video_sha256")
        if started_at is not None and ended_at is not None and ended_at < started_at:
            raise BadInput(_("结束时间不能早于开始时间"), "ended_at")
        if max(filter(None, (started_at, ended_at)), default=now) > now:
            raise BadInput(_("开始和结束时间不能晚于现在"), "ended_at")
        meeting.place, meeting.video_sha256 = place.strip(), digest
        meeting.started_at, meeting.ended_at = started_at, ended_at
        return act.save(meeting)


def number_minutes(*, meeting_id: int, person_id: int, now: datetime, key: str = "") -> Meeting:
    """Give the minutes of a concluded meeting the next number of its body and year; they then wait for the chair."""
    meeting = Meeting.objects.select_related("unit").get(pk=meeting_id)
    actor = secretary_of(person_id, meeting.unit_id, now)
    with sitting("meeting.number_minutes", meeting.unit_id, actor, now, key, [str(meeting_id)]) as (
        act,
        done,
    ):
        if done:
            return meeting
        _require_unsigned(meeting)
        if meeting.status != "concluded":
            raise _not_concluded()
        if meeting.minutes_no:
            raise Refusal(
                Ground.RULE, "meeting.minutes_numbered", _("本次会议纪要已编号"), rules.MINUTES_CLAUSE
            )
        if person_id == meeting.chair_person_id:
            raise Refusal(
                Ground.CONFLICT,
                "meeting.secretary_heads",
                _("记录与主持须由不同人员担任"),
                rules.MINUTES_CLAUSE,
            )
        year = f"〔{meeting.held_on.year}〕"
        number = next_number(act, f"minutes:{meeting.unit.code}:{meeting.kind}{year}")
        meeting.minutes_no = f"{year}{number}号"
        meeting.recorder_person_id = person_id
        return act.save(meeting)


def sign_minutes(
    *, meeting_id: int, person_id: int, now: datetime, text_sha256: str = "", key: str = ""
) -> Meeting:
    """Sign the minutes, by the chair himself; the event carries the digest of the text that he signed."""
    meeting = Meeting.objects.get(pk=meeting_id)
    actor = chair_of(person_id, meeting, now)
    parts = [str(meeting_id), text_sha256]
    with sitting("meeting.sign_minutes", meeting.unit_id, actor, now, key, parts) as (act, done):
        if done:
            return meeting
        _require_unsigned(meeting)
        if meeting.status != "concluded" or not meeting.minutes_no:
            raise Refusal(
                Ground.RULE,
                "meeting.minutes_unnumbered",
                _("会议纪要尚未由记录人编号送签"),
                rules.MINUTES_CLAUSE,
            )
        if text_sha256:
            act.extra["minutes_sha256"] = text_sha256
        meeting.minutes_signed_at, meeting.minutes_signed_by_person_id = now, person_id
        return act.save(meeting)


def _require_unsigned(meeting: Meeting) -> None:
    if meeting.minutes_signed_at is not None:
        raise Refusal(
            Ground.RULE, "meeting.minutes_signed", _("会议纪要已签发，不能再改"), rules.MINUTES_CLAUSE
        )


def _not_concluded() -> Refusal:
    return Refusal(Ground.RULE, "meeting.not_concluded", _("还有议题未作出决定"), rules.MINUTES_CLAUSE)


def file_minutes(
    *, meeting_id: int, document_id: int, person_id: int, now: datetime, key: str = ""
) -> Meeting:
    """Attach the signed minutes of a concluded meeting (zone_collective#8)."""
    meeting = Meeting.objects.get(pk=meeting_id)
    actor = secretary_of(person_id, meeting.unit_id, now)
    with sitting(
        "meeting.file_minutes", meeting.unit_id, actor, now, key, [str(meeting_id), str(document_id)]
    ) as (act, done):
        if done:
            return meeting
        document = Document.objects.filter(pk=document_id, kind="minutes").first()
        if document is None:
            raise BadInput(_("请选择会议纪要文件"), "document_id")
        if meeting.status != "concluded":
            raise _not_concluded()
        meeting.minutes_document = document
        return act.save(meeting)
