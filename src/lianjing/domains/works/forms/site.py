"""Forms F12 and F5: the monthly progress report and the change order, from the site to the owner."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    PlatformContractField,
    WorksForm,
    box,
    cells,
    coded,
    day_field,
    line,
    money,
    opinion,
    percent,
    prose,
    whole,
)
from lianjing.domains.works.models import ChangeItem, ChangeOrder, ProgressReport
from lianjing.domains.works.rules.project import in_order
from lianjing.runtime.process.forms import RowsField


class ProgressForm(WorksForm):
    """Step report: where the works stand at the end of the month. Filled in by the contractor's manager."""

    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    period_on = day_field(_("所属月"), _("填当月任意一日，保存为当月1日"))
    reported_ratio = percent(_("累计形象进度（%）"), _("自开工累计，例如 42.5；低于上期须写明原因"))
    worker_count = whole(_("在场人数"), required=False)
    problems = prose(_("质量安全和其他问题"), _("没有问题可不填"), required=False)
    measures = prose(_("纠偏措施"), _("落后计划较多时填写"), required=False)

    def prepare(self) -> None:
        """Offer the project's contracts and show the report as it stood before a return."""
        self.offer_contracts()
        found = ProgressReport.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update(
                contract=found.contract_id,
                period_on=found.period_on,
                reported_ratio=found.reported_ratio,
                worker_count=found.worker_count,
                problems=found.problems,
                measures=found.measures,
            )

    def clean_period_on(self) -> date:
        """Take the first day of the month; refuse a month that has not begun."""
        given: date = self.cleaned_data["period_on"]
        if given.replace(day=1) > self.day:
            self.add_error("period_on", _("所属月尚未开始"))
        return given.replace(day=1)


class VerifyProgressForm(WorksForm):
    """Step verify: the supervision firm's own figures. The value is cumulative, from the start of the works."""

    verified_ratio = percent(_("核定累计进度（%）"), _("不得高于上报进度"))
    completed_value = money(_("核定累计产值（元）"), _("自开工累计的合格工程量价款，不是本月数"))
    opinion = opinion(required=False)

    def prepare(self) -> None:
        """Show what was verified before a return."""
        found = ProgressReport.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update(verified_ratio=found.verified_ratio, completed_value=found.completed_value)


class ChangeForm(WorksForm):
    """Step propose: what is to be changed and why, before any of it is built. Filled in by the contractor's manager."""

    past_days: ClassVar[tuple[str, ...]] = ("proposed_on",)
    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    code = line(_("变更编号"), _("例如 BG-2025-007"), longest=40)
    cause = coded(_("变更原因"), "change_cause")
    responsible = coded(_("责任方"), "change_responsible", help_text=_("造成变更的一方；过错方承担费用"))
    part = line(_("变更部位"), _("例如 K0+420–K0+510"))
    before_text = prose(_("原方案"))
    after_text = prose(_("变更方案"))
    days_effect = whole(_("工期影响（日）"), _("缩短填负数"), required=False, least=None)
    proposed_on = day_field(_("提出日"))
    is_started = box(_("是否已施工"), _("已施工的不能按普通变更办理"))

    def prepare(self) -> None:
        """Offer the project's contracts and show the proposal as it stood before a return."""
        self.offer_contracts()
        found = ChangeOrder.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update({name: getattr(found, name) for name in self.fields if name != "contract"})
            self.initial["contract"] = found.contract_id


class PriceChangeForm(WorksForm):
    """Step price: the bill items; amount, cumulative sum and class are computed. Filled in by the cost officer."""

    items = RowsField(
        cells(
            item_code=line(_("清单编码"), longest=40),
            name=line(_("名称"), longest=80),
            quantity_delta=forms.DecimalField(label=_("工程量增减"), max_digits=14, decimal_places=4),
            unit_price=money(_("单价（元）")),
        ),
        label=_("变更清单"),
        help_text=_("每项一行，减少的工程量填负数；金额=增减量×单价"),
        min_rows=1,
    )
    scope_changed = box(_("改变建设地点、规模、内容或标准"), _("属于的须报原审批机关"))
    opinion = opinion(required=False)

    def prepare(self) -> None:
        """Show the items as they stood before a return."""
        found = ChangeItem.objects.filter(change_order_id=self.matter.pk).order_by("id")
        self.initial["items"] = [
            {
                "item_code": i.item_code,
                "name": i.name,
                "quantity_delta": i.quantity_delta.normalize(),
                "unit_price": i.unit_price,
            }
            for i in found
        ]


class JointOpinionForm(WorksForm):
    """One department's written opinion in a joint review; the others do not see it until all are in."""

    result = coded(_("结论"), "opinion_result", help_text=_("不同意的，须经集体决策或退回"))
    opinion = opinion()

    def clean(self) -> dict[str, Any]:
        """Warn that a dissent stops the matter until a meeting decides."""
        cleaned = super().clean()
        if cleaned.get("result") == "disagree":
            self.warn(_("不同意的意见将阻止后续办理，直到集体决策通过或退回"))
        return cleaned


class ChangeOrderForm(WorksForm):
    """Step order: the order to the contractor. Filled in by the site officer."""

    work_started_on = day_field(_("实施日"), _("不得早于批准日"))
    opinion = opinion(required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a start before the approval."""
        cleaned = super().clean()
        found = ChangeOrder.objects.filter(pk=self.matter.pk).first()
        if found is not None and not in_order(found.approved_on, cleaned.get("work_started_on")):
            self.add_error("work_started_on", _("实施日不得早于批准日"))
        return cleaned
