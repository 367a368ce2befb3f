"""Tender and award."""

from __future__ import annotations

from lianjing.domains.works.forms import award as award_forms
from lianjing.domains.works.forms import tender as plan_forms
from lianjing.domains.works.forms import tender_steps as forms
from lianjing.domains.works.forms.base import OpinionForm
from lianjing.domains.works.models import Award, Tender
from lianjing.domains.works.queries import stage
from lianjing.domains.works.services import (
    award,
    award_votes,
    tender,
    tender_bids,
    tender_evaluation,
    tender_notice,
    tender_shortlist,
)
from lianjing.kernel.declaration import Duty, Procedure, Step, Text

TENDER = Procedure(
    key="works_tender",
    matter_kind="tender",
    label=Text("招标投标", "Tender"),
    parent_kind="project",
    opener_post="tender_officer",
    record=Tender,
    may_open=stage.opening("works_tender"),
    withdrawn=tender.withdrawn,
    series="建招",
    steps=(
        Step("plan", tender.plan, Duty.APPLY, plan_forms.TenderPlanForm, "entered"),
        Step("threshold", tender.threshold),
        Step("legality", tender.legality, Duty.REVIEW, plan_forms.LegalityForm, "reviewed"),
        Step("approve", tender.approve, Duty.APPROVE, OpinionForm, "approved"),
        Step("route", tender.decided),
        Step("agency", tender.agency, Duty.CHECK, plan_forms.AgencyForm, "entered"),
        Step("quotes", tender.quotes, Duty.EVALUATE, plan_forms.QuotesForm, "entered"),
        Step("announce", tender_notice.announce, Duty.APPLY, forms.AnnounceForm, "entered"),
        Step("confirm_notice", tender_notice.confirm_notice, Duty.CHECK, forms.ConfirmNoticeForm, "reviewed"),
        Step("shortlist", tender_shortlist.conclude_shortlist, Duty.REVIEW, forms.ShortlistForm, "reviewed"),
        Step("open_bids", tender_bids.open_bids, Duty.APPLY, forms.OpenBidsForm, "entered"),
        Step("count_bids", tender.decided),
        Step("convene", tender_evaluation.convene, Duty.APPLY, forms.ConveneForm, "entered"),
        Step("evaluate", tender_evaluation.evaluate, Duty.APPLY, forms.EvaluateForm, "entered"),
        Step("candidates", tender_notice.candidates, Duty.APPLY, forms.CandidatesForm, "entered"),
        Step("settle", tender_notice.settle, Duty.REVIEW, forms.SettleForm, "reviewed"),
    ),
)

AWARD = Procedure(
    key="works_award",
    matter_kind="award",
    label=Text("定标", "Award"),
    parent_kind="project",
    opener_post="tender_officer",
    record=Award,
    may_open=stage.opening("works_award"),
    withdrawn=award.withdrawn,
    series="建定",
    steps=(
        Step("prepare", award.prepare, Duty.APPLY, award_forms.PrepareForm, "entered"),
        Step("route", award.decided),
        Step("committee", award_votes.committee, Duty.CHECK, award_forms.CommitteeForm, "entered"),
        Step("decide", award_votes.decide, Duty.CHECK, award_forms.DecideForm, "reviewed"),
        Step("confirm", award.confirm, Duty.AWARD, award_forms.ConfirmForm, "approved"),
        Step("notice", award.notice, Duty.APPLY, award_forms.NoticeForm, "entered"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (TENDER, AWARD)
