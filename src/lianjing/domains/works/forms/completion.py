"""Forms F7 and WK19: the acceptance of the works, from the contractor's application to the filing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    PlatformContractField,
    WorksForm,
    cells,
    coded,
    day_field,
    line,
    money,
    opinion,
    percent,
    prose,
    ticked,
    whole,
)
from lianjing.domains.works.models import Acceptance, AcceptanceCheck
from lianjing.domains.works.rules.completion import CHECKS, ROLES, delay
from lianjing.domains.works.rules.project import in_order
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.forms import RowsField

YES_NO = (("", "—"), ("yes", _("是")), ("no", _("否")))


class AcceptanceForm(WorksForm):
    """Step apply: the works are done, what was tested, what is left. Filled in by the contractor's manager."""

    past_days: ClassVar[tuple[str, ...]] = ("started_on", "completed_on")
    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    is_done = ticked(_("合同约定内容已完成"), _("有未完项的，须列明且不影响使用"))
    started_on = day_field(_("开工日"), _("开工令所载日期"))
    completed_on = day_field(_("竣工日"), _("自检合格、提交验收申请之日"))
    self_assessment = prose(_("质量自评"), _("按单位工程写明自检结论，例如“自检合格，资料齐全”"))
    left_text = prose(_("未完项"), _("逐项写明内容、原因和完成日期；没有可不填"), required=False)
    tests = RowsField(
        cells(
            name=line(_("检测项目"), longest=80),
            report_no=line(_("报告编号"), longest=60),
            conclusion=line(_("结论"), longest=40),
        ),
        label=_("检测报告"),
        help_text=_("每份一行，例如“路基压实度，JC-2025-081，合格”"),
        min_rows=1,
    )

    def prepare(self) -> None:
        """Offer the project's contracts and show the application as it stood before a return."""
        self.offer_contracts()
        found = Acceptance.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            names = ("started_on", "completed_on", "self_assessment", "left_text")
            self.initial.update({name: getattr(found, name) for name in names})
            self.initial["contract"] = found.contract_id

    def clean(self) -> dict[str, Any]:
        """Refuse a completion before the start."""
        cleaned = super().clean()
        if not in_order(cleaned.get("started_on"), cleaned.get("completed_on")):
            self.add_error("completed_on", _("竣工日不得早于开工日"))
        return cleaned


class PrecheckForm(WorksForm):
    """Step precheck: the supervision firm's own check before the meeting. Filled in by the chief engineer."""

    past_days: ClassVar[tuple[str, ...]] = ("prechecked_on",)
    prechecked_on = day_field(_("预验收日"))
    problems = prose(_("问题清单"), _("没有问题填“无”；有问题的应退回整改后再提交"))
    opinion = opinion()


class SpecialChecksForm(WorksForm):
    """Step checks: planning first, then fire, air defence, environment, lightning, archives. By the planning officer."""

    checks = RowsField(
        cells(
            kind=coded(_("专项"), "acceptance_check"),
            doc_no=line(_("文号"), required=False, longest=80),
            issued_on=day_field(_("日期"), required=False),
            reason=line(_("不涉及说明"), required=False, longest=200),
        ),
        label=_("专项核验"),
        help_text=_("六项各一行：有意见的填文号和日期，不涉及的写明理由；规划核实在先"),
        min_rows=1,
    )

    def prepare(self) -> None:
        """Begin with a row for every kind, or show what was entered before a return."""
        rows = AcceptanceCheck.objects.filter(acceptance_id=self.matter.pk).order_by("id")
        self.initial["checks"] = [
            {"kind": row.kind, "doc_no": row.doc_no, "issued_on": row.issued_on, "reason": row.reason}
            for row in rows
        ] or [{"kind": kind} for kind in CHECKS]

    def clean(self) -> dict[str, Any]:
        """Refuse a paper dated after today."""
        cleaned = super().clean()
        for row in cleaned.get("checks") or ():
            if row["issued_on"] is not None and row["issued_on"] > self.day:
                self.add_error("checks", _("日期不得晚于今日"))
        return cleaned


