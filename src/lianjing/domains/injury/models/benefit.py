"""The entitlement ledger: claims, benefit items with payer, formula and amount, proofs, transfers, the worker's word."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class BenefitClaim(Kept):
    """One claim for benefits, by the worker or by a proxy with his signed mandate."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    injury = models.ForeignKey("Injury", models.PROTECT, related_name="+", verbose_name="工伤案件")
    claimant = CodeField("申领人", codelist="injury_applicant")
    is_proxy = models.BooleanField("代办", default=False)
    mandate_document = models.ForeignKey(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="代领委托书",
    )
    claimed_on = models.DateField("申领日", null=True, blank=True)
    worker_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="职工账户"
    )
    employer_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位账户"
    )
    strategy = CodeField("支付路径规则", codelist="route_strategy")
    assessed_on = models.DateField("核定日", null=True, blank=True)
    approved_on = models.DateField("复核日", null=True, blank=True)
    due_on = models.DateField("应付日", null=True, blank=True)

    class Meta:
        db_table = "benefit_claim"
        indexes = [models.Index(fields=["injury"], name="benefit_claim_injury")]
        verbose_name = "待遇申领"


class BenefitItem(Kept):
    """One entitled benefit: payer, formula, amount, route, paid, confirmed."""

    injury = models.ForeignKey("Injury", models.PROTECT, related_name="+", verbose_name="工伤案件")
    claim = models.ForeignKey(
        "BenefitClaim", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申领"
    )
    kind = CodeField("项目", codelist="benefit_kind")
    payer = CodeField("支付方", codelist="benefit_payer")
    quantity = RatioField("数量", null=True, blank=True)
    incurred_on = models.DateField("发生日", null=True, blank=True)
    relation = CodeField("亲属关系", codelist="dependant_relation")
    is_alone = models.BooleanField("孤寡", default=False)
    is_direct = models.BooleanField("医院联网结算", default=False)
    asked = MoneyField("申报额", null=True, blank=True)
    entitled = MoneyField("应付", null=True, blank=True)
    reimbursable = MoneyField("可报销额", null=True, blank=True)
    formula = models.TextField("计算式", blank=True, default="")
    clause = models.ForeignKey(
        "regulation.Clause", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据"
    )
    claimed_on = models.DateField("申领日", null=True, blank=True)
    approved_on = models.DateField("核定日", null=True, blank=True)
    due_on = models.DateField("应付日", null=True, blank=True)
    route = CodeField("支付路径", codelist="benefit_route")
    route_clause = models.TextField("路径依据条款", blank=True, default="")
    payment_application = models.ForeignKey(
        "payment.PaymentApplication",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="支付申请",
    )
    payee_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收款账户"
    )
    paid = MoneyField("实付", null=True, blank=True)
    paid_on = models.DateField("支付日", null=True, blank=True)
    employer_receipt_document = models.ForeignKey(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="单位支付凭证",
    )
    is_confirmed = models.BooleanField("职工确认", default=False)
    confirmed_on = models.DateField("确认日", null=True, blank=True)
    confirmed = MoneyField("确认到手额", null=True, blank=True)

    class Meta:
        db_table = "benefit_item"
        indexes = [
            models.Index(fields=["injury"], name="benefit_item_injury"),
            models.Index(fields=["claim"], name="benefit_item_claim"),
            models.Index(fields=["route", "paid_on"], name="benefit_item_route"),
        ]
        verbose_name = "待遇项目"


class BenefitShare(Kept):
    """What of an item goes to whom; one row, or two where the advance is split off (Art. 31)."""

    benefit_item = models.ForeignKey("BenefitItem", models.PROTECT, related_name="+", verbose_name="待遇项目")
    payee = CodeField("收款方", codelist="benefit_route")
    amount = MoneyField("金额")
    account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收款账户"
    )
    payment_application = models.ForeignKey(
        "payment.PaymentApplication",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="支付申请",
    )
    paid_on = models.DateField("支付日", null=True, blank=True)

    class Meta:
        db_table = "benefit_share"
        indexes = [models.Index(fields=["benefit_item"], name="benefit_share_item")]
        verbose_name = "待遇分付"


class AdvanceProof(Kept):
    """Proof that the employer advanced a cost."""

    injury = models.ForeignKey("Injury", models.PROTECT, related_name="+", verbose_name="工伤案件")
    benefit_item = models.ForeignKey("BenefitItem", models.PROTECT, related_name="+", verbose_name="待遇项目")
    voucher_no = models.TextField("凭证号")
    payer_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="付款账户"
    )
    payer_name = models.TextField("付款人", blank=True, default="")
    payee_name = models.TextField("收款人", blank=True, default="")
    amount = MoneyField("金额")
    paid_on = models.DateField("付款日")
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="凭证"
    )
    is_verified = models.BooleanField("已核验", default=False)

    class Meta:
        db_table = "advance_proof"
        indexes = [
            models.Index(fields=["voucher_no"], name="advance_proof_voucher"),
            models.Index(fields=["benefit_item"], name="advance_proof_item"),
        ]
        verbose_name = "垫付凭证"


class TransferToWorker(Kept):
    """What the employer passed on to the worker, with the bank's voucher."""

    benefit_item = models.ForeignKey("BenefitItem", models.PROTECT, related_name="+", verbose_name="待遇项目")
    amount = MoneyField("金额")
    paid_on = models.DateField("转付日")
    payee_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="职工账户"
    )
    voucher_no = models.TextField("凭证号", blank=True, default="")
    voucher_document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="凭证"
    )
    due_on = models.DateField("应转付日", null=True, blank=True)

    class Meta:
        db_table = "transfer_to_worker"
        indexes = [models.Index(fields=["benefit_item"], name="transfer_to_worker_item")]
        verbose_name = "转付职工"


class HomeCheck(Kept):
    """Door-to-door check of a proxy-collected case by two."""

    injury = models.ForeignKey("Injury", models.PROTECT, related_name="+", verbose_name="工伤案件")
    checked_on = models.DateField("核查日")
    person_a = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="核查人甲")
    person_b = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="核查人乙")
    statement_text = models.TextField("职工陈述", blank=True, default="")
    received = MoneyField("职工自述到手", null=True, blank=True)

    class Meta:
        db_table = "home_check"
        indexes = [models.Index(fields=["injury"], name="home_check_injury")]
        verbose_name = "上门核查"
