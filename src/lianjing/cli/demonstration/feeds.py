"""What the demonstration shows of exchange: one feed that ran and brought a difference, one that failed and is red."""

from __future__ import annotations

from typing import Any

from lianjing.runtime.exchange.declaration import Direction, declared
from lianjing.runtime.exchange.models import Feed, FeedState
from lianjing.runtime.exchange.running import note
from lianjing.runtime.exchange.services import register_all, set_status
from lianjing.runtime.exchange.taking import Taken, take
from lianjing.runtime.scene import Scene

MOST = 20


def play(scene: Scene) -> None:
    """Let the pulls be answered with what we hold, but for one statement, and the pushes not at all; nothing is called."""
    register_all(scene.pass_time(hours=0.1))
    for each in declared().values():
        if each.ledger is not None:
            continue  # comes as files: planned until somebody imports one
        feed, now = Feed.objects.get(code=each.key), scene.pass_time(hours=0.1)
        if each.direction is Direction.PULL:
            items = [_stated(place, row) for place, row in enumerate(each.ours()) if place < MOST]
            taken = take(each, feed, items, now)
            FeedState.objects.create(feed=feed, connected_at=now, ok_at=now)
            note(feed, "pull", taken, "good", "", now)
            set_status(feed, "live", now)
        else:
            FeedState.objects.create(feed=feed, connected_at=now, failures=1)
            note(feed, "push", Taken(), "failed", "HTTP 503", now)
            set_status(feed, "red", now)


def _stated(place: int, row: Any) -> dict[str, str]:
    """What the other system states of one of our things; the first is still waiting for approval there."""
    return {
        "project_code": row.external_no,
        "name": row.values["name"],
        "total_investment": row.values["total_investment"],
        "approval_status": "pending" if place == 0 else row.values["approval"],
    }
