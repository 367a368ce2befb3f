"""Relocation: one household one file, and the payment of its compensation."""

from __future__ import annotations

from lianjing.domains.works.forms import payment as payment_forms
from lianjing.domains.works.forms import relocation as forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.models import RelocationHousehold
from lianjing.domains.works.queries import stage
from lianjing.domains.works.queries.relocation import may_compensate, terms
from lianjing.domains.works.services import basis, compensation, payment, relocation
from lianjing.kernel.declaration import Duty, Procedure, Step, Text
from lianjing.runtime.payment.models import PaymentApplication

RELOCATION = Procedure(
    key="works_relocation",
    matter_kind="relocation",
    label=Text("征迁户", "Relocation of a household"),
    parent_kind="project",
    opener_post="relocation_officer",
    record=RelocationHousehold,
    may_open=stage.opening("works_relocation"),
    may_withdraw=relocation.may_withdraw,
    series="建迁",
    steps=(
        Step("survey", relocation.survey, Duty.MEASURE, forms.SurveyForm, "entered"),
        Step("second", relocation.second, Duty.MEASURE, forms.SecondForm, "reviewed"),
        Step("verify", basis.agree, Duty.RECHECK, OpinionForm, "reviewed", is_batchable=True),
        Step("publish_survey", relocation.publish_survey, Duty.MAKE, forms.PublishForm, "entered"),
        Step("survey_result", relocation.survey_result, Duty.CHECK, forms.ResultForm, "reviewed"),
        Step("assign", relocation.assign, Duty.REVIEW, forms.AssignForm, "reviewed"),
        Step("appraise", relocation.appraise, Duty.EVALUATE, forms.AppraiseForm, "entered"),
        Step("agree", relocation.agree, Duty.APPLY, forms.AgreeForm, "entered", is_money=True),
        Step("head", relocation.head, Duty.REVIEW, OpinionForm, "reviewed", is_batchable=True),
        Step("finance", relocation.finance, Duty.REVIEW, OpinionForm, "reviewed", is_money=True),
        Step("leader", relocation.leader, Duty.APPROVE, OpinionForm, "approved", is_money=True),
        Step("collective_tier", relocation.collective_tier),
        Step("collective", relocation.collective, Duty.APPROVE, forms.CollectiveForm, "approved"),
        Step("publish_result", relocation.publish_result, Duty.MAKE, forms.PublishForm, "entered"),
        Step("result", relocation.result, Duty.CHECK, forms.ResultForm, "reviewed"),
        Step("move_out", relocation.move_out, Duty.CHECK, forms.MoveOutForm, "reviewed"),
    ),
)

COMPENSATION = Procedure(
    key="works_compensation",
    matter_kind="compensation",
    label=Text("征迁补偿支付", "Payment of compensation"),
    parent_kind="relocation",
    opener_post="relocation_officer",
    record=PaymentApplication,
    may_open=may_compensate,
    may_withdraw=payment.may_withdraw,
    withdrawn=payment.withdrawn,
    terms=terms,
    series="建补",
    steps=(
        Step("apply", compensation.apply, Duty.APPLY, forms.CompensationForm, "entered", is_money=True),
        Step("audit", compensation.audit, Duty.AUDIT, OpinionForm, "reviewed", is_money=True),
        Step("finance", compensation.finance, Duty.REVIEW, OpinionForm, "reviewed", is_money=True),
        Step(
            "make_order",
            compensation.make_order,
            Duty.MAKE,
            payment_forms.MakeOrderForm,
            "entered",
            is_money=True,
        ),
        Step(
            "check_order",
            compensation.check_order,
            Duty.CHECK,
            payment_forms.CheckOrderForm,
            "reviewed",
            is_money=True,
        ),
        Step("release", compensation.release, Duty.PAY, payment_forms.ReleaseForm, "approved", is_money=True),
        Step("receipt", compensation.receipt, Duty.MAKE, payment_forms.ReceiptForm, "entered"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (RELOCATION, COMPENSATION)
