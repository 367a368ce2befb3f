"""Rights that two persons give together: posts, log-ins, and the seats of the three administrators."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class AppointmentProposal(Kept):
    """What the personnel post proposes by a paper; it takes effect when the security administrator grants it."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    post = models.ForeignKey("org.Post", models.PROTECT, related_name="+", verbose_name="岗位")
    from_on = models.DateField("任职起")
    to_on = models.DateField("任职止", null=True, blank=True)
    basis = models.TextField("任职依据")
    proposed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    status = CodeField("状态", codelist="grant_status")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授权人"
    )
    decided_at = models.DateTimeField("授权时间", null=True, blank=True)
    reason = models.TextField("不予授权理由", blank=True, default="")
    appointment = models.ForeignKey(
        "org.Appointment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="任职"
    )

    class Meta:
        db_table = "appointment_proposal"
        indexes = [models.Index(fields=["status", "proposed_at"], name="appointment_proposal_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by_person__isnull=True) | ~Q(decided_by_person=F("proposed_by_person")),
                name="appointment_proposal_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by_person__isnull=True) | ~Q(decided_by_person=F("person")),
                name="appointment_proposal_not_to_himself",
            ),
        ]
        verbose_name = "任职授权"


class LoginGrant(Kept):
    """A person's log-in as a right: the system administrator makes or resets it, the security administrator grants it."""

    person = models.OneToOneField("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    number = models.CharField("账号", max_length=40)
    status = CodeField("状态", codelist="login_status")
    made_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    made_at = models.DateTimeField("经办时间", null=True, blank=True)
    granted_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授权人"
    )
    granted_at = models.DateTimeField("授权时间", null=True, blank=True)
    closed_on = models.DateField("停用日", null=True, blank=True)
    reason = models.TextField("理由", blank=True, default="")

    class Meta:
        db_table = "login_grant"
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_by_person__isnull=True) | ~Q(granted_by_person=F("made_by_person")),
                name="login_grant_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(granted_by_person__isnull=True) | ~Q(granted_by_person=F("person")),
                name="login_grant_not_to_himself",
            ),
        ]
        verbose_name = "账号授权"


class AdministratorChange(Kept):
    """Another person in one of the three seats (or a new one-time pass-phrase for the same): the two others agree."""

    role = CodeField("职位", codelist="post_kind")
    outgoing_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原管理员"
    )
    incoming_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="新管理员"
    )
    number = models.CharField("账号", max_length=40)
    basis = models.TextField("依据")
    proposed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    status = CodeField("状态", codelist="grant_status")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="同意人"
    )
    decided_at = models.DateTimeField("同意时间", null=True, blank=True)
    reason = models.TextField("不同意理由", blank=True, default="")

    class Meta:
        db_table = "administrator_change"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by_person__isnull=True) | ~Q(decided_by_person=F("proposed_by_person")),
                name="administrator_change_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(incoming_person=F("proposed_by_person"))
                & (Q(decided_by_person__isnull=True) | ~Q(incoming_person=F("decided_by_person"))),
                name="administrator_change_not_himself",
            ),
        ]
        verbose_name = "管理员更换"


class PolicyChange(Kept):
    """A rule of log-in that would become weaker: proposed by one administrator, agreed by another."""

    name = models.CharField("规则", max_length=60)
    value = models.TextField("值", blank=True, default="")
    source = models.TextField("依据")
    reason = models.TextField("理由")
    proposed_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    status = CodeField("状态", codelist="grant_status")
    decided_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="同意人"
    )
    decided_at = models.DateTimeField("同意时间", null=True, blank=True)

    class Meta:
        db_table = "policy_change"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by_person__isnull=True) | ~Q(decided_by_person=F("proposed_by_person")),
                name="policy_change_two_persons",
            )
        ]
        verbose_name = "登录策略变更"
