"""Project, yearly plan, cost chain and what studies and designs say of cost."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class Project(Kept):
    """Works project from initiation to post-evaluation."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    project_code = models.TextField("项目代码", blank=True, default="")
    title = models.TextField("项目名称", blank=True, default="")
    owner_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建设单位"
    )
    sector = CodeField("行业", codelist="project_sector")
    status = CodeField("状态", codelist="project_status")
    fund_kind = CodeField("资金来源性质", codelist="fund_kind")
    is_state_controlled = models.BooleanField("国有控股或主导", default=False)
    region_code = models.TextField("行政区划", blank=True, default="")
    site = models.TextField("建设地点", blank=True, default="")
    scale = models.TextField("建设规模", blank=True, default="")
    need = models.TextField("必要性", blank=True, default="")
    nature = models.TextField("建设性质", blank=True, default="")
    planned_start_on = models.DateField("计划开工", null=True, blank=True)
    planned_end_on = models.DateField("计划完工", null=True, blank=True)
    total_investment = MoneyField("总投资", null=True, blank=True)
    approved_budget = MoneyField("批准概算", null=True, blank=True)
    started_on = models.DateField("实际开工", null=True, blank=True)
    completed_on = models.DateField("实际完工", null=True, blank=True)
    funding_year = models.IntegerField("资金年度", null=True, blank=True)
    currency = models.TextField("币种", blank=True, default="")
    latitude = RatioField("纬度", null=True, blank=True)
    longitude = RatioField("经度", null=True, blank=True)
    simple_case = CodeField("简易程序情形", codelist="simple_case")
    state_fund_ratio = RatioField("国有资金占比", null=True, blank=True)
    site_key = models.TextField("地块标识", blank=True, default="")
    town_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在镇街"
    )
    in_use_on = models.DateField("投入使用", null=True, blank=True)
    plan_item = models.ForeignKey(
        "PlanItem", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="年度计划"
    )
    source_unit_name = models.TextField("原建设单位名称", blank=True, default="")

    class Meta:
        db_table = "project"
        indexes = [models.Index(fields=["project_code"], name="project_code")]
        verbose_name = "工程项目"


class PlanItem(Kept):
    """Item of the yearly investment plan, to prove that no planned project is missing (C7)."""

    fiscal_year = models.IntegerField("年度")
    project_code = models.TextField("项目代码", blank=True, default="")
    title = models.TextField("项目名称", blank=True, default="")
    owner_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建设单位"
    )
    sector = CodeField("行业", codelist="project_sector")
    planned = MoneyField("计划投资", null=True, blank=True)
    planned_start_on = models.DateField("计划开工", null=True, blank=True)
    source_no = models.TextField("计划文号", blank=True, default="")
    note = models.TextField("说明", blank=True, default="")

    class Meta:
        db_table = "plan_item"
        indexes = [models.Index(fields=["fiscal_year"], name="plan_item_year")]
        verbose_name = "年度计划项目"


class PlanCarry(Kept):
    """Which item of an earlier year's plan an item goes on from, and the project that stood behind it."""

    item = models.OneToOneField(
        "PlanItem",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="结转后项目",
    )
    origin = models.OneToOneField("PlanItem", models.PROTECT, related_name="+", verbose_name="结转前项目")
    project = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目"
    )

    class Meta:
        db_table = "plan_carry"
        verbose_name = "计划结转"


class CostBaseline(Kept):
    """One figure of the cost chain: estimate to final account."""

    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    contract = models.ForeignKey(
        "contract.Contract", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="合同"
    )
    kind = CodeField("造价类型", codelist="cost_kind")
    amount = MoneyField("金额")
    as_of_on = models.DateField("日期")
    permit = models.ForeignKey(
        "permit.Permit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批复"
    )
    source_matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="来源事项"
    )

    class Meta:
        db_table = "cost_baseline"
        indexes = [models.Index(fields=["project", "kind"], name="cost_baseline_project")]
        verbose_name = "造价链"


class Study(Kept):
    """What a study or design says of cost, and who made and who checked it; hangs on the approval of the same matter."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    phase = CodeField("造价阶段", codelist="cost_kind")
    compiler_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="编制单位"
    )
    compiler_name = models.TextField("编制人", blank=True, default="")
    compiler_no = models.TextField("证号", blank=True, default="")
    checker_enterprise = models.ForeignKey(
        "parties.Enterprise",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审核评估单位",
    )
    checker_name = models.TextField("审核人", blank=True, default="")
    works_amount = MoneyField("建安", null=True, blank=True)
    equipment_amount = MoneyField("设备", null=True, blank=True)
    other_amount = MoneyField("其他费用", null=True, blank=True)
    reserve_amount = MoneyField("预备费", null=True, blank=True)
    total = MoneyField("合计", null=True, blank=True)
    prior = MoneyField("上阶段批准额", null=True, blank=True)
    variance_ratio = RatioField("偏差率", null=True, blank=True)
    cut = MoneyField("核减", null=True, blank=True)
    base_period = models.TextField("计价依据", blank=True, default="")
    scale = models.TextField("规模", blank=True, default="")
    advice_text = models.TextField("专家意见", blank=True, default="")
    advice_reply = models.TextField("采纳情况", blank=True, default="")
    report_no = models.TextField("超10%报告文号", blank=True, default="")

    class Meta:
        db_table = "study"
        verbose_name = "编制与造价文件"


class Onboarding(Kept):
    """A running project taken over: its stage and opening sums, each with its paper."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    contract = models.ForeignKey(
        "contract.Contract", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="合同"
    )
    stage = CodeField("阶段", codelist="stage")
    change_amount = MoneyField("已批变更额", null=True, blank=True)
    verified_value = MoneyField("已核定产值", null=True, blank=True)
    verified_ratio = RatioField("核定进度", null=True, blank=True)
    advance_outstanding = MoneyField("未扣回预付款", null=True, blank=True)
    retention_held = MoneyField("已扣质保金", null=True, blank=True)
    paid_to_date = MoneyField("累计已付", null=True, blank=True)
    payee_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收款账户"
    )
    missing = models.TextField("缺少资料", blank=True, default="")
    status = models.TextField("状态", blank=True, default="")
    approved_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approved_on = models.DateField("批准日", null=True, blank=True)

    class Meta:
        db_table = "onboarding"
        verbose_name = "存量接续"
