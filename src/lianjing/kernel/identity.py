"""Numbers that carry their own check: credit code, identity number, invoice number, telephone."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"
_PHONE = re.compile(r"1[3-9]\d{9}")
_DIGITAL_INVOICE = re.compile(r"\d{20}")
_PAPER_NUMBER = re.compile(r"\d{8}")
_PAPER_CODE = re.compile(r"\d{10}|\d{12}")


class CreditCodeFault(StrEnum):
    """What is wrong with a unified social credit code."""

    FORM = "form"  # not 18 signs of the alphabet
    CHECK = "check"  # sign 18 does not follow from the others
    ORGANISATION = "organisation"  # sign 17, the check of the organisation code, is wrong


def credit_check(first17: str) -> str:
    """Return sign 18 of a unified social credit code (GB 32100-2015)."""
    total = sum(
        CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(first17, _CREDIT_WEIGHTS, strict=True)
    )
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


def organisation_check(first8: str) -> str:
    """Return the check sign of an organisation code, sign 17 of the credit code (GB 11714)."""
    total = sum(int(sign, 36) * weight for sign, weight in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    remainder = 11 - total % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def credit_code_fault(code: str) -> CreditCodeFault | None:
    """Return the first fault of a unified social credit code, None for a good one.

    Some early codes in real use break the checks: an import warns, an entry by hand refuses.
    """
    if len(code) != 18 or any(sign not in CREDIT_ALPHABET for sign in code) or not code[2:8].isdigit():
        return CreditCodeFault.FORM
    if credit_check(code[:17]) != code[17]:
        return CreditCodeFault.CHECK
    if organisation_check(code[8:16]) != code[16]:
        return CreditCodeFault.ORGANISATION
    return None


def is_credit_code(code: str) -> bool:
    """True for a code of the right form whose two checks hold."""
    return credit_code_fault(code) is None


def identity_check(first17: str) -> str:
    """Return the check sign of a citizen's identity number (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _IDENTITY_WEIGHTS, strict=True))
    return _IDENTITY_CHECKS[total % 11]


def is_identity_number(number: str) -> bool:
    """True for 18 signs with a real day of birth and the right check sign."""
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return identity_check(number[:17]) == number[17]


def masked_identity_number(number: str) -> str:
    """Return the number as it may be shown: day of birth and part of the sequence hidden."""
    return f"{number[:6]}********{number[-4:]}"


def masked_account_number(number: str) -> str:
    """Return an account number as it may be shown: the last four signs only."""
    return f"****{number[-4:]}"


def is_invoice(number: str, code: str = "") -> bool:
    """True for a digital invoice (20 digits, no code) or an older one (code of 10 or 12 digits, number of 8)."""
    if not code:
        return bool(_DIGITAL_INVOICE.fullmatch(number)) and number.isascii()
    is_paper = bool(_PAPER_CODE.fullmatch(code) and _PAPER_NUMBER.fullmatch(number))
    return is_paper and (number + code).isascii()


def is_phone(number: str) -> bool:
    """True for a mobile number of this country."""
    return number.isascii() and bool(_PHONE.fullmatch(number))


def luhn_holds(number: str) -> bool:
    """True where the check digit of a bank card's number holds."""
    if not (number.isascii() and number.isdigit()):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def masked_name(name: str) -> str:
    """Return a natural person's name as it may be shown: the first sign, the rest hidden."""
    kept = name.strip()
    return f"{kept[:1]}{'*' * min(max(len(kept) - 1, 1), 3)}" if kept else ""


def is_like_a_persons_name(name: str) -> bool:
    """True for a text that is rather a person's name than a firm's: up to four signs, or parts joined by a dot."""
    kept = name.strip()
    return 0 < len(kept) <= 4 or any(dot in kept for dot in "·•‧")


def masked_contact(text: str) -> str:
    """Return a telephone number or another contact with its middle hidden: 138****5678."""
    kept = text.strip()
    if len(kept) < 8:
        return "****" if kept else ""
    return f"{kept[:3]}****{kept[-4:]}"
