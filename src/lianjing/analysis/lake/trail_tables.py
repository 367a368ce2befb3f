"""The lake's tables that are made of the trail and of the calendar, and what of ours a range of leaves touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lianjing.analysis.lake import list_tables
from lianjing.analysis.lake.schema import NO_LEAF
from lianjing.analysis.lake.source import OFFICE_SECONDS, Snapshot

LEAVES = 20_000  # a partition of `act` and `act_row`
ACT = (
    "e.id, l.idx, e.act, CAST(e.matter_id AS TEXT), CAST(e.root_matter_id AS TEXT), CAST(e.person_id AS TEXT), "
    "CAST(e.on_behalf_of_person_id AS TEXT), CAST(e.post_id AS TEXT), CAST(e.unit_id AS TEXT), e.role, e.duty, "
    "e.step_key, e.channel, {recorded}, {recorded_day}, {happened}, {happened_day}, "
    "CAST(e.is_refused AS INTEGER), e.refused_rule, e.clause"
)
Parts = Iterator[tuple[int, Iterable[Sequence[Any]]]]


def last_leaf(snapshot: Snapshot) -> int:
    """Return the last leaf, NO_LEAF in an empty log."""
    return int(snapshot.one(f"SELECT COALESCE(MAX(idx), {NO_LEAF}) FROM trail_leaf"))


def touched_rows(snapshot: Snapshot, since: int) -> list[tuple[str, str]]:
    """Return (table, key) of the rows touched after a leaf and of those whose event has no leaf yet."""
    found = snapshot.rows(
        "SELECT DISTINCT r.table_name, r.row_key FROM act_row r JOIN trail_leaf l ON l.event_id = r.event_id "
        "WHERE l.idx > ? UNION SELECT r.table_name, r.row_key FROM act_row r "
        "JOIN trail_pending p ON p.event_id = r.event_id",
        (since,),
    )
    return [(str(table), str(key)) for table, key in found]


def acts(snapshot: Snapshot, since: int) -> Parts:
    """Yield the partitions of `act` from the one that holds the last known leaf on."""
    statement = f"SELECT {_act(snapshot)} FROM trail_event e JOIN trail_leaf l ON l.event_id = e.id"
    return _by_leaf(snapshot, statement, since, "l.idx")


def acts_of_matters(snapshot: Snapshot, matters: Sequence[int]) -> list[Sequence[Any]]:
    """Return the rows of `act` of some matters, of events that wait for their leaf too."""
    marks = ", ".join("?" * len(matters))
    statement = f"SELECT {_act(snapshot)} FROM trail_event e LEFT JOIN trail_leaf l ON l.event_id = e.id"
    return list(snapshot.rows(f"{statement} WHERE e.matter_id IN ({marks})", matters))


def _act(snapshot: Snapshot) -> str:
    return ACT.format(
        recorded=snapshot.seconds("e.recorded_at"),
        recorded_day=snapshot.day_of_moment("e.recorded_at"),
        happened=snapshot.seconds("e.happened_at"),
        happened_day=snapshot.day_of_moment("e.happened_at"),
    )


def act_rows(snapshot: Snapshot, since: int) -> Parts:
    """Yield the partitions of `act_row` in the same way."""
    statement = (
        "SELECT r.event_id, l.idx, r.table_name, r.row_key, r.change FROM act_row r "
        "JOIN trail_leaf l ON l.event_id = r.event_id"
    )
    return _by_leaf(snapshot, statement, since, "l.idx, r.id")


def _by_leaf(snapshot: Snapshot, statement: str, since: int, order: str) -> Parts:
    last = last_leaf(snapshot)
    for part in range(max(since, 0) // LEAVES, max(last, 0) // LEAVES + 1):
        values = (part * LEAVES, (part + 1) * LEAVES)
        yield part, snapshot.batches(f"{statement} WHERE l.idx >= ? AND l.idx < ? ORDER BY {order}", values)


def calendar(snapshot: Snapshot, since: int) -> Parts:
    """Yield all days of the calendar with the count of working days up to and with each."""
    day = snapshot.day_of_date("legal_day")
    rows = snapshot.rows(f"SELECT {day}, CAST(is_working AS INTEGER) FROM calendar_day ORDER BY legal_day")
    counted, number = [], 0
    for each, is_working in rows:
        number += is_working
        counted.append((each, is_working, number))
    yield 0, [counted] if counted else []


MADE: Mapping[str, Callable[[Snapshot, int], Parts]] = {
    "act": acts,
    "act_row": act_rows,
    "calendar": calendar,
    "ban_entry": list_tables.bans,
}
__all__ = ["MADE", "OFFICE_SECONDS", "acts", "calendar", "last_leaf", "touched_rows"]
