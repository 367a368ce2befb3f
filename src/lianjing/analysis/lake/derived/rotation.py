"""Circles of bidders that win in turn: the lots of the same bidders in their order, and how likely their turns are by chance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import comb, factorial, prod
from typing import Any, NamedTuple

from lianjing.analysis.engine.engine import Engine

BIDDERS_MIN, BIDDERS_MAX = 3, 12  # fewer is no circle, more is an open market
LOTS_MIN = 3
LOTS_MAX = 300  # the exact count takes seconds beyond; later lots are taken
BIDS = (
    "SELECT b.id, b.tender_id, b.lot_id, b.enterprise_id, b.is_winner, "
    "COALESCE(t.opened_day, t.deadline_day, t.published_day) AS day FROM bid b JOIN tender t ON t.id = b.tender_id "
    "WHERE b.status IN ('valid', 'disqualified', 'pending') AND b.enterprise_id IS NOT NULL"
)


class Won(NamedTuple):
    """One lot won: its place in time, and the winner."""

    day: int
    tender: str
    lot: str
    bid: str
    winner: str


def circles(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `bid_rotation` for each lot won in a circle: the same bidders in at least three lots, two winners."""
    bidders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    winners: defaultdict[tuple[str, str], list[Won]] = defaultdict(list)
    for bid, tender, lot, firm, is_winner, day in engine.ask(BIDS, {}).rows:
        place = (tender, lot or "")
        bidders[place].add(firm)
        if is_winner and day is not None:
            winners[place].append(Won(day, tender, lot or "", bid, firm))
    groups: defaultdict[tuple[str, ...], list[Won]] = defaultdict(list)
    for place, firms in bidders.items():
        if BIDDERS_MIN <= len(firms) <= BIDDERS_MAX and len(winners[place]) == 1:
            groups[tuple(sorted(firms, key=_number))].append(winners[place][0])
    for group, lots in sorted(groups.items()):
        yield from _rows(group, sorted(lots, key=_turn)[-LOTS_MAX:])


def _number(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (0, key)


def _turn(each: Won) -> tuple[Any, ...]:
    return (each.day, _number(each.tender), _number(each.lot))


def _rows(group: Sequence[str], lots: Sequence[Won]) -> Iterator[tuple[Any, ...]]:
    wins = Counter(each.winner for each in lots)
    if len(lots) < LOTS_MIN or len(wins) < 2:
        return
    runs = 1 + sum(one.winner != other.winner for one, other in pairwise(lots))
    chance = at_least_runs(list(wins.values()), runs)
    key = ",".join(group)
    for each in lots:
        yield (
            f"{key}@{each.bid}", group[0], key, len(group), each.bid, each.tender,
            len(lots), len(wins), runs, chance,
        )  # fmt: skip


def at_least_runs(counts: Sequence[int], runs: int) -> float:
    """Return the probability of that many runs or more when so many wins of each firm come in any order.

    Exact, the test of Wald and Wolfowitz for several kinds: orders are counted by blocks. Cutting each kind into
    blocks counts an order of r runs once for each way to choose, among its lots - r equal neighbours, those that
    stay together; the orders of exactly r runs follow by inclusion and exclusion.
    """
    lots = sum(counts)
    cut = [Fraction(1)]
    for count in counts:
        blocks = [Fraction(0)] + [Fraction(comb(count - 1, m - 1), factorial(m)) for m in range(1, count + 1)]
        cut = _times(cut, blocks)
    joined = [cut[lots - equal] * factorial(lots - equal) for equal in range(lots)]
    orders = Fraction(factorial(lots), prod(factorial(count) for count in counts))
    many = sum(
        (-1) ** (more - equal) * comb(more, equal) * joined[more]
        for equal in range(max(lots - runs, -1) + 1)
        for more in range(equal, lots)
    )
    return float(many / orders)


def _times(one: Sequence[Fraction], other: Sequence[Fraction]) -> list[Fraction]:
    found = [Fraction(0)] * (len(one) + len(other) - 1)
    for i, left in enumerate(one):
        if left:
            for j, right in enumerate(other):
                found[i + j] += left * right
    return found
