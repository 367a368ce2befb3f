"""Writes of notices: draft, publish, withdraw; the reading of one is noted beside the trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.notice.models import Notice, NoticeRead, NoticeUnit
from lianjing.runtime.notice.queries import AUTHOR, audience_of, for_person, managed_by, units_open_to
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.trail.act import Actor, legal_day, recorded

POWER = "zone_organisation#2"


def draft(
    *,
    person: Person,
    now: datetime,
    kind: str,
    title: str,
    text: str,
    units: Sequence[Unit] = (),
    to_on: date | None = None,
    notice_id: int | None = None,
) -> Notice:
    """Write a draft, or write it anew; a head addresses only his own units, the system administrator anyone."""
    actor = _author(person, now)
    row = managed(person, notice_id, now) if notice_id else Notice(author_person=person, drafted_at=now)
    with recorded("notice.draft", chain=f"unit:{actor.unit_id}", actor=actor, now=now) as act:
        _check(act.day, title, text, to_on)
        if row.status not in ("", "draft"):
            raise Refusal(Ground.STALE, "notice.not_draft", _("只有草稿可以修改"), POWER)
        row.kind, row.title, row.text, row.to_on = kind, title.strip(), text.strip(), to_on
        row.status, row.unit_id = "draft", row.unit_id or actor.unit_id or 0
        act.save(row)
        wanted = _addressed(person, units, act.day)
        present = {each.unit_id: each for each in NoticeUnit.objects.filter(notice=row)}
        for unit_id in sorted(wanted - present.keys()):
            act.save(NoticeUnit(notice=row, unit_id=unit_id))
        for unit_id in sorted(present.keys() - wanted):
            act.remove(present[unit_id])
        return row


def _check(today: date, title: str, text: str, to_on: date | None) -> None:
    if not title.strip():
        raise BadInput(_("请填写标题"), "title")
    if not text.strip():
        raise BadInput(_("请填写正文"), "text")
    if to_on is not None and to_on < today:
        raise BadInput(_("有效期不能早于今天"), "to_on")


def _addressed(person: Person, units: Sequence[Unit], day: date) -> set[int]:
    """The units as chosen; none means everyone, which only the system administrator may address."""
    wanted = {unit.id for unit in units}
    reach = set(units_open_to(person, day).values_list("id", flat=True))
    is_author = any(held.post.kind == AUTHOR for held in posts_held(person.id, day))
    if not wanted and not is_author:
        raise BadInput(_("请选择接收单位"), "units")
    if wanted - reach:
        raise Refusal(Ground.SCOPE, "notice.units", _("只能向本单位及下级单位发布"), POWER)
    return wanted


def publish(*, person: Person, notice_id: int, now: datetime) -> Notice:
    """Show a draft to those it is for."""
    row, actor = managed(person, notice_id, now), _author(person, now)
    with recorded("notice.publish", chain=f"unit:{row.unit_id}", actor=actor, now=now) as act:
        if row.status != "draft":
            raise Refusal(Ground.STALE, "notice.not_draft", _("只有草稿可以发布"), POWER)
        row.status, row.published_at = "published", now
        act.save(row)
        send(
            to_person_ids=audience_of(row, act.day),
            kind="notice",
            subject=one_line(row.title),
            link=f"/notices/{row.pk}/",
            now=now,
            sender_person_id=person.pk,
        )
        return row


def withdraw(*, person: Person, notice_id: int, reason: str, now: datetime) -> Notice:
    """Take a published notice back; it stays on record with the reason."""
    row, actor = managed(person, notice_id, now), _author(person, now)
    with recorded("notice.withdraw", chain=f"unit:{row.unit_id}", actor=actor, now=now, reason=reason) as act:
        if row.status != "published":
            raise Refusal(Ground.STALE, "notice.not_published", _("只有已发布的通知可以撤回"), POWER)
        if not reason.strip():
            raise BadInput(_("请写明撤回理由"), "reason")
        row.status, row.withdrawn_at, row.withdraw_reason = "withdrawn", now, reason.strip()
        return act.save(row)


def note_read(*, person: Person, notice_id: int, now: datetime) -> None:
    """Note that a person opened a notice that is for him: the first time counts."""
    NoticeRead.objects.get_or_create(notice_id=notice_id, person=person, defaults={"read_at": now})


def readable(person: Person, notice_id: int, day: date) -> Notice:
    """Return a notice that is for the person or his to manage; Refusal(SCOPE) otherwise, whether or not it exists."""
    found = for_person(person, day).filter(id=notice_id).first()
    found = found or managed_by(person, day).filter(id=notice_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.notice", _("没有该通知，或不是发给您的"))
    return found


def managed(person: Person, notice_id: int | None, now: datetime) -> Notice:
    """Return a notice that the person may manage; Refusal(SCOPE) otherwise."""
    found = Notice.objects.filter(
        id__in=managed_by(person, legal_day(now)).values("id"), id=notice_id or 0
    ).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.notice", _("没有该通知，或不是发给您的"))
    return found


def _author(person: Person, now: datetime) -> Actor:
    day = legal_day(now)
    for held in posts_held(person.id, day):
        if held.post.kind in (AUTHOR, "head") and held.on_behalf_of_id is None:
            return actor_at(person.id, held.post.id, day)
    raise Refusal(Ground.POST, "notice.author", _("通知由系统管理员或单位负责人发布"), POWER)
