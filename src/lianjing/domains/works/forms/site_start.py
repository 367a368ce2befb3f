"""Form F11: the application to start the works."""

from __future__ import annotations

from typing import Any

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
    opinion,
    ticked,
)
from lianjing.domains.works.forms.contract import WageAccountFields
from lianjing.domains.works.forms.shown import ShownField, ShownRow
from lianjing.domains.works.models import Milestone, WorkStart
from lianjing.domains.works.queries.start import start_view
from lianjing.domains.works.rules.project import in_order
from lianjing.domains.works.rules.site import start_conditions
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.forms import RowsField


class StartForm(WageAccountFields, WorksForm):
    """Step apply: what must be in place before the works start. Filled in by the contractor's manager."""

    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    planned_start_on = day_field(_("计划开工"), _("不得早于施工许可核发日"))
    planned_end_on = day_field(_("计划竣工"))
    staff = RowsField(
        cells(
            post=line(_("岗位"), _("例如项目经理"), longest=40),
            name=line(_("姓名"), longest=40),
            number=line(_("证号"), required=False, longest=40),
        ),
        label=_("管理人员"),
        help_text=_("与投标文件一致；更换的须先经批准"),
        min_rows=1,
        max_rows=40,
    )
    replacement = line(_("更换人员批准文号"), _("人员与投标一致的不填"), required=False, longest=80)
    milestones = RowsField(
        cells(
            kind=coded(_("类型"), "milestone_kind", "start", "foundation", "topping", "completion"),
            title=line(_("名称"), longest=60),
            planned_on=day_field(_("计划日")),
        ),
        label=_("里程碑计划"),
        help_text=_("按施工组织设计的总进度计划填写，例如基础完成、主体封顶、完工"),
        max_rows=20,
    )
    is_ready = box(_("机械、材料已到位"))
    has_bond = box(_("合同约定的担保已提交"), _("合同未约定担保的也须确认"))
    has_real_name = box(_("用工实名制已落实"))

    def prepare(self) -> None:
        """Offer contracts and permits and show the application as it stood before a return."""
        self.offer_contracts()
        permits = Permit.objects.filter(
            project_id=self.matter.root_id, kind="construction", verified_on__isnull=False
        ).order_by("issued_on", "pk")
        self.fields["permit_id"] = forms.TypedChoiceField(
            label=_("施工许可证"),
            help_text=_("已登记并核验的施工许可"),
            coerce=int,
            empty_value=None,
            required=False,
            choices=[("", "—"), *((each.pk, f"{each.permit_no}（{each.issued_on}）") for each in permits)],
        )
        self.order_fields(["contract", "permit_id"])
        last = permits.last()
        self.initial["permit_id"] = last.pk if last else None
        found = WorkStart.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            names = ("planned_start_on", "planned_end_on", "has_real_name", "has_bond", "is_ready")
            self.initial.update({name: getattr(found, name) for name in names})
            self.initial.update(
                contract=found.contract_id, permit_id=found.permit_id, replacement=found.replacement
            )
            rows = Milestone.objects.filter(contract_id=found.contract_id).order_by("planned_on", "id")
            self.initial["milestones"] = [
                {"kind": row.kind, "title": row.title, "planned_on": row.planned_on} for row in rows
            ]

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start, and milestones outside the planned time."""
        cleaned = super().clean()
        start, end = cleaned.get("planned_start_on"), cleaned.get("planned_end_on")
        if not in_order(start, end):
            self.add_error("planned_end_on", _("计划竣工不得早于计划开工"))
        if any(not in_order(start, row["planned_on"]) for row in cleaned.get("milestones") or []):
            self.add_error("milestones", _("里程碑不得早于计划开工"))
        return cleaned


def show_conditions(field: forms.Field, matter_id: int | None, root_id: int | None, day: Any) -> None:
    """Fill the table of conditions: which hold today and which do not."""
    assert isinstance(field, ShownField)
    found = WorkStart.objects.filter(pk=matter_id).first()
    if found is None or root_id is None:
        return
    view = start_view(found, root_id, day)
    rows = [
        ShownRow(
            (condition.text,),
            "good" if condition.is_met else "bad",
            str(_("满足") if condition.is_met else _("不满足")),
        )
        for _rule, condition in start_conditions(view)
    ]
    field.show([_("开工条件"), _("结论")], rows)


class SuperviseStartForm(OpinionForm):
    """Step supervise: the chief supervision engineer's check and his order to start."""

    conditions = ShownField(label=_("开工条件核对"))
    order_no = line(_("开工令号"), _("总监理工程师签发的开工令编号"), longest=60)

    def prepare(self) -> None:
        """Show the conditions above the opinion."""
        show_conditions(self.fields["conditions"], self.matter.pk, self.matter.root_id, self.day)
        self.order_fields(["conditions", "order_no", "opinion"])


class SiteStartForm(OpinionForm):
    """Step site: the owner's site officer compares the application with the site."""

    conditions = ShownField(label=_("开工条件核对"))
    is_seen = ticked(_("已到现场核对人员、机械、材料和实名制"))

    def prepare(self) -> None:
        """Show the conditions above the opinion."""
        show_conditions(self.fields["conditions"], self.matter.pk, self.matter.root_id, self.day)
        self.order_fields(["conditions", "is_seen", "opinion"])


class ApproveStartForm(WorksForm):
    """Step approve: the day on which the works start. Filled in by the project lead."""

    conditions = ShownField(label=_("开工条件核对"))
    start_on = day_field(_("开工日"), _("不得早于施工许可核发日"))
    opinion = opinion()

    def prepare(self) -> None:
        """Show the conditions and propose the planned day."""
        show_conditions(self.fields["conditions"], self.matter.pk, self.matter.root_id, self.day)
        found = WorkStart.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial["start_on"] = found.planned_start_on
