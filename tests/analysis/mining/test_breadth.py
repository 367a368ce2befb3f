"""Logs of a size and shape that no office has: answered within bounds, or said what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianjing.analysis.mining import conformance, desks, peers, variants
from lianjing.analysis.mining.compiled import compile_bpmn
from lianjing.analysis.mining.conformance import Judge, conform, rows
from lianjing.analysis.mining.mined import mined
from lianjing.analysis.mining.store import COLUMNS, Event, Store
from lianjing.analysis.mining.variants import Pair, TooManyKinds, four_eyes
from lianjing.analysis.mining.worktime import weekdays
from lianjing.intake.eventlog import xes
from lianjing.intake.eventlog.reading import usable
from tests.analysis.mining.logs import NETHERLANDS, at, event, real, store_of
from tests.analysis.mining.test_conformance import LINE
from tests.kernel.process import drawn_process as ink


def all_ways(store: Store, objects: int, steps: int) -> None:
    """Give each object a way of its own: the digits of its number, as kinds of steps."""
    for number in range(16):
        store.types.number(f"步{number}")
    store.connection.execute(f"CREATE TABLE event({COLUMNS})")
    store.connection.execute(
        f"""
        INSERT INTO event SELECT o * {steps} + s, o, (o >> (4 * s)) & 15, 1 + o % 7, 1, 1, {at(0, 9)} + s * 60000000
        FROM range({objects}) AS objects(o), range({steps}) AS steps(s)
        """
    )
    for codes in (store.persons, store.posts, store.units):
        for name in "甲乙丙丁戊己庚":
            codes.number(name)
    store.derive(weekdays(480))


def test_a_million_variants_are_counted_in_little_memory_and_the_first_thousand_told() -> None:
    with Store(memory="600MB") as store:
        all_ways(store, 1_000_000, 5)
        assert variants.variant_count(store) == 1_000_000
        assert len(variants.variants(store, most=1_000)) == 1_000


def test_what_was_left_out_of_a_long_list_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "MOST_WAYS", 50)
    with Store(memory="300MB") as store:
        all_ways(store, 4_096, 3)
        net = compile_bpmn(LINE)
        found = mined(store, judge=lambda _number: Judge(net, is_open=False))
    assert found["fit"] == {"cases": 4_096, "of": 4_096, "not_aligned": 4_046} | {"cases": 0}
    assert found["left_out"]["variants"] == 3_096
    assert (found["variant_count"], len(found["variants"])) == (4_096, 1_000)


def test_a_log_whose_step_names_hold_numbers_is_refused_with_the_remedy() -> None:
    with store_of([event("支1", "申请", "甲", 0, 9)]) as store:
        for number in range(variants.LAST_SIGN):
            store.types.number(f"申请{number}")
        with pytest.raises(TooManyKinds):
            variants.variants(store)


def test_the_queue_has_its_peak_and_the_longest_wait_comes_first() -> None:
    events = [
        event(f"支{number}", step, "甲", day, 9)
        for number in range(3)
        for step, day in (("申请", number), ("审核", 7), ("放行", 8))
    ]
    with store_of(events) as store:
        first, second = desks.queues(store)
    assert (first.type, first.peak, first.peak_day.isoformat()) == ("审核", 3, "2025-09-03")
    assert (second.type, second.peak) == ("放行", 3)
    assert [day.waiting for day in first.days] == [1, 2, 3, 3, 3, 3, 3, 0]


def test_a_rare_ending_among_like_matters_is_named() -> None:
    events = [
        event(f"支{number}", step, "甲", day, 9)
        for number in range(40)
        for step, day in (("申请", 0), ("驳回" if number == 7 else "放行", 1))
    ]
    with store_of(events) as store:
        (found,) = peers.other_outcome(store, lambda _number: "")
    assert (found.object, found.last, found.usual, found.count, found.of) == ("支7", "驳回", "放行", 1, 40)


@pytest.mark.parametrize(
    ("value", "band"), [("980000", "10^5"), ("-12.5", "10^1"), ("0.3", "0"), ("nan", "0"), ("货物", "货物")]
)
def test_amounts_are_alike_within_a_power_of_ten(value: str, band: str) -> None:
    assert peers.size_band(value) == band


def test_units_and_years_stand_beside_each_other() -> None:
    events = [
        Event("支1", "申请", "甲", "岗", "一局", at(0, 9)), Event("支1", "放行", "乙", "岗", "二局", at(2, 9)),
        Event("支2", "申请", "甲", "岗", "二局", at(0, 9)), Event("支3", "申请", "甲", "岗", "一局", at(122, 9)),
    ]  # fmt: skip
    with store_of(events) as store:
        assert [(side.name, side.cases) for side in peers.unit_sides(store)] == [("一局", 2), ("二局", 1)]
        assert [(side.name, side.cases) for side in peers.year_sides(store)] == [("2025", 2), ("2026", 1)]


def test_the_time_left_differs_by_the_unit_in_which_a_step_is_done() -> None:
    events = [
        Event(f"支{number}", step, "甲", "岗", unit, at(number + days, 9))
        for number in range(20)
        for unit in (["一局", "二局"][number % 2],)
        for step, days in (("申请", 0), ("放行", 7 if unit == "一局" else 14))
    ]
    with store_of(events) as store:
        found = {(each.type, each.unit): each.p50_days for each in peers.remaining(store, by_unit=True)}
        assert {each.unit for each in peers.remaining(store)} == {""}
    assert found["申请", "一局"] == 5.0
    assert found["申请", "二局"] == 10.0


def test_a_deviation_names_the_clause_and_whose_step_it_is() -> None:
    lanes = (
        '<bpmn:laneSet id="l"><bpmn:lane id="k" name="审核岗" lj:post="auditor">'
        "<bpmn:flowNodeRef>b</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )
    xml = ink.definitions(
        lanes + ink.start() + ink.user("a") + ink.user("b", lj_clause="zone_funds#3", lj_differsFrom="a") + ink.user("c")
        + ink.end() + ink.chain("start", "a", "b", "c", "end")
    )  # fmt: skip
    net = compile_bpmn(xml)
    with store_of([event("支1", "a", "甲", 0, 9), event("支1", "c", "丙", 1, 9)]) as store:
        (row,) = rows(store, conform(store, lambda _number: Judge(net, is_open=False)))
    assert (row.kind, row.step, row.clause, row.expected_lane) == ("missing", "b", "zone_funds#3", "审核岗")
    assert net.said("b").weight > net.said("a").weight


def test_among_equal_explanations_the_mandatory_control_stays_in_place() -> None:
    xml = ink.definitions(
        ink.start() + ink.user("a") + ink.user("b", lj_clause="zone_funds#3", lj_differsFrom="a") + ink.end()
        + ink.chain("start", "a", "b", "end")
    )  # fmt: skip
    _cost, moves = conformance.align(compile_bpmn(xml), ["b", "a"])
    kept = [move.label for move in moves if move.pos is not None and move.is_model]
    assert kept == ["b"]


def test_the_published_permits_show_one_person_for_both_steps_even_where_a_second_repeats_one(
    shared: Path,
) -> None:
    """BPI Challenge 2015, municipality 1: 94 cases, of which a comparison of first occurrences misses 14.

    The cases that the literature names (M5-5133126 and others) are of municipality 5, which the reference data lack.
    """
    pair = Pair("08_AWB45_005", "08_AWB45_051_0")
    plain: dict[str, tuple[set[str], set[str]]] = {}
    for each in usable(xes.read(shared / "data/eventlogs/bpic15_1.xes.gz"), NETHERLANDS):
        if each.type in (pair.one, pair.other):
            plain.setdefault(each.object, (set(), set()))[each.type == pair.other].add(each.person)
    with real(shared, "bpic15_1.xes.gz") as store:
        found = {each.object for each in four_eyes(store, [pair])}
    assert found == {key for key, (one, other) in plain.items() if one & other}
    assert len(found) == 94
    assert {"5248926", "6296900", "7024496"} <= found
