"""Forms F8 and WK20–WK22: settlement, final account and the release of retention."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    PlatformContractField,
    WorksForm,
    coded,
    day_field,
    line,
    money,
    opinion,
    prose,
    ticked,
    whole,
)
from lianjing.domains.works.models import Settlement
from lianjing.domains.works.queries import completion as reads
from lianjing.domains.works.queries.standing import approved_changes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import original_amount


class SettlementForm(WorksForm):
    """Step submit: the contractor's settlement; the sum of changes and visas is the ledger's. By the contractor's manager."""

    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择已验收、履行中的合同"))
    kind = coded(_("类型"), "settlement_kind", "settlement", "stage")
    adjustment = money(
        _("材料调差（元）"), _("按合同约定的调差办法，调减填负数"), required=False, negative=True
    )
    claims_amount = money(_("索赔（元）"), _("已有书面确认的索赔"), required=False)
    claimed = money(_("送审额（元）"), _("合同价、变更签证、调差和索赔的合计，另含按实计量的增减"))
    dispute_text = prose(_("争议事项"), _("没有争议可不填"), required=False)

    def prepare(self) -> None:
        """Offer the project's contracts and show the settlement as it stood before a return."""
        self.offer_contracts()
        found = Settlement.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            names = ("kind", "adjustment", "claims_amount", "claimed", "dispute_text")
            self.initial.update({name: getattr(found, name) for name in names})
            self.initial["contract"] = found.contract_id
        else:
            self.initial["kind"] = "settlement"

    def clean(self) -> dict[str, Any]:
        """Warn where the claim differs from the sum of its parts: the difference is quantity alone."""
        cleaned = super().clean()
        contract = Contract.objects.filter(pk=cleaned.get("contract"), project_id=self.matter.root_id).first()
        if contract is not None and cleaned.get("claimed") is not None:
            ledger = original_amount(contract) + approved_changes(contract) + reads.visas_of(contract)
            parts = ledger + self.sum_of("adjustment") + self.sum_of("claims_amount")
            gap = cleaned["claimed"] - parts
            if gap:
                self.warn(
                    _("送审额与台账合计相差%(gap)s元，审核时须逐项说明工程量增减") % {"gap": f"{gap:,.2f}"}
                )
        return cleaned


class CompletenessForm(WorksForm):
    """Step complete: every paper of the settlement is there; what lacks is named once, on return. By the cost officer."""

    is_complete = ticked(_("结算资料齐全"), _("缺件一次告知，退回时写明全部缺件"))
    opinion = opinion(required=False)


class EngageForm(WorksForm):
    """Step engage: the firm that the draw picked for the first review. Filled in by the internal auditor."""

    enterprise = forms.ChoiceField(
        label=_("初审机构"), help_text=_("只能选择本事项抽取结果中的机构；跟踪审计单位除外")
    )
    fee = money(_("审核费（元）"), required=False)
    fee_basis = line(_("计费依据"), _("不得与核减额挂钩"), required=False)

    def prepare(self) -> None:
        """Offer the firms that the draw of this matter picked."""
        field = self.fields["enterprise"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *reads.drawn_firms(self.matter.pk)]


class FirstReviewForm(WorksForm):
    """Step first: the audit firm's result with its cuts and disputes. Filled in by the firm's lead."""

    first_amount = money(_("初审额（元）"), _("不得超过送审额"))
    cuts = prose(_("核增核减事项"), _("逐项写明核减（核增）的金额和理由"))
    dispute_text = prose(_("争议事项"), required=False)


class SecondReviewForm(WorksForm):
    """Step second: another firm or internal audit looks at it again. Filled in by the internal auditor."""

    second_name = line(
        _("复审机构"), _("由内部审计复审的不填；不得与初审机构相同"), required=False, longest=120
    )
    second_credit_code = line(_("复审机构信用代码"), required=False, longest=18)
    second_amount = money(_("复审额（元）"), _("即提交三方确认的定案额，不得超过送审额"))
    opinion = opinion()


