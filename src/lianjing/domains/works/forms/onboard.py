"""The form of a take-over: in which stage a running project is, and its opening sums, each with its paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    WorksForm,
    cells,
    coded,
    day_field,
    line,
    money,
    percent,
    prose,
    ticked,
)
from lianjing.domains.works.forms.contract import AccountFields
from lianjing.domains.works.models import Onboarding, Project
from lianjing.domains.works.rules.archive import YUAN
from lianjing.domains.works.rules.gates import ORDER
from lianjing.runtime.batch.queries import notes_on
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.forms import RowsField, RowsWidget
from lianjing.runtime.trail.kept import Kept

PAPER = (
    "change",
    "progress",
    "voucher",
    "contract",
    "approval",
    "permit",
    "settlement",
    "acceptance",
    "other",
)


class OnboardForm(AccountFields, WorksForm):
    """Step propose: stage, contract terms that the archive lacks, opening sums, and what is missing until when."""

    past_days: ClassVar[tuple[str, ...]] = ("signed_on",)
    stage = coded(_("所处阶段"), "stage", *ORDER[3:], help_text=_("按证明材料确定；此前阶段视为平台前办理"))
    code = line(_("合同编号"), longest=60)
    title = line(_("合同名称"), longest=80)
    contractor_name = line(_("承包人"), _("照合同原文；联合体填牵头人"), longest=200)
    contractor_credit_code = line(_("承包人信用代码"), _("没有可不填，不得猜填"), required=False, longest=18)
    supervisor_name = line(_("监理单位"), required=False, longest=80)
    supervisor_credit_code = line(_("监理单位信用代码"), required=False, longest=18)
    amount = money(_("合同价（元）"), _("原合同价，不含变更"))
    signed_on = day_field(_("签订日"))
    advance_ratio = percent(_("预付款比例（%）"), required=False)
    progress_ratio = percent(_("进度款比例（%）"), required=False)
    retention_ratio = percent(_("质保金比例（%）"))
    change_amount = money(_("已批变更额（元）"), _("已批准变更的净额；没有填0"), negative=True)
    verified_value = money(_("已核定产值（元）"), _("自开工累计；没有填0"))
    verified_ratio = percent(_("核定进度（%）"))
    advance_outstanding = money(_("未扣回预付款（元）"), _("没有填0"))
    retention_held = money(_("已扣质保金（元）"), _("没有填0"))
    paid_to_date = money(_("累计已付（元）"), _("含预付款；没有填0"))
    budget_code = line(_("预算指标号"), _("后续付款使用的指标"), longest=40)
    budget_amount = money(_("该指标可用额（元）"))
    missing = RowsField(
        cells(
            document_kind=coded(_("资料种类"), "document_kind"),
            what=line(_("缺什么"), longest=200),
            owner=forms.ChoiceField(label=_("责任人")),
            due_on=day_field(_("补齐期限")),
        ),
        label=_("缺少资料"),
        help_text=_("缺少的资料和许可逐项列出，各有责任人和期限；没有缺少的不填"),
    )
    papers = prose(_("各项金额的依据"), _("逐项写明所依据的资料名称、文号；资料作为附件上传"))

    def prepare(self) -> None:
        """Offer the project's archived contracts, the owners of what is missing, and the proposal before a return."""
        archived = (
            Contract.objects.filter(project_id=self.matter.root_id).exclude(status="active").order_by("pk")
        )
        self.fields["contract"] = forms.TypedChoiceField(
            label=_("存档合同"),
            coerce=int,
            empty_value=None,
            required=False,
            help_text=_("选择导入的合同；没有导入的不选"),
            choices=[("", "—"), *((c.pk, f"{c.code} {c.title}".strip()) for c in archived)],
        )
        self._offer_owners()
        found = Onboarding.objects.filter(pk=self.matter.pk).select_related("contract").first()
        if found is not None:
            self._show(found)
        elif archived:
            self._show_archived(archived[0])
        self._tell_doubts(archived)
        self.order_fields(["stage", "contract"])

    def _show_archived(self, contract: Contract) -> None:
        """Propose what the archive holds; a sum of another currency is told, never put into a field of yuan."""
        self.initial.update(
            contract=contract.pk, code=contract.code, title=contract.title, signed_on=contract.signed_on
        )
        if contract.amount_currency in YUAN:
            self.initial["amount"] = contract.amount
        elif contract.amount is not None:
            self.fields["amount"].help_text = _(
                "存档载明%(currency)s %(amount)s，不作折算；请按人民币的原始依据填写，不含变更"
            ) % {
                "currency": contract.amount_currency,
                "amount": f"{contract.amount:,.2f}",
            }
        if contract.enterprise is not None:
            self.initial.update(
                contractor_name=contract.enterprise.name,
                contractor_credit_code=contract.enterprise.credit_code,
            )
            self.initial["holder_name"] = contract.enterprise.name

    def _tell_doubts(self, archived: Iterable[Contract]) -> None:
        """Repeat what the import doubted: shared contract numbers, joint ventures, ruined numbers."""
        project = Project.objects.filter(pk=self.matter.root_id).first()
        records: list[Kept] = [*([project] if project else []), *archived]
        told = [note.text for record in records for note in notes_on(record)]
        if told:
            self.fields["contract"].help_text = "；".join(
                [str(self.fields["contract"].help_text), *dict.fromkeys(told)]
            )

    def _offer_owners(self) -> None:
        staff = Person.objects.filter(unit_id=self.matter.unit_id, left_on__isnull=True).order_by("id")
        column = forms.ChoiceField(
            label=_("责任人"), choices=[("", "—"), *((str(p.pk), p.name) for p in staff)]
        )
        table = self.fields["missing"]
        assert isinstance(table, RowsField)
        table.columns = {**table.columns, "owner": column}
        table.widget = RowsWidget(table.columns)

    def _show(self, found: Onboarding) -> None:
        for name in self.fields:
            if hasattr(found, name) and name not in ("contract", "missing"):
                self.initial[name] = getattr(found, name)
        contract = found.contract
        if contract is not None:
            for name in (
                "code",
                "title",
                "amount",
                "signed_on",
                "advance_ratio",
                "progress_ratio",
                "retention_ratio",
            ):
                self.initial[name] = getattr(contract, name)
            self.initial["contract"] = contract.pk
        if found.payee_account is not None:
            self.fields["account_no"].required = False
            self.initial.update(
                holder_name=found.payee_account.holder_name, bank_name=found.payee_account.bank_name
            )

    def clean(self) -> dict[str, Any]:
        """Refuse sums that contradict each other; a due day of the past; a retention above the law."""
        cleaned = super().clean()
        ceiling = self.sum_of("amount") + self.sum_of("change_amount")
        if "amount" in cleaned and not cleaned["amount"]:
            self.add_error("amount", _("合同价须大于零"))
        if self.sum_of("paid_to_date") > ceiling:
            self.add_error("paid_to_date", _("累计已付不得大于合同价与已批变更之和"))
        if self.sum_of("advance_outstanding") > self.sum_of("paid_to_date"):
            self.add_error("advance_outstanding", _("未扣回预付款不得大于累计已付"))
        if self.sum_of("retention_held") > self.sum_of("verified_value"):
            self.add_error("retention_held", _("已扣质保金不得大于已核定产值"))
        if self.sum_of("verified_value") > ceiling:
            self.warn(_("已核定产值大于合同价与已批变更之和"))
        self._check_terms(cleaned)
        return cleaned

    def _check_terms(self, cleaned: dict[str, Any]) -> None:
        retention = cleaned.get("retention_ratio")
        if retention is not None and retention > figure("works.payment.warranty_ratio", self.day):
            self.warn(_("质保金比例超过法定上限"))
        if any(each["due_on"] <= self.day for each in cleaned.get("missing") or []):
            self.add_error("missing", _("补齐期限须晚于今日"))


class OnboardAuditForm(WorksForm):
    """Step audit: each opening sum is compared with its paper. Filled in by internal audit."""

    is_checked = ticked(_("各项金额均已对照资料核对"))
    opinion = prose(_("核对意见"))


class OnboardApproveForm(WorksForm):
    """Step approve: another person takes the project over."""

    is_approved = ticked(_("同意接续"), _("此前数据标明“上线前数据，未经平台证明”"))
    opinion = prose(_("意见"), required=False)
