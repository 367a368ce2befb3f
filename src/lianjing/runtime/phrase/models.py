"""Phrases that people write again and again in opinions (常用意见): one's own and those of a unit."""

from __future__ import annotations

from django.db import models

from lianjing.runtime.trail.kept import Kept


class OpinionPhrase(Kept):
    """One phrase, of a person or of a unit; an ended one is no longer offered."""

    person = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="本人"
    )
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位"
    )
    text = models.CharField("常用意见", max_length=500)
    position = models.IntegerField("顺序", default=0)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        db_table = "opinion_phrase"
        constraints = [
            models.CheckConstraint(
                name="opinion_phrase_owner",
                condition=models.Q(person__isnull=True, unit__isnull=False)
                | models.Q(person__isnull=False, unit__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["person"], name="opinion_phrase_person"),
            models.Index(fields=["unit"], name="opinion_phrase_unit"),
        ]
        verbose_name = "常用意见"
