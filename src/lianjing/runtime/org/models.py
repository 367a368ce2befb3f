"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Unit(Kept):
    """Unit, department, body or village office in the tree of organisations."""

    is_reference = True

    code = models.TextField("单位代码")
    name = models.TextField("名称")
    kind = CodeField("单位类型", codelist="unit_kind")
    parent = models.ForeignKey(
        "Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上级单位"
    )
    level = CodeField("层级", codelist="admin_level")
    credit_code = models.TextField("统一社会信用代码", blank=True, default="")
    enterprise_no = models.TextField("对应企业代码", blank=True, default="")
    supervisor_unit = models.ForeignKey(
        "Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监督单位"
    )
    region_code = models.TextField("行政区划代码", blank=True, default="")
    from_on = models.DateField("启用日", null=True, blank=True)
    to_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        db_table = "unit"
        constraints = [models.UniqueConstraint(fields=["code"], name="unit_code")]
        verbose_name = "单位"


class Post(Kept):
    """Post: the holder of duties; acts are done by persons holding a post."""

    is_reference = True

    unit = models.ForeignKey("Unit", models.PROTECT, related_name="+", verbose_name="所属单位")
    key = models.TextField("标准岗位键")
    name = models.TextField("岗位名称")
    kind = CodeField("岗位类别", codelist="post_kind")
    is_approval_post = models.BooleanField("审批岗", default=False)
    is_key_post = models.BooleanField("重点岗位", default=False)
    risk_level = CodeField("风险等级", codelist="risk_level")
    money_score = models.IntegerField("资金权分", null=True, blank=True)
    discretion_score = models.IntegerField("裁量权分", null=True, blank=True)
    contact_score = models.IntegerField("交往分", null=True, blank=True)
    is_pair_required = models.BooleanField("须双人", default=False)
    rotation_years = models.IntegerField("轮岗年限", null=True, blank=True)
    from_on = models.DateField("设立日", null=True, blank=True)
    to_on = models.DateField("撤销日", null=True, blank=True)

    class Meta:
        db_table = "post"
        indexes = [models.Index(fields=["unit", "key"], name="post_unit_key")]
        verbose_name = "岗位"


class PostDuty(Kept):
    """Duty that a post carries, dated."""

    is_reference = True

    post = models.ForeignKey("Post", models.PROTECT, related_name="+", verbose_name="岗位")
    duty = CodeField("职责", codelist="duty")
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        db_table = "post_duty"
        verbose_name = "岗位职责"


class Person(Kept):
    """Official, contract staff or outside actor who logs in or holds a post."""

    is_reference = True

    pseudonym = models.TextField("化名")
    name = models.TextField("姓名")
    pinyin = models.TextField("拼音", blank=True, default="")
    kind = CodeField("人员类别", codelist="person_kind")
    unit = models.ForeignKey(
        "Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在单位"
    )
    phone = models.TextField("手机", blank=True, default="")
    is_key_minority = models.BooleanField("关键少数", default=False)
    entered_on = models.DateField("入职日", null=True, blank=True)
    left_on = models.DateField("离职日", null=True, blank=True)
    leave_kind = CodeField("离职方式", codelist="leave_kind")

    class Meta:
        db_table = "person"
        constraints = [models.UniqueConstraint(fields=["pseudonym"], name="person_pseudonym")]
        verbose_name = "人员"


class Appointment(Kept):
    """Who holds which post on which days."""

    is_reference = True

    person = models.ForeignKey("Person", models.PROTECT, related_name="+", verbose_name="人员")
    post = models.ForeignKey("Post", models.PROTECT, related_name="+", verbose_name="岗位")
    from_on = models.DateField("任职起")
    to_on = models.DateField("任职止", null=True, blank=True)
    basis = models.TextField("任职依据", blank=True, default="")
    approved_by_person = models.ForeignKey(
        "Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    rotation_due_on = models.DateField("应轮岗日", null=True, blank=True)
    matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所涉事项"
    )

    class Meta:
        db_table = "appointment"
        indexes = [
            models.Index(fields=["person", "from_on"], name="appointment_person"),
            models.Index(fields=["post", "from_on"], name="appointment_post"),
        ]
        verbose_name = "任职"


