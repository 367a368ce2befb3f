"""What the verbs of works stand on: the project of a matter, the contract it names, firms and their accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import CostBaseline, Project
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.parties.queries import (
    accounts_of,
    accounts_with_number,
    enterprise_by_code,
    enterprises_named,
)
from lianjing.runtime.parties.services import correct_enterprise, open_account, register_enterprise
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import Opinion
from lianjing.runtime.trail.act import Act

NO_VARIABLES: dict[str, Any] = {}


def project_of(deed: Deed) -> Project:
    """Return the project record of the deed's root matter."""
    return Project.objects.get(pk=deed.root.pk)


def contract_named(deed: Deed) -> Contract:
    """Return the active contract of this project that the form names; Refusal for any other (C1, zone_funds#1)."""
    number = deed.data["contract"]
    found = (
        Contract.objects.filter(pk=number, project_id=deed.root.pk, status="active")
        .select_related("enterprise", "payee_account", "project")
        .first()
    )
    if found is None:
        raise Refusal(
            Ground.RULE,
            "payment.not_on_platform",
            _("该合同未在本平台本项目下登记生效，不得办理"),
            "zone_funds#1",
        )
    return found


def firm(act: Act, name: str, credit_code: str) -> Enterprise:
    """Return the firm of this code or, without one, of exactly this name; register it where it is new.

    Of two firms with one name, neither is guessed: a new row is written and the code must tell them apart.
    """
    found = enterprise_by_code(credit_code)
    if found is not None:
        return found
    named = list(enterprises_named(name))
    if len(named) == 1 and not (credit_code and named[0].credit_code):
        return correct_enterprise(act, named[0], credit_code=credit_code) if credit_code else named[0]
    return register_enterprise(act, name=name, credit_code=credit_code)


def account_of_firm(deed: Deed, holder: Enterprise, present: Account | None = None) -> Account:
    """Return the account that the form's fields name, opened where it is new; the present one where no number is given.

    Refusal where the holder's name is not the firm's: money goes to the party of the contract (zone_funds#14).
    """
    number = deed.data["account_no"].digits
    if not number and present is not None:
        return present
    if deed.data["holder_name"].strip() != holder.name:
        raise Refusal(
            Ground.RULE,
            "account.other_holder",
            _("收款账户户名须与合同相对人“%(name)s”一致") % {"name": holder.name},
            "zone_funds#14",
        )
    key = f"enterprise:{holder.pk}"
    same = set(accounts_with_number(number).values_list("pk", flat=True))
    for account in accounts_of(key, deed.day):
        if account.pk in same:
            return account
    return open_account(
        deed.act,
        holder=key,
        holder_name=holder.name,
        account_no=number,
        bank_name=deed.data["bank_name"],
        kind="basic",
        from_on=deed.day,
    )


def baseline(
    deed: Deed,
    kind: str,
    amount: Decimal,
    contract: Contract | None = None,
    *,
    permit: Permit | None = None,
) -> CostBaseline:
    """Add a figure to the project's cost chain; an equal one from the same matter is not added twice."""
    last = (
        CostBaseline.objects.filter(
            project_id=deed.root.pk, kind=kind, source_matter=deed.matter, contract=contract
        )
        .order_by("id")
        .last()
    )
    if last is not None and last.amount == amount:
        return last
    return deed.act.save(
        CostBaseline(
            project_id=deed.root.pk,
            contract=contract,
            kind=kind,
            amount=amount,
            as_of_on=deed.day,
            permit=permit,
            source_matter=deed.matter,
        )
    )


def write_opinion(deed: Deed, result: str) -> Opinion:
    """Write a department's opinion of this step; it is never overwritten, a later round adds its own."""
    item = deed.item
    assert item is not None
    return deed.act.save(
        Opinion(
            domain=deed.matter.domain,
            matter=deed.matter,
            work_item=item,
            unit_id=item.unit_id,
            person_id=deed.person_id,
            requested_at=item.opened_at,
            due_at=item.due_at,
            given_at=deed.now,
            result=result,
            text=deed.data.get("opinion", ""),
            is_overdue=item.due_at is not None and deed.now > item.due_at,
        )
    )


def agree(deed: Deed) -> dict[str, Any]:
    """Give an opinion that agrees: the verb of steps that only say so (to disagree is to return)."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def note(deed: Deed) -> dict[str, Any]:
    """Do a step whose form is its whole content."""
    return NO_VARIABLES
