"""The picture of reconciliation: bank lines, orders without a line, days without a file, three sums a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from lianjing.kernel.process.calendar import UnknownYear
from lianjing.runtime.org.queries import posts_held, supervised_units, unit_and_below
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment.bank import RECONCILE_DAYS
from lianjing.runtime.payment.models import BankLine, BankStatement, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.queries import NOTHING, sum_of
from lianjing.runtime.payment.statement import DaySums, day_sums, next_day, silent_days
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.trail.act import legal_day

MONEY_POSTS = frozenset(
    {"payment_checker", "payment_maker", "finance_reviewer", "finance_head", "internal_auditor"}
)
TONES = {
    "matched": "good",
    "explained": "off",
    "new": "plain",
    "unregistered": "warn",
    "unmatched": "bad",
    "no_line": "bad",
    "no_file": "bad",
}
RED = frozenset(state for state, tone in TONES.items() if tone == "bad")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to reconcile; `kind` is line, order or day. `state` is a key of TONES, `ref` number of line or order."""

    kind: str
    day: date
    account: Account
    state: str
    ref: str = ""
    counterparty: str = ""
    direction: str = ""
    amount: Decimal | None = None
    note: str = ""
    row_id: int | None = None
    matter_id: int | None = None

    @property
    def is_red(self) -> bool:
        """True for what must be explained or mended."""
        return self.state in RED


def accounts_visible(person_id: int, day: date) -> QuerySet[Account]:
    """Return our own accounts that a person may see: all for the posts of money, those of their units for heads
    and supervisors, none for anybody else."""
    held = posts_held(person_id, day)
    own = Account.objects.filter(holder_kind="unit").select_related("unit").order_by("id")
    if any(each.post.key in MONEY_POSTS for each in held):
        return own
    units = set(supervised_units(person_id, day))
    for each in held:
        if each.post.kind in ("head", "approver"):
            units |= unit_and_below(each.post.unit_id, day)
    return own.filter(unit_id__in=units)


def entries(accounts: Iterable[Account], today: date) -> list[Entry]:
    """Return everything to reconcile on these accounts, the latest day first."""
    wait = int(figure(RECONCILE_DAYS, today))
    found: list[Entry] = []
    for account in accounts:
        found += _lines(account, today, wait)
        found += _orders(account, today, wait)
        found += [Entry("day", day, account, "no_file") for day in days_without_file(account, today)]
    return sorted(found, key=lambda each: (each.day, each.kind, each.row_id or 0), reverse=True)


def _lines(account: Account, today: date, wait: int) -> list[Entry]:
    rows = BankLine.objects.filter(account=account).select_related(
        "payment_order__payment_application", "payment_order"
    )
    return [
        Entry(
            "line",
            row.booked_on,
            account,
            _state(row, today, wait),
            row.bank_ref,
            row.counterparty_name,
            row.direction,
            row.amount,
            row.explanation,
            row.pk,
            row.payment_order.payment_application_id if row.payment_order else None,
        )
        for row in rows
    ]


def _state(row: BankLine, today: date, wait: int) -> str:
    if row.match_state == "unmatched":
        return "unmatched" if today >= next_day(row.booked_on, wait) else "new"
    order = row.payment_order
    if row.match_state == "matched" and order is not None and order.status == "issued":
        return "unregistered"
    return row.match_state


def _orders(account: Account, today: date, wait: int) -> list[Entry]:
    """Released orders that no bank line has paid."""
    paid = BankLine.objects.filter(payment_order__isnull=False, match_state="matched")
    rows = PaymentOrder.objects.filter(payer_account=account, status__in=("issued", "paid")).exclude(
        pk__in=paid.values("payment_order_id")
    )
    found = []
    for row in rows.select_related("payee_account", "payment_application"):
        if row.issued_at is None:
            continue
        day = legal_day(row.issued_at)
        state = "no_line" if today >= next_day(day, wait) else "new"
        found.append(
            Entry(
                "order",
                day,
                account,
                state,
                row.order_no,
                row.payee_account.holder_name,
                "out",
                row.amount,
                "",
                row.pk,
                row.payment_application_id,
            )
        )
    return found


def periods_of(account: Account) -> list[tuple[date, date]]:
    """Return the periods that the imported files cover."""
    return list(BankStatement.objects.filter(account=account).values_list("from_on", "to_on"))


def days_without_file(account: Account, today: date) -> list[date]:
    """Return the working days since the first released order, up to yesterday, that no file covers: the feed is silent."""
    first = (
        PaymentOrder.objects.filter(payer_account=account, issued_at__isnull=False)
        .order_by("issued_at")
        .values_list("issued_at", flat=True)
        .first()
    )
    if first is None:
        return []
    begun, days = legal_day(first), calendar()
    expected = []
    for number in range((today - begun).days):
        day = begun + timedelta(days=number)
        try:
            if days.is_working(day):
                expected.append(day)
        except UnknownYear:
            expected.append(day)
    return silent_days(expected, periods_of(account))


def picture(account: Account) -> list[DaySums]:
    """Return the three sums of an account a day: payments in the ledger, orders paid, lines of the bank's file."""
    orders = PaymentOrder.objects.filter(payer_account=account, status="paid", paid_on__isnull=False)
    by_order = {
        day: amount or NOTHING
        for day, amount in orders.values("paid_on")
        .annotate(total=Sum("amount"))
        .values_list("paid_on", "total")
        if day is not None
    }
    last_paid = dict(orders.order_by("paid_on").values_list("payment_application_id", "paid_on"))
    ledger: dict[date, Decimal] = {}
    for row in PaymentApplication.objects.filter(pk__in=last_paid, status="paid"):
        day = last_paid[row.pk]
        if day is not None:
            ledger[day] = ledger.get(day, NOTHING) + sum_of(row)
    lines = BankLine.objects.filter(account=account, statement__isnull=False, direction="out").filter(
        Q(payment_order__isnull=False) | Q(match_state="unmatched")
    )
    bank = {
        day: amount or NOTHING
        for day, amount in lines.values("booked_on")
        .annotate(total=Sum("amount"))
        .values_list("booked_on", "total")
    }
    return day_sums(ledger, by_order, bank, periods_of(account))
