"""What proposal, feasibility, design and adjustment share: meeting, filing, the approval and its second person."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Project
from lianjing.domains.works.queries.approvals import applied_for, decision_on
from lianjing.domains.works.rules.initiation import check_reported
from lianjing.domains.works.services.basis import NO_VARIABLES, project_of
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.columns import fen
from lianjing.runtime.fact.services import publish
from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.permit import services as permits
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.reviews import conclude

SEQ = 4  # the place of the collective decision among the reviews of a matter


def approval_of(deed: Deed, kind: str = "") -> Permit:
    """Return the approval record of the deed's matter; a new, pending one where there is none yet."""
    found = Permit.objects.filter(pk=deed.matter.pk).first()
    return found or Permit(
        matter=deed.matter, domain=deed.matter.domain, project=deed.root, kind=kind, result="pending"
    )


def routing(amount: Decimal, *, is_decided: bool = False) -> dict[str, Any]:
    """Return the variables that the table of collective decisions reads."""
    return {"amount_fen": fen(amount), "applied_fen": fen(amount), "is_decided": is_decided}


def tier(deed: Deed) -> dict[str, Any]:
    """Where the table says that no meeting is due, the rule itself records it with the clause of the row that matched."""
    assert deed.decided is not None
    if not deed.decided.outputs["is_collective"]:
        clause = deed.decided.matched[0].clause
        conclude(deed, kind="collective", result="not_required", seq=SEQ, clause=clause)
    return NO_VARIABLES


def collective(deed: Deed) -> dict[str, Any]:
    """Record the decision of the body that the table named; Refusal where no meeting passed the matter with its sum."""
    amount = applied_for(deed.matter.pk)
    item = decision_on(deed.matter.pk, amount)
    if item is None:
        smaller = decision_on(deed.matter.pk, None)
        raise Refusal(
            Ground.RULE,
            "collective.amount" if smaller else "collective.not_passed",
            _("会议通过的金额小于本次报批金额") if smaller else _("没有规定机构通过此事项的会议记录"),
            "zone_initiation#5",
        )
    conclude(
        deed,
        kind="collective",
        result="pass",
        seq=SEQ,
        opinion_text=deed.data["opinion"],
        agenda_item=item,
    )
    return NO_VARIABLES


def filing(deed: Deed) -> dict[str, Any]:
    """Enter the project code and the acceptance number of the filing."""
    data, project = deed.data, project_of(deed)
    permit = approval_of(deed)
    permit.acceptance_no, permit.applied_on = data["acceptance_no"].strip(), data["applied_on"]
    permit.authority = data["authority"].strip() or permit.authority
    deed.act.save(permit)
    if code := data["project_code"]:
        _give_code(deed, project, code)
    return NO_VARIABLES


def _give_code(deed: Deed, project: Project, code: str) -> None:
    if project.project_code == code:
        return
    project.project_code = code
    deed.act.save(project)


def register(deed: Deed) -> dict[str, Any]:
    """Enter the approval as the paper says; nothing follows from it before the second person confirms."""
    data, permit = deed.data, approval_of(deed)
    check_reported(data["amount"], applied=applied_for(deed.matter.pk))
    permit.permit_no, permit.issued_on = data["permit_no"].strip(), data["issued_on"]
    permit.amount, permit.result = data["amount"], "granted"
    permit.content_text = data["content_text"] or permit.content_text
    count_days(deed, permit, "works.initiation.authority_working_days")
    deed.act.save(permit)
    return NO_VARIABLES


def count_days(deed: Deed, permit: Permit, limit_key: str) -> None:
    """Set the legal limit and the working days that the authority took, by the calendar; empty where not known."""
    try:
        permit.legal_limit_days = int(figure(limit_key, deed.day)) if limit_key else None
    except MissingFigure:
        permit.legal_limit_days = None
    applied, issued = permit.applied_on, permit.issued_on
    permit.working_days_used = None
    if applied is not None and issued is not None:
        permit.working_days_used = calendar().working_days_between(applied, issued)


def confirmed(deed: Deed, fact: str = "") -> Permit:
    """Confirm the approval by the second person and publish the fact that follows from it."""
    permit = permits.verify(deed.act, Permit.objects.get(pk=deed.matter.pk))
    assert permit.issued_on is not None and permit.amount is not None
    if fact:
        publish(deed.act, matter=deed.root, kind=fact, from_on=permit.issued_on, source_matter=deed.matter)
    return permit


def note_decision(deed: Deed) -> dict[str, Any]:
    """Record the meeting's decision and publish it as a fact: a later design is not put to the meeting again."""
    collective(deed)
    publish(deed.act, matter=deed.root, kind="decided", from_on=deed.day, source_matter=deed.matter)
    return NO_VARIABLES


def enter_lines(deed: Deed) -> None:
    """Enter the budget lines that the project may draw on; one entered before is replaced by code and year."""
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
