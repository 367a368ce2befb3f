"""C12: each source of data has its purpose, basis and owner; one that fails shows as red, with no silent gap."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.runtime.clock import now
from lianjing.runtime.exchange.declaration import declared
from lianjing.runtime.exchange.models import Feed
from lianjing.runtime.exchange.running import run_once
from lianjing.runtime.exchange.services import register_all
from lianjing.runtime.exchange.simulator import Simulator
from lianjing.runtime.regulation.queries import clause_on
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.webhook.signing import fresh_secret
from tests.covers.conftest import SUPERVISOR

KEY = "investment_platform_projects"


@pytest.mark.covers("C12")
def test_a_source_that_stops_turns_red_and_its_silence_stays_in_sight(
    zone: Any, enter: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, begun = fresh_secret(), now()
    settings.LIANJING_WEBHOOK_LOOPBACK = True
    register_all(begun)
    feed = Feed.objects.get(code=KEY)
    with Simulator(secret, [{"project_code": "A-1", "name": "望汀大道", "total_investment": "5"}]) as system:
        settings.LIANJING_FEED_PLACES = {KEY: {"url": system.url, "secret": secret}}
        run_once(KEY, begun)
    page = enter(SUPERVISOR).get("/feeds/").content.decode()
    assert "正常" in page and "中断" not in page.partition("<tbody")[2]
    late = begun + 2 * declared()[KEY].fresh
    run = run_once(KEY, late)  # the other side is gone
    assert run is not None and run.result == "failed" and run.fault
    assert "中断" in enter(SUPERVISOR).get("/feeds/").content.decode().partition("<tbody")[2]
    shown = enter(SUPERVISOR).get(f"/feeds/{feed.pk}/").content.decode()
    assert "数据源已中断" in shown and "失败" in shown
    for each in declared().values():
        assert clause_on(each.clause, legal_day(begun)), each.key
        assert str(each.purpose) in page
