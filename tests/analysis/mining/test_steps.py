"""The table `step`, working time over it, and what is asked of both; each expected figure is worked out by hand."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.analysis.mining import desks, flows, late, peers, variants
from lianjing.analysis.mining.live import narrowed
from lianjing.analysis.mining.store import UNKNOWN, Event, Store
from lianjing.analysis.mining.worktime import EPOCH, OFFICE_HOURS, WorkTime, weekdays
from lianjing.kernel.process.calendar import Day, WorkCalendar
from tests.analysis.mining.logs import CHINA, MICROSECOND, START, at, event, store_of

PAYMENT = [
    event("支1", "申请", "甲", 0, 9),
    event("支1", "审核", "乙", 1, 9),
    event("支1", "放行", "丙", 1, 17.5),
    event("支2", "申请", "甲", 0, 9),
    event("支2", "审核", "乙", 4, 9),
    event("支2", "申请", "甲", 7, 9),
    event("支2", "审核", "乙", 7, 10),
    event("支2", "放行", "甲", 8, 9),
]


def test_each_step_knows_the_next_one_and_the_office_time_until_then() -> None:
    with store_of(PAYMENT[:3]) as store:
        rows = store.all("SELECT pos, next_type, dt_wall, dt_work FROM step ORDER BY pos")
    assert [row[0] for row in rows] == [1, 2, 3]
    assert rows[0][1:] == (1, 24 * 3_600_000_000, 7 * 3600)
    assert rows[1][1:] == (2, int(8.5 * 3_600_000_000), 7 * 3600)
    assert rows[2][1:] == (None, None, None)


def test_equal_times_keep_the_order_in_which_they_came() -> None:
    events = [event("支1", name, "甲", 0, 9) for name in ("丁", "丙", "乙", "甲")]
    with store_of(events) as store:
        assert variants.variants(store)[0].steps == ("丁", "丙", "乙", "甲")


def test_an_unknown_person_has_a_name_and_is_never_left_out() -> None:
    with store_of([event("支1", "申请", "", 0, 9), event("支1", "审核", "乙", 1, 9)]) as store:
        assert [each.origin for each in desks.handovers(store)] == [UNKNOWN]


def test_excess_is_what_lies_above_the_median_and_leads_the_list() -> None:
    with store_of(PAYMENT) as store:
        found = {(flow.origin, flow.target): flow for flow in flows.flows(store)}
        first = flows.flows(store)[0]
    review = found["申请", "审核"]
    assert (review.count, review.cases) == (3, 2)
    assert review.median_days == 1.0  # of 1, 4 days and an hour, by nearest rank
    assert review.excess_days == 3.0
    assert (first.origin, first.target) == ("申请", "审核")


def test_rework_is_told_apart_by_who_did_it_again() -> None:
    again = [
        *PAYMENT,
        event("支3", "审核", "乙", 0, 9),
        event("支3", "审核", "丁", 0, 10),
        event("支3", "审核", "", 0, 11),
    ]
    with store_of(again) as store:
        review = next(each for each in variants.rework(store) if each.type == "审核")
    assert (review.cases, review.again) == (2, 3)
    assert (review.same_person, review.other_person, review.unknown_person) == (1, 1, 1)


def _reviewed(matter: str, day: int, hands: str, number: str) -> list[Event]:
    """A joint review: each of the hands concludes a day after the one before."""
    return [
        event(matter, "联审", person, day + nth, 10, post=f"{person}岗")._replace(round=number)
        for nth, person in enumerate(hands)
    ]


JOINT = [
    event("支5", "申请", "甲", 0, 10),
    *_reviewed("支5", 1, "丙乙丁", "1"),
    event("支5", "付款", "丁", 4, 10),
]


def test_a_joint_review_is_one_step_with_several_hands() -> None:
    with store_of(JOINT) as store:
        rows = store.all("SELECT pos, dt_work FROM step ORDER BY pos")
        assert [each.steps for each in variants.variants(store)] == [("申请", "联审", "付款")]
        assert variants.rework(store) == []
        assert desks.ping_pong(store) == []
        moves = {(each.origin, each.target): each.median_days for each in desks.handovers(store)}
        waited = {each.person: each.median_days for each in desks.desks(store) if each.type == "联审"}
        (pair,) = variants.four_eyes(store, [variants.Pair("联审", "付款")])
        assert [side.persons for side in peers.unit_sides(store)] == [4]
    day = 7 * 3600
    assert rows == [(1, 3 * day), (2, day), (3, None)]  # with the last of the three
    assert moves == {("甲", "丙"): 1.0, ("甲", "乙"): 2.0, ("甲", "丁"): 3.0}  # 丁 to himself is none
    assert waited == {"丙": 1.0, "乙": 2.0, "丁": 3.0}
    assert pair.person == "丁"


def test_a_joint_review_held_again_is_rework_by_the_same_persons_in_any_order() -> None:
    again = [*JOINT[:4], event("支5", "申请", "甲", 4, 10), *_reviewed("支5", 7, "丁丙乙", "2")]
    with store_of(again) as store:
        same = next(each for each in variants.rework(store) if each.type == "联审")
    with store_of([*again[:5], *_reviewed("支5", 7, "丁丙戊", "2")]) as store:
        changed = next(each for each in variants.rework(store) if each.type == "联审")
    assert (same.again, same.same_person, same.other_person) == (1, 1, 0)
    assert (changed.again, changed.same_person, changed.other_person) == (1, 0, 1)


def test_hands_of_a_round_are_seen_through_some_of_the_objects() -> None:
    """Filtered as the pages filter: the hands of the others are gone."""
    other = [event("支6", "申请", "甲", 0, 9), *_reviewed("支6", 1, "戊己", "1")]
    with store_of([*JOINT, *other]) as store:
        seen = narrowed(store, [store.objects.numbers["支6"]])
        assert {each.person for each in desks.desks(seen)} == {"戊", "己"}


def test_four_eyes_hold_for_any_repetition_of_a_step() -> None:
    """The second 申请 of 支2 and its 放行 are one person's, though another had reviewed between them."""
    with store_of(PAYMENT) as store:
        found = variants.four_eyes(store, [variants.Pair("申请", "放行", "zone_funds#2")])
    assert [(each.object, each.person, each.clause) for each in found] == [("支2", "甲", "zone_funds#2")]


