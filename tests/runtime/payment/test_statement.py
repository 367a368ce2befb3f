"""A bank statement as pure values: balance, order, matching."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.refusal import Refusal
from lianjing.runtime.payment.statement import (
    OpenOrder,
    StatementLine,
    check_balances,
    check_follows,
    check_period,
    day_sums,
    oldest_first,
    pair,
    silent_days,
)

DAY = date(2025, 9, 1)


def line(place, amount, balance=None, *, direction="out", day=DAY, ref="", memo="", payee="h1"):
    return StatementLine(
        place,
        ref or f"R{place}",
        day,
        direction,
        Decimal(amount),
        None if balance is None else Decimal(balance),
        "某公司",
        payee,
        memo,
    )


def order(number, amount, *, no="", payee="h1", day=DAY):
    return OpenOrder(number, no or f"ZF-{number}", Decimal(amount), payee, "某公司", day)


def test_a_wrong_balance_names_its_line_and_clause():
    lines = [line(2, 100, 900), line(3, 50, 850), line(4, 30, 830)]
    with pytest.raises(Refusal) as caught:
        check_balances(lines)
    assert (caught.value.rule, caught.value.clause) == ("bank.balance", "zone_funds#18")
    assert "4" in str(caught.value.message)
    assert check_balances(lines[:2]) == (1000, 850)
    with pytest.raises(Refusal):
        check_balances([line(2, 100)])


def test_a_missing_day_shows_in_the_balance():
    check_follows(Decimal(900), 2, Decimal(900))
    check_follows(Decimal(900), 2, None)
    with pytest.raises(Refusal) as caught:
        check_follows(Decimal(900), 2, Decimal(1000))
    assert caught.value.rule == "bank.gap"


def test_lines_stand_inside_their_period():
    check_period([line(2, 1, 1)], DAY, DAY, DAY)
    for first, last, today in (
        (DAY + timedelta(days=1), DAY, DAY),
        (DAY, DAY + timedelta(days=1), DAY),
        (DAY + timedelta(days=1), DAY + timedelta(days=2), DAY + timedelta(days=5)),
    ):
        with pytest.raises(Refusal):
            check_period([line(2, 1, 1)], first, last, today)


def test_both_orders_of_a_file_are_read():
    older, newer = line(3, 100, 900, day=DAY), line(2, 50, 850, day=DAY + timedelta(days=1))
    assert oldest_first([newer, older]) == [older, newer]
    assert oldest_first([older, newer]) == [older, newer]
    first, then = line(3, 100, 900), line(2, 50, 850)
    assert oldest_first([then, first]) == [first, then]


def test_the_memo_decides_before_the_sum():
    lines = [line(2, 100), line(3, 100, memo="工程款 ZF-1")]
    assert pair(lines, [order(1, 100), order(2, 100)]) == {3: 1, 2: 2}


def test_another_payee_another_sum_or_an_earlier_day_is_no_match():
    orders = [order(1, 100)]
    for wrong in (
        line(2, 100, payee="h2"),
        line(2, 101),
        line(2, 100, direction="in"),
        line(2, 100, day=DAY - timedelta(days=1)),
        line(2, 100, payee="h2", memo="ZF-1"),
    ):
        assert pair([wrong], orders) == {}


LINES = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["h1", "h2", ""]), st.integers(0, 3), st.integers(0, 6)),
    max_size=12,
)
ORDERS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["h1", "h2"]), st.integers(0, 3)), max_size=12)


@given(rows=LINES, wanted=ORDERS)
def test_no_line_and_no_order_is_matched_twice(rows, wanted):
    orders = {
        number: order(number, amount, payee=payee, day=DAY + timedelta(days=day))
        for number, (amount, payee, day) in enumerate(wanted, start=1)
    }
    lines = {
        place: line(place, amount, payee=payee, day=DAY + timedelta(days=day), memo=f"ZF-{memo}")
        for place, (amount, payee, day, memo) in enumerate(rows, start=2)
    }
    found = pair(lines.values(), orders.values())
    assert len(set(found.values())) == len(found)
    for place, number in found.items():
        assert lines[place].amount == orders[number].amount
        assert lines[place].booked_on >= orders[number].issued_on
        assert lines[place].counterparty_hash in ("", orders[number].payee_hash)


@given(steps=st.lists(st.tuples(st.booleans(), st.integers(1, 10_000)), min_size=1, max_size=30))
def test_a_true_running_balance_passes_and_any_change_of_it_fails(steps):
    balance, lines = Decimal(1_000_000), []
    for place, (is_in, amount) in enumerate(steps, start=2):
        balance += amount if is_in else -amount
        lines.append(line(place, amount, balance, direction="in" if is_in else "out"))
    opening, closing = check_balances(lines)
    assert (opening, closing) == (1_000_000, balance)
    if len(lines) > 1:
        broken = [
            *lines[:-1],
            line(99, lines[-1].amount, lines[-1].balance + 1, direction=lines[-1].direction),
        ]
        with pytest.raises(Refusal):
            check_balances(broken)


def test_days_without_a_file_and_three_sums_a_day():
    days = [DAY + timedelta(days=number) for number in range(4)]
    assert silent_days(days, [(DAY, DAY), (days[2], days[3])]) == [days[1]]
    sums = day_sums({DAY: Decimal(5)}, {DAY: Decimal(5)}, {days[1]: Decimal(5)}, [(DAY, DAY)])
    assert [(each.day, each.is_equal, each.has_file) for each in sums] == [
        (days[1], False, False),
        (DAY, False, True),
    ]
    assert day_sums({DAY: Decimal(5)}, {DAY: Decimal(5)}, {DAY: Decimal(5)}, [])[0].is_equal
