"""The sums of the cockpit: slow ones are made once in half a minute, fast ones each time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from lianjing.web import overview_keeping
from lianjing.web.overview import Overview
from lianjing.web.overview_keeping import overview_of

NOW, DAY = datetime(2026, 3, 2, 1, tzinfo=UTC), date(2026, 3, 2)


class Sums:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, person_id: int, _day: date) -> Overview:
        self.times += 1
        return Overview(str(person_id), self.times, "", (), (), ())


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    overview_keeping._kept.clear()


def test_slow_sums_are_kept_for_half_a_minute_and_for_their_reader_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overview_keeping, "SLOW", 0.0)
    sums = Sums()
    assert overview_of("works", sums, 1, DAY, NOW)[1].total == 1
    assert overview_of("works", sums, 1, DAY, NOW + timedelta(seconds=29)) == (
        NOW,
        Overview("1", 1, "", (), (), ()),
    )
    assert overview_of("works", sums, 2, DAY, NOW)[1].label == "2"
    assert overview_of("works", sums, 1, DAY, NOW + timedelta(seconds=30))[1].total == 3


def test_fast_sums_are_made_anew_each_time() -> None:
    sums = Sums()
    assert [overview_of("works", sums, 1, DAY, NOW)[1].total for _ in range(2)] == [1, 2]


def test_the_oldest_sums_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview_keeping, "SLOW", 0.0)
    monkeypatch.setattr(overview_keeping, "MOST", 2)
    sums = Sums()
    for person in (1, 2, 3):
        overview_of("works", sums, person, DAY, NOW)
    assert {key[1] for key in overview_keeping._kept} == {2, 3}
