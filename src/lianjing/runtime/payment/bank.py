"""Takes bank statements in, whole or not at all; explains what does not match, or makes it somebody's undertaking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_with, posts_held
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment.models import BankLine, BankStatement, PaymentOrder
from lianjing.runtime.payment.statement import (
    FILE_CLAUSE,
    OpenOrder,
    StatementLine,
    check_balances,
    check_follows,
    check_period,
    oldest_first,
    pair,
)
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give

IMPORTERS = ("payment_checker", "finance_reviewer")
CHECKER = "payment_checker"
RECONCILE_DAYS = "works.payment.reconcile_days"
DOMAIN = "works"


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a file: how many lines are new, known already, merged with a receipt, matched with an order."""

    statement: BankStatement
    imported: int = 0
    unchanged: int = 0
    merged: int = 0
    matched: int = 0
    is_known: bool = False


def own_account(account_id: int) -> Account:
    """Return an account of a unit of our own; Refusal for any other."""
    account = Account.objects.select_related("unit").filter(pk=account_id, holder_kind="unit").first()
    if account is None:
        raise Refusal(Ground.RULE, "bank.not_own", _("对账单只能导入本单位的账户"), FILE_CLAUSE)
    return account


def take_statement(
    *,
    account_id: int,
    lines: Sequence[StatementLine],
    sha256: str,
    person_id: int,
    now: datetime,
    from_on: date | None = None,
    to_on: date | None = None,
    channel: str = "web",
) -> Intake:
    """Take a statement in: balances checked, known lines left alone, receipts merged, orders matched; one act.

    A file with a wrong balance, or one that does not begin where the last one ended, is refused whole. The same
    file again changes nothing. `from_on` and `to_on` name the days that the file covers beyond its lines.
    """
    day = legal_day(now)
    account = own_account(account_id)
    actor = _importer(person_id, day, channel)
    with recorded(
        "bank.import", chain=f"unit:{account.unit_id}", actor=actor, now=now, clause=FILE_CLAUSE
    ) as act:
        known = BankStatement.objects.filter(account=account, sha256=sha256).first()
        ordered = oldest_first(lines)
        if known is not None:
            return _settled(act, known, len(ordered))
        first, last = _period(account, ordered, from_on, to_on)
        check_period(ordered, first, last, day)
        opening, closing = check_balances(ordered) if ordered else _resting(account)
        fresh = _fresh(account, ordered)
        if fresh:
            before = fresh[0].balance - fresh[0].signed if fresh[0].balance is not None else opening
            check_follows(before, fresh[0].place, _last_closing(account))
        statement = act.save(
            BankStatement(
                domain=DOMAIN,
                account=account,
                from_on=first,
                to_on=last,
                opening=opening,
                closing=closing,
                line_count=len(ordered),
                sha256=sha256,
                imported_at=now,
                person_id=person_id,
                status="imported",
            )
        )
        return _write(act, statement, ordered, fresh)


def _settled(act: Act, statement: BankStatement, count: int) -> Intake:
    """The file is here already: the act records that it came again and changes nothing."""
    act.extra["bank"] = {"statement": statement.pk, "unchanged": count}
    return Intake(statement, unchanged=count, is_known=True)


def _importer(person_id: int, day: date, channel: str) -> Actor:
    held = {each.post.key for each in posts_held(person_id, day)}
    chosen = next((key for key in IMPORTERS if key in held), IMPORTERS[0])
    return actor_with(person_id, chosen, day, None, channel)


def _period(
    account: Account, lines: Sequence[StatementLine], from_on: date | None, to_on: date | None
) -> tuple[date, date]:
    days = [line.booked_on for line in lines]
    first, last = from_on or (min(days) if days else None), to_on or (max(days) if days else None)
    if first is None or last is None:
        raise BadInput(_("没有交易的对账单须填写起止日期"), "from_on")
    return first, last


def _last(account: Account) -> BankStatement | None:
    return BankStatement.objects.filter(account=account).order_by("to_on", "pk").last()


def _last_closing(account: Account) -> Decimal | None:
    last = _last(account)
    return last.closing if last is not None else None


