"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, RatioField
from lianjing.runtime.trail.kept import Kept


class Indicator(Kept):
    """One supervision model (监督模型) in one version; hand-opened findings have one of their own."""

    code = models.TextField("编号")
    version = models.IntegerField("版本")
    title = models.TextField("名称")
    title_en = models.TextField("英文名称", blank=True, default="")
    domain = CodeField("领域", codelist="domain")
    severity = CodeField("颜色", codelist="severity")
    status = CodeField("状态", codelist="indicator_status")
    risk_point = models.ForeignKey(
        "risk.RiskPoint", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="风险点"
    )
    risk_text = models.TextField("风险点名称", blank=True, default="")
    sql_sha256 = models.CharField("文本摘要", max_length=64, blank=True, default="")
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)
    stage = CodeField("阶段", codelist="stage")
    owner_post = models.ForeignKey(
        "org.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任岗位"
    )
    evidences = models.TextField("所证问题", blank=True, default="")
    source = models.TextField("依据", blank=True, default="")
    excludes = models.TextField("排除情形", blank=True, default="")
    assumes = models.TextField("数据前提", blank=True, default="")
    parameters = models.TextField("参数", blank=True, default="")

    class Meta:
        db_table = "indicator"
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="indicator_version")]
        verbose_name = "监督模型"

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class IndicatorRun(models.Model):
    """When an indicator last ran over everything, and what it gave: kept beside, for it changes with every run."""

    indicator = models.OneToOneField("Indicator", models.PROTECT, primary_key=True, related_name="run")
    run = models.TextField("批次")
    last_run_at = models.DateTimeField("最近运行")
    found = models.IntegerField("命中数", default=0)

    class Meta:
        db_table = "indicator_run"
        verbose_name = "模型运行"


class Case(Kept):
    """The supervisors' dossier: a shell that gathers findings; what is known of persons stays outside of it."""

    case_no = models.TextField("编号")
    title = models.TextField("名称")
    kind = CodeField("类型", codelist="case_kind")
    subject = models.TextField("对象", blank=True, default="")
    opened_on = models.DateField("建档日")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办单位"
    )
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办人"
    )
    severity = CodeField("颜色", codelist="severity")
    state = CodeField("状态", codelist="case_state")
    closed_on = models.DateField("结案日", null=True, blank=True)
    result_form = CodeField("四种形态", codelist="four_forms")

    class Meta:
        db_table = "supervision_case"
        constraints = [models.UniqueConstraint(fields=["case_no"], name="supervision_case_no")]
        verbose_name = "监督案卷"


class Finding(Kept):
    """A signal, not guilt: what an indicator or a supervisor saw, and where it stands in the loop."""

    finding_no = models.TextField("编号")
    indicator = models.ForeignKey("Indicator", models.PROTECT, related_name="+", verbose_name="监督模型")
    subject = models.TextField("对象")
    subject_title = models.TextField("对象名称", blank=True, default="")
    part = models.TextField("部位", blank=True, default="")
    score = RatioField("得分", null=True, blank=True)
    severity = CodeField("颜色", codelist="severity")
    detected_severity = CodeField("生成时颜色", codelist="severity")
    state = CodeField("状态", codelist="finding_state")
    origin = CodeField("来源", codelist="finding_origin")
    case = models.ForeignKey(
        "Case", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="案卷"
    )
    campaign = models.ForeignKey(
        "risk.Campaign", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专项行动"
    )
    matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    evidence_sha256 = models.CharField("证据摘要", max_length=64)
    explanation = models.TextField("说明")
    explanation_en = models.TextField("英文说明", blank=True, default="")
    parameters = models.TextField("参数", blank=True, default="{}")
    opened_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="分办单位"
    )
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办人"
    )
    is_released = models.BooleanField("已告知单位", default=False)
    released_on = models.DateField("告知日", null=True, blank=True)
    due_on = models.DateField("本环节到期", null=True, blank=True)
    extensions = models.IntegerField("延期次数", default=0)
    verdict = CodeField("核查结论", codelist="finding_verdict")
    unfounded_reason = CodeField("不属实原因", codelist="unfounded_reason")
    fact_text = models.TextField("核查事实", blank=True, default="")
    harm = CodeField("损害类型", codelist="harm")
    violation = CodeField("违规类型", codelist="violation_kind")
    result_form = CodeField("四种形态", codelist="four_forms")
    detected_on = models.DateField("早发现")
    reminded_on = models.DateField("早提醒", null=True, blank=True)
    educated_on = models.DateField("早教育", null=True, blank=True)
    corrected_on = models.DateField("早纠正", null=True, blank=True)
    closed_on = models.DateField("销号日", null=True, blank=True)
    root_cause = CodeField("根因", codelist="root_cause_kind")
    root_cause_text = models.TextField("根因分析", blank=True, default="")

    class Meta:
        db_table = "finding"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "subject", "part", "evidence_sha256"], name="finding_same"
            ),
            models.UniqueConstraint(fields=["finding_no"], name="finding_number"),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="finding_state_due"),
            models.Index(fields=["subject"], name="finding_subject"),
        ]
        verbose_name = "预警"

    def __str__(self) -> str:
        return self.finding_no


class FindingSeen(models.Model):
    """How often and in which run a finding was found: kept beside, for every scan writes it."""

    finding = models.OneToOneField("Finding", models.PROTECT, primary_key=True, related_name="seen")
    first_run = models.TextField("首次批次")
    last_run = models.TextField("最近批次")
    last_at = models.DateTimeField("最近命中")
    times = models.IntegerField("命中次数", default=1)
    is_gone = models.BooleanField("最近一次未再命中", default=False)

    class Meta:
        db_table = "finding_seen"
        verbose_name = "预警命中"


