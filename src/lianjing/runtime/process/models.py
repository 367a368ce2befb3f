"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField
from lianjing.runtime.trail.kept import Kept


class CalendarDay(Kept):
    """Working-day table with its source."""

    is_reference = True

    legal_day = models.DateField("日期", primary_key=True)
    is_working = models.BooleanField("工作日", default=False)
    is_holiday = models.BooleanField("节假日", default=False)
    holiday = CodeField("节日", codelist="holiday")
    is_forecast = models.BooleanField("预测", default=False)
    source = models.TextField("来源", blank=True, default="")

    class Meta:
        db_table = "calendar_day"
        verbose_name = "工作日历"


class ProcessInstance(Kept):
    """One running process of one matter."""

    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    definition = models.ForeignKey(
        "regulation.Definition", models.PROTECT, related_name="+", verbose_name="流程版本"
    )
    state = CodeField("状态", codelist="instance_state")
    marking = models.TextField("流程状态")
    ver = models.IntegerField("版本号")
    started_at = models.DateTimeField("开始")
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    outcome = models.TextField("结果", blank=True, default="")

    class Meta:
        db_table = "process_instance"
        constraints = [models.UniqueConstraint(fields=["matter"], name="process_instance_matter")]
        verbose_name = "流程实例"


class WorkItem(Kept):
    """One step opened for one post or person; carries the clock."""

    instance = models.ForeignKey("ProcessInstance", models.PROTECT, related_name="+", verbose_name="流程实例")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    step_key = models.TextField("环节编号")
    element = models.TextField("多实例要素", blank=True, default="")
    round = models.IntegerField("轮次")
    post = models.ForeignKey("org.Post", models.PROTECT, related_name="+", verbose_name="岗位")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    duty = CodeField("职责", codelist="duty")
    opened_at = models.DateTimeField("到达时间")
    due_at = models.DateTimeField("到期时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    outcome = CodeField("结果", codelist="item_outcome")
    return_reason = CodeField("退回原因", codelist="return_reason")
    return_text = models.TextField("退回说明", blank=True, default="")
    form_sha256 = models.CharField("表单摘要", max_length=64, blank=True, default="")
    name = models.TextField("名称", blank=True, default="")
    name_en = models.TextField("英文名称", blank=True, default="")
    clock_unit = CodeField("计时方式", codelist="clock_unit")
    budget = models.IntegerField("时限", null=True, blank=True)
    consumed_minutes = models.IntegerField("已用时", default=0)
    running_since = models.DateTimeField("计时起", null=True, blank=True)
    clause = models.TextField("依据条款", blank=True, default="")

    class Meta:
        db_table = "work_item"
        indexes = [
            models.Index(fields=["matter", "opened_at"], name="work_item_matter"),
            models.Index(
                fields=["post", "due_at"],
                name="work_item_open_post",
                condition=models.Q(closed_at__isnull=True),
            ),
            models.Index(fields=["closed_at", "step_key"], name="work_item_closed"),
            models.Index(fields=["post", "matter"], name="work_item_post_matter"),
        ]
        verbose_name = "待办"


class ClockPause(Kept):
    """Suspension of a clock: of a work item or of a matter."""

    work_item = models.ForeignKey("WorkItem", models.PROTECT, related_name="+", verbose_name="待办")
    reason = CodeField("原因", codelist="pause_reason")
    reason_text = models.TextField("说明", blank=True, default="")
    from_at = models.DateTimeField("起")
    to_at = models.DateTimeField("止", null=True, blank=True)
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )

    class Meta:
        db_table = "clock_pause"
        verbose_name = "暂停计时"


class Timer(Kept):
    """A time at which something happens by itself; set and cancelled by the interpreter."""

    instance = models.ForeignKey("ProcessInstance", models.PROTECT, related_name="+", verbose_name="流程实例")
    timer_key = models.TextField("定时器")
    node = models.TextField("环节")
    element = models.TextField("多实例要素", blank=True, default="")
    due_at = models.DateTimeField("到期")
    fired_at = models.DateTimeField("触发时间", null=True, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)

    class Meta:
        db_table = "timer"
        indexes = [
            models.Index(
                fields=["due_at"],
                name="timer_due",
                condition=models.Q(fired_at__isnull=True, cancelled_at__isnull=True),
            )
        ]
        verbose_name = "定时"


