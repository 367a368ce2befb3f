"""Acceptance, settlement, warranty, hand-over and post-evaluation."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class Acceptance(Kept):
    """Completion acceptance by five parties."""

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
    applied_on = models.DateField("申请日", null=True, blank=True)
    started_on = models.DateField("开工日", null=True, blank=True)
    completed_on = models.DateField("竣工日", null=True, blank=True)
    self_assessment = models.TextField("质量自评", blank=True, default="")
    left_text = models.TextField("未完项", blank=True, default="")
    prechecked_on = models.DateField("预验收日", null=True, blank=True)
    meeting_on = models.DateField("验收会日", null=True, blank=True)
    accepted_on = models.DateField("验收日", null=True, blank=True)
    result = CodeField("结论", codelist="acceptance_result")
    filed_on = models.DateField("备案日", null=True, blank=True)
    filing_no = models.TextField("备案号", blank=True, default="")
    receiver = models.TextField("接收单位", blank=True, default="")
    is_planning_verified = models.BooleanField("规划核实", default=False)
    deemed_on = models.DateField("视为验收日", null=True, blank=True)
    cost = MoneyField("实际造价", null=True, blank=True)
    delay_days = models.IntegerField("延误天数", null=True, blank=True)
    delay_reason = models.TextField("延误原因", blank=True, default="")

    class Meta:
        db_table = "acceptance"
        verbose_name = "竣工验收"


class AcceptanceParty(Kept):
    """One of the five parties that took part, its person and view."""

    acceptance = models.ForeignKey("Acceptance", models.PROTECT, related_name="+", verbose_name="验收")
    role = CodeField("参建方", codelist="acceptance_role")
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位（内部）"
    )
    person_name = models.TextField("姓名", blank=True, default="")
    duty_text = models.TextField("职务", blank=True, default="")
    opinion_text = models.TextField("意见", blank=True, default="")
    is_agreed = models.BooleanField("同意通过", default=False)

    class Meta:
        db_table = "acceptance_party"
        verbose_name = "参验单位"


class AcceptanceCheck(Kept):
    """A special check before acceptance: planning, fire, archives and others."""

    acceptance = models.ForeignKey("Acceptance", models.PROTECT, related_name="+", verbose_name="验收")
    kind = CodeField("专项", codelist="acceptance_check")
    doc_no = models.TextField("文号", blank=True, default="")
    issued_on = models.DateField("日期", null=True, blank=True)
    is_needed = models.BooleanField("需要", default=False)
    reason = models.TextField("不涉及说明", blank=True, default="")

    class Meta:
        db_table = "acceptance_check"
        verbose_name = "专项核验"


class Settlement(Kept):
    """Settlement of a contract and final account of a project."""

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
    kind = CodeField("类型", codelist="settlement_kind")
    submitted_on = models.DateField("送审日", null=True, blank=True)
    changes_amount = MoneyField("变更签证合计", null=True, blank=True)
    adjustment = MoneyField("材料调差", null=True, blank=True)
    claims_amount = MoneyField("索赔", null=True, blank=True)
    claimed = MoneyField("送审额", null=True, blank=True)
    first_amount = MoneyField("初审额", null=True, blank=True)
    second_amount = MoneyField("复审额", null=True, blank=True)
    approved = MoneyField("审定额", null=True, blank=True)
    cut_ratio = RatioField("核减率", null=True, blank=True)
    error_ratio = RatioField("误差率", null=True, blank=True)
    first_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="初审机构"
    )
    second_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复审机构"
    )
    draw = models.ForeignKey(
        "draw.Draw", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="机构抽取"
    )
    fee = MoneyField("审核费", null=True, blank=True)
    fee_basis = models.TextField("计费依据", blank=True, default="")
    dispute_text = models.TextField("争议", blank=True, default="")
    approved_on = models.DateField("审定日", null=True, blank=True)
    limit_days = models.IntegerField("审查时限", null=True, blank=True)
    limit_on = models.DateField("审查到期日", null=True, blank=True)
    approval_no = models.TextField("批复文号", blank=True, default="")
    asset_no = models.TextField("资产移交单号", blank=True, default="")

    class Meta:
        db_table = "settlement"
        indexes = [models.Index(fields=["project", "kind"], name="settlement_project")]
        verbose_name = "结算决算"


class Warranty(Kept):
    """Warranty of a part of the works: how long, and how much is retained for it."""

    contract = models.ForeignKey("contract.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    part = CodeField("保修部位", codelist="warranty_part")
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)
    retained = MoneyField("留存额", null=True, blank=True)
    has_defect_check = models.BooleanField("已查缺陷", default=False)
    released_on = models.DateField("释放日", null=True, blank=True)

    class Meta:
        db_table = "warranty"
        indexes = [models.Index(fields=["contract"], name="warranty_contract")]
        verbose_name = "质保"


class WarrantyRelease(Kept):
    """Release of retention after a defect check."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    contract = models.ForeignKey("contract.Contract", models.PROTECT, related_name="+", verbose_name="合同")
    warranty = models.ForeignKey(
        "Warranty", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="质保"
    )
    amount = MoneyField("申请返还额", null=True, blank=True)
    deduction = MoneyField("扣款", null=True, blank=True)
    deduction_reason = models.TextField("扣款理由", blank=True, default="")
    checked_on = models.DateField("缺陷检查日", null=True, blank=True)
    checked_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查人"
    )
    check_text = models.TextField("检查情况", blank=True, default="")
    approved_on = models.DateField("批准日", null=True, blank=True)
    status = models.TextField("状态", blank=True, default="")

    class Meta:
        db_table = "warranty_release"
        verbose_name = "质保金返还"


class Handover(Kept):
    """Archive hand-over package of a project."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    document_count = models.IntegerField("文件数", null=True, blank=True)
    completeness_ratio = RatioField("完整率", null=True, blank=True)
    manifest_sha256 = models.CharField("清册摘要", max_length=64, blank=True, default="")
    receiver = models.TextField("接收单位", blank=True, default="")
    receiver_name = models.TextField("接收人", blank=True, default="")
    handed_on = models.DateField("移交日", null=True, blank=True)
    status = models.TextField("状态", blank=True, default="")

    class Meta:
        db_table = "handover"
        verbose_name = "档案移交"


class PostEvaluation(Kept):
    """Post-evaluation of a finished project against what its approval promised."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    done_on = models.DateField("评价日", null=True, blank=True)
    target_text = models.TextField("预期目标", blank=True, default="")
    result_text = models.TextField("实现情况", blank=True, default="")
    schedule_score = RatioField("进度得分", null=True, blank=True)
    cost_score = RatioField("投资得分", null=True, blank=True)
    quality_score = RatioField("质量得分", null=True, blank=True)
    benefit_score = RatioField("效益得分", null=True, blank=True)
    score = RatioField("总分", null=True, blank=True)
    grade = CodeField("等级", codelist="grade")
    lesson_text = models.TextField("经验与问题", blank=True, default="")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评价人"
    )

    class Meta:
        db_table = "post_evaluation"
        verbose_name = "后评价"
