"""Codes that the zone added to open lists; shipped codes stand in files and are never changed."""

from __future__ import annotations

from django.db import models

from lianjing.runtime import codes
from lianjing.runtime.trail.kept import Kept
from lianjing.runtime.trail.stamp import by_stamp


class CodeAddition(Kept):
    """One local code with its words; taken out of forms by a last day, never deleted."""

    is_reference = True

    codelist = models.CharField("字典", max_length=60)
    code = models.CharField("代码", max_length=40)
    zh = models.CharField("名称", max_length=80)
    en = models.CharField("英文名称", max_length=80)
    basis = models.TextField("依据")
    from_on = models.DateField("启用日")
    to_on = models.DateField("停用日", null=True, blank=True)
    added_by_person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name="登记人")

    class Meta:
        db_table = "code_addition"
        constraints = [models.UniqueConstraint(fields=["codelist", "code"], name="code_addition_once")]
        verbose_name = "本地字典项"


@by_stamp
def additions() -> codes.Additions:
    """Return the local codes by list, as `codes` reads them."""
    found: dict[str, dict[str, codes.Added]] = {}
    for row in CodeAddition.objects.order_by("id"):
        found.setdefault(row.codelist, {})[row.code] = codes.Added(row.zh, row.en, row.to_on is None)
    return found


codes.read_additions_from(additions)
