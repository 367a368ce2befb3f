"""What an imported record states and no other table holds."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class StatedPaper(Kept):
    """A paper that an imported record names: its digest and address as stated, not the paper itself."""

    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    kind = CodeField("文件种类", codelist="document_kind")
    printed_kind = models.TextField("原种类", blank=True, default="")
    title = models.TextField("标题", blank=True, default="")
    sha256 = models.TextField("摘要", blank=True, default="")
    media_type = models.TextField("格式", blank=True, default="")
    url = models.TextField("网址", blank=True, default="")
    published_on = models.DateField("发布日", null=True, blank=True)

    class Meta:
        db_table = "stated_paper"
        indexes = [models.Index(fields=["matter"], name="stated_paper_matter")]
        verbose_name = "外部记录所列文件"
