"""Proposal, feasibility and design: what is asked for, what it costs, who checked it, and the approvals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Study
from lianjing.domains.works.queries.approvals import estimate_of, has_report
from lianjing.domains.works.rules.initiation import (
    check_experts,
    check_firms,
    check_items,
    check_overrun,
    variance,
)
from lianjing.domains.works.services.approvals import (
    approval_of,
    confirmed,
    enter_lines,
    register,
    routing,
)
from lianjing.domains.works.services.basis import NO_VARIABLES, baseline, firm, project_of, write_opinion
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.deed import Deed

PARTS = ("works_amount", "equipment_amount", "other_amount", "reserve_amount")
OF_STUDY = (*PARTS, "compiler_name", "compiler_no", "base_period", "scale")


def draft(deed: Deed) -> dict[str, Any]:
    """Write the proposal with the investment asked for; written again after a return."""
    permit = approval_of(deed, "proposal")
    permit.amount, permit.authority = deed.data["amount"], deed.data["authority"]
    permit.content_text = deed.data["basis"]
    deed.act.save(permit)
    return routing(deed.data["amount"])


def funds(deed: Deed) -> dict[str, Any]:
    """Enter the budget lines that the project may draw on."""
    enter_lines(deed)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def commission_feasibility(deed: Deed) -> dict[str, Any]:
    """Enter who compiles the study; the approval record begins here."""
    return _commission(deed, "feasibility", "estimate")


def commission_design(deed: Deed) -> dict[str, Any]:
    """Enter who designs; the approval record begins here."""
    return _commission(deed, "preliminary_design", "approved_budget")


def _commission(deed: Deed, kind: str, phase: str) -> dict[str, Any]:
    data = deed.data
    permit = approval_of(deed, kind)
    permit.authority = data["authority"]
    deed.act.save(permit)
    study = _study(deed, phase)
    study.compiler_enterprise = firm(deed.act, data["firm_name"].strip(), data["credit_code"])
    study.prior = estimate_of(deed.root.pk)
    deed.act.save(study)
    return NO_VARIABLES


def _study(deed: Deed, phase: str) -> Study:
    found = Study.objects.filter(pk=deed.matter.pk).first()
    return found or Study(matter=deed.matter, project=project_of(deed), phase=phase)


def compile_study(deed: Deed) -> dict[str, Any]:
    """Enter the study's estimate by items; written again after a return."""
    study = enter_costs(deed)
    assert study.total is not None
    return routing(study.total)


def compile_design(deed: Deed) -> dict[str, Any]:
    """Enter the design budget by items; a feasibility study that a meeting passed is not decided once more."""
    study = enter_costs(deed)
    assert study.total is not None
    return routing(study.total, is_decided=hold(deed.root.pk, "decided", deed.day) is not None)


def enter_costs(deed: Deed) -> Study:
    """Write the items of a study or budget and what they differ from the stage before; part of an act."""
    data, study = deed.data, Study.objects.get(pk=deed.matter.pk)
    check_items([data[name] for name in PARTS], data["total"])
    for name in OF_STUDY:
        setattr(study, name, data[name])
    study.total = data["total"]
    study.prior = estimate_of(deed.root.pk)
    study.variance_ratio = _six(variance(data["total"], study.prior))
    deed.act.save(study)
    permit = approval_of(deed)
    permit.amount = data["total"]
    deed.act.save(permit)
    return study


def _six(ratio: Any) -> Any:
    return None if ratio is None else round(ratio, 6)


def review_study(deed: Deed) -> dict[str, Any]:
    """Write the experts' opinions with what was taken up; the assessor is another firm than the compiler."""
    _reviewed(deed, "zone_initiation#3")
    return NO_VARIABLES


def review_design(deed: Deed) -> dict[str, Any]:
    """Write the experts' opinions and stop at 110 % of the estimate (government investment, article 12)."""
    study = _reviewed(deed, "zone_initiation#4")
    assert study.total is not None
    if study.cut:
        take_cut(deed, study)
    check_overrun(
        study.total,
        estimate_of(deed.root.pk),
        figure("works.design.estimate_overrun_ratio", deed.day),
        has_report=has_report(deed.root.pk),
    )
    return routing(study.total, is_decided=hold(deed.root.pk, "decided", deed.day) is not None)


def take_cut(deed: Deed, study: Study) -> None:
    """Take the cut of the review off the total and the construction item; BadInput where it is as large as that item."""
    assert study.total is not None and study.cut is not None
    left = (study.works_amount or Decimal(0)) - study.cut
    if left <= 0:
        raise BadInput(_("核减额应小于建安费；更大的核减请退回重新编制"), "cut")
    study.works_amount, study.total = left, study.total - study.cut
    study.variance_ratio = _six(variance(study.total, study.prior))
    deed.act.save(study)
    permit = approval_of(deed)
    permit.amount = study.total
    deed.act.save(permit)


def _reviewed(deed: Deed, clause: str) -> Study:
    data, study = deed.data, Study.objects.get(pk=deed.matter.pk)
    rows = data["experts"]
    check_experts([row["name"] for row in rows], int(figure("works.feasibility.experts_min", deed.day)))
    checker = firm(deed.act, data["checker_name"].strip(), data["checker_code"])
    check_firms(study.compiler_enterprise_id, checker.pk, clause)
    study.checker_enterprise = checker
    study.cut = data.get("cut")
    study.advice_text = "\n".join(f"{row['name']}（{row['employer']}）：{row['advice']}" for row in rows)
    study.advice_reply = "\n".join(f"{row['name']}：{row['reply']}" for row in rows)
    deed.act.save(study)
    write_opinion(deed, "agree")
    return study


def register_design(deed: Deed) -> dict[str, Any]:
    """Enter the approval of design and budget; the 110 % limit holds for the approved sum as well."""
    check_overrun(
        deed.data["amount"],
        estimate_of(deed.root.pk),
        figure("works.design.estimate_overrun_ratio", deed.day),
        has_report=has_report(deed.root.pk),
    )
    return register(deed)


def confirm_proposal(deed: Deed) -> dict[str, Any]:
    """Confirm the approval of the proposal."""
    confirmed(deed, "proposal_approved")
    return NO_VARIABLES


def confirm_feasibility(deed: Deed) -> dict[str, Any]:
    """Confirm the approval of the study: its estimate is the base of the 110 % limit."""
    permit = confirmed(deed, "feasibility_approved")
    _into_chain(deed, "estimate", permit)
    return NO_VARIABLES


def confirm_design(deed: Deed) -> dict[str, Any]:
    """Confirm the approval: the project is approved and its budget caps all later sums (zone_projects#4, #10)."""
    permit = confirmed(deed, "project_approved")
    project = project_of(deed)
    project.approved_budget = permit.amount
    project.status = "preparation"
    deed.act.save(project)
    _into_chain(deed, "approved_budget", permit)
    return NO_VARIABLES


def _into_chain(deed: Deed, kind: str, permit: Permit) -> None:
    assert permit.amount is not None
    baseline(deed, kind, permit.amount, permit=permit)
