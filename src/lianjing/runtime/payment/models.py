"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField
from lianjing.runtime.trail.kept import Kept


class BudgetLine(Kept):
    """Line that payments draw on."""

    domain = CodeField("领域", codelist="domain")
    project = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目"
    )
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="预算单位")
    fiscal_year = models.IntegerField("年度")
    code = models.TextField("指标号")
    name = models.TextField("名称")
    fund_kind = CodeField("资金性质", codelist="fund_kind")
    purpose = CodeField("支出类别", codelist="payment_kind")
    amount = MoneyField("预算数")

    class Meta:
        db_table = "budget_line"
        verbose_name = "预算指标"


class BudgetCarry(Kept):
    """What a budget line left unused at the end of its year, and the line of the next year that it went into."""

    line = models.OneToOneField(
        BudgetLine, models.PROTECT, related_name="carried_from", verbose_name="结转指标"
    )
    origin = models.ForeignKey(BudgetLine, models.PROTECT, related_name="carried_to", verbose_name="原指标")
    amount = MoneyField("结转额")

    class Meta:
        db_table = "budget_carry"
        constraints = [models.UniqueConstraint(fields=["origin"], name="budget_carry_once")]
        verbose_name = "预算指标结转"


class PaymentApplication(Kept):
    """One application for payment; the five reviews run on it."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    domain = CodeField("领域", codelist="domain")
    kind = CodeField("支付类型", codelist="payment_kind")
    contract = models.ForeignKey(
        "contract.Contract", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="合同"
    )
    project = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目"
    )
    period_no = models.IntegerField("期次", null=True, blank=True)
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="付款单位"
    )
    budget_line = models.ForeignKey(
        "BudgetLine", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="预算指标"
    )
    basis = models.TextField("依据对象", blank=True, default="")
    payee = models.TextField("收款人", blank=True, default="")
    payee_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收款单位"
    )
    payee_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收款账户"
    )
    amount = MoneyField("申请额", null=True, blank=True)
    approved = MoneyField("审定额", null=True, blank=True)
    certified_value = MoneyField("完成产值", null=True, blank=True)
    advance_deducted = MoneyField("抵扣预付款", null=True, blank=True)
    retention = MoneyField("扣留质保金", null=True, blank=True)
    labour_share = MoneyField("人工费", null=True, blank=True)
    other_deducted = MoneyField("扣罚其他", null=True, blank=True)
    progress_report = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="进度报告"
    )
    agenda_item = models.ForeignKey(
        "meeting.AgendaItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="集体决策议题",
    )
    received_on = models.DateField("收到日", null=True, blank=True)
    delivered_on = models.DateField("交付验收日", null=True, blank=True)
    due_on = models.DateField("应付日", null=True, blank=True)
    is_payee_sme = models.BooleanField("收款方为中小企业", default=False)
    status = CodeField("状态", codelist="payment_status")

    class Meta:
        db_table = "payment_application"
        indexes = [
            models.Index(fields=["contract", "status"], name="payment_application_contract"),
            models.Index(fields=["project", "status"], name="payment_application_project"),
        ]
        verbose_name = "支付申请"


class PaymentOrder(Kept):
    """Order to the bank and its settlement."""

    domain = CodeField("领域", codelist="domain")
    payment_application = models.ForeignKey(
        "PaymentApplication", models.PROTECT, related_name="+", verbose_name="支付申请"
    )
    order_no = models.TextField("指令号")
    amount = MoneyField("金额")
    payer_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="付款账户"
    )
    payee_account = models.ForeignKey(
        "parties.Account", models.PROTECT, related_name="+", verbose_name="收款账户"
    )
    maker_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="制单人")
    checker_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    approver_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    issued_at = models.DateTimeField("签发时间", null=True, blank=True)
    paid_on = models.DateField("支付日", null=True, blank=True)
    status = CodeField("状态", codelist="order_status")

    class Meta:
        db_table = "payment_order"
        constraints = [
            models.UniqueConstraint(fields=["order_no"], name="payment_order_no"),
            models.UniqueConstraint(
                fields=["payment_application", "payee_account"],  # the wage share goes out by its own order
                name="payment_order_once",
                condition=~models.Q(status__in=["cancelled", "returned"]),
            ),
        ]
        verbose_name = "支付指令"


class BankLine(Kept):
    """Line of the unit's own bank statement, reconciled daily."""

    domain = CodeField("领域", codelist="domain")
    account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="本方账户"
    )
    direction = CodeField("方向", codelist="direction")
    amount = MoneyField("金额")
    booked_on = models.DateField("记账日")
    counterparty_name = models.TextField("对方户名", blank=True, default="")
    counterparty_account_hash = models.CharField("对方账号摘要", max_length=64, blank=True, default="")
    bank_ref = models.TextField("流水号")
    memo = models.TextField("摘要", blank=True, default="")
    payment_order = models.ForeignKey(
        "PaymentOrder", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="匹配指令"
    )
    match_state = CodeField("匹配状态", codelist="match_state")
    statement = models.ForeignKey(
        "BankStatement", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="对账单"
    )
    balance = MoneyField("余额", null=True, blank=True)
    explanation = models.TextField("说明", blank=True, default="")
    explained_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="说明人"
    )
    explained_at = models.DateTimeField("说明时间", null=True, blank=True)
    matched_at = models.DateTimeField("匹配时间", null=True, blank=True)
    is_cash = models.BooleanField("现金", default=False)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="凭证"
    )

    class Meta:
        db_table = "bank_line"
        constraints = [models.UniqueConstraint(fields=["account", "bank_ref"], name="bank_line_ref")]
        verbose_name = "银行流水"


