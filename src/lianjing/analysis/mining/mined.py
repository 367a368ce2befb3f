"""The whole analysis of one log as plain data: what `lianjing mine` prints and writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from lianjing.analysis.mining import conformance, desks, flows, late, peers, variants
from lianjing.analysis.mining.store import UNKNOWN, Store

MOST_ROWS = 1_000  # of each list but flows and steps; how many were left out is said beside it
MOST_SIDES = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def mined(
    store: Store,
    *,
    judge: Callable[[int], conformance.Judge] | None = None,
    pairs: Sequence[variants.Pair] = (),
    limits: Sequence[late.Limit] = (),
    lates: Sequence[late.Late] = (),
    peer: str = "",
    now: int | None = None,
) -> dict[str, Any]:
    """Return the analysis of a store whose steps are derived.

    Keys: cases, events, variants, flows, steps, fit, deviations, handovers, rework, ping_pong, batches, four_eyes,
    late, drill_down, unlike, other_outcome, remaining, remaining_by_unit, desks, queue, comparison, calendar, left_out. Durations are
    working days unless named otherwise; moments are ISO 8601 in UTC. `fit` is null without a model; `now` is the last
    event's time where not given; `lates` are late steps known otherwise. `peer` names the attribute that makes like
    matters: its value, of a number the power of ten; without it all are alike. KeyError where no object has it.
    """
    assert store.worktime is not None
    cases, events, last = store.one("SELECT COUNT(DISTINCT object), COUNT(*), COALESCE(MAX(t), 0) FROM step")
    peers_of = _peers(store, peer)
    lists: dict[str, Sequence[Any]] = {
        "desks": desks.desks(store),
        "handovers": desks.handovers(store),
        "ping_pong": desks.ping_pong(store),
        "batches": desks.batches(store),
        "rework": variants.rework(store),
        "four_eyes": variants.four_eyes(store, pairs),
        "late": [*lates, *late.late(store, limits, last if now is None else now)],
        "unlike": peers.unlike(store, peers_of),
        "other_outcome": peers.other_outcome(store, peers_of),
        "remaining": peers.remaining(store),
        "remaining_by_unit": peers.remaining(store, by_unit=True),
    }
    lists["drill_down"] = peers.drivers(store, {each.object for each in lists["late"]})
    found: dict[str, Any] = {
        "cases": cases,
        "events": events,
        "calendar": store.worktime.name,
        "flows": [_flow(each) for each in flows.flows(store)],
        "steps": [asdict(each) for each in flows.steps(store)],
        "variants": [_row(each) for each in variants.variants(store, most=MOST_ROWS)],
        "variant_count": variants.variant_count(store),
        "queue": [_queue(each) for each in desks.queues(store)],
        "comparison": _comparison(store),
    }
    left_out = {"variants": found["variant_count"] - len(found["variants"])}
    left_out |= _fit(store, judge, found)
    for name, rows in lists.items():
        found[name] = [_row(each) for each in rows[:MOST_ROWS]]
        left_out[name] = len(rows) - len(found[name])
    return found | {"left_out": {name: count for name, count in left_out.items() if count}}


def _fit(
    store: Store, judge: Callable[[int], conformance.Judge] | None, found: dict[str, Any]
) -> dict[str, int]:
    """Put fit and deviations into what was found; return how many deviations were left out."""
    if judge is None:
        found |= {"fit": None, "deviations": []}
        return {}
    answer = conformance.conform(store, judge)
    found["fit"] = {"cases": answer.fit, "of": answer.cases, "not_aligned": answer.unaligned}
    found["deviations"] = [_row(each) for each in conformance.rows(store, answer, most=MOST_ROWS)]
    return {"deviations": answer.deviations - len(found["deviations"])}


def _peers(store: Store, attribute: str) -> Callable[[int], str]:
    if not attribute:
        return lambda _number: ""
    values = {number: peers.size_band(value) for number, value in store.attribute(attribute).items()}
    return lambda number: values.get(number, UNKNOWN)


def _comparison(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Units and years beside each other; of more than a hundred units those with most objects."""
    units = sorted(peers.unit_sides(store), key=lambda each: (-each.cases, each.name))[:MOST_SIDES]
    return {
        "unit": [asdict(each) for each in units],
        "year": [asdict(each) for each in peers.year_sides(store)],
    }


def _queue(each: desks.Queue) -> dict[str, Any]:
    days = [[day.day.isoformat(), day.waiting] for day in each.days]
    return {"type": each.type, "peak": each.peak, "peak_day": each.peak_day.isoformat(), "days": days}


def _flow(flow: flows.Flow) -> dict[str, Any]:
    """One arrow by the documented names: from, to, count, median, p95."""
    return {
        "from": flow.origin,
        "to": flow.target,
        "count": flow.count,
        "cases": flow.cases,
        "median": flow.median_days,
        "p95": flow.p95_days,
        "total": flow.total_days,
        "excess": flow.excess_days,
        "median_hours": flow.median_hours,
    }


def _row(each: Any) -> dict[str, Any]:
    values = asdict(each)
    for name in ("at", "begin_at", "begun_at"):
        if values.get(name) is not None:
            values[name] = (EPOCH + timedelta(microseconds=values[name])).isoformat().replace("+00:00", "Z")
    return values
