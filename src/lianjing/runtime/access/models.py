"""Tables of the noun: the trail keeps policy, factors and outside identities; sessions, secrets and logs are state."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class AccessPolicy(Kept):
    """One rule of log-in as set from a moment on, with the standard or paper it rests on; the latest holds."""

    is_reference = True

    name = models.CharField("规则", max_length=60)
    value = models.TextField("值", blank=True, default="")
    from_at = models.DateTimeField("起")
    source = models.TextField("来源")
    set_by_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="设定人")

    class Meta:
        db_table = "access_policy"
        indexes = [models.Index(fields=["name", "from_at"], name="access_policy_name")]
        verbose_name = "登录策略"


class Factor(Kept):
    """A second factor of a person, from its enrolment to its removal; its secret lies in `factor_secret`."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    kind = CodeField("认证方式", codelist="factor_kind")
    label = models.CharField("名称", max_length=60, blank=True, default="")
    enrolled_at = models.DateTimeField("绑定时间")
    removed_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        db_table = "factor"
        indexes = [models.Index(fields=["person", "kind"], name="factor_person")]
        verbose_name = "认证因素"


class ExternalIdentity(Kept):
    """Whom an outside directory knows a person as: entered by an administrator, never made by a log-in."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    kind = CodeField("来源", codelist="identity_kind")
    issuer = models.CharField("签发方", max_length=300)
    subject = models.CharField("对方标识", max_length=300)
    entered_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        db_table = "external_identity"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "issuer", "subject"],
                condition=models.Q(ended_at__isnull=True),
                name="external_identity_subject",
            ),
            models.UniqueConstraint(
                fields=["kind", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="external_identity_person",
            ),
        ]
        verbose_name = "外部身份"


class FactorSecret(models.Model):
    """What proves a factor, sealed; `lookup` finds a passkey by the digest of its credential id."""

    factor = models.OneToOneField(Factor, models.PROTECT, primary_key=True, related_name="secret")
    sealed = models.TextField("密文")
    lookup = models.CharField("索引", max_length=64, null=True, unique=True)
    sign_count = models.BigIntegerField("签名计数", default=0)
    used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        db_table = "factor_secret"
        verbose_name = "认证密文"


class UsedCode(models.Model):
    """A one-time code that was taken: never again, whatever the clock says later."""

    factor = models.ForeignKey(Factor, models.PROTECT, related_name="+")
    step = models.BigIntegerField("时间步")

    class Meta:
        db_table = "used_code"
        constraints = [models.UniqueConstraint(fields=["factor", "step"], name="used_code_once")]
        verbose_name = "已用动态码"


class RecoveryCode(models.Model):
    """A code for the day the factor is lost: kept as a keyed digest, taken once."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    digest = models.CharField("摘要", max_length=64, unique=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        db_table = "recovery_code"
        verbose_name = "恢复码"


class OldPassword(models.Model):
    """The digest of a pass-phrase that a log-in had, so that it does not come back; the newest is the present one."""

    account = models.ForeignKey("org.LoginAccount", models.CASCADE, related_name="+")
    digest = models.CharField("摘要", max_length=200)
    set_at = models.DateTimeField("设定时间")

    class Meta:
        db_table = "old_password"
        indexes = [models.Index(fields=["account", "set_at"], name="old_password_account")]
        verbose_name = "历史密码"


class SessionRecord(models.Model):
    """One log-in from its opening to its end; the session's key is kept only as a digest."""

    key_digest = models.CharField("会话摘要", max_length=64, unique=True)
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    number = models.CharField("账号", max_length=40)
    opened_at = models.DateTimeField("登录时间")
    confirmed_at = models.DateTimeField("最近验证身份")
    seen_at = models.DateTimeField("最近活动")
    ip = models.CharField("地址", max_length=45, blank=True, default="")
    agent = models.CharField("终端", max_length=300, blank=True, default="")
    method = CodeField("登录方式", codelist="login_method")
    factor = CodeField("第二因素", codelist="factor_kind")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    end_reason = CodeField("结束原因", codelist="session_end")

    class Meta:
        db_table = "login_session"
        indexes = [
            models.Index(fields=["person", "ended_at"], name="login_session_person"),
            models.Index(fields=["ended_at", "seen_at"], name="login_session_seen"),
        ]
        verbose_name = "会话"


class LoginRecord(models.Model):
    """One line of the log-in log: log-ins, failures, log-outs, changes of a pass-phrase or factor."""

    number = models.CharField("账号", max_length=40, blank=True, default="")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    happened_at = models.DateTimeField("时间")
    ip = models.CharField("地址", max_length=45, blank=True, default="")
    agent = models.CharField("终端", max_length=300, blank=True, default="")
    method = CodeField("登录方式", codelist="login_method")
    outcome = CodeField("结果", codelist="login_outcome")
    reason = CodeField("说明", codelist="login_reason")

    class Meta:
        db_table = "login_record"
        indexes = [
            models.Index(fields=["-happened_at", "-id"], name="login_record_time"),
            models.Index(fields=["number", "happened_at"], name="login_record_number"),
        ]
        verbose_name = "登录日志"


class LoginLock(models.Model):
    """Failures counted against an account or an address, and until when it waits; one row each."""

    subject = models.CharField("对象", max_length=80, unique=True)
    failures = models.IntegerField("失败次数", default=0)
    counted_from = models.DateTimeField("计数起")
    locks = models.IntegerField("锁定次数", default=0)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)

    class Meta:
        db_table = "login_lock"
        verbose_name = "登录锁定"
