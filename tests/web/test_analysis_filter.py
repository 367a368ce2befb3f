"""The filter stack of the process analysis: the matters behind a number are as many as the number says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from lianjing.analysis.mining import desks, flows, variants
from lianjing.analysis.mining.live import Held
from lianjing.web.analysis_filter import ARROW, IN_TIME, LATE, Stack, run_words
from lianjing.web.analysis_topics import TOPICS
from lianjing.web.analysis_view import View
from tests.analysis.mining.logs import event, store_of

LOG = [
    event("1", "申请", "甲", 0, 9),
    event("1", "审核", "乙", 0, 10),
    event("1", "申请", "甲", 1, 9),
    event("1", "审核", "丙", 1, 10),
    event("2", "申请", "甲", 0, 9.01),
    event("2", "审核", "丙", 2, 9),
    event("3", "申请", "甲", 0, 9.02),
    event("4", "申请", "丙", 3, 9),
    event("4", "审核", "甲", 3, 11),
    event("4", "支付", "丙", 4, 11),
]
OUTCOMES = {"1": "审核", "2": "审核", "3": "申请", "4": "支付"}


@pytest.fixture(scope="module")
def held() -> Iterator[Held]:
    with store_of(LOG) as store:
        source = cast(Any, SimpleNamespace(matters={}, definitions=()))
        made = Held(store, source, datetime(2025, 9, 8, tzinfo=UTC), "")
        made.__dict__["matters"] = {name: int(name) for name in "1234"}
        yield made


def count(held: Held, **parts: str) -> int:
    return len(Stack("p", **parts).objects(held, [1, 2, 3, 4]))


def test_each_number_opens_as_many_matters_as_it_says(held: Held) -> None:
    store = held.store
    for flow in flows.flows(store):
        assert count(held, origin=flow.origin, target=flow.target) == flow.cases
    for step in flows.steps(store):
        assert count(held, step=step.type) == step.cases
    for desk in desks.desks(store):
        assert count(held, post=desk.post, person=desk.person, step=desk.type) == desk.cases
    for rework in variants.rework(store):
        assert count(held, again=rework.type) == rework.cases == 1
    for given in desks.handovers(store):
        assert count(held, handover=f"{given.origin}{ARROW}{given.target}") == given.cases
    bounced = desks.ping_pong(store)
    assert bounced
    for each in bounced:
        assert count(held, bounce=f"{each.origin}{ARROW}{each.target}") == each.cases
    (run,) = desks.batches(store)
    words = run_words(run.begin_at, run.seconds)
    assert count(held, person=run.person, step=run.type, batch=words) == run.cases == 3


def test_person_and_step_must_meet_in_one_act(held: Held) -> None:
    assert count(held, person="丙", step="审核") == 2  # 丙 also acts in 4, where 甲 did this step


def test_a_part_that_names_nothing_leaves_nothing(held: Held) -> None:
    for parts in (
        {"batch": "昨天"},
        {"batch": "2025-09-01 09:00:00.000000 +x"},
        {"handover": "甲"},
        {"again": "无"},
    ):
        assert count(held, **parts) == 0


def test_only_matters_of_the_reader_are_counted(held: Held) -> None:
    assert len(Stack("p", step="审核").objects(held, [1])) == 1


def test_outcome_and_lateness_narrow_and_are_the_rest_of_each_other(held: Held) -> None:
    assert held.outcomes == {held.store.objects.numbers[name]: last for name, last in OUTCOMES.items()}
    assert count(held, outcome="审核") == 2 and count(held, outcome="支付") == 1

    def lates() -> list[str]:
        return ["2", "4"]

    late, in_time = (Stack("p", late=each).objects(held, [1, 2, 3, 4], lates) for each in (LATE, IN_TIME))
    assert {held.store.objects.text(number) for number in late} == {"2", "4"}
    assert late | in_time == set(held.outcomes) and not late & in_time
    assert not Stack("p", late=LATE).objects(held, [1, 3], lates)


def test_a_log_without_matters_is_open_as_a_whole_and_has_its_units_and_years(held: Held) -> None:
    def numbers(**parts: str) -> int:
        return len(Stack("p", **parts).objects(held, None))

    assert numbers() == 4
    assert (numbers(unit="局"), numbers(unit="处")) == (4, 0)
    assert (numbers(year="2025"), numbers(year="2024")) == (4, 0)


def test_what_a_map_hides_opens_the_matters_that_went_there(held: Held) -> None:
    view = View(held, Stack("p", beyond="3.1"), None, held.made_at)
    assert {held.store.objects.text(number) for number in view.objects} == {"1", "4"}
    assert not View(held, Stack("p", beyond="30.60"), None, held.made_at).objects
    assert not View(held, Stack("p", beyond="x.y"), None, held.made_at).objects


@pytest.mark.covers("R4")
def test_a_drill_down_has_its_interval_and_opens_the_matters_that_it_counts() -> None:
    log = [
        each._replace(unit="快局" if number % 2 else "慢局")
        for number in range(80)
        for each in (event(f"{number}", "申请", "甲", 0, 9), event(f"{number}", "审核", "乙", 1, 9))
    ]
    with store_of(log) as store:
        store.describe("unit", [(each.object, each.unit) for each in log])
        source = cast(Any, SimpleNamespace(matters={}, definitions=()))
        made = Held(store, source, datetime(2025, 9, 8, tzinfo=UTC), "")
        view = View(made, Stack("p"), None, made.made_at)
        slow = [each.object for each in log if each.unit == "慢局"]
        view.__dict__["lates"] = [SimpleNamespace(object=name) for name in slow]
        rows, columns = TOPICS["drivers"].rows(view), TOPICS["drivers"].columns(view)
        cells = {column.key: column for column in columns}
        told = {row.value: row for row in rows}
        assert set(told) == {"快局", "慢局"}
        assert (told["慢局"].inside.hits, told["慢局"].inside.of, told["慢局"].outside.hits) == (40, 40, 0)
        assert "91.2%–100.0%" in cells["inside"].value(told["慢局"])
        for row in rows:
            for key in ("hits", "of", "other_hits", "other_of"):
                link = cells[key].url
                assert link is not None
                asked = {name: each for name, (each,) in parse_qs(urlsplit(link(row)).query).items()}
                found = Stack(**asked).objects(made, None, lambda: slow)
                assert len(found) == cells[key].value(row), (row.value, key)
