"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Publicity(Kept):
    """Notice or publicity: text, medium, from, to."""

    domain = CodeField("领域", codelist="domain")
    kind = CodeField("类型", codelist="publicity_kind")
    subject = models.TextField("对象", blank=True, default="")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    title = models.TextField("标题", blank=True, default="")
    text = models.TextField("正文", blank=True, default="")
    medium = CodeField("媒介", codelist="medium")
    address = models.TextField("网址或地点", blank=True, default="")
    text_sha256 = models.CharField("正文摘要", max_length=64, blank=True, default="")
    text_norm_sha256 = models.CharField("规范正文摘要", max_length=64, blank=True, default="")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)
    period_on = models.DateField("所属期", null=True, blank=True)
    contact_text = models.TextField("异议受理", blank=True, default="")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发布人"
    )
    confirmed_at = models.DateTimeField("核对时间", null=True, blank=True)
    confirmed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    taken_down_at = models.DateTimeField("撤下时间", null=True, blank=True)
    taken_down_reason = models.TextField("撤下原因", blank=True, default="")

    class Meta:
        db_table = "publicity"
        indexes = [models.Index(fields=["matter", "kind"], name="publicity_matter")]
        verbose_name = "公示公告"


class Objection(Kept):
    """Objection, question or complaint about a procedure, and its answer."""

    domain = CodeField("领域", codelist="domain")
    publicity = models.ForeignKey(
        "Publicity", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公示"
    )
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    subject = models.TextField("对象", blank=True, default="")
    kind = CodeField("类型", codelist="objection_kind")
    raised_by = models.TextField("提出人", blank=True, default="")
    raised_by_name = models.TextField("提出人名称", blank=True, default="")
    is_anonymous = models.BooleanField("匿名", default=False)
    contact_text = models.TextField("联系方式", blank=True, default="")
    content = models.TextField("内容", blank=True, default="")
    raised_on = models.DateField("提出日", null=True, blank=True)
    due_on = models.DateField("答复到期", null=True, blank=True)
    accepted_on = models.DateField("受理日", null=True, blank=True)
    answered_on = models.DateField("答复日", null=True, blank=True)
    decided_on = models.DateField("处理日", null=True, blank=True)
    result = CodeField("结果", codelist="objection_result")
    answer_text = models.TextField("答复", blank=True, default="")
    clause = models.TextField("依据条款", blank=True, default="")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    answered_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    pauses = models.BooleanField("暂停程序", default=False)

    class Meta:
        db_table = "objection"
        indexes = [models.Index(fields=["matter", "kind"], name="objection_matter")]
        verbose_name = "异议投诉"
