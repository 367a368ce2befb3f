from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.identity import (
    CREDIT_ALPHABET,
    CreditCodeFault,
    credit_check,
    credit_code_fault,
    identity_check,
    is_credit_code,
    is_identity_number,
    is_invoice,
    is_phone,
    luhn_holds,
    masked_account_number,
    masked_identity_number,
    organisation_check,
)

CODES = [
    "119901019093131134",
    "129901010086028311",
    "12990101554931165T",
    "54990101438701776K",
    "N2990101859319460J",
    "91990101MA109Y0353",
    "91990101MAWYY1CN9W",
    "91990101MAA26N8C19",
    "91990101MAUP5XLG6B",
    "91990101MA3JFG9X2U",
]
bodies = st.tuples(
    st.text("159N", min_size=1, max_size=1),
    st.text("1239", min_size=1, max_size=1),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(CREDIT_ALPHABET, min_size=8, max_size=8),
)


@pytest.mark.parametrize("code", CODES)
def test_the_codes_of_the_cast_pass_both_checks(code: str) -> None:
    assert credit_code_fault(code) is None


def make_code(parts: tuple[str, str, str, str]) -> str:
    first16 = "".join(parts)
    first17 = first16 + organisation_check(parts[3])
    return first17 + credit_check(first17)


@given(bodies)
def test_a_made_code_holds(parts: tuple[str, str, str, str]) -> None:
    assert is_credit_code(make_code(parts))


@given(bodies, st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_one_wrong_sign_is_always_found(parts: tuple[str, str, str, str], place: int, sign: str) -> None:
    code = make_code(parts)
    wrong = code[:place] + sign + code[place + 1 :]
    assert is_credit_code(wrong) == (wrong == code)


@given(bodies, st.integers(0, 16))
def test_two_neighbours_swapped_are_always_found(parts: tuple[str, str, str, str], place: int) -> None:
    code = make_code(parts)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_credit_code(swapped) == (swapped == code)


def test_the_fault_of_a_code_is_named() -> None:
    good = CODES[5]
    assert credit_code_fault(good[:-1]) is CreditCodeFault.FORM
    assert credit_code_fault(good.lower()) is CreditCodeFault.FORM
    assert credit_code_fault(good[:2] + "X" + good[3:]) is CreditCodeFault.FORM
    assert credit_code_fault(good[:-1] + "0") is CreditCodeFault.CHECK
    wrong_organisation = good[:16] + ("1" if good[16] != "1" else "2")
    assert (
        credit_code_fault(wrong_organisation + credit_check(wrong_organisation))
        is CreditCodeFault.ORGANISATION
    )


@pytest.mark.parametrize("number", ["990101197903140016", "990101198811220021"])
def test_the_identity_numbers_of_the_cast_hold(number: str) -> None:
    assert is_identity_number(number)
    assert masked_identity_number(number) == f"990101********{number[-4:]}"


@pytest.mark.parametrize(
    "number",
    [
        "990101197903140017",
        "990101197913140016",
        "99010119790314001",
        "99010119790314001x",
        "９90101197903140016",
    ],
)
def test_a_wrong_identity_number_is_found(number: str) -> None:
    assert not is_identity_number(number)


@given(st.integers(0, 10**8 - 1), st.integers(0, 16), st.integers(0, 9))
def test_one_wrong_digit_of_an_identity_number_is_always_found(tail: int, place: int, digit: int) -> None:
    first17 = f"990101197{tail:08d}"
    check = identity_check(first17)
    wrong = first17[:place] + str(digit) + first17[place + 1 :]
    assert (identity_check(wrong) == check) == (wrong == first17)


@pytest.mark.parametrize(
    ("number", "code", "holds"),
    [
        ("99000000000000000001", "", True),
        ("12345678", "1234567890", True),
        ("12345678", "123456789012", True),
        ("12345678", "", False),
        ("9900000000000000000", "", False),
        ("99000000000000000001", "1234567890", False),
        ("1234567a", "1234567890", False),
        ("１２３４５６７８", "1234567890", False),
    ],
)
def test_an_invoice_is_digital_or_has_code_and_number(number: str, code: str, holds: bool) -> None:
    assert is_invoice(number, code) is holds


def test_a_phone_number_has_eleven_digits_and_a_mobile_prefix() -> None:
    assert is_phone("16400000001")
    assert not any(
        is_phone(number) for number in ("12345678901", "1640000000", "164000000011", "１6400000001")
    )


def test_card_numbers_of_the_cast_pass_luhn_and_only_the_last_four_are_shown() -> None:
    assert all(
        luhn_holds(number) for number in ("6239900000000000017", "6239900000000000025", "6239900000000000033")
    )
    assert not luhn_holds("6239900000000000018")
    assert not luhn_holds("") or masked_account_number("") == "****"
    assert not luhn_holds("12a4")
    assert masked_account_number("99000000000000000101") == "****0101"
