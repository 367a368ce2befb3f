"""Form F4: draft, countersigning and filing of a contract; the change of its payee account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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
    percent,
    prose,
    ticked,
    whole,
)
from lianjing.domains.works.forms.shown import ShownField, ShownRow
from lianjing.domains.works.models import Award
from lianjing.domains.works.queries.standing import awards_to_contract
from lianjing.domains.works.rules.contract import SOURCES, is_signed_late
from lianjing.domains.works.rules.project import in_order
from lianjing.domains.works.services.terms import comparison_of, words
from lianjing.runtime import codes
from lianjing.runtime.contract.bonds import bonds_of
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.parties.models import Ownership
from lianjing.runtime.parties.owners import owners_of
from lianjing.runtime.process.forms import RowsField


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
        return account_number(self, "account_no")


def account_number(form: forms.Form, name: str) -> AccountNumber:
    """Return the number in a field, blanks left out; an error on the field where it is none."""
    digits = "".join(str(form.cleaned_data[name]).split())
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) in range(8, 31)):
        form.add_error(name, _("账号应为8至30位数字"))
    return AccountNumber(digits)


class WageAccountFields(forms.Form):
    """The contractor's wage account; empty where it is entered later, with the start of the works."""

    wage_account_no = line(
        _("农民工工资专户账号"), _("只保存摘要和末四位；开工前须开立"), required=False, longest=30
    )
    wage_bank_name = line(_("工资专户开户行"), required=False, longest=80)

    def clean_wage_account_no(self) -> AccountNumber:
        """Refuse what is no account number."""
        return account_number(self, "wage_account_no")


BOND_COLUMNS = ("kind", "form", "amount", "is_cash_only", "guarantor_name", "policy_no", "expires_on")


def bonds_field() -> RowsField:
    """Return the table of bonds."""
    return RowsField(
        cells(
            kind=coded(_("种类"), "bond_kind", "performance", "retention", "wage", "advance"),
            form=coded(_("形式"), "bond_form"),
            amount=money(_("金额（元）")),
            is_cash_only=box(_("限定现金")),
            guarantor_name=line(_("担保机构"), required=False, longest=80),
            policy_no=line(_("保函编号"), required=False, longest=60),
            expires_on=day_field(_("到期日"), required=False),
        ),
        label=_("担保"),
        help_text=_("履约保证金不超过合同价的百分之十；可以用银行保函、保险或者担保，不得限定为现金"),
        max_rows=8,
    )


OWNER_COLUMNS = ("owner_name", "interest", "share_ratio", "is_beneficial")


def owners_field() -> RowsField:
    """Return the table of the contractor's owners."""
    return RowsField(
        cells(
            owner_name=line(_("股东或控制人"), longest=80),
            interest=coded(_("权益类型"), "interest"),
            share_ratio=percent(_("比例（%）"), required=False),
            is_beneficial=box(_("受益所有人")),
        ),
        label=_("受益所有人"),
        help_text=_("承包人的股东和最终控制的自然人，照登记资料或承包人声明填写；至少一名受益所有人"),
        min_rows=1,
        max_rows=30,
    )


class ContractDraftForm(WageAccountFields, AccountFields, WorksForm):
    """Step draft: the terms, which must be those of the tender and the bid. Filled in by the contract officer."""

    code = line(_("合同编号"), _("例如“澜经建合2025-031”"), longest=60)
    title = line(_("合同名称"), longest=80)
    kind = coded(
        _("合同类型"), "contract_kind", "works", "survey", "design", "supervision", "goods", "service"
    )
    amount = money(_("合同价（元）"), _("须与中标价相等"))
    provisional = money(_("暂列金额（元）"), _("计算预付款时扣除"), required=False)
    pricing = coded(_("计价方式"), "pricing")
    days = whole(_("工期（日）"), _("日历天，须与投标工期一致"), least=1)
    quality = line(_("质量标准"), _("例如“合格”，须与投标承诺一致"), longest=80)
    manager_name = line(_("项目负责人"), _("承包人的项目经理，与投标不同的须说明理由"), longest=40)
    start_on = day_field(_("合同开工"), required=False)
    end_on = day_field(_("合同完工"), required=False)
    advance_ratio = percent(_("预付款比例（%）"), _("扣除暂列金额后的百分之十至三十；没有预付款填0"))
    progress_ratio = percent(_("进度款比例（%）"), _("政府和国有单位不低于已完成产值的百分之八十"))
    retention_ratio = percent(_("质保金比例（%）"), _("不超过百分之三"))
    payment_days = whole(_("付款期限（日）"), _("自交付验收起；对中小企业最长六十日"), required=False)
    wage_ratio = percent(_("人工费比例（%）"), _("按月拨入工资专户的人工费占当月产值的比例"), required=False)
    owners = owners_field()
    bonds = bonds_field()
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
                    (a.pk, f"{a.tender.title} {a.enterprise.name if a.enterprise else ''} {a.amount:,.2f}")
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
            if found.enterprise_id is not None:
                self.initial["owners"] = [
                    {
                        **{name: getattr(row, name) for name in OWNER_COLUMNS},
                        "share_ratio": in_percent(row.share_ratio),
                    }
                    for row in owners_of(found.enterprise_id, self.day)
                ]
            self.initial["bonds"] = [
                {name: getattr(bond, name) for name in BOND_COLUMNS} for bond in bonds_of(found)
            ]
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


