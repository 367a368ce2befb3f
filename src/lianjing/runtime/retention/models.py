"""Tables of the noun: the class of each kind of paper, holds, disposals."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class RetentionRule(Kept):
    """How long papers of one kind are kept in this zone; "" stands for every kind without a rule of its own."""

    document_kind = CodeField("文件种类", codelist="document_kind")
    retention = CodeField("保管期限", codelist="retention")
    basis = models.TextField("依据")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="设定人")

    class Meta:
        db_table = "retention_rule"
        constraints = [models.UniqueConstraint(fields=["document_kind"], name="retention_rule_kind")]
        verbose_name = "保管期限规则"


class LegalHold(Kept):
    """A hold on a matter, a person or a document: nothing of it is disposed of or erased until it is released."""

    subject = models.CharField("对象", max_length=60)
    basis = models.TextField("依据文件")
    reason = models.TextField("理由")
    placed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="冻结人"
    )
    placed_at = models.DateTimeField("冻结时间")
    released_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="解除人"
    )
    released_at = models.DateTimeField("解除时间", null=True, blank=True)
    release_basis = models.TextField("解除依据", blank=True, default="")

    class Meta:
        db_table = "legal_hold"
        indexes = [models.Index(fields=["subject"], name="legal_hold_subject")]
        verbose_name = "冻结"


class Disposal(Kept):
    """The disposal of one paper, proposed by one person and decided by another. Its row and its events stay."""

    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+", verbose_name="文件")
    retention = CodeField("保管期限", codelist="retention")
    due_on = models.DateField("到期日")
    reason = models.TextField("鉴定意见")
    status = CodeField("状态", codelist="disposal_status")
    proposed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)

    class Meta:
        db_table = "disposal"
        indexes = [models.Index(fields=["document", "status"], name="disposal_document")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by_person__isnull=True)
                | ~models.Q(decided_by_person=models.F("proposed_by_person")),
                name="disposal_two_persons",
            )
        ]
        verbose_name = "销毁"
