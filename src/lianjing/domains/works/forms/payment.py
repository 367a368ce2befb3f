"""Form F6: the payment application, the five reviews, the order and the receipt."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
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
    prose,
    ticked,
)
from lianjing.domains.works.models import ProgressReport
from lianjing.domains.works.rules.project import in_order
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import approved_account_changes
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment.models import BudgetLine, Invoice, PaymentApplication
from lianjing.runtime.process.forms import RowsField


class PaymentForm(WorksForm):
    """Step apply: what is claimed and on which ground. The sum applied for is computed, never typed in."""

    past_days: ClassVar[tuple[str, ...]] = ("received_on", "delivered_on")
    contract = PlatformContractField(
        label=_("合同"), help_text=_("只能选择平台上履行中的合同；未在平台登记的合同不得支付")
    )
    kind = coded(
        _("款项类型"),
        "payment_kind",
        "advance",
        "progress",
        "settlement",
        "retention",
        help_text=_("进度款须选已确认的进度报告"),
    )
    gross = money(
        _("应付金额（元）"), _("预付款、结算款、质保金填写；进度款由核定产值和进度款比例计算"), required=False
    )
    advance_deducted = money(_("抵扣预付款（元）"), required=False)
    retention = money(_("扣留质保金（元）"), required=False)
    other_deduction = money(_("扣罚及其他（元）"), required=False)
    labour_share = money(_("其中人工费（元）"), _("拨入农民工工资专户的部分"), required=False)
    received_on = day_field(_("收到日"), _("收到对方申请或发票之日"))
    delivered_on = day_field(_("交付验收日"), _("中小企业付款期限自此起算"), required=False)
    invoices = RowsField(
        cells(
            invoice_code=line(_("发票代码"), required=False, longest=12),
            invoice_no=line(_("发票号码"), longest=20),
            issued_on=day_field(_("开票日")),
            amount=money(_("金额（元）")),
        ),
        label=_("发票"),
        help_text=_("每张一行，合计不小于申请额；同一发票不得重复使用"),
    )

    def prepare(self) -> None:
        """Offer contracts, progress reports, budget lines and accounts; show the application before a return."""
        project_id = self.matter.root_id
        self.offer_contracts()
        reports = ProgressReport.objects.filter(
            contract__project_id=project_id, matter__status="closed", matter__outcome="done"
        )
        self._choice(
            "progress_report",
            _("进度报告"),
            [(r.pk, f"{r.period_on:%Y-%m} {r.completed_value:,.2f}") for r in reports.order_by("-period_on")],
            required=False,
        )
        lines = BudgetLine.objects.filter(project_id=project_id).order_by("fiscal_year", "code")
        self._choice(
            "budget_line",
            _("预算指标"),
            [(b.pk, f"{b.fiscal_year} {b.code} {b.name}") for b in lines],
            required=True,
        )
        firms = Contract.objects.filter(project_id=project_id, status="active").values_list(
            "enterprise_id", flat=True
        )
        accounts = Account.objects.filter(holder__in=[f"enterprise:{firm}" for firm in firms]).order_by("id")
        self._choice(
            "payee_account",
            _("收款账户"),
            [(a.pk, f"{a.holder_name} {a.bank_name} {a.account_no_masked}") for a in accounts],
            required=False,
        )
        self.fields["payee_account"].help_text = _("不选即为合同约定的账户；其他账户须先批准变更")
        self._show_earlier()

    def _choice(self, name: str, label: Any, offered: list[tuple[int, str]], *, required: bool) -> None:
        self.fields[name] = forms.TypedChoiceField(
            label=label, choices=[("", "—"), *offered], coerce=int, empty_value=None, required=required
        )

    def _show_earlier(self) -> None:
        found = PaymentApplication.objects.filter(pk=self.matter.pk).first()
        if found is None:
            self.initial.setdefault("received_on", self.day)
            return
        for name in ("kind", "advance_deducted", "retention", "labour_share", "received_on", "delivered_on"):
            self.initial[name] = getattr(found, name)
        for name in ("contract", "progress_report", "budget_line", "payee_account"):
            self.initial[name] = getattr(found, f"{name}_id")
        if found.kind != "progress":
            self.initial["gross"] = found.certified_value
        rows = Invoice.objects.filter(
            payment_application=found, status__in=("verified", "unverified")
        ).order_by("id")
        self.initial["invoices"] = [
            {
                "invoice_code": i.invoice_code,
                "invoice_no": i.invoice_no,
                "issued_on": i.issued_on,
                "amount": i.amount,
            }
            for i in rows
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a progress payment without its report, another one without its sum, invoices of tomorrow."""
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind == "progress" and not cleaned.get("progress_report"):
            self.add_error("progress_report", _("进度款须选已确认的进度报告"))
        if kind in ("advance", "settlement", "retention") and not cleaned.get("gross"):
            self.add_error("gross", _("请填写应付金额"))
        if any(each["issued_on"] > self.day for each in cleaned.get("invoices") or []):
            self.add_error("invoices", _("日期不得晚于今日"))
        if not in_order(cleaned.get("delivered_on"), cleaned.get("received_on")):
            self.warn(_("收到日早于交付验收日，请核对"))
        return cleaned


