"""The declaration of works: six stages with their gates, nine procedures with the verb and form of each step."""

from __future__ import annotations

from lianjing.domains.works.demo import demonstrate
from lianjing.domains.works.forms import contract as contract_forms
from lianjing.domains.works.forms import onboard as onboard_forms
from lianjing.domains.works.forms import payment as payment_forms
from lianjing.domains.works.forms import project as project_forms
from lianjing.domains.works.forms import site as site_forms
from lianjing.domains.works.forms import tender as tender_forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.imports import projects
from lianjing.domains.works.models import ChangeOrder, Initiation, Onboarding, ProgressReport, Tender
from lianjing.domains.works.queries import stage
from lianjing.domains.works.queries.overview import overview, page_of
from lianjing.domains.works.services import (
    basis,
    change,
    contract,
    initiation,
    onboard,
    payment,
    permit,
    progress,
    tender,
)
from lianjing.kernel.declaration import Domain, Duty, MenuEntry, Procedure, Stage, Step, Text
from lianjing.runtime.contract.models import AccountChange, Contract
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.permit.models import Permit

STAGES = (
    Stage("initiation", Text("立项", "Initiation"), stage.leaving_initiation, "zone_projects#4"),
    Stage("planning", Text("规划", "Planning"), stage.leaving_planning, "zone_projects#5"),
    Stage("tendering", Text("招投标", "Tendering"), stage.leaving_tendering, "zone_projects#6"),
    Stage("contract", Text("合同", "Contract"), stage.leaving_contract, "zone_projects#7"),
    Stage("implementation", Text("实施", "Implementation"), stage.leaving_implementation, "zone_projects#8"),
    Stage("payment", Text("资金支付", "Payment"), stage.leaving_payment, "zone_projects#1"),
)

