from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.contract import queries, services
from lianjing.runtime.contract.models import AccountChange, Contract
from lianjing.runtime.parties.models import Account
from tests.runtime.contract.office import FIRST_DAY, TODAY, Office

M = Decimal(1_000_000)


class Shelf:
    def __init__(self) -> None:
        self.office = Office()
        self.project = self.office.project()
        self.firm = self.office.firm()
        self.account = self.office.account(f"enterprise:{self.firm.pk}", "99000000000000000101")
        self.other = self.office.account(f"enterprise:{self.firm.pk}", "99000000000000000202")
        self.contract = self.office.contract(self.project, self.firm, self.account)

    def propose(self, new_account: Account | None = None, **changes: Any) -> AccountChange:
        wanted: dict[str, Any] = {
            "matter": self.office.child(self.project, "account_change"),
            "reason": "开户行撤并",
            **changes,
        }
        with self.office.act(self.office.officer) as act:
            return services.propose_account_change(
                act, contract=self.contract, new_account=new_account or self.other, **wanted
            )

    def approve(self, change: AccountChange) -> AccountChange:
        with self.office.act(self.office.lead) as act:
            return services.approve_account_change(act, change)

    def reload(self) -> Contract:
        self.contract = Contract.objects.get(pk=self.contract.pk)
        return self.contract


@pytest.fixture
def shelf(db: None) -> Shelf:
    return Shelf()


def refused(act: Any) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.rule


def test_what_may_be_paid_is_contract_plus_approved_changes(shelf: Shelf) -> None:
    assert queries.approved_total(shelf.contract, M) == 11 * M
    assert queries.committed(shelf.contract) == queries.committed_by_project(shelf.project.pk) == 10 * M
    assert queries.advance_limit(shelf.contract) == M
    assert list(queries.contracts_of(shelf.project.pk)) == [shelf.contract]
    assert queries.contract_of(shelf.contract.pk) == shelf.contract
    assert queries.contract_of(0) is None


def test_a_cancelled_contract_binds_nobody(shelf: Shelf) -> None:
    with shelf.office.act() as act:
        services.end(act, shelf.contract, status="cancelled")
    assert queries.committed(shelf.contract, M) == queries.committed_by_project(shelf.project.pk) == 0
    with pytest.raises(BadInput), shelf.office.act() as act:
        services.end(act, shelf.contract, status="active")


def test_provisional_sums_and_no_agreement_lower_the_advance(shelf: Shelf) -> None:
    shelf.contract.provisional = 2 * M
    assert queries.advance_limit(shelf.contract) == Decimal(800_000)
    shelf.contract.advance_ratio = None
    assert queries.advance_limit(shelf.contract) == 0


def test_a_contract_in_force_is_not_rewritten(shelf: Shelf) -> None:
    with pytest.raises(Refusal) as caught, shelf.office.act() as act:
        services.draft(act, matter=shelf.contract.matter, project=shelf.project, amount=99 * M)
    assert caught.value.rule == "contract.not_draft"
    with pytest.raises(Refusal), shelf.office.act() as act:
        services.activate(act, shelf.contract, signed_on=FIRST_DAY)
    assert shelf.reload().amount == 10 * M


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": M, "provisional": 2 * M}, "provisional"),
        ({"retention_ratio": Decimal(2)}, "retention_ratio"),
    ],
)
def test_a_draft_with_impossible_sums_is_not_taken(shelf: Shelf, columns: dict[str, Any], field: str) -> None:
    matter = shelf.office.child(shelf.project, "contract")
    with pytest.raises(BadInput) as caught, shelf.office.act() as act:
        services.draft(act, matter=matter, project=shelf.project, **columns)
    assert caught.value.field == field


def test_a_contract_comes_into_force_complete_and_not_from_the_future(shelf: Shelf) -> None:
    matter = shelf.office.child(shelf.project, "contract")
    with shelf.office.act() as act:
        contract = services.draft(act, matter=matter, project=shelf.project, amount=M)
    with pytest.raises(Refusal, match="承包人、收款账户") as caught, shelf.office.act() as act:
        services.activate(act, contract, signed_on=TODAY)
    assert caught.value.rule == "contract.incomplete"
    with pytest.raises(BadInput), shelf.office.act() as act:
        services.activate(act, contract, signed_on=TODAY + timedelta(days=1))


def test_a_supplementary_agreement_writes_down_approved_changes_and_nothing_more(shelf: Shelf) -> None:
    def amend(new_amount: Decimal) -> None:
        with shelf.office.act() as act:
            amendment = services.propose_amendment(
                act,
                shelf.contract,
                matter=shelf.contract.matter,
                new_amount=new_amount,
                reason="变更",
                approved_changes=M,
            )
            services.sign_amendment(act, amendment, signed_on=TODAY)

    assert refused(lambda: amend(11 * M + 1)) == "contract.amendment_over_changes"
    amend(11 * M)
    assert queries.current_amount(shelf.contract) == 11 * M
    assert queries.original_amount(shelf.contract) == 10 * M


def test_the_payee_account_changes_by_its_own_approval_only(shelf: Shelf) -> None:
    change = shelf.propose()
    assert shelf.reload().payee_account == shelf.account
    assert shelf.approve(change).approved_by_person == shelf.office.lead
    assert shelf.reload().payee_account == shelf.other
    assert queries.agreed_account_id(shelf.contract) == shelf.other.pk
    assert queries.first_account_id(shelf.contract) == shelf.account.pk
    assert queries.account_has_changed(shelf.contract)


def test_an_account_that_changed_without_approval_is_agreed_by_nobody(shelf: Shelf) -> None:
    shelf.approve(shelf.propose())
    Contract.objects.filter(pk=shelf.contract.pk).update(payee_account=shelf.account)
    assert queries.agreed_account_id(shelf.reload()) is None


def test_before_any_change_the_first_account_is_agreed(shelf: Shelf) -> None:
    assert queries.agreed_account_id(shelf.contract) == shelf.account.pk
    assert not queries.account_has_changed(shelf.contract)


def test_an_account_of_another_firm_or_the_same_one_is_not_proposed(shelf: Shelf) -> None:
    foreign = shelf.office.account(f"enterprise:{shelf.office.firm(1).pk}", "99000000000000000303")
    assert refused(lambda: shelf.propose(foreign)) == "contract.account_of_another"
    for changes in ({"new_account": shelf.account}, {"reason": " "}):
        with pytest.raises(BadInput):
            shelf.propose(**changes)


def test_two_changes_at_once_do_not_overtake_each_other(shelf: Shelf) -> None:
    third = shelf.office.account(f"enterprise:{shelf.firm.pk}", "99000000000000000404")
    first, second = shelf.propose(), shelf.propose(third)
    shelf.approve(first)
    assert refused(lambda: shelf.approve(second)) == "contract.account_change_stale"
    assert refused(lambda: shelf.approve(first)) == "contract.account_change_stale"
    assert refused(lambda: shelf.propose(third, matter=first.matter)) == "contract.account_change_closed"
    with shelf.office.act() as act:
        assert services.refuse_account_change(act, second).status == "refused"


def test_contracts_past_their_end_are_listed(shelf: Shelf) -> None:
    Contract.objects.filter(pk=shelf.contract.pk).update(end_on=TODAY)
    assert list(queries.ending_before(TODAY + timedelta(days=1))) == [shelf.contract]
    assert not queries.ending_before(TODAY).exists()
