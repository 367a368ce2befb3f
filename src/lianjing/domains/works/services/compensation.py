"""Payment of a household's compensation: the sum and the account are those of its agreement, the reviews its bundle's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import RelocationHousehold
from lianjing.domains.works.queries.relocation import basis_of, household_of, payments_of, sample_of
from lianjing.domains.works.rules import relocation as rules
from lianjing.domains.works.services import payment_orders
from lianjing.domains.works.services.basis import NO_VARIABLES
from lianjing.domains.works.services.payment import application_of
from lianjing.domains.works.services.payment_reviews import (
    SEQ,
    require_budget,
    require_reviewer,
    require_reviews,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.payment import services as payments
from lianjing.runtime.payment.models import BudgetLine, PaymentApplication
from lianjing.runtime.payment.queries import sum_of
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.reviews import conclude


def _household(deed: Deed) -> RelocationHousehold:
    found = household_of(deed.matter.parent_id)
    assert found is not None  # opened under a household
    return found


def guard(deed: Deed) -> PaymentApplication:
    """Return the application, refused where its payee or sum is no longer the agreement's (zone_relocation#3, #6)."""
    application, row = application_of(deed), _household(deed)
    _require_own_account(row)
    if application.payee_account_id != row.payee_account_id:
        raise Refusal(
            Ground.RED_LINE,
            "red_line.account_changed",
            _("收款账户与补偿协议约定的账户不一致"),
            "zone_funds#14",
        )
    paid = sum((sum_of(each) for each in payments_of(row.pk) if each.pk != application.pk), rules.NOTHING)
    if paid + sum_of(application) > (row.agreed or rules.NOTHING):
        raise Refusal(
            Ground.RED_LINE,
            "relocation.over_agreement",
            _("支付合计超过补偿协议额%(agreed)s元") % {"agreed": f"{row.agreed:,.2f}"},
            "zone_relocation#6",
        )
    payments.enforce(application, None)
    return application


def _require_own_account(row: RelocationHousehold) -> None:
    account = row.payee_account
    if account is None:
        raise BadInput(_("补偿协议没有约定收款账户"), "payee_account")
    rules.check_payee(account.holder_name, row.owner_name)
    if account.holder != row.owner:
        rules.check_payee(account.holder, row.owner)


def apply(deed: Deed) -> dict[str, Any]:
    """Apply for what was agreed; the drawn households must have been measured again (zone_relocation#8)."""
    row, data = _household(deed), deed.data
    sample = sample_of(deed.root.pk, deed.day)
    rules.check_sample(sample.needed, len(sample.drawn), sample.missing)
    _require_own_account(row)
    line = BudgetLine.objects.filter(
        pk=data["budget_line"], project_id=deed.root.pk, purpose="relocation"
    ).first()
    if line is None:
        raise BadInput(_("请选择本项目的征迁预算指标"), "budget_line")
    assert row.agreed is not None and row.agreed_on is not None and row.payee_account is not None
    days = int(figure("relocation.payment_days", deed.day))
    application = payments.apply(
        deed.act,
        matter=deed.matter,
        kind="relocation",
        amount=row.agreed,
        payee_account=row.payee_account,
        standing=None,
        basis=basis_of(row.pk),
        payee=row.payee,
        budget_line=line,
        received_on=data["received_on"],
        due_on=row.agreed_on + timedelta(days=days),
        agenda_item=None,
    )
    guard(deed)
    deed.matter.due_on = application.due_on
    deed.act.save(deed.matter)
    return NO_VARIABLES


def audit(deed: Deed) -> dict[str, Any]:
    """Conclude the audit review: the sum is the agreement's, cut it cannot be, only sent back."""
    application = guard(deed)
    require_reviewer(deed)
    payments.cut(deed.act, application, approved=sum_of(application))
    conclude(deed, kind="audit", result="pass", seq=SEQ["audit"], opinion_text=deed.data["opinion"])
    return NO_VARIABLES


def finance(deed: Deed) -> dict[str, Any]:
    """Conclude the finance review: budget, account, term; then the payment is approved."""
    application = guard(deed)
    require_reviewer(deed)
    require_budget(application)
    payments.approve(deed.act, application, standing=None)
    conclude(deed, kind="finance", result="pass", seq=SEQ["finance"], opinion_text=deed.data["opinion"])
    require_reviews(application)
    return NO_VARIABLES


def make_order(deed: Deed) -> dict[str, Any]:
    """Make the order for the owner's own account."""
    guard(deed)
    return payment_orders.make_order(deed)


def check_order(deed: Deed) -> dict[str, Any]:
    """Check the order by a second person."""
    guard(deed)
    return payment_orders.check_order(deed)


def release(deed: Deed) -> dict[str, Any]:
    """Release the order by a third person."""
    guard(deed)
    return payment_orders.release(deed)


def receipt(deed: Deed) -> dict[str, Any]:
    """Enter the bank's receipt; the household counts as paid."""
    payment_orders.receipt(deed)
    row = _household(deed)
    row.paid = (row.paid or rules.NOTHING) + sum_of(application_of(deed))
    row.status = "paid"
    deed.act.save(row)
    return NO_VARIABLES
