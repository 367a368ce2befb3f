"""Tender and award."""

from __future__ import annotations

from lianjing.domains.works.forms import tender as tender_forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.models import Tender
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import tender
from lianjing.kernel.declaration import Duty, Procedure, Step, Text

TENDER = Procedure(
    key="works_tender",
    matter_kind="tender",
    label=Text("招标投标与定标", "Tender and award"),
    parent_kind="project",
    opener_post="tender_officer",
    record=Tender,
    may_open=stage.opening("works_tender"),
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

PROCEDURES: tuple[Procedure, ...] = (TENDER,)
