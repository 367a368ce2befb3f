"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField, RatioField
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
    page_count = models.IntegerField("页数", null=True, blank=True)
    origin = models.TextField("形成单位", blank=True, default="")
    medium_kind = CodeField("载体", codelist="document_medium")
    is_original = models.BooleanField("原件", default=True)
    secrecy = CodeField("密级", codelist="secrecy")
    retention = CodeField("保管期限", codelist="retention")
    checked_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
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


class Photo(Kept):
    """Photograph with time, place, digest and role."""

    document = models.ForeignKey("Document", models.PROTECT, related_name="+", verbose_name="文件")
    subject = models.TextField("对象", blank=True, default="")
    role = CodeField("作用", codelist="photo_role")
    sha256 = models.CharField("摘要", max_length=64)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    latitude = RatioField("纬度", null=True, blank=True)
    longitude = RatioField("经度", null=True, blank=True)
    taken_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="拍摄人"
    )

    class Meta:
        db_table = "photo"
        indexes = [models.Index(fields=["subject"], name="photo_subject")]
        verbose_name = "照片"


class NotNeeded(Kept):
    """A paper of the catalogue that this matter does not need, with the reason and who agreed."""

    matter = models.ForeignKey("matter.Matter", models.PROTECT, related_name="+", verbose_name="事项")
    document_kind = CodeField("文件种类", codelist="document_kind")
    title = models.TextField("文件名称", blank=True, default="")
    stage = CodeField("阶段", codelist="stage")
    reason = models.TextField("理由", blank=True, default="")
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提出人"
    )
    checked_by_person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)

    class Meta:
        db_table = "document_not_needed"
        verbose_name = "不需要的资料"
