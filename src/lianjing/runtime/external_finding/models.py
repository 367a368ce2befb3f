"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class ExternalFinding(Kept):
    """Finding of an inspection tour or audit; a root matter of the unit that it was told to."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    source_kind = CodeField("来源", codelist="external_source")
    issuer = models.TextField("反馈单位", blank=True, default="")
    doc_no = models.TextField("反馈文号", blank=True, default="")
    issued_on = models.DateField("反馈日")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="被反馈单位")
    fact_text = models.TextField("问题")
    duty_text = models.TextField("责任", blank=True, default="")
    track = CodeField("轨道", codelist="track")
    due_on = models.DateField("整改期限")
    has_fix = models.BooleanField("问题已整改", default=False)
    has_screening = models.BooleanField("举一反三", default=False)
    has_rule_change = models.BooleanField("制度已修订", default=False)
    issued_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="登记人"
    )

    class Meta:
        db_table = "external_finding"
        indexes = [models.Index(fields=["unit", "issued_on"], name="external_finding_unit")]
        verbose_name = "巡察审计问题"


class ExternalFindingPart(Kept):
    """One of the three demands of a finding, how it was answered and who accepted the answer."""

    finding = models.ForeignKey("ExternalFinding", models.PROTECT, related_name="+", verbose_name="问题")
    demand = CodeField("要求", codelist="paper_demand")
    text = models.TextField("整改要求", blank=True, default="")
    due_on = models.DateField("期限")
    owner_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任人"
    )
    answer_text = models.TextField("整改情况", blank=True, default="")
    answer_subject = models.TextField("对应记录", blank=True, default="")
    evidence_document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证"
    )
    answered_on = models.DateField("答复日", null=True, blank=True)
    answered_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    accepted_on = models.DateField("销号日", null=True, blank=True)
    accepted_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人"
    )
    returned_reason = models.TextField("退回理由", blank=True, default="")

    class Meta:
        db_table = "external_finding_part"
        constraints = [models.UniqueConstraint(fields=["finding", "demand"], name="external_finding_demand")]
        verbose_name = "整改要求"

    @property
    def state(self) -> str:
        """open, answered or accepted."""
        if self.accepted_on is not None:
            return "accepted"
        return "answered" if self.answered_on is not None else "open"
