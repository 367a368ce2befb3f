"""Completion: acceptance, settlement, final account, warranty, hand-over, post-evaluation."""

from __future__ import annotations

from lianjing.domains.works.forms import completion as acceptance_forms
from lianjing.domains.works.forms import completion_archive as archive_forms
from lianjing.domains.works.forms import completion_money as money_forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.models import (
    Acceptance,
    Handover,
    PostEvaluation,
    Settlement,
    WarrantyRelease,
)
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import (
    acceptance,
    final_account,
    handover,
    post_evaluation,
    settlement,
    warranty,
)
from lianjing.kernel.declaration import Duty, Procedure, Step, Text

ACCEPTANCE = Procedure(
    key="works_acceptance",
    matter_kind="acceptance",
    label=Text("竣工验收", "Acceptance"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=Acceptance,
    may_open=stage.opening("works_acceptance"),
    may_withdraw=acceptance.may_withdraw,
    series="建验",
    steps=(
        Step("apply", acceptance.apply, Duty.APPLY, acceptance_forms.AcceptanceForm, "entered"),
        Step("precheck", acceptance.precheck, Duty.REVIEW, acceptance_forms.PrecheckForm, "reviewed"),
        Step("checks", acceptance.checks, Duty.CHECK, acceptance_forms.SpecialChecksForm, "entered"),
        Step("meeting", acceptance.meeting, Duty.FIND, acceptance_forms.AcceptanceMeetingForm, "approved"),
        Step("outcome", acceptance.outcome),
        Step("rectify", acceptance.rectify, Duty.APPLY, acceptance_forms.RectifyForm, "entered"),
        Step("inspect", acceptance.inspect, Duty.REVIEW, OpinionForm, "reviewed"),
        Step("recheck", acceptance.recheck, Duty.RECHECK, acceptance_forms.RecheckForm, "reviewed"),
        Step("file", acceptance.file, Duty.CHECK, acceptance_forms.FilingForm, "entered"),
    ),
)

SETTLEMENT = Procedure(
    key="works_settlement",
    matter_kind="settlement",
    label=Text("竣工结算", "Settlement"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=Settlement,
    may_open=stage.opening("works_settlement"),
    may_withdraw=settlement.may_withdraw,
    series="建结",
    steps=(
        Step("submit", settlement.submit, Duty.APPLY, money_forms.SettlementForm, "entered"),
        Step("complete", settlement.complete, Duty.REVIEW, money_forms.CompletenessForm, "reviewed"),
        Step("engage", settlement.engage, Duty.MAKE, money_forms.EngageForm, "entered"),
        Step("first", settlement.first, Duty.AUDIT, money_forms.FirstReviewForm, "reviewed"),
        Step("second", settlement.second, Duty.RECHECK, money_forms.SecondReviewForm, "reviewed"),
        Step(
            "confirm_contractor",
            settlement.confirm,
            Duty.APPLY,
            money_forms.ConfirmSettlementForm,
            "reviewed",
        ),
        Step(
            "confirm_auditor", settlement.confirm, Duty.AUDIT, money_forms.ConfirmSettlementForm, "reviewed"
        ),
        Step("confirm_owner", settlement.confirm, Duty.REVIEW, money_forms.ConfirmSettlementForm, "reviewed"),
        Step("tier", settlement.collective_tier),
        Step(
            "collective",
            settlement.collective,
            Duty.APPROVE,
            money_forms.SettlementCollectiveForm,
            "approved",
        ),
        Step("approve", settlement.approve, Duty.APPROVE, money_forms.SettlementApprovalForm, "approved"),
    ),
)

FINAL_ACCOUNT = Procedure(
    key="works_final_account",
    matter_kind="final_account",
    label=Text("竣工财务决算", "Final account"),
    parent_kind="project",
    opener_post="finance_reviewer",
    record=Settlement,
    may_open=stage.opening("works_final_account"),
    may_withdraw=final_account.may_withdraw,
    series="建决",
    steps=(
        Step("clean", final_account.clean, Duty.APPLY, money_forms.CleanUpForm, "entered"),
        Step("compile", final_account.compile_account, Duty.MAKE, money_forms.CompileForm, "entered"),
        Step("audit", final_account.audit, Duty.AUDIT, money_forms.FinalAuditForm, "reviewed"),
        Step("approve", final_account.approve, Duty.APPROVE, money_forms.FinalApprovalForm, "approved"),
        Step("transfer", final_account.transfer, Duty.MAKE, money_forms.TransferForm, "entered"),
    ),
)

WARRANTY = Procedure(
    key="works_warranty",
    matter_kind="warranty",
    label=Text("质保金返还", "Release of retention"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=WarrantyRelease,
    may_open=stage.opening("works_warranty"),
    may_withdraw=warranty.may_withdraw,
    withdrawn=warranty.withdrawn,
    series="建质",
    steps=(
        Step("apply", warranty.apply, Duty.APPLY, money_forms.WarrantyForm, "entered"),
        Step("use", warranty.use, Duty.RECHECK, money_forms.DefectCheckForm, "reviewed"),
        Step("site", warranty.site, Duty.RECHECK, money_forms.DefectCheckForm, "reviewed"),
        Step("approve", warranty.approve, Duty.APPROVE, money_forms.WarrantyApprovalForm, "approved"),
    ),
)

HANDOVER = Procedure(
    key="works_handover",
    matter_kind="handover",
    label=Text("档案移交", "Archive hand-over"),
    parent_kind="project",
    opener_post="archives_officer",
    record=Handover,
    may_open=stage.opening("works_handover"),
    withdrawn=handover.withdrawn,
    series="建档",
    steps=(
        Step("prepare", handover.prepare, Duty.APPLY, archive_forms.HandoverForm, "entered"),
        Step("check", handover.check, Duty.RECHECK, archive_forms.HandoverCheckForm, "reviewed"),
        Step("receive", handover.receive, Duty.CHECK, archive_forms.HandoverReceiptForm, "entered"),
    ),
)

POST_EVALUATION = Procedure(
    key="works_post_evaluation",
    matter_kind="post_evaluation",
    label=Text("项目后评价", "Post-evaluation"),
    parent_kind="project",
    opener_post="project_officer",
    record=PostEvaluation,
    may_open=stage.opening("works_post_evaluation"),
    series="建评",
    steps=(
        Step("draft", post_evaluation.draft, Duty.APPLY, archive_forms.EvaluationForm, "entered"),
        Step("use", post_evaluation.use, Duty.REVIEW, OpinionForm, "reviewed", is_batchable=True),
        Step("score", post_evaluation.score, Duty.EVALUATE, archive_forms.ScoreForm, "reviewed"),
        Step("confirm", post_evaluation.confirm, Duty.APPROVE, OpinionForm, "approved"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (
    ACCEPTANCE,
    SETTLEMENT,
    FINAL_ACCOUNT,
    WARRANTY,
    HANDOVER,
    POST_EVALUATION,
)
