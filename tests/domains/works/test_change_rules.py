"""What belongs together as one change, what a change adds to the contract, when a supplement is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.rules.change import (
    Piece,
    belong_together,
    check_emergency,
    check_photos,
    has_new_items,
    is_late_entry,
    joined_amount,
    needs_supplement,
    papers_due,
    payable,
    plain_part,
)
from lianjing.kernel.refusal import BadInput, Ground
from tests.domains.works.playing import refused

FIRST = date(2025, 10, 1)
NOW = datetime(2025, 10, 3, 9, tzinfo=UTC)


def piece(amount: str, on: int = 0, part: str = "K0+420", cause: str = "site_condition") -> Piece:
    return Piece(part, cause, FIRST + timedelta(days=on), Decimal(amount))


def test_a_variation_split_in_three_is_one():
    others = [piece("90000", on=-20), piece("-80000", on=-45, part="Ｋ0＋420")]
    assert joined_amount(piece("70000"), others, window_days=30) == Decimal(240000)


def test_pieces_of_another_part_cause_or_time_stay_apart():
    one = piece("1")
    assert not belong_together(one, piece("1", part="K0+421"), window_days=30)
    assert not belong_together(one, piece("1", cause="policy"), window_days=30)
    assert not belong_together(one, piece("1", on=31), window_days=30)
    assert belong_together(one, piece("1", on=30), window_days=30)


def test_a_part_is_the_same_however_it_is_written():
    assert plain_part("K0+420 – K0+510") == plain_part("k0+420-Ｋ0＋510")


amounts = st.decimals("-500000", "500000", places=2, allow_nan=False)
pieces = st.builds(
    Piece,
    st.sampled_from(["K0+420", "K1+000"]),
    st.sampled_from(["policy", "price"]),
    st.dates(date(2025, 1, 1), date(2025, 6, 1)),
    amounts,
)


@given(pieces, st.lists(pieces, max_size=6))
def test_splitting_never_lowers_what_is_classed(one, others):
    whole = joined_amount(one, others, window_days=30)
    assert whole >= abs(one.amount)
    halves = [
        Piece(one.part, one.cause, one.proposed_on, one.amount / 2),
        Piece(one.part, one.cause, one.proposed_on, one.amount / 2),
    ]
    assert joined_amount(halves[0], [halves[1], *others], window_days=30) == whole


@given(pieces, st.lists(pieces, max_size=6), st.integers(0, 60))
def test_the_order_of_the_others_and_a_wider_window_never_lower_the_sum(one, others, days):
    assert joined_amount(one, others, window_days=days) == joined_amount(one, others[::-1], window_days=days)
    assert joined_amount(one, others, window_days=days + 10) >= joined_amount(one, others, window_days=days)


@given(amounts, st.sampled_from(["owner", "designer", "none", "contractor"]))
def test_the_contractors_fault_never_adds_to_the_contract(amount, responsible):
    found = payable(amount, responsible)
    assert found <= amount if responsible == "contractor" else found == amount
    assert responsible != "contractor" or found <= 0


@pytest.mark.parametrize(
    ("ratio", "is_new", "amount", "wanted"),
    [
        ("0.0999", False, "1", False),
        ("0.1", False, "1", True),
        ("0.01", True, "1", True),
        ("0.5", True, "0", False),
    ],
)
def test_a_supplement_is_due_from_the_share_or_for_new_items(ratio, is_new, amount, wanted):
    assert (
        needs_supplement(
            Decimal(ratio), from_ratio=Decimal("0.1"), is_new_item=is_new, amount=Decimal(amount)
        )
        is wanted
    )


def test_items_are_new_only_against_a_bill():
    assert has_new_items(["a", "b"], {"a"})
    assert not has_new_items(["a"], {"a"})
    assert not has_new_items(["a"], set())


def test_a_consent_logged_after_a_day_is_a_late_entry():
    hours = Decimal(24)
    assert not is_late_entry(NOW, NOW + timedelta(hours=24), hours=hours)
    assert is_late_entry(NOW, NOW + timedelta(hours=24, minutes=1), hours=hours)
    assert papers_due(date(2025, 10, 3), days=7) == date(2025, 10, 10)


@pytest.mark.parametrize(
    "fault",
    [
        {"text": " "},
        {"danger_at": None},
        {"consent_at": None},
        {"consent_at": NOW - timedelta(hours=3)},
        {"consent_at": NOW + timedelta(minutes=1)},
    ],
)
def test_an_emergency_names_its_danger_and_its_times_in_order(fault):
    good = {"danger_at": NOW - timedelta(hours=2), "consent_at": NOW - timedelta(hours=1), "text": "塌方"}
    check_emergency(**good, now=NOW)
    with pytest.raises(BadInput):
        check_emergency(**{**good, **fault}, now=NOW)


def test_too_few_photographs_are_refused():
    check_photos(3, least=3, clause="zone_change#2")
    with refused(Ground.DOCUMENTS, "photos.too_few"):
        check_photos(2, least=3, clause="zone_change#2")
