"""Tables of the noun."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.trail.kept import Kept


class NamedReport(Kept):
    """A list page with its search, columns and grouping under a name; what it shows is always the reader's scope."""

    name = models.TextField("报表名称")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="建立人")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="共用单位"
    )
    path = models.TextField("名单页面")
    query = models.TextField("筛选", blank=True, default="")
    schedule = models.TextField("定期生成", blank=True, default="")
    next_on = models.DateField("下次生成日", null=True, blank=True)
    ended_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        db_table = "named_report"
        indexes = [
            models.Index(fields=["person"], name="named_report_person"),
            models.Index(fields=["next_on"], name="named_report_next"),
        ]
        verbose_name = "报表"
