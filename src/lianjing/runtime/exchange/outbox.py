"""What a push tells: a letter for each act since, sent until it is taken, dead after all tries."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.exchange.declaration import Declared, Reached
from lianjing.runtime.exchange.models import DeadLetter, Feed, FeedState
from lianjing.runtime.exchange.taking import Taken
from lianjing.runtime.trail.models import Event, Leaf
from lianjing.runtime.webhook.calling import CallFault, call
from lianjing.runtime.webhook.places import addresses, place_of
from lianjing.runtime.webhook.services import BACK_OFF
from lianjing.runtime.webhook.signing import headers_of

BATCH, AT_ONCE = 500, 50
WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"


def next_leaf() -> int:
    """Return the number of the next leaf: a feed tells of what is done after it was connected."""
    last = Leaf.objects.aggregate(last=Max("idx"))["last"]
    return 0 if last is None else last + 1


def push(each: Declared, feed: Feed, place: Reached, now: datetime) -> tuple[Taken, str]:
    """Write the letters of new acts, then send what is due; the fault is that of the last letter that failed."""
    taken = Taken(new=_queue(each, feed, now))
    fault = ""
    due = DeadLetter.objects.filter(feed=feed, direction="push", state=WAITING, next_at__lte=now)
    for letter in due.order_by("id")[:AT_ONCE]:
        taken.rows += 1
        found = _send(letter, place, now)
        fault = found or fault
        taken.rejected += bool(found)
    return taken, fault


def _queue(each: Declared, feed: Feed, now: datetime) -> int:
    """Write a letter for each act that the feed tells of, by leaf number: nothing late is passed over."""
    with transaction.atomic():
        state = FeedState.objects.select_for_update().get(feed=feed)
        leaves = dict(
            Leaf.objects.filter(idx__gte=state.next_leaf)
            .order_by("idx")
            .values_list("event_id", "idx")[:BATCH]
        )
        if not leaves:
            return 0
        events = Event.objects.filter(pk__in=leaves, act__in=each.acts, is_refused=False)
        letters = [
            _letter(each, feed, event, now) for event in sorted(events, key=lambda row: leaves[row.pk])
        ]
        made = [letter for letter in letters if letter is not None]
        DeadLetter.objects.bulk_create(made, ignore_conflicts=True)
        state.next_leaf = max(leaves.values()) + 1
        state.save(update_fields=["next_leaf"])
    return len(made)


def _letter(each: Declared, feed: Feed, event: Event, now: datetime) -> DeadLetter | None:
    content = each.serialise(event) if each.serialise is not None else None
    if content is None:
        return None
    return DeadLetter(
        feed=feed,
        direction="push",
        source_id=event.pk,
        content=json.dumps({"id": event.pk, **content}, ensure_ascii=False, sort_keys=True),
        state=WAITING,
        made_at=now,
        next_at=now,
    )


def _send(letter: DeadLetter, place: Reached, now: datetime) -> str:
    """Send one letter, a try counted before it is sent; returns what went wrong, "" for a letter taken."""
    pause = BACK_OFF[min(letter.tries, len(BACK_OFF) - 1)]
    own = DeadLetter.objects.filter(pk=letter.pk, tries=letter.tries, state=WAITING)
    if not own.update(tries=letter.tries + 1, next_at=now + pause):
        return ""
    body = letter.content.encode()
    try:
        where = place_of(place.url)
        status = call(where, addresses(where), headers_of(place.secret, letter.source_id, now, body), body)
        fault = "" if 200 <= status < 300 or status == 409 else f"HTTP {status}"  # 409: it has it already
    except (BadInput, CallFault) as error:
        fault = str(error)
    is_dead = bool(fault) and letter.tries + 1 > len(BACK_OFF)
    DeadLetter.objects.filter(pk=letter.pk).update(
        state=DEAD if is_dead else WAITING if fault else DELIVERED,
        sent_at=None if fault else now,
        fault=fault[:400],
    )
    return fault
