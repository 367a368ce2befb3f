"""The map: which step follows which, how often, how long between; and where the waiting beyond the usual piles up."""

from __future__ import annotations

from dataclasses import dataclass

from lianjing.analysis.mining.store import Store, quantiles

HUNDREDTH = 36_000_000  # microseconds of a hundredth of an hour


@dataclass(frozen=True, slots=True)
class Flow:
    """One arrow: `count` times in `cases` objects; durations in working days, the wall-clock median in hours.

    `excess` is the sum, over the single passages, of what lies above the median: where much waiting beyond the usual
    piles up it is large, whether by many small delays or few big ones.
    """

    origin: str
    target: str
    count: int
    cases: int
    median_days: float
    p95_days: float
    total_days: float
    excess_days: float
    median_hours: float


@dataclass(frozen=True, slots=True)
class StepCount:
    """One kind of step: how often, in how many objects, how often first and last, and the wait before it."""

    type: str
    count: int
    cases: int
    first: int
    last: int
    median_wait_days: float | None
    p95_wait_days: float | None


def flows(store: Store) -> list[Flow]:
    """Return all arrows, the largest excess first (bottleneck, 堵点); quantiles by nearest rank."""
    rows = store.all(
        f"""
        WITH work AS (
            SELECT type, next_type, dt_work AS d, COUNT(*) AS n FROM step WHERE next_type IS NOT NULL GROUP BY ALL
        ), usual AS (SELECT * FROM ({quantiles("work", "type, next_type", 50, 95)})),
        wall AS (
            SELECT type, next_type, ROUND(dt_wall / {HUNDREDTH}) AS d, COUNT(*) AS n FROM step
            WHERE next_type IS NOT NULL GROUP BY ALL
        ), hours AS (SELECT * FROM ({quantiles("wall", "type, next_type", 50)})),
        summed AS (
            SELECT w.type, w.next_type, SUM(n) AS n, SUM(d * n) AS total, SUM(GREATEST(d - q50, 0) * n) AS excess
            FROM work w JOIN usual u ON w.type = u.type AND w.next_type = u.next_type GROUP BY w.type, w.next_type
        ), spread AS (
            SELECT type, next_type, COUNT(*) AS cases FROM (
                SELECT DISTINCT type, next_type, object FROM step WHERE next_type IS NOT NULL
            ) GROUP BY type, next_type
        )
        SELECT u.type, u.next_type, n, cases, u.q50, u.q95, total, excess, h.q50 FROM usual u
        JOIN summed s ON s.type = u.type AND s.next_type = u.next_type
        JOIN spread c ON c.type = u.type AND c.next_type = u.next_type
        JOIN hours h ON h.type = u.type AND h.next_type = u.next_type
        ORDER BY excess DESC, n DESC, u.type, u.next_type
        """
    )
    name = store.types.text
    return [
        Flow(
            name(origin),
            name(target),
            count,
            cases,
            store.days(median) or 0.0,
            store.days(p95) or 0.0,
            store.days(total) or 0.0,
            store.days(excess) or 0.0,
            round(wall / 100, 2),
        )
        for origin, target, count, cases, median, p95, total, excess, wall in rows
    ]


def steps(store: Store) -> list[StepCount]:
    """Return all kinds of steps, the most frequent first; the wait is that since the step before."""
    rows = store.all(
        f"""
        WITH counted AS (
            SELECT type, COUNT(*) AS n, COUNT(DISTINCT object) AS cases,
                COUNT(*) FILTER (pos = 1) AS first, COUNT(*) FILTER (next_type IS NULL) AS last
            FROM step GROUP BY type
        ), waited AS (
            SELECT next_type AS type, dt_work AS d, COUNT(*) AS n FROM step WHERE next_type IS NOT NULL GROUP BY ALL
        ), usual AS (SELECT * FROM ({quantiles("waited", "type", 50, 95)}))
        SELECT c.type, n, cases, first, last, q50, q95 FROM counted c LEFT JOIN usual w ON c.type = w.type
        ORDER BY n DESC, c.type
        """
    )
    return [
        StepCount(store.types.text(kind), count, cases, first, last, store.days(median), store.days(p95))
        for kind, count, cases, first, last, median, p95 in rows
    ]
