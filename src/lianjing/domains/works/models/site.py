"""What happens on the site: start, progress, visas, changes, subcontracts, wages, inspections."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class WorkStart(Kept):
    """Start of the works: permit, funds, wage account and staff checked before it."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    contract = models.ForeignKey("contract.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    planned_start_on = models.DateField("计划开工", null=True, blank=True)
    planned_end_on = models.DateField("计划竣工", null=True, blank=True)
    start_on = models.DateField("开工日", null=True, blank=True)
    staff_text = models.TextField("管理人员到位", blank=True, default="")
    is_staff_as_bid = models.BooleanField("人员与投标一致", default=False)
    replacement = models.TextField("更换批准", blank=True, default="")
    has_wage_account = models.BooleanField("工资专户已开立", default=False)
    has_real_name = models.BooleanField("实名制到位", default=False)
    has_bond = models.BooleanField("担保已提交", default=False)
    is_ready = models.BooleanField("机械材料到位", default=False)
    permit = models.ForeignKey(
        "permit.Permit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="施工许可"
    )
    order_no = models.TextField("开工令号", blank=True, default="")
    status = models.TextField("状态", blank=True, default="")

    class Meta:
        db_table = "work_start"
        verbose_name = "开工报审"


class ProgressReport(Kept):
    """Reported and verified progress of a period."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    contract = models.ForeignKey("contract.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    period_on = models.DateField("所属月", null=True, blank=True)
    reported_ratio = RatioField("上报进度", null=True, blank=True)
    verified_ratio = RatioField("核定进度", null=True, blank=True)
    completed_value = MoneyField("完成产值", null=True, blank=True)
    verified_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核定人"
    )
    verified_on = models.DateField("核定日", null=True, blank=True)
    planned_ratio = RatioField("计划进度", null=True, blank=True)
    worker_count = models.IntegerField("在场人数", null=True, blank=True)
    wages_due = MoneyField("应付工资", null=True, blank=True)
    wages_paid = MoneyField("已付工资", null=True, blank=True)
    problems = models.TextField("问题", blank=True, default="")
    measures = models.TextField("纠偏措施", blank=True, default="")

    class Meta:
        db_table = "progress_report"
        indexes = [models.Index(fields=["contract", "period_on"], name="progress_report_contract")]
        verbose_name = "进度报告"


class Milestone(Kept):
    """Planned and actual day of a milestone."""

    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    contract = models.ForeignKey(
        "contract.Contract", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="合同"
    )
    kind = CodeField("类型", codelist="milestone_kind")
    title = models.TextField("名称", blank=True, default="")
    planned_on = models.DateField("计划日", null=True, blank=True)
    met_on = models.DateField("完成日", null=True, blank=True)

    class Meta:
        db_table = "milestone"
        indexes = [models.Index(fields=["project"], name="milestone_project")]
        verbose_name = "里程碑"


class ChangeOrder(Kept):
    """Change order: class, cause, amounts, approval."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    contract = models.ForeignKey("contract.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    code = models.TextField("变更编号", blank=True, default="")
    change_class = CodeField("变更等级", codelist="change_class")
    body = CodeField("审批层级", codelist="decision_body")
    cause = CodeField("变更原因", codelist="change_cause")
    responsible = CodeField("责任方", codelist="change_responsible")
    part = models.TextField("变更部位", blank=True, default="")
    before_text = models.TextField("原方案", blank=True, default="")
    after_text = models.TextField("变更方案", blank=True, default="")
    amount = MoneyField("变更金额", null=True, blank=True)
    cumulative = MoneyField("累计变更额", null=True, blank=True)
    cumulative_ratio = RatioField("累计比例", null=True, blank=True)
    days_effect = models.IntegerField("工期影响", null=True, blank=True)
    is_started = models.BooleanField("是否已施工", default=False)
    proposed_on = models.DateField("提出日", null=True, blank=True)
    work_started_on = models.DateField("实施日", null=True, blank=True)
    approved_on = models.DateField("批准日", null=True, blank=True)
    approver_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    proposer = CodeField("提出方", codelist="change_proposer")
    designer_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="设计单位"
    )
    drawing_no = models.TextField("设计变更单号", blank=True, default="")
    is_emergency = models.BooleanField("应急", default=False)
    danger_at = models.DateTimeField("险情时间", null=True, blank=True)
    danger_text = models.TextField("险情", blank=True, default="")
    oral_consent_at = models.DateTimeField("应急口头同意", null=True, blank=True)
    oral_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="口头同意人"
    )
    papers_due_on = models.DateField("补办到期", null=True, blank=True)
    budget_left = MoneyField("概算余额", null=True, blank=True)
    status = CodeField("状态", codelist="change_status")

    class Meta:
        db_table = "change_order"
        indexes = [models.Index(fields=["contract", "status"], name="change_order_contract")]
        verbose_name = "工程变更"


