"""Taking over a running project: present stage, opening sums with their papers, and what is still owed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.forms.onboard import OnboardForm
from lianjing.domains.works.models import Onboarding, Project
from lianjing.domains.works.rules.archive import YUAN
from lianjing.domains.works.services.basis import NO_VARIABLES, account_of_firm, baseline, firm, write_opinion
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.contract.services import activate, draft
from lianjing.runtime.documents.models import Document
from lianjing.runtime.fact.services import publish
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.org.models import Person
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.undertaking.services import give

SUMS = (
    "change_amount",
    "verified_value",
    "verified_ratio",
    "advance_outstanding",
    "retention_held",
    "paid_to_date",
)
TERMS = ("code", "title", "amount", "signed_on", "advance_ratio", "progress_ratio", "retention_ratio")
# The paper that each opening sum rests on (zone_funds#17).
PAPER_OF = {
    "amount": "contract",
    "change_amount": "change",
    "verified_value": "progress",
    "advance_outstanding": "voucher",
    "retention_held": "voucher",
    "paid_to_date": "voucher",
}
STATUS_OF = {"contract": "preparation", "implementation": "implementation", "payment": "completion"}


def propose(deed: Deed) -> dict[str, Any]:
    """Enter stage, contract, opening sums and missing papers; nothing takes effect before the approval.

    Undertakings and the contract's being in force wait for the second person (zone_projects#16).
    """
    _require_papers(deed)
    data = deed.data
    contractor = firm(deed.act, data["contractor_name"], data["contractor_credit_code"])
    row = Onboarding.objects.filter(pk=deed.matter.pk).first() or Onboarding(
        matter=deed.matter, project_id=deed.root.pk
    )
    account = account_of_firm(deed, contractor, row.payee_account)
    matter = _contract(deed, row)
    contract = draft(
        deed.act,
        matter=matter,
        project=deed.root,
        enterprise=contractor,
        payee_account=account,
        owner_unit_id=deed.root.unit_id,
        kind="works",
        procurement_category="works",
        amount_currency="CNY",
        **{name: data[name] for name in TERMS},
    )
    join_party(deed.act, contract.matter, enterprise_id=contractor.pk, role="contractor")
    if data["supervisor_name"].strip():
        supervisor = firm(deed.act, data["supervisor_name"], data["supervisor_credit_code"])
        join_party(deed.act, contract.matter, enterprise_id=supervisor.pk, role="supervisor")
    row.contract, row.stage, row.payee_account, row.status = contract, data["stage"], account, "proposed"
    row.missing = "\n".join(
        f"{each['document_kind']}\t{each['owner']}\t{each['due_on']:%Y-%m-%d}\t{each['what']}"
        for each in data["missing"]
    )
    for name in SUMS:
        setattr(row, name, data[name])
    deed.act.save(row)
    _budget_line(deed)
    return NO_VARIABLES


def _require_papers(deed: Deed) -> None:
    """Refuse an opening sum without its paper: red lines will count it for as long as the contract lives."""
    present = set(Document.objects.filter(matter=deed.matter).values_list("kind", flat=True))
    for name, kind in PAPER_OF.items():
        if deed.data[name] and kind not in present:
            raise Refusal(
                Ground.DOCUMENTS,
                "onboard.paper",
                _("“%(sum)s”须附“%(paper)s”")
                % {"sum": OnboardForm.base_fields[name].label, "paper": codes.label("document_kind", kind)},
                "zone_funds#17",
            )


def _contract(deed: Deed, row: Onboarding) -> Matter:
    """Return the matter of the contract taken over: the archived one named, that of this take-over, or a new one."""
    named = deed.data["contract"]
    if named:
        found = (
            Contract.objects.select_related("matter")
            .filter(pk=named, project_id=deed.root.pk)
            .exclude(status="active")
            .first()
        )
        if found is None:
            raise BadInput(_("存档合同不属于该项目或已生效"), "contract")
        if found.status != "draft":
            found.status = "draft"
            deed.act.save(found)
        return found.matter
    if row.contract is not None:
        return row.contract.matter
    matter = Matter(
        domain="works",
        kind="contract",
        title=deed.data["title"],
        unit_id=deed.root.unit_id,
        parent=deed.root,
        root=deed.root,
        status="archived",
        opened_on=deed.day,
        onboarding="archive",
        is_before_platform=True,
    )
    return deed.act.save(matter)


def _budget_line(deed: Deed) -> None:
    code, year = deed.data["budget_code"], deed.day.year
    line = BudgetLine.objects.filter(project=deed.root, code=code, fiscal_year=year).first()
    line = line or BudgetLine(
        domain="works",
        project=deed.root,
        unit_id=deed.root.unit_id,
        code=code,
        fiscal_year=year,
        name=deed.root.title,
    )
    line.amount = deed.data["budget_amount"]
    deed.act.save(line)


def audit(deed: Deed) -> dict[str, Any]:
    """Record that each sum was compared with its paper."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Take the project over: stage, contract in force with its opening sums, undertakings for what is missing.

    What was before stays marked as before the platform, not proved (zone_projects#15).
    """
    row = Onboarding.objects.select_related("contract__matter").get(pk=deed.matter.pk)
    contract, root = row.contract, deed.root
    assert contract is not None and contract.signed_on is not None and contract.amount is not None
    row.status, row.approved_by_person_id, row.approved_on = "approved", deed.person_id, deed.day
    deed.act.save(row)
    _bring_into_force(deed, contract)
    if root.onboarding != "taken_over":
        root.onboarding, root.status, root.stage = "taken_over", "open", row.stage
        root.applicant_person_id = root.applicant_person_id or deed.matter.applicant_person_id
        deed.act.save(root)
        project = Project.objects.get(pk=root.pk)
        project.status = STATUS_OF.get(row.stage, project.status)
        _leave_other_currency(project)
        deed.act.save(project)
    for line in row.missing.splitlines():
        _owe(deed, line)
    return NO_VARIABLES


def _leave_other_currency(project: Project) -> None:
    """From here on the project counts in yuan: sums of another currency are not converted and not compared.

    What was printed stays in the trail of the import; the budget is unknown until it is entered from its paper.
    """
    if project.currency not in YUAN:
        project.currency, project.approved_budget, project.total_investment = "CNY", None, None


def _bring_into_force(deed: Deed, contract: Contract) -> None:
    assert contract.signed_on is not None and contract.amount is not None
    activate(deed.act, contract, signed_on=contract.signed_on)
    matter = contract.matter
    matter.status, matter.outcome, matter.onboarding, matter.is_before_platform = (
        "closed",
        "done",
        "taken_over",
        True,
    )
    deed.act.save(matter)
    for party in MatterParty.objects.filter(matter=matter, role__in=("contractor", "supervisor")).order_by(
        "id"
    ):
        join_party(deed.act, deed.root, enterprise_id=party.enterprise_id, role=party.role)
    baseline(deed, "contract", contract.amount, contract)
    publish(
        deed.act,
        matter=deed.root,
        kind="contract_signed",
        from_on=contract.signed_on,
        source_matter=deed.matter,
    )


def _owe(deed: Deed, line: str) -> None:
    """Give an undertaking for one missing paper: owner, due day, and the kind of paper that closes it (zone_projects#17)."""
    kind, owner, due_on, what = line.split("\t", maxsplit=3)
    give(
        deed.act,
        what=what,
        due_on=date.fromisoformat(due_on),
        source_kind="onboarding",
        matter=deed.root,
        category="document",
        owner_person=Person.objects.select_related("unit").get(pk=int(owner)),
        document_kind=kind,
        clause="zone_projects#17",
    )


def withdrawn(deed: Deed) -> None:
    """Close the proposal without effect: the project stays archive."""
    row = Onboarding.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "withdrawn"
        deed.act.save(row)
