"""The worker's own channel: the link on his phone and what he says through it or at his door."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField
from lianjing.runtime.trail.kept import Kept


class ConfirmationLink(Kept):
    """A link that works once and lapses; only the digest of its secret is kept."""

    claim = models.ForeignKey("BenefitClaim", models.PROTECT, related_name="+", verbose_name="申领")
    token_hash = models.CharField("口令摘要", max_length=64, unique=True)
    issued_at = models.DateTimeField("签发时间")
    issued_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="签发人"
    )
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    ended_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        db_table = "confirmation_link"
        indexes = [models.Index(fields=["claim"], name="confirmation_link_claim")]
        verbose_name = "职工确认链接"


class WorkerStatement(Kept):
    """What the worker says he received of an item: confirmed, or contested with his words."""

    benefit_item = models.ForeignKey("BenefitItem", models.PROTECT, related_name="+", verbose_name="待遇项目")
    kind = CodeField("陈述", codelist="worker_statement_kind")
    received = MoneyField("自述到手")
    text = models.TextField("说明", blank=True, default="")
    stated_at = models.DateTimeField("陈述时间")
    link = models.ForeignKey(
        "ConfirmationLink", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认链接"
    )
    home_check = models.ForeignKey(
        "HomeCheck", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上门核查"
    )

    class Meta:
        db_table = "worker_statement"
        indexes = [models.Index(fields=["benefit_item"], name="worker_statement_item")]
        verbose_name = "职工陈述"
