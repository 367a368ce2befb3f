"""Notices of the house: drafted, published to everyone or to units, withdrawn, and who has read them."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Notice(Kept):
    """One notice (通知) or announcement (公告); without units it is for everyone."""

    kind = CodeField("类型", codelist="notice_kind")
    title = models.CharField("标题", max_length=200)
    text = models.TextField("正文")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="发布单位")
    status = CodeField("状态", codelist="notice_status")
    author_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="起草人")
    drafted_at = models.DateTimeField("起草时间")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    to_on = models.DateField("有效至", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdraw_reason = models.TextField("撤回理由", blank=True, default="")

    class Meta:
        db_table = "notice"
        indexes = [models.Index(fields=["status", "published_at"], name="notice_status_published")]
        verbose_name = "通知公告"


class NoticeUnit(Kept):
    """A unit that a notice is for, with all units below it."""

    notice = models.ForeignKey("Notice", models.PROTECT, related_name="units", verbose_name="通知")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="接收单位")

    class Meta:
        db_table = "notice_unit"
        constraints = [models.UniqueConstraint(fields=["notice", "unit"], name="notice_unit_once")]
        verbose_name = "通知接收单位"


class NoticeRead(models.Model):
    """That a person opened a notice: a count for its author, no act."""

    notice = models.ForeignKey("Notice", models.CASCADE, related_name="reads", verbose_name="通知")
    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+", verbose_name="人员")
    read_at = models.DateTimeField("阅读时间")

    class Meta:
        db_table = "notice_read"
        constraints = [models.UniqueConstraint(fields=["notice", "person"], name="notice_read_once")]
        verbose_name = "通知阅读"
