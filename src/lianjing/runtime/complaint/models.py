"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class ComplaintKey(Kept):
    """The public key under which reports to a supervision group are sealed; its private half is behind a pass-phrase."""

    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="监督单位")
    public_key = models.CharField("公钥", max_length=64)
    made_by_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="建立人")
    from_on = models.DateField("启用日")
    to_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        db_table = "complaint_key"
        verbose_name = "举报密钥"


class ComplaintSecret(models.Model):
    """The private half of a key, encrypted under the pass-phrase: no log keeps it."""

    key = models.OneToOneField(ComplaintKey, models.PROTECT, primary_key=True, related_name="secret")
    wrapped = models.TextField("密文")

    class Meta:
        db_table = "complaint_secret"
        verbose_name = "举报私钥"


class ComplaintKeyProposal(Kept):
    """A key that one supervisor made to replace the present one; it seals nothing until another one confirms it."""

    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="监督单位")
    public_key = models.CharField("公钥", max_length=64)
    proposed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    status = CodeField("状态", codelist="key_proposal_status")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    key = models.ForeignKey(
        ComplaintKey, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="举报密钥"
    )

    class Meta:
        db_table = "complaint_key_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=models.Q(status="pending"), name="complaint_key_one_pending"
            )
        ]
        verbose_name = "举报密钥更换"


class ComplaintProposalSecret(models.Model):
    """The private half of a proposed key, encrypted under its pass-phrase, until it is decided."""

    proposal = models.OneToOneField(
        ComplaintKeyProposal, models.PROTECT, primary_key=True, related_name="secret"
    )
    wrapped = models.TextField("密文")

    class Meta:
        db_table = "complaint_proposal_secret"
        verbose_name = "待确认的举报私钥"


class Complaint(Kept):
    """Report of conduct; confidential, seen by the supervisor only."""

    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="+", verbose_name="受理单位")
    channel = CodeField("渠道", codelist="complaint_channel")
    received_on = models.DateField("收到日")
    about_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="被反映人"
    )
    about_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="被反映单位"
    )
    harm = CodeField("损害类型", codelist="harm")
    matter = models.ForeignKey(
        "matter.Matter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项"
    )
    is_anonymous = models.BooleanField("匿名", default=True)
    key = models.ForeignKey(ComplaintKey, models.PROTECT, related_name="+", verbose_name="密钥")
    content = models.TextField("内容（密文）")
    receipt_sha256 = models.CharField("回执摘要", max_length=64, unique=True)
    state = CodeField("状态", codelist="complaint_state")
    register_due_on = models.DateField("告知期限")
    due_on = models.DateField("办结期限")

    class Meta:
        db_table = "complaint"
        indexes = [models.Index(fields=["unit", "state"], name="complaint_unit_state")]
        verbose_name = "举报诉求"


class ComplaintStep(Kept):
    """One step of handling a report, or what its author added later; `answer` is what the author may read."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="+", verbose_name="举报诉求")
    state = CodeField("状态", codelist="complaint_state")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    done_at = models.DateTimeField("时间")
    key = models.ForeignKey(ComplaintKey, models.PROTECT, related_name="+", verbose_name="密钥")
    note = models.TextField("记录（密文）", blank=True, default="")
    answer = models.TextField("答复", blank=True, default="")

    class Meta:
        db_table = "complaint_step"
        indexes = [models.Index(fields=["complaint"], name="complaint_step_complaint")]
        verbose_name = "举报办理"


class ComplaintFile(Kept):
    """A file handed in with a report, sealed; the folder holds it under the digest of its sealed bytes."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="+", verbose_name="举报诉求")
    key = models.ForeignKey(ComplaintKey, models.PROTECT, related_name="+", verbose_name="密钥")
    sha256 = models.CharField("密文摘要", max_length=64)
    name = models.TextField("文件名（密文）")
    size_bytes = models.IntegerField("字节数")

    class Meta:
        db_table = "complaint_file"
        indexes = [models.Index(fields=["complaint"], name="complaint_file_complaint")]
        verbose_name = "举报附件"
