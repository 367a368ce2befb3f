"""What bids have in common: marks of one hand, prices in proportion, a bond that another paid."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

LEAST_ITEMS = 3  # fewer equal ratios say nothing


@dataclass(frozen=True, slots=True)
class Signal:
    """One fact that supervisors should see: its kind, the bids it joins, and what they share."""

    kind: str
    bids: tuple[int, ...]
    detail: str = ""
    clause: str = "tendering_regulation#40"


def shared(kind: str, marks: Mapping[int, set[str]]) -> list[Signal]:
    """Return one signal for every mark that stands in more than one bid; empty marks do not count."""
    holders: dict[str, list[int]] = {}
    for bid, own in marks.items():
        for mark in own:
            if mark:
                holders.setdefault(mark, []).append(bid)
    groups = {tuple(sorted(bids)): mark for mark, bids in sorted(holders.items()) if len(bids) > 1}
    return [Signal(kind, bids, _short(mark)) for bids, mark in sorted(groups.items())]


def _short(mark: str) -> str:
    return mark[:12] if len(mark) == 64 else mark


def ratio_of(left: Mapping[str, Decimal], right: Mapping[str, Decimal]) -> Decimal | None:
    """Return the one ratio (four places) in which two price lists stand, None where they differ in it."""
    common = [code for code in left if right.get(code) and left[code]]
    if len(common) < LEAST_ITEMS:
        return None
    ratios = {(right[code] / left[code]).quantize(Decimal("0.0001")) for code in common}
    return ratios.pop() if len(ratios) == 1 else None


def in_proportion(prices: Mapping[int, Mapping[str, Decimal]]) -> list[Signal]:
    """Return a signal for every two bids whose unit prices stand in one ratio."""
    found = []
    for first, second in itertools.combinations(sorted(prices), 2):
        ratio = ratio_of(prices[first], prices[second])
        if ratio is not None:
            found.append(Signal("proportion", (first, second), f"{ratio:f}"))
    return found


def foreign_payers(bonds: Mapping[int, tuple[str, str, str]]) -> list[Signal]:
    """Return the bids whose cash bond another paid; a bond is (form, payer, bidder), regulation article 26."""
    return [
        Signal("bond_payer", (bid,), payer, "tendering_regulation#26")
        for bid, (form, payer, bidder) in sorted(bonds.items())
        if is_foreign(form, payer, bidder)
    ]


def is_foreign(form: str, payer: str, bidder: str) -> bool:
    """Return whether a bid bond in money came from another's account (regulation, article 26)."""
    return form == "cash" and payer.strip() != bidder.strip()


def ordered(signals: Sequence[Signal]) -> list[Signal]:
    """Return signals by how many bids they join, most first."""
    return sorted(signals, key=lambda signal: (-len(signal.bids), signal.kind, signal.bids))
