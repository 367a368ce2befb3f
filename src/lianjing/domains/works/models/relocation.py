"""Relocation: one household one file."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.trail.kept import Kept


class RelocationHousehold(Kept):
    """Household or firm to be relocated: survey, appraisal, agreement, payee."""

    matter = models.OneToOneField(
        "matter.Matter",
        models.PROTECT,
        primary_key=True,
        db_column="id",
        related_name="+",
        verbose_name="事项",
    )
    project = models.ForeignKey("Project", models.PROTECT, related_name="+", verbose_name="项目")
    village_name = models.TextField("村", blank=True, default="")
    code = models.TextField("户号", blank=True, default="")
    owner = models.TextField("权利人", blank=True, default="")
    owner_name = models.TextField("户主", blank=True, default="")
    payee = models.TextField("收款人", blank=True, default="")
    payee_account = models.ForeignKey(
        "parties.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收款账户"
    )
    plot_no = models.TextField("地块房产号", blank=True, default="")
    title_no = models.TextField("权属证号", blank=True, default="")
    member_count = models.IntegerField("家庭人口", null=True, blank=True)
    surveyed_area_m2 = RatioField("测绘面积", null=True, blank=True)
    surveyed_on = models.DateField("调查日", null=True, blank=True)
    appraiser_enterprise = models.ForeignKey(
        "parties.Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评估机构"
    )
    draw = models.ForeignKey(
        "draw.Draw", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评估机构抽取"
    )
    report_no = models.TextField("评估报告号", blank=True, default="")
    appraised = MoneyField("评估额", null=True, blank=True)
    appraised_on = models.DateField("评估日", null=True, blank=True)
    agreed = MoneyField("协议额", null=True, blank=True)
    agreed_on = models.DateField("协议日", null=True, blank=True)
    agreement_no = models.TextField("协议号", blank=True, default="")
    mode = CodeField("安置方式", codelist="relocation_mode")
    measured_by_a_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="丈量人甲"
    )
    measured_by_b_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="丈量人乙"
    )
    is_staff_or_kin = models.BooleanField("干部或亲属户", default=False)
    remeasured_area_m2 = RatioField("复测面积", null=True, blank=True)
    remeasured_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复测人"
    )
    paid = MoneyField("已支付", null=True, blank=True)
    moved_on = models.DateField("腾空日", null=True, blank=True)
    status = CodeField("状态", codelist="relocation_status")

    class Meta:
        db_table = "relocation_household"
        indexes = [models.Index(fields=["project", "status"], name="relocation_household_project")]
        verbose_name = "征迁户"


class RelocationItem(Kept):
    """Compensated item of a household: as appraised, and as agreed."""

    household = models.ForeignKey(
        "RelocationHousehold", models.PROTECT, related_name="+", verbose_name="征迁户"
    )
    kind = CodeField("项目", codelist="relocation_item_kind")
    name = models.TextField("名称", blank=True, default="")
    area_m2 = RatioField("面积数量", null=True, blank=True)
    unit_price = MoneyField("单价", null=True, blank=True)
    amount = MoneyField("金额", null=True, blank=True)
    appraised = MoneyField("评估金额", null=True, blank=True)

    class Meta:
        db_table = "relocation_item"
        verbose_name = "征迁补偿项"
