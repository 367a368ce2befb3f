"""The rules of completion as pure functions: tiers at their fen, ratios, shares, completeness."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.rules import completion as rules
from lianjing.kernel.refusal import BadInput, Refusal

TOPS = (500_000_000, 2_000_000_000, 5_000_000_000)
money = st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("fen", "tier"),
    [
        (0, 1),
        (499_999_999, 1),
        (500_000_000, 2),
        (2_000_000_000, 2),
        (2_000_000_001, 3),
        (5_000_000_000, 3),
        (5_000_000_001, 4),
    ],
)
def test_a_report_meets_its_tier_at_the_exact_fen(fen, tier):
    assert rules.tier(fen, TOPS) == tier


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_larger_report_never_has_a_smaller_tier(one, other):
    small, large = sorted((one, other))
    assert 1 <= rules.tier(small, TOPS) <= rules.tier(large, TOPS) <= 4


@given(money, money)
def test_the_error_ratio_is_never_negative_and_zero_only_for_equal_sums(first, second):
    ratio = rules.error_ratio(first, second)
    assert ratio >= 0
    if first == second:
        assert ratio == 0
    elif second > 0:
        assert abs(ratio - abs(first - second) / second) <= Decimal("0.0000005")
    else:
        assert ratio == 1


@given(money, st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_shares_add_up_to_the_fen(total, weights):
    ratios = [Decimal(weight) / sum(weights) for weight in weights]
    parts = rules.shares(total, ratios)
    assert sum(parts) == total and all(part >= 0 for part in parts)
    again = rules.rescale(total, parts)
    assert sum(again) == total


@given(st.integers(0, 400), st.integers(0, 400))
def test_completeness_is_whole_only_where_nothing_lacks(due, settled):
    count = rules.Count(due, min(due, settled))
    assert 0 <= count.ratio <= 1
    assert (count.ratio == 1) == (count.settled == count.due)
    assert (count.percent == "100%") == (count.ratio == 1)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 600))
def test_months_never_run_backwards(day, months):
    later = rules.add_months(day, months)
    assert later >= day and (later.year * 12 + later.month) - (day.year * 12 + day.month) == months


def test_the_last_of_a_long_month_becomes_the_last_of_a_short_one():
    assert rules.add_months(date(2025, 1, 31), 1) == date(2025, 2, 28)


@given(st.integers(-40, 90))
def test_acceptance_is_deemed_only_after_the_days_of_the_owner(shift):
    applied = date(2025, 3, 1)
    today = applied + timedelta(days=shift)
    deemed = rules.deemed_day(applied, None, 28, today)
    assert (deemed is not None) == (shift > 28)
    assert rules.deemed_day(applied, applied + timedelta(days=28), 28, today) is None


def test_filing_is_late_from_the_sixteenth_day():
    day = date(2025, 3, 1)
    assert rules.days_late(day + timedelta(days=15), day, 15, day) == 0
    assert rules.days_late(day + timedelta(days=16), day, 15, day) == 1
    assert rules.days_late(None, day, 15, day + timedelta(days=20)) == 5
    assert rules.days_late(None, None, 15, day) == 0


def seat(role, agreed=True):
    return rules.Seat(role, f"{role}公司", f"{role}甲", agreed)


def test_four_parties_are_too_few_and_two_of_one_firm_count_once():
    five = [seat(role) for role in rules.ROLES]
    rules.check_parties(five, least=5, result="passed")
    with pytest.raises(Refusal):
        rules.check_parties(five[:4], least=4, result="passed")
    same = [rules.Seat(role, "甲公司", "张三", True) for role in rules.ROLES]
    with pytest.raises(Refusal):
        rules.check_parties(same, least=5, result="passed")


def test_a_disagreement_forbids_a_pass_but_not_a_fail():
    five = [seat(role, role != "designer") for role in rules.ROLES]
    with pytest.raises(Refusal):
        rules.check_parties(five, least=5, result="passed")
    rules.check_parties(five, least=5, result="failed")


def check_row(kind, doc_no="1号", reason="", day=date(2025, 3, 1)):
    return {"kind": kind, "doc_no": doc_no, "issued_on": day if doc_no else None, "reason": reason}


def test_each_special_check_stands_once_with_its_paper_or_its_reason():
    rows = [check_row(kind) for kind in rules.CHECKS]
    rules.check_special(rows)
    rules.check_special([*rows[:-1], check_row("archives", "", "不涉及")])
    for bad in (rows[1:], [*rows, rows[0]], [*rows[:-1], check_row("archives", "", "")]):
        with pytest.raises(BadInput):
            rules.check_special(bad)


def test_no_works_are_accepted_before_the_planning_check():
    with pytest.raises(Refusal):
        rules.check_planning_first(None, [])
    with pytest.raises(Refusal):
        rules.check_planning_first((date(2025, 3, 2), ""), [date(2025, 3, 1)])
    rules.check_planning_first((date(2025, 3, 1), ""), [None, date(2025, 3, 1)])


@given(money, money, money, money)
def test_a_release_never_exceeds_what_is_retained_or_held(amount, deduction, retained, held):
    try:
        rules.check_release(amount, deduction, retained=retained, held=held)
    except Refusal:
        assert amount + deduction > retained or amount > held
    else:
        assert amount + deduction <= retained and amount <= held


@given(money, money, money, money)
def test_a_settlement_never_lifts_the_project_above_its_budget(others, replaced, approved, budget):
    try:
        rules.check_budget(others + replaced, replaced, approved, budget)
    except Refusal as refusal:
        assert others + approved > budget and refusal.clause == "gov_investment#23"
    else:
        assert others + approved <= budget


@pytest.mark.parametrize(
    ("stage", "matter", "kind", "is_supervision", "wanted"),
    [
        ("initiation", "proposal", "approval", False, "A"),
        ("implementation", "progress", "progress", False, "C"),
        ("implementation", "progress", "opinion", True, "B"),
        ("implementation", "acceptance", "drawing", False, "D"),
        ("implementation", "acceptance", "acceptance", False, "E"),
        ("payment", "settlement", "settlement", False, "E"),
    ],
)
def test_a_paper_has_its_archive_class(stage, matter, kind, is_supervision, wanted):
    assert rules.archive_class(stage, matter, kind, is_supervision=is_supervision) == wanted
