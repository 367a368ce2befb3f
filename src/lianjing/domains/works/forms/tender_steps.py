"""Form F3, the steps after the plan: notice, formal bidders, opening, committee, evaluation, candidates."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import WorksForm, cells, coded, day_field, line, prose, ticked
from lianjing.domains.works.models import Candidate, Shortlist, Tender
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.forms import RowsField
from lianjing.runtime.trail.act import LEGAL_ZONE

MORNING = time(9, 30)


class OfficeTime(forms.DateTimeField):
    """A moment as the office writes it; without a zone it is the zone of the legal day."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """Return an aware moment."""
        if isinstance(value, datetime):
            return value if value.tzinfo is not None else value.replace(tzinfo=LEGAL_ZONE)
        text = str(value or "").strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise forms.ValidationError(_("时间应写作 2025-03-06T09:30")) from error
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=LEGAL_ZONE)


def media_rows() -> RowsField:
    """Return the table of media of a notice."""
    return RowsField(
        cells(
            medium=coded(_("媒介"), "medium"),
            address=line(_("网址或地点"), required=False, longest=300),
        ),
        label=_("发布媒介"),
        help_text=_("同日在各媒介发布相同内容"),
        min_rows=1,
    )


class AnnounceForm(WorksForm):
    """Step announce: the notice and its clocks. Filled in by the tender agency."""

    filing_no = line(_("备案号"), _("招标文件在监管部门的备案号"), required=False, longest=60)
    outlets = media_rows()
    sale_to_on = day_field(_("招标文件发售至"), _("自公告起不少于五日"))
    deadline_at = OfficeTime(label=_("投标截止时间"), help_text=_("依法必须招标的，自公告起不少于二十日"))
    text = prose(_("公告正文"), _("不填写的，按招标方案自动生成"), required=False)
    contact_text = line(_("异议受理"), _("受理单位、电话和地址"), longest=300)

    def prepare(self) -> None:
        """Offer the planned deadline."""
        found = Tender.objects.filter(pk=self.matter.pk).first()
        if found is not None and found.deadline_on is not None:
            self.initial["deadline_at"] = datetime.combine(found.deadline_on, MORNING)
        self.initial["outlets"] = [{"medium": "platform"}, {"medium": "trading_site"}]


class ConfirmNoticeForm(WorksForm):
    """Step confirm_notice: the notice stands the same everywhere. Filled in by the tender officer."""

    is_same = ticked(_("各媒介发布的公告内容一致，与批准的招标方案一致"))


class ShortlistForm(WorksForm):
    """Step shortlist: the reason for each applicant, in or out. Filled in by the head of the department."""

    def prepare(self) -> None:
        """Offer the applicants."""
        rows = Shortlist.objects.filter(tender_id=self.matter.pk).select_related("enterprise").order_by("pk")
        offered = [(str(row.pk), row.enterprise.name) for row in rows]
        self.fields["reasons"] = RowsField(
            cells(
                applicant=forms.ChoiceField(label=_("申请人"), choices=[("", "—"), *offered]),
                reason=line(_("入围或不入围的理由"), longest=500),
            ),
            label=_("理由"),
            help_text=_("入围由评分和随机抽取计算得出；每一申请人均须写明理由，申请人可以查看"),
            min_rows=len(offered),
        )
        self.initial["reasons"] = [{"applicant": pk, "reason": ""} for pk, _name in offered]


class OpenBidsForm(WorksForm):
    """Step open_bids: the opening is over. Filled in by the tender agency after opening the files in the tender room."""

    is_over = ticked(
        _("已到投标截止时间，各投标文件已当众解密"), _("在招标室上传投标文件解密；不足法定家数的不得开标")
    )
    present = line(_("到场人员"), _("投标人代表、监督人员"), required=False, longest=500)
    remarks = prose(_("开标记录"), _("当场异议及答复；没有填“无”"), required=False)


class ConveneForm(WorksForm):
    """Step convene: who represents the owner beside the experts drawn. Filled in by the tender agency."""

    owner_reps = forms.MultipleChoiceField(
        label=_("招标人代表"),
        help_text=_("不超过三分之一；全部由抽取的专家组成的不选"),
        required=False,
    )

    def prepare(self) -> None:
        """Offer the people of the tendering unit."""
        people = Person.objects.filter(unit_id=self.matter.unit_id, left_on__isnull=True).order_by("id")
        choice = self.fields["owner_reps"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [(str(each.pk), each.name) for each in people]


class EvaluateForm(WorksForm):
    """Step evaluate: the report is signed. Filled in by the tender agency."""

    is_signed = ticked(_("评标报告已由全体成员签署"), _("名次和候选人由评分计算，不能填写"))


class CandidatesForm(WorksForm):
    """Step candidates: where and how long the candidates are published. Filled in by the tender agency."""

    outlets = media_rows()
    to_on = day_field(_("公示至"), _("不少于三日"))
    contact_text = line(_("异议受理"), _("受理单位、电话和地址"), longest=300)

    def prepare(self) -> None:
        """Offer the legal days."""
        days = int(figure("works.tender.publicity_days", self.day))
        self.initial["to_on"] = self.day + timedelta(days=days)
        self.initial["outlets"] = [{"medium": "platform"}, {"medium": "trading_site"}]
        if not Candidate.objects.filter(tender_id=self.matter.pk).exists():
            self.warn(_("尚无中标候选人"))


class SettleForm(WorksForm):
    """Step settle: nothing stands against the candidates. Filled in by the head of the department."""

    is_unchanged = ticked(_("候选人的经营、财务状况和履约能力没有影响中标的变化"))
    opinion = prose(_("意见"), _("写明公示和异议的情况，例如“公示期满，无异议”"))
