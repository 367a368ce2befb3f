"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, RatioField
from lianjing.runtime.trail.kept import Kept


class Enterprise(Kept):
    """Firm or other organisation outside the unit tree, by credit code."""

    credit_code = models.TextField("统一社会信用代码", blank=True, default="")
    external_no = models.TextField("外部编号", blank=True, default="")
    name = models.TextField("名称")
    pinyin = models.TextField("拼音", blank=True, default="")
    kind = CodeField("类型", codelist="enterprise_kind")
    registered_on = models.DateField("成立日期", null=True, blank=True)
    registry_status = CodeField("登记状态", codelist="registry_status")
    address = models.TextField("住所", blank=True, default="")
    region_code = models.TextField("行政区划", blank=True, default="")
    size_class = CodeField("企业规模", codelist="enterprise_size")
    phone = models.TextField("电话", blank=True, default="")

    class Meta:
        db_table = "enterprise"
        indexes = [
            models.Index(fields=["credit_code"], name="enterprise_credit_code"),
            models.Index(fields=["name"], name="enterprise_name"),
        ]
        verbose_name = "企业"


class NaturalPerson(Kept):
    """Person outside the organisation: owner, kin, worker, householder, agent."""

    name = models.TextField("姓名")
    id_no_masked = models.TextField("证件号", blank=True, default="")
    id_no_hash = models.CharField("证件号摘要", max_length=64, blank=True, default="")
    phone = models.TextField("电话", blank=True, default="")

    class Meta:
        db_table = "natural_person"
        verbose_name = "自然人"


class Account(Kept):
    """Bank account of a party or unit, dated."""

    holder = models.TextField("户主")
    holder_name = models.TextField("户名")
    holder_kind = CodeField("户主类型", codelist="holder_kind")
    account_no_hash = models.CharField("账号摘要", max_length=64)
    account_no_masked = models.TextField("账号")
    bank_name = models.TextField("开户行", blank=True, default="")
    kind = CodeField("账户类型", codelist="account_kind")
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属单位"
    )
    is_registered = models.BooleanField("已备案", default=False)
    from_on = models.DateField("启用日", null=True, blank=True)
    to_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        db_table = "account"
        indexes = [
            models.Index(fields=["holder"], name="account_holder"),
            models.Index(fields=["account_no_hash"], name="account_hash"),
        ]
        verbose_name = "账户"


class Tie(Kept):
    """Any other tie between two parties, dated, with source."""

    from_party = models.TextField("甲方")
    to_party = models.TextField("乙方")
    kind = CodeField("类型", codelist="tie_kind")
    source = CodeField("来源", codelist="tie_source")
    is_by_name_only = models.BooleanField("仅姓名匹配", default=False)
    is_kin = models.BooleanField("亲属", default=False)
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        db_table = "tie"
        verbose_name = "关联"


class Expert(Kept):
    """Expert of a pool: evaluation, award, appraisal."""

    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="人员")
    natural_person = models.ForeignKey(
        "NaturalPerson", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="自然人"
    )
    pool = CodeField("专家库", codelist="expert_pool")
    specialty = models.TextField("专业", blank=True, default="")
    employer_enterprise = models.ForeignKey(
        "Enterprise", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工作单位(企业)"
    )
    employer_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工作单位"
    )
    performance_score = RatioField("履职评分", null=True, blank=True)
    from_on = models.DateField("入库日", null=True, blank=True)
    to_on = models.DateField("出库日", null=True, blank=True)
    note = models.TextField("说明", blank=True, default="")

    class Meta:
        db_table = "expert"
        indexes = [models.Index(fields=["pool"], name="expert_pool")]
        verbose_name = "专家"


class Ownership(Kept):
    """Share or control of one party in a firm, dated: beneficial owners as the firm states them."""

    enterprise = models.ForeignKey("Enterprise", models.PROTECT, related_name="+", verbose_name="企业")
    owner = models.TextField("股东", blank=True, default="")
    owner_name = models.TextField("股东名称")
    interest = CodeField("权益类型", codelist="interest")
    share_ratio = RatioField("持股比例", null=True, blank=True)
    is_beneficial = models.BooleanField("受益所有人", default=False)
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)
    source = CodeField("来源", codelist="tie_source")

    class Meta:
        db_table = "ownership"
        indexes = [models.Index(fields=["enterprise"], name="ownership_enterprise")]
        verbose_name = "股权"

    @property
    def percent(self) -> str:
        """The share as a percentage, "" where none was stated."""
        return "" if self.share_ratio is None else f"{(self.share_ratio * 100).normalize():f}%"
