"""A project's own data: code, dates, sums of its sources."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

LARGEST_SUM = Decimal("9999999999.99")
STATE_MONEY = frozenset({"budget", "special_bond"})
_CODE = re.compile(r"\d{2}(0[1-9]|1[0-2])-\d{6}-\d{2}-\d{2}-\d{5}[0-9A-Z]")


def is_project_code(text: str) -> bool:
    """Return whether the text has the form of a national project code, YYMM-RRRRRR-DD-TT-NNNNNC (GB/T 40058).

    The check sign is not verified: its algorithm is not published.
    """
    return _CODE.fullmatch(text) is not None


def is_state_money(fund_kind: str, *, is_state_controlled: bool) -> bool:
    """Return whether state money controls or leads, as regulation article 55 asks."""
    return is_state_controlled or fund_kind in STATE_MONEY


def in_order(*days: date | None) -> bool:
    """Return whether the days that are known never go back."""
    known = [day for day in days if day is not None]
    return all(earlier <= later for earlier, later in itertools.pairwise(known))


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """Return the sum in yuan of the amounts that are known."""
    return sum((amount for amount in amounts if amount is not None), Decimal(0))