INITIATION = Procedure(
    key="works_initiation",
    matter_kind="initiation",
    label=Text("立项报批", "Initiation"),
    parent_kind="project",
    opener_post="project_officer",
    record=Initiation,
    may_open=stage.may_open_initiation,
    series="建立",
    steps=(
        Step("draft", initiation.draft, Duty.APPLY, project_forms.InitiationDraftForm, "entered"),
        Step("check", basis.agree, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("funds", initiation.funds, Duty.REVIEW, project_forms.FundsForm, "reviewed"),
        Step("decide", basis.agree, Duty.APPROVE, OpinionForm, "approved"),
        Step("register", initiation.register, Duty.APPLY, project_forms.RegisterApprovalForm, "entered"),
        Step("confirm", initiation.confirm, Duty.RECHECK, project_forms.ConfirmApprovalForm, "reviewed"),
    ),
)

PERMIT = Procedure(
    key="works_permit",
    matter_kind="permit",
    label=Text("证照登记", "Permit"),
    parent_kind="project",
    opener_post="planning_officer",
    record=Permit,
    may_open=stage.may_open_permit,
    series="建证",
    steps=(
        Step("register", permit.register, Duty.APPLY, project_forms.PermitForm, "entered"),
        Step("verify", permit.verify, Duty.RECHECK, project_forms.VerifyPermitForm, "reviewed"),
    ),
)

TENDER = Procedure(
    key="works_tender",
    matter_kind="tender",
    label=Text("招标投标与定标", "Tender and award"),
    parent_kind="project",
    opener_post="tender_officer",
    record=Tender,
    may_open=stage.may_open_tender,
    withdrawn=tender.withdrawn,
    series="建招",
    steps=(
        Step("plan", tender.plan, Duty.APPLY, tender_forms.TenderPlanForm, "entered"),
        Step("threshold", tender.threshold),
        Step("legality", tender.legality, Duty.REVIEW, tender_forms.LegalityForm, "reviewed"),
        Step("approve", tender.approve, Duty.APPROVE, OpinionForm, "approved"),
        Step("open_bids", tender.open_bids, Duty.APPLY, tender_forms.OpenBidsForm, "entered"),
        Step("evaluate", tender.evaluate, Duty.EVALUATE, tender_forms.EvaluateForm, "reviewed"),
        Step("award", tender.award, Duty.AWARD, tender_forms.AwardForm, "approved"),
        Step("notice", tender.notice, Duty.APPLY, tender_forms.NoticeForm, "entered"),
    ),
)

CONTRACT = Procedure(
    key="works_contract",
    matter_kind="contract",
    label=Text("合同签订", "Contract"),
    parent_kind="project",
    opener_post="contract_officer",
    record=Contract,
    may_open=stage.may_open_contract,
    withdrawn=contract.withdrawn,
    series="建合",
    steps=(
        Step("draft", contract.draft, Duty.APPLY, contract_forms.ContractDraftForm, "entered"),
        Step("cost", contract.countersign, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("finance", contract.countersign, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("legal", contract.countersign, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("approve", contract.approve, Duty.APPROVE, OpinionForm, "approved"),
        Step("file", contract.file, Duty.RECHECK, contract_forms.FileContractForm, "reviewed"),
    ),
)

PROGRESS = Procedure(
    key="works_progress",
    matter_kind="progress",
    label=Text("月度进度", "Monthly progress"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=ProgressReport,
    may_open=stage.may_open_progress,
    series="建进",
    steps=(
        Step("report", progress.report, Duty.APPLY, site_forms.ProgressForm, "entered"),
        Step("verify", progress.verify, Duty.MEASURE, site_forms.VerifyProgressForm, "reviewed"),
        Step("confirm", progress.confirm, Duty.REVIEW, OpinionForm, "approved"),
    ),
)

CHANGE = Procedure(
    key="works_change",
    matter_kind="change",
    label=Text("工程变更", "Change order"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=ChangeOrder,
    may_open=stage.may_open_change,
    may_withdraw=change.may_withdraw,
    withdrawn=change.withdrawn,
    series="建变",
    steps=(
        Step("propose", change.propose, Duty.APPLY, site_forms.ChangeForm, "entered"),
        Step("supervise", change.supervise, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("price", change.price, Duty.MEASURE, site_forms.PriceChangeForm, "reviewed"),
        Step("classify", change.classify),
        Step("lead", basis.agree, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("departments", basis.note),
        Step("joint", change.joint, Duty.REVIEW, site_forms.JointOpinionForm, "reviewed"),
        Step("leader", change.leader, Duty.APPROVE, OpinionForm, "approved"),
        Step("collective", change.collective, Duty.APPROVE, payment_forms.CollectiveForm, "approved"),
        Step("order", change.order, Duty.REVIEW, site_forms.ChangeOrderForm, "entered"),
    ),
)

PAYMENT = Procedure(
    key="works_payment",
    matter_kind="payment",
    label=Text("工程款支付", "Works payment"),
    parent_kind="project",
    opener_post="project_officer",
    record=PaymentApplication,
    may_open=stage.may_open_payment,
    may_withdraw=payment.may_withdraw,
    withdrawn=payment.withdrawn,
    series="建付",
    steps=(
        Step("apply", payment.apply, Duty.APPLY, payment_forms.PaymentForm, "entered", is_money=True),
        Step("audit", payment.audit, Duty.AUDIT, payment_forms.AuditForm, "reviewed", is_money=True),
        Step("internal", payment.internal, Duty.REVIEW, payment_forms.InternalForm, "reviewed"),
        Step("joint_departments", payment.joint_departments),
        Step("joint", payment.joint, Duty.REVIEW, site_forms.JointOpinionForm, "reviewed"),
        Step("collective_tier", payment.collective_tier),
        Step("collective", payment.collective, Duty.APPROVE, payment_forms.CollectiveForm, "approved"),
        Step("finance", payment.finance, Duty.REVIEW, payment_forms.FinanceForm, "reviewed", is_money=True),
        Step(
            "make_order", payment.make_order, Duty.MAKE, payment_forms.MakeOrderForm, "entered", is_money=True
        ),
        Step(
            "check_order",
            payment.check_order,
            Duty.CHECK,
            payment_forms.CheckOrderForm,
            "reviewed",
            is_money=True,
        ),
        Step("release", payment.release, Duty.PAY, payment_forms.ReleaseForm, "approved", is_money=True),
        Step("receipt", payment.receipt, Duty.MAKE, payment_forms.ReceiptForm, "entered"),
    ),
)

ACCOUNT_CHANGE = Procedure(
    key="works_account_change",
    matter_kind="account_change",
    label=Text("收款账户变更", "Change of payee account"),
    parent_kind="project",
    opener_post="contract_officer",
    record=AccountChange,
    may_open=stage.may_open_account_change,
    withdrawn=contract.account_withdrawn,
    series="建户",
    steps=(
        Step("apply", contract.propose_account, Duty.APPLY, contract_forms.AccountChangeForm, "entered"),
        Step("check", basis.agree, Duty.REVIEW, contract_forms.AccountCheckForm, "reviewed"),
        Step("approve", contract.approve_account, Duty.APPROVE, OpinionForm, "approved"),
    ),
)

ONBOARD = Procedure(
    key="works_onboard",
    matter_kind="onboarding",
    label=Text("存量接续", "Taking over"),
    parent_kind="project",
    opener_post="project_officer",
    record=Onboarding,
    may_open=stage.may_open_onboard,
    withdrawn=onboard.withdrawn,
    series="建续",
    steps=(
        Step("propose", onboard.propose, Duty.APPLY, onboard_forms.OnboardForm, "entered"),
        Step("audit", onboard.audit, Duty.AUDIT, onboard_forms.OnboardAuditForm, "reviewed"),
        Step("approve", onboard.approve, Duty.APPROVE, onboard_forms.OnboardApproveForm, "approved"),
    ),
)

DOMAIN = Domain(
    key="works",
    label=Text("工程建设", "Works"),
    root_kind="project",
    stages=STAGES,
    procedures=(INITIATION, PERMIT, TENDER, CONTRACT, PROGRESS, CHANGE, PAYMENT, ACCOUNT_CHANGE, ONBOARD),
    package="lianjing.domains.works",
    gate_post="project_lead",
    demonstrate=demonstrate,
    urls="lianjing.domains.works.pages",
    menu=(MenuEntry(Text("项目台账", "Projects"), "works_projects", "工程项目", "building-factory"),),
    page_of=page_of,
    overview=overview,
    importers={"projects": projects},
)
