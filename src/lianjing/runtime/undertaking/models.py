"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, RatioField
from lianjing.runtime.trail.kept import Kept


class Undertaking(Kept):
    """What is owed, by whom, until when, with evidence and a checker."""

    domain = CodeField("领域", codelist="domain")
    source_kind = CodeField("来源类别", codelist="undertaking_source")
    matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    category = CodeField("领域", codelist="undertaking_category")
    what = models.TextField("事项")
    owner_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任单位"
    )
    owner_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任人"
    )
    opened_on = models.DateField("交办日")
    due_on = models.DateField("到期日")
    list_state = CodeField("清单状态", codelist="list_state")
    document_kind = CodeField("文件种类", codelist="document_kind")
    evidence_document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证"
    )
    closed_on = models.DateField("销号日", null=True, blank=True)
    checker_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人"
    )
    result = CodeField("结果", codelist="undertaking_result")
    urge_count = models.IntegerField("督办次数", null=True, blank=True)
    clause = models.TextField("依据条款", blank=True, default="")
    source = models.TextField("来源", blank=True, default="")
    track = CodeField("轨道", codelist="track")
    progress_ratio = RatioField("进度", null=True, blank=True)
    close_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="销号批准人"
    )
    reopened_on = models.DateField("重开日", null=True, blank=True)
    reopened_reason = models.TextField("重开理由", blank=True, default="")
    is_listed_supervision = models.BooleanField("挂牌督办", default=False)
    owner_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任企业"
    )

    class Meta:
        db_table = "undertaking"
        verbose_name = "交办整改事项"


class UndertakingProgress(Kept):
    """Dated progress note."""

    undertaking = models.ForeignKey("Undertaking", models.PROTECT, related_name="+", verbose_name="事项")
    noted_on = models.DateField("日期")
    progress_ratio = RatioField("进度", null=True, blank=True)
    note = models.TextField("说明", blank=True, default="")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="填报人"
    )
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证"
    )

    class Meta:
        db_table = "undertaking_progress"
        verbose_name = "进展"


class Urging(Kept):
    """Urging sheet on one of the two lines."""

    undertaking = models.ForeignKey(
        "Undertaking", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所催事项"
    )
    line = CodeField("督办线", codelist="urge_line")
    sheet_no = models.TextField("单号", blank=True, default="")
    issued_on = models.DateField("签发日")
    text = models.TextField("要求", blank=True, default="")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签发人"
    )
    to_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="被督办人"
    )
    to_enterprise = models.ForeignKey(
        "parties.Enterprise",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="被督办企业",
    )
    due_on = models.DateField("要求完成日", null=True, blank=True)
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    reply_text = models.TextField("反馈", blank=True, default="")
    replied_at = models.DateTimeField("反馈时间", null=True, blank=True)

    class Meta:
        db_table = "urging"
        verbose_name = "督办单"
