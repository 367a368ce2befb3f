"""Tables of the city-wide check of like cases: a run with its population, its cases, and the urging notices."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField
from lianjing.runtime.trail.kept import Kept


class InjuryScreening(Kept):
    """One dated run of the check over all proxy-collected cases; it can be repeated and compared."""

    finding = models.ForeignKey(
        "external_finding.ExternalFinding", models.PROTECT, related_name="+", verbose_name="巡察发现"
    )
    criterion = CodeField("排查条件", codelist="screening_criterion")
    criterion_text = models.TextField("条件原文")
    criterion_sha256 = models.CharField("条件摘要", max_length=64)
    as_of_on = models.DateField("截止日")
    run_at = models.DateTimeField("排查时间")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="排查人")
    population_count = models.IntegerField("总体件数")
    population_sha256 = models.CharField("总体摘要", max_length=64)
    hit_count = models.IntegerField("命中件数")
    hits_sha256 = models.CharField("命中摘要", max_length=64)
    withheld = MoneyField("未到手额")
    previous = models.ForeignKey(
        "InjuryScreening", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上次排查"
    )

    class Meta:
        db_table = "injury_screening"
        verbose_name = "工伤排查"


class InjuryScreeningCase(Kept):
    """One case of a run's population, with what was found in it on that day."""

    screening = models.ForeignKey(
        "InjuryScreening", models.PROTECT, related_name="+", verbose_name="所属排查"
    )
    injury = models.ForeignKey("Injury", models.PROTECT, related_name="+", verbose_name="工伤案件")
    received = MoneyField("单位收款额")
    owed = MoneyField("应到职工额")
    passed_on = MoneyField("已转付额")
    is_hit = models.BooleanField("命中", default=False)
    reasons = models.TextField("命中事由", blank=True, default="")
    undertaking = models.ForeignKey(
        "undertaking.Undertaking",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="台账事项",
    )

    class Meta:
        db_table = "injury_screening_case"
        constraints = [
            models.UniqueConstraint(fields=["screening", "injury"], name="injury_screening_case_once")
        ]
        verbose_name = "排查案件"


class InjuryUrging(Kept):
    """An urging notice to an employer: the person answerable by name, the items, and how it was received."""

    urging = models.OneToOneField(
        "undertaking.Urging", models.PROTECT, related_name="+", verbose_name="督办单"
    )
    injury = models.ForeignKey("Injury", models.PROTECT, related_name="+", verbose_name="工伤案件")
    benefit_item = models.ForeignKey("BenefitItem", models.PROTECT, related_name="+", verbose_name="待遇项目")
    kind = CodeField("事由", codelist="withheld_kind")
    responsible_name = models.TextField("责任人姓名")
    responsible_title = models.TextField("责任人职务", blank=True, default="")
    amount = MoneyField("应转付额")
    receipt_document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收回执"
    )
    received_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收登记人"
    )
    escalated_on = models.DateField("升级督办日", null=True, blank=True)

    class Meta:
        db_table = "injury_urging"
        indexes = [models.Index(fields=["benefit_item"], name="injury_urging_item")]
        verbose_name = "工伤督促函"


class HomeCheckSigning(Kept):
    """The second officer's own confirmation of a home check."""

    home_check = models.OneToOneField("HomeCheck", models.PROTECT, related_name="+", verbose_name="上门核查")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="确认人")
    signed_at = models.DateTimeField("确认时间")

    class Meta:
        db_table = "home_check_signing"
        verbose_name = "核查确认"
