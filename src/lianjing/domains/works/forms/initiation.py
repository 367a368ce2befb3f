"""Forms of proposal, feasibility, design, detailed budget and adjustment (F1, F2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    WorksForm,
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
from lianjing.domains.works.models import Project, Study
from lianjing.domains.works.queries.approvals import approver_of
from lianjing.domains.works.rules.project import is_project_code, total
from lianjing.runtime import codes
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.forms import RowsField

AUTHORITY_HELP = _("例如“开发区行政审批局”")
CODE_HELP = _("没有可不填，不得猜填")
PARTS = ("works_amount", "equipment_amount", "other_amount", "reserve_amount")


class ApprovalStepForm(WorksForm):
    """A form that shows again what the approval record of the matter already says."""

    def prepare(self) -> None:
        """Show what was entered before a return."""
        found = Permit.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update({name: getattr(found, name) for name in self.fields if hasattr(found, name)})


class ProposalForm(ApprovalStepForm):
    """Step draft of a proposal (WK01). Filled in by the project officer; the project's own data stands in F1."""

    amount = money(_("投资匡算（元）"), _("各项费用的匡算之和，例如 68000000.00"))
    authority = line(_("批复机关"), AUTHORITY_HELP)
    basis = prose(_("建设依据"), _("上级计划、会议或规划的文号"))

    def prepare(self) -> None:
        """Show what was drafted before a return."""
        super().prepare()
        found = Permit.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial["basis"] = found.content_text

    def clean_amount(self) -> Any:
        """Refuse an empty sum."""
        given = self.cleaned_data["amount"]
        if not given:
            self.add_error("amount", _("金额须大于零"))
        return given


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
        """Refuse the same line twice; warn where the lines do not cover the sum asked for."""
        cleaned = super().clean()
        lines = cleaned.get("lines") or []
        if len({(each["code"], each["fiscal_year"]) for each in lines}) < len(lines):
            self.add_error("lines", _("同一年度的指标号不得重复"))
        permit = Permit.objects.filter(pk=self.matter.pk).first()
        asked = permit.amount if permit is not None else None
        if lines and asked and total(each["amount"] for each in lines) < asked:
            self.warn(_("预算指标合计小于报批金额"))
        return cleaned


class FilingForm(ApprovalStepForm):
    """Step filing: the national project code and the authority's acceptance number."""

    past_days: ClassVar[tuple[str, ...]] = ("applied_on",)
    project_code = line(_("项目代码"), _("国家投资项目代码24位，例如 2401-990101-04-01-318462"), longest=24)
    authority = line(_("批复机关"), AUTHORITY_HELP, required=False)
    acceptance_no = line(_("受理号"), _("在线平台回执上的受理编号"), longest=80)
    applied_on = day_field(_("报批日期"), _("申请文件送达之日，不得晚于今日"))

    def prepare(self) -> None:
        """Show the code that the project already has."""
        super().prepare()
        project = Project.objects.filter(pk=self.matter.root_id).first()
        if project is not None:
            self.initial["project_code"] = project.project_code

    def clean_project_code(self) -> str:
        """Refuse a code of another form; warn of one that another project bears."""
        given = self.text_of("project_code").strip().upper()
        if given and not is_project_code(given):
            self.add_error("project_code", _("项目代码格式应为 YYMM-RRRRRR-DD-TT-NNNNNC"))
        if Project.objects.filter(project_code=given).exclude(pk=self.matter.root_id).exists():
            self.warn(_("另有项目使用此项目代码，请核对"))
        return given


class RegisterApprovalForm(ApprovalStepForm):
    """Step register: the approval as the paper says."""

    past_days: ClassVar[tuple[str, ...]] = ("issued_on",)
    permit_no = line(_("批复文号"), _("例如“澜经审〔2025〕17号”"), longest=80)
    issued_on = day_field(_("批复日期"), _("不得晚于今日"))
    amount = money(_("批准金额（元）"), _("批复文件所列总额；不得高于报批金额"))
    content_text = prose(_("批准内容"), _("批准的地点、规模、标准和年限"), required=False)

    def clean_amount(self) -> Any:
        """Refuse an empty sum."""
        given = self.cleaned_data["amount"]
        if not given:
            self.add_error("amount", _("金额须大于零"))
        return given


