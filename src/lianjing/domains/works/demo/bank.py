"""The bank's files: what left the paying account until yesterday, with the running balance, taken in by the checker."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from lianjing.domains.works.demo.desk import CHECKER, Desk, Stray
from lianjing.domains.works.demo.planting import plant
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment.bank import take_statement
from lianjing.runtime.payment.models import BankLine, BankStatement
from lianjing.runtime.payment.statement import StatementLine
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.scene_queue import Script, at_work

OPENING = Decimal(2_000_000_000)
MINUTE = 33
QUIET = timedelta(days=7)  # without movements a file comes once a week and covers the days since the last


def start(desk: Desk) -> None:
    """Let the daily file come from the first payment on."""
    if not desk.has_feed:
        desk.has_feed = True
        desk.queue.start(feed(desk), at_work(calendar().add_working_days(desk.today, 1), MINUTE))


def feed(desk: Desk) -> Script[None]:
    """Every morning take in what the bank booked since the last file."""
    while True:
        who = desk.on_duty(CHECKER)
        if isinstance(who, str):
            _taken(desk, who)
        yield at_work(calendar().add_working_days(desk.today, 1), MINUTE)


def _taken(desk: Desk, who: str) -> None:
    account, to_on = desk.paying_account(), desk.today - timedelta(days=1)
    strays, desk.strays = desk.strays, []
    last = BankStatement.objects.filter(account=account).order_by("to_on", "pk").last()
    lines = _lines(account, to_on, last.closing if last else OPENING, strays)
    if not lines and (last is None or to_on - last.to_on < QUIET):
        return
    from_on = last.to_on + timedelta(days=1) if last else lines[0].booked_on
    words = "|".join([str(from_on), str(to_on), *(f"{each.bank_ref} {each.balance}" for each in lines)])
    take_statement(
        account_id=account.pk,
        lines=lines,
        sha256=hashlib.sha256(words.encode()).hexdigest(),
        person_id=desk.person(who),
        now=desk.scene.now,
        from_on=from_on,
        to_on=to_on,
        channel="import",
    )
    for bank_ref, name, _amount, root in strays:
        row = BankLine.objects.get(account=account, bank_ref=bank_ref)
        plant(desk, "stray_line", [row], (root,), note=f"没有支付令，收款人{name}")


def _lines(account: Account, to_on: date, balance: Decimal, strays: Sequence[Stray]) -> list[StatementLine]:
    rows = BankLine.objects.filter(account=account, statement=None, booked_on__lte=to_on)
    found = []
    for place, row in enumerate(rows.order_by("booked_on", "pk"), start=2):
        balance -= row.amount
        found.append(
            StatementLine(
                place,
                row.bank_ref,
                row.booked_on,
                "out",
                row.amount,
                balance,
                row.counterparty_name,
                row.counterparty_account_hash,
                "工程款",
            )
        )
    for place, (bank_ref, name, amount, _root) in enumerate(strays, start=len(found) + 2):
        balance -= amount
        found.append(StatementLine(place, bank_ref, to_on, "out", amount, balance, name, "", "往来款"))
    return found
