"""What stands between a benefit and the worker's hand: pure tests of one item on one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

UNTRANSFERRED, PARTLY, SHORT = "untransferred", "partly", "short"
EMPLOYER_UNPAID, UNCONFIRMED, LATE = "employer_unpaid", "unconfirmed", "late"
EMPLOYERS = (UNTRANSFERRED, PARTLY, SHORT, EMPLOYER_UNPAID)  # the employer has to act
INTERCEPTED = (UNTRANSFERRED, PARTLY, SHORT)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """One item as it stands; money in yuan. `received` is what the employer got, `owed` what of it (or of its own
    items) is the worker's, `due` the worker's whole of the item."""

    is_employers: bool  # the employer itself pays this item
    entitled: Decimal
    due_on: date | None  # by when the fund pays
    paid_on: date | None
    received: Decimal
    owed: Decimal
    passed_on: Decimal
    transfer_due_on: date | None  # by when the employer passes on
    due: Decimal
    is_confirmed: bool
    confirmed: Decimal | None
    has_employer_receipt: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an item: its kind, the sum that is missing, since when."""

    kind: str
    amount: Decimal
    since_on: date


def faults(row: Standing, day: date, confirm_days: int) -> Iterator[Fault]:
    """Yield what is wrong on this day; a due day itself is still in time."""
    yield from _transfer(row, day)
    if row.confirmed is not None and row.confirmed < row.due:
        yield Fault(SHORT, row.due - row.confirmed, row.paid_on or row.transfer_due_on or day)
    if row.is_employers:
        return
    if row.paid_on is not None and row.due > NOTHING and not row.is_confirmed:
        last = row.paid_on + timedelta(days=confirm_days)
        if day > last and row.confirmed is None:
            yield Fault(UNCONFIRMED, row.due, last)
    if row.due_on is not None and (row.paid_on or day) > row.due_on:
        yield Fault(LATE, row.entitled if row.paid_on is None else NOTHING, row.due_on)


def _transfer(row: Standing, day: date) -> Iterator[Fault]:
    missing = row.owed - row.passed_on
    if row.transfer_due_on is None or day <= row.transfer_due_on or missing <= NOTHING:
        return
    if row.is_employers:
        if not row.has_employer_receipt or row.passed_on > NOTHING:
            yield Fault(EMPLOYER_UNPAID, missing, row.transfer_due_on)
        return
    yield Fault(PARTLY if row.passed_on > NOTHING else UNTRANSFERRED, missing, row.transfer_due_on)
