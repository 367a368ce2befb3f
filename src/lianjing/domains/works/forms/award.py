"""The award: its preparation with the gate of the law, the committee, the result, the notice."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import WorksForm, cells, coded, day_field, line, prose, ticked, whole
from lianjing.domains.works.models import Award
from lianjing.domains.works.queries.tendering import tenders_to_award
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.forms import RowsField

DIGEST = re.compile(r"[0-9a-fA-F]{64}")


class PrepareForm(WorksForm):
    """Step prepare: which tender is awarded, by which method. Filled in by the tender officer."""

    method = coded(_("定标办法"), "award_method", help_text=_("须与招标文件一致"))
    legal_basis = prose(
        _("定标依据"),
        _("必须招标且国有资金控股的项目，不按首位定标的，写明法律、试点或授权依据及文号"),
        required=False,
    )
    legal_basis_clause = line(_("依据条款"), _("条款号，例如“第三条”"), required=False)
    reason = prose(_("定标理由"), _("首位定标和价格竞争的写明理由；票决的写明会议安排"))

    def prepare(self) -> None:
        """Offer the tenders that may be awarded."""
        rows = {row.pk: row for row in tenders_to_award(self.matter.root_id or 0)}
        own = Award.objects.filter(pk=self.matter.pk).select_related("tender").first()
        if own is not None:
            rows[own.tender_id] = own.tender
            self.initial.update(
                tender=own.tender_id,
                method=own.method,
                legal_basis=own.legal_basis,
                legal_basis_clause=own.legal_basis_clause,
                reason=own.reason,
            )
        self.fields["tender"] = forms.TypedChoiceField(
            label=_("招标"),
            help_text=_("公示期满、没有未办结异议的招标"),
            coerce=int,
            choices=[("", "—"), *((row.pk, f"{row.code} {row.title}") for row in rows.values())],
        )
        if len(rows) == 1 and own is None:
            only = next(iter(rows.values()))
            self.initial.update(tender=only.pk, method=only.award_method)
        self.order_fields(["tender"])

    def clean(self) -> dict[str, Any]:
        """Refuse a basis without its clause."""
        cleaned = super().clean()
        if self.text_of("legal_basis").strip() and not self.text_of("legal_basis_clause").strip():
            self.add_error("legal_basis_clause", _("请写明依据的条款号"))
        return cleaned


class CommitteeForm(WorksForm):
    """Step committee: how many sit; who, the draw has said. Filled in by the internal auditor."""

    members = whole(_("委员人数"), _("五至七人单数；按抽中次序就座，业主领导不超过三分之一"), least=1)

    def prepare(self) -> None:
        """Offer the least number."""
        self.initial["members"] = int(figure("works.award.members_min", self.day))


class DecideForm(WorksForm):
    """Step decide: the result of the ballots. Filled in by the meeting secretary, who has no vote."""

    reason = prose(_("定标结果说明"), _("结果由选票计算，不能填写；写明会议情况"))
    video_sha256 = line(
        _("录像摘要"), _("定标会音像文件的 SHA-256，64位十六进制数"), required=False, longest=64
    )

    def clean_video_sha256(self) -> str:
        """Refuse what is no digest."""
        given = str(self.cleaned_data.get("video_sha256") or "").strip().lower()
        if given and not DIGEST.fullmatch(given):
            raise forms.ValidationError(_("摘要应为64位十六进制数"))
        return given


class ConfirmForm(WorksForm):
    """Step confirm: the leader confirms the result. Filled in by the leader in charge."""

    is_lawful = ticked(_("定标程序合法，结果与记录一致"))
    opinion = prose(_("意见"), _("写明同意的理由，例如“同意定标结果”"))


class NoticeForm(WorksForm):
    """Step notice: the award notice that went out, its publicity and the report to the regulator."""

    past_days: ClassVar[tuple[str, ...]] = ("notice_on", "reported_on")
    notice_no = line(_("中标通知书号"), _("不招标的填写成交通知书号"), longest=80)
    notice_on = day_field(_("发出日"), _("三十日内须签订合同"))
    reported_on = day_field(_("书面报告日"), _("自确定中标人之日起十五日内向监管部门报告"), required=False)
    outlets = RowsField(
        cells(
            medium=coded(_("媒介"), "medium"),
            address=line(_("网址或地点"), required=False, longest=300),
        ),
        label=_("中标公告媒介"),
        help_text=_("不填写的在本平台公告"),
    )