class FindingFact(Kept):
    """A named fact of a finding; money stands in whole fen."""

    finding = models.ForeignKey("Finding", models.PROTECT, related_name="facts", verbose_name="预警")
    key = models.TextField("事实")
    value_text = models.TextField("文本值", blank=True, default="")
    value_fen = models.BigIntegerField("金额（分）", null=True, blank=True)
    value_number = models.DecimalField("数值", max_digits=24, decimal_places=6, null=True, blank=True)

    class Meta:
        db_table = "finding_fact"
        verbose_name = "预警事实"


class FindingEvidence(Kept):
    """A row that a finding rests on; `leaf` is the number of the act that last touched it, once it has one."""

    finding = models.ForeignKey("Finding", models.PROTECT, related_name="evidence", verbose_name="预警")
    table_name = models.TextField("表")
    # Under another name than the method of every kept row.
    record_key = models.TextField("主键", db_column="row_key")
    leaf = models.BigIntegerField("叶号", null=True, blank=True)
    event_id = models.CharField("行为", max_length=36, blank=True, default="")

    class Meta:
        db_table = "finding_evidence"
        verbose_name = "预警证据"


class FindingPerson(Kept):
    """A person whom the acts behind a finding lead to, at his post of that act."""

    finding = models.ForeignKey("Finding", models.PROTECT, related_name="persons", verbose_name="预警")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    post = models.ForeignKey(
        "org.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="岗位"
    )
    role = CodeField("作用", codelist="act_role")
    leaf = models.BigIntegerField("叶号", null=True, blank=True)
    event_id = models.CharField("行为", max_length=36, blank=True, default="")
    clause = models.TextField("条款", blank=True, default="")

    class Meta:
        db_table = "finding_person"
        verbose_name = "预警涉及人"


class Paper(Kept):
    """A supervision paper: reminder, urging sheet, record of a talk, suggestion, and what was answered."""

    kind = CodeField("文书种类", codelist="paper_kind")
    doc_no = models.TextField("文号")
    finding = models.ForeignKey(
        "Finding", models.PROTECT, null=True, blank=True, related_name="papers", verbose_name="预警"
    )
    case = models.ForeignKey(
        "Case", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="案卷"
    )
    to_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受文单位"
    )
    to_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受文人"
    )
    from_unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="签发单位")
    demand = CodeField("要求", codelist="paper_demand")
    situation_text = models.TextField("情况")
    demand_text = models.TextField("要求内容")
    place = models.TextField("地点", blank=True, default="")
    issued_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="签发人"
    )
    second_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="第二谈话人"
    )
    issued_on = models.DateField("签发日")
    reply_due_on = models.DateField("回复期限", null=True, blank=True)
    replied_on = models.DateField("回复日", null=True, blank=True)
    reply_text = models.TextField("回复内容", blank=True, default="")
    replied_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回复人"
    )

    class Meta:
        db_table = "supervision_paper"
        constraints = [models.UniqueConstraint(fields=["doc_no"], name="supervision_paper_no")]
        verbose_name = "监督文书"


class FindingStep(Kept):
    """One step of the loop: whose it is, until when, what came of it."""

    finding = models.ForeignKey("Finding", models.PROTECT, related_name="steps", verbose_name="预警")
    kind = CodeField("步骤", codelist="finding_step_kind")
    post = models.ForeignKey(
        "org.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="岗位"
    )
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    opened_at = models.DateTimeField("开始")
    due_on = models.DateField("到期日", null=True, blank=True)
    done_at = models.DateTimeField("完成", null=True, blank=True)
    outcome = CodeField("结果", codelist="finding_outcome")
    text = models.TextField("内容", blank=True, default="")
    paper = models.ForeignKey(
        "Paper", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文书"
    )

    class Meta:
        db_table = "finding_step"
        indexes = [models.Index(fields=["finding", "opened_at"], name="finding_step_order")]
        verbose_name = "预警处置步骤"


class ChangeRequest(Kept):
    """What a confirmed finding asks of the rules: from root cause to a rule in force, and to its proof."""

    request_no = models.TextField("编号")
    finding = models.ForeignKey(
        "Finding", models.PROTECT, null=True, blank=True, related_name="changes", verbose_name="来源预警"
    )
    case = models.ForeignKey(
        "Case", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="来源案卷"
    )
    regulation = models.ForeignKey(
        "regulation.Regulation", models.PROTECT, related_name="+", verbose_name="制度"
    )
    clause = models.TextField("条款", blank=True, default="")
    gap_text = models.TextField("漏洞")
    proposal_text = models.TextField("修改建议")
    requested_on = models.DateField("提出日")
    requested_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    status = CodeField("状态", codelist="request_status")
    answered_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answer_text = models.TextField("答复", blank=True, default="")
    revision = models.ForeignKey(
        "revision.Revision", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="制度修订"
    )
    in_force_on = models.DateField("施行日", null=True, blank=True)
    verified_on = models.DateField("验证日", null=True, blank=True)
    verified_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="验证人"
    )

    class Meta:
        db_table = "change_request"
        constraints = [models.UniqueConstraint(fields=["request_no"], name="change_request_no")]
        verbose_name = "制度修改建议"


class FindingRecusal(Kept):
    """That a person stands back from a finding (回避): from then on he neither sees nor handles it."""

    finding = models.ForeignKey("Finding", models.PROTECT, related_name="recusals", verbose_name="预警")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="回避人")
    reason = CodeField("回避事由", codelist="recusal_reason")
    text = models.TextField("说明", blank=True, default="")
    recused_on = models.DateField("回避日")

    class Meta:
        db_table = "finding_recusal"
        constraints = [models.UniqueConstraint(fields=["finding", "person"], name="finding_recusal_once")]
        verbose_name = "预警回避"
