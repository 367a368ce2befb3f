"""When works may start, how far they lag, how visas are measured, what wages and subcontracts must keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.rules.site import (
    Finding,
    StartView,
    check_findings,
    check_measured,
    check_measures,
    check_start,
    check_start_day,
    check_subcontract,
    check_two_units,
    check_value_holds,
    is_behind,
    is_lagging,
    labour_share,
    lag_hours,
    planned_ratio,
    wage_status,
    wages_due_on,
)
from lianjing.domains.works.services.progress import next_report_day
from lianjing.kernel.refusal import BadInput, Ground
from tests.domains.works.playing import refused

READY = StartView(
    permitted_from=date(2025, 9, 1),
    is_funded=True,
    has_wage_account=True,
    has_bond=True,
    has_real_name=True,
    is_ready=True,
    is_staff_as_bid=True,
)
NOW = datetime(2025, 10, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ({"permitted_from": None}, "start.no_permit"),
        ({"is_funded": False}, "start.no_funds"),
        ({"has_wage_account": False}, "start.no_wage_account"),
        ({"has_bond": False}, "start.no_bond"),
        ({"has_real_name": False}, "start.no_real_name"),
        ({"is_ready": False}, "start.not_ready"),
        ({"is_staff_as_bid": False}, "start.other_staff"),
    ],
)
def test_works_do_not_start_without_each_of_the_conditions(fault, rule):
    check_start(READY)
    with refused(Ground.RULE, rule):
        check_start(replace(READY, **fault))


def test_other_staff_starts_with_an_approved_replacement():
    check_start(replace(READY, is_staff_as_bid=False, replacement="澜经建〔2025〕8号"))


def test_a_start_before_the_permit_is_a_red_line():
    check_start_day(date(2025, 9, 1), date(2025, 9, 1))
    with refused(Ground.RED_LINE, "red_line.start_before_permit"):
        check_start_day(date(2025, 8, 31), date(2025, 9, 1))


@given(st.dates(date(2025, 1, 1), date(2025, 12, 31)), st.integers(1, 900), st.integers(-50, 1000))
def test_the_plan_runs_from_nothing_to_all(start, length, offset):
    found = planned_ratio(start, start + timedelta(days=length), start + timedelta(days=offset))
    assert found is not None and 0 <= found <= 1
    assert (found == 0) is (offset <= 0) and (found == 1) is (offset >= length)


def test_a_lag_beyond_the_line_needs_measures():
    assert not is_behind(Decimal("0.30"), Decimal("0.40"), points=Decimal(10))
    assert is_behind(Decimal("0.30"), Decimal("0.4001"), points=Decimal(10))
    assert not is_behind(Decimal("0.30"), None, points=Decimal(10))
    with pytest.raises(BadInput):
        check_measures(is_behind=True, measures=" ")
    check_measures(is_behind=True, measures="增加一个班组")


def test_a_verified_value_does_not_fall():
    check_value_holds(Decimal(5), Decimal(5))
    check_value_holds(Decimal(5), None)
    with pytest.raises(BadInput):
        check_value_holds(Decimal("4.99"), Decimal(5))


@pytest.mark.parametrize(
    ("day", "next_day"),
    [
        (date(2025, 12, 24), date(2025, 12, 25)),
        (date(2025, 12, 25), date(2026, 1, 25)),
        (date(2025, 11, 30), date(2025, 12, 25)),
    ],
)
def test_the_next_report_is_on_the_day_of_the_month(day, next_day):
    assert next_report_day(day, 25) == next_day


def test_the_lag_of_a_visa_is_flagged_above_the_hours():
    lag = lag_hours(NOW - timedelta(hours=48), NOW)
    assert lag == Decimal("48.00") and not is_lagging(lag, hours=Decimal(48))
    assert is_lagging(lag + Decimal("0.01"), hours=Decimal(48))
    with pytest.raises(BadInput):
        lag_hours(NOW + timedelta(seconds=1), NOW)


def test_concealed_work_is_not_measured_after_its_covering():
    event = NOW - timedelta(hours=20)
    measured = {
        "occurred_at": event,
        "now": NOW,
        "is_concealed": True,
        "covered_at": NOW - timedelta(hours=2),
    }
    check_measured(**measured, measured_at=NOW - timedelta(hours=3))
    with refused(Ground.RULE, "visa.covered"):
        check_measured(**measured, measured_at=NOW - timedelta(hours=2))
    with pytest.raises(BadInput):
        check_measured(**measured, measured_at=event - timedelta(minutes=1))


def test_two_persons_of_one_unit_do_not_measure_together():
    check_two_units(1, 2)
    for pair in ((1, 1), (None, 2), (1, None)):
        with refused(Ground.CONFLICT, "visa.one_unit"):
            check_two_units(*pair)


def test_subcontracts_leave_the_main_structure_and_stay_within_the_contract():
    good = {
        "is_main_structure": False,
        "amount": Decimal(40),
        "earlier": Decimal(60),
        "contract_amount": Decimal(100),
        "is_contractor": False,
    }
    check_subcontract(**good)
    with refused(Ground.RULE, "subcontract.main_structure"):
        check_subcontract(**{**good, "is_main_structure": True})
    with refused(Ground.RULE, "subcontract.over_contract"):
        check_subcontract(**{**good, "amount": Decimal("40.01")})
    for fault in ({"is_contractor": True}, {"amount": Decimal(0)}):
        with pytest.raises(BadInput):
            check_subcontract(**{**good, **fault})


def test_wages_are_due_at_the_end_of_the_month_after():
    assert wages_due_on(date(2025, 12, 1), months=1) == date(2026, 1, 31)
    assert wages_due_on(date(2026, 1, 1), months=1) == date(2026, 2, 28)
    assert labour_share(Decimal("1000.05"), Decimal("0.2")) == Decimal("200.01")
    assert labour_share(Decimal(1), None) is None


@pytest.mark.parametrize(
    ("paid", "on", "status"),
    [
        ("100", date(2026, 1, 31), "paid"),
        ("100", date(2026, 2, 1), "late"),
        ("99.99", date(2026, 1, 1), "short"),
    ],
)
def test_wages_are_paid_late_or_short(paid, on, status):
    found = wage_status(due=Decimal(100), paid=Decimal(paid), due_on=date(2026, 1, 31), paid_on=on)
    assert found == status


def test_a_result_fits_its_findings():
    day = date(2025, 10, 3)
    check_findings([], result="no_problem", day=day)
    check_findings([Finding("临边无防护", day)], result="problems", day=day)
    for findings, result in (
        ([], "problems"),
        ([Finding("临边无防护", day)], "no_problem"),
        ([Finding("临边无防护", day - timedelta(days=1))], "problems"),
    ):
        with pytest.raises(BadInput):
            check_findings(findings, result=result, day=day)
