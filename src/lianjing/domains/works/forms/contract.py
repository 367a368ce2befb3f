"""Form F4: draft, countersigning and filing of a contract; the change of its payee account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    PlatformContractField,
    WorksForm,
    box,
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
from lianjing.domains.works.models import Award
from lianjing.domains.works.queries.standing import awards_to_contract
from lianjing.domains.works.rules.project import in_order
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.parameter.queries import MissingFigure, figure


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """A bank account number on its way to the account table; whatever prints or stores it sees the mask only."""

    digits: str

    def __str__(self) -> str:
        return f"****{self.digits[-4:]}" if self.digits else ""

    def __repr__(self) -> str:
        return str(self)


class AccountFields(forms.Form):
    """The payee's account, as the contract or the letter names it."""

    holder_name = line(_("户名"), _("须与合同相对人名称一致"), longest=200)
    account_no = line(_("账号"), _("只保存摘要和末四位"), longest=30)
    bank_name = line(_("开户行"), longest=80)

    def clean_account_no(self) -> AccountNumber:
        """Refuse what is no account number: 8 to 30 digits, blanks allowed."""
        digits = "".join(str(self.cleaned_data["account_no"]).split())
        if digits and not (digits.isascii() and digits.isdigit() and len(digits) in range(8, 31)):
            self.add_error("account_no", _("账号应为8至30位数字"))
        return AccountNumber(digits)


class ContractDraftForm(AccountFields, WorksForm):
    """Step draft: the terms, which must be those of the tender and the bid. Filled in by the contract officer."""

    code = line(_("合同编号"), _("例如“澜经建合2025-031”"), longest=60)
    title = line(_("合同名称"), longest=80)
    kind = coded(
        _("合同类型"), "contract_kind", "works", "survey", "design", "supervision", "goods", "service"
    )
    amount = money(_("合同价（元）"), _("须与中标价相等"))
    provisional = money(_("暂列金额（元）"), _("计算预付款时扣除"), required=False)
    end_on = day_field(_("合同完工"), required=False)
    advance_ratio = percent(_("预付款比例（%）"), _("扣除暂列金额后的百分之十至三十；没有预付款填0"))
    progress_ratio = percent(_("进度款比例（%）"), _("政府和国有单位不低于已完成产值的百分之八十"))
    retention_ratio = percent(_("质保金比例（%）"), _("不超过百分之三"))
    payment_days = whole(_("付款期限（日）"), _("自交付验收起；对中小企业最长六十日"), required=False)
    has_audit_condition = box(_("约定以审计结论为结算依据"), _("只有合同写明时才可以等待审计"))
    supervisor_name = line(
        _("监理单位"), _("施工合同须填写；项目已有监理单位的可不填"), required=False, longest=80
    )
    supervisor_credit_code = line(_("监理单位信用代码"), required=False, longest=18)

    def prepare(self) -> None:
        """Offer the awards and show the draft as it stood before a return."""
        project_id = self.matter.root_id
        self.fields["award"] = forms.TypedChoiceField(
            label=_("中标结果"),
            coerce=int,
            help_text=_("已发中标通知书的定标"),
            choices=[
                ("", "—"),
                *(
                    (a.pk, f"{a.tender.title} {a.enterprise.name} {a.amount:,.2f}")
                    for a in awards_to_contract(project_id, self.matter.pk)
                ),
            ],
        )
        self.order_fields(["award"])
        found = Contract.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update(
                {
                    name: getattr(found, name)
                    for name in self.fields
                    if hasattr(found, name) and name != "award"
                }
            )
            drafted = Award.objects.filter(tender_id=found.tender_id, status="active").first()
            self.initial["award"] = drafted.pk if drafted else None
            self.fields["account_no"].required = found.payee_account_id is None
            if found.payee_account is not None:
                self.initial.update(
                    holder_name=found.payee_account.holder_name, bank_name=found.payee_account.bank_name
                )

    def clean(self) -> dict[str, Any]:
        """Refuse terms outside the law; warn where the figure's source still has to be read again (K marks)."""
        cleaned = super().clean()
        self._check_ratios(cleaned)
        has_supervisor = MatterParty.objects.filter(matter=self.matter.root, role="supervisor").exists()
        if (
            cleaned.get("kind") == "works"
            and not has_supervisor
            and not self.text_of("supervisor_name").strip()
        ):
            self.add_error("supervisor_name", _("施工合同须写明监理单位"))
        if self.sum_of("provisional") > self.sum_of("amount"):
            self.add_error("provisional", _("暂列金额不得大于合同价"))
        self._check_days(cleaned.get("payment_days"))
        return cleaned

    def _check_days(self, days: int | None) -> None:
        """The longest agreed term binds from the day its regulation is in force."""
        try:
            longest = figure("works.payment.sme_contract_max_days", self.day)
        except MissingFigure:
            return
        if days is not None and days > longest:
            self.add_error("payment_days", _("付款期限超过约定上限"))

    def _check_ratios(self, cleaned: dict[str, Any]) -> None:
        retention, progress, advance = (
            cleaned.get(name) for name in ("retention_ratio", "progress_ratio", "advance_ratio")
        )
        if retention is not None and retention > figure("works.payment.warranty_ratio", self.day):
            self.add_error("retention_ratio", _("质保金比例超过法定上限"))
        if progress is not None and progress < figure("works.payment.progress_min_ratio", self.day):
            self.add_error("progress_ratio", _("进度款比例低于规定下限"))
        if advance:
            least, most = (figure(f"works.payment.advance_{end}_ratio", self.day) for end in ("min", "max"))
            if not least <= advance <= most:
                self.warn(
                    _("预付款比例不在%(least)s%%至%(most)s%%之间")
                    % {"least": f"{least * 100:.0f}", "most": f"{most * 100:.0f}"}
                )


class FileContractForm(WorksForm):
    """Step file: the signed contract. Filled in by the archives officer."""

    past_days: ClassVar[tuple[str, ...]] = ("signed_on",)
    signed_on = day_field(_("签订日"), _("中标通知书发出之日起三十日内"))
    is_same = ticked(_("签署文本与审批文本一致"))

    def clean(self) -> dict[str, Any]:
        """Refuse a day before the notice; warn where the legal term has passed."""
        cleaned = super().clean()
        contract = Contract.objects.filter(pk=self.matter.pk).first()
        award = (
            Award.objects.filter(tender_id=contract.tender_id, status="active").first() if contract else None
        )
        signed = cleaned.get("signed_on")
        if award is None or award.notice_on is None or signed is None:
            return cleaned
        if not in_order(award.notice_on, signed):
            self.add_error("signed_on", _("签订日不得早于中标通知书"))
        if signed > award.notice_on + timedelta(
            days=int(figure("works.tender.contract_sign_days", self.day))
        ):
            self.warn(_("已超过中标通知书发出后的法定签订期限"))
        return cleaned


class AccountChangeForm(AccountFields, WorksForm):
    """Step apply of an account change: the new account and the payee's letter."""

    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    reason = prose(_("变更理由"), _("附收款单位盖章的函件"))

    def prepare(self) -> None:
        """Offer the project's contracts."""
        self.offer_contracts()
        self.order_fields(["contract"])


class AccountCheckForm(WorksForm):
    """Step check: finance calls the payee back on a known number."""

    is_called_back = ticked(_("已按合同所留电话回拨核实"), _("不得使用来函所留的电话"))
    is_own = ticked(_("户名与合同相对人一致"))
    opinion = opinion()