def _resting(account: Account) -> tuple[Decimal, Decimal]:
    """A file without lines leaves the balance where the last one left it."""
    closing = _last_closing(account)
    if closing is None:
        raise BadInput(_("首份对账单须有交易和余额"), "file")
    return closing, closing


def _fresh(account: Account, lines: Sequence[StatementLine]) -> list[StatementLine]:
    """Return the lines that no earlier file brought; Refusal where one says something else than before."""
    brought = {
        row.bank_ref: row
        for row in BankLine.objects.filter(
            account=account, statement__isnull=False, bank_ref__in=[line.bank_ref for line in lines]
        )
    }
    for line in lines:
        row = brought.get(line.bank_ref)
        if row is not None and (row.direction, row.amount, row.booked_on) != (
            line.direction,
            line.amount,
            line.booked_on,
        ):
            raise Refusal(
                Ground.RULE,
                "bank.line_changed",
                _("第%(line)d行流水号“%(ref)s”与此前导入的内容不同")
                % {"line": line.place, "ref": line.bank_ref},
                FILE_CLAUSE,
            )
    return [line for line in lines if line.bank_ref not in brought]


def _write(
    act: Act, statement: BankStatement, lines: Sequence[StatementLine], fresh: Sequence[StatementLine]
) -> Intake:
    receipts = {
        row.bank_ref: row
        for row in BankLine.objects.select_related("payment_order__payee_account").filter(
            account=statement.account, statement=None, bank_ref__in=[line.bank_ref for line in fresh]
        )
    }
    merged = [line for line in fresh if line.bank_ref in receipts]
    new = [line for line in fresh if line.bank_ref not in receipts]
    agreed = sum(_merge(act, statement, line, receipts[line.bank_ref]) for line in merged)
    pairs = pair(new, open_orders(statement.account))
    act.save_many([_row(act, statement, line, pairs.get(line.place)) for line in new])
    act.extra["bank"] = {"lines": len(lines), "new": len(new), "merged": len(merged), "matched": len(pairs)}
    return Intake(
        statement,
        imported=len(new),
        unchanged=len(lines) - len(fresh),
        merged=len(merged),
        matched=len(pairs) + agreed,
    )


def _row(act: Act, statement: BankStatement, line: StatementLine, order_id: int | None) -> BankLine:
    return BankLine(
        domain=DOMAIN,
        account=statement.account,
        direction=line.direction,
        amount=line.amount,
        booked_on=line.booked_on,
        counterparty_name=line.counterparty_name,
        counterparty_account_hash=line.counterparty_hash,
        bank_ref=line.bank_ref,
        memo=line.memo,
        payment_order_id=order_id,
        match_state="matched" if order_id is not None else "unmatched",
        matched_at=act.now if order_id is not None else None,
        statement=statement,
        balance=line.balance,
    )


def _merge(act: Act, statement: BankStatement, line: StatementLine, row: BankLine) -> bool:
    """Take the bank's word for a receipt that was typed in; where it says otherwise the match is gone."""
    order = row.payment_order
    row.statement, row.balance = statement, line.balance
    row.direction, row.amount, row.booked_on = line.direction, line.amount, line.booked_on
    row.counterparty_name = line.counterparty_name or row.counterparty_name
    row.counterparty_account_hash = line.counterparty_hash or row.counterparty_account_hash
    row.memo = line.memo or row.memo
    is_same = (
        order is not None
        and (line.direction, line.amount) == ("out", order.amount)
        and line.booked_on == order.paid_on
        and row.counterparty_account_hash == order.payee_account.account_no_hash
    )
    row.match_state = "matched" if is_same else "unmatched"
    act.save(row)
    return is_same


def open_orders(account: Account) -> list[OpenOrder]:
    """Return the released orders of a paying account that no bank line has paid."""
    taken = BankLine.objects.filter(payment_order__isnull=False).values("payment_order_id")
    rows = PaymentOrder.objects.filter(payer_account=account, status="issued").exclude(pk__in=taken)
    return [
        OpenOrder(
            row.pk,
            row.order_no,
            row.amount,
            row.payee_account.account_no_hash,
            row.payee_account.holder_name,
            legal_day(row.issued_at),
        )
        for row in rows.select_related("payee_account")
        if row.issued_at is not None
    ]


