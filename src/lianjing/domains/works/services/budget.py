"""After the approval: detailed budget with control price, and adjustments of the approved budget."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lianjing.domains.works.models import Study
from lianjing.domains.works.queries.approvals import approver_of, first_budget, latest
from lianjing.domains.works.queries.standing import committed_of
from lianjing.domains.works.rules.initiation import (
    check_adjustment,
    check_authority,
    check_detailed,
    check_firms,
    variance,
)
from lianjing.domains.works.services.approvals import approval_of, confirmed, enter_lines, register, routing
from lianjing.domains.works.services.basis import NO_VARIABLES, baseline, firm, project_of, write_opinion
from lianjing.runtime.columns import fen
from lianjing.runtime.process.deed import Deed

NOTHING = Decimal(0)


def draft_detailed(deed: Deed) -> dict[str, Any]:
    """Enter detailed budget and control price with the firm that made them and the drawing review's certificate."""
    data, project = deed.data, project_of(deed)
    check_detailed(
        control_price=data["control_price"], detailed=data["detailed"], budget=project.approved_budget
    )
    study = Study.objects.filter(pk=deed.matter.pk).first() or Study(
        matter=deed.matter, project=project, phase="detailed_budget"
    )
    study.compiler_enterprise = firm(deed.act, data["firm_name"].strip(), data["credit_code"])
    study.compiler_name, study.compiler_no = data["compiler_name"], data["compiler_no"]
    study.works_amount, study.total = data["control_price"], data["detailed"]
    study.base_period, study.report_no = data["base_period"], data["drawing_no"].strip()
    study.prior = project.approved_budget
    ratio = variance(study.total, study.prior)
    study.variance_ratio = None if ratio is None else round(ratio, 6)
    deed.act.save(study)
    return NO_VARIABLES


def check_detailed_budget(deed: Deed) -> dict[str, Any]:
    """Check the detailed budget by another firm than its maker; what is cut goes back to the maker."""
    study = Study.objects.get(pk=deed.matter.pk)
    checker = firm(deed.act, deed.data["checker_name"].strip(), deed.data["checker_code"])
    check_firms(study.compiler_enterprise_id, checker.pk, "zone_initiation#9")
    study.checker_enterprise = checker
    deed.act.save(study)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def fiscal(deed: Deed) -> dict[str, Any]:
    """Conclude the fiscal review: detailed budget and control price stand in the cost chain."""
    study = Study.objects.get(pk=deed.matter.pk)
    assert study.total is not None and study.works_amount is not None
    check_detailed(
        control_price=study.works_amount,
        detailed=study.total,
        budget=project_of(deed).approved_budget,
    )
    baseline(deed, "detailed_budget", study.total)
    baseline(deed, "control_price", study.works_amount)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def draft_adjustment(deed: Deed) -> dict[str, Any]:
    """Enter the plan of the adjustment; the increase since the first approval decides on the audit."""
    data, project = deed.data, project_of(deed)
    check_adjustment(amount=data["amount"], budget=project.approved_budget)
    assert project.approved_budget is not None
    permit = approval_of(deed, "budget_adjustment")
    permit.amount, permit.authority = data["amount"], approver_of(deed.root.pk) or data["authority"]
    permit.conditions_text = data["cause"]
    permit.content_text = "\n".join((data["plan"], data["source"]))
    deed.act.save(permit)
    first = first_budget(deed.root.pk)
    original = first.amount if first is not None else project.approved_budget
    overrun = max(NOTHING, committed_of(deed.root.pk) - project.approved_budget)
    added = data["amount"] - project.approved_budget
    return {
        **routing(added),
        "applied_fen": fen(data["amount"]),
        "increase_fen": fen(data["amount"] - original),
        "original_fen": max(1, fen(original)),
        "advance_fen": 0,
        "contract_fen": 1,
        "overrun_fen": fen(max(overrun, added)),
        "budget_fen": max(1, fen(project.approved_budget)),
        "account_changed": False,
    }


def audit_due(deed: Deed) -> dict[str, Any]:
    """The table says whether an audit comes first; its log is the record."""
    return NO_VARIABLES


def funds_adjusted(deed: Deed) -> dict[str, Any]:
    """Enter the budget lines that pay for the increase."""
    enter_lines(deed)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def register_adjustment(deed: Deed) -> dict[str, Any]:
    """Enter the approval of the original approver; Refusal for another authority (government investment, article 23)."""
    check_authority(deed.data["authority"], approver_of(deed.root.pk))
    found = register(deed)
    permit = approval_of(deed)
    permit.authority = deed.data["authority"].strip()
    deed.act.save(permit)
    return found


def confirm_adjustment(deed: Deed) -> dict[str, Any]:
    """Confirm the adjustment: the approved budget rises, the former figure stays in the cost chain."""
    permit = confirmed(deed)
    project = project_of(deed)
    assert permit.amount is not None
    last = latest(deed.root.pk, "approved_budget")
    check_adjustment(amount=permit.amount, budget=last.amount if last else project.approved_budget)
    project.approved_budget = permit.amount
    deed.act.save(project)
    baseline(deed, "approved_budget", permit.amount, permit=permit)
    return NO_VARIABLES