class ChangeItem(Kept):
    """Bill items increased or reduced by a change."""

    change_order = models.ForeignKey("ChangeOrder", models.PROTECT, related_name="+", verbose_name="变更")
    item_code = models.TextField("清单编码")
    name = models.TextField("名称", blank=True, default="")
    quantity_delta = RatioField("工程量增减")
    unit_price = MoneyField("单价")
    amount = MoneyField("金额")

    class Meta:
        db_table = "change_item"
        verbose_name = "变更清单项"


class SiteVisa(Kept):
    """Measured-work certificate."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    contract = models.ForeignKey("contract.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    change_order = models.ForeignKey(
        "ChangeOrder", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="变更"
    )
    code = models.TextField("签证编号", blank=True, default="")
    reason = models.TextField("事由", blank=True, default="")
    part = models.TextField("部位", blank=True, default="")
    order_ref = models.TextField("指令来源", blank=True, default="")
    occurred_at = models.DateTimeField("发生时间", null=True, blank=True)
    work_on = models.DateField("施工日", null=True, blank=True)
    entered_at = models.DateTimeField("填报时间", null=True, blank=True)
    entered_on = models.DateField("填报日", null=True, blank=True)
    lag_hours = RatioField("提交时差小时", null=True, blank=True)
    is_concealed = models.BooleanField("隐蔽工程", default=False)
    is_in_contract = models.BooleanField("合同内", default=False)
    price_source = CodeField("单价来源", codelist="price_source")
    amount = MoneyField("金额", null=True, blank=True)
    measured_at = models.DateTimeField("计量时间", null=True, blank=True)
    covered_at = models.DateTimeField("覆盖时间", null=True, blank=True)
    measured_by_a_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="计量人甲"
    )
    measured_by_b_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="计量人乙"
    )
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签证人"
    )
    approved_on = models.DateField("批准日", null=True, blank=True)
    status = CodeField("状态", codelist="change_status")

    class Meta:
        db_table = "site_visa"
        indexes = [models.Index(fields=["contract"], name="site_visa_contract")]
        verbose_name = "现场签证"


class SiteVisaItem(Kept):
    """Measured quantity of one item of a visa."""

    site_visa = models.ForeignKey("SiteVisa", models.PROTECT, related_name="+", verbose_name="签证")
    name = models.TextField("名称", blank=True, default="")
    formula = models.TextField("计算式", blank=True, default="")
    unit_name = models.TextField("单位", blank=True, default="")
    quantity = RatioField("数量", null=True, blank=True)
    unit_price = MoneyField("单价", null=True, blank=True)
    amount = MoneyField("金额", null=True, blank=True)

    class Meta:
        db_table = "site_visa_item"
        verbose_name = "签证计量项"


class Subcontract(Kept):
    """Subcontract and its approval."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    contract = models.ForeignKey(
        "contract.Contract", models.PROTECT, related_name="+", verbose_name="总包合同"
    )
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="分包人"
    )
    amount = MoneyField("分包额", null=True, blank=True)
    scope_text = models.TextField("分包内容", blank=True, default="")
    is_main_structure = models.BooleanField("主体结构", default=False)
    signed_on = models.DateField("签订日", null=True, blank=True)
    approved_on = models.DateField("批准日", null=True, blank=True)
    status = models.TextField("状态", blank=True, default="")

    class Meta:
        db_table = "subcontract"
        verbose_name = "分包"


class WagePayment(Kept):
    """Monthly labour share into the wage account."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    contract = models.ForeignKey("contract.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    period_on = models.DateField("所属月", null=True, blank=True)
    due_on = models.DateField("应拨日", null=True, blank=True)
    due = MoneyField("应拨人工费", null=True, blank=True)
    paid = MoneyField("实拨", null=True, blank=True)
    paid_on = models.DateField("拨付日", null=True, blank=True)
    wage_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工资专户"
    )
    worker_count = models.IntegerField("发放人数", null=True, blank=True)
    note = models.TextField("说明", blank=True, default="")
    status = models.TextField("状态", blank=True, default="")

    class Meta:
        db_table = "wage_payment"
        verbose_name = "工资专户拨付"


class Inspection(Kept):
    """One site check by two persons."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    domain = CodeField("领域", codelist="domain")
    kind = CodeField("检查类型", codelist="inspection_kind")
    project = models.ForeignKey(
        "Project", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目"
    )
    site = models.TextField("场所", blank=True, default="")
    enterprise = models.ForeignKey(
        "parties.Enterprise",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="被检查单位",
    )
    started_at = models.DateTimeField("开始", null=True, blank=True)
    inspected_on = models.DateField("检查日", null=True, blank=True)
    inspector_a = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查人甲"
    )
    inspector_b = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查人乙"
    )
    finding_count = models.IntegerField("发现问题数", null=True, blank=True)
    result = CodeField("结论", codelist="inspection_result")
    latitude = RatioField("纬度", null=True, blank=True)
    longitude = RatioField("经度", null=True, blank=True)
    summary = models.TextField("现场情况", blank=True, default="")

    class Meta:
        db_table = "inspection"
        verbose_name = "检查"
