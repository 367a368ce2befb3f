"""Event logs from elsewhere, taken in whole: the file by its digest beside the database, the act in the trail."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from lianjing.runtime.batch.models import EventLog, ImportBatch
from lianjing.runtime.trail.act import Actor, recorded

KIND: Final = "event_log"
CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read: as what process, with which columns (JSON) and zone, what came of it (counts, faults as JSON)."""

    process_name: str
    object_type: str
    columns: str
    zone_minutes: int
    read: int
    used: int
    objects: int
    faults: str


def place_of(sha256: str) -> Path:
    """Return where the file of a digest lies."""
    return Path(settings.DATA_DIR) / "logs" / sha256


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def latest(process_name: str) -> EventLog | None:
    """Return the log of a process that was taken in last."""
    return logs().filter(process_name=process_name).order_by("-batch_id").first()


def logs() -> QuerySet[EventLog]:
    """Return all logs that were taken in, the newest first."""
    return EventLog.objects.select_related("batch").order_by("-batch_id")


def take(path: Path, sha256: str, reading: Reading, *, actor: Actor, now: datetime) -> EventLog | None:
    """Keep a file and say so in the trail, in one act; None where the same file stands for the same process already.

    The file is whole in its place before the act; a run that is cut off leaves a file without a row, and is repeated.
    """
    same = logs().filter(
        batch__sha256=sha256, process_name=reading.process_name, object_type=reading.object_type
    )
    if same.exists():
        return None
    _keep(path, sha256)
    with recorded("import.batch", chain=f"event_log:{sha256[:16]}", actor=actor, now=now) as act:
        batch = act.save(
            ImportBatch(
                kind=KIND,
                file_name=path.name,
                sha256=sha256,
                mapping=reading.columns,
                started_at=now,
                finished_at=now,
                row_count=reading.read,
                imported_count=reading.used,
                rejected_count=reading.read - reading.used,
                person_id=actor.person_id,
                result="good" if reading.faults == "[]" else "warning",
            )
        )
        return act.save(
            EventLog(
                batch=batch,
                process_name=reading.process_name,
                object_type=reading.object_type,
                zone_minutes=reading.zone_minutes,
                object_count=reading.objects,
                faults=reading.faults,
            )
        )


def _keep(path: Path, sha256: str) -> None:
    place = place_of(sha256)
    if place.is_file():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    begun = place.with_name(f"{sha256}.{os.getpid()}.part")
    try:
        with path.open("rb") as source, begun.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
            target.flush()
            os.fsync(target.fileno())
        begun.replace(place)
    finally:
        begun.unlink(missing_ok=True)
