"""Writes of feeds: their rows, stop and start, a dead letter again, the explanation of a difference."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.exchange.declaration import Declared, declared
from lianjing.runtime.exchange.models import DeadLetter, ExternalRecord, Feed, FeedState, SeenMessage
from lianjing.runtime.exchange.taking import chain_of, take
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import actor_at, actor_with, on_day, posts_held
from lianjing.runtime.regulation.queries import clause_on
from lianjing.runtime.trail.act import SYSTEM, Actor, legal_day, recorded

MANAGER, WATCHER = "system_admin", "supervisor"
CLAUSE = "zone_organisation#2"
SHORTEST_REASON = 4


def register(each: Declared, now: datetime) -> Feed:
    """Return the row of a declared feed, written or brought up to date where the declaration changed."""
    feed, wanted = _known(each, now)
    if feed is not None and not wanted:
        return feed
    feed = feed or Feed(code=each.key, status="planned")
    with recorded("exchange.register", chain=chain_of(feed), actor=SYSTEM, now=now) as act:
        for column, value in wanted.items():
            setattr(feed, column, value)
        return act.save(feed)


def _known(each: Declared, now: datetime) -> tuple[Feed | None, dict[str, Any]]:
    """Return the row of a declared feed, if there is one, and what is to be written into it."""
    clause = clause_on(each.clause, legal_day(now))
    wanted = {
        "name": each.name.zh,
        "provider": codes.label("external_system", each.system),
        "purpose": each.purpose.zh,
        "clause_id": clause.pk if clause is not None else None,
        "has_person_data": each.has_person_data,
    }
    feed = Feed.objects.filter(code=each.key).first()
    is_same = feed is not None and all(getattr(feed, column) == value for column, value in wanted.items())
    return feed, {} if is_same else wanted


def register_all(now: datetime) -> int:
    """Register every declared feed that is new or has changed, and return how many; what `init` and `upgrade` call."""
    due = [each for each in declared().values() if _known(each, now)[1]]
    return len([register(each, now) for each in due])


def set_status(feed: Feed, status: str, now: datetime) -> None:
    """Turn a feed live or red as the worker found it."""
    was = feed.status
    with recorded(f"exchange.{status}", chain=chain_of(feed), actor=SYSTEM, now=now) as act:
        feed.status = status
        act.save(feed)
        _tell_owner(feed, was, now)


def _tell_owner(feed: Feed, was: str, now: datetime) -> None:
    """Tell who answers for a feed that it has fallen silent, and that it is back."""
    each = declared().get(feed.code)
    is_back = was == "red" and feed.status == "live"
    if each is None or not (feed.status == "red" or is_back):
        return
    words = _("数据源已恢复") if is_back else _("数据源超过时效没有更新，请核对对接情况")
    send(
        to_person_ids=owners_of(each, legal_day(now)),
        kind="feed",
        subject=one_line(words, feed.name),
        link=f"/feeds/{feed.pk}/differences/" if each.fields else "/feeds/",
        now=now,
    )


def owners_of(each: Declared, day: date) -> list[int]:
    """Return who holds the post that answers for a feed."""
    seats = Appointment.objects.filter(on_day(day), post__key=each.owner_post)
    return sorted(set(seats.values_list("person_id", flat=True)))


def stop(*, feed_id: int, reason: str, person_id: int, now: datetime) -> Feed:
    """Stop a feed, with a reason; it neither asks nor tells nor takes until it is started."""
    return _switch(feed_id, "stopped", "exchange.stop", reason, person_id, now)


def start(*, feed_id: int, reason: str, person_id: int, now: datetime) -> Feed:
    """Start a stopped feed; it is red until its next good run."""
    feed = _switch(feed_id, "red", "exchange.start", reason, person_id, now)
    FeedState.objects.filter(feed=feed).update(next_at=now, failures=0)
    return feed


def _switch(feed_id: int, status: str, verb: str, reason: str, person_id: int, now: datetime) -> Feed:
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(_("请写明理由"), "reason")
    actor = actor_with(person_id, MANAGER, legal_day(now))
    feed = Feed.objects.filter(pk=feed_id).first()
    if feed is None:
        raise Refusal(Ground.SCOPE, "scope.feed", _("没有该数据源"))
    with recorded(verb, chain=chain_of(feed), actor=actor, now=now, reason=reason.strip()) as act:
        feed = Feed.objects.get(pk=feed_id)
        if (feed.status == "stopped") == (status == "stopped"):
            raise Refusal(Ground.STALE, "exchange.status", _("数据源的状态已变化，请刷新"))
        feed.status = status
        return act.save(feed)


def resend(*, letter_id: int, person_id: int, now: datetime) -> DeadLetter:
    """Send a dead letter again with all its tries, or read a reject again; its content stays what it was."""
    actor = actor_with(person_id, MANAGER, legal_day(now))
    letter = DeadLetter.objects.select_related("feed").filter(pk=letter_id).first()
    if letter is None:
        raise Refusal(Ground.SCOPE, "scope.letter", _("没有该报文"))
    if letter.state != "dead":
        raise Refusal(Ground.STALE, "exchange.not_dead", _("该报文不在失败状态，不能重发"))
    feed = letter.feed
    with recorded(
        "exchange.resend", chain=chain_of(feed), actor=actor, now=now, extra={"letter": letter.source_id}
    ):
        letter.state, letter.tries, letter.next_at, letter.fault = "waiting", 0, now, ""
        letter.save(update_fields=["state", "tries", "next_at", "fault"])
        FeedState.objects.filter(feed=feed).update(next_at=now)
    if letter.direction == "pull":
        again = take(declared()[feed.code], feed, [json.loads(letter.content)], now)
        if not again.rejected:
            DeadLetter.objects.filter(pk=letter.pk).delete()
    return letter


def explain(*, record_id: int, text: str, person_id: int, now: datetime) -> ExternalRecord:
    """Say why what another system holds need not be on the platform; by the supervisor."""
    if len(text.strip()) < SHORTEST_REASON:
        raise BadInput(_("请写明说明"), "text")
    actor = _watcher(person_id, now)
    row = ExternalRecord.objects.select_related("feed").filter(pk=record_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.external_record", _("没有该外部记录"))
    with recorded("exchange.explain", chain=chain_of(row.feed), actor=actor, now=now) as act:
        row.explanation = text.strip()
        return act.save(row)


def _watcher(person_id: int, now: datetime) -> Actor:
    day = legal_day(now)
    for held in posts_held(person_id, day):
        if held.post.kind == WATCHER:
            return actor_at(person_id, held.post.pk, day)
    raise Refusal(Ground.POST, "exchange.not_supervisor", _("差异说明由监督组登记"), CLAUSE)


def is_first(feed: Feed, message_id: str, now: datetime) -> bool:
    """Take note of a signed message; False for one that was taken before (a replay)."""
    try:
        with transaction.atomic():
            SeenMessage.objects.create(feed=feed, message_id=message_id[:200], seen_at=now)
    except IntegrityError:
        return False
    return True