class ConfirmSettlementForm(WorksForm):
    """Step confirm: contractor, audit firm and owner each sign the settled sum. Each by its own post."""

    is_confirmed = ticked(_("确认定案额"), _("对定案额有异议的不确认，由建设单位退回复核"))
    opinion = opinion(required=False)


class SettlementApprovalForm(WorksForm):
    """Step approve: the settled sum takes effect. Filled in by the leader in charge."""

    approval_no = line(_("批准文号"), required=False, longest=80)
    opinion = opinion()


class SettlementCollectiveForm(WorksForm):
    """Step collective: the meeting's decision on a settlement above the tier. Filled in by the meeting secretary."""

    approval_no = line(_("纪要文号"), _("例如“〔2025〕5号”"), longest=80)
    opinion = opinion()


class CleanUpForm(WorksForm):
    """Step clean: balances and assets before the final account. Filled in by the finance reviewer."""

    balances = prose(_("往来款清理"), _("应收应付逐户写明余额和处理意见"))
    assets = prose(_("资产清单"), _("写明名称、数量、价值和接收单位"))
    surplus = money(_("结余资金（元）"), required=False)


class CompileForm(WorksForm):
    """Step compile: the final account of the project. Filled in by the head of finance."""

    claimed = money(_("编报决算额（元）"), _("建筑安装、设备、待摊等全部交付资产的支出"))
    is_large = forms.ChoiceField(
        label=_("项目规模"), choices=[("", "—"), ("small", _("小型")), ("large", _("大中型"))]
    )
    extension_months = whole(_("延期（月）"), _("经批准的延期，未延期填0"), required=False)
    variance_text = prose(_("概算执行情况说明"), _("逐项说明与批准概算的差异和原因"))


class FinalAuditForm(WorksForm):
    """Step audit: the audited sum of the final account. Filled in by the internal auditor."""

    approved = money(_("审定决算额（元）"))
    opinion = opinion()


class FinalApprovalForm(WorksForm):
    """Step approve: the approval of the final account. Filled in by the leader in charge."""

    approval_no = line(_("批复文号"), longest=80)
    opinion = opinion()


class TransferForm(WorksForm):
    """Step transfer: the assets go to the books of the receiver. Filled in by the head of finance."""

    asset_no = line(_("资产移交单号"), longest=80)
    opinion = opinion(required=False)


class WarrantyForm(WorksForm):
    """Step apply: the contractor asks for the retention of a part whose warranty is over. By the contractor's manager."""

    warranty = forms.ChoiceField(label=_("保修部位"), help_text=_("只能选择保修期已满、尚未返还的部位"))
    amount = money(_("申请返还额（元）"))
    record_text = prose(_("缺陷处理记录"), _("保修期内的报修、处理和回访情况；没有填“无”"))

    def prepare(self) -> None:
        """Offer the parts whose warranty is over."""
        field = self.fields["warranty"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *reads.releasable(self.matter.root_id, self.day)]


class DefectCheckForm(WorksForm):
    """Steps use and site: the part is looked at before money goes back. By the using unit and the site officer."""

    past_days: ClassVar[tuple[str, ...]] = ("checked_on",)
    checked_on = day_field(_("检查日"))
    has_defects = coded(_("是否存在未处理缺陷"), "yes_no")
    check_text = prose(_("检查情况"), _("逐处写明现状，附同角度照片"))

    def clean(self) -> dict[str, Any]:
        """Refuse to pass a part on which a defect is left: it is returned to the contractor."""
        cleaned = super().clean()
        if cleaned.get("has_defects") == "yes":
            self.add_error("has_defects", _("仍有未处理缺陷的，应退回施工单位处理后再申请"))
        return cleaned


class WarrantyApprovalForm(WorksForm):
    """Step approve: the release with its deduction. Filled in by the leader in charge."""

    deduction = money(_("扣款（元）"), required=False)
    deduction_reason = prose(_("扣款理由"), required=False)
    opinion = opinion()

    def clean(self) -> dict[str, Any]:
        """Refuse a deduction without its reason."""
        cleaned = super().clean()
        if self.sum_of("deduction") and not self.text_of("deduction_reason").strip():
            self.add_error("deduction_reason", _("扣款须写明理由"))
        return cleaned
