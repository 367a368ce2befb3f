"""What happens on the site: start, progress, visas, changes, subcontracts, wages, checks."""

from __future__ import annotations

from lianjing.domains.works.forms import payment as payment_forms
from lianjing.domains.works.forms import site as progress_forms
from lianjing.domains.works.forms import site_change, site_people, site_start, site_visa
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.models import (
    ChangeOrder,
    Inspection,
    ProgressReport,
    SiteVisa,
    Subcontract,
    WagePayment,
    WorkStart,
)
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import (
    basis,
    change,
    inspection,
    progress,
    start,
    subcontract,
    visa,
    wage,
)
from lianjing.kernel.declaration import Duty, Procedure, Step, Text

START = Procedure(
    key="works_start",
    matter_kind="start",
    label=Text("开工报审", "Start of works"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=WorkStart,
    may_open=stage.opening("works_start"),
    withdrawn=start.withdrawn,
    series="建开",
    steps=(
        Step("apply", start.apply, Duty.APPLY, site_start.StartForm, "entered"),
        Step("supervise", start.supervise, Duty.REVIEW, site_start.SuperviseStartForm, "reviewed"),
        Step("site", basis.agree, Duty.REVIEW, site_start.SiteStartForm, "reviewed"),
        Step("approve", start.approve, Duty.APPROVE, site_start.ApproveStartForm, "approved"),
    ),
)

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
        Step("report", progress.report, Duty.APPLY, progress_forms.ProgressForm, "entered"),
        Step("verify", progress.verify, Duty.MEASURE, progress_forms.VerifyProgressForm, "reviewed"),
        Step("confirm", progress.confirm, Duty.REVIEW, progress_forms.ConfirmProgressForm, "approved"),
    ),
)

VISA = Procedure(
    key="works_visa",
    matter_kind="visa",
    label=Text("现场签证", "Site visa"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=SiteVisa,
    may_open=stage.opening("works_visa"),
    withdrawn=visa.withdrawn,
    series="建签",
    steps=(
        Step("apply", visa.apply, Duty.APPLY, site_visa.VisaForm, "entered"),
        Step("measure", visa.measure, Duty.MEASURE, site_visa.MeasureForm, "entered"),
        Step("joint", visa.joint, Duty.MEASURE, site_visa.JointMeasureForm, "reviewed"),
        Step("price", visa.price, Duty.MEASURE, site_visa.PriceVisaForm, "reviewed"),
        Step("classify", visa.classify),
        Step("lead", basis.agree, Duty.REVIEW, site_visa.VisaOpinionForm, "reviewed"),
        Step("leader", visa.leader, Duty.APPROVE, site_visa.VisaOpinionForm, "approved"),
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
        Step("propose", change.propose, Duty.APPLY, site_change.ChangeForm, "entered"),
        Step("route", basis.note),
        Step("consent", change.consent, Duty.REVIEW, site_change.ConsentForm, "entered"),
        Step("papers", change.papers, Duty.APPLY, site_change.EmergencyPapersForm, "entered"),
        Step("supervise", change.supervise, Duty.REVIEW, OpinionForm, "reviewed", is_batchable=True),
        Step("drawing", change.drawing, Duty.APPLY, site_change.DrawingForm, "entered"),
        Step("price", change.price, Duty.MEASURE, site_change.PriceChangeForm, "reviewed"),
        Step("classify", change.classify),
        Step("lead", basis.agree, Duty.REVIEW, OpinionForm, "reviewed", is_batchable=True),
        Step("departments", basis.note),
        Step("joint", change.joint, Duty.REVIEW, site_change.JointOpinionForm, "reviewed"),
        Step("leader", change.leader, Duty.APPROVE, OpinionForm, "approved"),
        Step("collective", change.collective, Duty.APPROVE, payment_forms.CollectiveForm, "approved"),
        Step("order", change.order, Duty.REVIEW, site_change.ChangeOrderForm, "entered"),
    ),
)

SUBCONTRACT = Procedure(
    key="works_subcontract",
    matter_kind="subcontract",
    label=Text("分包审批", "Subcontract"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=Subcontract,
    may_open=stage.opening("works_subcontract"),
    withdrawn=subcontract.withdrawn,
    series="建分",
    steps=(
        Step("apply", subcontract.apply, Duty.APPLY, site_people.SubcontractForm, "entered"),
        Step("supervise", subcontract.supervise, Duty.REVIEW, OpinionForm, "reviewed", is_batchable=True),
        Step("approve", subcontract.approve, Duty.APPROVE, OpinionForm, "approved"),
    ),
)

WAGE = Procedure(
    key="works_wage",
    matter_kind="wage",
    label=Text("工资拨付", "Wage share"),
    parent_kind="project",
    opener_post="contractor_manager",
    record=WagePayment,
    may_open=stage.opening("works_wage"),
    withdrawn=wage.withdrawn,
    series="建薪",
    steps=(
        Step("declare", wage.declare, Duty.APPLY, site_people.WageForm, "entered"),
        Step("check", wage.check, Duty.REVIEW, site_people.WageCheckForm, "reviewed"),
        Step("pay", wage.pay, Duty.PAY, site_people.WagePayForm, "entered"),
    ),
)

INSPECTION = Procedure(
    key="works_inspection",
    matter_kind="inspection",
    label=Text("质量安全检查", "Quality and safety check"),
    parent_kind="project",
    opener_post="quality_officer",
    record=Inspection,
    may_open=stage.opening("works_inspection"),
    may_withdraw=inspection.may_withdraw,
    withdrawn=inspection.withdrawn,
    series="建查",
    steps=(
        Step("inspect", inspection.inspect, Duty.FIND, site_people.InspectionForm, "entered"),
        Step("second", inspection.second, Duty.FIND, site_people.SecondInspectorForm, "reviewed"),
        Step("result", basis.note),
        Step("rectify", inspection.rectify, Duty.APPLY, site_people.RectifyForm, "entered"),
        Step("recheck", inspection.recheck, Duty.RECHECK, site_people.RecheckForm, "approved"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (
    START,
    PROGRESS,
    VISA,
    CHANGE,
    SUBCONTRACT,
    WAGE,
    INSPECTION,
)