def show_comparison(field: forms.Field, contract_matter_id: int | None) -> None:
    """Fill the table that holds the contract against tender, bid and award, differences marked."""
    assert isinstance(field, ShownField)
    lines = comparison_of(contract_matter_id) if contract_matter_id else ()
    head = [_("要素"), *(codes.label("term_source", source) for source in SOURCES), _("比对")]
    field.show(head, [_shown(line) for line in lines])


def _shown(line: Any) -> ShownRow:
    texts = (words()[line.key], *(line.text(source) for source in SOURCES))
    if not line.is_same:
        word = _("不一致，不得签订") if line.is_binding else _("有差异，须说明理由")
        return ShownRow(texts, "bad" if line.is_binding else "warn", str(word))
    if not line.reference:
        return ShownRow(texts, "good", str(_("招标投标文件未载明")))
    return ShownRow(texts, "good", str(_("一致")))


def show_owners(field: forms.Field, contract_id: int, day: date) -> None:
    """Fill a field with the owners that the contractor stated."""
    assert isinstance(field, ShownField)
    contract = Contract.objects.filter(pk=contract_id).first()
    head = (_("股东或控制人"), _("权益类型"), _("比例（%）"), _("受益所有人"))
    firm_id = contract.enterprise_id if contract is not None else None
    stated = owners_of(firm_id, day) if firm_id is not None else ()
    field.show(head, [_owner_row(row) for row in stated])


def _owner_row(row: Ownership) -> ShownRow:
    texts = (row.owner_name, codes.label("interest", row.interest), in_percent(row.share_ratio), "")
    return ShownRow(texts, "good", str(_("是"))) if row.is_beneficial else ShownRow(texts)


def in_percent(share: Decimal | None) -> str:
    """Write a fraction as the percentage that a person types."""
    return "" if share is None else format((share * 100).normalize(), "f")


class CompareForm(WorksForm):
    """Step compare: the differences from tender and bid. Filled in by the contract officer."""

    comparison = ShownField(
        label=_("与招标投标文件比对"), help_text=_("价款、质量、工期必须一致，其余差异逐条说明")
    )
    explanation = prose(_("差异说明"), _("没有差异的不填"), required=False)

    def prepare(self) -> None:
        """Show the comparison."""
        show_comparison(self.fields["comparison"], self.matter.pk)


class CountersignForm(OpinionForm):
    """Steps cost, finance, legal and approve: an opinion with the comparison before one's eyes."""

    comparison = ShownField(label=_("与招标投标文件比对"))
    owners = ShownField(label=_("承包人的股东和受益所有人"))

    def prepare(self) -> None:
        """Show the comparison and the contractor's owners above the opinion."""
        show_comparison(self.fields["comparison"], self.matter.pk)
        show_owners(self.fields["owners"], self.matter.pk, self.day)
        self.order_fields(["comparison", "owners", "opinion"])


class SealForm(WorksForm):
    """Step seal: the day of signing and the number in the register of seals. Filled in by the keeper of the seal."""

    past_days: ClassVar[tuple[str, ...]] = ("signed_on",)
    signed_on = day_field(_("签订日"), _("中标通知书发出之日起三十日内"))
    seal_no = line(_("用印登记号"), _("例如“用印2025-0312”"), longest=40)

    def clean(self) -> dict[str, Any]:
        """Refuse a day before the notice; warn where the legal term has passed."""
        cleaned = super().clean()
        check_signing_day(self, cleaned.get("signed_on"))
        return cleaned


def check_signing_day(form: WorksForm, signed: Any) -> None:
    """Refuse a signing before the award notice; warn after the legal term (tendering law, article 46)."""
    contract = Contract.objects.filter(pk=form.matter.pk).first()
    if contract is None or contract.tender_id is None or signed is None:
        return
    award = Award.objects.filter(tender_id=contract.tender_id, status="active").first()
    if award is None or award.notice_on is None:
        return
    if not in_order(award.notice_on, signed):
        form.add_error("signed_on", _("签订日不得早于中标通知书"))
    if is_signed_late(award.notice_on, signed, days=int(figure("works.tender.contract_sign_days", form.day))):
        form.warn(_("已超过中标通知书发出后的法定签订期限"))


class FileContractForm(WorksForm):
    """Step file: the signed contract. Filled in by the archives officer."""

    past_days: ClassVar[tuple[str, ...]] = ("signed_on", "published_on")
    signed_on = day_field(_("签订日"), _("须与用印登记一致"))
    published_on = day_field(_("公开日"), _("合同主要内容公开之日，未公开的不填"), required=False)
    is_same = ticked(_("签署文本与审批文本一致"))

    def prepare(self) -> None:
        """Propose the day that the keeper of the seal entered."""
        found = Contract.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial["signed_on"] = found.signed_on

    def clean(self) -> dict[str, Any]:
        """Refuse a day before the notice; warn where the legal term has passed."""
        cleaned = super().clean()
        check_signing_day(self, cleaned.get("signed_on"))
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
