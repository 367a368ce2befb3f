"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class RiskPoint(Kept):
    """One row of the yearly register of integrity risk points (廉政风险点)."""

    year = models.IntegerField("年度")
    no = models.IntegerField("序号")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    post = models.ForeignKey(
        "org.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="岗位"
    )
    domain = CodeField("领域", codelist="domain")
    kind = CodeField("类型", codelist="risk_kind")
    description = models.TextField("风险内容")
    probability = models.IntegerField("可能性", null=True, blank=True)
    impact = models.IntegerField("影响", null=True, blank=True)
    level = CodeField("等级", codelist="risk_level")
    owner_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任人"
    )
    is_active = models.BooleanField("有效", default=True)

    class Meta:
        db_table = "risk_point"
        constraints = [models.UniqueConstraint(fields=["year", "no"], name="risk_point_number")]
        verbose_name = "廉政风险点"


class Control(Kept):
    """A control of a risk point, bound to a step, a clause or an indicator."""

    risk_point = models.ForeignKey("RiskPoint", models.PROTECT, related_name="+", verbose_name="风险点")
    kind = CodeField("类型", codelist="control_kind")
    description = models.TextField("措施")
    step_key = models.TextField("环节", blank=True, default="")
    indicator_code = models.TextField("监督模型", blank=True, default="")
    clause = models.TextField("条款", blank=True, default="")
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)
    tested_on = models.DateField("测试日", null=True, blank=True)
    test_result = CodeField("测试结论", codelist="test_result")
    fire_count = models.IntegerField("触发数", null=True, blank=True)
    miss_count = models.IntegerField("漏报数", null=True, blank=True)

    class Meta:
        db_table = "control"
        verbose_name = "内控措施"


class Campaign(Kept):
    """Special campaign (专项整治): its harm, its period, who leads it."""

    title = models.TextField("名称")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="牵头单位")
    harm = CodeField("整治问题", codelist="harm")
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)
    status = CodeField("状态", codelist="campaign_status")

    class Meta:
        db_table = "campaign"
        verbose_name = "专项行动"


class RegisterAdoption(Kept):
    """That the party committee adopted the register of a year: by an item of its agenda, or by its paper."""

    year = models.IntegerField("年度")
    agenda_item = models.ForeignKey(
        "meeting.AgendaItem", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="议题"
    )
    paper = models.TextField("文号", blank=True, default="")
    adopted_on = models.DateField("审定日")
    points = models.IntegerField("风险点数")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="登记人")

    class Meta:
        db_table = "risk_register_adoption"
        constraints = [models.UniqueConstraint(fields=["year"], name="risk_register_year")]
        verbose_name = "风险点清单审定"


class ControlTest(Kept):
    """One test of a control: when, by whom, what was looked at, what came of it."""

    control = models.ForeignKey("Control", models.PROTECT, related_name="tests", verbose_name="内控措施")
    tested_on = models.DateField("测试日")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="测试人")
    result = CodeField("测试结论", codelist="test_result")
    evidence = models.TextField("测试依据")
    evidence_table = models.TextField("证据表", blank=True, default="")
    evidence_key = models.TextField("证据主键", blank=True, default="")

    class Meta:
        db_table = "control_test"
        indexes = [models.Index(fields=["control", "tested_on"], name="control_test_order")]
        verbose_name = "内控措施测试"


class CampaignScope(Kept):
    """What a campaign looks at: an indicator, a unit."""

    campaign = models.ForeignKey("Campaign", models.PROTECT, related_name="scope", verbose_name="专项行动")
    indicator_code = models.TextField("监督模型", blank=True, default="")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )

    class Meta:
        db_table = "campaign_scope"
        verbose_name = "专项行动范围"


class CampaignMember(Kept):
    """A member of a campaign's team, from a day to a day."""

    campaign = models.ForeignKey("Campaign", models.PROTECT, related_name="members", verbose_name="专项行动")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    is_lead = models.BooleanField("组长", default=False)
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        db_table = "campaign_member"
        verbose_name = "专项行动成员"


class CampaignReport(Kept):
    """The closing report of a campaign: its figures as they stood, what was found, what was changed."""

    campaign = models.OneToOneField(
        "Campaign", models.PROTECT, related_name="report", verbose_name="专项行动"
    )
    doc_no = models.TextField("文号")
    closed_on = models.DateField("结束日")
    findings = models.IntegerField("预警数")
    confirmed = models.IntegerField("属实数")
    closed = models.IntegerField("已销号数")
    overdue = models.IntegerField("逾期数")
    text = models.TextField("总结")
    measures = models.TextField("长效措施")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="签发人")

    class Meta:
        db_table = "campaign_report"
        verbose_name = "专项行动总结报告"
