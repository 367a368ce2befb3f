"""A supplementary agreement: a matter of its own, up to the contract plus what changes have approved."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import ChangeOrder
from lianjing.domains.works.queries.standing import ceiling_of
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, write_opinion
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.contract import services as contracts
from lianjing.runtime.contract.models import Amendment, Contract
from lianjing.runtime.contract.queries import original_amount
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give

CLAUSE = "zone_change#13"


def draft(deed: Deed) -> dict[str, Any]:
    """Write the draft; the sum may not exceed contract plus approved changes (zone_change#8)."""
    contract = contract_named(deed)
    change = _change_named(deed, contract)
    new_end_on = deed.data["new_end_on"]
    if new_end_on is not None and contract.signed_on is not None and new_end_on < contract.signed_on:
        raise BadInput(_("新完工日不得早于合同签订"), "new_end_on")
    contracts.propose_amendment(
        deed.act,
        contract,
        matter=deed.matter,
        approved_changes=ceiling_of(contract) - original_amount(contract),
        code=deed.data["code"],
        new_amount=deed.data["new_amount"],
        new_end_on=new_end_on,
        reason=deed.data["reason"],
        text=deed.data["text"],
        change_order_id=None if change is None else change.pk,
    )
    if contract.enterprise_id is not None:
        join_party(deed.act, deed.matter, enterprise_id=contract.enterprise_id, role="contractor")
    return NO_VARIABLES


def _change_named(deed: Deed, contract: Contract) -> ChangeOrder | None:
    number = deed.data["change_order"]
    if number is None:
        return None
    found = ChangeOrder.objects.filter(pk=number, contract=contract, status="approved").first()
    if found is None:
        raise BadInput(_("依据变更须是本合同已批准的变更"), "change_order")
    return found


def countersign(deed: Deed) -> dict[str, Any]:
    """Countersign as finance or legal post (zone_contract#3)."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Approve the agreement; the sum is held against the ceiling again, which may have moved meanwhile."""
    row = Amendment.objects.select_related("contract").get(pk=deed.matter.pk)
    contracts.propose_amendment(
        deed.act,
        row.contract,
        matter=deed.matter,
        approved_changes=ceiling_of(row.contract) - original_amount(row.contract),
    )
    write_opinion(deed, "agree")
    return NO_VARIABLES


def seal(deed: Deed) -> dict[str, Any]:
    """Enter the signing and its number in the register of seals (zone_contract#2)."""
    row = Amendment.objects.get(pk=deed.matter.pk)
    row.signed_on, row.seal_no = deed.data["signed_on"], deed.data["seal_no"]
    deed.act.save(row)
    return NO_VARIABLES


def file(deed: Deed) -> dict[str, Any]:
    """Put the agreement into force and close the undertaking that asked for it."""
    row = Amendment.objects.select_related("contract").get(pk=deed.matter.pk)
    if row.signed_on is None:
        raise BadInput(_("补充协议尚未签署"), "")
    contracts.sign_amendment(deed.act, row, signed_on=row.signed_on)
    if row.change_order_id is not None:
        _fulfil(deed, row.change_order_id)
    return NO_VARIABLES


def ask_for(deed: Deed, change: ChangeOrder) -> None:
    """Ask for a supplementary agreement on a change, with its day; part of an act (zone_change#13)."""
    due_on = calendar().add_working_days(
        deed.day, int(figure("works.change.supplement_working_days", deed.day))
    )
    give(
        deed.act,
        what=_("就变更“%(change)s”签订补充协议") % {"change": change.code or deed.matter.title},
        due_on=due_on,
        source_kind="obligation",
        matter=deed.matter,
        category="project",
        owner_unit=Unit.objects.get(pk=deed.matter.unit_id),
        document_kind="agreement",
        clause=CLAUSE,
    )


def _fulfil(deed: Deed, change_matter_id: int) -> None:
    paper = Document.objects.filter(matter=deed.matter, kind="agreement").order_by("id").last()
    for owed in Undertaking.objects.filter(
        matter_id=change_matter_id, source_kind="obligation", clause=CLAUSE, closed_on__isnull=True
    ).order_by("id"):
        close_with(deed, owed, paper)


def close_with(deed: Deed, owed: Undertaking, paper: Document | None) -> None:
    """Close an undertaking by the act that fulfils it, with the paper that proves it; part of an act."""
    owed.evidence_document = paper
    owed.checker_person_id = deed.person_id
    owed.result, owed.list_state, owed.closed_on = "done", "closed", deed.day
    deed.act.save(owed)


def withdrawn(deed: Deed) -> None:
    """Close the draft without effect."""
    row = Amendment.objects.filter(pk=deed.matter.pk).first()
    if row is not None and row.status == "draft":
        contracts.cancel_amendment(deed.act, row)
