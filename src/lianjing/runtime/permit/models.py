"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField
from lianjing.runtime.trail.kept import Kept


class Permit(Kept):
    """Approvals and permits: proposal, feasibility, design, pre-review, planning, construction."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    domain = models.TextField("domain", blank=True, default="")
    project = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="项目")
    kind = CodeField("种类", codelist="permit_kind")
    permit_no = models.TextField("文号证号", blank=True, default="")
    applied_on = models.DateField("申请日", null=True, blank=True)
    issued_on = models.DateField("核发日", null=True, blank=True)
    result = CodeField("结论", codelist="permit_result")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核发机关"
    )
    valid_to_on = models.DateField("有效期至", null=True, blank=True)
    amount = MoneyField("批准金额", null=True, blank=True)
    authority = models.TextField("批复机关", blank=True, default="")
    content_text = models.TextField("批准内容", blank=True, default="")
    acceptance_no = models.TextField("受理号", blank=True, default="")
    legal_limit_days = models.IntegerField("法定时限", null=True, blank=True)
    working_days_used = models.IntegerField("实际用时", null=True, blank=True)
    paused_days = models.IntegerField("暂停时长", null=True, blank=True)
    expires_permit = models.ForeignKey(
        "Permit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所替许可"
    )
    conditions_text = models.TextField("附带条件", blank=True, default="")
    verified_on = models.DateField("核验日", null=True, blank=True)
    verified_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人"
    )

    class Meta:
        db_table = "permit"
        indexes = [models.Index(fields=["project", "kind"], name="permit_project")]
        verbose_name = "批复许可"
