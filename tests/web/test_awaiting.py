"""A money approval says done only once its act is published, where the installation is set so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lianjing.api import operations
from lianjing.runtime import clock
from lianjing.runtime.process.awaiting import waits_for_publication
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.publication import publish
from lianjing.web.views import item as item_page
from tests.domains.works.playing import OFFICER
from tests.web.conftest import Browser, paper
from tests.web.test_item import FILLED, place


def at(key: str, step: str) -> Any:
    return SimpleNamespace(
        instance=SimpleNamespace(definition=SimpleNamespace(key=key)), step_key=step, matter=None
    )


def test_only_steps_that_move_money_wait_and_only_where_it_is_set(settings: Any) -> None:
    settings.LIANJING_WAIT_FOR_PUBLICATION = True
    assert waits_for_publication(at("works_payment", "release"))
    assert not waits_for_publication(at("works_proposal", "draft"))
    settings.LIANJING_WAIT_FOR_PUBLICATION = False
    assert not waits_for_publication(at("works_payment", "release"))


def test_the_page_waits_until_a_checkpoint_covers_the_act(
    browser: Browser, drafting: WorkItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_page, "waits_for_publication", lambda _item: True)
    client = browser(OFFICER)
    answer = client.post(place(drafting), {**FILLED, "file-proposal": paper()}, follow=True)
    event = Event.objects.get(matter_id=drafting.matter_id, act="works_proposal.draft")
    address = f"/events/{event.id}/awaiting/"
    assert answer.redirect_chain == [(address, 302)]
    text = answer.content.decode()
    assert "等待公布" in text and 'hx-trigger="every 1s"' in text and "已办结并公布" not in text
    publish(clock.now())
    text = client.get(address).content.decode()
    assert "已办结并公布" in text and "every 1s" not in text and f"/matters/{drafting.matter_id}/" in text


def test_the_interface_says_that_publication_is_awaited(
    browser: Browser, drafting: WorkItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "waits_for_publication", lambda _item: True)
    client = browser(OFFICER)
    client.post(place(drafting), {**FILLED, "file-proposal": paper(), "action": "upload"})
    data = {name: value for name, value in FILLED.items() if name != "action"}
    answer = client.post(f"/api/v1/items/{drafting.id}/complete", data, content_type="application/json")
    assert answer.status_code == 200 and answer.json()["awaits_publication"] is True
    event = answer.json()["event"]
    assert client.get(f"/api/v1/trail/events/{event}").json()["standing"] == "pending"
    publish(clock.now())
    assert client.get(f"/api/v1/trail/events/{event}").json()["standing"] == "published"
