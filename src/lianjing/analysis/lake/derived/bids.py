"""Pairs of bids of one lot and pairs of bidders over all: unit prices, machine and lock codes, common tenders."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from lianjing.analysis.engine.engine import Engine

RATIO_NEAR = 0.00005  # a ratio that is constant to four places
PAIRS_OF_ONE_TENDER = 100  # bidders; more of them are compared by keys alone
BIDS = (
    "SELECT b.id, b.tender_id, b.lot_id, b.enterprise_id, b.is_winner, b.consortium_no FROM bid b "
    "WHERE b.status IN ('valid', 'disqualified', 'pending') AND b.enterprise_id IS NOT NULL"
)
ITEMS = (
    "SELECT i.bid_id, i.item_code, i.unit_price_fen FROM bid_item i "
    "WHERE i.is_provisional = 0 AND i.unit_price_fen > 0 AND i.item_code <> ''"
)
CODES = (
    "SELECT f.bid_id, f.mac_hash, f.disk_hash, f.machine_hash, f.cost_lock_hash, f.create_key FROM bid_file f"
)


class Bid(NamedTuple):
    """One bid as the pairs need it."""

    id: str
    tender: str
    lot: str | None
    bidder: str
    is_winner: int
    consortium: int | None = None

    def is_beside(self, other: Bid) -> bool:
        """Whether two bids of a lot compete: of two firms that are not in one consortium."""
        is_one = self.consortium is not None and self.consortium == other.consortium
        return self.bidder != other.bidder and not is_one


def similarity(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `bid_similarity` for each pair of bids of one tender and lot."""
    prices: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for bid, item, price in engine.ask(ITEMS, {}).rows:
        prices[bid][item] = price
    machines: defaultdict[str, set[str]] = defaultdict(set)
    locks: defaultdict[str, set[str]] = defaultdict(set)
    for bid, *codes in engine.ask(CODES, {}).rows:
        machines[bid].update(f"{place}{code}" for place, code in enumerate(codes[:3]) if code)
        locks[bid].update(f"{place}{code}" for place, code in enumerate(codes[3:]) if code)
    for one, other in _pairs(_bids(engine)):
        count, correlation, ratio = compare(prices.get(one.id, {}), prices.get(other.id, {}))
        yield (
            f"{one.id}-{other.id}", one.tender, one.lot, one.id, other.id, None, None, correlation, ratio, count,
            int(bool(machines[one.id] & machines[other.id])), int(bool(locks[one.id] & locks[other.id])),
        )  # fmt: skip


def _bids(engine: Engine) -> list[Bid]:
    return sorted((Bid(*row) for row in engine.ask(BIDS, {}).rows), key=lambda bid: _number(bid.id))


def _number(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (0, key)


def _pairs(bids: Sequence[Bid]) -> Iterator[tuple[Bid, Bid]]:
    groups: defaultdict[tuple[str, str | None], list[Bid]] = defaultdict(list)
    for each in bids:
        groups[each.tender, each.lot].append(each)
    for group in groups.values():
        if len(group) <= PAIRS_OF_ONE_TENDER:
            yield from (pair for pair in combinations(group, 2) if pair[0].is_beside(pair[1]))


def compare(one: Mapping[str, int], other: Mapping[str, int]) -> tuple[int, float | None, float | None]:
    """Return the items compared, the correlation of unit prices, and their ratio where it is constant.

    Prices that are equal in both, as given by the tenderer, tell nothing of a pattern: a ratio of one counts only
    where all are equal and differ among themselves. Under three items there is no correlation and no ratio.
    """
    common = sorted(one.keys() & other.keys())
    if len(common) < 3:
        return len(common), None, None
    pairs = [(float(one[item]), float(other[item])) for item in common]
    ratios = [right / left for left, right in pairs]
    is_constant = max(ratios) - min(ratios) <= RATIO_NEAR and len({left for left, _right in pairs}) > 1
    return len(common), correlation(pairs), round(sum(ratios) / len(ratios), 6) if is_constant else None


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation to nine places; None where one side does not vary."""
    count = len(pairs)
    mean_x, mean_y = (math.fsum(pair[side] for pair in pairs) / count for side in (0, 1))
    xy = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    xx = math.fsum((x - mean_x) ** 2 for x, _y in pairs)
    yy = math.fsum((y - mean_y) ** 2 for _x, y in pairs)
    return round(xy / math.sqrt(xx * yy), 9) if xx > 0 and yy > 0 else None


def pairs_of_bidders(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `bidder_pair` for each two firms that bid together at least twice."""
    bids = _bids(engine)
    lots = {(each.tender, each.lot) for each in bids}
    alone = Counter(each.bidder for each in {(e.tender, e.lot, e.bidder): e for e in bids}.values())
    winner = {(each.tender, each.lot): each.bidder for each in bids if each.is_winner}
    common: defaultdict[tuple[str, str], list[tuple[str, str | None]]] = defaultdict(list)
    for one, other in _pairs(bids):
        pair = (
            (one.bidder, other.bidder)
            if _number(one.bidder) < _number(other.bidder)
            else (other.bidder, one.bidder)
        )
        common[pair].append((one.tender, one.lot))
    for (one_id, other_id), shared in sorted(common.items()):
        if len(shared) > 1:
            top, ratio = _top(shared, winner)
            lift = len(shared) * len(lots) / (alone[one_id] * alone[other_id])
            yield (f"{one_id}-{other_id}", one_id, other_id, len(shared), round(lift, 9), top, ratio)


def _top(
    shared: Iterable[tuple[str, str | None]], winner: Mapping[tuple[str, str | None], str]
) -> tuple[str | None, float]:
    lots = list(shared)
    won = Counter(winner[lot] for lot in lots if lot in winner)
    if not won:
        return None, 0.0
    top, times = min(won.items(), key=lambda each: (-each[1], _number(each[0])))
    return top, times / len(lots)