class AcceptanceMeetingForm(WorksForm):
    """Step meeting: the five parties, what was looked at, the defects and the result. Filled in by the project lead."""

    past_days: ClassVar[tuple[str, ...]] = ("meeting_on",)
    meeting_on = day_field(_("验收会日"))
    parties = RowsField(
        cells(
            role=coded(_("参建方"), "acceptance_role"),
            firm=line(_("单位"), longest=120),
            person_name=line(_("姓名"), longest=60),
            duty_text=line(_("职务"), longest=60),
            opinion_text=line(_("意见"), longest=200),
            is_agreed=coded(_("同意通过"), "yes_no"),
        ),
        label=_("参验单位和人员"),
        help_text=_("建设、勘察、设计、施工、监理五方各一行，例如“监理，婺澜衡矩工程监理有限公司”"),
        min_rows=1,
    )
    spots = prose(_("抽查部位与结果"), _("逐处写明部位、实测值和结论"))
    defects = RowsField(
        cells(what=line(_("问题"), longest=200), due_on=day_field(_("整改期限"))),
        label=_("问题清单"),
        help_text=_("每个问题一行，逐项销号；没有问题可不填"),
    )
    result = coded(_("结论"), "acceptance_result", help_text=_("有问题但不影响使用的，整改复验后合格"))
    cost = money(_("实际造价（元）"), _("按合同和变更暂计，以结算审定为准"))
    delay_reason = prose(_("工期延误原因"), _("竣工日晚于合同约定的须写明"), required=False)
    parts = RowsField(
        cells(
            part=coded(_("保修部位"), "warranty_part"),
            years=whole(_("约定年限"), required=False, least=1),
            share=percent(_("留存比例（%）")),
        ),
        label=_("保修部位和质保金分摊"),
        help_text=_("每个部位一行；主体结构填设计使用年限，其他不填的按法定最低年限；比例合计100"),
        min_rows=1,
    )

    def prepare(self) -> None:
        """Begin with a row for every party."""
        self.initial.setdefault("parties", [{"role": role} for role in ROLES])

    def clean(self) -> dict[str, Any]:
        """Refuse a result that its defects contradict, shares that are not the whole, a delay without a reason."""
        cleaned = super().clean()
        has_defects = bool(cleaned.get("defects"))
        if cleaned.get("result") == "passed_with_defects" and not has_defects:
            self.add_error("defects", _("结论为带缺陷通过的，须列明问题和整改期限"))
        if cleaned.get("result") == "passed" and has_defects:
            self.add_error("result", _("有问题清单的，结论不得为直接通过"))
        self._check_parts(cleaned)
        found = Acceptance.objects.select_related("contract").filter(pk=self.matter.pk).first()
        is_late = found is not None and delay(found.completed_on, found.contract.end_on) > 0
        if is_late and not self.text_of("delay_reason").strip():
            self.add_error("delay_reason", _("竣工日晚于合同约定，须写明原因"))
        return cleaned

    def _check_parts(self, cleaned: dict[str, Any]) -> None:
        rows = cleaned.get("parts") or []
        if rows and sum(row["share"] for row in rows) != 1:
            self.add_error("parts", _("各部位留存比例合计须为100"))
        if len({row["part"] for row in rows}) < len(rows):
            self.add_error("parts", _("同一部位只填一行"))
        for row in rows:
            if row["part"] == "structure" and row["years"] is None:
                self.add_error("parts", _("主体结构须填设计使用年限"))
            least = least_years(row["part"], self.day)
            if least is not None and row["years"] is not None and row["years"] < least:
                self.add_error("parts", _("约定年限不得低于法定最低保修期限"))


def least_years(part: str, day: Any) -> int | None:
    """Return the statutory years of a part; a heating or cooling season counts as a year; None for the design life."""
    keys = {
        "waterproof": "works.warranty.waterproof_years",
        "pipes": "works.warranty.pipes_years",
        "heating": "works.warranty.heating_seasons",
    }
    return int(figure(keys[part], day)) if part in keys else None


class RectifyForm(WorksForm):
    """Step rectify: what was done about each defect, with photos before and after. Filled in by the contractor's manager."""

    done_text = prose(_("整改情况"), _("对照问题清单逐项写明措施和完成日期"))


class RecheckForm(WorksForm):
    """Step recheck: every defect looked at again by somebody who did not find it. Filled in by the quality officer."""

    past_days: ClassVar[tuple[str, ...]] = ("rechecked_on",)
    rechecked_on = day_field(_("复验日"), _("逐项复验合格之日，即验收合格之日"))
    is_cleared = ticked(_("问题清单已逐项复验合格"), _("有一项不合格的应退回整改"))
    opinion = opinion()

    def clean(self) -> dict[str, Any]:
        """Refuse a recheck before the meeting."""
        cleaned = super().clean()
        found = Acceptance.objects.filter(pk=self.matter.pk).first()
        if found is not None and not in_order(found.meeting_on, cleaned.get("rechecked_on")):
            self.add_error("rechecked_on", _("复验日不得早于验收会日"))
        return cleaned


class FilingForm(WorksForm):
    """Step file: the filing with the authority and the hand-over to the receiver. Filled in by the archives officer."""

    past_days: ClassVar[tuple[str, ...]] = ("filed_on", "in_use_on")
    filed_on = day_field(_("备案日"), _("验收合格之日起十五日内"))
    filing_no = line(_("备案号"), longest=80)
    receiver = line(_("接收单位"), _("工程实体的接收管理单位，例如“望汀街道办事处”"), longest=120)
    in_use_on = day_field(_("投入使用日"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a filing before the acceptance; warn where the legal term has passed."""
        cleaned = super().clean()
        found = Acceptance.objects.filter(pk=self.matter.pk).first()
        filed = cleaned.get("filed_on")
        if found is None or found.accepted_on is None or filed is None:
            return cleaned
        if not in_order(found.accepted_on, filed):
            self.add_error("filed_on", _("备案日不得早于验收合格日"))
        if (filed - found.accepted_on).days > figure("works.acceptance.filing_days", self.day):
            self.warn(_("已超过验收合格后的法定备案期限，将记为偏差"))
        return cleaned
