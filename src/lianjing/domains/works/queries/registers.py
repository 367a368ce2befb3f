"""Reads of the registers: the records of one kind of matter within a person's scope, and who holds each now."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import QuerySet

from lianjing.domains.works.register_columns import LEFT_OUT, LEFT_OUT_ENDINGS
from lianjing.kernel.declaration import Procedure
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import visible_to


def fields_of(record: type[models.Model]) -> list[Any]:
    """Return the columns of a record that a register may show."""
    return [
        field
        for field in record._meta.concrete_fields
        if field.name not in LEFT_OUT and not field.name.endswith(LEFT_OUT_ENDINGS)
    ]


def records_visible(procedure: Procedure, person_id: int, day: date) -> QuerySet[Any]:
    """Return the records of a procedure's matters within the person's scope, the newest first."""
    seen = visible_to(person_id, day).filter(kind=procedure.matter_kind).values("id")
    related = [field.name for field in fields_of(procedure.record) if field.is_relation]
    rows = procedure.record._default_manager.filter(matter_id__in=seen)
    return rows.select_related("matter__root", "matter__unit", *related).order_by("-matter__opened_on", "-pk")


def attach_holders(rows: list[Any]) -> None:
    """Give each record `holders`: the posts at which its matter waits now; one query for all."""
    waiting: dict[int, list[str]] = {}
    items = WorkItem.objects.filter(matter_id__in=[row.pk for row in rows], closed_at=None)
    for item in items.select_related("post__unit").order_by("id"):
        waiting.setdefault(item.matter_id, []).append(f"{item.post.unit.name}·{item.post.name}")
    for row in rows:
        row.holders = "、".join(dict.fromkeys(waiting.get(row.pk, [])))
