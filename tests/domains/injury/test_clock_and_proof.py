"""The days of work injury and the gate of proof, as pure rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lianjing.domains.injury.rules import clock
from lianjing.domains.injury.rules.proof import (
    Share,
    check_mandate,
    check_payee,
    check_transfer,
    divided,
)
from lianjing.kernel.refusal import Refusal
from tests.domains.injury.test_entitlement import SEED

INJURED = date(2025, 8, 20)
figures = SEED.__getitem__


@pytest.mark.parametrize(
    ("applicant", "applied_on", "is_taken"),
    [
        ("employer", date(2025, 9, 19), True),
        ("employer", date(2026, 8, 21), True),  # late: taken, the costs before it are his
        ("worker", date(2026, 8, 20), True),
        ("worker", date(2026, 8, 21), False),
        ("relative", date(2026, 8, 21), False),
        ("union", date(2025, 8, 19), False),
        ("employer", date(2025, 8, 19), False),
    ],
)
def test_the_workers_side_applies_within_a_year(applicant, applied_on, is_taken):
    if is_taken:
        clock.check_applied(INJURED, applied_on, applicant, figures)
        return
    with pytest.raises(Refusal) as caught:
        clock.check_applied(INJURED, applied_on, applicant, figures)
    assert caught.value.rule == "injury.applied_too_late"


def test_the_employers_thirty_days_end_on_the_thirtieth():
    assert not clock.is_late_employer(INJURED, date(2025, 9, 19), figures)
    assert clock.is_late_employer(INJURED, date(2025, 9, 20), figures)


def test_a_year_after_the_leap_day_is_the_last_of_february():
    assert clock.years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)


def test_a_clear_case_is_decided_in_fifteen_days_another_in_sixty():
    accepted = date(2025, 9, 1)
    assert clock.decision_due(accepted, figures, is_clear=True) == date(2025, 9, 16)
    assert clock.decision_due(accepted, figures, is_clear=False) == date(2025, 10, 31)


def test_an_assessment_takes_sixty_days_and_thirty_more():
    asked = date(2025, 9, 1)
    assert clock.assessment_due(asked, figures, is_extended=False) == date(2025, 10, 31)
    assert clock.assessment_due(asked, figures, is_extended=True) == date(2025, 11, 30)


def test_a_panel_has_three_or_five():
    for count in (3, 5):
        clock.check_expert_count(count, figures)
    with pytest.raises(Refusal) as caught:
        clock.check_expert_count(4, figures)
    assert caught.value.rule == "injury.panel_size"


@pytest.mark.parametrize(
    ("served_on", "asked_on", "is_taken"),
    [
        (date(2025, 9, 1), date(2025, 9, 16), True),
        (date(2025, 9, 1), date(2025, 9, 17), False),
        (None, date(2025, 9, 2), False),
    ],
)
def test_a_second_assessment_is_asked_for_within_fifteen_days(served_on, asked_on, is_taken):
    if is_taken:
        clock.check_reassessment(served_on, asked_on, figures)
        return
    with pytest.raises(Refusal) as caught:
        clock.check_reassessment(served_on, asked_on, figures)
    assert caught.value.rule == "injury.reassessed_too_late"


def money(amount: str) -> Decimal:
    return Decimal(amount)


@pytest.mark.parametrize(
    ("route", "proven", "parts"),
    [
        ("worker", "0", (("worker", "100"),)),
        ("employer", "100", (("employer", "100"),)),
        ("employer", "120", (("employer", "100"),)),
        ("split", "99", (("employer", "99"), ("worker", "1"))),
        ("hospital", "0", (("hospital", "100"),)),
    ],
)
def test_the_parts_of_an_item_are_the_item(route, proven, parts):
    shares = divided(route, money("100"), money(proven))
    assert shares == tuple(Share(payee, money(amount)) for payee, amount in parts)
    assert sum(each.amount for each in shares) == money("100")


def test_nothing_is_divided_into_nothing():
    assert divided("worker", money("0"), money("0")) == ()


@pytest.mark.parametrize("kind", ["meal", "travel", "device", "disability_grant", "assessment", "leave_wage"])
def test_no_route_brings_other_than_medical_money_to_an_employer(kind):
    with pytest.raises(Refusal) as caught:
        check_payee(kind, "employer", proven=money("1000"), amount=money("1"))
    assert caught.value.rule == "injury.not_medical"
    check_payee(kind, "worker", proven=money("0"), amount=money("1"))


def test_an_employer_gets_no_more_than_it_proved():
    check_payee("medical", "employer", proven=money("100"), amount=money("100"))
    with pytest.raises(Refusal) as caught:
        check_payee("rehabilitation", "employer", proven=money("99.99"), amount=money("100"))
    assert caught.value.rule == "injury.beyond_proof"


def test_a_proxy_shows_the_workers_mandate():
    check_mandate(False, False)
    check_mandate(True, True)
    with pytest.raises(Refusal) as caught:
        check_mandate(True, False)
    assert caught.value.rule == "injury.no_mandate"


@pytest.mark.parametrize(("amount", "is_taken"), [("40", True), ("40.01", False), ("0", False)])
def test_a_transfer_is_at_most_what_is_left(amount, is_taken):
    if is_taken:
        check_transfer(money(amount), owed=money("100"), passed_on=money("60"))
        return
    with pytest.raises(Refusal) as caught:
        check_transfer(money(amount), owed=money("100"), passed_on=money("60"))
    assert caught.value.rule == "injury.transfer_sum"
