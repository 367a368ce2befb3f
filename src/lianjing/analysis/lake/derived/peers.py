"""Fences and sample sizes of a figure within its group, so that an indicator compares like with like."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lianjing.analysis.engine.engine import Engine

TUKEY = 1.5  # fences lie this many times the middle range off the quartiles
# Each gives (group, value) rows; '' groups all.
FIGURES: Mapping[str, str] = {
    "tender.bidders": (
        "SELECT COALESCE(t.owner_unit_id, '') || '|' || t.procurement_category AS g, CAST(COUNT(*) AS DOUBLE) AS v "
        "FROM tender t JOIN bid b ON b.tender_id = t.id GROUP BY t.id, t.owner_unit_id, t.procurement_category"
    ),
    "bid.gap_to_winner": (
        "SELECT '' AS g, MIN(CAST(b.price_fen - w.price_fen AS DOUBLE) / NULLIF(CAST(w.price_fen AS DOUBLE), 0e0)) AS v "
        "FROM bid w JOIN bid b ON b.tender_id = w.tender_id AND b.id <> w.id "
        "WHERE w.is_winner = 1 AND b.status = 'valid' AND b.price_fen > 0 GROUP BY w.id"
    ),
    "bid.disqualified_share": (
        "SELECT '' AS g, CAST(SUM(CASE WHEN b.status = 'disqualified' THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS v "
        "FROM bid b GROUP BY b.tender_id"
    ),
    "tender.minutes_per_bid": (
        "SELECT t.procurement_category AS g, CAST(t.evaluation_ended_at - t.evaluation_started_at AS DOUBLE) / 60e0 "
        "/ COUNT(*) AS v FROM tender t JOIN bid b ON b.tender_id = t.id WHERE t.evaluation_ended_at IS NOT NULL "
        "AND t.evaluation_started_at IS NOT NULL GROUP BY t.id, t.procurement_category, t.evaluation_ended_at, "
        "t.evaluation_started_at"
    ),
    "settlement.cut_ratio": "SELECT '' AS g, s.cut_ratio AS v FROM settlement s WHERE s.cut_ratio IS NOT NULL",
    "change.per_pair": (
        "SELECT '' AS g, CAST(COUNT(*) AS DOUBLE) AS v FROM change_order c JOIN contract k ON k.id = c.contract_id "
        "WHERE c.status = 'approved' AND c.is_emergency = 0 AND c.approver_person_id IS NOT NULL "
        "AND k.enterprise_id IS NOT NULL GROUP BY c.approver_person_id, k.enterprise_id"
    ),
    "ticket.low_rating_share": (
        "SELECT '' AS g, CAST(SUM(CASE WHEN t.rating <= 2 THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS v "
        "FROM ticket t WHERE t.rating IS NOT NULL AND t.handler_person_id IS NOT NULL GROUP BY t.handler_person_id"
    ),
    "inspection.finding_rate": (
        "SELECT i.kind AS g, CAST(SUM(CASE WHEN i.finding_count > 0 THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) AS v "
        "FROM inspection i WHERE i.inspector_a_id IS NOT NULL AND i.result <> 'no_entry' "
        "GROUP BY i.kind, i.inspector_a_id"
    ),
    "step.minutes": (
        "SELECT w.step_key AS g, CAST(w.consumed_minutes AS DOUBLE) AS v FROM work_item w "
        "WHERE w.outcome = 'done' AND w.consumed_minutes IS NOT NULL"
    ),
}


def stats(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `peer_stats` for each figure and group."""
    for key, statement in FIGURES.items():
        groups: defaultdict[str, list[float]] = defaultdict(list)
        for group, value in engine.ask(statement, {}).rows:
            if value is not None:
                groups[group].append(value)
        for group, values in sorted(groups.items()):
            yield (key, group, *summary(sorted(values)))


def summary(values: Sequence[float]) -> tuple[Any, ...]:
    """Return count, mean, quantiles by nearest rank and the fences of sorted values."""
    q1, q3 = rank(values, 25), rank(values, 75)
    reach = TUKEY * (q3 - q1)
    return (
        len(values), math.fsum(values) / len(values), rank(values, 5), q1, rank(values, 50), q3, rank(values, 90),
        q1 - reach, q3 + reach,
    )  # fmt: skip


def rank(values: Sequence[float], percent: int) -> float:
    """Return the nearest-rank quantile of sorted values."""
    return values[max(0, (len(values) * percent + 99) // 100 - 1)]


def factorials(_engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Yield ln(n!) for exact binomials."""
    yield from ((number, math.lgamma(number + 1)) for number in range(10_001))
