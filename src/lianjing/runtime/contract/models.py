"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class Contract(Kept):
    """Signed contract or agreement of any domain."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    domain = CodeField("领域", codelist="domain")
    code = models.TextField("合同编号", blank=True, default="")
    title = models.TextField("名称", blank=True, default="")
    kind = CodeField("合同类型", codelist="contract_kind")
    project = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="项目")
    tender = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="招标"
    )
    award = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="定标"
    )
    owner_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发包单位"
    )
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承包人"
    )
    procurement_category = CodeField("采购类别", codelist="procurement_category")
    fund_kind = CodeField("资金性质", codelist="fund_kind")
    amount = MoneyField("合同价", null=True, blank=True)
    amount_currency = models.TextField("币种", blank=True, default="")
    provisional = MoneyField("暂列金额", null=True, blank=True)
    signed_on = models.DateField("签订日", null=True, blank=True)
    end_on = models.DateField("合同完工", null=True, blank=True)
    payee_account = models.ForeignKey(
        "parties.Account",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="约定收款账户",
    )
    advance_ratio = RatioField("预付比例", null=True, blank=True)
    progress_ratio = RatioField("进度款比例", null=True, blank=True)
    retention_ratio = RatioField("质保金比例", null=True, blank=True)
    payment_days = models.IntegerField("付款期限", null=True, blank=True)
    has_audit_condition = models.BooleanField("约定以审计为准", default=False)
    approver_post = models.ForeignKey(
        "org.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批岗位"
    )
    status = CodeField("状态", codelist="contract_status")

    class Meta:
        db_table = "contract"
        indexes = [
            models.Index(fields=["project"], name="contract_project"),
            models.Index(fields=["code"], name="contract_code"),
            models.Index(fields=["enterprise"], name="contract_enterprise"),
        ]
        verbose_name = "合同"


class Amendment(Kept):
    """Amendment of a contract."""

    contract = models.ForeignKey("Contract", models.PROTECT, related_name="+", verbose_name="合同")
    signed_on = models.DateField("签订日")
    new_amount = MoneyField("新合同价")
    reason = models.TextField("理由", blank=True, default="")

    class Meta:
        db_table = "amendment"
        verbose_name = "补充协议"


class AccountChange(Kept):
    """Change of the payee account of a contract, claim or household."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    contract = models.ForeignKey("Contract", models.PROTECT, related_name="+", verbose_name="合同")
    old_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原账户"
    )
    new_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="新账户"
    )
    changed_on = models.DateField("变更日", null=True, blank=True)
    approved_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    reason = models.TextField("理由", blank=True, default="")
    status = models.TextField("状态", blank=True, default="")

    class Meta:
        db_table = "account_change"
        verbose_name = "账户变更"
