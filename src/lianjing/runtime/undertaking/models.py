"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
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

    class Meta:
        db_table = "undertaking"
        verbose_name = "交办整改事项"
