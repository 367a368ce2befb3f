"""Writes of payments, all parts of acts: application, cut, invoices, order by three hands, bank receipt.

Red lines are checked at each of them with the standing that the domain computes inside the same act, which holds
the lock of the project's chain: two payments of one project never pass side by side.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.parties.numbers import account_digest
from lianjing.runtime.payment.models import BankLine, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.queries import (
    NOTHING,
    invoices_of,
    next_period,
    order_of,
    sum_of,
    used_elsewhere,
)
from lianjing.runtime.payment.rules import Claim, Standing, breaches, refuse
from lianjing.runtime.trail.act import Act, legal_day
from lianjing.runtime.trail.kept import Kept

ORDER_CLAUSE = "zone_funds#8"
RECEIPT_CLAUSE = "zone_funds#9"
DEDUCTIONS = ("advance_deducted", "retention", "labour_share")


def apply(
    act: Act,
    *,
    matter: Matter,
    kind: str,
    amount: Decimal,
    payee_account: Account,
    standing: Standing | None,
    contract: Contract | None = None,
    payee_enterprise: Enterprise | None = None,
    **columns: Any,
) -> PaymentApplication:
    """Enter an application, or enter it again after a return, and check the red lines; part of an act.

    `standing` is that of the contract without this application, None only for a payment without a contract.
    """
    application = PaymentApplication.objects.filter(pk=matter.pk).first()
    if application is None:
        application = PaymentApplication(matter=matter, domain=matter.domain, period_no=next_period(contract))
    if application.status not in ("", "draft", "in_review"):
        raise Refusal(Ground.STALE, "payment.decided", _("该支付申请已有结论，不能再改"), ORDER_CLAUSE)
    application.kind = kind
    application.amount = amount
    application.approved = None
    application.contract = contract
    application.payee_account = payee_account
    application.payee_enterprise = payee_enterprise or (contract.enterprise if contract else None)
    application.project = contract.project if contract else matter.root
    application.unit_id = matter.unit_id
    for name, value in columns.items():
        setattr(application, name, value)
    application.status = "in_review"
    _require_sums(application)
    enforce(application, standing)
    return act.save(application)


def _require_sums(application: PaymentApplication) -> None:
    amount = application.amount or NOTHING
    if amount <= 0:
        raise BadInput(_("申请额必须大于零"), "amount")
    for name in DEDUCTIONS:
        value = getattr(application, name)
        if value is not None and value < 0:
            raise BadInput(_("扣款不能为负数"), name)
    if (application.labour_share or NOTHING) > amount:
        raise BadInput(_("人工费不能超过申请额"), "labour_share")


def enforce(
    application: PaymentApplication, standing: Standing | None, *, amount: Decimal | None = None
) -> None:
    """Raise the refusal of the first red line that the application would cross now (zone_funds#12 to #17)."""
    if application.contract_id is not None and standing is None:
        raise ValueError("a payment on a contract is checked against its standing")
    used = (
        tuple((row.invoice_code, row.invoice_no) for row in invoices_of(application))
        if application.pk
        else ()
    )
    claim = Claim(
        kind=application.kind,
        amount=sum_of(application) if amount is None else amount,
        payee_account_id=application.payee_account_id,
        audited=application.approved,
        retention=application.retention or NOTHING,
        invoices=used,
    )
    refuse(breaches(standing, claim, used_elsewhere(used, application_id=application.pk)))


def cut(act: Act, application: PaymentApplication, *, approved: Decimal) -> PaymentApplication:
    """Set the sum that a review leaves; part of an act. It never rises above the sum of the review before."""
    if approved < 0:
        raise BadInput(_("审定额不能为负数"), "approved")
    if approved > sum_of(application):
        raise Refusal(
            Ground.RED_LINE,
            "red_line.over_audited",
            _("审定额%(approved)s元超过前一环节的%(before)s元，审查只能核减")
            % {"approved": f"{approved:,.2f}", "before": f"{sum_of(application):,.2f}"},
            "zone_funds#3",
        )
    application.approved = approved
    return act.save(application)


def approve(act: Act, application: PaymentApplication, *, standing: Standing | None) -> PaymentApplication:
    """Close the reviews with the approved sum, red lines checked once more; part of an act."""
    if application.status != "in_review":
        raise Refusal(Ground.STALE, "payment.decided", _("该支付申请已有结论，不能再改"), ORDER_CLAUSE)
    if sum_of(application) <= 0:
        raise BadInput(_("审定额为零，请不予支付"), "approved")
    application.approved = sum_of(application)
    enforce(application, standing)
    application.status = "approved"
    return act.save(application)


def refuse_application(act: Act, application: PaymentApplication) -> PaymentApplication:
    """Close an application unpaid and set its invoices free; part of an act."""
    if order_of(application) is not None:
        raise Refusal(Ground.RULE, "payment.order_made", _("支付令已下达，不能再退回或不予"), ORDER_CLAUSE)
    for invoice in invoices_of(application):
        invoice.status = "void"
        act.save(invoice)
    application.status = "refused"
    return act.save(application)


def make_order(
    act: Act,
    application: PaymentApplication,
    *,
    payer_account: Account,
    standing: Standing | None,
    order_no: str = "",
) -> PaymentOrder:
    """Make the one live order of an approved application; part of an act.

    Sum and payee are the application's own: nobody enters them again.
    """
    if application.status != "approved":
        raise Refusal(
            Ground.RULE, "payment.not_approved", _("支付申请尚未通过全部审查，不能制单"), "zone_funds#2"
        )
    enforce(application, standing)
    if application.payee_account_id is None:
        raise BadInput(_("支付申请没有收款账户"), "payee_account")
    made = PaymentOrder.objects.filter(payment_application=application).count()
    order = PaymentOrder(
        domain=application.domain,
        payment_application=application,
        order_no=order_no or f"ZF{act.day:%Y}-{application.pk:08d}-{made + 1}",
        amount=sum_of(application),
        payer_account=payer_account,
        payee_account_id=application.payee_account_id,
        maker_person_id=_hand(act),
        status="made",
    )
    _save_once(
        act,
        order,
        Refusal(Ground.RULE, "payment.order_exists", _("该申请已有支付令，或支付令号重复"), ORDER_CLAUSE),
    )
    application.status = "ordered"
    act.save(application)
    return order


def check_order(act: Act, application: PaymentApplication, *, standing: Standing | None) -> PaymentOrder:
    """Check the order by a second person; part of an act."""
    order = _order(application, "made")
    if _hand(act) == order.maker_person_id:
        raise _same_hand()
    _require_unchanged(order, application)
    enforce(application, standing)
    order.checker_person_id = act.actor.person_id
    order.status = "checked"
    return act.save(order)


def release_order(act: Act, application: PaymentApplication, *, standing: Standing | None) -> PaymentOrder:
    """Release the order to the bank by a third person, red lines checked for the last time; part of an act."""
    order = _order(application, "checked")
    if _hand(act) in (order.maker_person_id, order.checker_person_id):
        raise _same_hand()
    _require_unchanged(order, application)
    enforce(application, standing)
    order.approver_person_id = act.actor.person_id
    order.issued_at = act.now
    order.status = "issued"
    return act.save(order)


def book_receipt(
    act: Act,
    application: PaymentApplication,
    *,
    bank_ref: str,
    booked_on: date,
    amount: Decimal,
    payee_account_no: str = "",
    document: Document | None = None,
    memo: str = "",
) -> BankLine:
    """Enter the bank receipt of an issued order and match it; part of an act.

    BadInput where sum, day or account differ from the order: the receipt is of something else. One bank reference
    is booked once.
    """
    order = _order(application, "issued")
    _require_match(
        act, order, bank_ref=bank_ref, booked_on=booked_on, amount=amount, payee_account_no=payee_account_no
    )
    twice = Refusal(
        Ground.RULE,
        "payment.bank_ref_used",
        _("银行流水号“%(ref)s”已登记") % {"ref": bank_ref.strip()},
        RECEIPT_CLAUSE,
    )
    if BankLine.objects.filter(bank_ref=bank_ref.strip(), account=order.payer_account_id).exists():
        raise twice
    payee = order.payee_account
    line = BankLine(
        domain=application.domain,
        account_id=order.payer_account_id,
        direction="out",
        amount=amount,
        booked_on=booked_on,
        counterparty_name=payee.holder_name,
        counterparty_account_hash=payee.account_no_hash,
        bank_ref=bank_ref.strip(),
        memo=memo.strip(),
        payment_order=order,
        match_state="matched",
        document=document,
    )
    _save_once(act, line, twice)
    order.status = "paid"
    order.paid_on = booked_on
    act.save(order)
    application.status = "paid"
    act.save(application)
    return line


def _require_match(
    act: Act, order: PaymentOrder, *, bank_ref: str, booked_on: date, amount: Decimal, payee_account_no: str
) -> None:
    if not bank_ref.strip():
        raise BadInput(_("请填写银行流水号"), "bank_ref")
    if amount != order.amount:
        raise BadInput(
            _("回单金额%(amount)s元与支付令%(order)s元不一致")
            % {"amount": f"{amount:,.2f}", "order": f"{order.amount:,.2f}"},
            "amount",
        )
    if booked_on > act.day:
        raise BadInput(_("记账日不能晚于今天"), "booked_on")
    if order.issued_at is not None and booked_on < legal_day(order.issued_at):
        raise BadInput(_("记账日早于支付令放行日"), "booked_on")
    if payee_account_no and account_digest(payee_account_no) != order.payee_account.account_no_hash:
        raise BadInput(_("回单收款账号与支付令不一致"), "payee_account_no")


def return_order(act: Act, application: PaymentApplication, *, reason: str) -> PaymentOrder:
    """Take back an order that the bank returned (退汇): the application may get another one; part of an act."""
    return _undo(act, application, ("issued",), "returned", reason)


def cancel_order(act: Act, application: PaymentApplication, *, reason: str) -> PaymentOrder:
    """Cancel an order before its release; part of an act."""
    return _undo(act, application, ("made", "checked"), "cancelled", reason)


def _undo(
    act: Act, application: PaymentApplication, stages: tuple[str, ...], status: str, reason: str
) -> PaymentOrder:
    if not reason.strip():
        raise BadInput(_("请写明理由"), "reason")
    order = order_of(application)
    if order is None or order.status not in stages:
        raise _wrong_stage()
    act.reason = act.reason or reason.strip()
    order.status = status
    act.save(order)
    application.status = "approved"
    act.save(application)
    return order


def _hand(act: Act) -> int:
    """Return the person who acts; an order is never moved by the system itself."""
    if act.actor.person_id is None:
        raise Refusal(Ground.POST, "payment.no_person", _("支付令须由本人办理"), ORDER_CLAUSE)
    return act.actor.person_id


def _order(application: PaymentApplication, status: str) -> PaymentOrder:
    order = order_of(application)
    if order is None or order.status != status:
        raise _wrong_stage()
    return order


def _wrong_stage() -> Refusal:
    return Refusal(
        Ground.RULE, "payment.order_stage", _("支付令须依次制单、复核、放行，当前环节不能办理"), ORDER_CLAUSE
    )


def _same_hand() -> Refusal:
    return Refusal(Ground.CONFLICT, "payment.same_hand", _("制单、复核、放行须由三人分别办理"), ORDER_CLAUSE)


def _require_unchanged(order: PaymentOrder, application: PaymentApplication) -> None:
    if order.amount != sum_of(application):
        raise Refusal(Ground.RED_LINE, "red_line.over_audited", _("支付令金额与审定额不一致"), "zone_funds#3")
    if order.payee_account_id != application.payee_account_id:
        raise Refusal(
            Ground.RED_LINE, "red_line.account_changed", _("支付令收款账户与申请不一致"), "zone_funds#14"
        )


def _save_once(act: Act, row: Kept, refusal: Refusal) -> None:
    """Save a row whose number must be new; the database's own refusal becomes a clear one."""
    try:
        with transaction.atomic():
            act.save(row)
    except IntegrityError as error:
        raise refusal from error
