"""Tables of the noun: what was unmasked, by whom, for which purpose, until when."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Unmasking(Kept):
    """One person's leave to read the personal columns of one row for a short time, with its purpose."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="查看人")
    record_table = models.TextField("表")
    record_key = models.TextField("记录")
    purpose = CodeField("目的", codelist="unmask_purpose")
    reason = models.TextField("理由")
    from_at = models.DateTimeField("起")
    to_at = models.DateTimeField("止")

    class Meta:
        db_table = "unmasking"
        indexes = [models.Index(fields=["person", "to_at"], name="unmasking_person")]
        verbose_name = "脱敏查看"
