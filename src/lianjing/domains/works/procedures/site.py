"""What happens on the site: progress and changes."""

from __future__ import annotations

from lianjing.domains.works.forms import payment as payment_forms
from lianjing.domains.works.forms import site as site_forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.models import ChangeOrder, ProgressReport
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import basis, change, progress
from lianjing.kernel.declaration import Duty, Procedure, Step, Text

PROGRESS = Procedure(
    key="works_progress",
    matter_kind="progress",
    label=Text("月度进度", "Monthly progress"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=ProgressReport,
    may_open=stage.opening("works_progress"),
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
    may_open=stage.opening("works_change"),
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

PROCEDURES: tuple[Procedure, ...] = (
    PROGRESS,
    CHANGE,
)
