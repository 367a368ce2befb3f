"""The data catalogue before its readers, and the door for what outside systems send."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from lianjing.runtime.clock import now
from lianjing.runtime.exchange.declaration import declared
from lianjing.runtime.exchange.models import DeadLetter, ExternalRecord, Feed, FeedRun
from lianjing.runtime.exchange.services import owners_of, register_all, set_status
from lianjing.runtime.message.models import Message
from lianjing.runtime.webhook.signing import fresh_secret, headers_of
from tests.domains.works.playing import LEAD
from tests.web.conftest import Browser

PULL = "investment_platform_projects"
SECRET = fresh_secret()
ADMIN, SUPERVISOR, HEAD, OFFICER = "10001", "30001", "20701", "20703"
ITEM = {"project_code": "A-1", "name": "望汀大道", "total_investment": "5"}


@pytest.fixture
def feed(zone: Any, settings: Any) -> Feed:
    settings.LIANJING_FEED_PLACES = {PULL: {"url": "http://127.0.0.1:1/", "secret": SECRET}}
    register_all(now())
    return Feed.objects.get(code=PULL)


def send(
    body: Any, *, key: str = PULL, secret: str = SECRET, number: str = "msg_1", moment: datetime | None = None
) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = headers_of(secret, number, moment or now(), content)
    return Client(enforce_csrf_checks=True).post(
        f"/exchange/{key}/", content, content_type="application/json", headers=headers
    )


def test_what_a_connected_system_signs_is_taken(feed: Feed) -> None:
    answer = send({"items": [ITEM]})
    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "rejected": 0})
    assert ExternalRecord.objects.get().external_no == "A-1"
    assert FeedRun.objects.get().direction == "hook"


def test_a_forged_or_changed_or_unsigned_message_is_not_taken(feed: Feed) -> None:
    assert send({"items": [ITEM]}, secret=fresh_secret()).status_code == 401
    body = json.dumps({"items": [ITEM]}).encode()
    headers = headers_of(SECRET, "msg_1", now(), body)
    changed = body.replace(b"A-1", b"A-2")
    for content, given in ((changed, headers), (body, {}), (body, headers | {"webhook-id": "msg_2"})):
        answer = Client().post(f"/exchange/{PULL}/", content, content_type="application/json", headers=given)
        assert answer.status_code == 401
    assert not ExternalRecord.objects.exists()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_message_outside_of_the_window_is_not_taken(feed: Feed, minutes: int) -> None:
    assert send({"items": [ITEM]}, moment=now() + timedelta(minutes=minutes)).status_code == 401


def test_a_replayed_message_is_taken_once(feed: Feed) -> None:
    assert [send({"items": [ITEM]}).status_code for _time in range(2)] == [200, 409]
    assert FeedRun.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"null", {"items": 5}, {"items": [1] * 501}, b"[" * 9999])
def test_a_signed_message_of_another_form_is_told_so(feed: Feed, body: Any) -> None:
    assert send(body).status_code == 422


def test_a_message_beyond_the_limit_is_not_read(feed: Feed) -> None:
    assert send(b" " * (512 * 1024 + 1)).status_code == 413


def test_only_a_connected_and_running_pull_has_a_door(feed: Feed, settings: Any) -> None:
    assert send({"items": []}, key="nothing").status_code == 404
    assert send({"items": []}, key="finance_payments").status_code == 404
    Feed.objects.filter(pk=feed.pk).update(status="stopped")
    assert send({"items": []}).status_code == 404
    Feed.objects.filter(pk=feed.pk).update(status="live")
    settings.LIANJING_FEED_PLACES = {}
    assert send({"items": []}).status_code == 404


def test_the_catalogue_says_purpose_basis_owner_freshness_and_state(feed: Feed, browser: Browser) -> None:
    shown = browser(SUPERVISOR).get("/feeds/").content.decode()
    for words in ("投资项目在线审批监管平台", "按项目代码核对", "政府投资条例", "26", "计划", "含个人信息"):
        assert words in shown
    assert browser(SUPERVISOR).get("/feeds/?export=xlsx").content[:2] == b"PK"
    assert browser(SUPERVISOR).get("/feeds/imports/").status_code == 200
    assert browser(HEAD).get("/feeds/").status_code == 200
    assert browser(HEAD).get(f"/feeds/{feed.pk}/").status_code == 403


def test_the_administrator_runs_stops_and_starts_and_sends_again(feed: Feed, browser: Browser) -> None:
    client = browser(ADMIN)
    assert client.post(f"/feeds/{feed.pk}/act/", {"act": "run"}).status_code == 302
    assert FeedRun.objects.get().result == "failed"
    send({"items": [{"project_code": ""}]})
    letter = DeadLetter.objects.get()
    page = client.get(f"/feeds/{feed.pk}/").content.decode()
    assert "没有项目代码" in page and f"/feeds/letters/{letter.pk}/resend/" in page
    assert client.post(f"/feeds/letters/{letter.pk}/resend/").status_code == 302
    assert client.post(f"/feeds/{feed.pk}/act/", {"act": "stop", "reason": ""}).status_code == 422
    assert client.post(f"/feeds/{feed.pk}/act/", {"act": "stop", "reason": "对方检修"}).status_code == 302
    assert client.post(f"/feeds/{feed.pk}/act/", {"act": "stop", "reason": "对方检修"}).status_code == 409
    assert client.post(f"/feeds/{feed.pk}/act/", {"act": "start", "reason": "检修完成"}).status_code == 302
    assert browser(SUPERVISOR).post(f"/feeds/{feed.pk}/act/", {"act": "run"}).status_code == 403


def test_the_supervisor_compares_and_explains(feed: Feed, browser: Browser) -> None:
    send({"items": [ITEM | {"name": "<script>alert(1)</script>"}]})
    client = browser(SUPERVISOR)
    shown = client.get(f"/feeds/{feed.pk}/differences/").content.decode()
    assert "平台没有" in shown and "&lt;script&gt;" in shown and "<script>alert" not in shown
    record = ExternalRecord.objects.get()
    assert client.post(f"/feeds/records/{record.pk}/explain/", {"text": "省级项目"}).status_code == 302
    assert "省级项目" in client.get(f"/feeds/{feed.pk}/differences/").content.decode()
    assert browser(ADMIN).get(f"/feeds/{feed.pk}/differences/").status_code == 403
    assert browser(OFFICER).get("/feeds/").status_code == 403


def test_the_owner_is_told_when_his_feed_turns_red_and_when_it_is_back(feed: Feed) -> None:
    owners = set(owners_of(declared()[PULL], now().date()))
    assert owners
    for status in ("live", "red", "live", "live"):
        if feed.status != status:
            set_status(feed, status, now())
    told = Message.objects.filter(kind="feed").order_by("id")
    assert [("恢复" in each.subject) for each in told] == [False, True]
    assert {each.person_id for each in told[0].deliveries.all()} == owners


def test_the_owner_finds_the_differences_on_his_workbench_and_in_the_catalogue(
    feed: Feed, browser: Browser
) -> None:
    ExternalRecord.objects.all().delete()
    send({"items": [ITEM]})
    lead, place = browser(LEAD), f"/feeds/{feed.pk}/differences/"
    assert place in lead.get("/").content.decode()
    assert place in lead.get("/feeds/").content.decode()
    assert lead.get(place).status_code == 200 and browser(SUPERVISOR).get(place).status_code == 200
    assert place not in browser(OFFICER).get("/").content.decode()
    assert browser(OFFICER).get(place).status_code == 403
    assert browser(OFFICER).get("/feeds/").status_code == 403
