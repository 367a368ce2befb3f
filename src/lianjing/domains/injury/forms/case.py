"""Registration of an injury, its facts of wage and work, its recognition and assessment."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.injury.forms.fields import (
    HiddenNumber,
    InjuryForm,
    box,
    coded,
    day_field,
    identity_number,
    is_future,
    line,
    money,
    prose,
)
from lianjing.domains.injury.models import Injury, InjuryRecognition
from lianjing.runtime.parties.numbers import credit_code_complaint, plain_code

APPLICANTS = "injury_applicant"
GRADES = [("", "—"), *((str(grade), str(grade)) for grade in range(1, 11))]


class CaseForm(forms.Form):
    """Registration: who was injured, where he works, when and where. Filled in at the counter."""

    worker_name = line(_("职工姓名"), longest=80)
    id_no = line(_("公民身份号码"), _("校验后只保存掩码"), required=False, longest=20)
    employer_name = line(_("用人单位"), longest=200)
    credit_code = line(_("统一社会信用代码"), longest=24)
    injured_on = day_field(_("受伤日"))
    place = line(_("事故地点"), longest=200)
    injury_part = coded(_("受伤部位"), "injury_part")
    hospital_name = line(_("医院"), required=False, longest=200)
    is_insured = box(_("受伤当日已参加工伤保险"))
    insured_from_on = day_field(_("参保起"), required=False)

    def __init__(self, data: Any = None, *, day: Any = None, **options: Any) -> None:
        self.day = day
        super().__init__(data, **options)

    def clean_id_no(self) -> HiddenNumber:
        """Refuse a number that fails its check sign."""
        return identity_number(self, "id_no")

    def clean_credit_code(self) -> str:
        """Refuse a code that fails its check signs."""
        code = plain_code(self.cleaned_data["credit_code"])
        if complaint := credit_code_complaint(code):
            self.add_error("credit_code", complaint)
        return code

    def clean(self) -> dict[str, Any]:
        """Refuse an injury of tomorrow, and insurance without its first day."""
        cleaned = super().clean() or self.cleaned_data
        if is_future(cleaned.get("injured_on"), self.day):
            self.add_error("injured_on", _("日期不得晚于今日"))
        if cleaned.get("is_insured") and not cleaned.get("insured_from_on"):
            self.add_error("insured_from_on", _("请填写参保起始日"))
        return cleaned


class FactsForm(forms.Form):
    """The facts on which sums rest: wage, retirement, leaving, death. Filled in by the benefit assessor."""

    own_wage = money(_("本人工资（元/月）"), _("受伤前十二个月平均月缴费工资"), required=False)
    retires_on = day_field(_("法定退休日"), required=False)
    left_on = day_field(_("劳动关系终止日"), required=False)
    died_on = day_field(_("死亡日"), required=False)


class ApplyForm(InjuryForm):
    """Step apply: who asks for recognition, and what happened. Filled in at the counter."""

    past_days: ClassVar[tuple[str, ...]] = ("applied_on",)
    applicant = coded(_("申请人"), APPLICANTS, help_text=_("用人单位、职工、近亲属或者工会"))
    applicant_name = line(_("申请人姓名或者单位名称"), longest=80)
    applied_on = day_field(_("申请日"))
    course_text = prose(_("事故经过"), _("时间、地点、原因、伤情和劳动关系"))

    def prepare(self) -> None:
        """Show the application as it stood before a return."""
        self.initial.setdefault("applied_on", self.day)
        found = InjuryRecognition.objects.select_related("injury").filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial["applicant"], self.initial["applied_on"] = (
                found.injury.applicant,
                found.injury.applied_on,
            )
            self.initial["applicant_name"] = found.applicant_name
            self.initial["course_text"] = found.course_text


class AcceptForm(InjuryForm):
    """Step accept: the application is complete; the term follows from whether the facts are clear."""

    is_complete = box(_("材料齐全，予以受理"), _("不齐全的退回，一次告知需要补正的全部材料"), required=True)
    is_clear = box(_("事实清楚、权利义务明确"), _("勾选的适用短期限"))


class InvestigateForm(InjuryForm):
    """Steps investigate and second: what was found. Filled in by each of two investigators."""

    finding_text = prose(_("调查情况"), _("走访对象、证据和核实的事实"))
    has_no_tie = box(_("本人与当事人没有利害关系"), _("有利害关系的须申报回避"), required=True)


class DecideForm(InjuryForm):
    """Step decide: injury, deemed, or refused, with the clause that says so."""

    decision = coded(_("认定结论"), "injury_decision", "injury", "deemed", "refused")
    decision_no = line(_("决定书号"), _("例如“澜经工认〔2025〕12号”"), longest=60)
    reason_text = prose(_("认定理由"))


class ServeForm(InjuryForm):
    """Steps serve: the paper reached the worker and the employer."""

    past_days: ClassVar[tuple[str, ...]] = ("served_on",)
    served_on = day_field(_("送达日"), _("送达回证上的日期，双方不同的填较晚日"))


class AssessmentForm(InjuryForm):
    """Step apply of an assessment; a second one names the first. Filled in by the assessment secretary."""

    past_days: ClassVar[tuple[str, ...]] = ("applied_on",)
    applied_on = day_field(_("申请日"))
    expert_count = forms.TypedChoiceField(label=_("专家人数"), coerce=int, choices=[("3", "3"), ("5", "5")])
    is_again = box(_("再次鉴定"), _("对上一次结论不服的"))

    def prepare(self) -> None:
        """Offer today."""
        self.initial.setdefault("applied_on", self.day)


class ExpertsForm(InjuryForm):
    """Step experts: the panel as drawn; nobody names a member. Filled in by the assessment secretary."""

    is_drawn = box(_("专家以抽取结果为准"), required=True)
    is_extended = box(_("伤情复杂，延长鉴定期限"))


class ConcludeForm(InjuryForm):
    """Step conclude: grade and need of care as the experts wrote them."""

    past_days: ClassVar[tuple[str, ...]] = ("concluded_on",)
    grade = forms.TypedChoiceField(
        label=_("伤残等级"), coerce=int, empty_value=None, required=False, choices=GRADES
    )
    care_level = coded(_("护理等级"), "care_level", required=False)
    conclusion_no = line(_("结论书号"), longest=60)
    concluded_on = day_field(_("结论日"))

    def prepare(self) -> None:
        """Offer today."""
        self.initial.setdefault("concluded_on", self.day)


def facts_of(injury: Injury) -> dict[str, Any]:
    """Return the facts as the form shows them."""
    return {name: getattr(injury, name) for name in FactsForm.base_fields}


__all__ = [
    "AcceptForm",
    "ApplyForm",
    "AssessmentForm",
    "CaseForm",
    "ConcludeForm",
    "DecideForm",
    "ExpertsForm",
    "FactsForm",
    "InvestigateForm",
    "ServeForm",
    "facts_of",
]
