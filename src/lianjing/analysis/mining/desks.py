"""Whose desk: waiting by post and person, hand-overs, ping-pong, what is done in batches, the queue of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lianjing.analysis.mining.store import DAY_MICROSECONDS, Store, quantiles
from lianjing.analysis.mining.worktime import EPOCH


@dataclass(frozen=True, slots=True)
class Desk:
    """What one person at one post did: how often, how long it had waited for him, in working days."""

    post: str
    person: str
    type: str
    count: int
    cases: int
    median_days: float
    p95_days: float
    excess_days: float


@dataclass(frozen=True, slots=True)
class Handover:
    """From one person to another: how often, in how many objects, the usual time between, in working days."""

    origin: str
    target: str
    count: int
    cases: int
    median_days: float


@dataclass(frozen=True, slots=True)
class PingPong:
    """Back and forth: A, then B, then A again, in `cases` objects."""

    origin: str
    target: str
    count: int
    cases: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Like steps of several objects done by one person within minutes of each other."""

    person: str
    type: str
    begin_at: int
    cases: int
    seconds: int


@dataclass(frozen=True, slots=True)
class QueueDay:
    """How many objects waited for a kind of step at the end of a day."""

    day: date
    waiting: int


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue before one kind of step: the most that waited, on which day first, and each day."""

    type: str
    peak: int
    peak_day: date
    days: tuple[QueueDay, ...]


def desks(store: Store) -> list[Desk]:
    """Return every desk by kind of step, the largest excess over the step's own median first."""
    rows = store.all(
        f"""
        WITH waited AS (
            SELECT next_type AS type, next_post AS post, next_person AS person, dt_work AS d, COUNT(*) AS n FROM handover
            GROUP BY ALL
        ), alike AS (SELECT type, d, SUM(n) AS n FROM waited GROUP BY ALL),
        usual AS (SELECT * FROM ({quantiles("alike", "type", 50)})),
        own AS (SELECT * FROM ({quantiles("waited", "post, person, type", 50, 95)})),
        summed AS (
            SELECT post, person, w.type, SUM(n) AS n, SUM(GREATEST(d - u.q50, 0) * n) AS excess
            FROM waited w JOIN usual u ON w.type = u.type GROUP BY post, person, w.type
        ), spread AS (
            SELECT post, person, type, COUNT(*) AS cases FROM (
                SELECT DISTINCT next_post AS post, next_person AS person, next_type AS type, object FROM handover
            ) GROUP BY post, person, type
        )
        SELECT post, person, type, n, cases, q50, q95, excess
        FROM own JOIN summed USING (post, person, type) JOIN spread USING (post, person, type)
        ORDER BY excess DESC, n DESC, post, person, type
        """
    )
    return [
        Desk(
            store.posts.text(post),
            store.persons.text(person),
            store.types.text(kind),
            count,
            cases,
            store.days(median) or 0.0,
            store.days(p95) or 0.0,
            store.days(excess) or 0.0,
        )
        for post, person, kind, count, cases, median, p95, excess in rows
    ]


def handovers(store: Store) -> list[Handover]:
    """Return the matrix of hand-overs between different persons, the most frequent first."""
    rows = store.all(
        """
        SELECT person, next_person, COUNT(*), COUNT(DISTINCT object), QUANTILE_DISC(dt_work, 0.5) FROM handover
        WHERE next_person <> person
        GROUP BY person, next_person ORDER BY COUNT(*) DESC, person, next_person
        """
    )
    name = store.persons.text
    return [
        Handover(name(one), name(other), count, cases, store.days(median) or 0.0)
        for one, other, count, cases, median in rows
    ]


def ping_pong(store: Store) -> list[PingPong]:
    """Return who passes matters to whom and gets them back at once; the unknown person is nobody."""
    rows = store.all(
        """
        WITH three AS (
            SELECT object, person, next_person,
                LEAD(next_person) OVER (PARTITION BY object ORDER BY pos) AS third FROM step
        )
        SELECT person, next_person, COUNT(*), COUNT(DISTINCT object) FROM three
        WHERE third = person AND next_person <> person AND person <> 0 AND next_person <> 0
        GROUP BY person, next_person ORDER BY COUNT(*) DESC, person, next_person
        """
    )
    name = store.persons.text
    return [PingPong(name(one), name(other), count, cases) for one, other, count, cases in rows]


def batches(store: Store, *, within_seconds: int = 300, at_least: int = 3) -> list[Batch]:
    """Return runs of the same step by the same person, each within so many seconds of the one before."""
    rows = store.all(
        """
        WITH gaps AS (
            SELECT object, person, type, t, event, CASE WHEN t - LAG(t) OVER o <= ? THEN 0 ELSE 1 END AS begins
            FROM hand WHERE person <> 0 WINDOW o AS (PARTITION BY person, type ORDER BY t, event)
        ), islands AS (
            SELECT *, SUM(begins) OVER (PARTITION BY person, type ORDER BY t, event ROWS UNBOUNDED PRECEDING) AS island
            FROM gaps
        )
        SELECT person, type, MIN(t), COUNT(DISTINCT object) AS cases, (MAX(t) - MIN(t)) // 1000000 FROM islands
        GROUP BY person, type, island HAVING COUNT(DISTINCT object) >= ?
        ORDER BY cases DESC, MIN(t), person, type
        """,
        [within_seconds * 1_000_000, at_least],
    )
    return [
        Batch(store.persons.text(person), store.types.text(kind), begin, cases, seconds)
        for person, kind, begin, cases, seconds in rows
    ]


def queue(store: Store, kind: str) -> list[QueueDay]:
    """Return, day by day, how many objects waited for a kind of step: +1 with the step before it, −1 with itself."""
    assert store.worktime is not None
    shift = store.worktime.offset_minutes * 60_000_000
    number = store.types.numbers.get(kind)
    if number is None:
        return []
    changes = dict(
        store.all(
            f"""
            WITH moves AS (
                SELECT (t + {shift}) // {DAY_MICROSECONDS} AS day, 1 AS change FROM step WHERE next_type = ?
                UNION ALL
                SELECT (t + dt_wall + {shift}) // {DAY_MICROSECONDS}, -1 FROM step WHERE next_type = ?
            )
            SELECT day, CAST(SUM(change) AS BIGINT) FROM moves GROUP BY day
            """,
            [number, number],
        )
    )
    waiting, found = 0, []
    for day in range(min(changes, default=0), max(changes, default=-1) + 1):
        waiting += changes.get(day, 0)
        found.append(QueueDay(EPOCH + timedelta(days=day), waiting))
    return found


def queues(store: Store, *, most: int = 10) -> list[Queue]:
    """Return the queues of the kinds of steps that were waited for longest in all, the longest first."""
    kinds = store.all(
        """
        SELECT next_type FROM step WHERE next_type IS NOT NULL GROUP BY next_type ORDER BY SUM(dt_work) DESC, next_type LIMIT ?
        """,
        [most],
    )
    found = []
    for (number,) in kinds:
        name = store.types.text(number)
        days = tuple(queue(store, name))
        top = max(days, key=lambda each: each.waiting)
        found.append(Queue(name, top.waiting, top.day, days))
    return found
