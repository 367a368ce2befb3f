"""Hand-over on leaving a post (离岗交接): who gives, who takes, which posts, and what lay on the desk."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class PostHandover(Kept):
    """One hand-over; the giver prepares it, or personnel and the head of the unit where he cannot."""

    giver_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="移交人")
    successor_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="接收人"
    )
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    reason = CodeField("离岗原因", codelist="hand_over_reason")
    basis = models.TextField("依据")
    last_on = models.DateField("最后在岗日")
    leaves_service = models.BooleanField("离开本单位", default=False)
    is_without_giver = models.BooleanField("本人不能办理", default=False)
    status = CodeField("状态", codelist="hand_over_status")
    prepared_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="编制人"
    )
    prepared_at = models.DateTimeField("编制时间")
    agreed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位负责人"
    )
    agreed_at = models.DateTimeField("同意时间", null=True, blank=True)
    confirmed_at = models.DateTimeField("接收时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    note = models.TextField("交接说明", blank=True, default="")

    class Meta:
        db_table = "post_handover"
        indexes = [models.Index(fields=["status", "prepared_at"], name="post_handover_status")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(giver_person=F("successor_person")), name="post_handover_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by_person__isnull=True)
                | (~Q(agreed_by_person=F("prepared_by_person")) & ~Q(agreed_by_person=F("successor_person"))),
                name="post_handover_three_persons",
            ),
        ]
        verbose_name = "离岗交接"


class HandoverPost(Kept):
    """A post that is handed over, with the appointment that ends."""

    handover = models.ForeignKey(PostHandover, models.PROTECT, related_name="posts", verbose_name="交接")
    post = models.ForeignKey("org.Post", models.PROTECT, related_name="+", verbose_name="岗位")
    appointment = models.ForeignKey("org.Appointment", models.PROTECT, related_name="+", verbose_name="任职")

    class Meta:
        db_table = "handover_post"
        constraints = [models.UniqueConstraint(fields=["handover", "post"], name="handover_post_once")]
        verbose_name = "交接岗位"


class HandoverLine(Kept):
    """One thing on the desk as listed when it was confirmed; `row` is its table and key."""

    handover = models.ForeignKey(PostHandover, models.PROTECT, related_name="lines", verbose_name="交接")
    seq = models.IntegerField("序号")
    kind = CodeField("类别", codelist="hand_over_kind")
    table = models.CharField("表", max_length=60)
    row = models.CharField("键", max_length=40)
    title = models.TextField("内容")
    due_on = models.DateField("期限", null=True, blank=True)
    matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )

    class Meta:
        db_table = "handover_line"
        constraints = [models.UniqueConstraint(fields=["handover", "seq"], name="handover_line_seq")]
        verbose_name = "交接清单"
