"""Initiation and planning: approvals and permits."""

from __future__ import annotations

from lianjing.domains.works.forms import project as project_forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.models import Initiation
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import basis, initiation, permit
from lianjing.kernel.declaration import Duty, Procedure, Step, Text
from lianjing.runtime.permit.models import Permit

INITIATION = Procedure(
    key="works_initiation",
    matter_kind="initiation",
    label=Text("立项报批", "Initiation"),
    parent_kind="project",
    opener_post="project_officer",
    record=Initiation,
    may_open=stage.opening("works_initiation"),
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
    may_open=stage.opening("works_permit"),
    series="建证",
    steps=(
        Step("register", permit.register, Duty.APPLY, project_forms.PermitForm, "entered"),
        Step("verify", permit.verify, Duty.RECHECK, project_forms.VerifyPermitForm, "reviewed"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (INITIATION, PERMIT)
