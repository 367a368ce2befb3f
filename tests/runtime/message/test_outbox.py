"""The outbox: what an act tells to whom, what is refused, who may read and choose."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.message import queries, services
from lianjing.runtime.message.kinds import CHANNELS, KINDS, SITE, may_switch
from lianjing.runtime.message.models import Message, MessageAddress, MessageDelivery
from lianjing.runtime.org.queries import actor_with, unbound
from lianjing.runtime.process import effects
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import HEAD, LEADER, OFFICER, Play

pytestmark = pytest.mark.django_db


def told(person_id: int, kind: str) -> list[str]:
    rows = MessageDelivery.objects.filter(person_id=person_id, kind=kind, channel=SITE).order_by("id")
    return list(rows.values_list("message__subject", flat=True))


@pytest.fixture
def checking(zone: Any) -> tuple[Play, Any]:
    """A proposal that waits for the head of its unit."""
    play = Play(zone)
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    return play, matter


def test_a_step_that_opens_is_told_to_the_holders_of_its_post_and_not_to_who_acts(checking) -> None:
    play, _matter = checking
    assert told(play.scene.person(HEAD), "step_opened") == ["望汀大道北延立项 · 部门审核"]
    assert not told(play.scene.person(OFFICER), "step_opened")


def test_a_returned_step_is_told_with_the_reason(checking) -> None:
    play, matter = checking
    play.back(HEAD, matter, "check", "draft")
    row = MessageDelivery.objects.get(person_id=play.scene.person(OFFICER), kind="step_returned")
    assert row.message.text == "请补正"
    assert row.message.link.startswith("/items/")


def test_a_message_costs_an_act_two_statements_however_many_are_told(checking, monkeypatch) -> None:
    play, matter = checking
    counted = []

    def counting(drafts: Any, now: Any) -> Any:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            found = services.send_all(drafts, now)
        counted.append(len(caught))
        return found

    monkeypatch.setattr(effects, "send_all", counting)
    play.do(HEAD, matter, "check")
    assert counted == [2]


def test_a_refused_act_tells_nothing(checking) -> None:
    play, matter = checking
    before = Message.objects.count()
    with pytest.raises(Refusal):
        play.scene.do(LEADER, matter, "check", {"opinion": "同意"})
    assert Message.objects.count() == before


@pytest.mark.parametrize(
    "subject",
    [
        "两行\n标题",
        "头\r\nBcc: all@example.com",
        "<script>alert(1)</script>",
        "<img src=x>",
        "\u2028",
        " ",
        "长" * 201,
        "\x00",
    ],
)
def test_a_subject_with_line_breaks_or_markup_is_refused(zone, subject: str) -> None:
    with pytest.raises(BadInput) as caught:
        services.send(to_person_ids=[zone.person(HEAD)], kind="notice", subject=subject, now=zone.now)
    assert caught.value.field == "subject"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/a b", "/a\n"],
)
def test_a_link_that_leaves_the_site_is_refused(zone, link: str) -> None:
    with pytest.raises(BadInput) as caught:
        services.send(
            to_person_ids=[zone.person(HEAD)], kind="notice", subject="通知", link=link, now=zone.now
        )
    assert caught.value.field == "link"


def test_a_title_with_anything_in_it_becomes_a_sound_subject(zone) -> None:
    nasty = "道路\r\nBcc: x <b>一期</b>\u2028\u202e" + "长" * 300
    subject = services.one_line(nasty, "审核")
    assert services.send(to_person_ids=[zone.person(HEAD)], kind="notice", subject=subject, now=zone.now)
    assert "\n" not in subject and "<" not in subject and len(subject) <= 200


def test_nobody_to_tell_is_no_message_and_the_same_person_is_told_once(zone) -> None:
    head = zone.person(HEAD)
    assert services.send(to_person_ids=[], kind="notice", subject="通知", now=zone.now) is None
    services.send(to_person_ids=[head, head], kind="notice", subject="通知", now=zone.now)
    assert MessageDelivery.objects.count() == 1


def test_reading_is_only_for_ones_own_messages_and_the_first_time_stays(zone) -> None:
    head, officer = zone.person(HEAD), zone.person(OFFICER)
    message = services.send(to_person_ids=[head, officer], kind="notice", subject="通知", now=zone.now)
    row = MessageDelivery.objects.get(message=message, person_id=head)
    assert services.mark_read(person_id=officer, now=zone.now, delivery_ids=[row.pk]) == 0
    assert services.mark_read(person_id=head, now=zone.now) == 1
    first = MessageDelivery.objects.get(pk=row.pk).read_at
    zone.pass_time(hours=1)
    assert services.mark_read(person_id=head, now=zone.now) == 0
    assert MessageDelivery.objects.get(pk=row.pk).read_at == first
    assert queries.unread(head) == 0 and queries.unread(officer) == 1


def test_a_silenced_kind_no_longer_rings_but_a_statutory_one_always_does(zone) -> None:
    head = zone.person(HEAD)
    services.choose(person_id=head, chosen=[])
    services.send(to_person_ids=[head], kind="step_opened", subject="待办", now=zone.now)
    assert queries.unread(head) == 0
    assert queries.mine(head).count() == 1
    services.send(to_person_ids=[head], kind="notice", subject="通知", now=zone.now)
    assert queries.unread(head) == 1
    chosen = queries.choices_of(head)
    assert all(chosen[kind, SITE] for kind in KINDS if KINDS[kind].is_statutory)
    assert all(
        chosen[kind, channel] for kind in KINDS for channel in CHANNELS if not may_switch(kind, channel)
    )


def test_receipts_are_for_the_sender_and_the_supervisors(zone) -> None:
    head, officer, leader = zone.person(HEAD), zone.person(OFFICER), zone.person(LEADER)
    notice = services.send(
        to_person_ids=[head], kind="notice", subject="通知", now=zone.now, sender_person_id=officer
    )
    assert notice is not None
    assert queries.may_see_receipts(notice, officer, is_supervisor=False)
    assert queries.may_see_receipts(notice, leader, is_supervisor=True)
    assert not queries.may_see_receipts(notice, leader, is_supervisor=False)
    step = services.send(
        to_person_ids=[head], kind="step_opened", subject="待办", now=zone.now, sender_person_id=officer
    )
    assert step is not None and not queries.may_see_receipts(step, officer, is_supervisor=True)


def test_an_address_is_set_by_its_owner_as_an_act(zone) -> None:
    head = zone.person(HEAD)
    before = Event.objects.count()
    actor = unbound(head, "web")
    services.set_address(
        person_id=head, channel="email", address="zhu@example.gov.cn", actor=actor, now=zone.now
    )
    assert Event.objects.count() == before + 1
    with pytest.raises(Refusal):
        services.set_address(
            person_id=zone.person(OFFICER), channel="email", address="a@b.cn", actor=actor, now=zone.now
        )
    assert MessageAddress.objects.get().address == "zhu@example.gov.cn"


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "a@b.cn\nBcc: c@d.cn"),
        ("email", "not an address"),
        ("sms", "12 34"),
        ("sms", "13800000000;13900000000"),
        ("hook", "../../x"),
        ("fax", "1234567"),
    ],
)
def test_an_address_that_is_none_is_refused(zone, channel: str, address: str) -> None:
    head = zone.person(HEAD)
    with pytest.raises(BadInput):
        services.set_address(
            person_id=head, channel=channel, address=address, actor=unbound(head, "web"), now=zone.now
        )
    assert not MessageAddress.objects.exists()


def test_only_a_dead_delivery_is_sent_again_and_the_act_says_which(zone) -> None:
    head = zone.person(HEAD)
    message = services.send(to_person_ids=[head], kind="notice", subject="通知", now=zone.now)
    row = MessageDelivery.objects.create(
        message=message,
        person_id=head,
        channel="email",
        kind="notice",
        due_at=zone.now,
        attempts=8,
        error="x",
    )
    actor = actor_with(zone.person("10001"), "system_admin", zone.today())
    with pytest.raises(BadInput):
        services.resend(delivery_id=row.pk, actor=actor, now=zone.now)
    MessageDelivery.objects.filter(pk=row.pk).update(dead_at=zone.now)
    services.resend(delivery_id=row.pk, actor=actor, now=zone.now)
    row.refresh_from_db()
    assert (row.dead_at, row.attempts, row.error) == (None, 0, "")
    assert Event.objects.filter(act="message.resend").count() == 1
