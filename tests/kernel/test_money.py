from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.money import LIMIT, BadAmount, capitals, cents, parse_amount

ORACLE = {
    "1409.50": "人民币壹仟肆佰零玖元伍角整",
    "6007.14": "人民币陆仟零柒元壹角肆分",
    "1680.32": "人民币壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "人民币壹拾万柒仟元零伍角叁分",
    "16409.02": "人民币壹万陆仟肆佰零玖元零贰分",
    "325.04": "人民币叁佰贰拾伍元零肆分",
    "287400.00": "人民币贰拾捌万柒仟肆佰元整",
    "1000000001.00": "人民币壹拾亿零壹元整",
    "0.05": "人民币伍分",
    "3000050.00": "人民币叁佰万零伍拾元整",
    # not printed in the rule's table, but following from its words
    "0": "人民币零元整",
    "0.50": "人民币伍角整",
    "10": "人民币壹拾元整",
    "100050": "人民币壹拾万零伍拾元整",
    "100001000": "人民币壹亿零壹仟元整",
    "100500000": "人民币壹亿零伍拾万元整",
    "10000000.01": "人民币壹仟万元零壹分",
    "-12.30": "人民币负壹拾贰元叁角整",
}
VALUES = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
amounts = st.integers(-999_999_999_999, 999_999_999_999).map(lambda fen: Decimal(fen) / 100)


@pytest.mark.parametrize(("figure", "words"), ORACLE.items())
def test_capitals_follow_the_printed_examples(figure: str, words: str) -> None:
    assert capitals(Decimal(figure)) == words


def read_back(words: str) -> Decimal:
    """An independent reader of capitals: section by section."""
    words = words.removeprefix("人民币").removesuffix("整")
    negative, words = words.startswith("负"), words.removeprefix("负")
    total = Decimal(0)
    whole, _yuan, rest = words.rpartition("元")
    section = digit = whole_value = 0
    for sign in whole:
        if sign in VALUES:
            digit = VALUES[sign]
        elif sign in "拾佰仟":
            section, digit = section + digit * {"拾": 10, "佰": 100, "仟": 1000}[sign], 0
        else:
            whole_value += (section + digit) * {"万": 10_000, "亿": 100_000_000}[sign]
            section = digit = 0
    total += whole_value + section + digit
    for place, unit in (("角", "0.1"), ("分", "0.01")):
        before, found, _after = rest.partition(place)
        if found:
            total += VALUES[before[-1]] * Decimal(unit)
    return -total if negative else total


@given(amounts)
def test_capitals_say_the_amount_and_nothing_else(amount: Decimal) -> None:
    words = capitals(amount)
    assert read_back(words) == amount
    assert "零零" not in words
    assert words.endswith("整") == (int(abs(amount) * 100) % 10 == 0)


@pytest.mark.parametrize("amount", ["0.001", "10000000000", "-10000000000"])
def test_an_amount_that_cannot_be_paid_has_no_capitals(amount: str) -> None:
    with pytest.raises(BadAmount):
        capitals(Decimal(amount))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1234.5", "1234.50"),
        ("1,234,567.89", "1234567.89"),
        ("１，２３４．５０", "1234.50"),
        ("￥1,000.00", "1000"),
        ("¥ 88元", "88"),
        (" 人民币5元 ", "5"),
        ("0", "0"),
        ("007", "7"),
        ("12.", "12"),
        ("1.230", "1.23"),
    ],
)
def test_an_amount_is_read_as_a_person_types_it(typed: str, meant: str) -> None:
    assert parse_amount(typed) == Decimal(meant)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "元",
        "abc",
        "1,5",
        "12,34",
        "1.2.3",
        "1e5",
        "0x10",
        "12万",
        "3亿",
        "1.234",
        "10000000000",
        "-1",
        "1 000",
        "NaN",
        "Infinity",
        "٣",
        "1，2345",
    ],
)
def test_what_is_not_plainly_an_amount_is_never_guessed(typed: str) -> None:
    with pytest.raises(BadAmount) as caught:
        parse_amount(typed, field="amount")
    assert caught.value.field == "amount"
    assert str(caught.value)


def test_zero_and_negative_amounts_are_taken_only_where_allowed() -> None:
    assert parse_amount("−5.00", may_be_negative=True) == Decimal(-5)
    with pytest.raises(BadAmount, match="大于零"):
        parse_amount("0.00", may_be_zero=False)


@given(amounts)
def test_what_is_printed_can_be_typed_again(amount: Decimal) -> None:
    assert parse_amount(f"{amount:,.2f}", may_be_negative=True) == amount


def test_fen_round_half_up_and_the_limit_itself_is_taken() -> None:
    assert cents(Decimal("0.125")) == Decimal("0.13")
    assert parse_amount(str(LIMIT)) == LIMIT
