from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.runtime.draw import rules

SEEDS = st.binary(min_size=32, max_size=32)
POOLS = st.lists(st.integers(1, 10**9), min_size=1, max_size=12)


@given(SEEDS, POOLS, st.data())
def test_everyone_is_picked_at_most_once_and_the_count_is_met(seed, weights, data):
    count = data.draw(st.integers(1, len(weights)))
    picks = rules.pick(seed, list(enumerate(weights)), count)
    assert len(picks) == len(set(picks)) == count
    assert set(picks) <= set(range(len(weights)))


@given(SEEDS, POOLS)
def test_the_same_seed_gives_the_same_picks_and_a_shorter_draw_is_the_head_of_a_longer(seed, weights):
    pool = list(enumerate(weights))
    whole = rules.pick(seed, pool, len(pool))
    assert all(rules.pick(seed, pool, count) == whole[:count] for count in range(1, len(pool) + 1))


@given(SEEDS, st.integers(1, 10**6))
def test_names_do_not_count_only_places_and_weights(seed, weight):
    pool = [(name, weight) for name in "abcdef"]
    renamed = [(name.upper(), weight) for name in "abcdef"]
    assert [name.upper() for name in rules.pick(seed, pool, 3)] == rules.pick(seed, renamed, 3)


def test_weights_are_respected_over_many_seeds():
    pool = [("one", 1_000_000), ("two", 2_000_000), ("seven", 7_000_000)]
    first = Counter(rules.pick(number.to_bytes(32, "big"), pool, 1)[0] for number in range(20_000))
    for name, weight in pool:
        assert abs(first[name] - weight * 20_000 / 10_000_000) < 300


def test_equal_members_are_drawn_equally_often_in_every_place():
    pool = [(name, 1) for name in range(5)]
    places = [Counter() for _ in range(5)]
    for number in range(10_000):
        for place, name in enumerate(rules.pick(number.to_bytes(32, "big"), pool, 5)):
            places[place][name] += 1
    assert all(abs(times - 2000) < 200 for place in places for times in place.values())


def test_a_known_draw_gives_known_picks():
    assert rules.pick(bytes(32), [(name, 1) for name in "abcdefgh"], 4) == KNOWN


KNOWN = ["d", "f", "c", "a"]


@pytest.mark.parametrize("count", [0, -1, 4])
def test_a_count_outside_the_pool_is_refused(count):
    with pytest.raises(ValueError):
        rules.pick(bytes(32), [(1, 1), (2, 1), (3, 1)], count)


@pytest.mark.parametrize("weights", [[0, 1], [-1, 2]])
def test_a_weight_that_is_not_positive_is_refused(weights):
    with pytest.raises(ValueError):
        rules.pick(bytes(32), list(enumerate(weights)), 1)


def test_weights_count_in_millionths_and_no_finer():
    assert rules.millionths(Decimal("1.5")) == 1_500_000
    assert rules.millionths(Decimal("0.000001")) == 1
    for weight in ("0", "-1", "0.0000001", "1.0000005"):
        with pytest.raises(ValueError):
            rules.millionths(Decimal(weight))


def test_values_of_another_length_are_refused():
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError):
            rules.commitment(wrong)
        with pytest.raises(ValueError):
            rules.seed(bytes(32), wrong)
        with pytest.raises(ValueError):
            rules.seed(wrong, bytes(32))
