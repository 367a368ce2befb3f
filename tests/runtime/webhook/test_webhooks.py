"""Webhooks: signed, within scope, tried again, dead and sent again; forged and replayed ones do not hold."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.org.models import Person
from lianjing.runtime.trail.models import Body
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.webhook import places, services
from lianjing.runtime.webhook.models import SigningState, Subscription, WebhookDelivery
from lianjing.runtime.webhook.signing import fresh_secret, headers_of, is_genuine, signature
from tests.domains.works.playing import OFFICER, Play

FIRM, SYSTEM_ADMIN = "40001", "10001"


class Receiver:
    """A receiver on the own machine that keeps what it is sent."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Location", "http://169.254.169.254/")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.LIANJING_WEBHOOK_LOOPBACK = True
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def play(zone: Any) -> Play:
    return Play(zone)


def told(play: Play, row: Subscription) -> list[WebhookDelivery]:
    """Number what was done since and queue it."""
    sequence_all()
    services.queue_new(play.scene.now)
    return list(WebhookDelivery.objects.filter(subscription=row).order_by("pk"))


def begun(play: Play, url: str, number: str = OFFICER, kinds: str = "*") -> tuple[Subscription, str]:
    """Subscribe from now on: what was done before is not told."""
    sequence_all()
    row, secret = services.subscribe(
        name="统计平台", url=url, kinds=kinds, person_id=play.scene.person(number), now=play.scene.now
    )
    return row, secret


def test_a_message_is_signed_and_holds_no_value_of_the_act(play: Play, receiver: Receiver) -> None:
    row, secret = begun(play, receiver.url, kinds="works_project.*")
    play.project()
    assert [each.state for each in told(play, row)] == ["waiting"]
    assert services.deliver_due(play.scene.now) == 1
    headers, body = receiver.got[0]
    assert is_genuine(secret, headers, body, play.scene.now)
    message = json.loads(body)
    assert message["type"] == "works_project.open"
    assert "望汀大道" not in body.decode()
    assert WebhookDelivery.objects.get().state == "delivered"


def test_a_forged_or_replayed_message_does_not_hold(zone: Any) -> None:
    secret, body = fresh_secret(), b'{"type":"x"}'
    headers = headers_of(secret, "msg_1", zone.now, body)
    assert is_genuine(secret, headers, body, zone.now)
    assert not is_genuine(secret, headers, body + b" ", zone.now)
    assert not is_genuine(fresh_secret(), headers, body, zone.now)
    assert not is_genuine(secret, headers, body, zone.now + timedelta(minutes=6))
    assert not is_genuine(secret, headers | {"webhook-id": "msg_2"}, body, zone.now)
    assert not is_genuine(secret, headers | {"webhook-timestamp": "now"}, body, zone.now)
    assert not is_genuine(secret, {}, body, zone.now)


def test_the_signature_is_that_of_the_convention() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_subscriber_is_told_only_of_what_is_in_his_scope(play: Play, receiver: Receiver) -> None:
    officer, _secret = begun(play, receiver.url)
    firm, _secret = begun(play, receiver.url, FIRM)
    play.project()
    acts = {json.loads(each.content)["type"] for each in told(play, officer)}
    assert "works_project.open" in acts
    theirs = {json.loads(each.content)["type"] for each in told(play, firm)}
    assert "works_project.open" not in theirs


def test_a_failed_message_is_tried_again_later_and_dies_after_all_tries(
    play: Play, receiver: Receiver
) -> None:
    receiver.status = 500
    row, _secret = begun(play, receiver.url, kinds="works_project.open")
    play.project()
    assert len(told(play, row)) == 1
    now = play.scene.now
    services.deliver_due(now)
    assert services.deliver_due(now) == 0 and len(receiver.got) == 1
    for pause in services.BACK_OFF:
        now += pause
        services.deliver_due(now)
    dead = WebhookDelivery.objects.get()
    assert (dead.state, dead.answer_status, len(receiver.got)) == ("dead", 500, len(services.BACK_OFF) + 1)
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    receiver.status = 204
    services.resend(delivery_id=dead.pk, person_id=row.person_id, now=now)
    assert services.deliver_due(now) == 1
    with pytest.raises(Refusal):
        services.resend(delivery_id=dead.pk, person_id=row.person_id, now=now)


def test_a_redirect_is_not_followed(play: Play, receiver: Receiver) -> None:
    receiver.status = 302
    row, _secret = begun(play, receiver.url, kinds="works_project.open")
    play.project()
    told(play, row)
    assert services.deliver_due(play.scene.now) == 0
    assert len(receiver.got) == 1


