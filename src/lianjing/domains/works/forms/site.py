"""Form F12: the monthly progress report, from the site over the supervision firm to the owner."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    OpinionForm,
    PlatformContractField,
    WorksForm,
    day_field,
    money,
    opinion,
    percent,
    prose,
    whole,
)
from lianjing.domains.works.forms.shown import offer_photos, photos_field
from lianjing.domains.works.models import Milestone, ProgressReport
from lianjing.domains.works.rules.site import is_behind
from lianjing.runtime.parameter.queries import figure

KEPT = (
    "period_on",
    "reported_ratio",
    "worker_count",
    "wages_due",
    "wages_paid",
    "problems",
    "measures",
)


class ProgressForm(WorksForm):
    """Step report: where the works stand at the end of the month. Filled in by the contractor's manager."""

    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    period_on = day_field(_("所属月"), _("填当月任意一日，保存为当月1日"))
    reported_ratio = percent(_("累计形象进度（%）"), _("自开工累计，例如 42.5；低于上期须写明原因"))
    worker_count = whole(_("在场人数"), required=False)
    wages_due = money(_("本月应付工资（元）"), _("按工资表"), required=False)
    wages_paid = money(_("本月已付工资（元）"), _("已发到工人本人的合计"), required=False)
    photos = photos_field()
    problems = prose(_("质量安全和其他问题"), _("没有问题可不填"), required=False)
    measures = prose(_("纠偏措施"), _("落后计划十个百分点以上的必须填写"), required=False)

    def prepare(self) -> None:
        """Offer the project's contracts and show the report as it stood before a return."""
        self.offer_contracts()
        offer_photos(self, self.matter.pk)
        found = ProgressReport.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update({name: getattr(found, name) for name in KEPT})
            self.initial["contract"] = found.contract_id

    def clean(self) -> dict[str, Any]:
        """Warn where less was paid than is due."""
        cleaned = super().clean()
        if self.sum_of("wages_paid") < self.sum_of("wages_due"):
            self.warn(_("已付工资低于应付工资，请在问题栏说明"))
        return cleaned

    def clean_period_on(self) -> date:
        """Take the first day of the month; refuse a month that has not begun."""
        given: date = self.cleaned_data["period_on"]
        if given.replace(day=1) > self.day:
            self.add_error("period_on", _("所属月尚未开始"))
        return given.replace(day=1)


class VerifyProgressForm(WorksForm):
    """Step verify: the supervision firm's own figures. The value is cumulative, from the start of the works."""

    verified_ratio = percent(_("核定累计进度（%）"), _("不得高于上报进度"))
    completed_value = money(
        _("核定累计产值（元）"), _("自开工累计的合格工程量价款，不是本月数，不得低于上期")
    )
    opinion = opinion(required=False)

    def prepare(self) -> None:
        """Show what was verified before a return, and warn where the works lag."""
        found = ProgressReport.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update(verified_ratio=found.verified_ratio, completed_value=found.completed_value)
            warn_of_lag(self, found)


class ConfirmProgressForm(OpinionForm):
    """Step confirm: the owner's word on the month; milestones met in it get their day. Filled in by the site officer."""

    def prepare(self) -> None:
        """Offer a day for each milestone that still waits."""
        waiting = Milestone.objects.filter(project_id=self.matter.root_id, met_on__isnull=True)
        for row in waiting.order_by("planned_on", "id"):
            words = {"title": row.title, "day": row.planned_on}
            self.fields[f"met_{row.pk}"] = day_field(
                _now("里程碑“%(title)s”完成日") % words,
                _now("计划 %(day)s；尚未完成的不填") % words,
                required=False,
            )
        found = ProgressReport.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            warn_of_lag(self, found)

    def clean(self) -> dict[str, Any]:
        """Gather the days of milestones by their number."""
        cleaned = super().clean()
        met = {
            name.removeprefix("met_"): value
            for name, value in cleaned.items()
            if name.startswith("met_") and value is not None
        }
        for name, value in met.items():
            if value > self.day:
                self.add_error(f"met_{name}", _("日期不得晚于今日"))
        cleaned["met"] = met
        return cleaned


def warn_of_lag(form: WorksForm, report: ProgressReport) -> None:
    """Warn where the reported progress lags behind its plan."""
    if report.reported_ratio is None or report.planned_ratio is None:
        return
    points = figure("works.progress.deviation_percent_points", form.day)
    if is_behind(report.reported_ratio, report.planned_ratio, points=points):
        form.warn(
            _("落后计划%(points)s个百分点；纠偏措施：%(measures)s")
            % {
                "points": f"{(report.planned_ratio - report.reported_ratio) * 100:.1f}",
                "measures": report.measures,
            }
        )
