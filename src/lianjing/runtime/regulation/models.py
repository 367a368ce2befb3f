"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Regulation(Kept):
    """Regulation (办法): text with number, status, dates, owner."""

    is_reference = True

    key = models.TextField("键")
    doc_no = models.TextField("文号", blank=True, default="")
    title = models.TextField("名称")
    title_en = models.TextField("英文名称", blank=True, default="")
    kind = CodeField("类别", codelist="regulation_kind")
    issuer = models.TextField("制定机关", blank=True, default="")
    owner_unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任单位"
    )
    status = CodeField("状态", codelist="regulation_status")
    is_trial = models.BooleanField("试行", default=False)
    review_on = models.DateField("评估日", null=True, blank=True)
    issued_on = models.DateField("印发日", null=True, blank=True)
    from_on = models.DateField("施行日", null=True, blank=True)
    to_on = models.DateField("废止日", null=True, blank=True)
    checked_on = models.DateField("核对日", null=True, blank=True)

    class Meta:
        db_table = "regulation"
        constraints = [models.UniqueConstraint(fields=["key"], name="regulation_key")]
        verbose_name = "制度办法"


class Clause(Kept):
    """One clause; every refusal, threshold and finding points to one."""

    is_reference = True

    regulation = models.ForeignKey("Regulation", models.PROTECT, related_name="+", verbose_name="所属制度")
    article_no = models.TextField("条号")
    text = models.TextField("条文")
    text_en = models.TextField("英文", blank=True, default="")
    mark = models.CharField("证据标记", max_length=20, blank=True, default="")
    from_on = models.DateField("起", null=True, blank=True)
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        db_table = "clause"
        indexes = [models.Index(fields=["regulation", "article_no"], name="clause_article")]
        verbose_name = "条款"


class Definition(Kept):
    """Process, decision table, form or checklist of a bundle."""

    is_reference = True

    kind = CodeField("类别", codelist="definition_kind")
    key = models.TextField("键")
    version = models.IntegerField("版本")
    xml = models.TextField("定义原文")
    sha256 = models.CharField("摘要", max_length=64)
    regulation = models.ForeignKey(
        "Regulation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属制度"
    )
    bundle_key = models.TextField("制度包", blank=True, default="")
    status = CodeField("状态", codelist="definition_status")
    from_on = models.DateField("生效日")
    to_on = models.DateField("失效日", null=True, blank=True)
    approved_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )

    class Meta:
        db_table = "definition"
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="definition_key_version")]
        verbose_name = "定义"


class ProcessStep(Kept):
    """One step of a process version: post, duty, deadline, clause."""

    is_reference = True

    definition = models.ForeignKey("Definition", models.PROTECT, related_name="+", verbose_name="流程")
    step_key = models.TextField("环节编号")
    name = models.TextField("环节名称")
    name_en = models.TextField("英文名称", blank=True, default="")
    post_key = models.TextField("岗位键", blank=True, default="")
    post_scope = CodeField("岗位归属", codelist="post_scope")
    duty = CodeField("职责", codelist="duty")
    deadline = models.TextField("时限", blank=True, default="")
    is_mandatory_control = models.BooleanField("必经控制", default=False)
    clause = models.TextField("依据条款", blank=True, default="")

    class Meta:
        db_table = "process_step"
        constraints = [models.UniqueConstraint(fields=["definition", "step_key"], name="process_step_key")]
        verbose_name = "环节"


class DocumentRequirement(Kept):
    """What each stage or step requires."""

    is_reference = True

    definition = models.ForeignKey(
        "Definition", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="定义"
    )
    bundle_key = models.TextField("制度包", blank=True, default="")
    stage = CodeField("阶段", codelist="stage")
    step_key = models.TextField("环节", blank=True, default="")
    document_kind = CodeField("文件种类", codelist="document_kind")
    is_mandatory = models.BooleanField("必备", default=False)
    clause = models.TextField("依据条款", blank=True, default="")

    class Meta:
        db_table = "document_requirement"
        verbose_name = "资料目录"
