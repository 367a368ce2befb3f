"""The export of the trail: a folder from which anybody verifies without us (docs/reference/trail-export.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.trail import bodies, mirror
from lianjing.runtime.trail.bodies import Fault, json_lines
from lianjing.runtime.trail.disk import keep
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.registry import trailed_models

PENDING, TABLES = "pending.jsonl", "tables"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds; `faults` are bodies that do not fit their envelopes."""

    size: int
    pending: int
    tables: int
    rows: int
    faults: list[Fault]


def export(target: Path, tables: bool = False) -> Exported:
    """Write log, policy, checkpoints, bodies, what is not yet published, and if asked the tables, as of one moment.

    BadInput for a folder that holds something; Refusal before the first checkpoint. Written from the database and the
    log folder as they are: what is wrong with them is for the verifier to find.
    """
    if target.exists() and any(target.iterdir()):
        raise BadInput(_("%(place)s 不是空文件夹") % {"place": str(target)}, "target")
    with one_moment():
        done = mirror.mirror(target)
        waiting = list(_pending(done.size))
        keep(target / PENDING, json_lines(waiting))
        counted = _write_tables(target / TABLES) if tables else {}
    return Exported(done.size, len(waiting), len(counted), sum(counted.values()), done.faults)


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all that is read inside belong to one moment, whoever commits meanwhile."""
    is_outer = not connection.in_atomic_block
    with transaction.atomic():
        if is_outer and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _pending(size: int) -> Iterator[dict[str, Any]]:
    """Yield the acts that the checkpoint does not cover: numbered ones in their order, then those that wait."""
    rows = Event.objects.filter(Q(leaf__isnull=True) | Q(leaf__idx__gte=size)).select_related(
        "body", "leaf", "pending"
    )

    def place(event: Event) -> tuple[int, int, str]:
        leaf, waits = getattr(event, "leaf", None), getattr(event, "pending", None)
        return (0, leaf.idx, "") if leaf else (1, waits.id if waits else 0, event.id)

    for event in sorted(rows, key=place):
        leaf = getattr(event, "leaf", None)
        line = bodies.body_line(leaf.idx if leaf else None, event)
        yield {"envelope": bytes(event.envelope).decode("utf-8", "replace"), **line}


def _write_tables(folder: Path) -> dict[str, int]:
    """Write each trailed table through the codec of the bodies; return their numbers of rows."""
    counted: dict[str, int] = {}
    folder.mkdir(parents=True)
    for model in trailed_models():
        table, count = model._meta.db_table, 0
        with (folder / f"{table}.jsonl").open("wb") as file:
            for row in model._default_manager.order_by("pk").iterator(chunk_size=2000):
                file.write(json_lines([{"k": row.row_key(), "v": row.row_image()}]))
                count += 1
        counted[table] = count
    keep(folder / "index.json", json_lines([{"tables": list(counted)}]))
    return counted