class Invoice(Kept):
    """Invoice behind a payment or a claim."""

    domain = CodeField("领域", codelist="domain")
    payment_application = models.ForeignKey(
        "PaymentApplication", models.PROTECT, related_name="+", verbose_name="支付申请"
    )
    supplier_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="开票方"
    )
    invoice_code = models.TextField("发票代码", blank=True, default="")
    invoice_no = models.TextField("发票号码")
    issued_on = models.DateField("开票日")
    amount = MoneyField("金额")
    status = CodeField("状态", codelist="invoice_status")

    class Meta:
        db_table = "invoice"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice_code", "invoice_no"],
                name="invoice_once",
                condition=models.Q(status__in=["verified", "unverified"]),
            ),
        ]
        verbose_name = "发票"


class BankStatement(Kept):
    """One imported bank file of an own account: its days, balances and digest."""

    domain = CodeField("领域", codelist="domain")
    account = models.ForeignKey("parties.Account", models.PROTECT, related_name="+", verbose_name="本方账户")
    from_on = models.DateField("起")
    to_on = models.DateField("止")
    opening = MoneyField("期初余额")
    closing = MoneyField("期末余额")
    line_count = models.IntegerField("笔数")
    sha256 = models.CharField("文件摘要", max_length=64)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    imported_at = models.DateTimeField("导入时间")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入人"
    )
    status = models.TextField("状态", blank=True, default="")

    class Meta:
        db_table = "bank_statement"
        constraints = [models.UniqueConstraint(fields=["account", "sha256"], name="bank_statement_once")]
        verbose_name = "银行对账单"


class PaymentHold(Kept):
    """Why a payment waits, and the clause that allows it."""

    payment_application = models.ForeignKey(
        "PaymentApplication", models.PROTECT, related_name="+", verbose_name="支付申请"
    )
    reason = CodeField("原因", codelist="hold_reason")
    clause = models.TextField("依据条款", blank=True, default="")
    is_allowed = models.BooleanField("依据成立", default=False)
    explanation = models.TextField("说明", blank=True, default="")
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="搁置人"
    )

    class Meta:
        db_table = "payment_hold"
        verbose_name = "支付搁置"
