"""Initiation and planning: approvals in their order, permits, detailed budget and adjustments."""

from __future__ import annotations

from lianjing.domains.works.forms import initiation as forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.forms.permit import PermitForm, VerifyPermitForm
from lianjing.domains.works.models import Study
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import approvals, basis, budget, initiation, permit
from lianjing.kernel.declaration import Duty, Procedure, Step, Text
from lianjing.runtime.permit.models import Permit

TIER = Step("tier", approvals.tier)
DECIDE = Step("decide", basis.agree, Duty.APPROVE, OpinionForm, "approved")
FILING = Step("filing", approvals.filing, Duty.APPLY, forms.FilingForm, "entered")


PROPOSAL = Procedure(
    key="works_proposal",
    matter_kind="proposal",
    label=Text("项目建议书", "Project proposal"),
    parent_kind="project",
    opener_post="project_officer",
    record=Permit,
    may_open=stage.opening("works_proposal"),
    series="建立",
    steps=(
        Step("draft", initiation.draft, Duty.APPLY, forms.ProposalForm, "entered"),
        Step("check", basis.agree, Duty.REVIEW, OpinionForm, "reviewed", is_batchable=True),
        Step("funds", initiation.funds, Duty.REVIEW, forms.FundsForm, "reviewed"),
        DECIDE,
        TIER,
        Step("collective", approvals.collective, Duty.APPROVE, OpinionForm, "approved"),
        FILING,
        Step("register", approvals.register, Duty.APPLY, forms.RegisterApprovalForm, "entered"),
        Step("confirm", initiation.confirm_proposal, Duty.RECHECK, forms.ConfirmApprovalForm, "reviewed"),
    ),
)

FEASIBILITY = Procedure(
    key="works_feasibility",
    matter_kind="feasibility",
    label=Text("可行性研究", "Feasibility study"),
    parent_kind="project",
    opener_post="project_officer",
    record=Permit,
    may_open=stage.opening("works_feasibility"),
    series="建研",
    steps=(
        Step("commission", initiation.commission_feasibility, Duty.APPLY, forms.CommissionForm, "entered"),
        Step("preconditions", basis.note, Duty.CHECK, forms.PreconditionsForm, "reviewed"),
        Step("compile", initiation.compile_study, Duty.APPLY, forms.CostItemsForm, "entered"),
        Step("review", initiation.review_study, Duty.REVIEW, forms.ExpertReviewForm, "reviewed"),
        DECIDE,
        TIER,
        Step("collective", approvals.note_decision, Duty.APPROVE, OpinionForm, "approved"),
        FILING,
        Step("register", approvals.register, Duty.APPLY, forms.RegisterApprovalForm, "entered"),
        Step("confirm", initiation.confirm_feasibility, Duty.RECHECK, forms.ConfirmApprovalForm, "reviewed"),
    ),
)

DESIGN = Procedure(
    key="works_design",
    matter_kind="design",
    label=Text("初步设计及概算", "Design and budget"),
    parent_kind="project",
    opener_post="tender_officer",
    record=Permit,
    may_open=stage.opening("works_design"),
    series="建设",
    steps=(
        Step("commission", initiation.commission_design, Duty.APPLY, forms.CommissionForm, "entered"),
        Step("budget", initiation.compile_design, Duty.APPLY, forms.CostItemsForm, "entered"),
        Step("review", initiation.review_design, Duty.REVIEW, forms.DesignReviewForm, "reviewed"),
        Step("funds", initiation.funds, Duty.REVIEW, forms.FundsForm, "reviewed"),
        DECIDE,
        TIER,
        Step("collective", approvals.note_decision, Duty.APPROVE, OpinionForm, "approved"),
        FILING,
        Step("register", initiation.register_design, Duty.APPLY, forms.RegisterApprovalForm, "entered"),
        Step("confirm", initiation.confirm_design, Duty.RECHECK, forms.ConfirmApprovalForm, "reviewed"),
    ),
)

DETAILED_BUDGET = Procedure(
    key="works_detailed_budget",
    matter_kind="detailed_budget",
    label=Text("预算与控制价", "Detailed budget and control price"),
    parent_kind="project",
    opener_post="cost_officer",
    record=Study,
    may_open=stage.opening("works_detailed_budget"),
    series="建预",
    steps=(
        Step("draft", budget.draft_detailed, Duty.APPLY, forms.DetailedBudgetForm, "entered"),
        Step("check", budget.check_detailed_budget, Duty.REVIEW, forms.CheckBudgetForm, "reviewed"),
        Step("fiscal", budget.fiscal, Duty.REVIEW, OpinionForm, "reviewed"),
    ),
)

BUDGET_ADJUSTMENT = Procedure(
    key="works_budget_adjustment",
    matter_kind="budget_adjustment",
    label=Text("概算调整", "Adjustment of the approved budget"),
    parent_kind="project",
    opener_post="cost_officer",
    record=Permit,
    may_open=stage.opening("works_budget_adjustment"),
    series="建概",
    steps=(
        Step("draft", budget.draft_adjustment, Duty.APPLY, forms.AdjustmentForm, "entered"),
        Step("check", basis.agree, Duty.REVIEW, OpinionForm, "reviewed", is_batchable=True),
        Step("funds", budget.funds_adjusted, Duty.REVIEW, forms.FundsForm, "reviewed"),
        Step("audit_due", budget.audit_due),
        Step("audit", basis.agree, Duty.AUDIT, OpinionForm, "reviewed"),
        DECIDE,
        TIER,
        Step("collective", approvals.collective, Duty.APPROVE, OpinionForm, "approved"),
        FILING,
        Step("register", budget.register_adjustment, Duty.APPLY, forms.RegisterAdjustmentForm, "entered"),
        Step("confirm", budget.confirm_adjustment, Duty.RECHECK, forms.ConfirmApprovalForm, "reviewed"),
    ),
)

PERMIT = Procedure(
    key="works_permit",
    matter_kind="permit",
    label=Text("证照登记", "Permit"),
    parent_kind="project",
    opener_post="planning_officer",
    record=Permit,
    may_open=stage.opening("works_permit"),
    series="建证",
    steps=(
        Step("register", permit.register, Duty.APPLY, PermitForm, "entered"),
        Step("verify", permit.verify, Duty.RECHECK, VerifyPermitForm, "reviewed"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (
    PROPOSAL,
    FEASIBILITY,
    DESIGN,
    DETAILED_BUDGET,
    BUDGET_ADJUSTMENT,
    PERMIT,
)
