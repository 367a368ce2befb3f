"""What an employer itself owes stays on the list until it is paid whole, whatever paper was handed in beside a part."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lianjing.domains.injury.rules.withheld import EMPLOYER_UNPAID, Fault, Standing, faults

DUE = date(2025, 6, 9)
NOTHING = Decimal(0)


def standing(passed_on: str, *, has_receipt: bool) -> Standing:
    return Standing(
        is_employers=True,
        entitled=Decimal(6000),
        due_on=DUE,
        paid_on=None,
        received=NOTHING,
        owed=Decimal(6000),
        passed_on=Decimal(passed_on),
        transfer_due_on=DUE,
        due=Decimal(6000),
        is_confirmed=False,
        confirmed=None,
        has_employer_receipt=has_receipt,
    )


@pytest.mark.parametrize(
    ("passed_on", "has_receipt", "missing"),
    [("0", False, "6000"), ("3000", True, "3000"), ("6000", True, ""), ("0", True, "")],
)
def test_a_part_with_its_voucher_leaves_the_rest_on_the_list(
    passed_on: str, has_receipt: bool, missing: str
) -> None:
    expected = [Fault(EMPLOYER_UNPAID, Decimal(missing), DUE)] if missing else []
    assert list(faults(standing(passed_on, has_receipt=has_receipt), date(2025, 6, 10), 30)) == expected
    assert list(faults(standing(passed_on, has_receipt=has_receipt), DUE, 30)) == []
