"""The yearly notice of working days and local closures: one person proposes by a paper, another agrees, then they count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.kernel.process.year_notice import DayKind, NoticeDay, check_year
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_at, actor_with, posts_held, unbound
from lianjing.runtime.parameter.changes import APPROVERS, SEPARATE
from lianjing.runtime.parameter.services import KEEPER
from lianjing.runtime.process.models import CalendarDay, CalendarNotice, LocalClosure
from lianjing.runtime.trail.act import Act, Actor, recorded

INSTALLATION = "installation:1"
LONGEST = timedelta(days=60)  # a closure beyond that is no closure but another calendar
Proposal = TypeVar("Proposal", CalendarNotice, LocalClosure)
FAULTS = (
    gettext_noop("第%(line)s行：%(day)s不在%(year)s年，请核对年度"),
    gettext_noop("第%(line)s行：%(day)s与第%(first)s行重复，请删去一行"),
    gettext_noop("第%(line)s行：%(day)s是节假日，请写明名称"),
    gettext_noop("第%(line)s行：%(day)s是周末，上班须写作“调休上班”"),
    gettext_noop("第%(line)s行：%(day)s是周一至周五，放假须写作“节假日”并写明名称"),
    gettext_noop("第%(line)s行：%(day)s是周一至周五，无须调休，请写作“工作日”"),
    gettext_noop("缺少%(day)s，请补上这一天"),
)


def propose_notice(
    *, year: int, rows: Sequence[NoticeDay], source: str, file_name: str, person_id: int, now: datetime
) -> CalendarNotice:
    """Propose the working days of a year; BadInput names every fault by line or day, and nothing changes."""
    actor = unbound(person_id, "web")
    with recorded("calendar.propose", chain=INSTALLATION, actor=actor, now=now) as act:
        act.actor = actor_with(person_id, KEEPER, act.day)
        if not source.strip():
            raise BadInput(_("请写明依据文件"), "source")
        if not act.day.year - 1 <= year <= act.day.year + 5:
            raise BadInput(_("年度超出可办理的范围"), "year")
        faults = check_year(year, rows)
        if faults:
            text = "；".join(_(each.reason) % each.values for each in faults)
            raise BadInput(_("文件有误，现行日历未受影响：%(faults)s") % {"faults": text}, "file")
        if CalendarNotice.objects.filter(year=year, status="pending").exists():
            raise BadInput(_("该年度的安排正在等待审定"), "year")
        content = json.dumps(
            [[row.day.isoformat(), row.kind.value, row.name] for row in sorted_rows(rows)], ensure_ascii=False
        )
        return act.save(
            CalendarNotice(
                year=year,
                source=source.strip(),
                file_name=file_name,
                content=content,
                sha256=hashlib.sha256(content.encode()).hexdigest(),
                proposed_by_person_id=person_id,
                proposed_at=now,
                status="pending",
            )
        )


def sorted_rows(rows: Sequence[NoticeDay]) -> list[NoticeDay]:
    """Return the days in the order of the year."""
    return sorted(rows, key=lambda row: row.day)


def agree_notice(*, notice_id: int, person_id: int, now: datetime) -> CalendarNotice:
    """Enter a year as announced; open deadlines are computed anew by the worker."""
    row = CalendarNotice.objects.get(id=notice_id)
    with recorded("calendar.announce", chain=INSTALLATION, actor=unbound(person_id, "web"), now=now) as act:
        row.read_again()
        act.actor, act.role = _second_person(row, person_id, act.day), "approved"
        _enter(act, row)
        return _decided(act, row, "granted")


def _enter(act: Act, notice: CalendarNotice) -> None:
    known = {day.legal_day: day for day in CalendarDay.objects.filter(legal_day__year=notice.year)}
    new = []
    for text, kind, name in json.loads(notice.content):
        day, given = date.fromisoformat(text), DayKind(kind)
        row = known.get(day) or CalendarDay(legal_day=day)
        row.is_working, row.is_holiday = given.is_working, given is DayKind.HOLIDAY
        row.is_forecast, row.source = False, f"{notice.source} {name}".strip()
        if day in known:
            act.save(row)
        else:
            new.append(row)
    act.save_many(new)


def propose_closure(
    *, unit_id: int | None, from_on: date, to_on: date, why: str, source: str, person_id: int, now: datetime
) -> LocalClosure:
    """Propose days on which the zone (no unit) or a unit with all below it is closed, by a paper."""
    actor = unbound(person_id, "web")
    with recorded("calendar.close", chain=INSTALLATION, actor=actor, now=now, reason=why) as act:
        act.actor = actor_with(person_id, KEEPER, act.day)
        if to_on < from_on:
            raise BadInput(_("止日早于起日"), "to_on")
        if to_on < act.day:
            raise BadInput(_("已经过去的日子不能再停止办公"), "to_on")
        if to_on - from_on >= LONGEST:
            raise BadInput(_("一次停止办公最多%(days)s天") % {"days": LONGEST.days}, "to_on")
        for text, field in ((why, "why"), (source, "source")):
            if not text.strip():
                raise BadInput(_("请写明停止办公的原因和依据文件"), field)
        if unit_id is not None and not Unit.objects.filter(id=unit_id).exists():
            raise BadInput(_("没有这个单位"), "unit")
        return act.save(
            LocalClosure(
                unit_id=unit_id,
                from_on=from_on,
                to_on=to_on,
                why=why.strip(),
                source=source.strip(),
                proposed_by_person_id=person_id,
                proposed_at=now,
                status="pending",
            )
        )


def agree_closure(*, closure_id: int, person_id: int, now: datetime) -> LocalClosure:
    """Let a closure count; open deadlines are computed anew by the worker."""
    row = LocalClosure.objects.get(id=closure_id)
    with recorded("calendar.closed", chain=INSTALLATION, actor=unbound(person_id, "web"), now=now) as act:
        row.read_again()
        act.actor, act.role = _second_person(row, person_id, act.day), "approved"
        return _decided(act, row, "granted")


def revoke_closure(*, closure_id: int, reason: str, person_id: int, now: datetime) -> LocalClosure:
    """Take an agreed closure back from today on: days already closed stay so; open deadlines are computed anew.

    By a leader of those who agree to closures, never by the one who proposed it: the announced calendar holds again.
    """
    row = LocalClosure.objects.get(id=closure_id)
    actor = unbound(person_id, "web")
    with recorded("calendar.revoke", chain=INSTALLATION, actor=actor, now=now, reason=reason) as act:
        row.read_again()
        act.actor = _second_person(row, person_id, act.day, "granted")
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        if row.to_on < act.day:
            raise Refusal(Ground.STALE, "calendar.past", _("停止办公的日子已经过去，不能撤销"), SEPARATE)
        if row.from_on < act.day:
            row.to_on = act.day - timedelta(days=1)
        else:
            row.status = "revoked"
        row.reason, row.recomputed_at, row.moved = reason.strip(), None, None
        return act.save(row)


def refuse_notice(*, notice_id: int, person_id: int, reason: str, now: datetime) -> CalendarNotice:
    """Turn a proposed year down, with the reason."""
    return _refuse(CalendarNotice.objects.get(id=notice_id), person_id, reason, now)


def refuse_closure(*, closure_id: int, person_id: int, reason: str, now: datetime) -> LocalClosure:
    """Turn a proposed closure down, with the reason."""
    return _refuse(LocalClosure.objects.get(id=closure_id), person_id, reason, now)


def _refuse(row: Proposal, person_id: int, reason: str, now: datetime) -> Proposal:
    actor = unbound(person_id, "web")
    with recorded("calendar.refuse", chain=INSTALLATION, actor=actor, now=now, reason=reason) as act:
        row.read_again()
        act.actor = _second_person(row, person_id, act.day)
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        row.reason = reason.strip()
        return _decided(act, row, "refused")


def _decided(act: Act, row: Proposal, status: str) -> Proposal:
    row.status, row.decided_by_person_id, row.decided_at = status, act.actor.person_id, act.now
    return act.save(row)


def _second_person(
    row: CalendarNotice | LocalClosure, person_id: int, day: date, status: str = "pending"
) -> Actor:
    held = next((each for each in posts_held(person_id, day) if each.post.kind in APPROVERS), None)
    if held is None:
        raise Refusal(Ground.POST, "calendar.approver", _("工作日历由分管领导审定"), SEPARATE)
    if row.status != status:
        raise Refusal(Ground.STALE, "rights.decided", _("该申请已办理"))
    actor = actor_at(person_id, held.post.id, day)
    if row.proposed_by_person_id in (person_id, actor.on_behalf_of_id):
        raise Refusal(Ground.CONFLICT, "rights.two_persons", _("提出人不能同意本人的提议"), SEPARATE)
    return actor


def notices() -> QuerySet[CalendarNotice]:
    """Return the proposed and entered years, the latest first."""
    return CalendarNotice.objects.select_related("proposed_by_person", "decided_by_person").order_by(
        "-proposed_at", "-id"
    )


def closures() -> QuerySet[LocalClosure]:
    """Return the proposed and agreed closures, the latest first."""
    rows = LocalClosure.objects.select_related("unit", "proposed_by_person", "decided_by_person")
    return rows.order_by("-from_on", "-id")
