"""The money of a project on one line: budget, contracts, changes, verified, applied, approved, paid, received."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from lianjing.domains.works.models import CostBaseline, Project
from lianjing.domains.works.queries.standing import NOTHING, standing_of
from lianjing.domains.works.rules.costs import CHAIN
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.payment.clock import terms_of
from lianjing.runtime.payment.models import BankLine, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.queries import sum_of
from lianjing.runtime.payment.rules import Standing
from lianjing.runtime.payment.term import Term

DEAD = ("draft", "cancelled")
LIVE = ("draft", "open", "suspended")


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract with its standing; the shares are of its ceiling, at most one."""

    contract: Contract
    standing: Standing
    paid_share: Decimal
    verified_share: Decimal

    @property
    def is_over(self) -> bool:
        """True where more left than was verified, the advance set aside."""
        return self.standing.paid - self.standing.advance_outstanding > self.standing.verified_value


@dataclass(frozen=True, slots=True)
class MoneyPath:
    """The sums of a project, in yuan; None where the figure is not known yet."""

    budget: Decimal | None
    contract: Decimal
    changes: Decimal
    verified: Decimal
    in_review: Decimal
    approved: Decimal
    paid: Decimal

    @property
    def ceiling(self) -> Decimal:
        """Contracts with their approved changes."""
        return self.contract + self.changes


@dataclass(frozen=True, slots=True)
class Ledger:
    """The check of payments (C3f): sum of receipts = ledger = lines of the bank's file.

    `bank` sums the matched receipts, typed in or imported; `statement` those of them that a bank file confirmed.
    """

    ledger: Decimal
    orders: Decimal
    bank: Decimal
    opening: Decimal
    receipt_count: int
    statement: Decimal = NOTHING

    @property
    def is_equal(self) -> bool:
        """True where ledger, orders and receipts agree."""
        return self.ledger == self.orders == self.bank

    @property
    def is_confirmed(self) -> bool:
        """True where the bank's own file says the same."""
        return self.is_equal and self.statement == self.bank


def terms(matter_ids: Collection[int], day: date) -> dict[int, Term]:
    """Return the statutory term of payments by matter."""
    return terms_of(PaymentApplication.objects.filter(pk__in=matter_ids), day)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Return a part of a whole as a fraction between 0 and 1."""
    if whole <= 0:
        return NOTHING
    return min(max(part / whole, Decimal(0)), Decimal(1))


def contract_lines(project_id: int, day: date) -> list[ContractLine]:
    """Return the contracts of a project, oldest first, each with its standing on the day."""
    found = []
    rows = Contract.objects.filter(project_id=project_id).select_related(
        "enterprise", "payee_account", "project", "matter"
    )
    for contract in rows.order_by("signed_on", "pk"):
        standing = standing_of(contract, day)
        found.append(
            ContractLine(
                contract,
                standing,
                share(standing.paid, standing.ceiling),
                share(standing.verified_value, standing.ceiling),
            )
        )
    return found


def money_path(project: Project, lines: Iterable[ContractLine]) -> MoneyPath:
    """Sum the contracts in force and their payments."""
    live = [line for line in lines if line.contract.status not in DEAD]
    rows = list(
        PaymentApplication.objects.filter(project_id=project.pk, matter__status__in=LIVE).select_related(
            "matter"
        )
    )
    return MoneyPath(
        budget=project.approved_budget,
        contract=_sum(line.standing.contract_amount for line in live),
        changes=_sum(line.standing.approved_changes for line in live),
        verified=_sum(line.standing.verified_value for line in live),
        in_review=_sum(row.amount or NOTHING for row in rows if row.status in ("in_review", "held")),
        approved=_sum(sum_of(row) for row in rows if row.status in ("approved", "ordered")),
        paid=_sum(line.standing.paid for line in live),
    )


def ledger_of(project_id: int, lines: Iterable[ContractLine]) -> Ledger:
    """Return the three sums of a project's payments on the platform; opening sums of a take-over stand apart."""
    applications = PaymentApplication.objects.filter(project_id=project_id, status="paid")
    orders = PaymentOrder.objects.filter(payment_application__project_id=project_id, status="paid")
    bank = BankLine.objects.filter(
        payment_order__payment_application__project_id=project_id, direction="out", match_state="matched"
    )
    ledger = _sum(sum_of(row) for row in applications)
    return Ledger(
        ledger=ledger,
        orders=orders.aggregate(total=Sum("amount"))["total"] or NOTHING,
        bank=bank.aggregate(total=Sum("amount"))["total"] or NOTHING,
        opening=_sum(line.standing.paid for line in lines) - ledger,
        receipt_count=bank.count(),
        statement=bank.filter(statement__isnull=False).aggregate(total=Sum("amount"))["total"] or NOTHING,
    )


@dataclass(frozen=True, slots=True)
class CostLine:
    """One figure of the cost chain with its difference from the one before it."""

    row: CostBaseline
    difference: Decimal | None
    ratio: Decimal | None

    @property
    def percent(self) -> str:
        """The difference as a signed percentage, "" where there is nothing to compare with."""
        return "" if self.ratio is None else f"{self.ratio:+.2%}"


def cost_chain(project_id: int) -> list[CostLine]:
    """Return the cost chain from estimate to final account, the latest figure of each kind (C21a).

    A kind that stands once per contract is summed over the contracts; its last row carries the difference from the
    sum of the kind before.
    """
    rows = sorted(
        CostBaseline.objects.filter(project_id=project_id, kind__in=CHAIN).select_related(
            "contract", "source_matter"
        ),
        key=lambda row: (CHAIN.index(row.kind), row.as_of_on, row.pk),
    )
    totals: dict[str, Decimal] = {}
    latest: dict[tuple[str, int | None], CostBaseline] = {}
    for row in rows:
        latest[row.kind, row.contract_id] = row
    for row in latest.values():
        totals[row.kind] = totals.get(row.kind, NOTHING) + row.amount
    closing = {row.kind: row for row in rows}
    chain = []
    for row in rows:
        before = _before(row.kind, totals)
        gap = totals[row.kind] - before if before is not None and row is closing[row.kind] else None
        chain.append(CostLine(row, gap, gap / before if gap is not None and before else None))
    return chain


def _before(kind: str, totals: dict[str, Decimal]) -> Decimal | None:
    earlier = [totals[each] for each in CHAIN[: CHAIN.index(kind)] if each in totals]
    return earlier[-1] if earlier else None


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
