"""Terms held against tender and bid, and the bonds that the law allows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.rules.contract import (
    KEYS,
    Bond,
    BondLimits,
    TermValue,
    check_binding,
    check_bonds,
    check_explained,
    check_no_double,
    compare,
    differing,
    is_signed_late,
)
from lianjing.kernel.refusal import BadInput, Ground
from tests.domains.works.playing import refused

LIMITS = BondLimits(performance=Decimal("0.10"), retention=Decimal("0.03"))
PRICE = Decimal("1000000.00")


def said(**more: dict[str, TermValue]) -> dict[str, dict[str, TermValue]]:
    texts = {
        "tender": {"price": TermValue("1,100,000.00", Decimal("1100000")), "duration": days(400)},
        "bid": {"price": TermValue("", PRICE), "duration": days(400), "quality": TermValue("合格")},
        "award": {"price": TermValue("", PRICE)},
        "contract": {"price": TermValue("", PRICE), "duration": days(400), "quality": TermValue("合 格")},
    }
    return {key: {**value, **more.get(key, {})} for key, value in texts.items()}


def days(count: int) -> TermValue:
    return TermValue(str(count), Decimal(count))


def test_equal_terms_do_not_differ_and_the_ceiling_of_the_tender_is_no_price():
    lines = compare(said())
    assert differing(lines) == []
    assert next(line for line in lines if line.key == "price").reference == "award"
    check_binding(lines, {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("price", TermValue("", PRICE + Decimal("0.01"))),
        ("duration", days(399)),
        ("quality", TermValue("优良")),
    ],
)
def test_another_price_duration_or_quality_is_refused(key, value):
    lines = compare(said(contract={key: value}))
    assert [line.key for line in differing(lines)] == [key]
    with refused(Ground.RULE, "contract.other_terms"):
        check_binding(lines, {})


def test_a_point_that_the_contract_leaves_out_differs():
    texts = said()
    del texts["contract"]["quality"]
    assert [line.key for line in differing(compare(texts))] == ["quality"]


def test_another_manager_is_shown_and_needs_a_reason():
    lines = compare(said(bid={"manager": TermValue("甲")}, contract={"manager": TermValue("乙")}))
    check_binding(lines, {})
    with pytest.raises(BadInput):
        check_explained(lines, " ")
    check_explained(lines, "原项目经理调离，更换已经招标人同意")


@given(
    st.dictionaries(
        st.sampled_from(["tender", "bid", "award", "contract"]),
        st.dictionaries(st.sampled_from(KEYS), st.text(max_size=5).map(TermValue), max_size=6),
        max_size=4,
    )
)
def test_a_contract_that_repeats_its_reference_never_differs(texts):
    lines = compare(texts)
    repeated = {line.key: line.said[line.reference] for line in lines if line.reference}
    assert differing(compare({**texts, "contract": repeated})) == []
    assert [line.key for line in lines] == list(KEYS)


def bond(kind: str = "performance", amount: str = "100000", **more: object) -> Bond:
    return Bond(**{"kind": kind, "form": "bank_guarantee", "amount": Decimal(amount), **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bonds", "rule"),
    [
        ([bond(amount="100000.01")], "bond.performance_over"),
        ([bond(amount="60000"), bond(amount="40000.01")], "bond.performance_over"),
        ([bond("retention", "30000.01")], "bond.retention_over"),
        ([bond(is_cash_only=True)], "bond.cash_only"),
        ([bond("advance", form="cash")], "bond.cash_only"),
        ([bond("good_conduct")], "bond.unlawful_kind"),
    ],
)
def test_a_bond_beyond_the_law_is_refused(bonds, rule):
    with refused(Ground.RULE, rule):
        check_bonds(bonds, contract_amount=PRICE, limits=LIMITS)


@given(st.decimals("0", "100000", places=2))
def test_bonds_up_to_their_share_pass_and_a_fen_more_does_not(amount):
    rest = Decimal("100000.00") - amount
    check_bonds([bond(amount=str(amount)), bond(amount=str(rest))], contract_amount=PRICE, limits=LIMITS)
    with refused(Ground.RULE, "bond.performance_over"):
        check_bonds(
            [bond(amount=str(amount)), bond(amount=str(rest + Decimal("0.01")))],
            contract_amount=PRICE,
            limits=LIMITS,
        )


def test_retention_beside_a_lasting_performance_bond_is_refused():
    end = date(2026, 6, 30)
    lasting = bond(expires_on=date(2026, 7, 1))
    with refused(Ground.RULE, "bond.double"):
        check_no_double([lasting], retention_ratio=Decimal("0.03"), end_on=end)
    check_no_double([lasting], retention_ratio=Decimal(0), end_on=end)
    check_no_double([bond(expires_on=end)], retention_ratio=Decimal("0.03"), end_on=end)


def test_the_thirty_first_day_after_the_notice_is_late():
    notice = date(2025, 3, 1)
    assert not is_signed_late(notice, date(2025, 3, 31), days=30)
    assert is_signed_late(notice, date(2025, 4, 1), days=30)
