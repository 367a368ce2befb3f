"""Payment with its five reviews."""

from __future__ import annotations

from lianjing.domains.works.forms import payment as payment_forms
from lianjing.domains.works.forms import site_change
from lianjing.domains.works.queries import stage
from lianjing.domains.works.queries.money import terms
from lianjing.domains.works.services import payment, payment_orders, payment_reviews
from lianjing.kernel.declaration import Duty, Procedure, Step, Text
from lianjing.runtime.payment.models import PaymentApplication

PAYMENT = Procedure(
    key="works_payment",
    matter_kind="payment",
    label=Text("工程款支付", "Works payment"),
    parent_kind="project",
    opener_post="project_officer",
    record=PaymentApplication,
    may_open=stage.opening("works_payment"),
    may_withdraw=payment.may_withdraw,
    withdrawn=payment.withdrawn,
    terms=terms,
    series="建付",
    steps=(
        Step("apply", payment.apply, Duty.APPLY, payment_forms.PaymentForm, "entered", is_money=True),
        Step("audit", payment_reviews.audit, Duty.AUDIT, payment_forms.AuditForm, "reviewed", is_money=True),
        Step("internal", payment_reviews.internal, Duty.REVIEW, payment_forms.InternalForm, "reviewed"),
        Step("joint_departments", payment_reviews.joint_departments),
        Step("joint", payment_reviews.joint, Duty.REVIEW, site_change.JointOpinionForm, "reviewed"),
        Step("collective_tier", payment_reviews.collective_tier),
        Step(
            "collective", payment_reviews.collective, Duty.APPROVE, payment_forms.CollectiveForm, "approved"
        ),
        Step(
            "finance",
            payment_reviews.finance,
            Duty.REVIEW,
            payment_forms.FinanceForm,
            "reviewed",
            is_money=True,
        ),
        Step(
            "make_order",
            payment_orders.make_order,
            Duty.MAKE,
            payment_forms.MakeOrderForm,
            "entered",
            is_money=True,
        ),
        Step(
            "check_order",
            payment_orders.check_order,
            Duty.CHECK,
            payment_forms.CheckOrderForm,
            "reviewed",
            is_money=True,
        ),
        Step(
            "release", payment_orders.release, Duty.PAY, payment_forms.ReleaseForm, "approved", is_money=True
        ),
        Step("receipt", payment_orders.receipt, Duty.MAKE, payment_forms.ReceiptForm, "entered"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (PAYMENT,)
