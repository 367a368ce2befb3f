"""Tables of the index: derived from the business tables through the trail, rebuilt at any time."""

from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """One row that can be found: what is compared, and the matter that decides who may see it."""

    kind = models.CharField("种类", max_length=20)
    table_name = models.CharField("表", max_length=60)
    row_key = models.CharField("键", max_length=40)
    matter_id = models.BigIntegerField("事项", null=True)
    text = models.TextField("文本")
    initials = models.TextField("首字母", default="")
    reading = models.TextField("拼音", default="")

    class Meta:
        db_table = "search_entry"
        constraints = [models.UniqueConstraint(fields=["table_name", "row_key"], name="search_entry_row")]
        indexes = [
            models.Index(fields=["kind", "id"], name="search_entry_kind"),
            models.Index(fields=["matter_id"], name="search_entry_matter"),
        ]
        verbose_name = "检索条目"


class SearchTerm(models.Model):
    """One term of an entry."""

    pk = models.CompositePrimaryKey("term", "entry")
    term = models.BigIntegerField("检索词")
    entry = models.ForeignKey(SearchEntry, models.CASCADE, related_name="terms", db_index=True)

    class Meta:
        db_table = "search_term"
        verbose_name = "检索词"


class SearchAmount(models.Model):
    """One sum of an entry, in fen, with the column that holds it."""

    entry = models.ForeignKey(SearchEntry, models.CASCADE, related_name="amounts")
    amount_fen = models.BigIntegerField("金额（分）")
    column = models.CharField("列", max_length=60)

    class Meta:
        db_table = "search_amount"
        indexes = [models.Index(fields=["amount_fen"], name="search_amount_fen")]
        verbose_name = "检索金额"


class SearchMark(models.Model):
    """How far the index has read the trail: the last leaf number it took in."""

    leaf = models.BigIntegerField("叶号", default=-1)

    class Meta:
        db_table = "search_mark"
        verbose_name = "检索进度"
