"""Which events a reader may see and which matters he may open, as pages ask it."""

from collections.abc import Callable
from typing import Any

from lianjing.runtime.process.scope import visible_among
from lianjing.runtime.scope.events import event_for, events_for, is_sealed, may_read_body, readable_among
from lianjing.web.access import PageRequest

__all__ = ["event_for", "events_for", "is_sealed", "mark_open", "may_read_body", "readable_among"]


def mark_open(request: PageRequest, rows: list[Any], matter_of: Callable[[Any], int | None]) -> None:
    """Set `opens` on each row: the id of its matter where the reader may open it, else None; one query for all."""
    ids = [matter_of(row) for row in rows]
    open_ids = visible_among([each for each in ids if each is not None], request.who.id, request.today)
    for row, each in zip(rows, ids, strict=True):
        row.opens = each if each in open_ids else None
