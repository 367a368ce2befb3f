"""What the worker does: runs each feed when it is due, tries again with patience, and turns red what is late."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db.models import Min
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.exchange import outbox
from lianjing.runtime.exchange.declaration import Declared, Direction, Reached, declared, reached
from lianjing.runtime.exchange.models import DeadLetter, Feed, FeedRun, FeedState, SeenMessage
from lianjing.runtime.exchange.services import register, set_status
from lianjing.runtime.exchange.taking import Taken, take
from lianjing.runtime.webhook.calling import CallFault, asked
from lianjing.runtime.webhook.places import addresses, place_of
from lianjing.runtime.webhook.services import BACK_OFF
from lianjing.runtime.webhook.signing import TOLERANCE_SECONDS, headers_of

LARGEST_ANSWER = 8 * 1024 * 1024
MOST_PAGES = 50  # a run reads so many pages; the rest follows in the next
KEPT_RUNS, KEPT_LETTERS = timedelta(days=730), timedelta(days=30)
STOPPED = "stopped"


def work(now: datetime) -> int:
    """Run what is due and judge every feed; returns how many ran."""
    count = 0
    for each in declared().values():
        feed = register(each, now)
        place = reached(each.key)
        if place is None or feed.status == STOPPED:
            continue
        state = _connected(feed, now)
        if state.next_at is None or state.next_at <= now:
            count += _run(each, feed, place, now)
        judge(each, feed, now)
    return count


def run_once(key: str, now: datetime) -> FeedRun | None:
    """Run one connected feed now and judge it; None for one that is not connected or was stopped."""
    each = declared()[key]
    feed, place = register(each, now), reached(key)
    if place is None or feed.status == STOPPED:
        return None
    _connected(feed, now)
    _run(each, feed, place, now)
    judge(each, feed, now)
    return feed.runs.latest("id")


def _connected(feed: Feed, now: datetime) -> FeedState:
    state, _made = FeedState.objects.get_or_create(
        feed=feed, defaults={"connected_at": now, "next_leaf": outbox.next_leaf()}
    )
    return state


def _run(each: Declared, feed: Feed, place: Reached, now: datetime) -> int:
    """Run one feed; dated for its next try before it is run, so that a crash repeats nothing at once."""
    state = FeedState.objects.get(feed=feed)
    pause = BACK_OFF[min(state.failures, len(BACK_OFF) - 1)]
    FeedState.objects.filter(feed=feed).update(next_at=now + pause, failures=state.failures + 1)
    if each.direction is Direction.PUSH:
        taken, fault = outbox.push(each, feed, place, now)
    else:
        taken, fault = _pull(each, feed, place, state.cursor, now)
    result, words = _quality(each, taken, fault)
    note(feed, each.direction.value, taken, result, words, now)
    if not fault:
        FeedState.objects.filter(feed=feed).update(next_at=now + each.every, failures=0, ok_at=now)
    return 1


def note(feed: Feed, direction: str, taken: Taken, result: str, fault: str, now: datetime) -> FeedRun:
    """Write down a run."""
    return FeedRun.objects.create(
        feed=feed,
        direction=direction,
        started_at=now,
        result=result,
        row_count=taken.rows,
        new_count=taken.new,
        changed_count=taken.changed,
        rejected_count=taken.rejected,
        unmatched_count=taken.unmatched,
        fault=fault[:400],
    )


def _quality(each: Declared, taken: Taken, fault: str) -> tuple[str, str]:
    if fault:
        return "failed", fault
    broken = [str(check.label) for check in each.checks if not check.holds(taken.records)]
    if taken.rejected:
        broken.append(_("有未能采用的记录"))
    return ("warning", "；".join(broken)) if broken else ("good", "")


def _pull(each: Declared, feed: Feed, place: Reached, cursor: str, now: datetime) -> tuple[Taken, str]:
    """Read page after page from the cursor; what was taken stays taken when a later page fails."""
    whole = Taken()
    for _page in range(MOST_PAGES):
        try:
            items, after = _page_of(place, cursor, now)
        except (BadInput, CallFault) as error:
            return whole, str(error)
        taken = take(each, feed, items, now)
        whole.records += taken.records
        for count in ("rows", "new", "changed", "rejected", "unmatched"):
            setattr(whole, count, getattr(whole, count) + getattr(taken, count))
        if after == cursor:
            break
        cursor = after
        FeedState.objects.filter(feed=feed).update(cursor=cursor)
    return whole, ""


def _page_of(place: Reached, cursor: str, now: datetime) -> tuple[list[Any], str]:
    """Ask for one page; the request is signed as a message with an empty body."""
    url = f"{place.url}{'&' if '?' in place.url else '?'}since={quote(cursor, safe='')}"
    where = place_of(url)
    headers = headers_of(place.secret, f"pull_{cursor}", now, b"")
    status, body = asked(where, addresses(where), headers, None, LARGEST_ANSWER)
    if status != 200:
        raise CallFault(f"HTTP {status}")
    try:
        answer = json.loads(body)
        items, after = answer["items"], str(answer["cursor"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(_("对方的答复不是约定的格式"), "answer") from error
    if not isinstance(items, list) or len(after) > 200:
        raise BadInput(_("对方的答复不是约定的格式"), "answer")
    return items, after


def judge(each: Declared, feed: Feed, now: datetime) -> str:
    """Set a connected feed live or red: red once its last good run, or its oldest unsent letter, is too old."""
    state = FeedState.objects.get(feed=feed)
    since = state.ok_at or state.connected_at or now
    waiting = DeadLetter.objects.filter(feed=feed, direction="push").exclude(state="delivered")
    oldest = waiting.aggregate(at=Min("made_at"))["at"]
    is_late = now - since > each.fresh or (oldest is not None and now - oldest > each.fresh)
    wanted = "red" if is_late else "live" if state.ok_at else feed.status
    if wanted != feed.status:
        set_status(feed, wanted, now)
    return wanted


def sweep(now: datetime) -> int:
    """Drop old runs, delivered letters and message numbers that are stale anyway; dead letters stay."""
    old = FeedRun.objects.filter(started_at__lt=now - KEPT_RUNS).delete()[0]
    old += DeadLetter.objects.filter(state="delivered", sent_at__lt=now - KEPT_LETTERS).delete()[0]
    stale = now - timedelta(seconds=4 * TOLERANCE_SECONDS)
    return old + SeenMessage.objects.filter(seen_at__lt=stale).delete()[0]
