"""The worker's part: spreads messages over the channels that each person gets them by, sends, tries again, gives up."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from lianjing.runtime.message import kinds
from lianjing.runtime.message.channels import Channel, NotDelivered, Parcel, installed
from lianjing.runtime.message.kinds import EMAIL, KINDS, SMS
from lianjing.runtime.message.models import Message, MessageAddress, MessageDelivery, MessagePreference
from lianjing.runtime.trail.act import LEGAL_ZONE

BATCH = 100
ATTEMPTS = 8  # over about two hours
LEASE = timedelta(minutes=5)  # how long one worker holds a delivery before another may try
STALE = timedelta(days=3)  # older news are not sent out any more, they stay in the site
log = logging.getLogger("lianjing.message")


def deliver_due(now: datetime) -> int:
    """Spread what is new and send what is due; return how many were sent. Whatever crashes, a parcel keeps its key."""
    channels = installed()
    spread(now, channels)
    due = MessageDelivery.objects.filter(due_at__lte=now, sent_at__isnull=True, dead_at__isnull=True)
    sent, away = 0, set[str]()
    for row in list(due.select_related("message", "person").order_by("due_at", "id")[:BATCH]):
        if row.channel in away or not _claim(row, now):
            continue
        if _attempt(row, channels.get(row.channel), now):
            sent += 1
        elif MessageDelivery.objects.filter(pk=row.pk, dead_at__isnull=True).exists():
            away.add(row.channel)  # the other side is away: one wait a turn, the worker has more to do
    return sent


def spread(now: datetime, channels: Iterable[str]) -> int:
    """Write the deliveries outside the site of messages not yet spread; return how many."""
    with transaction.atomic():
        waiting = list(
            Message.objects.select_for_update(skip_locked=_skips())
            .filter(spread_at__isnull=True)
            .order_by("id")[:BATCH]
        )
        if not waiting:
            return 0
        fresh = [message for message in waiting if message.created_at > now - STALE]
        rows = _rows(fresh, [name for name in channels if name in kinds.OUTSIDE], now)
        MessageDelivery.objects.bulk_create(rows, ignore_conflicts=True)
        Message.objects.filter(id__in=[message.pk for message in waiting]).update(spread_at=now)
    return len(rows)


def _skips() -> bool:
    return transaction.get_connection().features.has_select_for_update_skip_locked


def _rows(messages: list[Message], channels: list[str], now: datetime) -> list[MessageDelivery]:
    told = MessageDelivery.objects.filter(message__in=messages, channel=kinds.SITE)
    pairs = list(told.values_list("message_id", "person_id"))
    people = {person for _message, person in pairs}
    chosen = {
        (person, kind, channel): is_on
        for person, kind, channel, is_on in MessagePreference.objects.filter(
            person_id__in=people
        ).values_list("person_id", "kind", "channel", "is_on")
    }
    by_id = {message.pk: message for message in messages}
    return [
        MessageDelivery(
            message_id=message_id,
            person_id=person,
            channel=channel,
            kind=by_id[message_id].kind,
            due_at=_after_quiet(by_id[message_id].kind, now),
        )
        for message_id, person in pairs
        for channel in channels
        if wants(chosen, person, by_id[message_id].kind, channel)
    ]


def wants(chosen: dict[tuple[int, str, str], bool], person: int, kind: str, channel: str) -> bool:
    """True where a person gets a kind by a channel: his choice within the policy, else the policy's default."""
    if not kinds.may_switch(kind, channel):
        return True
    return chosen.get((person, kind, channel), kinds.is_default(kind, channel))


def _after_quiet(kind: str, now: datetime) -> datetime:
    """Return now, or the end of the quiet hours (legal time) for what can wait."""
    first, last = settings.LIANJING_QUIET_HOURS
    local = now.astimezone(LEGAL_ZONE)
    is_quiet = local.hour >= first or local.hour < last if first > last else first <= local.hour < last
    if first == last or not is_quiet or KINDS[kind].is_urgent:
        return now
    morning = local.replace(hour=last, minute=0, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


def _claim(row: MessageDelivery, now: datetime) -> bool:
    """Take a delivery for this worker; another that read the same row finds its due time changed."""
    held = MessageDelivery.objects.filter(pk=row.pk, due_at=row.due_at, sent_at__isnull=True)
    return held.update(due_at=now + LEASE, attempts=row.attempts + 1) == 1


def _attempt(row: MessageDelivery, channel: Channel | None, now: datetime) -> int:
    mine = MessageDelivery.objects.filter(pk=row.pk)
    try:
        address = address_of(row)
        if channel is None or not address:
            raise NotDelivered("no address" if channel else "channel not configured", is_permanent=True)
        channel.deliver(parcel_of(row, address), now)
    except NotDelivered as failure:
        attempts = row.attempts + 1
        is_dead = failure.is_permanent or attempts >= ATTEMPTS
        later = now + timedelta(minutes=2 ** (attempts - 1))
        mine.update(error=str(failure)[:300], due_at=later, dead_at=now if is_dead else None)
        log.warning("delivery %s by %s failed: %s", row.pk, row.channel, failure)
        return 0
    return mine.update(sent_at=now, error="")


def address_of(row: MessageDelivery) -> str:
    """Return where a delivery goes: the address that the person set, for an SMS else his telephone on file."""
    own = MessageAddress.objects.filter(person_id=row.person_id, channel=row.channel).first()
    if own is not None and own.address:
        return own.address
    return row.person.phone if row.channel == SMS else ""


def parcel_of(row: MessageDelivery, address: str) -> Parcel:
    """Return what leaves the site: of a confidential message nothing but that there is one."""
    message = row.message
    with translation.override(settings.LANGUAGE_CODE):
        sign = _("廉镜")
        if message.is_confidential or KINDS[message.kind].is_confidential:
            subject = _("您有一条新消息，请登录查看")
            return Parcel(
                f"lj-{row.pk}", "message", address, f"{sign} {subject}", subject, _site("/messages/")
            )
        subject = f"{kinds.label(message.kind)}：{message.subject}"
        head = f"{sign} {subject}" if row.channel == EMAIL else subject
    return Parcel(f"lj-{row.pk}", message.kind, address, head, message.text, _site(message.link))


def _site(link: str) -> str:
    """The full address of a page where the installation knows its own, else nothing."""
    return settings.LIANJING_SITE_URL.rstrip("/") + link if settings.LIANJING_SITE_URL and link else ""
