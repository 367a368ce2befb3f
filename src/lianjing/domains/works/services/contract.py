"""A contract from draft to filing, and the change of its payee account."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Award, BidItem
from lianjing.domains.works.queries.standing import awards_to_contract
from lianjing.domains.works.rules.contract import (
    Bond,
    BondLimits,
    check_binding,
    check_bonds,
    check_explained,
    check_no_double,
)
from lianjing.domains.works.services.basis import (
    NO_VARIABLES,
    account_of_firm,
    baseline,
    contract_named,
    firm,
    project_of,
    write_opinion,
)
from lianjing.domains.works.services.terms import comparison_of, words, write_terms
from lianjing.domains.works.services.wage_account import wage_account
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract import services as contracts
from lianjing.runtime.contract.bonds import write_bonds
from lianjing.runtime.contract.items import BillItem, copy_bill
from lianjing.runtime.contract.models import AccountChange, Contract
from lianjing.runtime.fact.services import publish
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.parties.owners import state_owners
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
    "days",
    "quality",
    "pricing",
    "manager_name",
    "start_on",
    "wage_ratio",
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
    project, winner = project_of(deed), award.enterprise
    assert winner is not None
    earlier = Contract.objects.filter(pk=deed.matter.pk).first()
    account = account_of_firm(deed, winner, earlier.payee_account if earlier else None)
    contract = contracts.draft(
        deed.act,
        matter=deed.matter,
        project=deed.root,
        tender_id=award.tender_id,
        award_id=award.pk,
        enterprise=award.enterprise,
        owner_unit_id=deed.root.unit_id,
        procurement_category=award.tender.procurement_category,
        fund_kind=project.fund_kind,
        amount_currency="CNY",
        payee_account=account,
        wage_account=wage_account(deed, winner) or (earlier.wage_account if earlier else None),
        **{name: deed.data[name] for name in TERMS},
    )
    _agree_bonds(deed, contract)
    state_owners(deed.act, winner, deed.data["owners"], source="contract")
    check_binding(write_terms(deed, contract, award), words())
    _name_parties(deed, winner)
    return NO_VARIABLES


def _name_parties(deed: Deed, winner: Enterprise) -> None:
    join_party(deed.act, deed.matter, enterprise_id=winner.pk, role="contractor")
    if deed.data["supervisor_name"].strip():
        supervisor = firm(deed.act, deed.data["supervisor_name"], deed.data["supervisor_credit_code"])
        if supervisor.pk == winner.pk:
            raise BadInput(_("监理单位不得与承包人相同"), "supervisor_name")
        join_party(deed.act, deed.matter, enterprise_id=supervisor.pk, role="supervisor")


def _agree_bonds(deed: Deed, contract: Contract) -> None:
    """Write the bonds, each within what the law lets take."""
    rows = deed.data["bonds"]
    bonds = [
        Bond(row["kind"], row["form"], row["amount"], row["is_cash_only"], row["expires_on"]) for row in rows
    ]
    limits = BondLimits(
        performance=figure("works.contract.performance_bond_ratio", deed.day),
        retention=figure("works.payment.warranty_ratio", deed.day),
    )
    assert contract.amount is not None
    check_bonds(bonds, contract_amount=contract.amount, limits=limits)
    check_no_double(bonds, retention_ratio=contract.retention_ratio, end_on=contract.end_on)
    write_bonds(deed.act, contract, rows)


def compare(deed: Deed) -> dict[str, Any]:
    """Confirm the comparison with tender and bid; what differs beside price, quality and duration needs a reason."""
    lines = comparison_of(deed.matter.pk)
    check_binding(lines, words())
    check_explained(lines, deed.data["explanation"])
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


def seal(deed: Deed) -> dict[str, Any]:
    """Enter the signing and its number in the register of seals; who approved does not keep the seal (zone_contract#2)."""
    contract = Contract.objects.get(pk=deed.matter.pk)
    contract.signed_on, contract.seal_no = deed.data["signed_on"], deed.data["seal_no"]
    deed.act.save(contract)
    return NO_VARIABLES


def file(deed: Deed) -> dict[str, Any]:
    """Put the signed contract into force: parties, bill, cost chain and the fact that the gate asks for."""
    contract = Contract.objects.get(pk=deed.matter.pk)
    signed_on = deed.data["signed_on"]
    if contract.signed_on is not None and contract.signed_on != signed_on:
        raise BadInput(_("签订日与用印登记不一致"), "signed_on")
    contract = contracts.activate(deed.act, contract, signed_on=signed_on)
    contract.published_on = deed.data["published_on"]
    deed.act.save(contract)
    copy_bill(deed.act, contract, _bill_of(contract))
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


def _bill_of(contract: Contract) -> list[BillItem]:
    """Return the bill of the winning bid."""
    if contract.tender_id is None or contract.enterprise_id is None:
        return []
    rows = BidItem.objects.filter(
        bid__tender_id=contract.tender_id, bid__enterprise_id=contract.enterprise_id
    ).order_by("id")
    return [BillItem(row.item_code, row.name, row.unit_name, row.quantity, row.unit_price) for row in rows]


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
