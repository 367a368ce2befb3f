"""The plan of a tender and the bids: lawful method, weights, bond, how many bidders, which bids count."""

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


def check_method(
    method: str, *, is_mandatory: bool, exception_basis: str, failures: int, failures_before_release: int
) -> None:
    """Refuse a mandatory tender by another method without basis; Refusal(RULE), tendering law article 4.

    An invited tender needs the basis that the regulation asks for (article 8). After enough failures a tender may be
    dropped with the approval that this step is.
    """
    if not is_mandatory or method in ("open", "prequalified") or exception_basis.strip():
        return
    if failures >= failures_before_release and method not in COMPETITIVE:
        return
    raise Refusal(
        Ground.RULE,
        "tender.must_tender",
        _("依法必须招标的项目不得以其他方式采购；确属例外的须写明依据"),
        "tendering_regulation#8" if method == "invited" else "tendering_law#4",
    )


def check_shortlist(method: str, *, is_mandatory: bool, exception_basis: str) -> None:
    """Refuse to thin an open mandatory tender by choosing its bidders; Refusal(RULE), zone_shortlist article 1."""
    is_selective = method in ("invited", "prequalified") and (
        not is_mandatory or bool(exception_basis.strip())
    )
    if not is_mandatory or is_selective:
        return
    raise Refusal(
        Ground.RULE,
        "tender.shortlist_open",
        _("依法必须公开招标的项目不得推荐或限定正式投标人"),
        "zone_shortlist#1",
    )


def check_bid_period(days: int, least: int, *, is_mandatory: bool) -> None:
    """Refuse too short a time from notice to deadline; Refusal(RULE), tendering law article 24."""
    if is_mandatory and days < least:
        raise Refusal(
            Ground.RULE,
            "tender.bid_period",
            _("依法必须招标的，公告至投标截止不得少于%(days)s日") % {"days": least},
            "tendering_law#24",
        )


def check_sale_period(days: int, least: int) -> None:
    """Refuse documents on sale for too few days; Refusal(RULE), regulation article 16."""
    if days < least:
        raise Refusal(
            Ground.RULE,
            "tender.sale_period",
            _("招标文件发售期不得少于%(days)s日") % {"days": least},
            "tendering_regulation#16",
        )


def check_bond(bond: Decimal | None, estimated: Decimal, ratio: Decimal) -> None:
    """Refuse a bid bond above its share of the estimated price; Refusal(RULE), regulation article 26."""
    if bond is not None and bond > estimated * ratio:
        raise Refusal(
            Ground.RULE,
            "tender.bond",
            _("投标保证金不得超过估算价的%(ratio)s%%") % {"ratio": f"{ratio * 100:.0f}"},
            "tendering_regulation#26",
        )


def check_control_price(price: Decimal | None, budget: Decimal | None, taken: Decimal) -> None:
    """Refuse a control price above what is left of the approved budget; Refusal(RULE)."""
    if price is not None and budget is not None and price > budget - taken:
        raise Refusal(
            Ground.RULE,
            "tender.over_budget",
            _("最高投标限价超过概算余额%(left)s元") % {"left": f"{budget - taken:,.2f}"},
            "gov_investment#23",
        )


def weights_fault(weights: Sequence[Decimal]) -> str:
    """Return what is wrong with the weights of the scored criteria, "" where they sum to 100."""
    if any(weight <= 0 for weight in weights):
        return _("评审条件的权重须大于零")
    if sum(weights) != 100:
        return _("各评审条件的权重合计须为100")
    return ""


def is_collective(method: str, amount: Decimal, tier: Decimal) -> bool:
    """Return whether the plan itself must be decided by a meeting (zone_award, article 6).

    An open tender inside the approved budget stands on the collective decision about the project; any other way of
    choosing the firm does not.
    """
    return method != "open" and amount >= tier
