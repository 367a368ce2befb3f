"""Forms F1 and the stages before the tender: project, initiation and approved budget, permits."""

from __future__ import annotations

from typing import Any, ClassVar

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
from lianjing.domains.works.models import Initiation
from lianjing.domains.works.rules.project import in_order, is_project_code, total
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.forms import RowsField

LEAST_NEED_SIGNS = 100


class ProjectForm(WorksForm):
    """F1 项目登记: what is to be built, where, why and with whose money. Filled in by the project officer."""

    title = line(_("项目名称"), _("地点+内容+“工程”，不超过40字，例如“望汀大道北延工程”"), longest=40)
    project_code = line(
        _("项目代码"),
        _("国家投资项目代码24位，例如 2401-990101-04-01-318462；尚未赋码可不填"),
        required=False,
        longest=24,
    )
    sector = coded(_("行业"), "project_sector", help_text=_("按主要建设内容选择"))
    nature = line(_("建设性质"), _("新建、改建、扩建或维修"), longest=20)
    site = line(_("建设地点"), _("例如“澜汀片区望汀大道以北”"))
    scale = prose(_("建设规模"), _("例如“道路长1.82 km，宽36 m”"))
    total_investment = money(_("总投资（元）"), _("各项资金来源之和，例如 68000000.00"))
    fund_kind = coded(_("资金来源性质"), "fund_kind", help_text=_("有两种以上来源选“混合”"))
    is_state_controlled = box(_("国有资金控股或主导"), _("国有资金占半数以上，或者虽不足半数但实际支配"))
    funding_year = whole(_("资金年度"), _("列入预算的年度，例如 2025"), required=False, least=2000)
    planned_start_on = day_field(_("计划开工"))
    planned_end_on = day_field(_("计划竣工"), _("须晚于计划开工"))
    need = prose(_("必要性"), _("现状、问题、建设理由，不少于100字"), least=LEAST_NEED_SIGNS)

    def clean_project_code(self) -> str:
        """Refuse a code of another form."""
        given = self.text_of("project_code").strip().upper()
        if given and not is_project_code(given):
            self.add_error("project_code", _("项目代码格式应为 YYMM-RRRRRR-DD-TT-NNNNNC"))
        return given

    def clean(self) -> dict[str, Any]:
        """Refuse a finish that is not after the start."""
        cleaned = super().clean()
        start, finish = cleaned.get("planned_start_on"), cleaned.get("planned_end_on")
        if start and finish and start >= finish:
            self.add_error("planned_end_on", _("计划竣工须晚于计划开工"))
        if "total_investment" in cleaned and not cleaned["total_investment"]:
            self.add_error("total_investment", _("总投资须大于零"))
        return cleaned


class InitiationDraftForm(WorksForm):
    """Step draft: the proposal and the budget asked for."""

    requested_budget = money(_("申报概算（元）"), _("初步设计概算总额，含建安、设备、其他和预备费"))
    authority = line(_("批复机关"), _("例如“开发区行政审批局”"))
    basis = prose(_("建设依据"), _("上级计划、会议或规划的文号"))

    def prepare(self) -> None:
        """Show what was drafted before a return."""
        drafted = Initiation.objects.filter(pk=self.matter.pk).first()
        if drafted is not None:
            self.initial.update(requested_budget=drafted.approved_budget, authority=drafted.authority)


class FundsForm(WorksForm):
    """Step funds: the budget lines that the project may draw on. Filled in by the finance reviewer."""

    lines = RowsField(
        cells(
            code=line(_("指标号"), longest=40),
            name=line(_("名称"), longest=80),
            fiscal_year=whole(_("年度"), least=2000),
            fund_kind=coded(_("资金性质"), "fund_kind"),
            amount=money(_("预算数（元）")),
        ),
        label=_("预算指标"),
        help_text=_("项目可以使用的预算指标，逐条填写"),
        min_rows=1,
    )
    opinion = opinion()

    def clean(self) -> dict[str, Any]:
        """Refuse the same line twice; warn where the lines do not cover the budget asked for."""
        cleaned = super().clean()
        lines = cleaned.get("lines") or []
        if len({(each["code"], each["fiscal_year"]) for each in lines}) < len(lines):
            self.add_error("lines", _("同一年度的指标号不得重复"))
        drafted = Initiation.objects.filter(pk=self.matter.pk).first()
        if (
            lines
            and drafted is not None
            and drafted.approved_budget
            and total(each["amount"] for each in lines) < drafted.approved_budget
        ):
            self.warn(_("预算指标合计小于申报概算"))
        return cleaned


class RegisterApprovalForm(WorksForm):
    """Step register: the approval as the paper says."""

    past_days: ClassVar[tuple[str, ...]] = ("issued_on",)
    permit_no = line(_("批复文号"), _("例如“澜经审〔2025〕17号”"), longest=80)
    issued_on = day_field(_("批复日期"), _("不得晚于今日"))
    approved_budget = money(_("批准概算（元）"), _("批复文件所列概算总额，是以后各项金额的上限"))

    def clean_approved_budget(self) -> Any:
        """Refuse an empty budget."""
        given = self.cleaned_data["approved_budget"]
        if not given:
            self.add_error("approved_budget", _("批准概算须大于零"))
        return given


class ConfirmApprovalForm(WorksForm):
    """Step confirm: a second person compares the registration with the paper."""

    is_same = ticked(_("登记内容与批复原件一致"), _("逐项核对文号、日期和金额；不一致的请退回登记"))


class PermitForm(WorksForm):
    """Step register of a permit: the certificate as it was issued. Filled in by the planning officer."""

    past_days: ClassVar[tuple[str, ...]] = ("issued_on", "applied_on")
    kind = coded(
        _("证照种类"),
        "permit_kind",
        "prereview",
        "land_planning",
        "works_planning",
        "construction",
        "feasibility",
        "preliminary_design",
        "verification",
        help_text=_("工程规划许可使“用地落实”成立，施工许可使“可以开工”成立"),
    )
    permit_no = line(_("证号"), _("照证照原文填写"), longest=80)
    applied_on = day_field(_("申请日"), required=False)
    issued_on = day_field(_("核发日"))
    valid_to_on = day_field(_("有效期至"), _("没有期限的不填"), required=False)
    result = coded(_("结论"), "permit_result", "granted", "conditional")
    conditions_text = prose(_("附带条件"), _("附条件核发的，写明条件"), required=False)

    def prepare(self) -> None:
        """Show what was registered before a return."""
        found = Permit.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update({name: getattr(found, name) for name in self.fields})

    def clean(self) -> dict[str, Any]:
        """Refuse days out of order and a condition left empty."""
        cleaned = super().clean()
        if not in_order(cleaned.get("applied_on"), cleaned.get("issued_on"), cleaned.get("valid_to_on")):
            self.add_error("issued_on", _("申请日、核发日、有效期须依次不早于前者"))
        if cleaned.get("result") == "conditional" and not self.text_of("conditions_text").strip():
            self.add_error("conditions_text", _("附条件核发的须写明条件"))
        return cleaned


class VerifyPermitForm(WorksForm):
    """Step verify: another person compares the registration with its source."""

    is_same = ticked(_("与来源一致"), _("对照审批平台或证照原件；不一致的请退回"))
    opinion = opinion(required=False)


__all__ = [
    "ConfirmApprovalForm",
    "FundsForm",
    "InitiationDraftForm",
    "OpinionForm",
    "PermitForm",
    "ProjectForm",
    "RegisterApprovalForm",
    "VerifyPermitForm",
]
