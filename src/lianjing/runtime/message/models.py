"""The outbox: what is told to whom, by which channel, and whether it arrived and was read."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Message(models.Model):
    """One thing told, written in the transaction of the act that it tells of; the act itself is in the trail."""

    kind = CodeField("消息类型", codelist="message_kind")
    subject = models.CharField("标题", max_length=200)
    text = models.TextField("内容", blank=True, default="")
    link = models.CharField("链接", max_length=300, blank=True, default="")
    matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    sender_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发送人"
    )
    is_confidential = models.BooleanField("内容不出系统", default=False)
    created_at = models.DateTimeField("时间")
    once = models.CharField("防重键", max_length=80, null=True, blank=True, unique=True)
    spread_at = models.DateTimeField("外发编排时间", null=True, blank=True)

    class Meta:
        db_table = "message"
        indexes = [
            models.Index(fields=["id"], name="message_to_spread", condition=models.Q(spread_at__isnull=True)),
        ]
        verbose_name = "消息"


class MessageDelivery(models.Model):
    """One message to one person by one channel; `site` is the bell, which needs no sending."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name="消息")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="接收人")
    channel = CodeField("渠道", codelist="message_channel")
    kind = CodeField("消息类型", codelist="message_kind")
    due_at = models.DateTimeField("应发时间")
    attempts = models.IntegerField("发送次数", default=0)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)
    dead_at = models.DateTimeField("停止重试时间", null=True, blank=True)
    error = models.CharField("失败原因", max_length=300, blank=True, default="")

    class Meta:
        db_table = "message_delivery"
        constraints = [
            models.UniqueConstraint(fields=["message", "person", "channel"], name="message_delivery_once")
        ]
        indexes = [
            models.Index(fields=["person", "channel", "-id"], name="message_delivery_person"),
            models.Index(
                fields=["person"],
                name="message_delivery_unread",
                condition=models.Q(read_at__isnull=True, channel="site"),
            ),
            models.Index(
                fields=["due_at"],
                name="message_delivery_due",
                condition=models.Q(sent_at__isnull=True, dead_at__isnull=True),
            ),
        ]
        verbose_name = "消息发送"


class MessagePreference(models.Model):
    """A channel that a person has switched on or off for a kind of message; what is absent is the policy's default."""

    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+", verbose_name="人员")
    kind = CodeField("消息类型", codelist="message_kind")
    channel = CodeField("渠道", codelist="message_channel")
    is_on = models.BooleanField("接收")

    class Meta:
        db_table = "message_preference"
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "channel"], name="message_preference_once")
        ]
        verbose_name = "消息接收设置"


class MessageAddress(Kept):
    """Where a person's messages go outside the site: changing it is an act, for it may divert a notice."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    channel = CodeField("渠道", codelist="message_channel")
    address = models.CharField("地址", max_length=254, blank=True, default="")

    class Meta:
        db_table = "message_address"
        constraints = [models.UniqueConstraint(fields=["person", "channel"], name="message_address_person")]
        verbose_name = "消息地址"
