"""Bank receipts: entered by hand and matched with their order; a line that the bank's file brought is never doubled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.parties.numbers import account_digest
from lianjing.runtime.payment.models import BankLine, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.orders import wrong_stage
from lianjing.runtime.payment.queries import NOTHING, orders_of
from lianjing.runtime.payment.services import save_once
from lianjing.runtime.trail.act import Act, legal_day

RECEIPT_CLAUSE = "zone_funds#9"


def book_receipt(
    act: Act,
    application: PaymentApplication,
    *,
    bank_ref: str,
    booked_on: date,
    amount: Decimal,
    wage_bank_ref: str = "",
    payee_account_no: str = "",
    document: Document | None = None,
    memo: str = "",
) -> BankLine:
    """Enter the bank receipt of the issued orders and match it; part of an act. Returns the first line.

    BadInput where sum, day or account differ from the orders: the receipt is of something else. One bank reference
    is booked once; `wage_bank_ref` is that of the order to the wage account.
    """
    orders = orders_of(application)
    if not orders or any(order.status != "issued" for order in orders):
        raise wrong_stage()
    refs = [bank_ref.strip(), wage_bank_ref.strip()][: len(orders)]
    _require_match(act, orders, refs, booked_on=booked_on, amount=amount, payee_account_no=payee_account_no)
    lines = [
        _line(act, application, order, ref, booked_on, document, memo)
        for order, ref in zip(orders, refs, strict=True)
    ]
    for order in orders:
        order.status = "paid"
        order.paid_on = booked_on
        act.save(order)
    application.status = "paid"
    act.save(application)
    return lines[0]


def _line(
    act: Act,
    application: PaymentApplication,
    order: PaymentOrder,
    ref: str,
    booked_on: date,
    document: Document | None,
    memo: str,
) -> BankLine:
    matched = BankLine.objects.filter(payment_order=order, match_state="matched").first()
    if matched is not None and matched.bank_ref != ref:
        raise BadInput(_("银行对账单已以流水号“%(ref)s”匹配该支付令") % {"ref": matched.bank_ref}, "bank_ref")
    known = BankLine.objects.filter(bank_ref=ref, account=order.payer_account_id).first()
    if known is not None:
        return _merged(act, known, order, booked_on, document)
    payee = order.payee_account
    line = BankLine(
        domain=application.domain,
        account_id=order.payer_account_id,
        direction="out",
        amount=order.amount,
        booked_on=booked_on,
        counterparty_name=payee.holder_name,
        counterparty_account_hash=payee.account_no_hash,
        bank_ref=ref,
        memo=memo.strip(),
        payment_order=order,
        match_state="matched",
        matched_at=act.now,
        document=document,
    )
    save_once(act, line, _twice(ref))
    return line


def _merged(
    act: Act, line: BankLine, order: PaymentOrder, booked_on: date, document: Document | None
) -> BankLine:
    """Take the line that the bank's file brought for this receipt; what it says must be what the order says."""
    if line.statement_id is None or line.payment_order_id not in (None, order.pk):
        raise _twice(line.bank_ref)
    if (line.direction, line.amount) != ("out", order.amount):
        raise BadInput(_("银行对账单中该流水的金额与支付令不一致"), "amount")
    if line.booked_on != booked_on:
        raise BadInput(_("银行对账单中该流水的记账日不同"), "booked_on")
    if line.counterparty_account_hash not in ("", order.payee_account.account_no_hash):
        raise BadInput(_("银行对账单中该流水的收款账号与支付令不一致"), "bank_ref")
    line.payment_order = order
    line.match_state = "matched"
    line.matched_at = line.matched_at or act.now
    line.document = document or line.document
    return act.save(line)


def _twice(ref: str) -> Refusal:
    return Refusal(
        Ground.RULE, "payment.bank_ref_used", _("银行流水号“%(ref)s”已登记") % {"ref": ref}, RECEIPT_CLAUSE
    )


def _require_match(
    act: Act,
    orders: Sequence[PaymentOrder],
    refs: Sequence[str],
    *,
    booked_on: date,
    amount: Decimal,
    payee_account_no: str,
) -> None:
    total = sum((order.amount for order in orders), NOTHING)
    if not refs[0]:
        raise BadInput(_("请填写银行流水号"), "bank_ref")
    if len(refs) > 1 and (not refs[1] or refs[1] == refs[0]):
        raise BadInput(_("请填写工资专户付款的银行流水号"), "wage_bank_ref")
    if amount != total:
        raise BadInput(
            _("回单金额%(amount)s元与支付令%(order)s元不一致")
            % {"amount": f"{amount:,.2f}", "order": f"{total:,.2f}"},
            "amount",
        )
    if booked_on > act.day:
        raise BadInput(_("记账日不能晚于今天"), "booked_on")
    for order in orders:
        if order.issued_at is not None and booked_on < legal_day(order.issued_at):
            raise BadInput(_("记账日早于支付令放行日"), "booked_on")
    if payee_account_no and account_digest(payee_account_no) != orders[0].payee_account.account_no_hash:
        raise BadInput(_("回单收款账号与支付令不一致"), "payee_account_no")
