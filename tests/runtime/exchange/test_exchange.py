"""Feeds: what comes is taken once, what goes is sent until it is taken, what is late is red."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from lianjing.domains.works.exchange.feeds import project
from lianjing.domains.works.models import Project
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.clock import now as clock_now
from lianjing.runtime.exchange import outbox
from lianjing.runtime.exchange.declaration import Declared, Direction, declared
from lianjing.runtime.exchange.models import DeadLetter, ExternalRecord, Feed, FeedRun, FeedState
from lianjing.runtime.exchange.queries import differences, gaps, standing
from lianjing.runtime.exchange.running import judge, run_once, sweep, work
from lianjing.runtime.exchange.services import explain, register, register_all, resend, start, stop
from lianjing.runtime.exchange.simulator import Simulator
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.webhook.services import BACK_OFF
from lianjing.runtime.webhook.signing import fresh_secret
from tests.domains.works.playing import Play

PULL, PUSH = "investment_platform_projects", "finance_payments"
ADMIN, SUPERVISOR = "10001", "30001"
SECRET = fresh_secret()
HOUR = timedelta(hours=1)


def at(system: Simulator, moment: datetime) -> datetime:
    """Set the clock of the other side."""
    system.now = lambda: moment
    return moment


def stated(code: str = "2501-330100-04-01-000001", **changes: Any) -> dict[str, Any]:
    return {
        "id": code,
        "project_code": code,
        "name": "望汀大道北延工程",
        "approval_status": "approved",
        "approval_no": "澜发改〔2025〕1号",
        "approved_on": "2025-01-15",
        "total_investment": "1000000",
        **changes,
    }


@pytest.fixture
def play(zone: Any) -> Play:
    return Play(zone)


@pytest.fixture
def system(settings: Any) -> Iterator[Simulator]:
    """The other side, reached as both feeds."""
    settings.LIANJING_WEBHOOK_LOOPBACK = True
    with Simulator(SECRET) as simulator:
        settings.LIANJING_FEED_PLACES = {
            key: {"url": simulator.url, "secret": SECRET} for key in (PULL, PUSH)
        }
        yield simulator


@pytest.fixture
def feed(zone: Any) -> Feed:
    return register(declared()[PULL], clock_now())


def test_a_feed_is_planned_until_it_is_connected(zone: Any) -> None:
    now = clock_now()
    assert register_all(now) == len(declared())
    events = Event.objects.count()
    assert work(now) == 0 and Event.objects.count() == events
    assert set(Feed.objects.values_list("status", flat=True)) == {"planned"}


def test_what_another_system_states_is_taken_once(play: Play, system: Simulator, feed: Feed) -> None:
    matter = play.project()
    Project.objects.filter(pk=matter.pk).update(project_code="2501-330100-04-01-000001")
    system.items = [stated()]
    now = clock_now()
    run = run_once(PULL, now)
    assert run is not None and (run.result, run.row_count, run.new_count) == ("good", 1, 1), run.fault
    row = ExternalRecord.objects.get()
    assert (row.matched_matter_id, row.amount) == (matter.pk, Decimal("1000000.00"))
    assert Feed.objects.get(pk=feed.pk).status == "live"
    FeedState.objects.update(cursor="")
    events = Event.objects.count()
    again = run_once(PULL, at(system, now + HOUR))
    assert again is not None and (again.row_count, again.new_count, again.changed_count) == (1, 0, 0)
    assert Event.objects.count() == events and ExternalRecord.objects.count() == 1


def test_a_changed_statement_changes_the_record_by_an_event(system: Simulator, feed: Feed) -> None:
    system.items = [stated()]
    now = clock_now()
    run_once(PULL, now)
    system.items.append(stated(name="望汀大道北延工程（调整）"))
    run = run_once(PULL, at(system, now + HOUR))
    assert run is not None and run.changed_count == 1 and run.row_count == 1
    assert ExternalRecord.objects.get().title.endswith("（调整）")
    assert Event.objects.filter(act="exchange.take").count() == 2


def test_pages_are_read_to_the_end(system: Simulator, feed: Feed) -> None:
    system.items = [stated(f"2501-{number:04d}") for number in range(230)]
    run = run_once(PULL, clock_now())
    assert run is not None and run.new_count == 230 and FeedState.objects.get().cursor == "230"


@pytest.mark.parametrize(
    "item",
    [
        "text",
        None,
        stated(project_code=""),
        stated(project_code=7),
        stated(total_investment="NaN"),
        stated(total_investment="Infinity"),
        stated(total_investment="-1"),
        stated(total_investment="1e40"),
        stated(approved_on="昨天"),
        stated(approved_on=5),
        stated(name="长" * 501),
        stated(name="a\x00b"),
    ],
)
def test_a_wrong_item_is_put_aside_and_holds_nothing_up(system: Simulator, feed: Feed, item: Any) -> None:
    system.items = [item, stated("2501-good")]
    run = run_once(PULL, clock_now())
    assert run is not None and (run.result, run.new_count, run.rejected_count) == ("warning", 1, 1)
    letter = DeadLetter.objects.get()
    assert letter.state == "dead" and letter.fault


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"<html>", b'{"items": 1, "cursor": ""}', b'{"items": []}', b"[" * 99999]
)
def test_an_answer_that_is_not_the_agreed_format_is_a_failed_run(
    system: Simulator, feed: Feed, answer: bytes
) -> None:
    system.answer = answer or b" "
    run = run_once(PULL, clock_now())
    assert run is not None and run.result == "failed" and run.fault
    assert FeedState.objects.get().failures == 1


def test_a_failing_feed_is_tried_again_with_growing_patience(system: Simulator, feed: Feed) -> None:
    system.status = 503
    now = clock_now()
    for tries, pause in enumerate(BACK_OFF[:3], 1):
        assert work(now) >= 1
        state = FeedState.objects.get(feed=feed)
        assert (state.failures, state.next_at) == (tries, now + pause)
        assert FeedRun.objects.filter(feed=feed).count() == tries
        work(now + pause / 2)
        assert FeedRun.objects.filter(feed=feed).count() == tries
        now += pause


def test_silence_beyond_the_promise_is_red_and_stays_visible_as_a_gap(system: Simulator, feed: Feed) -> None:
    each, now = declared()[PULL], clock_now()
    run_once(PULL, now)
    system.status = 500
    late = now + each.fresh + HOUR
    run_once(PULL, late)
    feed.refresh_from_db()
    assert feed.status == "red"
    assert [gap.until for gap in gaps(standing(each, feed, late), late)] == [None]
    system.status = 200
    back = at(system, late + HOUR)
    run_once(PULL, back)
    feed.refresh_from_db()
    assert feed.status == "live"
    [gap] = gaps(standing(each, feed, back), back)
    assert (gap.since, gap.until) == (now, back)
    told = Event.objects.filter(act__in=["exchange.live", "exchange.red"]).order_by("recorded_at")
    acts = ["exchange.live", "exchange.red", "exchange.live"]
    assert list(told.values_list("act", flat=True)) == acts


def test_a_feed_shows_red_even_where_no_worker_runs(system: Simulator, feed: Feed) -> None:
    each, now = declared()[PULL], clock_now()
    run_once(PULL, now)
    feed.refresh_from_db()
    assert standing(each, feed, now + each.fresh + HOUR).status == "red"


def test_a_host_that_is_not_allowed_is_never_called(system: Simulator, feed: Feed, settings: Any) -> None:
    settings.LIANJING_WEBHOOK_LOOPBACK = False
    run = run_once(PULL, clock_now())
    assert run is not None and run.result == "failed"


def telling(monkeypatch: pytest.MonkeyPatch) -> Declared:
    """A push that tells of registrations of feeds."""
    each = Declared(
        key=PUSH, system="finance", direction=Direction.PUSH, name=declared()[PUSH].name,
        purpose=declared()[PUSH].purpose, clause="zone_funds#6", owner_post="finance_head",
        fresh=timedelta(hours=26), every=timedelta(minutes=5), acts=("exchange.stop",),
        serialise=lambda event: {"act": event.act},
    )  # fmt: skip
    monkeypatch.setitem(declared(), PUSH, each)
    return each


def stopped_once(play: Play, feed: Feed) -> None:
    stop(feed_id=feed.pk, reason="对方停机检修", person_id=play.scene.person(ADMIN), now=clock_now())
    sequence_all()


def test_an_act_is_told_once_and_sent_until_it_is_taken(
    play: Play, system: Simulator, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling(monkeypatch)
    sequence_all()
    now = clock_now()
    run_once(PUSH, now)
    stopped_once(play, feed)
    system.status = 503
    run = run_once(PUSH, now)
    assert run is not None and run.result == "failed"
    letter = DeadLetter.objects.get()
    assert (letter.state, letter.tries) == ("waiting", 1) and system.received == {}
    system.status = 200
    run_once(PUSH, now + HOUR)
    assert list(system.received) == [], "the signature is of an hour ahead: stale for the receiver"
    letter.refresh_from_db()
    assert letter.fault == "HTTP 401"


def test_a_letter_that_is_taken_is_delivered_and_not_sent_again(
    play: Play, system: Simulator, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling(monkeypatch)
    sequence_all()
    run_once(PUSH, clock_now())
    stopped_once(play, feed)
    run = run_once(PUSH, clock_now())
    assert run is not None and run.result == "good", run.fault
    [(number, content)] = system.received.items()
    assert content == {"id": number, "act": "exchange.stop"}
    run_once(PUSH, clock_now())
    assert len(system.received) == 1 and DeadLetter.objects.get().state == "delivered"
    assert sweep(clock_now() + timedelta(days=40)) >= 1


def test_after_all_tries_a_letter_is_dead_until_the_administrator_sends_it_again(
    play: Play, system: Simulator, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling(monkeypatch)
    sequence_all()
    run_once(PUSH, clock_now())
    stopped_once(play, feed)
    system.status = 500
    now = clock_now()
    for pause in (timedelta(0), *BACK_OFF):
        now += pause
        run_once(PUSH, now)
    letter = DeadLetter.objects.get()
    assert (letter.state, letter.tries) == ("dead", len(BACK_OFF) + 1)
    with pytest.raises(Refusal):
        resend(letter_id=letter.pk, person_id=play.scene.person("20703"), now=clock_now())
    resend(letter_id=letter.pk, person_id=play.scene.person(ADMIN), now=clock_now())
    system.status = 200
    run_once(PUSH, clock_now())
    assert len(system.received) == 1
    with pytest.raises(Refusal):
        resend(letter_id=letter.pk, person_id=play.scene.person(ADMIN), now=clock_now())


def test_an_unsent_letter_older_than_the_promise_turns_the_feed_red(
    play: Play, system: Simulator, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = telling(monkeypatch)
    sequence_all()
    now = clock_now()
    run_once(PUSH, now)
    stopped_once(play, feed)
    system.status = 500
    run_once(PUSH, now)
    own = Feed.objects.get(code=PUSH)
    FeedState.objects.filter(feed=own).update(ok_at=now + each.fresh + HOUR)
    assert judge(each, own, now + each.fresh + HOUR) == "red"


def test_a_reject_is_read_again_by_resend(play: Play, system: Simulator, feed: Feed) -> None:
    system.items = [stated(name="a\x00b")]
    run_once(PULL, clock_now())
    letter = DeadLetter.objects.get()
    resend(letter_id=letter.pk, person_id=play.scene.person(ADMIN), now=clock_now())
    assert DeadLetter.objects.get(pk=letter.pk).state == "dead"
    DeadLetter.objects.update(content=json.dumps(stated()))
    resend(letter_id=letter.pk, person_id=play.scene.person(ADMIN), now=clock_now())
    assert not DeadLetter.objects.exists() and ExternalRecord.objects.count() == 1


def test_the_comparison_finds_what_is_missing_extra_and_different(
    play: Play, system: Simulator, feed: Feed
) -> None:
    one, two = play.project(), play.project()
    Project.objects.filter(pk=one.pk).update(project_code="A-1", total_investment=Decimal("5.00"), title="甲")
    Project.objects.filter(pk=two.pk).update(project_code="A-2")
    system.items = [
        stated("A-1", name="甲", approval_status="pending", total_investment="6"),
        stated("A-3", name="平台外的项目"),
    ]
    run = run_once(PULL, clock_now())
    assert run is not None and run.unmatched_count == 1
    found = list(differences(declared()[PULL], feed))
    assert [(each.kind, each.external_no) for each in found] == [
        ("missing", "A-2"), ("different", "A-1"), ("extra", "A-3"),
    ]  # fmt: skip
    assert (found[1].ours, found[1].theirs) == ("5.00", "6.00")
    record = found[2].record_id
    assert record is not None
    person = play.scene.person(SUPERVISOR)
    with pytest.raises(BadInput):
        explain(record_id=record, text="", person_id=person, now=clock_now())
    explain(record_id=record, text="省级项目，不在本区办理", person_id=person, now=clock_now())
    assert list(differences(declared()[PULL], feed))[2].explanation


def test_a_stopped_feed_neither_asks_nor_takes_and_starting_it_needs_a_reason(
    play: Play, system: Simulator, feed: Feed
) -> None:
    person = play.scene.person(ADMIN)
    stopped_once(play, feed)
    assert run_once(PULL, clock_now()) is None
    with pytest.raises(Refusal):
        stop(feed_id=feed.pk, reason="再次停用", person_id=person, now=clock_now())
    with pytest.raises(BadInput):
        start(feed_id=feed.pk, reason="", person_id=person, now=clock_now())
    start(feed_id=feed.pk, reason="检修完成", person_id=person, now=clock_now())
    assert run_once(PULL, clock_now()) is not None


def test_a_code_that_two_projects_carry_matches_none(play: Play) -> None:
    for matter in (play.project(), play.project()):
        Project.objects.filter(pk=matter.pk).update(project_code="A-1")
    assert project(stated("A-1")).matter_id is None
    assert connection.vendor in {"sqlite", "postgresql"} and outbox.next_leaf() >= 0