class Submission(Kept):
    """What a person filled in at a step, as it was sent."""

    work_item = models.ForeignKey("WorkItem", models.PROTECT, related_name="+", verbose_name="待办")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    submitted_at = models.DateTimeField("提交时间")
    form_sha256 = models.CharField("表单摘要", max_length=64)
    content = models.TextField("填报内容")

    class Meta:
        db_table = "submission"
        indexes = [models.Index(fields=["matter"], name="submission_matter")]
        verbose_name = "填报"


class DecisionLog(Kept):
    """One evaluation of a decision table: what went in, which rules hit, what came out."""

    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    decision_key = models.TextField("决策表")
    definition = models.ForeignKey(
        "regulation.Definition", models.PROTECT, related_name="+", verbose_name="定义"
    )
    inputs = models.TextField("输入")
    outputs = models.TextField("输出")
    matched = models.TextField("命中规则")
    decided_at = models.DateTimeField("判定时间")

    class Meta:
        db_table = "decision_log"
        verbose_name = "判定"


class Review(Kept):
    """One review of a chain: audit, internal, joint, collective, finance, legality."""

    domain = CodeField("领域", codelist="domain")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    kind = CodeField("审查类型", codelist="review_kind")
    seq = models.IntegerField("顺序")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    post = models.ForeignKey(
        "org.Post", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="岗位"
    )
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审查人"
    )
    work_item = models.ForeignKey(
        "WorkItem", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="待办"
    )
    round = models.IntegerField("轮次")
    due_at = models.DateTimeField("到期", null=True, blank=True)
    done_at = models.DateTimeField("完成")
    result = CodeField("结论", codelist="review_result")
    opinion_text = models.TextField("意见", blank=True, default="")
    cut = MoneyField("核减额", null=True, blank=True)
    agenda_item = models.ForeignKey(
        "meeting.AgendaItem", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="议题"
    )
    clause = models.TextField("依据条款", blank=True, default="")

    class Meta:
        db_table = "review"
        indexes = [models.Index(fields=["matter", "kind"], name="review_matter")]
        verbose_name = "审查"


class Opinion(Kept):
    """Written opinion of one department; never overwritten."""

    domain = CodeField("领域", codelist="domain")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    work_item = models.ForeignKey(
        "WorkItem", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="待办"
    )
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="部门")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    requested_at = models.DateTimeField("征求时间")
    due_at = models.DateTimeField("应回复时间", null=True, blank=True)
    given_at = models.DateTimeField("回复时间", null=True, blank=True)
    result = CodeField("结论", codelist="opinion_result")
    text = models.TextField("意见", blank=True, default="")
    supplements = models.ForeignKey(
        "Opinion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="补充"
    )
    is_overdue = models.BooleanField("逾期", default=False)

    class Meta:
        db_table = "opinion"
        indexes = [models.Index(fields=["matter"], name="opinion_matter")]
        verbose_name = "部门意见"


class FormDraft(models.Model):
    """What a person has filled in and not yet sent (暂存): no act, gone once it is sent."""

    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+", verbose_name="人员")
    work_item = models.ForeignKey("WorkItem", models.CASCADE, related_name="+", verbose_name="待办")
    content = models.TextField("填报内容")
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        db_table = "form_draft"
        constraints = [models.UniqueConstraint(fields=["person", "work_item"], name="form_draft_person_item")]
        verbose_name = "草稿"