def test_back_and_forth_between_two_is_seen() -> None:
    """In 支2 甲 hands to 乙 and has it back, twice; 乙 hands to 甲 and has it back, once."""
    with store_of(PAYMENT) as store:
        found = {(each.origin, each.target): (each.count, each.cases) for each in desks.ping_pong(store)}
    assert found == {("甲", "乙"): (2, 1), ("乙", "甲"): (1, 1)}


def test_a_run_of_like_steps_within_minutes_is_a_batch() -> None:
    quick = [event(f"支{n}", "审核", "乙", 0, 9 + n / 60) for n in range(5)]
    slow = [event(f"办{n}", "审核", "丁", n, 9) for n in range(5)]
    with store_of([*quick, *slow]) as store:
        found = desks.batches(store)
    assert [(each.person, each.cases, each.seconds) for each in found] == [("乙", 5, 240)]


def test_the_queue_of_a_day_is_what_came_less_what_was_done() -> None:
    with store_of(PAYMENT) as store:
        waiting = {each.day: each.waiting for each in desks.queue(store, "审核")}
    assert waiting[date(2025, 9, 1)] == 2
    assert waiting[date(2025, 9, 2)] == 1
    assert waiting[date(2025, 9, 5)] == 0
    assert waiting[date(2025, 9, 8)] == 0


def test_a_step_is_late_from_the_first_moment_beyond_its_limit() -> None:
    limit = late.Limit("申请", "审核", 4, "working_days", "zone_funds#3")
    with store_of(PAYMENT) as store:
        assert late.late(store, [limit], at(9, 9)) == []
        found = late.late(store, [late.Limit("申请", "审核", 3.99, "working_days", "zone_funds#3")], at(9, 9))
    assert [(each.object, each.used, each.person, each.clause, each.is_open) for each in found] == [
        ("支2", 4.0, "乙", "zone_funds#3", False)
    ]


def test_an_open_step_is_late_once_its_limit_has_passed_and_names_who_was_last() -> None:
    limit = late.Limit("审核", "放行", 2, "working_days")
    events = [
        event("支9", "申请", "甲", 0, 9),
        event("支9", "审核", "乙", 0, 10),
        event("支8", "放行", "丙", 7, 9),
    ]
    with store_of(events) as store:
        assert [each.object for each in late.late(store, [limit], at(1, 10))] == []
        found = late.late(store, [limit], at(7, 10))
    assert [(each.object, each.person, each.is_open) for each in found] == [("支9", "乙", True)]


def test_a_limit_holds_for_what_begins_within_its_dates() -> None:
    limit = late.Limit("申请", "审核", 0, "days", valid_from=date(2025, 9, 8))
    with store_of(PAYMENT) as store:
        assert len(late.late(store, [limit], at(9, 9))) == 1


@given(hits=st.integers(0, 60), more=st.integers(0, 60))
def test_wilsons_interval_holds_the_share_and_lies_within_0_and_1(hits: int, more: int) -> None:
    found = peers.wilson(hits, hits + more)
    assert 0 <= found.low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.high <= 1


