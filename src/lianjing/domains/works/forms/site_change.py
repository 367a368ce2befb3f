"""Form F5: the change order, from its proposal to the order."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    OpinionForm,
    PlatformContractField,
    WorksForm,
    box,
    cells,
    coded,
    day_field,
    line,
    money,
    opinion,
    prose,
    whole,
)
from lianjing.domains.works.forms.shown import moment, offer_photos, photos_field
from lianjing.domains.works.models import ChangeItem, ChangeOrder
from lianjing.domains.works.rules.project import in_order
from lianjing.runtime.process.forms import RowsField


class ChangeForm(WorksForm):
    """Step propose: what is to be changed and why, before any of it is built. Filled in by the contractor's manager."""

    past_days: ClassVar[tuple[str, ...]] = ("proposed_on",)
    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    code = line(_("变更编号"), _("例如 BG-2025-007"), longest=40)
    proposer = coded(_("提出方"), "change_proposer", help_text=_("最先提出变更的一方"))
    cause = coded(_("变更原因"), "change_cause")
    responsible = coded(
        _("责任方"), "change_responsible", help_text=_("造成变更的一方；施工单位造成的不增加合同价")
    )
    part = line(_("变更部位"), _("例如 K0+420–K0+510；同一部位同一原因的变更合并定级"))
    before_text = prose(_("原方案"))
    after_text = prose(_("变更方案"))
    days_effect = whole(_("工期影响（日）"), _("缩短填负数"), required=False, least=None)
    proposed_on = day_field(_("提出日"))
    is_started = box(_("是否已施工"), _("已施工的不能按普通变更办理"))
    is_emergency = box(_("应急变更"), _("有险情须立即处置的；经口头同意可先施工，限时补齐资料"))
    danger_at = moment(_("险情时间"), _("应急变更填写"), required=False)
    danger_text = prose(_("险情"), _("应急变更填写"), required=False)
    photos = photos_field()

    def prepare(self) -> None:
        """Offer the project's contracts and show the proposal as it stood before a return."""
        self.offer_contracts()
        offer_photos(self, self.matter.pk)
        found = ChangeOrder.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            left_out = ("contract", "photos")
            self.initial.update({name: getattr(found, name) for name in self.fields if name not in left_out})
            self.initial["contract"] = found.contract_id

    def clean(self) -> dict[str, Any]:
        """Ask for the danger where the change is an emergency."""
        cleaned = super().clean()
        if cleaned.get("is_emergency"):
            if not cleaned.get("danger_at"):
                self.add_error("danger_at", _("应急变更须写明险情时间"))
            if not self.text_of("danger_text").strip():
                self.add_error("danger_text", _("应急变更须写明险情"))
        return cleaned


class ConsentForm(WorksForm):
    """Step consent: the oral consent to an emergency, logged by him who gave it, the project lead."""

    oral_consent_at = moment(_("口头同意时间"), _("须在二十四小时内登记，超过的作补录显示"))
    opinion = opinion()

    def prepare(self) -> None:
        """Remind of the danger as it was reported."""
        found = ChangeOrder.objects.filter(pk=self.matter.pk).first()
        if found is not None and found.danger_text:
            self.warn(_("险情：%(text)s") % {"text": found.danger_text})


class EmergencyPapersForm(WorksForm):
    """Step papers: photographs and what was done, within seven days. Filled in by the contractor's manager."""

    past_days: ClassVar[tuple[str, ...]] = ("work_started_on",)
    after_text = prose(_("处置方案和完成情况"))
    work_started_on = day_field(_("实施日"), _("尚未施工的不填"), required=False)
    photos = photos_field()

    def prepare(self) -> None:
        """Offer the photographs that still lack time and place."""
        offer_photos(self, self.matter.pk)
        found = ChangeOrder.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial["after_text"] = found.after_text
            if found.papers_due_on is not None and found.papers_due_on < self.day:
                self.warn(_("补件已逾期，到期日为%(day)s") % {"day": found.papers_due_on})


class DrawingForm(OpinionForm):
    """Step drawing: the designer's change notice. Filled in by the design lead."""

    drawing_no = line(_("设计变更单号"), _("例如“设变-2025-004”"), longest=60)

    def prepare(self) -> None:
        """Put the number first."""
        self.order_fields(["drawing_no", "opinion"])


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

    work_started_on = day_field(_("实施日"), _("不得早于批准日；应急变更已施工的以补件所填为准"))
    opinion = opinion(required=False)

    def prepare(self) -> None:
        """Propose the day on which an emergency was worked on."""
        found = ChangeOrder.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial["work_started_on"] = found.work_started_on

    def clean(self) -> dict[str, Any]:
        """Refuse a start before the approval, emergencies aside."""
        cleaned = super().clean()
        found = ChangeOrder.objects.filter(pk=self.matter.pk).first()
        if found is None or found.is_emergency:
            return cleaned
        if not in_order(found.approved_on, cleaned.get("work_started_on")):
            self.add_error("work_started_on", _("实施日不得早于批准日"))
        return cleaned
