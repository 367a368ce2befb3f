"""The demonstration of exchange: a live feed with a difference to look at, and a red one."""

from __future__ import annotations

from typing import Any

from lianjing.cli.demonstration import feeds
from lianjing.domains.works.models import Project
from lianjing.runtime.exchange.declaration import declared
from lianjing.runtime.exchange.models import Feed
from lianjing.runtime.exchange.queries import differences
from tests.domains.works.playing import Play


def test_the_demonstration_shows_a_live_feed_with_a_difference_and_a_red_one(zone: Any) -> None:
    play = Play(zone)
    matter = play.project()
    Project.objects.filter(pk=matter.pk).update(project_code="2501-1")
    Project.objects.exclude(pk=matter.pk).update(project_code="")
    matter.__class__.objects.filter(pk=matter.pk).update(stage="planning")
    feeds.play(play.scene)
    live = Feed.objects.get(status="live")
    assert Feed.objects.get(status="red").code == "finance_payments"
    [difference] = differences(declared()[live.code], live)
    assert (difference.kind, difference.theirs) == ("different", "pending")
