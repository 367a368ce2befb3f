"""Initiation: the proposal, the funds behind it, and the approval with its budget, which caps all later sums."""

from __future__ import annotations

from typing import Any

from lianjing.domains.works.models import Initiation
from lianjing.domains.works.services.basis import NO_VARIABLES, baseline, project_of, write_opinion
from lianjing.runtime.fact.services import publish
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.process.deed import Deed


def draft(deed: Deed) -> dict[str, Any]:
    """Write the proposal with the budget asked for; written again after a return."""
    record = Initiation.objects.filter(pk=deed.matter.pk).first() or Initiation(
        matter=deed.matter, project=project_of(deed)
    )
    record.approved_budget = deed.data["requested_budget"]
    record.authority = deed.data["authority"]
    deed.act.save(record)
    return NO_VARIABLES


def funds(deed: Deed) -> dict[str, Any]:
    """Enter the budget lines that the project may draw on; those entered before a return are replaced by code and year."""
    for row in deed.data["lines"]:
        line = BudgetLine.objects.filter(
            project=deed.root, code=row["code"], fiscal_year=row["fiscal_year"]
        ).first()
        line = line or BudgetLine(
            domain="works",
            project=deed.root,
            unit_id=deed.root.unit_id,
            code=row["code"],
            fiscal_year=row["fiscal_year"],
        )
        line.name, line.fund_kind, line.amount = row["name"], row["fund_kind"], row["amount"]
        deed.act.save(line)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def register(deed: Deed) -> dict[str, Any]:
    """Enter the approval as the paper says; nothing follows from it before the second person confirms."""
    record = Initiation.objects.get(pk=deed.matter.pk)
    record.permit_no = deed.data["permit_no"]
    record.issued_on = deed.data["issued_on"]
    record.approved_budget = deed.data["approved_budget"]
    deed.act.save(record)
    return NO_VARIABLES


def confirm(deed: Deed) -> dict[str, Any]:
    """Confirm the approval: the project is approved and its budget caps all later sums (zone_projects#4, #10)."""
    record = Initiation.objects.get(pk=deed.matter.pk)
    assert record.approved_budget is not None and record.issued_on is not None
    project = project_of(deed)
    project.approved_budget = record.approved_budget
    project.status = "preparation"
    deed.act.save(project)
    baseline(deed, "approved_budget", record.approved_budget)
    publish(
        deed.act,
        matter=deed.root,
        kind="project_approved",
        from_on=record.issued_on,
        source_matter=deed.matter,
    )
    return NO_VARIABLES
