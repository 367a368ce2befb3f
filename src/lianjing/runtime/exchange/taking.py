"""What another system states is taken in: once by its number, changed where it changed, put aside where it is wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.exchange.declaration import Declared, Record
from lianjing.runtime.exchange.models import DeadLetter, ExternalRecord, Feed
from lianjing.runtime.trail.act import SYSTEM, Act, Actor, recorded

MOST_AT_ONCE = 500
LONGEST = 500
DEAD = "dead"


@dataclass
class Taken:
    """What taking items in came to."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    rejected: int = 0
    unmatched: int = 0
    records: list[Record] = field(default_factory=list)


def chain_of(feed: Feed) -> str:
    """Return the chain of a feed's acts."""
    return f"feed:{feed.code}"


def take(
    declared: Declared, feed: Feed, items: Sequence[Any], now: datetime, *, actor: Actor = SYSTEM
) -> Taken:
    """Take items in, at most 500 an act; the same items again change nothing and leave no event.

    What can't be taken becomes a dead letter of its own and holds nothing else up.
    """
    taken = Taken(rows=len(items))
    for item in items:
        record = _read(declared, feed, item, taken, now)
        if record is not None:
            taken.records.append(record)
    by_number = {
        (record.kind, record.external_no): record for record in taken.records
    }  # the last word counts
    wanted = list(by_number.values())
    for start in range(0, len(wanted), MOST_AT_ONCE):
        _write(feed, wanted[start : start + MOST_AT_ONCE], taken, now, actor=actor)
    taken.unmatched = sum(record.matter_id is None for record in wanted)
    return taken


def _read(declared: Declared, feed: Feed, item: Any, taken: Taken, now: datetime) -> Record | None:
    try:
        if declared.parse is None or not isinstance(item, dict):
            raise BadInput(_("不是一条记录"), "item")
        record = declared.parse(item)
        texts = (record.external_no, record.title, record.party_name, *record.values.values())
        if not record.external_no or any(len(text) > LONGEST or "\x00" in text for text in texts):
            raise BadInput(_("编号为空，或文字过长"), "item")
    except BadInput as error:
        taken.rejected += 1
        put_aside(feed, item, str(error), now)
        return None
    return record


def put_aside(feed: Feed, item: Any, fault: str, now: datetime) -> None:
    """Keep what could not be taken, once by its content."""
    content = json.dumps(item, ensure_ascii=True, sort_keys=True, default=str)[:100_000]
    number = str(item.get("id", "")) if isinstance(item, dict) else ""
    source_id = (number or content)[:200].replace("\x00", "")
    DeadLetter.objects.update_or_create(
        feed=feed,
        direction="pull",
        source_id=source_id,
        defaults={
            "content": content, "state": DEAD, "made_at": now, "next_at": now, "fault": fault[:400],
        },
    )  # fmt: skip


def _write(feed: Feed, records: list[Record], taken: Taken, now: datetime, *, actor: Actor) -> None:
    numbers = [record.external_no for record in records]
    known = {
        (row.kind, row.external_no): row
        for row in ExternalRecord.objects.filter(feed=feed, external_no__in=numbers)
    }
    rows = [(record, known.get((record.kind, record.external_no))) for record in records]
    stale = [(record, row) for record, row in rows if row is None or _differs(record, row)]
    if not stale:
        return
    with recorded("exchange.take", chain=chain_of(feed), actor=actor, now=now) as act:
        for record, row in stale:
            _save(act, feed, record, row)
            taken.new += row is None
            taken.changed += row is not None
    DeadLetter.objects.filter(feed=feed, direction="pull", source_id__in=numbers).delete()


def _save(act: Act, feed: Feed, record: Record, row: ExternalRecord | None) -> None:
    row = row or ExternalRecord(feed=feed, kind=record.kind, external_no=record.external_no)
    for column, value in _columns(record).items():
        setattr(row, column, value)
    act.save(row)


def _differs(record: Record, row: ExternalRecord) -> bool:
    return any(getattr(row, column) != value for column, value in _columns(record).items())


def _columns(record: Record) -> dict[str, Any]:
    return {
        "title": record.title,
        "party_name_norm": "".join(record.party_name.split()),
        "amount": record.amount,
        "happened_on": record.happened_on,
        "matched_matter_id": record.matter_id,
        "content": json.dumps(dict(record.values), ensure_ascii=False, sort_keys=True),
    }