class Delegation(Kept):
    """Dated delegation of a post's authority."""

    is_reference = True

    post = models.ForeignKey("Post", models.PROTECT, related_name="+", verbose_name="岗位")
    from_person = models.ForeignKey("Person", models.PROTECT, related_name="+", verbose_name="委托人")
    to_person = models.ForeignKey("Person", models.PROTECT, related_name="+", verbose_name="受托人")
    from_on = models.DateField("起")
    to_on = models.DateField("止")
    reason = models.TextField("理由", blank=True, default="")

    class Meta:
        db_table = "delegation"
        indexes = [models.Index(fields=["to_person", "from_on"], name="delegation_to")]
        verbose_name = "授权委托"


class DutyConflict(Kept):
    """Pairs of duties that one person may not hold in one matter."""

    is_reference = True

    duty_a = CodeField("职责甲", codelist="duty")
    duty_b = CodeField("职责乙", codelist="duty")
    scope = CodeField("范围", codelist="conflict_scope")
    clause = models.TextField("依据条款", blank=True, default="")
    from_on = models.DateField("生效日", null=True, blank=True)
    to_on = models.DateField("失效日", null=True, blank=True)

    class Meta:
        db_table = "duty_conflict"
        verbose_name = "不相容职责"


class PowerItem(Kept):
    """Register of powers: nothing can be done that is not in it."""

    is_reference = True

    code = models.TextField("事项编码")
    name = models.TextField("事项名称")
    name_en = models.TextField("英文名称", blank=True, default="")
    clause = models.TextField("依据条款", blank=True, default="")
    unit = models.ForeignKey("Unit", models.PROTECT, related_name="+", verbose_name="行使单位")
    post_key = models.TextField("岗位键", blank=True, default="")
    definition_key = models.TextField("流程键")
    limit_days = models.IntegerField("时限", null=True, blank=True)
    discretion_text = models.TextField("裁量范围", blank=True, default="")
    disclosure = CodeField("公开要求", codelist="disclosure_rule")
    reviewed_on = models.DateField("复核日", null=True, blank=True)
    from_on = models.DateField("启用日")
    to_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        db_table = "power_item"
        constraints = [models.UniqueConstraint(fields=["code", "from_on"], name="power_item_code")]
        indexes = [models.Index(fields=["definition_key"], name="power_item_definition")]
        verbose_name = "权力事项"


class ScopeGrant(Kept):
    """A data scope other than the post's own: to a post in its place, or to a person on top of it, until a day."""

    is_reference = True

    post = models.ForeignKey(
        "Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="岗位"
    )
    person = models.ForeignKey(
        "Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    scope = CodeField("数据范围", codelist="data_scope")
    unit = models.ForeignKey(
        "Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所及单位"
    )
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)
    basis = models.TextField("授权依据")
    granted_by_person = models.ForeignKey("Person", models.PROTECT, related_name="+", verbose_name="授权人")

    class Meta:
        db_table = "scope_grant"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(post__isnull=False, person__isnull=True)
                | models.Q(post__isnull=True, person__isnull=False),
                name="scope_grant_post_or_person",
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) | ~models.Q(person=models.F("granted_by_person")),
                name="scope_grant_not_to_himself",
            ),
        ]
        verbose_name = "数据范围授权"


class LoginAccount(AbstractBaseUser):
    """What a person logs in with: a number, never a name (G7, C4: no shared accounts)."""

    number = models.CharField("账号", max_length=40, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, related_name="login", verbose_name="人员")
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    one_time_from = models.DateTimeField("一次性口令起", null=True, blank=True)

    USERNAME_FIELD = "number"
    objects = BaseUserManager["LoginAccount"]()

    class Meta:
        db_table = "login_account"
        verbose_name = "账号"
