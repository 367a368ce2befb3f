"""What can be seen of an outside ledger's figures without asking anyone: damaged numbers, currencies, coordinates."""

from __future__ import annotations

import re
from decimal import Decimal

YUAN = ("CNY", "")  # what counts in yuan; sums of any other currency stand apart and are never converted
PLACES = {"latitude": Decimal("90"), "longitude": Decimal("180")}  # degrees, either way of zero

_EXPONENT = re.compile(r"\d+(\.\d+)?[eE]\+\d+")
_ROUNDED = re.compile(r"\d{1,4}0{5,}")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def is_damaged_number(code: str) -> bool:
    """Return whether a spreadsheet seems to have taken a number such as 22E00071 for a figure: 2.2E+072, 220000000."""
    return bool(_EXPONENT.fullmatch(code) or _ROUNDED.fullmatch(code))


def is_real_currency(code: str) -> bool:
    """Return whether the text has the form of an ISO 4217 code."""
    return _CURRENCY.fullmatch(code) is not None
