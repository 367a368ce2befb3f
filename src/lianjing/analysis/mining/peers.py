"""Like matters treated unlike, what late matters have in common, how long it will still take, one side beside another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lianjing.analysis.mining.store import Store

Z95 = 1.959963984540054  # the two-sided 95 % quantile of the normal distribution
RARE = 20  # one in so many
FENCE = 1.5  # Tukey, Exploratory Data Analysis (1977): outside is beyond 1.5 interquartile ranges


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its 95 % interval after Wilson (1927)."""

    hits: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Unlike:
    """An object that took far longer or shorter than its peers of the same class."""

    object: str
    peers: str
    days: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class OtherOutcome:
    """An object whose last step is rare among its peers, with the usual one and how many ended so."""

    object: str
    peers: str
    last: str
    usual: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Driver:
    """A value of an attribute among whose objects the share of hits differs from that of all others."""

    attribute: str
    value: str
    inside: Interval
    outside: Interval


@dataclass(frozen=True, slots=True)
class Remaining:
    """From a kind of step to the end of the object: what was usual, and how far that was off on later objects.

    `error_days` is the mean absolute error of p50 on the later objects, `plain_error_days` that of one median for all
    steps; `within_p80` the share of later objects that ended within p80. None where no later object passed the step.
    """

    type: str
    count: int
    p50_days: float
    p80_days: float
    tested: int
    error_days: float | None
    plain_error_days: float | None
    within_p80: float | None
    unit: str = ""
    cases: int = 0  # objects that taught; `count` are their steps
    tested_cases: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One unit or period beside another: objects begun and ended, and their durations."""

    name: str
    cases: int
    ended: int
    median_days: float | None
    p95_days: float | None
    steps_a_case: float
    persons: int


def wilson(hits: int, of: int) -> Interval:
    """Return a share with its interval; 0 of 0 has the share 0 and says nothing (0 to 1)."""
    if of == 0:
        return Interval(0, 0, 0.0, 0.0, 1.0)
    share, square = hits / of, Z95 * Z95
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z95 / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return Interval(hits, of, share, max(0.0, middle - half), min(1.0, middle + half))


def drivers(store: Store, hit: Iterable[str], *, at_least: int = 30) -> list[Driver]:
    """Return the attribute values whose share of hits lies, with its interval, outside that of all other objects.

    Values of fewer than `at_least` objects are left out; the widest gap between the intervals comes first.
    """
    numbers = store.objects.numbers
    hits = {numbers[key] for key in hit if key in numbers}
    found = []
    for name in store.attributes():
        values = store.attribute(name)
        known = len(values)
        struck = sum(each in hits for each in values)
        groups: dict[str, list[int]] = {}
        for each, value in values.items():
            group = groups.setdefault(value, [0, 0])
            group[0] += each in hits
            group[1] += 1
        for value, (inside, count) in groups.items():
            if count < at_least or known - count < at_least:
                continue
            one, other = wilson(inside, count), wilson(struck - inside, known - count)
            if one.low > other.high or one.high < other.low:
                found.append(Driver(name, value, one, other))
    return sorted(found, key=lambda each: (-_gap(each), each.attribute, each.value))


def _gap(driver: Driver) -> float:
    return max(driver.inside.low - driver.outside.high, driver.outside.low - driver.inside.high)


def unlike(store: Store, peers: Callable[[int], str], *, at_least: int = 10) -> list[Unlike]:
    """Return the objects whose duration lies outside the fence of their class; `peers` names the class of an object.

    The fence is Tukey's on the logarithm, since durations are skewed; classes of fewer than `at_least` have none.
    """
    classes: dict[str, list[tuple[int, float]]] = {}
    for number, seconds in store.all(
        "SELECT object, MAX(w) - MIN(w) FROM step GROUP BY object ORDER BY object"
    ):
        classes.setdefault(peers(number), []).append((number, store.days(seconds) or 0.0))
    found: list[Unlike] = []
    for name, members in sorted(classes.items()):
        if len(members) >= at_least:
            found += _outside(store, name, members)
    return sorted(found, key=lambda each: (-each.days / (each.high + 1), each.object))


def _outside(store: Store, name: str, members: Sequence[tuple[int, float]]) -> Iterator[Unlike]:
    logs = sorted(math.log1p(days) for _number, days in members)
    first, third = _rank(logs, 1, 4), _rank(logs, 3, 4)
    low, high = first - FENCE * (third - first), third + FENCE * (third - first)
    shown = round(max(math.expm1(low), 0.0), 2), round(math.expm1(high), 2)
    for number, days in members:
        if not low - 1e-9 <= math.log1p(days) <= high + 1e-9:
            yield Unlike(store.objects.text(number), name, days, *shown, len(members))


def other_outcome(
    store: Store, peers: Callable[[int], str], *, ends: Mapping[int, str] | None = None, at_least: int = 30
) -> list[OtherOutcome]:
    """Return the objects that ended otherwise than their class does: as at most one in twenty did.

    `ends` says how each object ended; without it that is its last step.
    """
    classes: dict[str, list[tuple[int, str]]] = {}
    for number, kind in store.all("SELECT object, type FROM step WHERE next_type IS NULL ORDER BY object"):
        end = store.types.text(kind) if ends is None else ends[number]
        classes.setdefault(peers(number), []).append((number, end))
    found = []
    for name, members in sorted(classes.items()):
        counts = Counter(end for _number, end in members)
        usual = min(counts, key=lambda end: (-counts[end], end))
        for number, end in members if len(members) >= at_least else ():
            if counts[end] * RARE <= len(members):
                label = store.objects.text(number)
                found.append(OtherOutcome(label, name, end, usual, counts[end], len(members)))
    return sorted(found, key=lambda each: (each.count / each.of, each.object))


def size_band(value: str) -> str:
    """Return the power of ten in which an amount lies, the value itself where it is no number."""
    try:
        amount = float(value)
    except ValueError:
        return value
    if not math.isfinite(amount) or abs(amount) < 1:
        return "0"
    return f"10^{int(math.log10(abs(amount)))}"


def _rank(ordered: Sequence[float], part: int, of: int) -> float:
    """Return the nearest-rank quantile part/of of an ascending list."""
    return ordered[(len(ordered) * part + of - 1) // of - 1]


def remaining(store: Store, *, learn_share: int = 70, by_unit: bool = False) -> list[Remaining]:
    """Return the working time from each kind of step to the end, learnt on the earlier objects, measured on the later.

    Objects are split by the time of their last event: the first `learn_share` percent teach, the rest test, so that
    nothing is learnt from what came later. All objects count as ended: filter open ones out before. `by_unit` tells
    the units apart in which the step was done; `unit` is empty otherwise.
    """
    rows = store.all(
        f"""
        WITH {_left_over(by_unit)}, usual AS (
            SELECT type, unit, COUNT(*) AS n, QUANTILE_DISC(rest, 0.5) AS p50, QUANTILE_DISC(rest, 0.8) AS p80,
                COUNT(DISTINCT object) AS cases
            FROM left_over WHERE learns GROUP BY type, unit
        ), plain AS (SELECT QUANTILE_DISC(rest, 0.5) AS p50 FROM left_over WHERE learns)
        SELECT u.type, u.unit, u.n, u.p50, u.p80, COUNT(l.rest), AVG(ABS(l.rest - u.p50)),
            AVG(ABS(l.rest - (SELECT p50 FROM plain))),
            AVG(CASE WHEN l.rest <= u.p80 THEN 1.0 ELSE 0.0 END) FILTER (l.rest IS NOT NULL),
            u.cases, COUNT(DISTINCT l.object)
        FROM usual u LEFT JOIN left_over l ON l.type = u.type AND l.unit = u.unit AND NOT l.learns
        GROUP BY u.type, u.unit, u.n, u.p50, u.p80, u.cases ORDER BY u.n DESC, u.type, u.unit
        """,
        [learn_share],
    )
    return [
        Remaining(
            store.types.text(kind),
            count,
            store.days(half) or 0.0,
            store.days(most) or 0.0,
            tested,
            store.days(error),
            store.days(plain),
            None if within is None else round(within, 4),
            store.units.text(place) if by_unit else "",
            cases,
            tested_cases,
        )
        for kind, place, count, half, most, tested, error, plain, within, cases, tested_cases in rows
    ]


def _left_over(by_unit: bool) -> str:
    """SQL of `left_over`, each step with the working time to the end of its object; takes the share that learns."""
    unit, joined = ("e.unit", "JOIN event e ON e.id = s.event") if by_unit else ("-1", "")
    return f"""whole AS (
            SELECT object, MAX(w) AS w_end, RANK() OVER (ORDER BY MAX(t), object) * 100 <= COUNT(*) OVER () * ? AS learns
            FROM step GROUP BY object
        ), left_over AS (
            SELECT s.object, s.type, {unit} AS unit, o.w_end - s.w AS rest, o.learns FROM step s {joined}
            JOIN whole o ON o.object = s.object
        )"""


def remaining_objects(
    store: Store, kind: str, unit: str = "", *, learns: bool, learn_share: int = 70
) -> set[int]:
    """Return the objects behind a row of `remaining`: those that taught it, or those on which it was tested."""
    condition, values = "type = ? AND learns = ?", [learn_share, store.types.numbers.get(kind, -1), learns]
    if unit:
        condition += " AND unit = ?"
        values.append(store.units.numbers.get(unit, -1))
    sql = f"WITH {_left_over(bool(unit))} SELECT DISTINCT object FROM left_over WHERE {condition}"
    return {number for (number,) in store.all(sql, values)}


def sides(store: Store, side: Callable[[int], str | None]) -> list[Side]:
    """Return the objects of each side beside each other; `side` names the unit or period of an object, None: neither."""
    names: dict[str, int] = {}
    rows = []
    for (number,) in store.all("SELECT DISTINCT object FROM step"):
        name = side(number)
        if name is not None:
            rows.append((number, names.setdefault(name, len(names))))
    store.table("side", "object INTEGER, side INTEGER", rows)
    return _beside(store, list(names).__getitem__)


def unit_sides(store: Store) -> list[Side]:
    """Return the units beside each other; an object belongs to the unit of its first event."""
    store.connection.execute(
        "CREATE OR REPLACE TABLE side AS SELECT s.object, e.unit AS side FROM step s JOIN event e ON e.id = s.event WHERE pos = 1"
    )
    return _beside(store, store.units.text)


def year_sides(store: Store) -> list[Side]:
    """Return the years beside each other; an object belongs to the year in which it began, by local time."""
    assert store.worktime is not None
    store.connection.execute(
        f"""
        CREATE OR REPLACE TABLE side AS SELECT object,
            CAST(YEAR(MAKE_TIMESTAMP(t + {store.worktime.offset_minutes * 60_000_000})) AS INTEGER) AS side
        FROM step WHERE pos = 1
        """
    )
    return _beside(store, str)


def _beside(store: Store, name: Callable[[int], str]) -> list[Side]:
    """Return the sides of the table `side`, by name."""
    found = store.all(
        """
        WITH whole AS (
            SELECT side, s.object, MAX(w) - MIN(w) AS w, COUNT(*) AS n FROM step s JOIN side USING (object) GROUP BY side, s.object
        ), people AS (
            SELECT side, COUNT(DISTINCT person) AS persons FROM hand JOIN side USING (object) WHERE person <> 0 GROUP BY side
        )
        SELECT w.side, COUNT(*), COUNT(*) FILTER (n > 1), QUANTILE_DISC(w, 0.5), QUANTILE_DISC(w, 0.95), AVG(n),
            COALESCE(MAX(persons), 0)
        FROM whole w LEFT JOIN people p ON p.side = w.side GROUP BY w.side
        """
    )
    beside = [
        Side(name(place), cases, ended, store.days(median), store.days(most), round(mean, 2), persons)
        for place, cases, ended, median, most, mean, persons in found
    ]
    return sorted(beside, key=lambda each: each.name)
