"""Tables of the noun: a revision of the rules in the making, its parts, and the checks that it went through."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Revision(Kept):
    """What one change of a regulation is to bring into force on one day, drafted by one person and approved by another."""

    regulation = models.ForeignKey(
        "regulation.Regulation", models.PROTECT, related_name="+", verbose_name="所属制度"
    )
    bundle_key = models.TextField("制度包", blank=True, default="")
    title = models.TextField("名称")
    reason = models.TextField("修订理由")
    state = CodeField("状态", codelist="revision_state")
    author_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="起草人")
    begun_at = models.DateTimeField("起草时间")
    submitted_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="送审人"
    )
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    replay_waiver = models.TextField("未作回放的理由", blank=True, default="")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    decision_text = models.TextField("审定意见", blank=True, default="")
    from_on = models.DateField("施行日", null=True, blank=True)

    class Meta:
        db_table = "rule_revision"
        indexes = [models.Index(fields=["regulation", "state"], name="rule_revision_regulation")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by_person__isnull=True)
                | ~models.Q(state="approved")
                | (
                    ~models.Q(decided_by_person=models.F("author_person"))
                    & ~models.Q(decided_by_person=models.F("submitted_by_person"))
                ),
                name="rule_revision_two_persons",
            )
        ]
        verbose_name = "制度修订"


class RevisionPart(Kept):
    """One text of a revision: a process, a table, a form, a clause, the heading, or the repeal of the whole."""

    revision = models.ForeignKey("Revision", models.PROTECT, related_name="+", verbose_name="制度修订")
    kind = CodeField("类别", codelist="revision_part_kind")
    key = models.TextField("键")
    base_definition = models.ForeignKey(
        "regulation.Definition",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所改版本",
    )
    base_sha256 = models.CharField("所改文本摘要", max_length=64, blank=True, default="")
    base_text = models.TextField(
        "原文", blank=True, default=""
    )  # of a clause or heading: no version keeps it
    text = models.TextField("文本", blank=True, default="")
    sha256 = models.CharField("摘要", max_length=64)
    saved_by_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="编写人")
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        db_table = "rule_revision_part"
        constraints = [
            models.UniqueConstraint(fields=["revision", "kind", "key"], name="rule_revision_part_key")
        ]
        verbose_name = "修订内容"


class RevisionCheck(Kept):
    """One run of the checks over the parts as they stood; `faults` is a JSON list (see `revision.fault`)."""

    revision = models.ForeignKey("Revision", models.PROTECT, related_name="+", verbose_name="制度修订")
    parts_sha256 = models.CharField("内容摘要", max_length=64)
    checked_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="校验人"
    )
    checked_at = models.DateTimeField("校验时间")
    is_clean = models.BooleanField("通过", default=False)
    faults = models.TextField("问题", blank=True, default="[]")

    class Meta:
        db_table = "rule_revision_check"
        indexes = [models.Index(fields=["revision", "checked_at"], name="rule_revision_check_latest")]
        verbose_name = "修订校验"


class RevisionReplay(Kept):
    """One replay of past matters under a draft as it stood: its span, its sums, the digest of its rows."""

    revision = models.ForeignKey("Revision", models.PROTECT, related_name="+", verbose_name="制度修订")
    parts_sha256 = models.CharField("内容摘要", max_length=64)
    since = models.DateField("起", null=True, blank=True)
    until = models.DateField("止", null=True, blank=True)
    asked_by_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="发起人")
    asked_at = models.DateTimeField("发起时间")
    state = CodeField("状态", codelist="replay_state")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    matters = models.IntegerField("事项数", default=0)
    steps = models.IntegerField("步数", default=0)
    changed = models.IntegerField("有变化的事项数", default=0)
    sums = models.TextField("分类合计", blank=True, default="")
    rows_sha256 = models.CharField("明细摘要", max_length=64, blank=True, default="")

    class Meta:
        db_table = "rule_revision_replay"
        indexes = [models.Index(fields=["revision", "asked_at"], name="rule_revision_replay_latest")]
        verbose_name = "历史回放"


class ReplayedMatter(models.Model):
    """One past matter under the draft: computed from the trail and the parts, at any time again; no business fact."""

    replay = models.ForeignKey("RevisionReplay", models.PROTECT, related_name="+", verbose_name="历史回放")
    instance_id = models.BigIntegerField("流程实例")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    steps = models.IntegerField("步数")
    kinds = models.TextField("变化种类", blank=True, default="")
    is_barred = models.BooleanField("不能照原样办理", default=False)
    days = models.DecimalField("预计增减", max_digits=9, decimal_places=2, null=True, blank=True)
    differences = models.JSONField("变化", default=list)
    estimates = models.JSONField("推算依据", default=list)

    class Meta:
        db_table = "rule_revision_replay_row"
        constraints = [
            models.UniqueConstraint(fields=["replay", "instance_id"], name="rule_revision_replay_row_once")
        ]
        verbose_name = "回放明细"
