"""Tables of the noun; declaration and declared_interest are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField
from lianjing.runtime.trail.kept import Kept


class KeyPerson(Kept):
    """That a person stands on the register of the key minority, from a day to a day, and why."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    reason = CodeField("列入类别", codelist="key_person_reason")
    note = models.TextField("说明", blank=True, default="")
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        db_table = "key_person"
        indexes = [models.Index(fields=["person", "from_on"], name="key_person_person")]
        verbose_name = "关键少数"


class Declaration(Kept):
    """What a person declared of himself: yearly, on change, before an appointment."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    kind = CodeField("类型", codelist="declaration_kind")
    year = models.IntegerField("年度")
    declared_on = models.DateField("申报日")
    is_complete = models.BooleanField("完整", default=True)
    nothing_to_declare = models.BooleanField("无应申报事项", default=False)
    check_result = CodeField("抽查结论", codelist="declare_check")
    check_text = models.TextField("抽查说明", blank=True, default="")
    checked_on = models.DateField("抽查日", null=True, blank=True)
    checked_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="抽查人"
    )

    class Meta:
        db_table = "declaration"
        indexes = [models.Index(fields=["person", "year"], name="declaration_person_year")]
        verbose_name = "个人申报"


class DeclaredInterest(Kept):
    """One interest declared: share, post, business of kin, loan; `holder` is the person himself or his kin."""

    declaration = models.ForeignKey(
        "Declaration", models.PROTECT, related_name="interests", verbose_name="申报"
    )
    kind = CodeField("类型", codelist="declared_kind")
    enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="企业"
    )
    counterpart = models.TextField("对方", blank=True, default="")
    holder = models.TextField("持有人")
    relation = CodeField("与本人关系", codelist="tie_kind")
    amount = MoneyField("金额", null=True, blank=True)
    note = models.TextField("说明", blank=True, default="")
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        db_table = "declared_interest"
        verbose_name = "申报利益"


class PersonEducation(Kept):
    """One education that a person of the register took part in."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    kind = CodeField("类型", codelist="education_kind")
    title = models.TextField("内容")
    held_on = models.DateField("日期")
    recorded_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="登记人"
    )

    class Meta:
        db_table = "person_education"
        indexes = [models.Index(fields=["person", "held_on"], name="person_education_person")]
        verbose_name = "廉政教育"


class FileOpening(Kept):
    """That a supervisor opened a person's file: for which purpose, why, until when."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="查看人")
    about_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="档案所属人"
    )
    purpose = CodeField("目的", codelist="unmask_purpose")
    reason = models.TextField("理由")
    from_at = models.DateTimeField("起")
    to_at = models.DateTimeField("止")

    class Meta:
        db_table = "key_file_opening"
        indexes = [models.Index(fields=["person", "to_at"], name="key_file_opening_person")]
        verbose_name = "廉政档案查看"
