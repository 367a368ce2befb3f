"""Every row of the entitlement table, worked out by hand: amount, formula, payer, clause, and who has no right to it."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from lianjing.domains.injury.rules.entitlement import (
    BENEFITS,
    Asked,
    Case,
    check_dependants,
    entitled,
    figures_day,
    whole_years,
)
from lianjing.kernel.refusal import Refusal

SEED = {
    row["key"]: Decimal(row["value"])
    for row in csv.DictReader(
        (files("lianjing.runtime.parameter") / "seed.csv").read_text(encoding="utf-8-sig").splitlines()
    )
    if row["key"].startswith("injury.")
}
# The example values of the zone, in yuan: minimum wage 2,490, area average 8,000, province 8,500, income 51,821.
CASE = Case(
    own_wage=Decimal("6000"),
    grade=9,
    care_level="most",
    retires_on=date(2040, 1, 1),
    left_on=date(2026, 3, 1),
    died_on=date(2025, 8, 21),
)


def due(kind: str, case: Case = CASE, **asked: Any) -> Any:
    return entitled(case, Asked(kind, **asked), SEED.__getitem__)


def of_grade(grade: int, **changes: Any) -> Case:
    return Case(own_wage=Decimal("6000"), grade=grade, **changes)


def test_every_kind_of_the_code_list_has_its_rule():
    rows = (files("lianjing.runtime.codes") / "codelists.csv").read_text(encoding="utf-8-sig").splitlines()
    kinds = {row["code"] for row in csv.DictReader(rows) if row["codelist"] == "benefit_kind"}
    assert kinds == set(BENEFITS)


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        ("medical", "injury_regulation#30"),
        ("rehabilitation", "injury_regulation#30"),
        ("device", "injury_regulation#32"),
        ("assessment", "social_insurance_law#38"),
    ],
)
def test_priced_items_are_what_the_catalogues_allow_never_more_than_was_spent(kind, clause):
    row = due(kind, spent=Decimal("11000"), allowed=Decimal("10000.50"))
    assert (row.payer, row.amount, row.formula, row.clause) == (
        "fund",
        Decimal("10000.50"),
        "10,000.50",
        clause,
    )
    with pytest.raises(Refusal) as caught:
        due(kind, spent=Decimal("9999.99"), allowed=Decimal("10000"))
    assert caught.value.rule == "injury.above_cost"


def test_ten_days_of_hospital_meals_are_35_percent_of_the_minimum_wage_by_thirty():
    row = due("meal", quantity=Decimal(10))  # 2490 × 0.35 = 871.50 a month, 29.05 a day
    assert (row.amount, row.formula, row.clause) == (
        Decimal("290.50"),
        "2,490.00 × 0.35 ÷ 30 × 10",
        "zj_injury_regulation#24",
    )


@pytest.mark.parametrize(("spent", "amount"), [("1000", "900.00"), ("899.99", "899.99")])
def test_travel_is_what_was_spent_up_to_the_standard_of_two_days(spent, amount):
    row = due("travel", spent=Decimal(spent), quantity=Decimal(2))  # at most 450 a day
    assert (row.amount, row.clause) == (Decimal(amount), "zj_injury_regulation#24")


@pytest.mark.parametrize(("level", "month"), [("full", "4000.00"), ("most", "3200.00"), ("part", "2400.00")])
def test_living_care_is_half_two_fifths_or_three_tenths_of_the_area_average(level, month):
    row = due("living_care", of_grade(3, care_level=level))
    assert (row.payer, row.amount, row.clause) == ("fund", Decimal(month), "injury_regulation#34")
    assert due("living_care", of_grade(3, care_level=level), quantity=Decimal(3)).amount == 3 * Decimal(month)


GRANT = {
    1: (27, "35"),
    2: (25, "35"),
    3: (23, "35"),
    4: (21, "35"),
    5: (18, "36"),
    6: (16, "36"),
    7: (13, "37"),
    8: (11, "37"),
    9: (9, "37"),
    10: (7, "37"),
}


@pytest.mark.parametrize("grade", GRANT)
def test_the_disability_grant_is_so_many_months_of_the_own_wage(grade):
    months, article = GRANT[grade]
    row = due("disability_grant", of_grade(grade))
    assert (row.payer, row.amount, row.clause) == (
        "fund",
        Decimal(6000 * months),
        f"injury_regulation#{article}",
    )
    assert row.formula == f"本人工资 × {months}"


@pytest.mark.parametrize(("grade", "month"), [(1, "5400.00"), (2, "5100.00"), (3, "4800.00"), (4, "4500.00")])
def test_the_fund_pays_the_pension_of_grades_one_to_four(grade, month):
    row = due("disability_pension_1_4", of_grade(grade))
    assert (row.payer, row.amount, row.clause) == ("fund", Decimal(month), "injury_regulation#35")


@pytest.mark.parametrize(("grade", "month"), [(5, "4200.00"), (6, "3600.00")])
def test_the_employer_pays_the_pension_of_grades_five_and_six(grade, month):
    row = due("disability_pension_5_6", of_grade(grade))
    assert (row.payer, row.amount, row.clause) == ("employer", Decimal(month), "injury_regulation#36")


@pytest.mark.parametrize(
    ("grade", "amount"), [(5, 255000), (6, 212500), (7, 85000), (8, 59500), (9, 34000), (10, 17000)]
)
def test_on_leaving_fund_and_employer_pay_the_same_months_of_the_provincial_average(grade, amount):
    case = of_grade(grade, left_on=date(2026, 3, 1), retires_on=date(2031, 3, 1))  # five whole years left
    medical, work = due("medical_grant", case), due("employment_grant", case)
    assert (medical.payer, work.payer) == ("fund", "employer")
    assert medical.amount == work.amount == Decimal(amount)
    assert medical.clause == work.clause == "zj_injury_regulation#27"


@pytest.mark.parametrize(
    ("retires_on", "amount"),
    [
        (date(2031, 3, 1), "34000.00"),  # five years: whole
        (date(2031, 2, 28), "27200.00"),  # four whole years: one is missing, 80 %
        (date(2029, 3, 1), "20400.00"),  # three: 60 %
        (date(2027, 3, 1), "6800.00"),  # one: 20 %
        (date(2026, 9, 1), "0.00"),  # less than one
        (date(2025, 9, 1), "0.00"),  # past retirement
    ],
)
def test_within_five_years_of_retirement_the_employment_grant_loses_a_fifth_for_each_year(retires_on, amount):
    case = of_grade(9, left_on=date(2026, 3, 1), retires_on=retires_on)
    assert due("employment_grant", case).amount == Decimal(amount)
    assert due("medical_grant", case).amount == Decimal("34000.00")


def test_the_years_between_two_days_are_whole_ones():
    assert (
        whole_years(date(2024, 2, 29), date(2025, 2, 28)) == 1
    )  # the last day of February stands for the 29th
    assert whole_years(date(2024, 2, 29), date(2025, 2, 27)) == 0
    assert whole_years(date(2025, 3, 1), date(2025, 2, 1)) == 0


def test_wages_in_leave_are_the_employers_and_end_after_twice_twelve_months():
    row = due("leave_wage", quantity=Decimal(24))
    assert (row.payer, row.amount, row.clause) == ("employer", Decimal("144000.00"), "injury_regulation#33")
    with pytest.raises(Refusal) as caught:
        due("leave_wage", quantity=Decimal("24.5"))
    assert caught.value.rule == "injury.leave_too_long"


def test_a_relatives_care_in_leave_is_the_provincial_average():
    row = due("leave_care", quantity=Decimal(2))
    assert (row.payer, row.amount, row.clause) == ("employer", Decimal("17000.00"), "zj_injury_regulation#25")


def test_a_death_gives_six_months_and_twenty_years_of_income():
    funeral, grant = due("funeral"), due("death_grant")
    assert (funeral.amount, grant.amount) == (Decimal("48000.00"), Decimal("1036420.00"))
    assert {funeral.clause, grant.clause} == {"injury_regulation#39"}
    assert {funeral.payer, grant.payer} == {"fund"}


@pytest.mark.parametrize(
    ("relation", "is_alone", "month"),
    [
        ("spouse", False, "2400.00"),
        ("other", False, "1800.00"),
        ("spouse", True, "3000.00"),
        ("other", True, "2400.00"),
    ],
)
def test_a_dependant_gets_a_share_of_the_former_wage(relation, is_alone, month):
    row = due("dependants", relation=relation, is_alone=is_alone)
    assert (row.payer, row.amount, row.clause) == ("fund", Decimal(month), "injury_regulation#39")


def test_the_dependants_together_never_get_more_than_the_wage():
    lines = [Asked("dependants", relation="spouse"), Asked("dependants", relation="other")]
    check_dependants([*lines, Asked("dependants", relation="other"), Asked("meal")], SEED.__getitem__)
    with pytest.raises(Refusal) as caught:
        check_dependants([*lines, *[Asked("dependants", relation="other")] * 2], SEED.__getitem__)
    assert caught.value.rule == "injury.dependants_above_wage"


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        ("disability_grant", Case(own_wage=Decimal(6000))),
        ("disability_pension_1_4", of_grade(5)),
        ("disability_pension_5_6", of_grade(4)),
        ("disability_pension_5_6", of_grade(7)),
        ("medical_grant", of_grade(4, left_on=date(2026, 3, 1))),
    ],
)
def test_another_grade_gives_no_right(kind, case):
    with pytest.raises(Refusal) as caught:
        due(kind, case)
    assert caught.value.rule == "injury.grade"


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        ("disability_grant", Case(grade=9)),
        ("disability_pension_1_4", Case(grade=1)),
        ("leave_wage", Case()),
        ("living_care", of_grade(3)),
        ("medical_grant", of_grade(9)),
        ("employment_grant", of_grade(9, left_on=date(2026, 3, 1))),
        ("funeral", of_grade(9)),
        ("death_grant", of_grade(9)),
        ("dependants", of_grade(9)),
    ],
)
def test_what_lacks_a_fact_is_refused_not_guessed(kind, case):
    with pytest.raises(Refusal) as caught:
        due(kind, case)
    assert caught.value.rule == "injury.fact_missing" and caught.value.clause


def test_an_employer_that_did_not_insure_pays_the_funds_items():
    case = of_grade(9, is_insured=False)
    row = due("disability_grant", case)
    assert (row.payer, row.amount, row.clause) == (
        "employer",
        Decimal("54000.00"),
        "social_insurance_law#41",
    )
    assert due("leave_wage", case).clause == "injury_regulation#33"  # his own item as ever


@pytest.mark.parametrize(
    ("incurred_on", "payer"),
    [(date(2025, 10, 14), "employer"), (date(2025, 10, 15), "fund"), (None, "fund")],
)
def test_costs_before_a_late_application_are_the_employers(incurred_on, payer):
    case = of_grade(9, borne_before=date(2025, 10, 15))
    row = due("medical", case, spent=Decimal(100), allowed=Decimal(100), incurred_on=incurred_on)
    assert row.payer == payer


def test_each_benefit_takes_the_figures_of_its_own_day():
    claimed = date(2026, 4, 1)
    assert figures_day(CASE, Asked("death_grant"), claimed) == date(2025, 8, 21)
    assert figures_day(CASE, Asked("medical_grant"), claimed) == date(2026, 3, 1)
    assert figures_day(CASE, Asked("meal", incurred_on=date(2025, 8, 22)), claimed) == date(2025, 8, 22)
    assert figures_day(CASE, Asked("living_care"), claimed) == claimed
    assert figures_day(of_grade(9), Asked("medical_grant"), claimed) == claimed