def test_wilsons_interval_of_a_published_example() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 gives 0.2553 to 0.3662."""
    found = peers.wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_a_value_that_goes_with_lateness_is_named_and_a_harmless_one_is_not() -> None:
    events, slow = [], set()
    for number in range(200):
        matter = f"支{number}"
        events.append(event(matter, "申请", "甲", 0, 9))
        if number % 2 == 0 and number % 10 != 0:
            slow.add(matter)
    with store_of(events) as store:
        store.describe("科室", ((f"支{n}", "一" if n % 2 == 0 else "二") for n in range(200)))
        store.describe("颜色", ((f"支{n}", "红" if n < 100 else "蓝") for n in range(200)))
        found = peers.drivers(store, slow)
    assert {each.attribute for each in found} == {"科室"}
    assert {(each.value, each.inside.hits, each.inside.of) for each in found} == {
        ("一", 80, 100),
        ("二", 0, 100),
    }


@pytest.mark.covers("R4")
def test_one_that_took_far_longer_than_its_peers_is_outside_the_fence() -> None:
    events = []
    for number in range(20):
        days = 40 if number == 7 else 3 + number % 3
        events += [event(f"支{number}", "申请", "甲", 0, 9), event(f"支{number}", "放行", "乙", days, 9)]
    with store_of(events) as store:
        assert [each.object for each in peers.unlike(store, lambda _number: "支付")] == ["支7"]
        assert peers.unlike(store, lambda number: str(number % 10)) == []


def test_remaining_time_is_learnt_on_the_earlier_and_measured_on_the_later() -> None:
    events = []
    for number in range(100):
        begin = number * 7
        days = 2 if number < 70 else 4
        events += [
            event(f"支{number:03}", "申请", "甲", begin, 9),
            event(f"支{number:03}", "放行", "乙", begin + days, 9),
        ]
    with store_of(events) as store:
        first = next(each for each in peers.remaining(store) if each.type == "申请")
    assert (first.count, first.p50_days, first.tested, first.error_days, first.within_p80) == (
        70,
        2.0,
        30,
        2.0,
        0.0,
    )


def test_two_sides_stand_beside_each_other() -> None:
    with store_of(PAYMENT) as store:
        found = peers.sides(store, lambda number: None if number else "甲处")
    assert [(each.name, each.cases, each.median_days, each.persons) for each in found] == [
        ("甲处", 1, 2.0, 3)
    ]


@settings(max_examples=50)
@given(
    moments=st.lists(st.integers(0, 40 * 24 * 60), min_size=2, max_size=8),
    holidays=st.sets(st.integers(0, 40), max_size=10),
)
def test_working_time_is_that_of_the_calendar_that_deadlines_read(
    moments: list[int], holidays: set[int]
) -> None:
    first = datetime(2025, 8, 31, 16, tzinfo=UTC)  # midnight in China
    day = date(2025, 9, 1)
    table = WorkCalendar(
        Day(day + timedelta(days=n), n not in holidays, is_forecast=False, source="") for n in range(-1, 43)
    )
    worktime = WorkTime(
        "calendar_day",
        CHINA,
        {(day - EPOCH).days + n: n not in holidays for n in range(-1, 43)},
        OFFICE_HOURS,
    )
    table._hours = tuple(OFFICE_HOURS)
    times = sorted(first + timedelta(minutes=each) for each in moments)
    events = [
        Event("支1", str(n), "甲", "", "", (each - START) // MICROSECOND) for n, each in enumerate(times)
    ]
    with store_of(events, worktime) as store:
        found = [
            row[0] for row in store.all("SELECT dt_work FROM step WHERE dt_work IS NOT NULL ORDER BY pos")
        ]
    zone = timedelta(hours=8)
    assert found == [
        table.office_seconds((a + zone).replace(tzinfo=None), (b + zone).replace(tzinfo=None))
        for a, b in pairwise(times)
    ]


def test_an_empty_log_answers_every_question_with_nothing() -> None:
    with store_of([]) as store:
        assert not any(
            ask(store)
            for ask in (
                flows.flows,
                flows.steps,
                desks.desks,
                desks.handovers,
                desks.ping_pong,
                desks.batches,
            )
        )
        assert not any(ask(store) for ask in (variants.variants, variants.rework, peers.remaining))


def test_the_order_of_reading_changes_no_answer() -> None:
    shuffled = list(PAYMENT)
    random.Random(5).shuffle(shuffled)
    answers = []
    for events in (PAYMENT, shuffled):
        with store_of(events) as store:
            answers.append(
                (sorted(map(str, flows.flows(store))), sorted(v.steps for v in variants.variants(store)))
            )
    assert answers[0] == answers[1]


def test_days_beyond_the_table_are_weekdays_and_counted() -> None:
    worktime = WorkTime("calendar_day", CHINA, {20_000: False}, OFFICE_HOURS)
    assert [row[2] for row in worktime.rows(20_000, 20_007)] == [0, 0, 0, 1, 1, 1, 1, 1]
    assert worktime.outside(20_000, 20_007) == 7
    assert weekdays(0).outside(0, 7) == 0


def test_a_spill_folder_is_gone_with_its_store(tmp_path) -> None:
    with Store(folder=tmp_path) as store:
        store.load([])
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []
