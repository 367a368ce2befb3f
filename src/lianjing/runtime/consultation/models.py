"""Asking and showing beside the process: copies for information (传阅) and questions from an open step (征询)."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.trail.kept import Kept


class Circulation(Kept):
    """A matter shown to others for information; never an approval."""

    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    sender_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="发送人")
    sender_post = models.ForeignKey("org.Post", models.PROTECT, related_name="+", verbose_name="发送岗位")
    text = models.TextField("附言", blank=True, default="")
    sent_at = models.DateTimeField("发送时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.TextField("撤回理由", blank=True, default="")

    class Meta:
        db_table = "circulation"
        indexes = [models.Index(fields=["matter"], name="circulation_matter")]
        verbose_name = "传阅"


class CirculationCopy(Kept):
    """One reader's copy, bound to the post at which he got it: who leaves the post loses the view."""

    circulation = models.ForeignKey(Circulation, models.PROTECT, related_name="copies", verbose_name="传阅")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="阅知人")
    post = models.ForeignKey("org.Post", models.PROTECT, related_name="+", verbose_name="岗位")
    read_at = models.DateTimeField("已阅时间", null=True, blank=True)
    remark = models.TextField("阅知意见", blank=True, default="")

    class Meta:
        db_table = "circulation_copy"
        constraints = [
            models.UniqueConstraint(fields=["circulation", "person"], name="circulation_copy_person")
        ]
        indexes = [models.Index(fields=["person"], name="circulation_copy_reader")]
        verbose_name = "传阅件"


class Inquiry(Kept):
    """A question from an open step to other posts or persons; the clock of the step goes on."""

    work_item = models.ForeignKey("process.WorkItem", models.PROTECT, related_name="+", verbose_name="待办")
    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    asker_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="征询人")
    asker_post = models.ForeignKey("org.Post", models.PROTECT, related_name="+", verbose_name="征询岗位")
    question = models.TextField("征询内容")
    is_required = models.BooleanField("答复后方可办结", default=False)
    asked_at = models.DateTimeField("征询时间")
    due_on = models.DateField("希望答复日", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.TextField("撤回理由", blank=True, default="")

    class Meta:
        db_table = "inquiry"
        indexes = [
            models.Index(fields=["work_item"], name="inquiry_item"),
            models.Index(fields=["matter"], name="inquiry_matter"),
        ]
        verbose_name = "征询"


class InquiryAnswer(Kept):
    """One post asked, perhaps one person of it, and what was answered; an answer is never changed."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="answers", verbose_name="征询")
    post = models.ForeignKey("org.Post", models.PROTECT, related_name="+", verbose_name="被征询岗位")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="被征询人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    text = models.TextField("答复", blank=True, default="")

    class Meta:
        db_table = "inquiry_answer"
        indexes = [
            models.Index(fields=["inquiry"], name="inquiry_answer_inquiry"),
            models.Index(
                fields=["post"],
                name="inquiry_answer_waiting",
                condition=models.Q(answered_at__isnull=True),
            ),
        ]
        verbose_name = "征询答复"
