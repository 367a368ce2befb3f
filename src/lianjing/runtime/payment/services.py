"""Writes of payment applications, all parts of acts: entered, cut, approved, refused; orders and receipts stand apart.

Red lines are checked at each of them with the standing that the domain computes inside the same act, which holds
the lock of the project's chain: two payments of one project never pass side by side.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.payment.holds import end_holds, require_not_held
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.payment.queries import (
    NOTHING,
    invoices_of,
    next_period,
    order_of,
    sum_of,
    used_elsewhere,
)
from lianjing.runtime.payment.rules import Claim, Standing, breaches, refuse
from lianjing.runtime.trail.act import Act
from lianjing.runtime.trail.kept import Kept

ORDER_CLAUSE = "zone_funds#8"
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
    require_not_held(application, act.day)
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
    end_holds(act, application)
    application.status = "refused"
    return act.save(application)


def save_once(act: Act, row: Kept, refusal: Refusal) -> None:
    """Save a row whose number must be new; the database's own refusal becomes a clear one."""
    try:
        with transaction.atomic():
            act.save(row)
    except IntegrityError as error:
        raise refusal from error
