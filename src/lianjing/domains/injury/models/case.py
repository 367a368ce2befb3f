"""The injury itself and the two procedures before any benefit: recognition and assessment."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField
from lianjing.runtime.trail.kept import Kept


class Injury(Kept):
    """One work injury of one worker; the root matter of everything else."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    worker = models.ForeignKey("parties.NaturalPerson", models.PROTECT, related_name="+", verbose_name="职工")
    employer_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, related_name="+", verbose_name="用人单位"
    )
    injured_on = models.DateField("受伤日")
    place = models.TextField("事故地点", blank=True, default="")
    applied_on = models.DateField("申请日", null=True, blank=True)
    applicant = CodeField("申请人", codelist="injury_applicant")
    accepted_on = models.DateField("受理日", null=True, blank=True)
    decided_on = models.DateField("认定日", null=True, blank=True)
    decision = CodeField("认定结论", codelist="injury_decision")
    injury_part = CodeField("受伤部位", codelist="injury_part")
    hospital_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="医院"
    )
    proxy = models.TextField("代办代领人", blank=True, default="")
    grade = models.IntegerField("伤残等级", null=True, blank=True)
    care_level = CodeField("护理等级", codelist="care_level")
    is_insured = models.BooleanField("参保", default=False)
    insured_from_on = models.DateField("参保起", null=True, blank=True)
    own_wage = MoneyField("本人工资", null=True, blank=True)
    retires_on = models.DateField("法定退休日", null=True, blank=True)
    left_on = models.DateField("劳动关系终止日", null=True, blank=True)
    died_on = models.DateField("死亡日", null=True, blank=True)
    mandate_document = models.ForeignKey(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="代领委托书",
    )

    class Meta:
        db_table = "injury"
        indexes = [
            models.Index(fields=["employer_enterprise"], name="injury_employer"),
            models.Index(fields=["worker"], name="injury_worker"),
        ]
        verbose_name = "工伤案件"


class InjuryRecognition(Kept):
    """Recognition of an injury: who investigated, what was decided, when it was served."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    injury = models.ForeignKey("Injury", models.PROTECT, related_name="+", verbose_name="工伤案件")
    applicant_name = models.TextField("申请人姓名", blank=True, default="")
    course_text = models.TextField("事故经过", blank=True, default="")
    is_clear = models.BooleanField("事实清楚", null=True, blank=True)
    investigated_by_a_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="调查人甲"
    )
    investigated_by_b_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="调查人乙"
    )
    finding_text = models.TextField("调查情况", blank=True, default="")
    decision_no = models.TextField("决定书号", blank=True, default="")
    reason_text = models.TextField("认定理由", blank=True, default="")
    clause = models.TextField("依据条款", blank=True, default="")
    served_on = models.DateField("送达日", null=True, blank=True)
    due_on = models.DateField("决定期限", null=True, blank=True)

    class Meta:
        db_table = "injury_recognition"
        verbose_name = "工伤认定"


class InjuryAssessment(Kept):
    """Assessment of the ability to work by drawn experts: grade and need of care."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    injury = models.ForeignKey("Injury", models.PROTECT, related_name="+", verbose_name="工伤案件")
    previous = models.ForeignKey(
        "InjuryAssessment", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原鉴定"
    )
    applied_on = models.DateField("申请日", null=True, blank=True)
    is_extended = models.BooleanField("延期", default=False)
    due_on = models.DateField("鉴定期限", null=True, blank=True)
    expert_count = models.IntegerField("专家人数", null=True, blank=True)
    draw = models.ForeignKey(
        "draw.Draw", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专家抽取"
    )
    grade = models.IntegerField("伤残等级", null=True, blank=True)
    care_level = CodeField("护理等级", codelist="care_level")
    conclusion_no = models.TextField("结论书号", blank=True, default="")
    concluded_on = models.DateField("结论日", null=True, blank=True)
    served_on = models.DateField("送达日", null=True, blank=True)

    class Meta:
        db_table = "injury_assessment"
        verbose_name = "劳动能力鉴定"
