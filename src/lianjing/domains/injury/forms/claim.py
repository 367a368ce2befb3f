"""Form F20: the claim with its advance vouchers, its assessment line by line, its payment, the employer's transfer."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.injury.forms.fields import (
    HiddenNumber,
    InjuryForm,
    account_number,
    box,
    chosen,
    coded,
    day_field,
    line,
    money,
    opinion,
)
from lianjing.domains.injury.models import AdvanceProof, BenefitClaim, BenefitItem
from lianjing.domains.injury.queries.ledger import items_of, payees_open
from lianjing.domains.injury.rules.entitlement import PRICED
from lianjing.runtime import codes
from lianjing.runtime.parties.models import Account
from lianjing.runtime.process.forms import RowsField

MOST_LINES = 40


def _number(label: Any, *, required: bool = False) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=required, min_value=0, max_digits=8, decimal_places=2)


def _lines() -> RowsField:
    return RowsField(
        {
            "kind": coded(_("项目"), "benefit_kind"),
            "quantity": _number(_("数量（天、月）")),
            "spent": money(_("发生额（元）"), required=False),
            "incurred_on": day_field(_("发生日"), required=False),
            "relation": coded(_("亲属关系"), "dependant_relation", required=False),
            "is_alone": box(_("孤寡")),
            "is_direct": box(_("医院联网结算")),
        },
        label=_("申领项目"),
        help_text=_("医疗类写发生额；住院伙食写天数，按月发放的写月数；供养亲属一人一行"),
        min_rows=1,
        max_rows=MOST_LINES,
    )


def _vouchers() -> RowsField:
    return RowsField(
        {
            "line": forms.IntegerField(label=_("项目行号"), min_value=1),
            "voucher_no": line(_("凭证号"), longest=60),
            "payer_name": line(_("付款人"), longest=200),
            "payee_name": line(_("收款人"), longest=200),
            "amount": money(_("金额（元）")),
            "paid_on": day_field(_("付款日")),
        },
        label=_("垫付凭证"),
        help_text=_("没有凭证的，待遇付给职工；项目行号指上表第几行"),
        max_rows=MOST_LINES,
    )


class OnlineClaimForm(InjuryForm):
    """Step apply on line: what is claimed and to which account of the worker. Filled in by the employer as proxy."""

    past_days: ClassVar[tuple[str, ...]] = ("claimed_on",)
    claimed_on = day_field(_("申领日"))
    items = _lines()
    vouchers = _vouchers()
    account_no = line(_("职工本人账号"), _("只保存摘要和末四位"), longest=40)
    bank_name = line(_("开户行"), longest=80)
    employer_account_no = line(_("用人单位账号"), _("有垫付的填写"), required=False, longest=40)
    employer_bank_name = line(_("用人单位开户行"), required=False, longest=80)

    def prepare(self) -> None:
        """Show the claim as it stood before a return; account numbers are entered again."""
        self.initial.setdefault("claimed_on", self.day)
        found = BenefitClaim.objects.filter(pk=self.matter.pk).first()
        if found is None:
            return
        for name in ("claimed_on", "claimant", "is_proxy"):
            if name in self.fields:
                self.initial[name] = getattr(found, name)
        rows = items_of(found.pk)
        self.initial["items"] = [_as_entered(row) for row in rows]
        places = {row.pk: place for place, row in enumerate(rows, start=1)}
        self.initial["vouchers"] = [
            {"line": places[each.benefit_item_id], **{name: getattr(each, name) for name in VOUCHER}}
            for each in AdvanceProof.objects.filter(benefit_item__claim=found).order_by("pk")
        ]

    def clean_account_no(self) -> HiddenNumber:
        """Refuse what is no account number."""
        return account_number(self, "account_no")

    def clean_employer_account_no(self) -> HiddenNumber:
        """Refuse what is no account number."""
        return account_number(self, "employer_account_no")

    def clean(self) -> dict[str, Any]:
        """Refuse a voucher of no line, lines of days or months without their number, priced lines without a sum."""
        cleaned = super().clean()
        rows = cleaned.get("items") or []
        for place, row in enumerate(rows, start=1):
            missing = row["spent"] is None if row["kind"] in PRICED else False
            if missing:
                self.add_error("items", _("第%(row)s行须填写发生额") % {"row": place})
        if any(each["line"] > len(rows) for each in cleaned.get("vouchers") or []):
            self.add_error("vouchers", _("项目行号超出申领项目的行数"))
        if cleaned.get("vouchers") and not cleaned.get("employer_account_no", HiddenNumber("")).digits:
            self.add_error("employer_account_no", _("有垫付凭证的须填写用人单位账号"))
        return cleaned


class ClaimForm(OnlineClaimForm):
    """Step apply at the counter: the same, and who claims."""

    field_order = ("claimed_on", "claimant", "is_proxy")
    claimant = coded(_("申领人"), "injury_applicant")
    is_proxy = box(_("代办"), _("用人单位或者他人代办的须上传职工本人签名的委托书"))


class AcceptClaimForm(InjuryForm):
    """Step accept: mandate, account and vouchers of a claim entered on line, compared at the counter."""

    is_signed = box(_("委托书由职工本人签名，范围包括本次申领"), required=True)
    is_own_account = box(_("收款账户为职工本人账户"), required=True)
    opinion = opinion()


VOUCHER = ("voucher_no", "payer_name", "payee_name", "amount", "paid_on")


def _as_entered(row: BenefitItem) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "quantity": row.quantity,
        "spent": row.asked,
        "incurred_on": row.incurred_on,
        "relation": row.relation,
        "is_alone": row.is_alone,
        "is_direct": row.is_direct,
    }


class AssessForm(InjuryForm):
    """Step assess: what the catalogues allow, which vouchers hold; sums are computed. By the benefit assessor."""

    opinion = opinion()

    def prepare(self) -> None:
        """Give each priced line its field and each voucher its box."""
        rows = items_of(self.matter.pk)
        for place, row in enumerate(rows, start=1):
            if row.kind in PRICED:
                words = {"row": place, "kind": codes.label("benefit_kind", row.kind)}
                self.fields[f"allowed_{row.pk}"] = money(
                    _("第%(row)s行“%(kind)s”可报销额（元）") % words, _("按目录和标准，不超过发生额")
                )
                self.initial[f"allowed_{row.pk}"] = row.reimbursable
        for each in AdvanceProof.objects.filter(benefit_item__claim_id=self.matter.pk).order_by("pk"):
            words = {"no": each.voucher_no, "amount": f"{each.amount:,.2f}"}
            self.fields[f"proof_{each.pk}"] = box(_("凭证%(no)s（%(amount)s元）已核验") % words)
            self.initial[f"proof_{each.pk}"] = each.is_verified
        self.order_fields([*(name for name in self.fields if name != "opinion"), "opinion"])


class ReviewForm(InjuryForm):
    """Step review: sums, vouchers and payees once more by another person."""

    is_checked = box(_("金额、凭证、支付对象逐项复核无误"), required=True)
    opinion = opinion()


class ConfirmForm(InjuryForm):
    """Step confirm: the worker has what is his; his own word is on record."""

    is_received = box(_("职工已确认足额到手"), _("未确认的先发送链接或者上门核查"), required=True)


class MakeOrderForm(InjuryForm):
    """Step make_order: to whom of those approved; sum and account follow."""

    order_no = line(_("指令号"), _("例如 GS-2025-0031"), longest=40)

    def prepare(self) -> None:
        """Offer who is still to be paid, and the agency's own accounts."""
        waiting = payees_open(self.matter.parent_id, self.matter.pk)
        offered = [
            (payee, f"{codes.label('benefit_route', payee)} {amount:,.2f}") for payee, amount in waiting
        ]
        self.fields["payee"] = forms.ChoiceField(label=_("收款方"), choices=offered)
        own = Account.objects.filter(holder_kind="unit", to_on__isnull=True).order_by("id")
        named = [(each.pk, f"{each.holder_name} {each.bank_name} {each.account_no_masked}") for each in own]
        self.fields["payer_account"] = chosen(_("付款账户"), named)
        self.order_fields(["payee", "payer_account", "order_no"])


class CheckOrderForm(InjuryForm):
    """Step check_order: another person compares order and approval."""

    is_same = box(_("指令的金额、户名、账号与复核结果一致"), required=True)


class ReleaseForm(InjuryForm):
    """Step release: the third person lets the money go."""

    is_released = box(_("同意放行"), required=True)


class ReceiptForm(InjuryForm):
    """Step receipt: the bank's receipt, to be matched with the bank line."""

    past_days: ClassVar[tuple[str, ...]] = ("booked_on",)
    bank_ref = line(_("流水号"), _("银行回单上的交易流水号"), longest=60)
    booked_on = day_field(_("记账日"))
    amount = money(_("回单金额（元）"))


class TransferForm(forms.Form):
    """The employer's transfer to the worker, with the bank's voucher."""

    amount = money(_("转付金额（元）"))
    paid_on = day_field(_("转付日"))
    voucher_no = line(_("银行流水号"), longest=60)
    account_no = line(_("职工收款账号"), _("只保存摘要和末四位"), longest=40)
    bank_name = line(_("开户行"), required=False, longest=80)

    def clean_account_no(self) -> HiddenNumber:
        """Refuse what is no account number."""
        return account_number(self, "account_no")
