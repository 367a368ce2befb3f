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
    days = models.IntegerField("工期", null=True, blank=True)
    quality = models.TextField("质量标准", blank=True, default="")
    pricing = CodeField("计价方式", codelist="pricing")
    manager_name = models.TextField("项目负责人", blank=True, default="")
    wage_note = models.TextField("人工费约定", blank=True, default="")
    wage_ratio = RatioField("人工费比例", null=True, blank=True)
    wage_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工资专户"
    )
    start_on = models.DateField("合同开工", null=True, blank=True)
    published_on = models.DateField("公开日", null=True, blank=True)
    seal_no = models.TextField("用印登记号", blank=True, default="")
    is_framework_calloff = models.BooleanField("框架协议订单", default=False)
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
    """Amendment of a contract: a matter of its own."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    contract = models.ForeignKey("Contract", models.PROTECT, related_name="+", verbose_name="合同")
    code = models.TextField("补充协议号", blank=True, default="")
    delta = MoneyField("增减额", null=True, blank=True)
    new_amount = MoneyField("新合同价")
    new_end_on = models.DateField("新完工日", null=True, blank=True)
    reason = models.TextField("理由", blank=True, default="")
    text = models.TextField("内容", blank=True, default="")
    change_order = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据变更"
    )
    signed_on = models.DateField("签订日", null=True, blank=True)
    seal_no = models.TextField("用印登记号", blank=True, default="")
    status = models.TextField("状态", blank=True, default="")

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


class ContractBond(Kept):
    """Performance bond, retention, wage bond, advance bond: form, ratio, return."""

    contract = models.ForeignKey("Contract", models.PROTECT, related_name="+", verbose_name="合同")
    kind = CodeField("种类", codelist="bond_kind")
    form = CodeField("形式", codelist="bond_form")
    base = MoneyField("计算基数", null=True, blank=True)
    amount = MoneyField("金额", null=True, blank=True)
    ratio = RatioField("比例", null=True, blank=True)
    is_cash_only = models.BooleanField("限现金", default=False)
    guarantor_name = models.TextField("担保机构", blank=True, default="")
    policy_no = models.TextField("保函编号", blank=True, default="")
    expires_on = models.DateField("到期日", null=True, blank=True)
    due_return_on = models.DateField("应退日", null=True, blank=True)
    returned_on = models.DateField("退还日", null=True, blank=True)

    class Meta:
        db_table = "contract_bond"
        verbose_name = "合同担保金"


class ContractItem(Kept):
    """Bill item of the signed contract."""

    contract = models.ForeignKey("Contract", models.PROTECT, related_name="+", verbose_name="合同")
    item_code = models.TextField("清单编码")
    name = models.TextField("名称", blank=True, default="")
    unit_name = models.TextField("单位", blank=True, default="")
    quantity = RatioField("数量", null=True, blank=True)
    unit_price = MoneyField("单价", null=True, blank=True)

    class Meta:
        db_table = "contract_item"
        verbose_name = "合同清单项"


class Term(Kept):
    """Key term of a text, so that two texts can be compared."""

    source = models.TextField("来源文本", blank=True, default="")
    source_kind = CodeField("文本类别", codelist="term_source")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    key = CodeField("要素", codelist="term_key")
    value_text = models.TextField("文本值", blank=True, default="")
    value = MoneyField("金额值", null=True, blank=True)
    value_number = RatioField("数值", null=True, blank=True)
    agreed_on = models.DateField("确定日", null=True, blank=True)

    class Meta:
        db_table = "term"
        indexes = [models.Index(fields=["matter", "key"], name="term_matter")]
        verbose_name = "条款要素"
