"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import MoneyField, RatioField
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