class AuditForm(WorksForm):
    """Step audit: the audited sum; a cut needs its reasons. Filled in by internal audit."""

    approved = money(_("审定额（元）"), _("不得高于申请额；低于申请额即为核减"))
    cut_reason = prose(_("核减理由"), _("有核减的须逐项写明"), required=False)
    opinion = opinion()

    def prepare(self) -> None:
        """Propose the sum as it stands."""
        found = PaymentApplication.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial["approved"] = found.approved if found.approved is not None else found.amount

    def clean(self) -> dict[str, Any]:
        """Refuse a cut without reasons."""
        cleaned = super().clean()
        found = PaymentApplication.objects.filter(pk=self.matter.pk).first()
        standing = None if found is None else (found.approved if found.approved is not None else found.amount)
        given = cleaned.get("approved")
        if (
            given is not None
            and standing is not None
            and given < standing
            and not self.text_of("cut_reason").strip()
        ):
            self.add_error("cut_reason", _("核减须写明理由"))
        return cleaned


class InternalForm(AuditForm):
    """Step internal: the owner's own check against contract, measurement and changes."""

    is_contract_checked = ticked(_("与合同条款相符"))
    is_measure_checked = ticked(_("与计量和进度相符"))
    is_change_checked = ticked(_("所涉变更均已批准"))
    field_order = (
        "is_contract_checked",
        "is_measure_checked",
        "is_change_checked",
        "approved",
        "cut_reason",
        "opinion",
    )


class CollectiveForm(WorksForm):
    """Step collective: what the meeting decided, taken from its own record. Filled in by the meeting secretary."""

    opinion = prose(_("决定要点"), _("会议须已有议题、到会、回避、个别意见、表决和结果的记录"))


class AccountWatch(WorksForm):
    """A step before which the payee account is shown with the day of its last change."""

    def prepare(self) -> None:
        """Tell of a changed account; whether it may be paid is the red line's business."""
        found = PaymentApplication.objects.select_related("contract").filter(pk=self.matter.pk).first()
        change = approved_account_changes(found.contract).last() if found and found.contract else None
        if change is not None and change.changed_on is not None:
            self.warn(_("收款账户已于%(day)s变更，请逐项核对") % {"day": change.changed_on.isoformat()})


class FinanceForm(AccountWatch):
    """Step finance: budget, invoices, account and term."""

    is_invoice_verified = ticked(_("发票逐张查验通过"))
    is_account_checked = ticked(_("收款账户与合同约定一致"))
    is_budget_checked = ticked(_("预算指标余额足够"))
    opinion = opinion()


class MakeOrderForm(AccountWatch):
    """Step make_order: the order to the bank; amount and payee come from the application."""

    order_no = line(_("指令号"), _("例如 ZF-2025-0031"), longest=40)

    def prepare(self) -> None:
        """Offer the paying unit's own registered accounts."""
        super().prepare()
        own = Account.objects.filter(holder_kind="unit", to_on__isnull=True).order_by("id")
        self.fields["payer_account"] = forms.TypedChoiceField(
            label=_("付款账户"),
            coerce=int,
            empty_value=None,
            required=True,
            choices=[
                ("", "—"),
                *((a.pk, f"{a.holder_name} {a.bank_name} {a.account_no_masked}") for a in own),
            ],
        )


class CheckOrderForm(WorksForm):
    """Step check_order: another person compares order and application."""

    is_same = ticked(_("指令的金额、户名、账号与审批一致"))


class ReleaseForm(AccountWatch):
    """Step release: the head of finance lets the money go."""

    is_released = ticked(_("同意放行"), _("放行前再次核对五审结论和红线"))


class ReceiptForm(WorksForm):
    """Step receipt: the bank's receipt, to be matched with the bank line."""

    past_days: ClassVar[tuple[str, ...]] = ("booked_on",)
    bank_ref = line(_("流水号"), _("银行回单上的交易流水号"), longest=60)
    booked_on = day_field(_("记账日"))
    amount = money(_("回单金额（元）"), _("须与支付令相等；有工资专户支付令的为两笔合计"))
    wage_bank_ref = line(_("工资专户流水号"), _("人工费拨入工资专户的那一笔"), required=False, longest=60)
