"""What was late by a rule: from one step to another within a limit, with the clause; open ones count once it has passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lianjing.analysis.mining.store import DAY_MICROSECONDS, Store
from lianjing.analysis.mining.worktime import EPOCH

HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule of time: after each `origin` the next `target` is due within `amount` units; "*" is the object's begin."""

    origin: str
    target: str
    amount: float
    unit: Literal["working_days", "days", "hours"]
    clause: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """One passage beyond its limit: who did the target (or holds the last step, where it is open), and by how much."""

    object: str
    origin: str
    target: str
    clause: str
    person: str
    post: str
    begun_at: int
    used: float
    limit: float
    unit: str
    is_open: bool


def late(store: Store, limits: Sequence[Limit], now: int) -> list[Late]:
    """Return what took longer than its limit, the worst share first. `now` in microseconds since 1970 UTC.

    A limit holds for passages that begin within its dates. An object without the target yet is late once the limit has
    passed at `now`; it is shown with whom it was last.
    """
    assert store.worktime is not None
    found: list[Late] = []
    for limit in limits:
        found += _late(store, limit, now)
    return sorted(found, key=lambda each: (-each.used / each.limit if each.limit else 0.0, each.object))


def _late(store: Store, limit: Limit, now: int) -> list[Late]:
    assert store.worktime is not None
    number = store.types.numbers
    if limit.target not in number or (limit.origin != "*" and limit.origin not in number):
        return []
    shift = store.worktime.offset_minutes * 60_000_000
    rows = store.all(
        f"""
        WITH moment AS (
            SELECT d.before + d.is_working * {store.worktime.day_seconds} AS w_end, x.t AS t FROM work_day d,
                (SELECT ? AS t) x WHERE d.day = LEAST((x.t + {shift}) // {DAY_MICROSECONDS},
                    (SELECT MAX(day) FROM work_day))
        ), begun AS (
            SELECT object, pos, t, w FROM step WHERE {"pos = 1" if limit.origin == "*" else "type = ?"}
        ), ended AS (
            SELECT b.object, b.pos, b.t, b.w, MIN(s.pos) AS done FROM begun b
            LEFT JOIN step s ON s.object = b.object AND s.type = ? AND s.pos >= b.pos + ?
            GROUP BY b.object, b.pos, b.t, b.w
        ), last AS (SELECT object, MAX(pos) AS pos FROM step GROUP BY object)
        SELECT e.object, e.t, e.w, f.t, f.w, f.person, f.post, e.done IS NULL, (SELECT w_end FROM moment)
        FROM ended e JOIN last l ON l.object = e.object
        JOIN step f ON f.object = e.object AND f.pos = COALESCE(e.done, l.pos)
        ORDER BY e.object, e.pos
        """,
        [
            now,
            *([] if limit.origin == "*" else [number[limit.origin]]),
            number[limit.target],
            0 if limit.origin == "*" else 1,
        ],
    )
    found = []
    for matter, begun, w, ended, w_ended, person, post, is_open, w_now in rows:
        if not _holds(limit, begun, shift):
            continue
        wall = (now if is_open else ended) - begun
        used = _used(store, limit, wall, (max(w_now, w_ended) if is_open else w_ended) - w)
        if used > limit.amount:
            found.append(
                Late(
                    store.objects.text(matter),
                    limit.origin,
                    limit.target,
                    limit.clause,
                    store.persons.text(person),
                    store.posts.text(post),
                    begun,
                    round(used, 2),
                    limit.amount,
                    limit.unit,
                    is_open,
                )
            )
    return found


def _holds(limit: Limit, begun: int, shift: int) -> bool:
    day = date.fromordinal(EPOCH.toordinal() + (begun + shift) // DAY_MICROSECONDS)
    return (limit.valid_from is None or limit.valid_from <= day) and (
        limit.valid_to is None or day <= limit.valid_to
    )


def _used(store: Store, limit: Limit, wall: int, work: int) -> float:
    match limit.unit:
        case "working_days":
            assert store.worktime is not None
            return work / store.worktime.day_seconds
        case "days":
            return wall / DAY_MICROSECONDS
        case "hours":
            return wall / HOUR
