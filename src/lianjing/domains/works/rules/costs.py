"""The cost chain as pure rules: six amounts in their order, each against the one before and the approved budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lianjing.domains.works.rules.initiation import is_over, variance

CHAIN = (
    "estimate",
    "approved_budget",
    "detailed_budget",
    "control_price",
    "contract",
    "settlement",
    "final_account",
)
CAPPED = frozenset({"detailed_budget", "control_price", "contract", "settlement", "final_account"})


@dataclass(frozen=True, slots=True)
class Link:
    """One amount of the chain; None where it is not known yet. Ratios are fractions, not percentages."""

    kind: str
    amount: Decimal | None
    before: str = ""
    difference: Decimal | None = None
    ratio: Decimal | None = None
    of_budget: Decimal | None = None
    is_over_estimate: bool = False
    is_over_budget: bool = False


def chain(amounts: Mapping[str, Decimal | None], overrun_ratio: Decimal) -> tuple[Link, ...]:
    """Return the amounts in order with what each differs; a kind that is not known is passed over in comparing."""
    budget = amounts.get("approved_budget")
    links, last = [], ""
    for kind in CHAIN:
        amount = amounts.get(kind)
        if amount is None:
            links.append(Link(kind, None))
            continue
        prior = amounts.get(last) if last else None
        links.append(
            Link(
                kind,
                amount,
                last,
                None if prior is None else amount - prior,
                variance(amount, prior),
                variance(amount, budget) if kind != "approved_budget" else None,
                kind == "approved_budget" and is_over(amount, amounts.get("estimate"), overrun_ratio),
                kind in CAPPED and budget is not None and amount > budget,
            )
        )
        last = kind
    return tuple(links)