class AddedSigner(Kept):
    """A person asked to sign a step before or after its holder (加签): why, by whom, and what he wrote."""

    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    work_item = models.ForeignKey("WorkItem", models.PROTECT, related_name="+", verbose_name="加签环节")
    signer_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="加签人")
    signer_post = models.ForeignKey("org.Post", models.PROTECT, related_name="+", verbose_name="加签岗位")
    is_before = models.BooleanField("前加签", default=True)
    reason = models.TextField("加签理由")
    added_by_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="提出人")
    added_at = models.DateTimeField("提出时间")
    signing_item = models.ForeignKey(
        "WorkItem", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="加签待办"
    )
    signed_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签署人"
    )
    signed_at = models.DateTimeField("签署时间", null=True, blank=True)
    result = CodeField("加签结论", codelist="opinion_result")
    opinion_text = models.TextField("加签意见", blank=True, default="")

    class Meta:
        db_table = "added_signer"
        indexes = [models.Index(fields=["matter"], name="added_signer_matter")]
        verbose_name = "加签"


class CalledProcess(Kept):
    """A process that a step of another called: its matter, and where its end goes back to."""

    caller = models.ForeignKey("ProcessInstance", models.PROTECT, related_name="+", verbose_name="调用流程")
    node = models.TextField("调用节点")
    element = models.TextField("多实例要素", blank=True, default="")
    round = models.IntegerField("轮次")
    called = models.OneToOneField(
        "ProcessInstance", models.PROTECT, related_name="+", verbose_name="被调用流程"
    )
    called_at = models.DateTimeField("调用时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    outcome = models.TextField("结果", blank=True, default="")

    class Meta:
        db_table = "called_process"
        indexes = [models.Index(fields=["caller"], name="called_process_caller")]
        verbose_name = "被调用流程"


class MatterRestart(Kept):
    """A matter begun anew under today's rules in place of one that was broken off (终止重办)."""

    old_matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, related_name="+", verbose_name="原事项"
    )
    new_matter = models.OneToOneField(
        "matter.Matter", models.PROTECT, related_name="+", verbose_name="重办事项"
    )
    reason = models.TextField("理由")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="决定人")
    restarted_at = models.DateTimeField("重办时间")

    class Meta:
        db_table = "matter_restart"
        verbose_name = "终止重办"


class ItemOpened(models.Model):
    """That a person at whose post a step waits has opened it: from then on it is not taken back from him."""

    work_item = models.ForeignKey("WorkItem", models.CASCADE, related_name="+", verbose_name="待办")
    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+", verbose_name="人员")
    opened_at = models.DateTimeField("打开时间")

    class Meta:
        db_table = "item_opened"
        constraints = [
            models.UniqueConstraint(fields=["work_item", "person"], name="item_opened_item_person")
        ]
        verbose_name = "待办打开"


class CalendarNotice(Kept):
    """The yearly notice of working days as a file gave it, proposed by one person and entered when another agrees."""

    year = models.IntegerField("年度")
    source = models.TextField("依据文件")
    file_name = models.TextField("文件名", blank=True, default="")
    content = models.TextField("内容")
    sha256 = models.CharField("摘要", max_length=64)
    proposed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    status = CodeField("状态", codelist="grant_status")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    reason = models.TextField("不同意理由", blank=True, default="")
    recomputed_at = models.DateTimeField("期限重算时间", null=True, blank=True)
    moved = models.IntegerField("变动的期限数", null=True, blank=True)

    class Meta:
        db_table = "calendar_notice"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by_person__isnull=True)
                | ~models.Q(decided_by_person=models.F("proposed_by_person")),
                name="calendar_notice_two_persons",
            )
        ]
        verbose_name = "年度工作日安排"


class LocalClosure(Kept):
    """Days on which the zone, or one unit with those below it, is closed: no working days for its deadlines."""

    is_reference = True

    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    from_on = models.DateField("起")
    to_on = models.DateField("止")
    why = models.TextField("停止办公原因")
    source = models.TextField("依据文件")
    proposed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    status = CodeField("状态", codelist="grant_status")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    reason = models.TextField("不同意理由", blank=True, default="")
    recomputed_at = models.DateTimeField("期限重算时间", null=True, blank=True)
    moved = models.IntegerField("变动的期限数", null=True, blank=True)

    class Meta:
        db_table = "local_closure"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by_person__isnull=True)
                | ~models.Q(decided_by_person=models.F("proposed_by_person")),
                name="local_closure_two_persons",
            )
        ]
        verbose_name = "本地停止办公"
