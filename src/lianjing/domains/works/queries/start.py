"""What a project shows before its works may start, and how its time was planned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lianjing.domains.works.models import WorkStart
from lianjing.domains.works.rules.site import StartView, planned_ratio
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.queries import current_end
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.payment.models import BudgetLine


def permitted_from(project_id: int, day: date) -> date | None:
    """Return the day from which the construction permit holds, None where none does."""
    fact = hold(project_id, "construction_permitted", day)
    return None if fact is None else fact.from_on


def is_funded(project_id: int, day: date) -> bool:
    """Return whether money stands behind the works: the fact that says so, or a budget line of the project."""
    if hold(project_id, "funds_in_place", day) is not None:
        return True
    return BudgetLine.objects.filter(project_id=project_id, amount__gt=0).exists()


def start_of(contract: Contract) -> WorkStart | None:
    """Return the approved start of a contract's works."""
    return WorkStart.objects.filter(contract=contract, status="approved").order_by("start_on", "pk").first()


def planned_on(contract: Contract, day: date) -> Decimal | None:
    """Return how far the works of a contract should be on a day by their approved plan; None without a plan."""
    start = start_of(contract)
    if start is None:
        return None
    agreed = current_end(contract)
    end = max(agreed, start.planned_end_on) if agreed and start.planned_end_on else start.planned_end_on
    return planned_ratio(start.start_on, end, day)


def start_view(row: WorkStart, project_id: int, day: date) -> StartView:
    """Return what stands behind an application on a day."""
    return StartView(
        permitted_from=permitted_from(project_id, day),
        is_funded=is_funded(project_id, day),
        has_wage_account=row.has_wage_account,
        has_bond=row.has_bond,
        has_real_name=row.has_real_name,
        is_ready=row.is_ready,
        is_staff_as_bid=row.is_staff_as_bid,
        replacement=row.replacement,
    )
