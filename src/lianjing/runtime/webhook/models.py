"""Tables of the noun: who asked to be told of what, the secrets that sign, and what waits to be delivered."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Subscription(Kept):
    """A wish to be told of acts: which kinds, to which address, within whose scope."""

    name = models.TextField("名称")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="订阅人")
    url = models.TextField("接收地址")
    kinds = models.TextField("事件种类")
    made_at = models.DateTimeField("订阅时间")
    ended_at = models.DateTimeField("停止时间", null=True, blank=True)
    ended_reason = models.TextField("停止理由", blank=True, default="")

    class Meta:
        db_table = "webhook_subscription"
        indexes = [models.Index(fields=["person"], name="webhook_person")]
        verbose_name = "事件推送"


class SigningState(models.Model):
    """The secret that signs what a subscription is sent, and how far it has been told."""

    subscription = models.OneToOneField(
        Subscription, models.CASCADE, primary_key=True, related_name="signing"
    )
    secret = models.TextField("密钥")
    next_leaf = models.BigIntegerField("下一叶号")

    class Meta:
        db_table = "webhook_state"
        verbose_name = "推送状态"


class WebhookDelivery(models.Model):
    """One message to one subscription: waiting, delivered, or dead after all tries."""

    message_id = models.CharField("消息编号", max_length=60, unique=True)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="deliveries")
    event_id = models.CharField("事件", max_length=40)
    content = models.TextField("内容")
    state = CodeField("状态", codelist="webhook_state")
    tries = models.IntegerField("次数", default=0)
    next_at = models.DateTimeField("下次时间")
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    answer_status = models.IntegerField("应答", null=True, blank=True)
    fault = models.TextField("原因", blank=True, default="")

    class Meta:
        db_table = "webhook_delivery"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event_id"], name="webhook_delivery_once")
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="webhook_delivery_due")]
        verbose_name = "推送记录"
