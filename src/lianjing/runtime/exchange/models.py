"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField
from lianjing.runtime.trail.kept import Kept


class Feed(Kept):
    """Outside system or file feed: purpose, basis, how it stands."""

    code = models.TextField("编号")
    name = models.TextField("名称")
    provider = models.TextField("提供方")
    purpose = models.TextField("用途")
    clause = models.ForeignKey(
        "regulation.Clause", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据"
    )
    has_person_data = models.BooleanField("含个人信息", default=False)
    pipia_document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="影响评估"
    )
    status = CodeField("状态", codelist="feed_status")

    class Meta:
        db_table = "feed"
        constraints = [models.UniqueConstraint(fields=["code"], name="feed_code")]
        verbose_name = "数据源"


class ExternalRecord(Kept):
    """Contract, tender, payment or project as another system states it, to find what is off the platform."""

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="+", verbose_name="数据源")
    kind = CodeField("类型", codelist="external_kind")
    external_no = models.TextField("外部编号")
    title = models.TextField("名称", blank=True, default="")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    party_name_norm = models.TextField("对方规范名称", blank=True, default="")
    amount = MoneyField("金额", null=True, blank=True)
    happened_on = models.DateField("日期", null=True, blank=True)
    matched_matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="匹配事项"
    )
    explanation = models.TextField("说明", blank=True, default="")
    content = models.TextField("对方所载", blank=True, default="")  # canonical JSON: field → text

    class Meta:
        db_table = "external_record"
        constraints = [
            models.UniqueConstraint(fields=["feed", "kind", "external_no"], name="external_record_once")
        ]
        verbose_name = "外部记录"


class FeedState(models.Model):
    """How far a feed has come and when it is due; changes with every run."""

    feed = models.OneToOneField(Feed, models.CASCADE, primary_key=True, related_name="state")
    cursor = models.TextField("读到", blank=True, default="")
    next_leaf = models.BigIntegerField("下一叶号", default=0)
    next_at = models.DateTimeField("下次", null=True, blank=True)
    connected_at = models.DateTimeField("接通", null=True, blank=True)
    ok_at = models.DateTimeField("最近成功", null=True, blank=True)
    failures = models.IntegerField("连续失败", default=0)

    class Meta:
        db_table = "feed_state"
        verbose_name = "数据源状态"


class FeedRun(models.Model):
    """One run of a feed: counts, quality, what went wrong."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="runs")
    direction = CodeField("方向", codelist="feed_direction")
    started_at = models.DateTimeField("开始")
    result = CodeField("质量结论", codelist="quality_result")
    row_count = models.IntegerField("行数", default=0)
    new_count = models.IntegerField("新增", default=0)
    changed_count = models.IntegerField("变更", default=0)
    rejected_count = models.IntegerField("拒绝", default=0)
    unmatched_count = models.IntegerField("未匹配", default=0)
    fault = models.TextField("原因", blank=True, default="")

    class Meta:
        db_table = "feed_run"
        indexes = [models.Index(fields=["feed", "started_at"], name="feed_run_feed")]
        verbose_name = "数据源运行"


class DeadLetter(models.Model):
    """One thing that goes out or could not be taken in: waiting, delivered, or dead until somebody sends it again."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="letters")
    direction = CodeField("方向", codelist="feed_direction")
    source_id = models.CharField("来源编号", max_length=200)
    content = models.TextField("内容")
    state = CodeField("状态", codelist="webhook_state")
    tries = models.IntegerField("次数", default=0)
    made_at = models.DateTimeField("产生时间")
    next_at = models.DateTimeField("下次时间")
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    fault = models.TextField("原因", blank=True, default="")

    class Meta:
        db_table = "dead_letter"
        constraints = [
            models.UniqueConstraint(fields=["feed", "direction", "source_id"], name="dead_letter_once")
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="dead_letter_due")]
        verbose_name = "往来报文"


class SeenMessage(models.Model):
    """A signed message that was taken: it counts once, however often it is sent again."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+")
    message_id = models.CharField("消息编号", max_length=200)
    seen_at = models.DateTimeField("收到时间")

    class Meta:
        db_table = "feed_message"
        constraints = [models.UniqueConstraint(fields=["feed", "message_id"], name="feed_message_once")]
        verbose_name = "已收消息"
