"""Reads of the outbox: the bell, one's own messages, who has read, what could not be delivered."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from lianjing.runtime.message.kinds import CHANNELS, KINDS, SITE, is_default, may_switch
from lianjing.runtime.message.models import Message, MessageAddress, MessageDelivery, MessagePreference

COUNTED_TO = 100


def mine(person_id: int) -> QuerySet[MessageDelivery]:
    """Return a person's messages, newest first."""
    own = MessageDelivery.objects.filter(person_id=person_id, channel=SITE)
    return own.select_related("message__matter", "message__sender_person").order_by("-id")


def unread(person_id: int) -> int:
    """Return how many messages ring the bell, counted to a hundred; kinds that the person silenced do not."""
    silent = MessagePreference.objects.filter(person_id=person_id, channel=SITE, is_on=False).values("kind")
    waiting = MessageDelivery.objects.filter(person_id=person_id, channel=SITE, read_at__isnull=True)
    return waiting.exclude(kind__in=silent)[:COUNTED_TO].count()


def receipts(message_id: int) -> QuerySet[MessageDelivery]:
    """Return who was told and when each read it, the unread first."""
    told = MessageDelivery.objects.filter(message_id=message_id, channel=SITE)
    return told.select_related("person__unit").order_by("read_at", "person__pinyin", "id")


def may_see_receipts(message: Message, person_id: int, is_supervisor: bool) -> bool:
    """The sender and the supervisors see who read a notice or a copy; of confidential ones the sender alone."""
    if not KINDS[message.kind].has_receipts:
        return False
    return message.sender_person_id == person_id or (is_supervisor and not message.is_confidential)


def undelivered() -> QuerySet[MessageDelivery]:
    """Return deliveries outside the site that failed or wait, the dead first."""
    outside = MessageDelivery.objects.exclude(channel=SITE).filter(sent_at__isnull=True)
    return outside.select_related("person__unit").order_by(F("dead_at").desc(nulls_last=True), "due_at", "id")


def choices_of(person_id: int) -> dict[tuple[str, str], bool]:
    """Return for each kind and channel whether the person gets it."""
    rows = MessagePreference.objects.filter(person_id=person_id).values_list("kind", "channel", "is_on")
    chosen = {(kind, channel): is_on for kind, channel, is_on in rows}
    return {
        (kind, channel): chosen.get((kind, channel), is_default(kind, channel))
        if may_switch(kind, channel)
        else True
        for kind in KINDS
        for channel in CHANNELS
    }


def addresses_of(person_id: int) -> dict[str, str]:
    """Return the addresses that a person has set."""
    return dict(MessageAddress.objects.filter(person_id=person_id).values_list("channel", "address"))


def is_unread(wanted: bool) -> Q:
    """Return the condition for unread messages, or for read ones."""
    return Q(read_at__isnull=wanted)


def is_dead(wanted: bool) -> Q:
    """Return the condition for deliveries given up, or for those that still wait."""
    return Q(dead_at__isnull=not wanted)
