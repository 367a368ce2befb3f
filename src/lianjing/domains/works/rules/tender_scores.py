"""From the experts' points to the ranks: price points by formula, means, ranks without gaps; committees that may judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

CENT = Decimal("0.01")
EXTREME_HIGH, EXTREME_LOW = Fraction(19, 20), Fraction(3, 5)


def rounded(value: Decimal) -> Decimal:
    """Return points with two places, half up."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def price_points(price: Decimal, lowest: Decimal, weight: Decimal) -> Decimal:
    """Return the points of a price: the lowest valid price has the full weight, others weight × lowest ÷ price."""
    return rounded(weight * lowest / price) if price > 0 else Decimal(0)


def mean(points: Sequence[Decimal]) -> Decimal:
    """Return the mean of the experts' points, 0 without any."""
    return rounded(sum(points, Decimal(0)) / len(points)) if points else Decimal(0)


def check_points(points: Decimal, most: Decimal, reason: str) -> None:
    """Refuse points outside the criterion, and extreme ones without a reason; BadInput.

    Extreme are points from 95 % of the maximum up, or below 60 % of it.
    """
    if points < 0 or points > most:
        raise BadInput(_("得分须在0与满分%(most)s之间") % {"most": f"{most.normalize():f}"}, "points")
    share = Fraction(points) / Fraction(most) if most else Fraction(0)
    if (share >= EXTREME_HIGH or share < EXTREME_LOW) and not reason.strip():
        raise BadInput(_("过高或过低的评分须写明理由"), "reason")


@dataclass(frozen=True, slots=True)
class Scored:
    """A valid bid with its price and the means of the experts' points; totals and ranks are computed from it."""

    bid: int
    price: Decimal
    points: Decimal
    received: int = 0  # order of receipt: decides between equals


def totals(bids: Sequence[Scored], price_weight: Decimal) -> dict[int, Decimal]:
    """Return the total of each bid: price points by formula plus the means of the other criteria."""
    prices = [bid.price for bid in bids if bid.price > 0]
    lowest = min(prices, default=Decimal(0))
    return {bid.bid: price_points(bid.price, lowest, price_weight) + bid.points for bid in bids}


def ranked(bids: Sequence[Scored], method: str, price_weight: Decimal) -> list[int]:
    """Return the bids from the first rank on: by total, or by price alone where the documents say so.

    Equal totals go by the lower price, then by the earlier receipt.
    """
    total = totals(bids, price_weight)
    if method in ("lowest", "price_only"):
        return [bid.bid for bid in sorted(bids, key=lambda bid: (bid.price, bid.received))]
    return [bid.bid for bid in sorted(bids, key=lambda bid: (-total[bid.bid], bid.price, bid.received))]


def check_evaluators(experts: int, others: int, *, share: Decimal) -> None:
    """Refuse a committee that the law would not know: fewer than five, even, or too few experts; Refusal(RULE)."""
    members = experts + others
    if members < 5 or members % 2 == 0 or Fraction(experts, members) < _third_safe(share):
        raise Refusal(
            Ground.RULE,
            "tender.committee",
            _(
                "评标委员会须为五人以上单数，其中专家不少于三分之二（现有专家%(experts)s人、招标人代表%(others)s人）"
            )
            % {"experts": experts, "others": others},
            "tendering_law#37",
        )


def _third_safe(share: Decimal) -> Fraction:
    """Return a share as the fraction that it stands for: 0.666667 is two thirds."""
    return Fraction(share).limit_denominator(100)


def winner_differs(computed: Mapping[int, int], stored: Mapping[int, int | None]) -> list[int]:
    """Return the bids whose stored rank is not the computed one."""
    return sorted(bid for bid in {*computed, *stored} if computed.get(bid) != (stored.get(bid) or None))
