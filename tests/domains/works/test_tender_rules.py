"""The law of tender and award as pure functions: scores, signs, clocks, committees, ballots."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.rules import award, tender_bids, tender_clock, tender_scores
from lianjing.domains.works.rules.tender import check_shortlist, is_collective, weights_fault
from lianjing.kernel.refusal import BadInput, Refusal

NOW = datetime(2025, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
THIRD, TWO_THIRDS = Decimal("0.333333"), Decimal("0.666667")
prices = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2)


@given(st.lists(prices, min_size=1, max_size=8))
def test_the_lowest_price_has_the_whole_weight_and_nobody_more(found):
    points = [tender_scores.price_points(price, min(found), Decimal(60)) for price in found]
    assert max(points) == Decimal("60.00") and all(0 <= each <= 60 for each in points)


@given(st.lists(prices, min_size=1, max_size=6), st.sampled_from(["comprehensive", "lowest", "price_only"]))
def test_ranks_are_a_whole_order_and_equal_points_go_to_the_lower_price(found, method):
    bids = [tender_scores.Scored(place, price, Decimal(30), place) for place, price in enumerate(found)]
    order = tender_scores.ranked(bids, method, Decimal(60))
    assert sorted(order) == list(range(len(found)))
    assert [found[pk] for pk in order] == sorted(found)


@pytest.mark.parametrize(
    ("experts", "others", "is_lawful"),
    [(5, 0, True), (4, 1, True), (3, 2, False), (4, 0, False), (6, 0, False), (5, 2, True), (4, 2, False)],
)
def test_a_committee_is_odd_of_five_or_more_and_two_thirds_experts(experts, others, is_lawful):
    if is_lawful:
        tender_scores.check_evaluators(experts, others, share=TWO_THIRDS)
    else:
        with pytest.raises(Refusal):
            tender_scores.check_evaluators(experts, others, share=TWO_THIRDS)


@pytest.mark.parametrize(
    ("points", "reason", "is_good"),
    [
        ("6", "", True),
        ("9.49", "", True),
        ("9.5", "", False),
        ("9.5", "好", True),
        ("5.99", "", False),
        ("10.01", "好", False),
    ],
)
def test_extreme_points_need_a_reason_and_none_exceed_the_maximum(points, reason, is_good):
    if is_good:
        tender_scores.check_points(Decimal(points), Decimal(10), reason)
    else:
        with pytest.raises(BadInput):
            tender_scores.check_points(Decimal(points), Decimal(10), reason)


def test_one_mark_in_two_bids_is_a_sign_and_an_empty_one_is_none():
    assert tender_bids.shared("mac", {1: {"x", ""}, 2: {"x"}, 3: {"y", ""}}) == [
        tender_bids.Signal("mac", (1, 2), "x")
    ]


@given(st.decimals(min_value=Decimal("0.5"), max_value=Decimal("2"), places=2))
def test_unit_prices_in_one_ratio_are_found_and_others_are_not(ratio):
    left = {str(place): Decimal(100 * place) for place in range(1, 5)}
    assert tender_bids.ratio_of(left, {code: price * ratio for code, price in left.items()}) == ratio
    bent = {code: price * ratio for code, price in left.items()} | {"1": Decimal("999")}
    assert tender_bids.ratio_of(left, bent) is None
    assert tender_bids.ratio_of({"1": Decimal(1)}, {"1": Decimal(1)}) is None


def test_clocks_are_kept_missed_or_open():
    day = date(2025, 5, 6)
    kept = tender_clock.at_least("a", "b", day, day + timedelta(days=20), 20, "c")
    short = tender_clock.at_least("a", "b", day, day + timedelta(days=19), 20, "c")
    still = tender_clock.at_most("a", "b", day, None, 3, "c", day + timedelta(days=3))
    late = tender_clock.at_most("a", "b", day, None, 3, "c", day + timedelta(days=4))
    assert [each.is_met for each in (kept, short, still, late)] == [True, False, None, False]
    assert tender_clock.missed([kept, short, still, late]) == [short, late]


def test_the_deadline_itself_is_too_late_for_a_bid_and_early_enough_to_open():
    with pytest.raises(Refusal):
        tender_clock.check_in_time(NOW, NOW)
    tender_clock.check_in_time(NOW - timedelta(seconds=1), NOW)
    tender_clock.check_due(NOW, NOW)
    with pytest.raises(Refusal):
        tender_clock.check_due(NOW - timedelta(seconds=1), NOW)


@given(st.lists(st.integers(1, 3), min_size=5, max_size=7).filter(lambda found: len(found) % 2 == 1))
def test_only_more_than_half_of_all_members_decide(ballots):
    count = award.tally(ballots, len(ballots), "vote")
    most = max(ballots.count(each) for each in ballots)
    assert (count.winner is not None) == (most * 2 > len(ballots))
    assert sum(count.votes.values()) == len(ballots)


def test_the_lot_decides_only_among_those_with_most_votes():
    equal = [1, 1, 2, 2, 3]
    assert award.tally(equal, 5, "vote_lot").winner is None
    assert award.tally(equal, 5, "vote_lot").tied == (1, 2)
    assert award.tally(equal, 5, "vote_lot", lot=2).winner == 2
    assert award.tally(equal, 5, "vote_lot", lot=3).winner is None
    assert award.tally([1, 1, 2, 3, 3, 3, 2], 7, "vote_lot").winner == 3


def test_leaders_above_their_third_are_passed_over_in_the_order_drawn():
    drawn = [award.Member(place, is_leader=place < 4) for place in range(8)]
    assert [each.person for each in award.seated(drawn, 5, THIRD)] == [0, 4, 5, 6, 7]
    assert [each.person for each in award.seated(drawn[:4] + drawn[4:], 5, Decimal(1))] == [0, 1, 2, 3, 4]
    with pytest.raises(BadInput):
        award.seated(drawn[:5], 5, THIRD)


@pytest.mark.parametrize(("members", "pool"), [(4, 15), (6, 15), (9, 15), (5, 14)])
def test_an_award_committee_of_another_size_or_from_a_small_pool_is_refused(members, pool):
    with pytest.raises(Refusal):
        award.check_committee(members, least=5, most=7, pool=pool, pool_min=15)


@pytest.mark.parametrize(
    ("method", "is_mandatory", "basis", "is_lawful"),
    [
        ("open", True, "", False),
        ("open", True, "有", False),
        ("invited", True, "", False),
        ("invited", True, "有", True),
        ("open", False, "", True),
    ],
)
def test_bidders_are_chosen_only_where_the_law_lets_them_be(method, is_mandatory, basis, is_lawful):
    if is_lawful:
        check_shortlist(method, is_mandatory=is_mandatory, exception_basis=basis)
    else:
        with pytest.raises(Refusal):
            check_shortlist(method, is_mandatory=is_mandatory, exception_basis=basis)


def test_weights_sum_to_a_hundred():
    assert weights_fault([Decimal(60), Decimal(40)]) == ""
    assert weights_fault([Decimal(60), Decimal("39.999")]) and weights_fault([Decimal(100), Decimal(0)])
    assert is_collective("direct", Decimal(500000), Decimal(500000))
    assert not is_collective("open", Decimal(500000), Decimal(500000))
