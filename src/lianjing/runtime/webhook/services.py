"""Writes of webhooks: subscribe, end, send a dead letter again; and what the worker does: queue, deliver, try again."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.access.sealing import CannotOpen, open_sealed, seal
from lianjing.runtime.org.queries import actor_at, posts_held, roles_of
from lianjing.runtime.scope.events import events_for
from lianjing.runtime.trail.act import Actor, legal_day, recorded
from lianjing.runtime.trail.models import Event, Leaf
from lianjing.runtime.webhook.calling import CallFault, call
from lianjing.runtime.webhook.models import SigningState, Subscription, WebhookDelivery
from lianjing.runtime.webhook.places import addresses, place_of
from lianjing.runtime.webhook.signing import fresh_secret, headers_of

# The waiting times between tries that Standard Webhooks recommends, about three days in all.
BACK_OFF = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\.\*)?|\*")
MOST_KINDS = 50
MOST_SUBSCRIPTIONS = 10
BATCH = 500
AT_ONCE = 50
KEPT_DAYS = 30
WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"
MANAGER = "system_admin"
CLAUSE = "zone_organisation#2"


def subscribe(*, name: str, url: str, kinds: str, person_id: int, now: datetime) -> tuple[Subscription, str]:
    """Ask to be told of acts of these kinds within one's scope; returns the secret that signs, shown once.

    BadInput for an address that is malformed or not allowed, or for an unknown way to name kinds.
    """
    wanted = kinds.split()
    if not name.strip():
        raise BadInput(_("请写明推送名称"), "name")
    if not wanted or len(wanted) > MOST_KINDS or not all(KIND.fullmatch(each) for each in wanted):
        raise BadInput(_("事件种类写作 works_payment.audit 或 works_payment.*，以空格分隔"), "kinds")
    place_of(url)
    if Subscription.objects.filter(person_id=person_id, ended_at=None).count() >= MOST_SUBSCRIPTIONS:
        raise BadInput(_("推送已达%(count)s个，请先停止不用的") % {"count": MOST_SUBSCRIPTIONS}, "name")
    secret = fresh_secret()
    with recorded(
        "webhook.subscribe",
        chain=f"person:{person_id}",
        actor=_actor(person_id, now),
        now=now,
        role="",
    ) as act:
        row = act.save(
            Subscription(name=name.strip(), person_id=person_id, url=url, kinds=" ".join(wanted), made_at=now)
        )
        last = Leaf.objects.aggregate(last=Max("idx"))["last"]
        SigningState.objects.create(
            subscription=row, secret=seal(secret.encode()), next_leaf=0 if last is None else last + 1
        )
    return row, secret


def end(*, subscription_id: int, reason: str, person_id: int, now: datetime) -> Subscription:
    """Stop a subscription; its owner may, and the system administrator. What waits is not sent any more."""
    row = _mine(subscription_id, person_id, now)
    with recorded(
        "webhook.end",
        chain=f"person:{row.person_id}",
        actor=_actor(person_id, now),
        now=now,
        role="",
        reason=reason.strip(),
    ) as act:
        fresh = Subscription.objects.get(pk=row.pk)
        if fresh.ended_at is not None:
            raise Refusal(Ground.STALE, "webhook.ended", _("该推送已停止"))
        fresh.ended_at, fresh.ended_reason = now, reason.strip()
        WebhookDelivery.objects.filter(subscription=row, state=WAITING).update(state=DEAD, fault="ended")
        return act.save(fresh)


def resend(*, delivery_id: int, person_id: int, now: datetime) -> WebhookDelivery:
    """Send a dead letter again, with all its tries before it."""
    found = WebhookDelivery.objects.select_related("subscription").filter(pk=delivery_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.webhook", _("没有该推送"))
    row = _mine(found.subscription_id, person_id, now)
    if found.state != DEAD or row.ended_at is not None:
        raise Refusal(Ground.STALE, "webhook.not_dead", _("该推送不在失败状态，不能重发"))
    with recorded(
        "webhook.resend",
        chain=f"person:{row.person_id}",
        actor=_actor(person_id, now),
        now=now,
        role="",
        extra={"message": found.message_id},
    ):
        found.state, found.tries, found.next_at, found.fault = WAITING, 0, now, ""
        found.save(update_fields=["state", "tries", "next_at", "fault"])
    return found


def _mine(subscription_id: int, person_id: int, now: datetime) -> Subscription:
    row = Subscription.objects.filter(pk=subscription_id).first()
    is_manager = MANAGER in roles_of(person_id, legal_day(now))
    if row is None or (row.person_id != person_id and not is_manager):
        raise Refusal(Ground.SCOPE, "scope.webhook", _("没有该推送"))
    return row


def _actor(person_id: int, now: datetime) -> Actor:
    day = legal_day(now)
    held = posts_held(person_id, day)
    if not held:
        raise Refusal(Ground.POST, "post.none_today", _("您今日没有在任岗位"), CLAUSE)
    return actor_at(person_id, held[0].post.id, day)


def queue_new(now: datetime) -> int:
    """Write the messages of the acts numbered since, for each subscription within its subscriber's scope today."""
    count = 0
    live = SigningState.objects.filter(subscription__ended_at__isnull=True)
    for number in live.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            state = (
                SigningState.objects.select_for_update().select_related("subscription__person").get(pk=number)
            )
            count += _queue(state, now)
    return count


