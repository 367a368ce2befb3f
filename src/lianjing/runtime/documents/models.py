"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class Document(Kept):
    """Stored by digest; versions, never replaced."""

    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    sha256 = models.CharField("摘要", max_length=64)
    kind = CodeField("文件种类", codelist="document_kind")
    title = models.TextField("标题")
    version = models.IntegerField("版本")
    stage = CodeField("阶段", codelist="stage")
    step_key = models.TextField("环节", blank=True, default="")
    doc_no = models.TextField("文号", blank=True, default="")
    issued_on = models.DateField("签发日", null=True, blank=True)
    size_bytes = models.IntegerField("字节数", null=True, blank=True)
    media_type = models.TextField("格式", blank=True, default="")
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, related_name="+", verbose_name="上传人"
    )
    supersedes = models.ForeignKey(
        "Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所替版本"
    )
    is_fictitious = models.BooleanField("演示虚构", default=False)

    class Meta:
        db_table = "document"
        indexes = [
            models.Index(fields=["matter", "kind"], name="document_matter_kind"),
            models.Index(fields=["sha256"], name="document_sha256"),
        ]
        verbose_name = "文件"


class DocumentLink(Kept):
    """Which paper serves which object, in which role."""

    document = models.ForeignKey("Document", models.PROTECT, related_name="+", verbose_name="文件")
    subject = models.TextField("对象")
    role = CodeField("作用", codelist="document_role")

    class Meta:
        db_table = "document_link"
        verbose_name = "文件关联"
