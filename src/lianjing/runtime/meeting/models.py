"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class Meeting(Kept):
    """Collective decision, joint review, fund committee, village vote, leadership."""

    domain = CodeField("领域", codelist="domain")
    kind = CodeField("会议类型", codelist="meeting_kind")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="召开单位")
    title = models.TextField("名称")
    held_on = models.DateField("召开日")
    chair_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主持人"
    )
    member_count = models.IntegerField("应到人数")
    present_count = models.IntegerField("实到人数", null=True, blank=True)
    quorum_ratio = RatioField("法定比例")
    majority_ratio = RatioField("通过比例")
    is_quorate = models.BooleanField("达到法定人数", default=False)
    place = models.TextField("地点", blank=True, default="")
    started_at = models.DateTimeField("开始", null=True, blank=True)
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    video_sha256 = models.CharField("录像摘要", max_length=64, blank=True, default="")
    recorder_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人"
    )
    minutes_no = models.TextField("纪要号", blank=True, default="")
    minutes_signed_at = models.DateTimeField("纪要签发", null=True, blank=True)
    minutes_signed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签发人"
    )
    status = models.TextField("状态")
    minutes_document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会议纪要"
    )

    class Meta:
        db_table = "meeting"
        verbose_name = "会议"


class AgendaItem(Kept):
    """One matter on the agenda: materials, advice, result."""

    meeting = models.ForeignKey("Meeting", models.PROTECT, related_name="+", verbose_name="会议")
    seq = models.IntegerField("序号")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    title = models.TextField("议题")
    kind = CodeField("决策类别", codelist="decision_kind")
    amount = MoneyField("金额", null=True, blank=True)
    materials_sent_at = models.DateTimeField("材料送达", null=True, blank=True)
    is_temporary = models.BooleanField("临时动议", default=False)
    result = CodeField("结果", codelist="decision_result")
    decided_on = models.DateField("决定日", null=True, blank=True)
    agree_count = models.IntegerField("同意", null=True, blank=True)
    against_count = models.IntegerField("反对", null=True, blank=True)
    abstain_count = models.IntegerField("弃权", null=True, blank=True)
    reporter_text = models.TextField("汇报人", blank=True, default="")
    urgency_reason = models.TextField("临时动议理由", blank=True, default="")
    conditions_text = models.TextField("附加条件", blank=True, default="")
    carried_by_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="落实单位"
    )
    carry_due_on = models.DateField("落实期限", null=True, blank=True)
    needs_legality = models.BooleanField("须合法性审查", default=False)
    needs_expert = models.BooleanField("须专家论证", default=False)
    legality_review = models.ForeignKey(
        "process.Review", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="合法性审查"
    )
    expert_review = models.ForeignKey(
        "process.Review", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专家论证"
    )
    options_text = models.TextField("备选方案", blank=True, default="")

    class Meta:
        db_table = "agenda_item"
        indexes = [models.Index(fields=["matter"], name="agenda_item_matter")]
        constraints = [models.UniqueConstraint(fields=["meeting", "seq"], name="agenda_item_seq")]
        verbose_name = "议题"


class MeetingMember(Kept):
    """Member, attendee or absent, with recusal."""

    meeting = models.ForeignKey("Meeting", models.PROTECT, related_name="+", verbose_name="会议")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    role = CodeField("身份", codelist="meeting_role")
    is_present = models.BooleanField("出席", default=False)
    is_recused = models.BooleanField("回避", default=False)
    absence_reason = models.TextField("缺席原因", blank=True, default="")

    class Meta:
        db_table = "meeting_member"
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="meeting_member_person")]
        verbose_name = "参会人员"


class Vote(Kept):
    """Individual view and vote, in order, the head last."""

    agenda_item = models.ForeignKey("AgendaItem", models.PROTECT, related_name="+", verbose_name="议题")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    seq = models.IntegerField("表态顺序")
    is_head = models.BooleanField("主要负责人", default=False)
    view_text = models.TextField("意见", blank=True, default="")
    view_at = models.DateTimeField("表态时间", null=True, blank=True)
    choice = CodeField("表决", codelist="vote_choice")
    cast_at = models.DateTimeField("表决时间", null=True, blank=True)
    is_dissent = models.BooleanField("不同意见", default=False)
    dissent_reason = models.TextField("不同意见理由", blank=True, default="")

    class Meta:
        db_table = "vote"
        constraints = [models.UniqueConstraint(fields=["agenda_item", "person"], name="vote_person")]
        verbose_name = "表态表决"
