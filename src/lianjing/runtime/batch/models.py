"""Tables of the noun; names and columns are those of the data dictionary."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.columns import CodeField
from lianjing.runtime.trail.kept import Kept


class ImportBatch(Kept):
    """One run of a file: digest, mapping, counts, quality. `finished_at` stays empty for a run that was cut off."""

    kind = models.TextField("台账类型")
    file_name = models.TextField("文件名")
    sha256 = models.CharField("文件摘要", max_length=64)
    mapping = models.TextField("列对应", blank=True, default="")
    started_at = models.DateTimeField("开始")
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    row_count = models.IntegerField("行数")
    imported_count = models.IntegerField("新增", default=0)
    updated_count = models.IntegerField("更新", default=0)
    unchanged_count = models.IntegerField("未变", default=0)
    rejected_count = models.IntegerField("拒绝", default=0)
    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )
    result = CodeField("质量结论", codelist="quality_result")

    class Meta:
        db_table = "import_batch"
        indexes = [models.Index(fields=["sha256"], name="import_batch_sha256")]
        verbose_name = "导入批次"


class ImportNote(Kept):
    """What an import had to say of one record: seen beside the record, and by whoever sums such records."""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="+", verbose_name="批次")
    record_table = models.TextField("表")
    record_key = models.TextField("行")
    line = models.IntegerField("文件行号")
    kind = models.TextField("种类")
    column = models.TextField("列", blank=True, default="")
    value = models.TextField("原值", blank=True, default="")
    text = models.TextField("说明")
    is_superseded = models.BooleanField("已被后来的导入取代", default=False)

    class Meta:
        db_table = "import_note"
        indexes = [
            models.Index(fields=["record_table", "record_key"], name="import_note_record"),
            models.Index(fields=["kind"], name="import_note_kind"),
        ]
        verbose_name = "导入说明"


class EventLog(Kept):
    """An event log from elsewhere, kept whole beside the database; its batch holds digest, counts and who brought it."""

    batch = models.OneToOneField(
        ImportBatch, models.PROTECT, primary_key=True, related_name="+", verbose_name="批次"
    )
    process_name = models.TextField("流程名称")
    object_type = models.TextField("对象类型", blank=True, default="")
    zone_minutes = models.IntegerField("时区（与UTC相差分钟）")
    object_count = models.IntegerField("案件数")
    faults = models.TextField("问题")

    class Meta:
        db_table = "event_log"
        indexes = [models.Index(fields=["process_name"], name="event_log_process")]
        verbose_name = "外来事件日志"


class ImportMapping(models.Model):
    """The mapping last used for a header: proposed again for the next file that has it. A setting, not trailed."""

    kind = models.TextField("台账类型")
    header_sha256 = models.CharField("表头摘要", max_length=64)
    content = models.TextField("列对应")
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        db_table = "import_mapping"
        constraints = [
            models.UniqueConstraint(fields=["kind", "header_sha256"], name="import_mapping_header")
        ]
        verbose_name = "列对应"
