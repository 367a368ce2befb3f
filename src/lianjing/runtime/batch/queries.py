"""Reads of imports: what was said of a record, which records carry a warning, which run was cut off."""

from __future__ import annotations

from django.db.models import QuerySet

from lianjing.runtime.batch.models import ImportBatch, ImportMapping, ImportNote
from lianjing.runtime.trail.kept import Kept


def notes_on(record: Kept) -> QuerySet[ImportNote]:
    """Return what the latest import said of a record."""
    return (
        ImportNote.objects.filter(
            record_table=record._meta.db_table, record_key=record.row_key(), is_superseded=False
        )
        .select_related("batch")
        .order_by("id")
    )


def keys_noted(table: str, kind: str) -> list[int]:
    """Return the keys of the records of a table that carry a warning of this kind ("shared_contract", …)."""
    rows = ImportNote.objects.filter(record_table=table, kind=kind, is_superseded=False)
    return sorted({int(key) for key in rows.values_list("record_key", flat=True)})


def cut_off(kind: str, sha256: str) -> ImportBatch | None:
    """Return the latest run of a file if it did not come to its end."""
    last = ImportBatch.objects.filter(kind=kind, sha256=sha256).order_by("-id").first()
    return last if last is not None and last.finished_at is None else None


def mapping_saved(kind: str, header_sha256: str) -> str:
    """Return the mapping last used for a header, "" where there is none."""
    row = ImportMapping.objects.filter(kind=kind, header_sha256=header_sha256).first()
    return row.content if row else ""
