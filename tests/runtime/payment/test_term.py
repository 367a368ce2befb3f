"""The statutory term of a payment: pure rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.runtime.payment.term import Pause, basis_stands, extended, late_interest, term

DUE = date(2025, 10, 1)


def test_days_left_and_interest_follow_the_day():
    before = term(DUE, DUE - timedelta(days=20), received_on=date(2025, 9, 1))
    assert (before.state, before.days_left, before.interest) == ("normal", 20, 0)
    assert term(DUE, DUE - timedelta(days=5), received_on=date(2025, 9, 1)).state == "due_soon"
    late = term(DUE, DUE + timedelta(days=10), amount=Decimal(400_000), daily_ratio=Decimal("0.0005"))
    assert (late.state, late.late_days, late.interest) == ("overdue", 10, Decimal("2000.00"))
    paid = term(DUE, DUE + timedelta(days=90), paid_on=DUE)
    assert (paid.state, paid.late_days) == ("met", 0)


def test_a_hold_after_the_term_undoes_no_lateness():
    assert extended(DUE, [Pause(DUE + timedelta(days=1))], DUE + timedelta(days=30)) == (DUE, 0)
    due, held = extended(DUE, [Pause(DUE - timedelta(days=3), DUE - timedelta(days=1))], DUE)
    assert (due, held) == (DUE + timedelta(days=3), 3)


def test_a_running_hold_pauses_the_clock():
    held = term(DUE, DUE - timedelta(days=5), pauses=[Pause(DUE - timedelta(days=9))])
    assert (held.state, held.held_days, held.days_left) == ("paused", 5, 10)


@pytest.mark.parametrize(
    ("reason", "basis", "quoted", "has_condition", "kind", "stands"),
    [
        ("audit", "contract", "专用条款12.4", True, "", True),
        ("audit", "contract", "专用条款12.4", False, "", False),
        ("audit", "statute", "archives_regulation#1", False, "administrative_regulation", True),
        ("audit", "statute", "sme_payment#12", True, "administrative_regulation", False),
        ("audit", "statute", "zone_funds#3", False, "zone", False),
        ("audit", "statute", "no_such#1", False, "", False),
        ("internal", "contract", "专用条款12.4", True, "", False),
        ("filing", "", "", True, "", False),
        ("funds", "contract", "资金到位后支付", True, "", False),
        ("quality", "contract", "专用条款9.1", False, "", True),
        ("dispute", "contract", " ", False, "", False),
    ],
)
def test_only_contract_or_law_stop_the_clock(reason, basis, quoted, has_condition, kind, stands):
    assert (
        basis_stands(reason, basis=basis, quoted=quoted, has_audit_condition=has_condition, statute_kind=kind)
        is stands
    )


PAUSES = st.lists(
    st.tuples(st.integers(-40, 40), st.one_of(st.none(), st.integers(0, 20))).map(
        lambda pair: Pause(
            DUE + timedelta(days=pair[0]),
            None if pair[1] is None else DUE + timedelta(days=pair[0] + pair[1]),
        )
    ),
    max_size=6,
)


@given(pauses=PAUSES, offset=st.integers(-40, 60))
def test_held_days_count_once_and_only_lengthen_the_term(pauses, offset):
    on = DUE + timedelta(days=offset)
    due, held = extended(DUE, pauses, on)
    days = {
        pause.from_on + timedelta(days=number)
        for pause in pauses
        for number in range(((pause.to_on or on) - pause.from_on).days + 1)
        if pause.from_on + timedelta(days=number) <= on
    }
    assert due == DUE + timedelta(days=held)
    assert 0 <= held <= len(days)


@given(amount=st.decimals(0, 10_000_000, places=2), days=st.integers(-50, 400))
def test_interest_is_never_negative(amount, days):
    assert late_interest(amount, days, Decimal("0.0005")) >= 0
