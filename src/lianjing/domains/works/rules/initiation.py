"""Initiation as pure rules: sums of a study, its experts and firms, the 110 % limit, adjustments of the budget."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal

OVERRUN_CLAUSE = "gov_investment#12"
ADJUST_CLAUSE = "gov_investment#23"


def variance(amount: Decimal, prior: Decimal | None) -> Decimal | None:
    """Return the difference from the sum before as a fraction of it; None where there is nothing to compare with."""
    return None if not prior else (amount - prior) / prior


def is_over(amount: Decimal, base: Decimal | None, ratio: Decimal) -> bool:
    """Return whether the amount lies above the base by more than the ratio; exactly at the limit it does not."""
    return base is not None and base > 0 and amount > base * (1 + ratio)


def check_items(parts: Sequence[Decimal | None], total: Decimal) -> None:
    """Refuse items that do not add up to the total, or a total that is not positive; BadInput at `total`."""
    if total <= 0:
        raise BadInput(_("合计须大于零"), "total")
    summed = sum((part for part in parts if part is not None), Decimal(0))
    if summed != total:
        raise BadInput(_("分项之和%(sum)s元不等于合计") % {"sum": f"{summed:,.2f}"}, "total")


def check_experts(names: Collection[str], least: int) -> None:
    """Refuse too few experts, an even number, or one named twice; BadInput at `experts`."""
    if len({name.strip() for name in names}) < len(names):
        raise BadInput(_("同一专家不得重复填写"), "experts")
    if len(names) < least:
        raise BadInput(_("评审专家不少于%(least)d人") % {"least": least}, "experts")
    if len(names) % 2 == 0:
        raise BadInput(_("评审专家人数应为单数"), "experts")


def check_firms(compiler_id: int | None, checker_id: int | None, clause: str) -> None:
    """Refuse a firm that checks its own work (zone_initiation, articles 3, 4 and 9)."""
    if compiler_id is not None and compiler_id == checker_id:
        raise Refusal(
            Ground.RULE,
            "study.same_firm",
            _("编制单位与审核评估单位不得为同一单位"),
            clause,
        )


def check_overrun(budget: Decimal, estimate: Decimal | None, ratio: Decimal, *, has_report: bool) -> None:
    """Refuse a budget above the estimate by more than the ratio unless the report with the opinion is on file."""
    if is_over(budget, estimate, ratio) and not has_report:
        assert estimate is not None
        raise Refusal(
            Ground.RULE,
            "design.over_estimate",
            _("概算%(budget)s元超过估算%(estimate)s元的%(share)s%%，须先登记报告和原审批机关意见")
            % {
                "budget": f"{budget:,.2f}",
                "estimate": f"{estimate:,.2f}",
                "share": f"{(1 + ratio) * 100:.0f}",
            },
            OVERRUN_CLAUSE,
        )


def check_detailed(*, control_price: Decimal, detailed: Decimal, budget: Decimal | None) -> None:
    """Refuse a control price above the detailed budget, or one of these above the approved budget."""
    if control_price > detailed:
        raise BadInput(_("控制价不得高于预算"), "control_price")
    if budget is not None and detailed > budget:
        raise Refusal(
            Ground.RULE,
            "budget.over_approved",
            _("预算%(amount)s元超过批准概算%(budget)s元，须先调整概算")
            % {"amount": f"{detailed:,.2f}", "budget": f"{budget:,.2f}"},
            ADJUST_CLAUSE,
        )


def check_adjustment(*, amount: Decimal, budget: Decimal | None) -> None:
    """Refuse an adjustment that does not raise the approved budget; BadInput at `amount`."""
    if budget is None or amount <= budget:
        raise BadInput(_("调整后概算须高于现批准概算"), "amount")


def check_authority(given: str, original: str) -> None:
    """Refuse an adjustment approved by another authority than the one that approved the budget (article 23)."""
    if original and given.strip() != original.strip():
        raise Refusal(
            Ground.RULE,
            "adjustment.other_authority",
            _("概算调整须由原核定机关“%(name)s”批复") % {"name": original},
            ADJUST_CLAUSE,
        )


def check_reported(amount: Decimal, *, applied: Decimal | None) -> None:
    """Refuse an approval that says more than was decided and filed; BadInput at `amount`."""
    if applied is not None and amount > applied:
        raise BadInput(_("批准金额不得高于报批金额%(sum)s元") % {"sum": f"{applied:,.2f}"}, "amount")
