"""Writes of imports: a batch and its counts, the notes on records, the mapping last used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lianjing.runtime.batch.ledger import Notice
from lianjing.runtime.batch.models import ImportBatch, ImportMapping, ImportNote
from lianjing.runtime.trail.act import Act


def leave_notes(act: Act, batch: ImportBatch, line: int, notices: Iterable[Notice]) -> None:
    """Write the warnings of a row beside the records they concern; part of an act.

    They replace those of earlier batches; what stands there already in the same words is not written again.
    """
    by_record: dict[tuple[str, str], list[Notice]] = {}
    for notice in notices:
        if notice.record is not None:
            by_record.setdefault((notice.record._meta.db_table, notice.record.row_key()), []).append(notice)
    made: list[ImportNote] = []
    for (table, key), said in by_record.items():
        standing = list(ImportNote.objects.filter(record_table=table, record_key=key, is_superseded=False))
        wanted = {(notice.kind, notice.value, notice.text): notice for notice in said}
        for note in standing:
            if wanted.pop((note.kind, note.value, note.text), None) is None and note.batch_id != batch.pk:
                note.is_superseded = True
                act.save(note)
        made += [
            ImportNote(
                batch=batch,
                record_table=table,
                record_key=key,
                line=line,
                kind=notice.kind,
                column=notice.column,
                value=notice.value,
                text=notice.text,
            )
            for notice in wanted.values()
        ]
    act.save_many(made)


def remember_mapping(*, kind: str, header_sha256: str, content: str, now: datetime) -> None:
    """Keep a mapping for the next file with the same header; a setting of the tool, not an act."""
    ImportMapping.objects.update_or_create(
        kind=kind, header_sha256=header_sha256, defaults={"content": content, "saved_at": now}
    )