def explain(*, line_id: int, person_id: int, text: str, now: datetime) -> BankLine:
    """Explain a line that matches no order, by the checker, who made no order himself (zone_funds#18)."""
    day = legal_day(now)
    line = _line(line_id)
    actor = actor_with(person_id, CHECKER, day)
    with recorded(
        "bank.explain", chain=f"unit:{_unit_of(line)}", actor=actor, now=now, clause=FILE_CLAUSE
    ) as act:
        line = _line(line_id)
        _require_open(line)
        if line.payment_order is not None and line.payment_order.maker_person_id == person_id:
            raise Refusal(Ground.CONFLICT, "bank.own_order", _("制单人不能说明自己制单的流水"), FILE_CLAUSE)
        if not text.strip():
            raise BadInput(_("请写明情况"), "text")
        line.explanation = text.strip()
        line.explained_by_person_id = person_id
        line.explained_at = now
        line.match_state = "explained"
        return act.save(line)


def _require_open(line: BankLine) -> None:
    if line.match_state != "unmatched":
        raise Refusal(Ground.STALE, "bank.settled", _("该流水已匹配或已说明"), FILE_CLAUSE)


def _line(line_id: int) -> BankLine:
    found = BankLine.objects.select_related("account", "payment_order").filter(pk=line_id).first()
    if found is None or found.account is None:
        raise Refusal(Ground.SCOPE, "scope.bank_line", _("没有该流水，或不在您的数据范围内"))
    return found


def _unit_of(line: BankLine) -> int | None:
    return line.account.unit_id if line.account is not None else None


def owe_line(*, line_id: int, owner_person_id: int, person_id: int, now: datetime) -> Undertaking:
    """Make an unmatched line an undertaking: somebody finds out what it is, the checker closes it."""
    day = legal_day(now)
    line = _line(line_id)
    actor = actor_with(person_id, CHECKER, day)
    with recorded(
        "bank.undertake", chain=f"unit:{_unit_of(line)}", actor=actor, now=now, clause=FILE_CLAUSE
    ) as act:
        line = _line(line_id)
        _require_open(line)
        what = _("查明银行流水%(ref)s（%(day)s，%(amount)s元）未匹配的原因") % {
            "ref": line.bank_ref,
            "day": line.booked_on.isoformat(),
            "amount": f"{line.amount:,.2f}",
        }
        line.explanation = _("已交办")
        act.save(line)
        return _give(act, what, owner_person_id, person_id)


def owe_order(*, order_id: int, owner_person_id: int, person_id: int, now: datetime) -> Undertaking:
    """Make a released order without a bank line an undertaking."""
    day = legal_day(now)
    order = PaymentOrder.objects.select_related("payment_application__matter").filter(pk=order_id).first()
    if order is None:
        raise Refusal(Ground.SCOPE, "scope.order", _("没有该支付令，或不在您的数据范围内"))
    matter = order.payment_application.matter
    actor = actor_with(person_id, CHECKER, day)
    with recorded(
        "bank.undertake",
        chain=f"matter:{matter.root_id or matter.pk}",
        actor=actor,
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
        clause=FILE_CLAUSE,
    ) as act:
        what = _("查明支付令%(no)s（%(amount)s元）没有银行流水的原因") % {
            "no": order.order_no,
            "amount": f"{order.amount:,.2f}",
        }
        return _give(act, what, owner_person_id, person_id, matter_id=matter.pk)


def _give(
    act: Act, what: str, owner_person_id: int, checker_id: int, *, matter_id: int | None = None
) -> Undertaking:
    persons = Person.objects.select_related("unit").in_bulk([owner_person_id, checker_id])
    if owner_person_id not in persons:
        raise BadInput(_("请指定责任单位或责任人"), "owner")
    orders = PaymentOrder.objects.select_related("payment_application__matter")
    order = orders.filter(payment_application_id=matter_id).first() if matter_id is not None else None
    return give(
        act,
        what=what,
        due_on=act.day + timedelta(days=int(figure(RECONCILE_DAYS, act.day))),
        source_kind="deviation",
        matter=order.payment_application.matter if order is not None else None,
        owner_person=persons[owner_person_id],
        checker_person=persons[checker_id],
        clause=FILE_CLAUSE,
        domain=DOMAIN,
    )
