"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class Parameter(Kept):
    """One legal or local figure with dates, source, clause."""

    is_reference = True

    key = models.TextField("键")
    value_text = models.TextField("文本值", blank=True, default="")
    value_number = RatioField("数值", null=True, blank=True)
    value = MoneyField("金额值", null=True, blank=True)
    unit = models.CharField("单位", max_length=30)
    zh = models.TextField("名称", blank=True, default="")
    en = models.TextField("英文名称", blank=True, default="")
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)
    source = models.TextField("来源", blank=True, default="")
    mark = models.CharField("证据标记", max_length=20, blank=True, default="")
    checked_on = models.DateField("核对日", null=True, blank=True)

    class Meta:
        db_table = "parameter"
        constraints = [models.UniqueConstraint(fields=["key", "from_on"], name="parameter_key_from")]
        verbose_name = "参数"


class FigureChange(Kept):
    """A new dated value of a figure, proposed by who keeps the figures, in force only when a second person agrees."""

    key = models.TextField("键")
    value = models.TextField("数值")
    from_on = models.DateField("起")
    source = models.TextField("依据文件")
    mark = models.CharField("证据标记", max_length=20)
    proposed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    status = CodeField("状态", codelist="grant_status")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    reason = models.TextField("不同意理由", blank=True, default="")
    parameter = models.ForeignKey(
        "Parameter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="参数"
    )

    class Meta:
        db_table = "figure_change"
        indexes = [models.Index(fields=["status"], name="figure_change_status")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by_person__isnull=True)
                | ~models.Q(decided_by_person=models.F("proposed_by_person")),
                name="figure_change_two_persons",
            )
        ]
        verbose_name = "参数变更"
