"""The statutory term of a payment: its last day, what may stop it, interest after it; pure functions.

A hold stops the clock only where the contract or a statute makes what is waited for a condition of payment
(regulation on payments to small and medium enterprises, articles 12 and 14).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
TERM_CLAUSE, AUDIT_CLAUSE, INTERNAL_CLAUSE = "sme_payment#9", "sme_payment#12", "sme_payment#14"
INTEREST_CLAUSE = "sme_payment#17"
OWN_TERM_CLAUSE = "zone_funds#10"
# What lies with the payer himself: no clause of a contract is quoted for it, but the registered audit condition.
PAYERS_OWN = frozenset({"audit", "internal", "filing", "funds"})
STATUTES = frozenset({"law", "administrative_regulation"})
FORBIDDING = "sme_payment"
SOON_PART = 5  # the last fifth of a term counts as due soon, as for the clocks of steps


@dataclass(frozen=True, slots=True)
class Pause:
    """A hold with an allowed basis: its first day and its last, None while it lasts."""

    from_on: date
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """How a payment stands in its term on a day; `state` is normal, due_soon, overdue, paused or met."""

    due_on: date
    state: str
    days_left: int  # calendar days, below zero when late
    late_days: int = 0
    interest: Decimal = Decimal("0.00")
    clause: str = OWN_TERM_CLAUSE
    is_statutory: bool = False
    held_days: int = 0


def extended(due_on: date, pauses: Iterable[Pause], on: date) -> tuple[date, int]:
    """Return the last day with the days of allowed holds added, and their number.

    A hold that begins after the term ran out adds nothing: lateness is not undone. Overlapping days count once.
    """
    due, counted_to, held = due_on, date.min, 0
    for pause in sorted(pauses, key=lambda each: each.from_on):
        first = max(pause.from_on, counted_to + timedelta(days=1)) if counted_to > date.min else pause.from_on
        last = min(pause.to_on or on, on)
        if pause.from_on > due or last < first:
            continue
        days = (last - first).days + 1
        due, held, counted_to = due + timedelta(days=days), held + days, last
    return due, held


def late_interest(amount: Decimal, late_days: int, daily_ratio: Decimal) -> Decimal:
    """Return the interest of a late payment in yuan, rounded half up to the fen (small-firm regulation, article 17)."""
    return (amount * daily_ratio * max(0, late_days)).quantize(CENT, ROUND_HALF_UP)


def basis_stands(
    reason: str, *, basis: str, quoted: str, has_audit_condition: bool, statute_kind: str = ""
) -> bool:
    """Return whether a hold has an allowed basis.

    `basis` is contract or statute; `quoted` the clause of the contract or the reference of the statute, whose
    kind of regulation is `statute_kind` ("" where the reference is unknown). The payer's own measures are none,
    and the regulation that forbids such holds cannot allow one.
    """
    if not quoted.strip():
        return False
    if basis == "statute":
        return statute_kind in STATUTES and quoted.partition("#")[0] != FORBIDDING
    if basis != "contract":
        return False
    return has_audit_condition if reason == "audit" else reason not in PAYERS_OWN


def term(
    due_on: date,
    on: date,
    *,
    received_on: date | None = None,
    pauses: Iterable[Pause] = (),
    paid_on: date | None = None,
    amount: Decimal = Decimal("0.00"),
    daily_ratio: Decimal | None = None,
    is_statutory: bool = False,
) -> Term:
    """Return the light of a payment's term on a day; paid ones stand at the day on which they were paid."""
    held = list(pauses)
    until = paid_on or on
    due, held_days = extended(due_on, held, until)
    left = (due - until).days
    late = max(0, -left)
    interest = late_interest(amount, late, daily_ratio) if daily_ratio is not None else Decimal("0.00")
    return Term(
        due,
        _state(left, due, received_on, is_paid=paid_on is not None, is_held=any(_runs(p, on) for p in held)),
        left,
        late,
        interest,
        TERM_CLAUSE if is_statutory else OWN_TERM_CLAUSE,
        is_statutory,
        held_days,
    )


def _runs(pause: Pause, on: date) -> bool:
    return pause.from_on <= on and (pause.to_on is None or pause.to_on >= on)


def _state(left: int, due: date, received_on: date | None, *, is_paid: bool, is_held: bool) -> str:
    if left < 0:
        return "overdue"
    if is_paid:
        return "met"
    if is_held:
        return "paused"
    whole = (due - received_on).days if received_on is not None else 0
    return "due_soon" if left <= 1 or left * SOON_PART <= whole else "normal"
