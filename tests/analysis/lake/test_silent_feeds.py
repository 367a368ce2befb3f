"""A feed without a good run for longer than it promises is one finding, however often it is looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from lianjing.analysis.lake import silent_feeds
from lianjing.runtime.exchange.models import Feed, FeedState
from lianjing.runtime.trail.act import SYSTEM, recorded

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)


def test_a_silent_feed_is_one_finding_and_a_live_one_none(zone: Any, monkeypatch: Any) -> None:
    with recorded("feed.register", chain="installation:1", actor=SYSTEM, now=NOW) as act:
        feed = act.save(
            Feed(code="bank_test", name="银行流水", provider="银行", purpose="核对", status="live")
        )
    state = FeedState(feed=feed, connected_at=NOW - timedelta(days=9), ok_at=NOW - timedelta(hours=30))
    standing = SimpleNamespace(
        status="red", state=state, feed=feed, declared=SimpleNamespace(fresh=timedelta(hours=24))
    )
    monkeypatch.setattr(silent_feeds.queries, "standings", lambda _now: [standing])
    first = silent_feeds.note_silent(NOW)
    assert (len(first.new), len(silent_feeds.note_silent(NOW + timedelta(hours=1)).again)) == (1, 1)
    (found,) = silent_feeds.silent(NOW)
    assert found.facts == {"silent_hours": 30, "fresh_hours": 24} and "银行流水" in found.explanation
    standing.status = "live"
    assert silent_feeds.silent(NOW) == []
