"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, RatioField
from lianjing.runtime.trail.kept import Kept


class Draw(Kept):
    """A random draw that nobody can grind: pool locked first, seed known only afterwards."""

    domain = CodeField("领域", codelist="domain")
    kind = CodeField("抽取类型", codelist="draw_kind")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    title = models.TextField("名称", blank=True, default="")
    rule_text = models.TextField("条件", blank=True, default="")
    locked_at = models.DateTimeField("锁定时间", null=True, blank=True)
    locked_event = models.TextField("锁定事件", blank=True, default="")
    locked_leaf_hash = models.CharField("锁定事件摘要", max_length=64, blank=True, default="")
    pool_size = models.IntegerField("候选数", default=0)
    pick_count = models.IntegerField("抽取数")
    is_weighted = models.BooleanField("加权", default=False)
    commitment = models.CharField("承诺值摘要", max_length=64, blank=True, default="")
    committed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承诺人"
    )
    committed_by_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承诺人单位"
    )
    committed_at = models.DateTimeField("承诺时间", null=True, blank=True)
    revealed = models.CharField("承诺值", max_length=64, blank=True, default="")
    revealed_at = models.DateTimeField("揭示时间", null=True, blank=True)
    seed = models.CharField("种子", max_length=64, blank=True, default="")
    seed_source = CodeField("种子来源", codelist="seed_source")
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    redraw_of = models.ForeignKey(
        "Draw", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所重抽"
    )
    redraw_no = models.IntegerField("重抽次数", default=0)
    redraw_reason = CodeField("重抽原因", codelist="redraw_reason")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人单位"
    )
    status = models.TextField("状态", blank=True, default="")

    class Meta:
        db_table = "draw"
        indexes = [models.Index(fields=["matter", "kind"], name="draw_matter")]
        verbose_name = "抽取"


class DrawCandidate(Kept):
    """One member of the pool with weight and fate."""

    draw = models.ForeignKey("Draw", models.PROTECT, related_name="+", verbose_name="抽取")
    seq = models.IntegerField("序号")
    candidate = models.TextField("候选")
    label = models.TextField("名称", blank=True, default="")
    weight = RatioField("权重", default=1)
    is_excluded = models.BooleanField("排除", default=False)
    exclusion_reason = CodeField("排除原因", codelist="exclusion_reason")
    exclusion_text = models.TextField("排除说明", blank=True, default="")
    is_picked = models.BooleanField("抽中", default=False)
    pick_order = models.IntegerField("抽中次序", null=True, blank=True)
    reply = CodeField("答复", codelist="draw_reply")
    replied_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        db_table = "draw_candidate"
        constraints = [models.UniqueConstraint(fields=["draw", "seq"], name="draw_candidate_seq")]
        verbose_name = "抽取候选"


class DrawSeed(Kept):
    """The cosigned checkpoint whose root gave a draw its seed: the first after the pool was locked."""

    draw = models.OneToOneField("Draw", models.PROTECT, related_name="checkpoint", verbose_name="抽取")
    checkpoint_size = models.BigIntegerField("检查点规模")
    root = models.CharField("根", max_length=64)
    note = models.TextField("检查点及共签")
    cosigners = models.TextField("共签人")
    cosigned_at = models.DateTimeField("共签时间")

    class Meta:
        db_table = "draw_seed"
        verbose_name = "抽取种子"