def test_an_ended_subscription_is_told_nothing_more(play: Play, receiver: Receiver) -> None:
    row, _secret = begun(play, receiver.url)
    play.project()
    told(play, row)
    services.end(subscription_id=row.pk, reason="停用", person_id=row.person_id, now=play.scene.now)
    assert services.work(play.scene.now) == 0
    assert receiver.got == []
    with pytest.raises(Refusal):
        services.end(subscription_id=row.pk, reason="再停", person_id=row.person_id, now=play.scene.now)


def test_the_secret_lies_sealed_and_not_in_the_trail(play: Play, receiver: Receiver) -> None:
    row, secret = begun(play, receiver.url)
    assert secret not in SigningState.objects.get(subscription=row).secret
    for content in Body.objects.values_list("content", flat=True):
        assert secret.encode() not in bytes(content)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://metadata.internal/",
        "https://user:pass@hooks.example.cn/",
        "ftp://hooks.example.cn/",
        "https://hooks.example.cn.evil.test/",
        "https://hooks.example.cn\r\nHost: x/",
        "//hooks.example.cn/",
        "http://hooks.example.cn/",
        "https://[::1]/",
        "http://localhost:5432/",
        "https://hooks.example.cn:99999/",
        "",
    ],
)
def test_a_place_that_is_not_allowed_is_refused(play: Play, settings: Any, url: str) -> None:
    settings.LIANJING_WEBHOOK_HOSTS = ["hooks.example.cn", "*.zone.gov.cn"]
    with pytest.raises(BadInput):
        begun(play, url)


def test_the_hosts_of_the_list_are_allowed(settings: Any) -> None:
    settings.LIANJING_WEBHOOK_HOSTS = ["hooks.example.cn", "*.zone.gov.cn"]
    assert places.place_of("https://hooks.example.cn/a?b=1").path == "/a?b=1"
    assert places.place_of("https://data.zone.gov.cn").port == 443
    assert not places.is_allowed("zone.gov.cn.evil.test")


@pytest.mark.parametrize(
    "number",
    [
        "169.254.169.254",
        "fe80::1",
        "::ffff:169.254.169.254",
        "100.100.100.200",
        "fd00:ec2::254",
        "224.0.0.1",
        "0.0.0.0",
        "127.0.0.1",
        "::1",
        "240.0.0.1",
    ],
)
def test_a_name_that_leads_to_our_own_ground_is_not_called(number: str) -> None:
    assert not places.may_call(number)


def test_a_name_that_changes_its_address_after_the_check_decides_nothing(
    play: Play, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIANJING_WEBHOOK_HOSTS = ["hooks.example.cn"]
    row, _secret = begun(play, "https://hooks.example.cn/", kinds="works_project.open")
    play.project()
    told(play, row)
    answer = [(2, 1, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(places.socket, "getaddrinfo", lambda *_args, **_more: answer)
    assert services.deliver_due(play.scene.now) == 0
    assert "不允许访问" in WebhookDelivery.objects.get().fault


@pytest.mark.parametrize("kinds", ["", "  ", "DROP TABLE", "a..b", "*.a", "a;b", "x " * 60])
def test_kinds_are_named_in_one_way(play: Play, receiver: Receiver, kinds: str) -> None:
    with pytest.raises(BadInput):
        begun(play, receiver.url, kinds=kinds)


def test_only_the_owner_and_the_system_administrator_end_a_subscription(
    play: Play, receiver: Receiver
) -> None:
    row, _secret = begun(play, receiver.url)
    with pytest.raises(Refusal):
        services.end(
            subscription_id=row.pk, reason="不是我的", person_id=play.scene.person(FIRM), now=play.scene.now
        )
    ended = services.end(
        subscription_id=row.pk, reason="停用", person_id=play.scene.person(SYSTEM_ADMIN), now=play.scene.now
    )
    assert ended.ended_at is not None


def test_what_was_queued_before_the_subscriber_left_is_not_sent(play: Play, receiver: Receiver) -> None:
    row, _secret = begun(play, receiver.url)
    play.project()
    waiting = told(play, row)
    assert waiting
    Person.objects.filter(id=row.person_id).update(left_on=play.scene.now.date() - timedelta(days=1))
    assert services.deliver_due(play.scene.now) == 0 and receiver.got == []
    assert set(WebhookDelivery.objects.filter(subscription=row).values_list("state", "fault")) == {
        ("dead", "out_of_scope")
    }
