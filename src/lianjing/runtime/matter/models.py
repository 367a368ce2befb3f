"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, RatioField
from lianjing.runtime.trail.kept import Kept


class Matter(Kept):
    """One business item; each record of a domain is one-to-one with it."""

    domain = CodeField("领域", codelist="domain")
    kind = CodeField("事项类型", codelist="matter_kind")
    code = models.TextField("事项编号", blank=True, default="")
    parent = models.ForeignKey(
        "Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上级事项"
    )
    root = models.ForeignKey(
        "Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主事项"
    )
    title = models.TextField("标题")
    subject = models.TextField("对象", blank=True, default="")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="承办单位")
    handler_post = models.ForeignKey(
        "org.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办岗位"
    )
    handler_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办人"
    )
    applicant_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申请人"
    )
    counterpart_enterprise = models.ForeignKey(
        "parties.Enterprise",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="服务对象企业",
    )
    status = CodeField("状态", codelist="matter_status")
    outcome = CodeField("结果", codelist="matter_outcome")
    outcome_reason = CodeField("结果理由", codelist="outcome_reason")
    stage = CodeField("当前阶段", codelist="stage")
    opened_on = models.DateField("立项日")
    due_on = models.DateField("到期日", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_on = models.DateField("办结日", null=True, blank=True)
    external_system = CodeField("外部系统", codelist="external_system")
    external_no = models.TextField("外部编号", blank=True, default="")
    onboarding = CodeField("存量处理", codelist="onboarding")
    is_before_platform = models.BooleanField("平台前数据", default=False)

    class Meta:
        db_table = "matter"
        indexes = [
            models.Index(fields=["root"], name="matter_root"),
            models.Index(fields=["parent", "kind"], name="matter_parent_kind"),
            models.Index(fields=["unit", "kind", "status"], name="matter_unit_status"),
            models.Index(fields=["kind", "opened_on", "id"], name="matter_kind_opened"),
            models.Index(fields=["external_system", "external_no"], name="matter_external"),
            # All that a person's scope and the counts by stage ask for: read without touching the rows.
            models.Index(fields=["kind", "domain", "unit", "root", "stage"], name="matter_scope"),
        ]
        verbose_name = "事项"


class Series(Kept):
    """How far a series of numbers has come in a year: 建变〔2025〕."""

    head = models.TextField("字头", primary_key=True)
    last = models.IntegerField("末号")

    class Meta:
        db_table = "series"
        verbose_name = "编号"


class MatterParty(Kept):
    """Parties of a matter with their role."""

    matter = models.ForeignKey("Matter", models.PROTECT, related_name="+", verbose_name="事项")
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, related_name="+", verbose_name="企业"
    )
    role = CodeField("角色", codelist="party_role")
    share_ratio = RatioField("份额", null=True, blank=True)

    class Meta:
        db_table = "matter_party"
        indexes = [
            models.Index(fields=["matter", "role"], name="matter_party_matter"),
            models.Index(fields=["enterprise"], name="matter_party_enterprise"),
        ]
        verbose_name = "事项当事方"


class Recusal(Kept):
    """Declared or ordered recusal."""

    matter = models.ForeignKey("Matter", models.PROTECT, related_name="+", verbose_name="事项")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    reason = CodeField("事由", codelist="recusal_reason")
    declared_at = models.DateTimeField("申报时间", null=True, blank=True)
    result = CodeField("结果", codelist="recusal_result")

    class Meta:
        db_table = "recusal"
        verbose_name = "回避"


class StageGate(Kept):
    """One try at passing a stage's gate."""

    matter = models.ForeignKey("Matter", models.PROTECT, related_name="+", verbose_name="事项")
    stage = CodeField("阶段", codelist="stage")
    is_passed = models.BooleanField("通过", default=False)
    passed_at = models.DateTimeField("时间", null=True, blank=True)
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )
    required_count = models.IntegerField("应有要件", null=True, blank=True)
    missing_count = models.IntegerField("缺少要件", null=True, blank=True)
    completeness_ratio = RatioField("齐全率", null=True, blank=True)
    unmet_text = models.TextField("未满足条件", blank=True, default="")

    class Meta:
        db_table = "stage_gate"
        verbose_name = "阶段关口"
