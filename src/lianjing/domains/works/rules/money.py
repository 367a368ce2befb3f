"""Sums of contracts, changes and payments: computed here, never typed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

CENT = Decimal("0.01")
SMALL_FIRMS = frozenset({"medium", "small", "micro"})


def cents(amount: Decimal) -> Decimal:
    """Return yuan rounded half up to the fen."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def line_amount(quantity_delta: Decimal, unit_price: Decimal) -> Decimal:
    """Return the amount of one bill item of a change; negative where the item is reduced."""
    return cents(quantity_delta * unit_price)


@dataclass(frozen=True, slots=True)
class Cumulative:
    """The changes of one contract together: absolute sums, so that an increase and a cut do not hide each other."""

    amount: Decimal
    earlier: Decimal
    contract: Decimal

    @property
    def total(self) -> Decimal:
        return abs(self.amount) + self.earlier

    @property
    def ratio(self) -> Decimal:
        return (self.total / self.contract).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def cumulative(amount: Decimal, earlier: Iterable[Decimal | None], contract: Decimal) -> Cumulative:
    """Sum this change and the approved and pending ones of its contract (zone_change, article 7)."""
    if contract <= 0:
        raise BadInput(_("合同价须大于零"), "contract")
    return Cumulative(amount, sum((abs(each) for each in earlier if each is not None), Decimal(0)), contract)


def check_not_started(*, is_started: bool) -> None:
    """Refuse a change whose work has begun: approval comes first (zone_change, article 2)."""
    if is_started:
        raise Refusal(
            Ground.RULE,
            "change.started",
            _("变更须先批准后实施；已施工的须按应急变更另行登记"),
            "zone_change#2",
        )


def check_budget_left(committed: Decimal, amount: Decimal, budget: Decimal | None) -> None:
    """Refuse a change that lifts the project's contracts beyond its approved budget (government investment, article 23)."""
    if budget is not None and amount > 0 and committed + amount > budget:
        raise Refusal(
            Ground.RULE,
            "change.over_budget",
            _("变更后合同总额将超过批准概算%(excess)s元，须先报原审批机关调整概算")
            % {"excess": f"{committed + amount - budget:,.2f}"},
            "gov_investment#23",
        )


def check_progress(*, reported: Decimal, earlier: Decimal, reason: str) -> None:
    """Refuse a cumulative progress below the last one without a reason; BadInput on the ratio."""
    if reported < earlier and not reason.strip():
        raise BadInput(_("累计进度低于上期，须在问题栏写明原因"), "problems")


def check_verified(*, verified: Decimal, reported: Decimal) -> None:
    """Refuse a verified progress above the reported one: the supervision firm certifies what was claimed or less."""
    if verified > reported:
        raise BadInput(_("核定进度不得高于上报进度"), "verified_ratio")


@dataclass(frozen=True, slots=True)
class Claim:
    """What an application rests on. For progress money `gross` is value × agreed share; for other kinds it is typed in."""

    gross: Decimal
    advance_deducted: Decimal = Decimal(0)
    retention: Decimal = Decimal(0)
    other: Decimal = Decimal(0)

    @property
    def amount(self) -> Decimal:
        """The sum applied for, in yuan; never typed in."""
        return cents(self.gross - self.advance_deducted - self.retention - self.other)


def progress_gross(period_value: Decimal, progress_ratio: Decimal | None) -> Decimal:
    """Return the share of the period's verified value that the contract lets pay now; all of it where none is agreed."""
    return cents(period_value * (Decimal(1) if progress_ratio is None else progress_ratio))


def check_claim(claim: Claim, *, invoices: Sequence[Decimal], wages: Decimal) -> None:
    """Refuse a claim that is not positive, whose wages exceed it, or whose invoices say another sum; BadInput."""
    if claim.amount <= 0:
        raise BadInput(_("扣除后申请额须大于零"), "gross")
    if wages > claim.amount:
        raise BadInput(_("工资款不得大于申请额"), "labour_share")
    if invoices and sum(invoices) < claim.amount:
        raise BadInput(_("发票合计不得小于申请额"), "invoices")


def check_approved(approved: Decimal, *, ceiling: Decimal) -> None:
    """Refuse a reviewed amount above what was claimed or audited before it; Refusal(RULE), zone_funds article 3."""
    if approved > ceiling:
        raise Refusal(
            Ground.RULE,
            "review.above_ceiling",
            _("审定额不得高于%(ceiling)s元") % {"ceiling": f"{ceiling:,.2f}"},
            "zone_funds#3",
        )
    if approved <= 0:
        raise BadInput(_("审定额须大于零；不予支付的请退回"), "approved")


def due_day(
    delivered_on: date | None, *, agreed_days: int | None, legal_days: int, longest_days: int
) -> date | None:
    """Return the day by which a small firm must be paid (small-firm payment regulation, article 9).

    The agreed term holds up to the longest the law lets parties agree; without one the legal term holds.
    """
    if delivered_on is None:
        return None
    days = legal_days if agreed_days is None else min(agreed_days, longest_days)
    return delivered_on + timedelta(days=days)


def check_settled(*, has_settlement: bool) -> None:
    """Refuse settlement money without an approved settlement of the contract; Refusal(RULE), zone_funds article 20."""
    if not has_settlement:
        raise Refusal(
            Ground.RULE, "payment.no_settlement", _("合同没有经批准的结算，不得申请结算款"), "zone_funds#20"
        )


def check_released(amount: Decimal, *, released: Decimal, used: Decimal) -> None:
    """Refuse retention beyond the releases approved after a defect check; Refusal(RULE), zone_funds article 20."""
    if released <= 0:
        raise Refusal(
            Ground.RULE, "payment.no_release", _("没有经批准的质保金返还，不得申请质保金"), "zone_funds#20"
        )
    if used + amount > released:
        raise Refusal(
            Ground.RULE,
            "payment.over_release",
            _("质保金申请累计%(sum)s元超过已批准返还%(released)s元")
            % {"sum": f"{used + amount:,.2f}", "released": f"{released:,.2f}"},
            "zone_funds#20",
        )
