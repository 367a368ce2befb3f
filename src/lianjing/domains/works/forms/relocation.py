"""Form F13: survey of a household by two, publicity, appraisal, agreement, payment and moving out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    OpinionForm,
    WorksForm,
    box,
    cells,
    coded,
    day_field,
    line,
    money,
    opinion,
    prose,
    ticked,
    whole,
)
from lianjing.domains.works.forms.contract import AccountFields
from lianjing.domains.works.models import RelocationHousehold, RelocationItem
from lianjing.domains.works.queries.relocation import budget_lines, household_of
from lianjing.kernel.identity import is_identity_number
from lianjing.runtime.parties.numbers import credit_code_complaint, plain_code
from lianjing.runtime.process.forms import RowsField

OWNER_KINDS = (("person", _("个人")), ("enterprise", _("单位")))


@dataclass(frozen=True, slots=True)
class HiddenNumber:
    """An identity number on its way to the party; whatever prints or stores it sees the mask only."""

    digits: str

    def __str__(self) -> str:
        return f"{self.digits[:1]}***{self.digits[-1:]}" if self.digits else ""

    def __repr__(self) -> str:
        return str(self)


def area(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DecimalField:
    """Return a field for square metres or a quantity."""
    return forms.DecimalField(
        label=label, help_text=help_text, required=required, min_value=0, max_digits=12, decimal_places=2
    )


def priced(label: Any, help_text: Any) -> RowsField:
    """Return a table of compensated items; amounts are computed from quantity and unit price."""
    return RowsField(
        cells(
            kind=coded(_("项目"), "relocation_item_kind"),
            name=line(_("名称"), longest=80),
            area_m2=area(_("面积或数量"), required=False),
            unit_price=money(_("单价（元）")),
        ),
        label=label,
        help_text=help_text,
        min_rows=1,
    )


class SurveyForm(WorksForm):
    """Step survey: the household as found on site. Filled in by the first of two relocation officers."""

    past_days: ClassVar[tuple[str, ...]] = ("surveyed_on",)
    code = line(_("户号"), _("村名加序号，例如“上篁畈-017”"), longest=40)
    village_name = line(_("村"), longest=40)
    owner_kind = forms.ChoiceField(label=_("权利人类型"), choices=OWNER_KINDS)
    owner_name = line(_("户主或单位名称"), _("与权属证书一致"), longest=80)
    id_no = line(_("证件号码"), _("身份证或统一社会信用代码，校验后只保存掩码；公示和打印不显示"), longest=20)
    member_count = whole(_("家庭人口"), required=False)
    plot_no = line(_("地块或房产号"), required=False, longest=60)
    title_no = line(_("权属证号"), required=False, longest=60)
    surveyed_area_m2 = area(_("测绘面积（平方米）"), _("两人共同丈量的合法建筑面积"))
    surveyed_on = day_field(_("调查日"))
    is_staff_or_kin = box(_("干部或亲属户"), _("权利人是工作人员或其亲属的须勾选，公示时标明"))
    has_no_tie = ticked(_("本人与权利人没有亲属或其他利害关系"), _("有利害关系的须申报回避"))

    def prepare(self) -> None:
        """Show the survey as it stood before a return."""
        found = RelocationHousehold.objects.filter(pk=self.matter.pk).first()
        if found is None:
            self.initial.setdefault("surveyed_on", self.day)
            return
        self.initial.update({name: getattr(found, name) for name in self.fields if hasattr(found, name)})
        self.initial["owner_kind"] = "enterprise" if found.owner.startswith("enterprise:") else "person"

    def clean(self) -> dict[str, Any]:
        """Refuse a number that fails its check digit."""
        cleaned = super().clean()
        number = plain_code(self.text_of("id_no"))
        if cleaned.get("owner_kind") == "enterprise":
            complaint = credit_code_complaint(number) if number else ""
            if complaint:
                self.add_error("id_no", complaint)
        elif number and not is_identity_number(number):
            self.add_error("id_no", _("公民身份号码不正确，请核对"))
        cleaned["id_no"] = HiddenNumber(number)
        return cleaned


class SecondForm(WorksForm):
    """Step second: the other officer measures too and confirms. Filled in by the second relocation officer."""

    measured_area_m2 = area(_("测绘面积（平方米）"), _("按本人丈量填写，须与第一人一致"))
    is_same = ticked(_("户主、人口、权属和结构与现场一致"))
    has_no_tie = ticked(_("本人与权利人没有亲属或其他利害关系"))


class PublishForm(WorksForm):
    """Steps publish: the notice on the village board. Filled in by the street officer."""

    to_on = day_field(_("公示截止日"), _("自今日起算，不短于规定天数"))
    address = line(_("公示地点"), _("例如“上篁畈村村务公开栏”"), longest=120)
    contact_text = line(_("异议受理电话"), longest=40)


class ResultForm(WorksForm):
    """Steps after a publicity: it has run its days and nothing is open. Filled in by the street officer."""

    is_posted = ticked(_("公示期间公示在位"))
    opinion = opinion()


class AssignForm(WorksForm):
    """Step assign: the appraiser as drawn. Filled in by the head of relocation; nobody chooses the firm."""

    is_drawn = ticked(_("评估机构以抽取结果为准"))


class AppraiseForm(WorksForm):
    """Step appraise: what each item is worth. Filled in by the drawn appraiser."""

    past_days: ClassVar[tuple[str, ...]] = ("appraised_on",)
    report_no = line(_("评估报告号"), longest=60)
    appraised_on = day_field(_("评估日"))
    items = priced(_("评估项目"), _("逐项填写，包括附属物、搬迁、奖励；金额由数量乘单价计算"))


class AgreeForm(AccountFields, WorksForm):
    """Step agree: the agreement with the owner and his own account. Filled in by the relocation officer."""

    past_days: ClassVar[tuple[str, ...]] = ("agreed_on",)
    agreement_no = line(_("协议号"), longest=60)
    agreed_on = day_field(_("签订日"))
    mode = coded(_("安置方式"), "relocation_mode")
    items = priced(_("补偿项目"), _("名称与评估一致；面积不得超过测绘，金额不得超过评估"))

    def prepare(self) -> None:
        """Begin with the appraised items, or with the agreement before a return."""
        self.fields["holder_name"].help_text = _("须为权利人本人")
        found = RelocationHousehold.objects.filter(pk=self.matter.pk).first()
        if found is None:
            return
        self.initial["holder_name"] = found.owner_name
        for name in ("agreement_no", "agreed_on", "mode"):
            self.initial[name] = getattr(found, name)
        self.initial["items"] = [
            {"kind": row.kind, "name": row.name, "area_m2": row.area_m2, "unit_price": row.unit_price}
            for row in RelocationItem.objects.filter(household=found).order_by("pk")
        ]


class CollectiveForm(WorksForm):
    """Step collective: what the meeting decided, taken from its own record. Filled in by the meeting secretary."""

    opinion = prose(_("决定要点"), _("会议须已有议题、到会、回避、个别意见、表决和结果的记录"))


class MoveOutForm(WorksForm):
    """Step move_out: the house is empty and handed over. Filled in by the relocation officer."""

    past_days: ClassVar[tuple[str, ...]] = ("moved_on",)
    moved_on = day_field(_("腾空日"))
    is_empty = ticked(_("已现场查验腾空"))


class CompensationForm(WorksForm):
    """Step apply of a compensation: sum and payee come from the agreement. Filled in by the relocation officer."""

    past_days: ClassVar[tuple[str, ...]] = ("received_on",)
    received_on = day_field(_("收到日"), _("收到权利人领款资料之日"))
    is_own_account = ticked(_("收款账户为权利人本人账户，已核对证件"))

    def prepare(self) -> None:
        """Offer the relocation lines of the budget."""
        household = household_of(self.matter.parent_id)
        lines = budget_lines(household.project_id) if household else []
        self.fields["budget_line"] = forms.TypedChoiceField(
            label=_("预算指标"),
            coerce=int,
            empty_value=None,
            choices=[
                ("", "—"),
                *((each.pk, f"{each.fiscal_year} {each.code} {each.name}") for each in lines),
            ],
        )
        self.initial.setdefault("received_on", self.day)


__all__ = [
    "AgreeForm",
    "AppraiseForm",
    "AssignForm",
    "CollectiveForm",
    "CompensationForm",
    "MoveOutForm",
    "OpinionForm",
    "PublishForm",
    "ResultForm",
    "SecondForm",
    "SurveyForm",
]
