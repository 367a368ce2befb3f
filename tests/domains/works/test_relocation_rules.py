"""Rules of relocation: pure."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.rules.relocation import (
    Balance,
    Item,
    check_amounts,
    check_area,
    check_budget,
    check_payee,
    check_sample,
    check_second,
    difference,
    publicly,
    sample_size,
    total,
)
from lianjing.kernel.refusal import Refusal

HOUSE = Item("house", "砖混二层", Decimal(120), Decimal(2000))


def refused(act) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.rule, caught.value.clause


def test_an_agreement_above_the_survey_or_the_appraisal_is_refused():
    check_area([HOUSE], Decimal(120))
    assert refused(lambda: check_area([HOUSE], Decimal("119.99"))) == (
        "relocation.above_survey",
        "zone_relocation#6",
    )
    check_amounts([HOUSE], [("house", "砖混二层", Decimal(240_000))])
    for appraised in (
        [("house", "砖混二层", Decimal("239999.99"))],
        [("house", "木屋", Decimal(900_000))],
        [],
    ):
        assert refused(lambda appraised=appraised: check_amounts([HOUSE], appraised)) == (
            "relocation.above_appraisal",
            "zone_relocation#6",
        )


def test_one_item_split_in_two_is_added_up():
    half = Item("house", "砖混二层", Decimal(70), Decimal(2000))
    assert refused(lambda: check_area([half, half], Decimal(120)))[0] == "relocation.above_survey"
    assert (
        refused(lambda: check_amounts([half, half], [("house", "砖混二层", Decimal(240_000))]))[0]
        == "relocation.above_appraisal"
    )


def test_payee_persons_budget_and_sample_each_have_their_clause():
    assert refused(lambda: check_payee("陈乙", "陈甲")) == ("relocation.payee_not_owner", "zone_relocation#3")
    assert refused(lambda: check_second(4, 4)) == ("relocation.two_persons", "zone_relocation#2")
    assert refused(lambda: check_budget(Decimal(2), Decimal(1))) == (
        "relocation.over_budget",
        "zone_relocation#7",
    )
    assert refused(lambda: check_sample(2, 1, ())) == ("relocation.no_sample", "zone_relocation#8")
    assert refused(lambda: check_sample(1, 1, ("上篁畈-017",))) == (
        "relocation.not_remeasured",
        "zone_relocation#8",
    )
    check_sample(1, 2, ())


@given(count=st.integers(0, 5000))
def test_the_sample_is_never_below_its_share(count):
    size = sample_size(count, Decimal("0.10"))
    assert size * 10 >= count and size <= max(1, count) and (size == 0) == (count == 0)


@given(items=st.lists(st.tuples(st.decimals(0, 1000, places=2), st.decimals(0, 9999, places=2)), max_size=8))
def test_the_sum_is_that_of_its_items(items):
    rows = [Item("land", f"{place}", area, price) for place, (area, price) in enumerate(items)]
    assert total(rows) == sum((row.amount for row in rows), Decimal(0))
    check_amounts(rows, [(row.kind, row.name, row.amount) for row in rows])


def test_difference_balance_and_names():
    assert difference(Decimal(100), Decimal(97)) == Decimal("-0.0300")
    assert difference(None, Decimal(1)) is None and difference(Decimal(1), None) is None
    balance = Balance(Decimal(10), Decimal(8), Decimal(5))
    assert (balance.unagreed, balance.unpaid, balance.is_equal) == (2, 3, False)
    assert Balance(Decimal(1), Decimal(1), Decimal(1)).is_equal
    assert (
        publicly("陈大明") == "陈某某"
        and publicly("婺澜某某有限公司") == "婺澜某某有限公司"
        and publicly("") == ""
    )
