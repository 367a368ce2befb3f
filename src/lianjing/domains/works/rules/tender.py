"""Bids, ranks and the award: how many bidders, which bids count, who may win."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

COMPETITIVE = frozenset({"open", "invited", "prequalified"})
THRESHOLD_OF = {
    "works": "works.tender.threshold.works_fen",
    "epc": "works.tender.threshold.works_fen",
    "goods": "works.tender.threshold.goods_fen",
    "survey": "works.tender.threshold.services_fen",
    "design": "works.tender.threshold.services_fen",
    "supervision": "works.tender.threshold.services_fen",
}


@dataclass(frozen=True, slots=True)
class BidView:
    """One bid as the evaluation found it; `rank` 0 means none."""

    name: str
    price: Decimal
    is_valid: bool = True
    rank: int = 0
    reason: str = ""


def needs_min_bidders(method: str, *, is_mandatory: bool) -> bool:
    """Return whether the least number of bidders binds: every tender, mandatory or chosen (tendering law, article 28)."""
    return is_mandatory or method in COMPETITIVE


def check_bidder_count(count: int, *, least: int, method: str, is_mandatory: bool) -> None:
    """Refuse an opening or an evaluation with too few bidders; Refusal(RULE)."""
    if count < 1:
        raise BadInput(_("至少登记一家投标人"), "bids")
    if needs_min_bidders(method, is_mandatory=is_mandatory) and count < least:
        raise Refusal(
            Ground.RULE,
            "tender.too_few_bidders",
            _("投标人只有%(count)s家，少于%(least)s家，不得开标，应当重新招标")
            % {"count": count, "least": least},
            "tendering_law#28",
        )


def may_be_split(amount: Decimal, others: Sequence[Decimal], threshold: Decimal) -> bool:
    """Return whether purchases of one kind, each below the threshold, reach it together (tendering law, article 4)."""
    return (
        bool(others) and amount < threshold and max(others) < threshold and amount + sum(others) >= threshold
    )


def above_control_price(bids: Sequence[BidView], control_price: Decimal | None) -> list[BidView]:
    """Return the bids with those above the control price made invalid, whatever was entered for them."""
    if control_price is None:
        return list(bids)
    reason = _("报价高于最高投标限价")
    return [
        replace(bid, is_valid=False, rank=0, reason=bid.reason or reason)
        if bid.price > control_price
        else bid
        for bid in bids
    ]


def check_ranks(bids: Sequence[BidView]) -> None:
    """Refuse ranks that are not 1, 2, 3 … over the valid bids, and rejected bids without a reason; BadInput."""
    for bid in bids:
        if not bid.is_valid and bid.rank:
            raise BadInput(_("被否决的投标不得排名：%(name)s") % {"name": bid.name}, "bids")
        if not bid.is_valid and not bid.reason.strip():
            raise BadInput(_("否决投标须写明理由：%(name)s") % {"name": bid.name}, "bids")
    ranks = sorted(bid.rank for bid in bids if bid.is_valid)
    if ranks != list(range(1, len(ranks) + 1)):
        raise BadInput(_("有效投标的名次须从第1名起连续、不重复"), "bids")


def check_award(
    rank: int,
    *,
    required_rank: int,
    candidates_max: int,
    is_mandatory: bool,
    is_state_money: bool,
    legal_basis: str,
) -> None:
    """Refuse an award past the first rank where the law binds it; Refusal(RULE), regulation article 55.

    A legal, pilot or authorised basis (zone_award, article 3) lifts the rank rule, never the circle of candidates.
    """
    if rank < 1 or rank > candidates_max:
        raise Refusal(
            Ground.RULE,
            "award.not_a_candidate",
            _("中标人须在前%(count)s名候选人之中") % {"count": candidates_max},
            "tendering_regulation#55",
        )
    if is_mandatory and is_state_money and rank != required_rank and not legal_basis.strip():
        raise Refusal(
            Ground.RULE,
            "award.rank",
            _(
                "依法必须招标且国有资金控股或主导的项目，应当确定第%(rank)s名为中标人；选定其他名次须写明法定依据"
            )
            % {"rank": required_rank},
            "tendering_regulation#55",
        )