def _queue(state: SigningState, now: datetime) -> int:
    numbered = Leaf.objects.filter(idx__gte=state.next_leaf).order_by("idx")
    leaves = dict(numbered.values_list("event_id", "idx")[:BATCH])
    if not leaves:
        return 0
    row, day = state.subscription, legal_day(now)
    seen = Event.objects.none()
    if posts_held(row.person_id, day):
        seen = events_for(row.person, day).filter(pk__in=leaves)
    wanted = [event for event in seen if _is_wanted(event.act, row.kinds.split())]
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                message_id=f"msg_{row.pk}_{event.pk}",
                subscription=row,
                event_id=event.pk,
                content=_content(event, leaves[event.pk]),
                state=WAITING,
                next_at=now,
            )
            for event in sorted(wanted, key=lambda each: leaves[each.pk])
        ],
        ignore_conflicts=True,
    )
    state.next_leaf = max(leaves.values()) + 1
    state.save(update_fields=["next_leaf"])
    return len(wanted)


def _is_wanted(act: str, kinds: list[str]) -> bool:
    return any(kind in ("*", act) or (kind.endswith(".*") and act.startswith(kind[:-1])) for kind in kinds)


def _content(event: Event, leaf: int) -> str:
    """What a message says: that an act was done and where to read it; no value, no name leaves the site."""
    told: dict[str, Any] = {
        "type": event.act,
        "timestamp": event.recorded_at.isoformat(),
        "data": {
            "event": event.pk,
            "leaf": leaf,
            "object": event.object,
            "matter": event.matter_id,
            "root_matter": event.root_matter_id,
            "step": event.step_key,
            "is_refused": event.is_refused,
            "clause": event.clause,
            "read_at": f"/api/v1/trail/events/{event.pk}",
        },
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def deliver_due(now: datetime) -> int:
    """Send what is due, each message in its own transaction; returns how many were delivered."""
    count = 0
    due = WebhookDelivery.objects.filter(
        state=WAITING, next_at__lte=now, subscription__ended_at__isnull=True
    ).order_by("next_at", "pk")
    for number in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        count += _deliver(number, now)
    return count


def _deliver(number: int, now: datetime) -> int:
    """Take the message for ourselves first (a try counted, the next one dated), then send it outside of any lock."""
    row = WebhookDelivery.objects.select_related("subscription__signing", "subscription__person").get(
        pk=number
    )
    pause = BACK_OFF[min(row.tries, len(BACK_OFF) - 1)]
    taken = WebhookDelivery.objects.filter(pk=number, state=WAITING, tries=row.tries).update(
        tries=row.tries + 1, next_at=now + pause
    )
    if not taken:
        return 0
    if not _may_still_know(row, now):
        WebhookDelivery.objects.filter(pk=number).update(state=DEAD, fault="out_of_scope")
        return 0
    status, fault = _send(row, now)
    is_done = 200 <= status < 300
    is_dead = not is_done and row.tries + 1 > len(BACK_OFF)
    WebhookDelivery.objects.filter(pk=number).update(
        state=DELIVERED if is_done else DEAD if is_dead else WAITING,
        sent_at=now if is_done else None,
        answer_status=status or None,
        fault="" if is_done else fault[:400],
    )
    return int(is_done)


def _may_still_know(row: WebhookDelivery, now: datetime) -> bool:
    """What was queued while it was in the subscriber's scope is not sent once it is not: he left, or lost the post."""
    person, day = row.subscription.person, legal_day(now)
    is_here = person.left_on is None or day <= person.left_on
    if not is_here or not posts_held(person.pk, day):
        return False
    return events_for(person, day).filter(pk=row.event_id).exists()


def _send(row: WebhookDelivery, now: datetime) -> tuple[int, str]:
    body = row.content.encode()
    try:
        place = place_of(row.subscription.url)
        secret = open_sealed(row.subscription.signing.secret).decode()
        headers = headers_of(secret, row.message_id, now, body)
        status = call(place, addresses(place), headers, body)
    except (BadInput, CallFault) as fault:
        return 0, str(fault)
    except CannotOpen:
        return 0, _("密钥不能解封，请重新订阅")
    return status, "" if 200 <= status < 300 else f"HTTP {status}"


def sweep(now: datetime) -> int:
    """Drop what was delivered more than a month ago; dead letters stay until they are sent or their subscription ends."""
    old = now - timedelta(days=KEPT_DAYS)
    return WebhookDelivery.objects.filter(state=DELIVERED, sent_at__lt=old).delete()[0]


def work(now: datetime) -> int:
    """Queue and deliver: the worker's job."""
    return queue_new(now) + deliver_due(now)


def visible_people(person_id: int, now: datetime) -> bool:
    """True for who sees everybody's subscriptions."""
    return bool(roles_of(person_id, legal_day(now)) & {MANAGER, "audit_admin"})


def subscriptions_visible(person_id: int, now: datetime) -> Any:
    """Return one's own subscriptions; all of them for who manages and who audits."""
    rows = Subscription.objects.select_related("person").order_by("-made_at", "-id")
    return rows if visible_people(person_id, now) else rows.filter(person_id=person_id)
