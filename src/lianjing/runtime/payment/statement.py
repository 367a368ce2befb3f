"""A bank statement as pure values: its running balance, its order, and which line pays which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal

FILE_CLAUSE = "zone_funds#18"
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a bank file; `place` is its line in the file, `amount` positive, `direction` in or out, in yuan."""

    place: int
    bank_ref: str
    booked_on: date
    direction: str
    amount: Decimal
    balance: Decimal | None = None
    counterparty_name: str = ""
    counterparty_hash: str = ""
    memo: str = ""

    @property
    def signed(self) -> Decimal:
        """The amount with the sign that it has for the balance."""
        return self.amount if self.direction == "in" else -self.amount


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order to the bank without a line: what must agree for a line to be its payment."""

    order_id: int
    order_no: str
    amount: Decimal
    payee_hash: str
    payee_name: str
    issued_on: date


def oldest_first(lines: Sequence[StatementLine]) -> list[StatementLine]:
    """Return the lines from the oldest on: banks write both orders, and one file is all in one of them."""
    if len(lines) > 1 and lines[0].booked_on > lines[-1].booked_on:
        return list(reversed(lines))
    if len(lines) > 1 and lines[0].booked_on == lines[-1].booked_on and not _adds_up(lines):
        turned = list(reversed(lines))
        return turned if _adds_up(turned) else list(lines)
    return list(lines)


def _adds_up(lines: Sequence[StatementLine]) -> bool:
    return all(
        before.balance is not None and after.balance == before.balance + after.signed
        for before, after in pairwise(lines)
    )


def check_balances(lines: Sequence[StatementLine]) -> tuple[Decimal, Decimal]:
    """Return opening and closing balance; Refusal names the first line whose balance does not follow.

    `lines` stand oldest first; each must carry its balance.
    """
    if not lines:
        raise ValueError("a statement without lines has no balance of its own")
    first = lines[0]
    if first.balance is None:
        raise _wrong(first, None)
    running = opening = first.balance - first.signed
    for line in lines:
        running += line.signed
        if line.balance != running:
            raise _wrong(line, running)
    return opening, running


def _wrong(line: StatementLine, expected: Decimal | None) -> Refusal:
    if line.balance is None or expected is None:
        message = _("第%(line)d行没有余额，不能核对") % {"line": line.place}
    else:
        message = _("第%(line)d行余额%(balance)s元与上一行推算的%(expected)s元不符，整份文件未导入") % {
            "line": line.place,
            "balance": f"{line.balance:,.2f}",
            "expected": f"{expected:,.2f}",
        }
    return Refusal(Ground.RULE, "bank.balance", message, FILE_CLAUSE)


def check_follows(opening: Decimal, place: int, last_closing: Decimal | None) -> None:
    """Refuse a file that does not begin where the last one ended: a day, or lines of it, are missing."""
    if last_closing is not None and opening != last_closing:
        raise Refusal(
            Ground.RULE,
            "bank.gap",
            _("第%(line)d行之前的余额%(opening)s元与上一份对账单期末%(closing)s元不衔接，中间缺少流水")
            % {"line": place, "opening": f"{opening:,.2f}", "closing": f"{last_closing:,.2f}"},
            FILE_CLAUSE,
        )


def check_period(lines: Sequence[StatementLine], from_on: date, to_on: date, today: date) -> None:
    """Refuse lines outside the period of the file, and a file of days that are not over."""
    if from_on > to_on or to_on > today:
        raise Refusal(Ground.RULE, "bank.period", _("对账单的起止日期不正确"), FILE_CLAUSE)
    for line in lines:
        if not from_on <= line.booked_on <= to_on:
            raise Refusal(
                Ground.RULE,
                "bank.period",
                _("第%(line)d行的交易日期%(day)s不在对账单的起止日期之内")
                % {"line": line.place, "day": line.booked_on.isoformat()},
                FILE_CLAUSE,
            )


def pair(lines: Iterable[StatementLine], orders: Iterable[OpenOrder]) -> dict[int, int]:
    """Return line place → order id: each line pays at most one order, each order is paid by at most one line.

    A line fits an order of the same amount and payee account (by name where the bank gives no account), booked on
    or after the day of its release. An order number in the memo decides before everything else; of several that
    fit, the one released first is taken.
    """
    free = {
        order.order_id: order for order in sorted(orders, key=lambda each: (each.issued_on, each.order_id))
    }
    outgoing = [line for line in lines if line.direction == "out"]
    found: dict[int, int] = {}
    for by_number in (True, False):
        for line in outgoing:
            if line.place in found:
                continue
            chosen = next(
                (
                    each
                    for each in free.values()
                    if _fits(line, each) and (not by_number or _names(line, each))
                ),
                None,
            )
            if chosen is not None:
                found[line.place] = chosen.order_id
                del free[chosen.order_id]
    return found


def _names(line: StatementLine, order: OpenOrder) -> bool:
    return bool(order.order_no) and order.order_no in line.memo


def _fits(line: StatementLine, order: OpenOrder) -> bool:
    if line.amount != order.amount or line.booked_on < order.issued_on:
        return False
    if line.counterparty_hash:
        return line.counterparty_hash == order.payee_hash
    return bool(line.counterparty_name) and line.counterparty_name == order.payee_name


def silent_days(working_days: Iterable[date], periods: Collection[tuple[date, date]]) -> list[date]:
    """Return the days of `working_days` that no imported file covers."""
    return [day for day in working_days if not any(first <= day <= last for first, last in periods)]


@dataclass(frozen=True, slots=True)
class DaySums:
    """One account on one day: the ledger of payments, the orders paid, the lines of the bank's file, in yuan."""

    day: date
    ledger: Decimal = NOTHING
    orders: Decimal = NOTHING
    bank: Decimal = NOTHING
    has_file: bool = False

    @property
    def is_equal(self) -> bool:
        """True where the three sums agree."""
        return self.ledger == self.orders == self.bank


def day_sums(
    ledger: Mapping[date, Decimal],
    orders: Mapping[date, Decimal],
    bank: Mapping[date, Decimal],
    covered: Collection[tuple[date, date]],
) -> list[DaySums]:
    """Return the daily picture of an account, latest day first."""
    days = sorted({*ledger, *orders, *bank}, reverse=True)
    return [
        DaySums(
            day,
            ledger.get(day, NOTHING),
            orders.get(day, NOTHING),
            bank.get(day, NOTHING),
            any(first <= day <= last for first, last in covered),
        )
        for day in days
    ]


def next_day(day: date, days: int) -> date:
    """Return the day from which something unmatched is shown as such."""
    return day + timedelta(days=days)
