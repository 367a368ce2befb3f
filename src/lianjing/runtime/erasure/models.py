"""Tables of the noun."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.trail.kept import Kept


class ErasureRequest(Kept):
    """Asks that values of one row be erased, everywhere in the trail: under which law, why, and who decided."""

    subject_table = models.TextField("表")
    subject_key = models.TextField("行")
    columns = models.TextField("列")
    basis = models.TextField("法律依据")
    reason = models.TextField("理由")
    asked_by_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    state = models.TextField("状态", default="asked")
    note = models.TextField("审批意见", blank=True, default="")

    class Meta:
        db_table = "erasure_request"
        indexes = [models.Index(fields=["subject_table", "subject_key"], name="erasure_request_subject")]
        verbose_name = "留痕正文删除"
