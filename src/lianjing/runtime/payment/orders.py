"""Orders to the bank by three hands, all parts of acts: made, checked, released; cancelled before, returned after.

The wage share of a payment goes out by an order of its own to the wage account that the contract names; both orders
move together.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment.holds import require_not_held
from lianjing.runtime.payment.models import PaymentApplication, PaymentOrder
from lianjing.runtime.payment.queries import NOTHING, orders_of, sum_of
from lianjing.runtime.payment.rules import Standing
from lianjing.runtime.payment.services import ORDER_CLAUSE, enforce, save_once
from lianjing.runtime.trail.act import Act


def make_order(
    act: Act,
    application: PaymentApplication,
    *,
    payer_account: Account,
    standing: Standing | None,
    order_no: str = "",
) -> PaymentOrder:
    """Make the live orders of an approved application and return the first; part of an act.

    Sum and payee are the application's own: nobody enters them again. Where the contract names a wage account, the
    wage share goes there.
    """
    if application.status != "approved":
        raise Refusal(
            Ground.RULE, "payment.not_approved", _("支付申请尚未通过全部审查，不能制单"), "zone_funds#2"
        )
    require_not_held(application, act.day)
    enforce(application, standing)
    if application.payee_account_id is None:
        raise BadInput(_("支付申请没有收款账户"), "payee_account")
    made = PaymentOrder.objects.filter(payment_application=application).count()
    number = order_no or f"ZF{act.day:%Y}-{application.pk:08d}-{made + 1}"
    first: PaymentOrder | None = None
    for place, (account_id, amount) in enumerate(_parts(application)):
        order = PaymentOrder(
            domain=application.domain,
            payment_application=application,
            order_no=number if place == 0 else f"{number}-{place + 1}",
            amount=amount,
            payer_account=payer_account,
            payee_account_id=account_id,
            maker_person_id=_hand(act),
            status="made",
        )
        save_once(act, order, _exists())
        first = first or order
    assert first is not None
    application.status = "ordered"
    act.save(application)
    return first


def _exists() -> Refusal:
    return Refusal(Ground.RULE, "payment.order_exists", _("该申请已有支付令，或支付令号重复"), ORDER_CLAUSE)


def _parts(application: PaymentApplication) -> list[tuple[int, Decimal]]:
    """What goes to which account: the payee's own part and the wage share (zone_funds#19)."""
    payee_id, total = application.payee_account_id, sum_of(application)
    assert payee_id is not None
    contract = application.contract
    wage_id = contract.wage_account_id if contract is not None else None
    wages = min(application.labour_share or NOTHING, total)
    if wage_id is None or wage_id == payee_id or wages <= 0:
        return [(payee_id, total)]
    return [(account, part) for account, part in ((payee_id, total - wages), (wage_id, wages)) if part > 0]


def check_order(act: Act, application: PaymentApplication, *, standing: Standing | None) -> PaymentOrder:
    """Check the orders by a second person; part of an act."""
    orders = _orders(application, "made")
    if any(_hand(act) == order.maker_person_id for order in orders):
        raise _same_hand()
    _require_unchanged(orders, application)
    enforce(application, standing)
    for order in orders:
        order.checker_person_id = act.actor.person_id
        order.status = "checked"
        act.save(order)
    return orders[0]


def release_order(act: Act, application: PaymentApplication, *, standing: Standing | None) -> PaymentOrder:
    """Release the orders to the bank by a third person, red lines checked for the last time; part of an act."""
    orders = _orders(application, "checked")
    if any(_hand(act) in (order.maker_person_id, order.checker_person_id) for order in orders):
        raise _same_hand()
    require_not_held(application, act.day)
    _require_unchanged(orders, application)
    enforce(application, standing)
    for order in orders:
        order.approver_person_id = act.actor.person_id
        order.issued_at = act.now
        order.status = "issued"
        act.save(order)
    return orders[0]


def return_order(act: Act, application: PaymentApplication, *, reason: str) -> PaymentOrder:
    """Take back an order that the bank returned (退汇): the application may get another one; part of an act."""
    return _undo(act, application, ("issued",), "returned", reason)


def cancel_order(act: Act, application: PaymentApplication, *, reason: str) -> PaymentOrder:
    """Cancel an order before its release; part of an act."""
    return _undo(act, application, ("made", "checked"), "cancelled", reason)


def cancel_unreleased(act: Act, application: PaymentApplication) -> None:
    """Cancel the orders that were sent back to be made anew, if there are any; part of the act that makes them anew."""
    orders = orders_of(application)
    if orders and all(order.status in ("made", "checked") for order in orders):
        _end(act, application, orders, "cancelled")


def _undo(
    act: Act, application: PaymentApplication, stages: tuple[str, ...], status: str, reason: str
) -> PaymentOrder:
    if not reason.strip():
        raise BadInput(_("请写明理由"), "reason")
    orders = orders_of(application)
    if not orders or any(order.status not in stages for order in orders):
        raise wrong_stage()
    act.reason = act.reason or reason.strip()
    return _end(act, application, orders, status)


def _end(act: Act, application: PaymentApplication, orders: list[PaymentOrder], status: str) -> PaymentOrder:
    for order in orders:
        order.status = status
        act.save(order)
    application.status = "approved"
    act.save(application)
    return orders[0]


def _hand(act: Act) -> int:
    """Return the person who acts; an order is never moved by the system itself."""
    if act.actor.person_id is None:
        raise Refusal(Ground.POST, "payment.no_person", _("支付令须由本人办理"), ORDER_CLAUSE)
    return act.actor.person_id


def _orders(application: PaymentApplication, status: str) -> list[PaymentOrder]:
    orders = orders_of(application)
    if not orders or any(order.status != status for order in orders):
        raise wrong_stage()
    return orders


def wrong_stage() -> Refusal:
    """Return the refusal of an act that comes before or after its turn."""
    return Refusal(
        Ground.RULE, "payment.order_stage", _("支付令须依次制单、复核、放行，当前环节不能办理"), ORDER_CLAUSE
    )


def _same_hand() -> Refusal:
    return Refusal(Ground.CONFLICT, "payment.same_hand", _("制单、复核、放行须由三人分别办理"), ORDER_CLAUSE)


def _require_unchanged(orders: list[PaymentOrder], application: PaymentApplication) -> None:
    if sum((order.amount for order in orders), NOTHING) != sum_of(application):
        raise Refusal(Ground.RED_LINE, "red_line.over_audited", _("支付令金额与审定额不一致"), "zone_funds#3")
    expected = {account for account, _amount in _parts(application)}
    if {order.payee_account_id for order in orders} != expected:
        raise Refusal(
            Ground.RED_LINE, "red_line.account_changed", _("支付令收款账户与申请不一致"), "zone_funds#14"
        )
