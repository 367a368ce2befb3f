"""Writes of contracts: draft, sign, amend, and the payee account, which changes by its own approval only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import AccountChange, Amendment, Contract
from lianjing.runtime.contract.queries import NOTHING, approved_total, current_amount
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Account
from lianjing.runtime.trail.act import Act

ACCOUNT_CLAUSE = "zone_funds#14"
CHANGE_CLAUSE = "zone_change#8"
RATIOS = ("advance_ratio", "progress_ratio", "retention_ratio")


def draft(act: Act, *, matter: Matter, project: Matter, **columns: Any) -> Contract:
    """Write or rewrite the draft of a contract; part of an act. A contract in force is not rewritten."""
    contract = Contract.objects.filter(pk=matter.pk).first() or Contract(
        matter=matter, domain=matter.domain, status="draft"
    )
    if contract.status != "draft":
        raise Refusal(
            Ground.RULE,
            "contract.not_draft",
            _("合同已生效，不能直接修改；变更金额须走工程变更"),
            CHANGE_CLAUSE,
        )
    contract.project = project
    for name, value in columns.items():
        setattr(contract, name, value)
    _require_sums(contract)
    return act.save(contract)


def _require_sums(contract: Contract) -> None:
    if contract.amount is not None and contract.amount <= 0:
        raise BadInput(_("合同价必须大于零"), "amount")
    provisional = contract.provisional or NOTHING
    if provisional < 0 or (contract.amount is not None and provisional > contract.amount):
        raise BadInput(_("暂列金额不能为负，也不能超过合同价"), "provisional")
    for name in RATIOS:
        ratio = getattr(contract, name)
        if ratio is not None and not 0 <= ratio <= 1:
            raise BadInput(_("比例应在0到1之间"), name)


def activate(act: Act, contract: Contract, *, signed_on: date) -> Contract:
    """Put a signed contract into force; part of an act. Refuses one without sum, party or payee account."""
    if contract.status not in ("draft", "pending"):
        raise Refusal(Ground.RULE, "contract.not_draft", _("合同不在待生效状态"), CHANGE_CLAUSE)
    if signed_on > act.day:
        raise BadInput(_("签订日不能晚于今天"), "signed_on")
    missing = [
        word
        for word, value in (
            (_("合同价"), contract.amount),
            (_("承包人"), contract.enterprise_id),
            (_("收款账户"), contract.payee_account_id),
        )
        if value is None
    ]
    if missing:
        raise Refusal(
            Ground.RULE,
            "contract.incomplete",
            _("合同缺少：%(what)s") % {"what": _("、").join(missing)},
            "zone_projects#12",
        )
    contract.signed_on = signed_on
    contract.status = "active"
    return act.save(contract)


def end(act: Act, contract: Contract, *, status: str) -> Contract:
    """End a contract: terminated or cancelled; part of an act."""
    if status not in ("terminated", "cancelled"):
        raise BadInput(_("合同状态不正确"), "status")
    contract.status = status
    return act.save(contract)


def propose_amendment(
    act: Act, contract: Contract, *, matter: Matter, approved_changes: Decimal, **columns: Any
) -> Amendment:
    """Write or rewrite a supplementary agreement; part of an act. It takes effect when it is signed.

    Refuses a sum beyond contract plus approved changes: an agreement only writes down what changes approved.
    """
    amendment = Amendment.objects.filter(pk=matter.pk).first() or Amendment(
        matter=matter, contract=contract, status="draft"
    )
    if amendment.status != "draft":
        raise Refusal(Ground.STALE, "contract.amendment_signed", _("补充协议已生效，不能修改"), CHANGE_CLAUSE)
    for name, value in columns.items():
        setattr(amendment, name, value)
    ceiling = approved_total(contract, approved_changes)
    if amendment.new_amount > ceiling:
        raise Refusal(
            Ground.RULE,
            "contract.amendment_over_changes",
            _("补充协议价%(new)s元超过合同价加已批准变更%(ceiling)s元，请先办理工程变更")
            % {"new": f"{amendment.new_amount:,.2f}", "ceiling": f"{ceiling:,.2f}"},
            CHANGE_CLAUSE,
        )
    amendment.contract = contract
    amendment.delta = amendment.new_amount - current_amount(contract)
    return act.save(amendment)


def sign_amendment(act: Act, amendment: Amendment, *, signed_on: date) -> Amendment:
    """Put a supplementary agreement into force; part of an act."""
    if signed_on > act.day:
        raise BadInput(_("签订日不能晚于今天"), "signed_on")
    if not in_time(amendment, signed_on):
        raise BadInput(_("补充协议不得早于合同签订"), "signed_on")
    amendment.signed_on, amendment.status = signed_on, "active"
    return act.save(amendment)


def in_time(amendment: Amendment, signed_on: date) -> bool:
    """Return whether a day is not before the signing of the contract itself."""
    first = amendment.contract.signed_on
    return first is None or signed_on >= first


def cancel_amendment(act: Act, amendment: Amendment) -> Amendment:
    """Close a draft of a supplementary agreement without effect; part of an act."""
    amendment.status = "cancelled"
    return act.save(amendment)


def propose_account_change(
    act: Act, *, matter: Matter, contract: Contract, new_account: Account, reason: str
) -> AccountChange:
    """Write or rewrite the application for another payee account; part of an act. The contract stays as it is."""
    if not reason.strip():
        raise BadInput(_("请写明变更收款账户的理由"), "reason")
    if new_account.pk == contract.payee_account_id:
        raise BadInput(_("新账户与现账户相同"), "new_account")
    if contract.enterprise_id is not None and new_account.holder != f"enterprise:{contract.enterprise_id}":
        raise Refusal(
            Ground.RULE, "contract.account_of_another", _("收款账户的户主不是合同承包人"), ACCOUNT_CLAUSE
        )
    change = AccountChange.objects.filter(pk=matter.pk).first() or AccountChange(
        matter=matter, contract=contract
    )
    if change.status == "approved":
        raise Refusal(
            Ground.STALE, "contract.account_change_closed", _("该账户变更已批准，不能修改"), ACCOUNT_CLAUSE
        )
    change.old_account_id = contract.payee_account_id
    change.new_account = new_account
    change.reason = reason.strip()
    change.status = "proposed"
    return act.save(change)


def approve_account_change(act: Act, change: AccountChange) -> AccountChange:
    """Approve the change: the contract's payee account becomes the new one; part of an act.

    The only way in which a payee account changes. Refuses where it was changed meanwhile.
    """
    contract = Contract.objects.get(pk=change.contract_id)
    if (
        change.status != "proposed"
        or change.old_account_id != contract.payee_account_id
        or change.new_account is None
    ):
        raise Refusal(
            Ground.RULE,
            "contract.account_change_stale",
            _("收款账户已另有变更，请退回重新申请"),
            ACCOUNT_CLAUSE,
        )
    change.status = "approved"
    change.changed_on = act.day
    change.approved_by_person_id = act.actor.person_id
    contract.payee_account = change.new_account
    act.save(contract)
    return act.save(change)


def refuse_account_change(act: Act, change: AccountChange) -> AccountChange:
    """Close an application for another account without effect; part of an act."""
    change.status = "refused"
    return act.save(change)