class ConfirmApprovalForm(WorksForm):
    """Step confirm: a second person compares the registration with the paper."""

    is_same = ticked(_("登记内容与批复原件一致"), _("逐项核对文号、日期和金额；不一致的请退回登记"))


class CommissionForm(ApprovalStepForm):
    """Step commission: who compiles the study or makes the design, how chosen, at what price."""

    firm_name = line(_("编制或设计单位"), _("合同相对人全称"), longest=120)
    credit_code = line(_("统一社会信用代码"), CODE_HELP, required=False, longest=18)
    method = coded(_("采购方式"), "tender_method")
    price = money(_("合同价（元）"), _("委托合同的价款"))
    contract_no = line(_("采购文件或合同编号"), _("例如“澜经采〔2025〕8号”"), longest=80)
    authority = line(_("批复机关"), AUTHORITY_HELP)

    def prepare(self) -> None:
        """Show what was entered before a return."""
        super().prepare()
        study = Study.objects.filter(pk=self.matter.pk).select_related("compiler_enterprise").first()
        if study is not None and study.compiler_enterprise is not None:
            self.initial["firm_name"] = study.compiler_enterprise.name
            self.initial["credit_code"] = study.compiler_enterprise.credit_code


class PreconditionsForm(WorksForm):
    """Step preconditions: each paper that must come before the approval, or why it is not needed (WK02-2)."""

    rows = RowsField(
        cells(
            kind=coded(_("要件"), "precondition"),
            number=line(_("文号"), required=False, longest=80),
            reason=line(_("不需办理的理由"), required=False, longest=200),
        ),
        label=_("前置要件"),
        help_text=_("用地预审与选址、稳评、节能审查、招标方案逐项填写文号，或者写明不需办理的理由"),
        min_rows=1,
    )
    opinion = opinion(required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a list that leaves one out, names it twice, or says neither number nor reason."""
        cleaned = super().clean()
        rows = cleaned.get("rows")
        if rows is None:
            return cleaned
        kinds = [row["kind"] for row in rows]
        missing = [label for code, label in codes.choices("precondition") if code not in kinds]
        if missing:
            self.add_error("rows", _("缺少：%(names)s") % {"names": "、".join(missing)})
        if len(set(kinds)) < len(kinds):
            self.add_error("rows", _("同一要件不得重复填写"))
        if any(not row["number"].strip() and not row["reason"].strip() for row in rows):
            self.add_error("rows", _("每项须填写文号或者不需办理的理由"))
        return cleaned


class CostItemsForm(WorksForm):
    """Form F2: the cost of a study or design by items, and who compiled it. Filled in by officer or cost post."""

    compiler_name = line(_("编制人"), _("签章的造价或咨询工程师"), longest=40)
    compiler_no = line(_("证号"), _("注册证书编号"), required=False, longest=60)
    works_amount = money(_("建安费（元）"))
    equipment_amount = money(_("设备费（元）"), required=False)
    other_amount = money(_("其他费用（元）"), _("征地、勘察设计、监理、管理等费用"), required=False)
    reserve_amount = money(_("预备费（元）"), required=False)
    total = money(_("合计（元）"), _("须等于各项之和"))
    base_period = line(_("计价依据和基准期"), _("例如“2025年8月信息价”"), longest=80)
    scale = prose(_("建设规模和标准"), _("例如“道路长1.82 km，宽36 m，城市次干路”"), required=False)

    def prepare(self) -> None:
        """Show what was entered before a return."""
        study = Study.objects.filter(pk=self.matter.pk).first()
        if study is not None:
            self.initial.update({name: getattr(study, name) for name in self.fields})

    def clean(self) -> dict[str, Any]:
        """Refuse items that do not add up; an empty item counts as nought."""
        cleaned = super().clean()
        for name in PARTS:
            cleaned[name] = cleaned.get(name) or Decimal(0)
        if "total" in cleaned and total(cleaned[name] for name in PARTS) != cleaned["total"]:
            self.add_error("total", _("分项之和不等于合计"))
        return cleaned


class ExpertReviewForm(WorksForm):
    """Step review: each expert's opinion and what became of it, and the firm that assessed (WK02-3, WK03-3)."""

    experts = RowsField(
        cells(
            name=line(_("专家"), longest=40),
            employer=line(_("工作单位"), longest=80),
            advice=line(_("意见"), longest=500),
            reply=line(_("采纳情况"), longest=500),
        ),
        label=_("专家意见"),
        help_text=_("人数为单数且不少于规定人数；逐条写明是否采纳及理由"),
        min_rows=1,
    )
    checker_name = line(_("评估或审查单位"), _("不得是编制单位"), longest=120)
    checker_code = line(_("评估单位信用代码"), CODE_HELP, required=False, longest=18)
    opinion = opinion()


class DesignReviewForm(ExpertReviewForm):
    """Step review of a design: the experts, the firm, and what was cut from the budget."""

    cut = money(_("核减（元）"), _("从建安费核减的金额；没有的填0"), required=False)


class DetailedBudgetForm(WorksForm):
    """Detailed budget and control price (WK03-6, WK03-7). Filled in by the cost post."""

    drawing_no = line(_("施工图审查合格书号"), _("没有强制性条文问题"), longest=80)
    firm_name = line(_("编制单位"), _("造价咨询单位全称"), longest=120)
    credit_code = line(_("统一社会信用代码"), CODE_HELP, required=False, longest=18)
    compiler_name = line(_("编制人"), longest=40)
    compiler_no = line(_("证号"), required=False, longest=60)
    detailed = money(_("施工图预算（元）"), _("不得超过批准概算"))
    control_price = money(_("最高投标限价（元）"), _("不得高于预算"))
    base_period = line(_("计价依据和基准期"), _("例如“2025年8月信息价”"), longest=80)

    def prepare(self) -> None:
        """Show what was entered before a return."""
        study = Study.objects.filter(pk=self.matter.pk).select_related("compiler_enterprise").first()
        if study is None:
            return
        self.initial.update(
            drawing_no=study.report_no,
            detailed=study.total,
            control_price=study.works_amount,
            compiler_name=study.compiler_name,
            compiler_no=study.compiler_no,
            base_period=study.base_period,
        )
        if study.compiler_enterprise is not None:
            self.initial["firm_name"] = study.compiler_enterprise.name
            self.initial["credit_code"] = study.compiler_enterprise.credit_code


class CheckBudgetForm(WorksForm):
    """Step check of a detailed budget: by another firm than its maker."""

    checker_name = line(_("审核单位"), _("不得是编制单位"), longest=120)
    checker_code = line(_("审核单位信用代码"), CODE_HELP, required=False, longest=18)
    opinion = opinion()


class AdjustmentForm(ApprovalStepForm):
    """Step draft of an adjustment: the new budget, why, how, and who pays. Filled in by the cost post."""

    amount = money(_("调整后概算（元）"), _("须高于现批准概算"))
    cause = coded(_("调整原因"), "adjustment_cause", help_text=_("政策、价格或者地质条件等原因"))
    plan = prose(_("调整方案"), _("哪些分项增加多少，控制措施"))
    source = prose(_("资金来源"), _("增加部分由何处安排"))
    authority = line(_("原核定机关"), _("平台已登记概算批复的，以登记的机关为准"), required=False)

    def prepare(self) -> None:
        """Show what was drafted before a return."""
        super().prepare()
        found = Permit.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial["cause"] = found.conditions_text


class RegisterAdjustmentForm(RegisterApprovalForm):
    """Step register of an adjustment: the original approver's paper."""

    authority = line(_("批复机关"), _("须是原核定机关"))

    def prepare(self) -> None:
        """Name the original approver."""
        super().prepare()
        if original := approver_of(self.matter.root_id or 0):
            self.initial["authority"] = original
