"""Reads of feeds: how each stands, where it was silent, how what others hold differs from ours."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from lianjing.runtime.exchange.declaration import Declared, declared, reached
from lianjing.runtime.exchange.models import DeadLetter, ExternalRecord, Feed, FeedRun, FeedState

MISSING, EXTRA, DIFFERENT = "missing", "extra", "different"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a feed stands: its declaration, its row, its last run, what waits and what is dead."""

    declared: Declared
    feed: Feed
    state: FeedState | None
    last_run: FeedRun | None
    waiting: int
    dead: int
    is_connected: bool
    status: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a good run that was longer than promised; `until` is empty while it lasts."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which the other system and ours do not agree."""

    kind: str
    external_no: str
    title: str
    matter_id: int | None
    field: str = ""
    ours: str = ""
    theirs: str = ""
    record_id: int | None = None
    explanation: str = ""


def standings(now: datetime) -> list[Standing]:
    """Return every declared feed that is registered, in the order of the declarations."""
    feeds = {feed.code: feed for feed in Feed.objects.select_related("clause__regulation")}
    return [standing(each, feeds[each.key], now) for each in declared().values() if each.key in feeds]


def standing(each: Declared, feed: Feed, now: datetime) -> Standing:
    """Return how one feed stands now: red too where no worker was there to say so."""
    state = FeedState.objects.filter(feed=feed).first()
    letters = DeadLetter.objects.filter(feed=feed)
    status = feed.status
    if status == "live" and state is not None and now - (state.ok_at or now) > each.fresh:
        status = "red"
    return Standing(
        each,
        feed,
        state,
        FeedRun.objects.filter(feed=feed).order_by("-id").first(),
        letters.filter(state="waiting").count(),
        letters.filter(state="dead").count(),
        reached(each.key) is not None,
        status,
    )


def gaps(found: Standing, now: datetime) -> list[Gap]:
    """Return the times without a good run that were longer than the feed promises, the latest first."""
    state = found.state
    if state is None or state.connected_at is None:
        return []
    good = FeedRun.objects.filter(feed=found.feed).exclude(result="failed").order_by("started_at", "id")
    moments = [state.connected_at, *good.values_list("started_at", flat=True)]
    silent = [
        Gap(before, after) for before, after in pairwise(moments) if after - before > found.declared.fresh
    ]
    if now - moments[-1] > found.declared.fresh:
        silent.append(Gap(moments[-1], None))
    return silent[::-1]


def open_differences(each: Declared, feed: Feed) -> int:
    """Return how many differences nobody has explained."""
    if not each.fields:
        return 0
    return sum(not found.explanation for found in differences(each, feed))


def owned(post_keys: Collection[str], now: datetime) -> list[tuple[Standing, int]]:
    """Return the feeds for which these posts answer, each with its open differences."""
    if not any(each.owner_post in post_keys for each in declared().values()):
        return []
    return [
        (found, open_differences(found.declared, found.feed) if found.is_connected else 0)
        for found in standings(now)
        if found.declared.owner_post in post_keys
    ]


def differences(each: Declared, feed: Feed) -> Iterator[Difference]:
    """Yield what is missing there, missing here, and stated differently."""
    ours = {row.external_no: row for row in each.ours()}
    theirs = {
        row.external_no: row for row in ExternalRecord.objects.filter(feed=feed).order_by("external_no")
    }
    for number in sorted(ours.keys() - theirs.keys()):
        row = ours[number]
        yield Difference(MISSING, number, row.title, row.matter_id)
    for number, record in theirs.items():
        if number not in ours:
            yield Difference(
                EXTRA, number, record.title, None, record_id=record.pk, explanation=record.explanation
            )
            continue
        stated = json.loads(record.content)
        for name, word in each.fields.items():
            mine, other = ours[number].values.get(name, ""), str(stated.get(name, ""))
            if mine != other:
                yield Difference(
                    DIFFERENT, number, ours[number].title, ours[number].matter_id, str(word), mine, other,
                    record.pk, record.explanation,
                )  # fmt: skip
