"""Ways out of the site: spread by choice and policy, signed, retried, given up; confidential words stay inside."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from lianjing.runtime.message import delivery, services
from lianjing.runtime.message.channels import Gateway, NotDelivered, gateway, signature
from lianjing.runtime.message.delivery import ATTEMPTS, deliver_due
from lianjing.runtime.message.kinds import KINDS, OUTSIDE
from lianjing.runtime.message.models import MessageAddress, MessageDelivery, MessagePreference
from lianjing.runtime.org.models import Person
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.playing import HEAD, OFFICER

pytestmark = pytest.mark.django_db
SECRET = "a-shared-secret-of-a-test"
WORDS = "关于闫某人的核查情况"


class Simulator(BaseHTTPRequestHandler):
    """A gateway that keeps what it is sent and answers as it is told."""

    taken: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@pytest.fixture
def simulator(settings: Any) -> Iterator[type[Simulator]]:
    """A running gateway, configured for SMS and messenger, beside the mail back-end of the tests."""
    server = HTTPServer(("127.0.0.1", 0), Simulator)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    place = {"url": f"http://127.0.0.1:{server.server_port}/send", "secret": SECRET}
    settings.LIANJING_SMS, settings.LIANJING_HOOK, settings.LIANJING_MAIL = place, place, True
    settings.LIANJING_SITE_URL = "https://lianjing.example.gov.cn"
    Simulator.taken, Simulator.status = [], 200
    yield Simulator
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def head(zone: Any) -> Person:
    """A person who can be reached by every channel."""
    person = Person.objects.get(id=zone.person(HEAD))
    with recorded("test.setup", chain=f"person:{person.pk}", actor=SYSTEM, now=zone.now) as act:
        person.phone = "13800000000"
        act.save(person)
        for channel, address in (("email", "zhu@example.gov.cn"), ("hook", "zhuyan")):
            act.save(MessageAddress(person=person, channel=channel, address=address))
    return person


def out(person: Person) -> dict[str, str]:
    rows = MessageDelivery.objects.filter(person=person).exclude(channel="site")
    return {row.channel: "sent" if row.sent_at else "dead" if row.dead_at else "waiting" for row in rows}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_through_each_channel_keeps_confidential_words_inside(zone, simulator, head, kind) -> None:
    for channel in OUTSIDE:
        MessagePreference.objects.create(person=head, kind=kind, channel=channel, is_on=True)
    for is_confidential in (False, True):
        services.send(
            to_person_ids=[head.pk],
            kind=kind,
            subject=WORDS,
            text=WORDS,
            link="/items/7/",
            is_confidential=is_confidential,
            now=zone.now,
        )
    assert deliver_due(zone.now) == 2 * len(OUTSIDE)
    sent = [f"{one.subject}\n{one.body}" for one in mail.outbox] + [
        json.dumps(json.loads(body), ensure_ascii=False) for _head, body in simulator.taken
    ]
    assert len(sent) == 6
    open_ones = [text for text in sent if WORDS in text]
    assert len(open_ones) == (0 if KINDS[kind].is_confidential else 3)
    closed = [text for text in sent if text not in open_ones]
    assert all("您有一条新消息，请登录查看" in text for text in closed)
    assert not any(word in text for text in closed for word in ("items", kind if kind != "security" else "§"))


def test_a_post_is_signed_and_keeps_its_key_at_each_attempt(zone, simulator, head) -> None:
    services.send(to_person_ids=[head.pk], kind="step_opened", subject="待办", now=zone.now)
    simulator.status = 503
    assert deliver_due(zone.now) == 0
    simulator.status = 200
    assert deliver_due(zone.now + timedelta(minutes=6)) == 1
    (first, one), (second, two) = simulator.taken
    assert first["Idempotency-Key"] == second["Idempotency-Key"] == json.loads(one)["key"]
    for headers, body in ((first, one), (second, two)):
        assert headers["X-Lianjing-Signature"] == signature(SECRET, headers["X-Lianjing-Timestamp"], body)
        assert headers["X-Lianjing-Signature"] != signature("another", headers["X-Lianjing-Timestamp"], body)
    assert json.loads(one)["to"] == "zhuyan"


def test_a_gateway_that_stays_away_is_tried_again_later_and_later_and_then_given_up(
    zone, simulator, head
) -> None:
    services.send(to_person_ids=[head.pk], kind="step_opened", subject="待办", now=zone.now)
    simulator.status = 500
    now, waits = zone.now, []
    for _attempt in range(ATTEMPTS):
        deliver_due(now)
        row = MessageDelivery.objects.get(channel="hook")
        waits.append(row.due_at - now)
        now = row.due_at
    assert waits == [timedelta(minutes=2**place) for place in range(ATTEMPTS)]
    assert (row.attempts, row.error, out(head)) == (ATTEMPTS, "HTTP 500", {"hook": "dead"})
    assert deliver_due(now + timedelta(days=1)) == 0
    assert len(simulator.taken) == ATTEMPTS


@pytest.mark.parametrize(
    ("status", "state"), [(400, "dead"), (404, "dead"), (302, "waiting"), (429, "waiting")]
)
def test_an_answer_that_is_no_success_is_a_failure_and_no_redirect_is_followed(
    zone, simulator, head, status, state
) -> None:
    services.send(to_person_ids=[head.pk], kind="step_opened", subject="待办", now=zone.now)
    simulator.status = status
    assert deliver_due(zone.now) == 0
    assert out(head) == {"hook": state}
    assert len(simulator.taken) == 1


def test_one_absent_gateway_makes_the_worker_wait_once_a_turn(zone, simulator, head) -> None:
    simulator.status = 500
    for number in range(3):
        services.send(to_person_ids=[head.pk], kind="step_opened", subject=f"待办{number}", now=zone.now)
    deliver_due(zone.now)
    assert len(simulator.taken) == 1


def test_a_person_without_an_address_is_listed_as_not_reached(zone, simulator) -> None:
    officer = Person.objects.get(id=zone.person(OFFICER))
    services.send(to_person_ids=[officer.pk], kind="notice", subject="通知", now=zone.now)
    deliver_due(zone.now)
    assert set(out(officer).values()) == {"dead"}
    assert MessageDelivery.objects.filter(error="no address").count() == 2


def test_a_channel_switched_off_is_not_used_but_a_statutory_notice_is_sent_all_the_same(
    zone, simulator, head
) -> None:
    services.choose(person_id=head.pk, chosen=[])
    services.send(to_person_ids=[head.pk], kind="step_opened", subject="待办", now=zone.now)
    assert deliver_due(zone.now) == 0
    services.send(to_person_ids=[head.pk], kind="notice", subject="通知", now=zone.now)
    assert deliver_due(zone.now) == 2
    assert out(head) == {"email": "sent", "hook": "sent"}


def test_without_a_configured_channel_nothing_is_queued(zone, head) -> None:
    services.send(to_person_ids=[head.pk], kind="notice", subject="通知", now=zone.now)
    assert deliver_due(zone.now) == 0
    assert not out(head)


def test_two_workers_send_one_delivery_once(zone, simulator, head) -> None:
    services.send(to_person_ids=[head.pk], kind="step_opened", subject="待办", now=zone.now)
    delivery.spread(zone.now, ["hook"])
    row = MessageDelivery.objects.get(channel="hook")
    assert delivery._claim(row, zone.now)
    assert not delivery._claim(row, zone.now)
    assert deliver_due(zone.now) == 0
    assert deliver_due(zone.now + timedelta(minutes=6)) == 1  # the first worker died


def test_spreading_twice_makes_no_second_delivery(zone, simulator, head) -> None:
    message = services.send(to_person_ids=[head.pk], kind="step_opened", subject="待办", now=zone.now)
    assert delivery.spread(zone.now, ["hook"]) == 1
    assert message is not None
    type(message).objects.update(spread_at=None)
    delivery.spread(zone.now, ["hook"])
    assert MessageDelivery.objects.filter(channel="hook").count() == 1


@pytest.mark.parametrize(
    ("hour", "kind", "due"),
    [(23, "step_opened", 7), (3, "step_opened", 7), (23, "security", 23), (12, "notice", 12)],
)
def test_what_can_wait_leaves_the_site_after_the_quiet_hours(zone, simulator, head, hour, kind, due) -> None:
    now = datetime(2025, 9, 1, hour, tzinfo=ZoneInfo("Asia/Shanghai"))
    services.send(to_person_ids=[head.pk], kind=kind, subject="通知", now=now)
    delivery.spread(now, ["hook", "email", "sms"])
    rows = MessageDelivery.objects.exclude(channel="site")
    assert {row.due_at.astimezone(now.tzinfo).hour for row in rows} == {due}


def test_old_news_are_not_sent_out_when_a_channel_is_opened_later(zone, settings, simulator, head) -> None:
    services.send(to_person_ids=[head.pk], kind="notice", subject="通知", now=zone.now)
    assert deliver_due(zone.now + timedelta(days=5)) == 0
    assert not out(head)


def test_a_gateway_is_configured_with_http_and_a_secret() -> None:
    for url, secret in (("file:///etc/passwd", SECRET), ("ftp://x/", SECRET), ("http://x/", "short")):
        with pytest.raises(ValueError, match="gateway"):
            gateway(url, secret)
    with pytest.raises(NotDelivered):
        Gateway("http://127.0.0.1:9/", SECRET).deliver(
            delivery.Parcel("k", "notice", "a", "b", "c", ""), datetime(2025, 9, 1, tzinfo=ZoneInfo("UTC"))
        )


def test_a_mail_has_no_second_header_whatever_its_subject(zone, simulator, head) -> None:
    message = services.send(to_person_ids=[head.pk], kind="notice", subject="通知", now=zone.now)
    assert message is not None
    type(message).objects.update(subject="通知\nBcc: all@example.com")  # written past the service
    deliver_due(zone.now)
    row = MessageDelivery.objects.get(channel="email")
    assert row.dead_at is not None and row.sent_at is None and not mail.outbox
