"""Writes of the outbox: tell persons inside of an act, mark what was read, choose channels and addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.message.channels import installed
from lianjing.runtime.message.kinds import CHANNELS, EMAIL, HOOK, KINDS, SITE, SMS, may_switch
from lianjing.runtime.message.models import Message, MessageAddress, MessageDelivery, MessagePreference
from lianjing.runtime.trail.act import Act, Actor, recorded
from lianjing.runtime.trail.rapid import insert

LONGEST = 200
MARKUP = re.compile(r"<\s*[/!?a-zA-Z]")
LINK = re.compile(r"/(?![/\\])[^\s<>\"'\\]*\Z")
PHONE = re.compile(r"\+?[0-9]{5,20}\Z")
CLAUSE = "zone_organisation#2"


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to be told: plain words, no mark-up; `once` keeps a reminder from being told twice."""

    to_person_ids: Sequence[int]
    kind: str
    subject: str
    text: str = ""
    link: str = ""
    matter_id: int | None = None
    is_confidential: bool = False
    sender_person_id: int | None = None
    once: str | None = None


def one_line(*parts: object) -> str:
    """Join data of ours into a subject that no header and no page can be broken with."""
    text = " · ".join(str(part) for part in parts if part)
    text = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs") else sign for sign in text
    )
    return " ".join(text.replace("<", "＜").replace(">", "＞").split())[:LONGEST]


def send(
    *,
    to_person_ids: Iterable[int],
    kind: str,
    subject: str,
    text: str = "",
    link: str = "",
    matter_id: int | None = None,
    is_confidential: bool = False,
    now: datetime,
    sender_person_id: int | None = None,
    once: str | None = None,
) -> Message | None:
    """Tell persons something, inside of the act that it tells of: two inserts, nothing is sent yet.

    None where nobody is to be told. BadInput for a subject of several lines or with mark-up, and for a link that
    leaves the site: what comes from people passes through `one_line` first.
    """
    draft = Draft(
        list(to_person_ids), kind, subject, text, link, matter_id, is_confidential, sender_person_id, once
    )
    told = send_all([draft], now)
    return told[0] if told else None


def send_all(drafts: Sequence[Draft], now: datetime) -> list[Message]:
    """Tell several things at once, in two inserts however many; a draft to nobody is left out."""
    wanted = [(draft, list(dict.fromkeys(draft.to_person_ids))) for draft in drafts]
    wanted = [(draft, people) for draft, people in wanted if people]
    for draft, _people in wanted:
        _require_sound(draft)
    if not wanted:
        return []
    spread_at = None if installed() else now  # without a way out of the site there is nothing to spread
    told = Message.objects.bulk_create(
        [
            Message(
                kind=draft.kind,
                subject=draft.subject,
                text=draft.text,
                link=draft.link,
                matter_id=draft.matter_id,
                sender_person_id=draft.sender_person_id,
                is_confidential=draft.is_confidential or KINDS[draft.kind].is_confidential,
                created_at=now,
                once=draft.once,
                spread_at=spread_at,
            )
            for draft, _people in wanted
        ]
    )
    insert(
        MessageDelivery,
        [
            MessageDelivery(
                message_id=message.pk,
                person_id=person,
                channel=SITE,
                kind=message.kind,
                due_at=now,
                sent_at=now,
            )
            for message, (_draft, people) in zip(told, wanted, strict=True)
            for person in people
        ],
    )
    return told


def _require_sound(draft: Draft) -> None:
    if draft.kind not in KINDS:
        raise BadInput(_("没有这种消息"), "kind")
    subject = draft.subject
    if not subject.strip() or len(subject) > LONGEST:
        raise BadInput(_("消息标题不能为空，且不超过200字"), "subject")
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs") for sign in subject):
        raise BadInput(_("消息标题不能换行或含控制字符"), "subject")
    if MARKUP.search(subject):
        raise BadInput(_("消息标题不能含有标记"), "subject")
    if draft.link and not LINK.match(draft.link):
        raise BadInput(_("消息链接只能指向本系统"), "link")


def mark_read(*, person_id: int, now: datetime, delivery_ids: Iterable[int] | None = None) -> int:
    """Mark one's own messages as read, these or all; the time of the first reading stays."""
    own = MessageDelivery.objects.filter(person_id=person_id, channel=SITE, read_at__isnull=True)
    if delivery_ids is not None:
        own = own.filter(id__in=list(delivery_ids))
    return own.update(read_at=now)


def choose(*, person_id: int, chosen: Iterable[tuple[str, str]]) -> None:
    """Keep which kinds a person wants by which channel; what the policy fixes is not his to choose."""
    wanted = set(chosen)
    MessagePreference.objects.filter(person_id=person_id).delete()
    MessagePreference.objects.bulk_create(
        [
            MessagePreference(
                person_id=person_id, kind=kind, channel=channel, is_on=(kind, channel) in wanted
            )
            for kind in KINDS
            for channel in CHANNELS
            if may_switch(kind, channel)
        ]
    )


def set_address(*, person_id: int, channel: str, address: str, actor: Actor, now: datetime) -> MessageAddress:
    """Set where one's own messages go outside the site; "" takes the address away. An act of its own."""
    address = address.strip()
    _require_address(channel, address)
    with recorded("message.address", chain=f"person:{person_id}", actor=actor, now=now) as act:
        if actor.person_id != person_id:
            raise Refusal(Ground.POST, "message.own_address", _("只能设置本人的接收地址"), CLAUSE)
        row = MessageAddress.objects.filter(person_id=person_id, channel=channel).first()
        row = row or MessageAddress(person_id=person_id, channel=channel)
        row.address = address
        return act.save(row)


def _require_address(channel: str, address: str) -> None:
    if channel not in (EMAIL, SMS, HOOK):
        raise BadInput(_("没有这种渠道"), "channel")
    if not address:
        return
    if channel == EMAIL:
        try:
            validate_email(address)
        except ValidationError as error:
            raise BadInput(_("邮箱地址不正确"), EMAIL) from error
    elif channel == SMS and not PHONE.match(address):
        raise BadInput(_("手机号不正确"), SMS)
    elif channel == HOOK and not re.fullmatch(r"[0-9A-Za-z_.@-]{1,80}", address):
        raise BadInput(_("政务通讯账号不正确"), HOOK)


def resend(*, delivery_id: int, actor: Actor, now: datetime) -> MessageDelivery:
    """Try a dead delivery again from the first attempt: an act of the system administrator."""
    with recorded("message.resend", chain="installation:1", actor=actor, now=now) as act:
        row = MessageDelivery.objects.filter(pk=delivery_id).first()
        if row is None or row.dead_at is None:
            raise BadInput(_("该消息不在未送达名单中"), "delivery")
        row.dead_at, row.attempts, row.error, row.due_at = None, 0, "", now
        row.save(update_fields=["dead_at", "attempts", "error", "due_at"])
        _note(act, row)
        return row


def _note(act: Act, row: MessageDelivery) -> None:
    """The outbox is no part of the trail: the event says by itself what was sent again."""
    act.extra["delivery"] = {
        "message": row.message_id,
        "person": row.person_id,
        "channel": row.channel,
        "kind": row.kind,
    }
