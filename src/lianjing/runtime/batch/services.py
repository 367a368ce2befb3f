"""Writes of imports: a batch and its counts, the notes on records, the mapping last used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lianjing.runtime.batch.ledger import Notice
from lianjing.runtime.batch.models import ImportBatch, ImportMapping, ImportNote
from lianjing.runtime.trail.act import Act
from lianjing.runtime.trail.kept import Kept


def leave_notes(act: Act, batch: ImportBatch, line: int, notices: Iterable[Notice]) -> None:
    """Write the warnings of a row beside the records they concern; part of an act. They replace earlier ones."""
    noted = [notice for notice in notices if notice.record is not None]
    for record in {(n.record._meta.db_table, n.record.row_key()): n.record for n in noted if n.record is not None}.values():
        _supersede(act, batch, record)
    act.save_many(
        [
            ImportNote(
                batch=batch, record_table=notice.record._meta.db_table, record_key=notice.record.row_key(), line=line, kind=notice.kind,
                column=notice.column, value=notice.value, text=notice.text,
            )
            for notice in noted
            if notice.record is not None
        ]
    )


def _supersede(act: Act, batch: ImportBatch, record: Kept) -> None:
    earlier = ImportNote.objects.filter(record_table=record._meta.db_table, record_key=record.row_key(), is_superseded=False)
    for note in earlier.exclude(batch=batch):
        note.is_superseded = True
        act.save(note)


def remember_mapping(*, kind: str, header_sha256: str, content: str, now: datetime) -> None:
    """Keep a mapping for the next file with the same header; a setting of the tool, not an act."""
    ImportMapping.objects.update_or_create(
        kind=kind, header_sha256=header_sha256, defaults={"content": content, "saved_at": now}
    )
