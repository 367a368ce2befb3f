"""What a domain tells the cockpit: counts by stage, the path of the money, payments against progress."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many root matters stand in a stage, and the list of them."""

    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class MoneyStep:
    """One sum on the way from budget to receipt, in yuan, and the list behind it."""

    label: str
    amount: Decimal
    url: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One root matter's payments against its verified work; shares of the contract ceiling, at most one."""

    title: str
    url: str
    ceiling: Decimal
    verified: Decimal
    paid: Decimal
    advance: Decimal

    @property
    def paid_share(self) -> Decimal:
        """What was paid, as a share of the ceiling."""
        return self._share(self.paid)

    @property
    def verified_share(self) -> Decimal:
        """What was verified, as a share of the ceiling."""
        return self._share(self.verified)

    @property
    def is_over(self) -> bool:
        """True where more was paid for work than was verified; the advance still out is no payment for work."""
        return self.paid - self.advance > self.verified

    def _share(self, part: Decimal) -> Decimal:
        return min(max(part / self.ceiling, Decimal(0)), Decimal(1)) if self.ceiling > 0 else Decimal(0)


@dataclass(frozen=True, slots=True)
class Overview:
    """One domain's part of the cockpit, within a reader's scope."""

    label: str
    total: int
    list_url: str
    stages: tuple[StageCount, ...]
    path: tuple[MoneyStep, ...]
    standings: tuple[Standing, ...]
