"""The project file: stages with their gates, contracts, the chain of money from budget to receipt, the reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lianjing.domains.works.models import (
    Award,
    Bid,
    ChangeOrder,
    CostBaseline,
    ProgressReport,
    Project,
    Tender,
)
from lianjing.domains.works.queries.reviews import ReviewLine, review_lines
from lianjing.domains.works.queries.standing import ceiling_of, committed_of, opening_of, standing_of
from lianjing.domains.works.rules.project import total
from lianjing.kernel.declaration import Condition, Text
from lianjing.runtime.contract.models import Amendment, Contract
from lianjing.runtime.contract.queries import contracts_of
from lianjing.runtime.domains import domain
from lianjing.runtime.matter.models import Matter, StageGate
from lianjing.runtime.payment.models import BankLine, BudgetLine, PaymentApplication, PaymentOrder
from lianjing.runtime.payment.queries import order_of, payments_of, receipt_of, sum_of
from lianjing.runtime.payment.rules import Standing
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.undertaking.models import Undertaking

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class StageLine:
    """One of the six stages: passed (when, by whom), present (with what its gate still asks for) or to come."""

    key: str
    label: Text
    state: str  # passed, present, coming
    conditions: Sequence[Condition]
    passed_at: datetime | None = None
    person: Any = None


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment: applied, approved, ordered, received, and its five reviews."""

    application: PaymentApplication
    reviews: list[ReviewLine]
    order: PaymentOrder | None
    receipt: BankLine | None

    @property
    def amount(self) -> Decimal:
        """What the payment stands for now."""
        return sum_of(self.application)


@dataclass(frozen=True, slots=True)
class ContractLine:
    """One contract with its changes, progress and payments."""

    contract: Contract
    ceiling: Decimal
    standing: Standing
    amendments: list[Amendment]
    changes: list[ChangeOrder]
    reports: list[ProgressReport]
    payments: list[PaymentLine]
    has_opening: bool


@dataclass(frozen=True, slots=True)
class TenderLine:
    """One tender with its bids by rank and its award."""

    tender: Tender
    bids: list[Bid]
    award: Award | None


@dataclass(frozen=True, slots=True)
class MoneyLink:
    """One figure of the chain budget → contract → changes → verified → applied → approved → paid → receipt, in yuan."""

    key: str
    amount: Decimal
    clause: str = ""


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """All that the page of a project shows."""

    matter: Matter
    project: Project
    stages: list[StageLine]
    contracts: list[ContractLine]
    tenders: list[TenderLine]
    permits: list[Permit]
    baselines: list[CostBaseline]
    budget_lines: list[BudgetLine]
    undertakings: list[Undertaking]
    money: list[MoneyLink]
    children: list[Matter]


def project_file(matter_id: int, *, person_id: int, day: date) -> ProjectFile:
    """Return the file of a project that the person may see; Refusal(SCOPE) otherwise."""
    matter = open_for(person_id, matter_id, day)
    project = Project.objects.select_related("owner_unit", "matter__unit").get(pk=matter.pk)
    contracts = [_contract(contract, day) for contract in contracts_of(matter.pk).exclude(status="cancelled")]
    return ProjectFile(
        matter=matter,
        project=project,
        stages=stage_lines(matter, day),
        contracts=contracts,
        tenders=_tenders(matter.pk),
        permits=list(
            Permit.objects.filter(project_id=matter.pk)
            .select_related("matter", "verified_by_person")
            .order_by("issued_on", "pk")
        ),
        baselines=list(
            CostBaseline.objects.filter(project=project)
            .select_related("contract", "source_matter")
            .order_by("as_of_on", "id")
        ),
        budget_lines=list(BudgetLine.objects.filter(project_id=matter.pk).order_by("fiscal_year", "code")),
        undertakings=list(
            Undertaking.objects.filter(matter_id=matter.pk)
            .select_related("owner_person", "owner_unit")
            .order_by("due_on", "id")
        ),
        money=_money(project, contracts),
        children=list(
            Matter.objects.filter(root_id=matter.pk)
            .exclude(pk=matter.pk)
            .select_related("unit", "applicant_person")
            .order_by("-opened_on", "-id")
        ),
    )


def stage_lines(matter: Matter, day: date) -> list[StageLine]:
    """Return the six stages in order; conditions are computed for the present one only."""
    stages = domain(matter.domain).stages
    keys = [stage.key for stage in stages]
    place = keys.index(matter.stage) if matter.stage in keys else -1
    passed = {
        row.stage: row
        for row in StageGate.objects.filter(matter=matter, is_passed=True)
        .select_related("person")
        .order_by("id")
    }
    lines = []
    for number, stage in enumerate(stages):
        state = "passed" if number < place else "present" if number == place else "coming"
        row = passed.get(stage.key)
        conditions = stage.gate(matter, day) if state == "present" and matter.onboarding != "archive" else ()
        lines.append(
            StageLine(
                stage.key,
                stage.label,
                state,
                conditions,
                row.passed_at if row else None,
                row.person if row else None,
            )
        )
    return lines


def _contract(contract: Contract, day: date) -> ContractLine:
    return ContractLine(
        contract=contract,
        ceiling=ceiling_of(contract),
        standing=standing_of(contract, day),
        amendments=list(Amendment.objects.filter(contract=contract).order_by("signed_on", "pk")),
        changes=list(
            ChangeOrder.objects.filter(contract=contract)
            .select_related("matter", "approver_person")
            .order_by("proposed_on", "pk")
        ),
        reports=list(
            ProgressReport.objects.filter(contract=contract)
            .select_related("matter", "verified_by_person")
            .order_by("period_on", "pk")
        ),
        payments=[payment_line(row) for row in payments_of(contract)],
        has_opening=opening_of(contract) is not None,
    )


def payment_line(application: PaymentApplication) -> PaymentLine:
    """Return one payment with its reviews, order and receipt."""
    return PaymentLine(application, review_lines(application), order_of(application), receipt_of(application))


def _tenders(project_id: int) -> list[TenderLine]:
    lines = []
    for tender in Tender.objects.filter(project_id=project_id).select_related("matter").order_by("pk"):
        bids = list(Bid.objects.filter(tender=tender).select_related("enterprise"))
        bids.sort(key=lambda bid: (bid.rank is None, bid.rank or 0, bid.pk))
        lines.append(
            TenderLine(tender, bids, Award.objects.filter(tender=tender).select_related("enterprise").first())
        )
    return lines


def _money(project: Project, contracts: list[ContractLine]) -> list[MoneyLink]:
    live = [line for line in contracts if line.contract.status in ("active", "terminated")]
    payments = [
        payment for line in live for payment in line.payments if payment.application.status != "refused"
    ]
    original = total(line.contract.amount for line in live)
    return [
        MoneyLink("budget", project.approved_budget or NOTHING, "zone_projects#4"),
        MoneyLink("contract", original, "zone_projects#12"),
        MoneyLink("changes", committed_of(project.pk) - original, "zone_change#8"),
        MoneyLink("verified", total(line.standing.verified_value for line in live), "zone_projects#13"),
        MoneyLink("applied", total(payment.application.amount for payment in payments), "zone_funds#2"),
        MoneyLink("approved", total(payment.application.approved for payment in payments), "zone_funds#3"),
        MoneyLink("paid", total(line.standing.paid for line in live), "zone_funds#8"),
        MoneyLink(
            "receipt",
            total(payment.receipt.amount for payment in payments if payment.receipt is not None),
            "zone_funds#9",
        ),
    ]
