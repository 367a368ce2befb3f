"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Fact(Kept):
    """Published by one domain, asked by another's gate."""

    domain = CodeField("领域", codelist="domain")
    kind = CodeField("事实类型", codelist="fact_kind")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="来源事项")
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="凭据"
    )
    source_matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="来源事项"
    )

    class Meta:
        db_table = "fact"
        indexes = [models.Index(fields=["matter", "kind"], name="fact_matter_kind")]
        verbose_name = "事实"
