"""Subcontracts, wages and checks of the site."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

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
from lianjing.domains.works.forms.shown import ShownField, ShownRow, moment, offer_photos, photos_field
from lianjing.domains.works.models import Inspection, Subcontract, WagePayment
from lianjing.runtime.process.forms import RowsField
from lianjing.runtime.undertaking.models import Undertaking


class SubcontractForm(WorksForm):
    """Step apply: to whom which part is given. Filled in by the contractor's manager."""

    past_days: ClassVar[tuple[str, ...]] = ("signed_on",)
    contract = PlatformContractField(label=_("总包合同"), help_text=_("只能选择平台上履行中的合同"))
    name = line(_("分包人"), longest=80)
    credit_code = line(_("统一社会信用代码"), longest=18)
    scope_text = prose(_("分包内容"), _("例如“K0+000–K0+600 绿化工程”"))
    amount = money(_("分包额（元）"), _("各分包合计不得超过总包合同价"))
    is_main_structure = box(_("属于主体结构"), _("主体结构不得分包"))
    signed_on = day_field(_("签订日"), required=False)

    def prepare(self) -> None:
        """Offer the contracts and show the report as it stood before a return."""
        self.offer_contracts()
        found = Subcontract.objects.select_related("enterprise").filter(pk=self.matter.pk).first()
        if found is not None:
            names = ("scope_text", "amount", "is_main_structure", "signed_on")
            self.initial.update({name: getattr(found, name) for name in names})
            self.initial["contract"] = found.contract_id
            if found.enterprise is not None:
                self.initial.update(name=found.enterprise.name, credit_code=found.enterprise.credit_code)


class WageForm(WorksForm):
    """Step declare: the labour share of a month. Filled in by the contractor's manager."""

    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    period_on = day_field(_("所属月"), _("填当月任意一日，保存为当月1日"))
    due = money(_("应拨人工费（元）"), _("按工资表；低于合同约定比例的按约定比例计"))
    worker_count = whole(_("发放人数"))
    note = prose(_("说明"), required=False)

    def prepare(self) -> None:
        """Offer the contracts and show the declaration as it stood before a return."""
        self.offer_contracts()
        found = WagePayment.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            names = ("period_on", "due", "worker_count", "note")
            self.initial.update({name: getattr(found, name) for name in names})
            self.initial["contract"] = found.contract_id

    def clean_period_on(self) -> date:
        """Take the first day of the month; refuse a month that has not begun."""
        given: date = self.cleaned_data["period_on"]
        if given.replace(day=1) > self.day:
            self.add_error("period_on", _("所属月尚未开始"))
        return given.replace(day=1)


class WageCheckForm(WorksForm):
    """Step check: the list of workers against the site. Filled in by the site officer."""

    dispute = prose(_("工程争议"), _("数量、质量、造价有争议的写明；争议不影响人工费拨付"), required=False)
    opinion = opinion()


class WagePayForm(WorksForm):
    """Step pay: what went into the wage account. Filled in by the payment maker."""

    past_days: ClassVar[tuple[str, ...]] = ("paid_on",)
    paid = money(_("实拨（元）"), _("不得低于应拨人工费"))
    paid_on = day_field(_("拨付日"), _("以银行回单为准"))

    def prepare(self) -> None:
        """Show what is due, and warn where its day has passed."""
        found = WagePayment.objects.select_related("wage_account").filter(pk=self.matter.pk).first()
        if found is None:
            return
        self.initial["paid"] = found.due
        if found.wage_account is not None:
            self.fields["paid"].help_text = _("拨入工资专户 %(account)s，不得低于应拨人工费") % {
                "account": found.wage_account.account_no_masked
            }
        if found.due_on is not None and found.due_on < self.day:
            self.warn(_("已超过应拨日%(day)s，将标为逾期") % {"day": found.due_on})


class InspectionForm(WorksForm):
    """Step inspect: what two inspectors saw. Filled in by the quality and safety officer."""

    contract = PlatformContractField(label=_("合同"), help_text=_("被检查的合同"))
    kind = coded(_("检查类型"), "inspection_kind", "quality", "safety", "site")
    started_at = moment(_("检查时间"))
    site = line(_("部位"), longest=120)
    latitude = forms.DecimalField(
        label=_("纬度"), min_value=-90, max_value=90, max_digits=9, decimal_places=6, required=False
    )
    longitude = forms.DecimalField(
        label=_("经度"), min_value=-180, max_value=180, max_digits=9, decimal_places=6, required=False
    )
    summary = prose(_("现场情况"))
    result = coded(_("结论"), "inspection_result", "no_problem", "problems")
    findings = RowsField(
        cells(what=line(_("问题"), longest=400), due_on=day_field(_("整改期限"))),
        label=_("发现的问题"),
        help_text=_("每个问题一行，逐条限期整改"),
        max_rows=40,
    )
    photos = photos_field()

    def prepare(self) -> None:
        """Offer contracts and photographs and show the check as it stood before a return."""
        self.offer_contracts()
        offer_photos(self, self.matter.pk)
        found = Inspection.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            names = ("kind", "started_at", "site", "latitude", "longitude", "summary", "result")
            self.initial.update({name: getattr(found, name) for name in names})
            self.initial["findings"] = [
                {"what": row.what, "due_on": row.due_on} for row in findings_of(self.matter.pk)
            ]


def findings_of(matter_id: int | None) -> list[Undertaking]:
    """Return what the findings of a check owe, in their order."""
    if matter_id is None:
        return []
    return list(Undertaking.objects.filter(matter_id=matter_id, source_kind="hazard").order_by("id"))


def show_findings(field: forms.Field, matter_id: int | None) -> None:
    """Fill the table of findings."""
    assert isinstance(field, ShownField)
    field.show(
        [_("问题"), _("整改期限"), _("状态")],
        [
            ShownRow(
                (row.what, f"{row.due_on:%Y-%m-%d}"),
                "good" if row.closed_on else "warn",
                str(_("已销号") if row.closed_on else _("待整改")),
            )
            for row in findings_of(matter_id)
        ],
    )


class SecondInspectorForm(OpinionForm):
    """Step second: the other inspector signs what both saw."""

    findings = ShownField(label=_("发现的问题"))

    def prepare(self) -> None:
        """Show the findings."""
        show_findings(self.fields["findings"], self.matter.pk)
        self.order_fields(["findings", "opinion"])


class RectifyForm(WorksForm):
    """Step rectify: what was done about each finding. Filled in by the contractor's manager."""

    findings = ShownField(label=_("发现的问题"))
    photos = photos_field()
    report = prose(_("整改情况"), _("逐条写明；至少一张整改后照片"))

    def prepare(self) -> None:
        """Show the findings and offer the photographs."""
        show_findings(self.fields["findings"], self.matter.pk)
        offer_photos(self, self.matter.pk)


class RecheckForm(OpinionForm):
    """Step recheck: somebody who did not find them looks at the findings again."""

    findings = ShownField(label=_("发现的问题"))

    def prepare(self) -> None:
        """Show the findings."""
        show_findings(self.fields["findings"], self.matter.pk)
        self.order_fields(["findings", "opinion"])
