"""Tables of the noun; names and columns are those of the data dictionary."""

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
    source_unit_name = models.TextField("原建设单位名称", blank=True, default="")

    class Meta:
        db_table = "project"
        indexes = [models.Index(fields=["project_code"], name="project_code")]
        verbose_name = "工程项目"


class CostBaseline(Kept):
    """One figure of the cost chain: estimate to final account."""

    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    contract = models.ForeignKey(
        "contract.Contract", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="合同"
    )
    kind = CodeField("造价类型", codelist="cost_kind")
    amount = MoneyField("金额")
    as_of_on = models.DateField("日期")
    source_matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="来源事项"
    )

    class Meta:
        db_table = "cost_baseline"
        indexes = [models.Index(fields=["project", "kind"], name="cost_baseline_project")]
        verbose_name = "造价链"


class Initiation(Kept):
    """Approval of the proposal, study and preliminary design: the budget that caps all later sums."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    permit_no = models.TextField("批复文号", blank=True, default="")
    issued_on = models.DateField("批复日期", null=True, blank=True)
    approved_budget = MoneyField("批准概算", null=True, blank=True)
    authority = models.TextField("批复机关", blank=True, default="")

    class Meta:
        db_table = "initiation"
        verbose_name = "立项报批"


class Tender(Kept):
    """One tender or other selection: method, dates, rules."""

    matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, primary_key=True, db_column="id", verbose_name="事项"
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    code = models.TextField("招标编号", blank=True, default="")
    title = models.TextField("名称", blank=True, default="")
    procurement_category = CodeField("采购类别", codelist="procurement_category")
    method = CodeField("采购方式", codelist="tender_method")
    method_reason = models.TextField("方式理由", blank=True, default="")
    is_mandatory = models.BooleanField("依法必须招标", default=False)
    exception_basis = models.TextField("例外依据", blank=True, default="")
    control_price = MoneyField("最高投标限价", null=True, blank=True)
    award_method = CodeField("定标办法", codelist="award_method")
    evaluation_method = CodeField("评标办法", codelist="evaluation_method")
    status = CodeField("状态", codelist="tender_status")
    published_on = models.DateField("公告日", null=True, blank=True)
    deadline_on = models.DateField("投标截止", null=True, blank=True)
    opened_on = models.DateField("开标日", null=True, blank=True)
    report_on = models.DateField("评标报告日", null=True, blank=True)
    bidder_count = models.IntegerField("投标人数", null=True, blank=True)

    class Meta:
        db_table = "tender"
        verbose_name = "招标"


class Bid(Kept):
    """One bidder's bid for one lot."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, related_name="+", verbose_name="投标人"
    )
    price = MoneyField("报价")
    status = CodeField("状态", codelist="bid_status")
    disqualified_text = models.TextField("否决说明", blank=True, default="")
    rank = models.IntegerField("名次", null=True, blank=True)
    total_score = RatioField("总分", null=True, blank=True)
    is_winner = models.BooleanField("中标", default=False)

    class Meta:
        db_table = "bid"
        constraints = [models.UniqueConstraint(fields=["tender", "enterprise"], name="bid_once")]
        verbose_name = "投标"


class Award(Kept):
    """Award decision."""

    tender = models.ForeignKey("Tender", models.PROTECT, related_name="+", verbose_name="招标")
    bid = models.ForeignKey("Bid", models.PROTECT, related_name="+", verbose_name="中标投标")
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, related_name="+", verbose_name="中标人"
    )
    amount = MoneyField("中标价")
    rank = models.IntegerField("中标人名次")
    method = CodeField("定标办法", codelist="award_method")
    legal_basis = models.TextField("非首位定标依据", blank=True, default="")
    decided_on = models.DateField("定标日")
    notice_no = models.TextField("中标通知书号", blank=True, default="")
    notice_on = models.DateField("中标通知书", null=True, blank=True)
    status = CodeField("状态", codelist="award_status")

    class Meta:
        db_table = "award"
        verbose_name = "定标"


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
    worker_count = models.IntegerField("在场人数", null=True, blank=True)
    problems = models.TextField("问题", blank=True, default="")
    measures = models.TextField("纠偏措施", blank=True, default="")

    class Meta:
        db_table = "progress_report"
        indexes = [models.Index(fields=["contract", "period_on"], name="progress_report_contract")]
        verbose_name = "进度报告"


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
