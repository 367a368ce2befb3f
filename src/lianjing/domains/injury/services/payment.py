"""Payment of what was approved: one order a payee and claim, by three hands, none of which touched the claim."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import BenefitClaim, BenefitItem, BenefitShare
from lianjing.domains.injury.queries.ledger import payees_open, proven, shares_open
from lianjing.domains.injury.rules.entitlement import NOTHING
from lianjing.domains.injury.rules.proof import WORKER, check_payee
from lianjing.domains.injury.services.recognition import NO_VARIABLES
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment import orders, receipts
from lianjing.runtime.payment import services as payments
from lianjing.runtime.payment.holds import end_holds
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.payment.queries import order_of, sum_of
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import WorkItem

KIND = "injury"


def may_open(parent: Any, day: Any) -> None:
    """Refuse a payment before the claim was reviewed, or where nothing is left to pay."""
    if not payees_open(parent.pk):
        raise Refusal(Ground.GATE, "injury.nothing_to_pay", _("没有已复核待支付的待遇"), "zone_injury#2")


def may_withdraw(matter: Any) -> None:
    """Refuse to take a payment back once its order stands."""
    application = PaymentApplication.objects.filter(pk=matter.pk).first()
    if application is not None and order_of(application) is not None:
        raise Refusal(Ground.RULE, "payment.order_made", _("支付令已下达，不能撤销"), "zone_injury#2")


def claim_of(deed: Deed) -> BenefitClaim:
    """Return the claim under which the payment was opened."""
    return BenefitClaim.objects.select_related("injury__employer_enterprise").get(pk=deed.matter.parent_id)


def application_of(deed: Deed) -> PaymentApplication:
    """Return the application of the deed's matter."""
    return PaymentApplication.objects.get(pk=deed.matter.pk)


def require_other_hand(deed: Deed) -> None:
    """Refuse who accepted, assessed or reviewed the claim: payment is another's (zone_injury#2)."""
    done = WorkItem.objects.filter(
        matter_id=deed.matter.parent_id or 0, outcome="done", person_id=deed.person_id or 0
    )
    if done.exists():
        raise Refusal(
            Ground.CONFLICT,
            "injury.same_hand",
            _("受理、核定、复核与支付不得由同一人办理"),
            "zone_injury#2",
        )


def guard(deed: Deed, application: PaymentApplication) -> list[BenefitShare]:
    """Return the shares of this payment, refused where they no longer are what was reviewed."""
    require_other_hand(deed)
    rows = list(BenefitShare.objects.filter(payment_application=application).select_related("benefit_item"))
    for row in rows:
        check_payee(row.benefit_item.kind, row.payee, proven=proven(row.benefit_item_id), amount=row.amount)
    total = sum((row.amount for row in rows), NOTHING)
    if total != sum_of(application) or any(row.account_id != application.payee_account_id for row in rows):
        raise Refusal(
            Ground.RED_LINE,
            "red_line.account_changed",
            _("支付金额或者收款账户与复核结果不一致"),
            "zone_injury#10",
        )
    return rows


def make_order(deed: Deed) -> dict[str, Any]:
    """Make the order to one payee of the claim: sum and account are those of the review."""
    require_other_hand(deed)
    application = PaymentApplication.objects.filter(pk=deed.matter.pk).first()
    if application is None:
        application = _apply(deed)
    else:
        orders.cancel_unreleased(deed.act, application)
    guard(deed, application)
    payer = Account.objects.filter(
        pk=deed.data["payer_account"], holder_kind="unit", to_on__isnull=True
    ).first()
    if payer is None:
        raise BadInput(_("请选择本单位的付款账户"), "payer_account")
    order_no = deed.data["order_no"].strip()
    orders.make_order(deed.act, application, payer_account=payer, standing=None, order_no=order_no)
    return NO_VARIABLES


def _apply(deed: Deed) -> PaymentApplication:
    claim, payee = claim_of(deed), deed.data["payee"]
    rows = list(shares_open(claim.pk, deed.matter.pk).filter(payee=payee).select_related("account"))
    if not rows:
        raise BadInput(_("请选择待支付的收款方"), "payee")
    account, injury = rows[0].account, claim.injury
    assert account is not None
    is_worker = payee == WORKER
    application: PaymentApplication = payments.apply(
        deed.act,
        matter=deed.matter,
        kind=KIND,
        amount=sum((row.amount for row in rows), NOTHING),
        payee_account=account,
        standing=None,
        payee_enterprise=None if is_worker else injury.employer_enterprise,
        basis=f"benefit_claim:{claim.pk}",
        payee=f"natural_person:{injury.worker_id}"
        if is_worker
        else f"enterprise:{injury.employer_enterprise_id}",
        received_on=claim.approved_on,
        due_on=claim.due_on,
    )
    for row in rows:
        row.payment_application = application
        deed.act.save(row)
        row.benefit_item.payment_application = application
        row.benefit_item.payee_account = account
        deed.act.save(row.benefit_item)
    deed.matter.due_on = claim.due_on
    deed.act.save(deed.matter)
    payments.approve(deed.act, application, standing=None)
    return application


def check_order(deed: Deed) -> dict[str, Any]:
    """Check the order by a second person."""
    application = application_of(deed)
    guard(deed, application)
    orders.check_order(deed.act, application, standing=None)
    return NO_VARIABLES


def release(deed: Deed) -> dict[str, Any]:
    """Release the order by a third person."""
    application = application_of(deed)
    guard(deed, application)
    orders.release_order(deed.act, application, standing=None)
    return NO_VARIABLES


def receipt(deed: Deed) -> dict[str, Any]:
    """Enter the bank's receipt: the items count as paid, to whom and when."""
    application, data = application_of(deed), deed.data
    rows = guard(deed, application)
    receipts.book_receipt(
        deed.act,
        application,
        bank_ref=data["bank_ref"],
        booked_on=data["booked_on"],
        amount=data["amount"],
    )
    end_holds(deed.act, application)
    for row in rows:
        row.paid_on = data["booked_on"]
        deed.act.save(row)
        _book(deed, row.benefit_item)
    return NO_VARIABLES


def _book(deed: Deed, item: BenefitItem) -> None:
    """Derive an item's paid sum and last day from its shares."""
    paid = BenefitShare.objects.filter(benefit_item=item, paid_on__isnull=False)
    item.paid = sum((row.amount for row in paid), NOTHING)
    item.paid_on = max(row.paid_on for row in paid if row.paid_on is not None)
    deed.act.save(item)


def withdrawn(deed: Deed) -> None:
    """Close the application unpaid; its shares may be paid by another."""
    application = PaymentApplication.objects.filter(pk=deed.matter.pk).first()
    if application is None:
        return
    for row in BenefitShare.objects.filter(payment_application=application):
        row.payment_application = None
        deed.act.save(row)
    payments.refuse_application(deed.act, application)
