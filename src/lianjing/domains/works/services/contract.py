"""A contract from draft to filing, and the change of its payee account."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Award
from lianjing.domains.works.queries.standing import awards_to_contract
from lianjing.domains.works.services.basis import (
    NO_VARIABLES,
    account_of_firm,
    baseline,
    contract_named,
    firm,
    project_of,
    write_opinion,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract import services as contracts
from lianjing.runtime.contract.models import AccountChange, Contract
from lianjing.runtime.fact.services import publish
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.process.deed import Deed

TERMS = (
    "code",
    "title",
    "kind",
    "amount",
    "provisional",
    "end_on",
    "advance_ratio",
    "progress_ratio",
    "retention_ratio",
    "payment_days",
    "has_audit_condition",
)


def draft(deed: Deed) -> dict[str, Any]:
    """Write the draft of an award with notice: same party and same price (regulation article 57)."""
    award = _award_named(deed)
    if deed.data["amount"] != award.amount:
        raise Refusal(
            Ground.RULE,
            "contract.other_amount",
            _("合同价须与中标价%(amount)s元一致") % {"amount": f"{award.amount:,.2f}"},
            "tendering_regulation#57",
        )
    project = project_of(deed)
    earlier = Contract.objects.filter(pk=deed.matter.pk).first()
    account = account_of_firm(deed, award.enterprise, earlier.payee_account if earlier else None)
    contracts.draft(
        deed.act,
        matter=deed.matter,
        project=deed.root,
        tender_id=award.tender_id,
        enterprise=award.enterprise,
        owner_unit_id=deed.root.unit_id,
        procurement_category=award.tender.procurement_category,
        fund_kind=project.fund_kind,
        amount_currency="CNY",
        payee_account=account,
        **{name: deed.data[name] for name in TERMS},
    )
    join_party(deed.act, deed.matter, enterprise_id=award.enterprise_id, role="contractor")
    if deed.data["supervisor_name"].strip():
        supervisor = firm(deed.act, deed.data["supervisor_name"], deed.data["supervisor_credit_code"])
        if supervisor.pk == award.enterprise_id:
            raise BadInput(_("监理单位不得与承包人相同"), "supervisor_name")
        join_party(deed.act, deed.matter, enterprise_id=supervisor.pk, role="supervisor")
    return NO_VARIABLES


def _award_named(deed: Deed) -> Award:
    for award in awards_to_contract(deed.root.pk, deed.matter.pk):
        if award.pk == deed.data["award"]:
            return award
    raise Refusal(
        Ground.RULE, "contract.no_award", _("没有已发中标通知书的定标结果，不得订立合同"), "tendering_law#46"
    )


def countersign(deed: Deed) -> dict[str, Any]:
    """Countersign as cost, finance or legal post, each on its own (zone_projects#12)."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def approve(deed: Deed) -> dict[str, Any]:
    """Approve the signing; the post that approved stays with the contract."""
    contract = Contract.objects.get(pk=deed.matter.pk)
    contract.approver_post_id = deed.act.actor.post_id
    deed.act.save(contract)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def file(deed: Deed) -> dict[str, Any]:
    """Put the signed contract into force: parties, cost chain and the fact that the gate asks for."""
    contract = contracts.activate(
        deed.act, Contract.objects.get(pk=deed.matter.pk), signed_on=deed.data["signed_on"]
    )
    assert (
        contract.enterprise_id is not None and contract.amount is not None and contract.signed_on is not None
    )
    role = "supervisor" if contract.kind == "supervision" else "contractor"
    join_party(deed.act, deed.root, enterprise_id=contract.enterprise_id, role=role)
    named = parties_of(deed.matter.pk, "supervisor")
    for enterprise_id in named:
        join_party(deed.act, deed.root, enterprise_id=enterprise_id, role="supervisor")
    baseline(deed, "contract", contract.amount, contract)
    publish(
        deed.act,
        matter=deed.root,
        kind="contract_signed",
        from_on=contract.signed_on,
        source_matter=deed.matter,
    )
    return NO_VARIABLES


def parties_of(matter_id: int, role: str) -> list[int]:
    """Return the firms that a matter names in a role."""
    return list(
        MatterParty.objects.filter(matter_id=matter_id, role=role)
        .order_by("id")
        .values_list("enterprise_id", flat=True)
    )


def withdrawn(deed: Deed) -> None:
    """Cancel the draft, so that the award can be contracted again."""
    contract = Contract.objects.filter(pk=deed.matter.pk, status="draft").first()
    if contract is not None:
        contracts.end(deed.act, contract, status="cancelled")


def propose_account(deed: Deed) -> dict[str, Any]:
    """Apply for another payee account; the contract's stays what it is until the approval."""
    contract = contract_named(deed)
    assert contract.enterprise is not None
    contracts.propose_account_change(
        deed.act,
        matter=deed.matter,
        contract=contract,
        new_account=account_of_firm(deed, contract.enterprise),
        reason=deed.data["reason"],
    )
    return NO_VARIABLES


def approve_account(deed: Deed) -> dict[str, Any]:
    """Approve the account change: the one way in which a payee account changes (zone_funds#14)."""
    contracts.approve_account_change(deed.act, AccountChange.objects.get(pk=deed.matter.pk))
    write_opinion(deed, "agree")
    return NO_VARIABLES


def account_withdrawn(deed: Deed) -> None:
    """Close the application without effect."""
    change = AccountChange.objects.filter(pk=deed.matter.pk, status="proposed").first()
    if change is not None:
        contracts.refuse_account_change(deed.act, change)
