"""Tables of the noun: tokens, when each was last used, and how many requests were taken from which share."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class ApiToken(Kept):
    """A right of another program to act as a person: its scopes and lists, until when. Only the digest is kept."""

    kind = CodeField("令牌类别", codelist="token_kind")
    name = models.TextField("名称")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="所属人员")
    digest = models.TextField("令牌摘要")
    hint = models.TextField("令牌前缀")
    scopes = models.TextField("范围")
    registers = models.TextField("限定台账", blank=True, default="")
    made_at = models.DateTimeField("签发时间")
    made_by_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="签发人")
    expires_at = models.DateTimeField("失效时间")
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_reason = models.TextField("撤销理由", blank=True, default="")

    class Meta:
        db_table = "api_token"
        constraints = [models.UniqueConstraint(fields=["digest"], name="api_token_digest")]
        indexes = [models.Index(fields=["person"], name="api_token_person")]
        verbose_name = "访问令牌"


class TokenUse(models.Model):
    """When a token was last used, to the minute."""

    token = models.OneToOneField(ApiToken, models.CASCADE, primary_key=True, related_name="use")
    used_at = models.DateTimeField("最近使用")

    class Meta:
        db_table = "api_token_use"
        verbose_name = "令牌使用"


class RateShare(models.Model):
    """How many requests of a minute the server's processes have taken from what a caller may make."""

    bucket = models.CharField("调用方", max_length=80)
    minute = models.BigIntegerField("分钟")
    taken = models.IntegerField("已取")

    class Meta:
        db_table = "api_rate_share"
        constraints = [models.UniqueConstraint(fields=["bucket", "minute"], name="api_rate_share_key")]
        verbose_name = "调用计数"
