"""A contract from its draft to filing, and its supplementary agreements, through the real services."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.models import Bid, BidItem, CostBaseline
from lianjing.domains.works.queries.tabs import tabs_of
from lianjing.domains.works.services.terms import comparison_of
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.contract.models import Amendment, Contract, ContractBond, ContractItem
from lianjing.runtime.contract.queries import current_amount, current_end
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.parties.models import Ownership
from lianjing.runtime.parties.owners import owners_of, state_owners
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import Submission, WorkItem
from lianjing.runtime.trail.act import SYSTEM, legal_day, recorded
from lianjing.runtime.trail.models import Body
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.on_site import SEALS
from tests.domains.works.playing import ARCHIVES, CONTRACTS, COST, LEADER, refused


def test_a_contract_repeats_the_award_and_names_its_parties(awarded):
    play, project, tender = awarded
    contract = play.contracted(project, tender)
    assert (contract.status, contract.amount) == ("active", Decimal("48000000.00"))
    assert contract.payee_account is not None and contract.approver_post is not None
    roles = set(MatterParty.objects.filter(matter=project).values_list("role", flat=True))
    assert roles == {"contractor", "supervisor"}
    assert CostBaseline.objects.get(contract=contract).kind == "contract"
    assert hold(project.pk, "contract_signed", play.scene.today()) is not None
    with refused(Ground.GATE, "opening.no_award"):
        play.open(CONTRACTS, "works_contract", project)


def test_another_sum_or_another_award_is_refused(awarded):
    play, project, tender = awarded
    matter = play.open(CONTRACTS, "works_contract", project)
    with refused(Ground.RULE, "contract.other_amount"):
        play.do(CONTRACTS, matter, "draft", play.contract_data(tender, amount="48000000.01"))
    with pytest.raises(InvalidForm):
        play.do(CONTRACTS, matter, "draft", play.contract_data(tender, award=99999))
    with refused(Ground.RULE, "account.other_holder"):
        play.do(CONTRACTS, matter, "draft", play.contract_data(tender, holder_name="另一家公司"))


def owner(name: str, share: str, **more: str) -> dict[str, str]:
    return {"owner_name": name, "interest": "shareholding", "share_ratio": share, **more}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [owner("蓝音", "60")],
        [owner("蓝音", "60", is_beneficial="on"), owner("濮阳昕", "40.01")],
        [owner("", "60", is_beneficial="on")],
        [owner("蓝音", "101", is_beneficial="on")],
    ],
    ids=["nobody", "no beneficial owner", "more than the whole", "no name", "one above the whole"],
)
def test_a_contractor_states_its_beneficial_owners_within_the_whole(awarded, rows):
    play, project, tender = awarded
    matter = play.open(CONTRACTS, "works_contract", project)
    with pytest.raises((InvalidForm, BadInput)):
        play.do(CONTRACTS, matter, "draft", play.contract_data(tender, owners=rows))
    assert not Ownership.objects.exists()


def test_owners_stated_with_a_contract_stand_in_the_file_and_end_when_others_are_stated(awarded):
    play, project, tender = awarded
    contract = play.contracted(project, tender)
    day = play.scene.today()
    assert [row.owner_name for row in owners_of(contract.enterprise_id, day)] == ["蓝音", "濮阳昕"]
    leader, whole = play.scene.person(LEADER), Matter.objects.values_list("id", flat=True)
    tabs = {tab.key: tab for tab in tabs_of(project, whole, person_id=leader, now=play.scene.now)}
    shown = {row.owner_name: row.percent for row in tabs["contract"].children[0].details}
    assert shown == {"蓝音": "60%", "濮阳昕": "40%"}
    later = play.scene.now + timedelta(days=10)
    new = {
        "owner_name": "岑砺岳",
        "interest": "shareholding",
        "share_ratio": Decimal("0.4"),
        "is_beneficial": False,
    }
    old = {
        "owner_name": "蓝音",
        "interest": "shareholding",
        "share_ratio": Decimal("0.6"),
        "is_beneficial": True,
    }
    with recorded("party.owners", chain="unit:1", actor=SYSTEM, now=later) as act:
        state_owners(act, contract.enterprise, [old, new], source="registry")
    assert [row.owner_name for row in owners_of(contract.enterprise_id, legal_day(later))] == [
        "蓝音",
        "岑砺岳",
    ]
    assert [row.owner_name for row in owners_of(contract.enterprise_id, day)] == ["蓝音", "濮阳昕"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("retention_ratio", "3.01"),
        ("progress_ratio", "79.99"),
        ("advance_ratio", "101"),
        ("account_no", "12ab"),
        ("payment_days", "61"),
        ("provisional", "48000001"),
        ("supervisor_name", ""),
        ("kind", "lease"),
    ],
)
def test_terms_outside_the_law_are_named(awarded, field, value):
    play, project, tender = awarded
    matter = play.open(CONTRACTS, "works_contract", project)
    with pytest.raises(InvalidForm) as caught:
        play.do(CONTRACTS, matter, "draft", play.contract_data(tender, **{field: value}))
    assert field in caught.value.errors


def test_a_figure_whose_source_must_be_read_again_only_warns(awarded):
    play, project, tender = awarded
    matter = play.open(CONTRACTS, "works_contract", project)
    play.do(CONTRACTS, matter, "draft", play.contract_data(tender, advance_ratio="31"))
    assert Contract.objects.get(pk=matter.pk).advance_ratio == Decimal("0.31")


def test_the_account_number_is_nowhere_in_the_clear(awarded):
    play, project, tender = awarded
    play.contracted(project, tender, wage_account_no="9900 0000 0000 0000 701")
    for number in (b"9900000000000000101", b"9900000000000000701"):
        assert not [body for body in Body.objects.all() if number in bytes(body.content)]
        assert not Submission.objects.filter(content__contains=number.decode()).exists()
    contract = Contract.objects.select_related("payee_account", "wage_account").get()
    assert contract.payee_account.account_no_masked.endswith("101")
    assert contract.wage_account.kind == "wage" and contract.wage_account.account_no_masked.endswith("701")


def test_a_withdrawn_draft_sets_the_award_free(awarded):
    play, project, tender = awarded
    matter = play.open(CONTRACTS, "works_contract", project)
    play.do(CONTRACTS, matter, "draft", play.contract_data(tender))
    process.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(CONTRACTS), reason="重拟", now=play.scene.now
    )
    assert Contract.objects.get(pk=matter.pk).status == "cancelled"
    play.contracted(project, tender)


def test_a_draft_that_was_returned_keeps_its_account_without_typing_it_again(awarded):
    play, project, tender = awarded
    matter = play.open(CONTRACTS, "works_contract", project)
    play.do(CONTRACTS, matter, "draft", play.contract_data(tender))
    account = Contract.objects.get(pk=matter.pk).payee_account_id
    play.compared(matter)
    play.back(COST, matter, "cost", "draft")
    play.do(CONTRACTS, matter, "draft", play.contract_data(tender, account_no="", title="改"))
    again = Contract.objects.get(pk=matter.pk)
    assert (again.payee_account_id, again.title) == (account, "改")


def test_a_contract_is_not_signed_before_its_notice_nor_filed_under_another_day(awarded):
    play, project, tender = awarded
    matter = play.drafted(project, tender)
    play.countersigned(matter)
    play.do(LEADER, matter, "approve")
    early = {"signed_on": play.scene.today() - timedelta(days=400), "seal_no": "用印1"}
    with pytest.raises(InvalidForm):
        play.do(SEALS, matter, "seal", early)
    with refused(Ground.POST, "post.not_held"):
        play.do(LEADER, matter, "seal", {**early, "signed_on": play.scene.today()})
    play.do(SEALS, matter, "seal", {"signed_on": play.scene.today(), "seal_no": "用印1"})
    contract = Contract.objects.get(pk=matter.pk)
    assert (contract.seal_no, contract.status) == ("用印1", "draft")
    play.scene.pass_time(hours=30)
    with pytest.raises(BadInput):
        play.do(ARCHIVES, matter, "file", {"signed_on": play.scene.today(), "is_same": "on"})
    play.do(ARCHIVES, matter, "file", {"signed_on": contract.signed_on, "is_same": "on"})
    assert Contract.objects.get(pk=matter.pk).status == "active"


def test_other_terms_than_the_bids_are_refused_or_explained(awarded):
    play, project, tender = awarded
    Bid.objects.filter(tender_id=tender.pk).update(days=400, quality="合格", manager_name="项目经理甲")
    matter = play.open(CONTRACTS, "works_contract", project)
    for name, value in (("days", "399"), ("quality", "优良")):
        with refused(Ground.RULE, "contract.other_terms"):
            play.do(CONTRACTS, matter, "draft", play.contract_data(tender, **{name: value}))
    play.do(CONTRACTS, matter, "draft", play.contract_data(tender, manager_name="项目经理乙"))
    shown = {line.key: line.is_same for line in comparison_of(matter.pk)}
    assert shown["price"] and shown["duration"] and shown["quality"] and not shown["manager"]
    with pytest.raises(BadInput):
        play.do(CONTRACTS, matter, "compare", {"explanation": ""})
    play.do(CONTRACTS, matter, "compare", {"explanation": "原项目经理调离，更换已经同意"})
    assert set(WorkItem.objects.filter(matter=matter, closed_at=None).values_list("step_key", flat=True)) == {
        "cost",
        "finance",
        "legal",
    }


def test_bonds_beyond_the_law_are_refused_and_lawful_ones_kept(awarded):
    play, project, tender = awarded
    matter = play.open(CONTRACTS, "works_contract", project)
    bond = {"kind": "performance", "form": "bank_guarantee", "amount": "4800000.01"}
    for rows, rule in (
        ([bond], "bond.performance_over"),
        ([{**bond, "amount": "100", "is_cash_only": "on"}], "bond.cash_only"),
        ([{**bond, "kind": "retention", "amount": "1440000.01"}], "bond.retention_over"),
    ):
        with refused(Ground.RULE, rule):
            play.do(CONTRACTS, matter, "draft", play.contract_data(tender, bonds=rows))
    lasting = {**bond, "amount": "4800000", "expires_on": play.scene.today() + timedelta(days=500)}
    end_on = play.scene.today() + timedelta(days=400)
    with refused(Ground.RULE, "bond.double"):
        play.do(CONTRACTS, matter, "draft", play.contract_data(tender, bonds=[lasting], end_on=end_on))
    play.do(
        CONTRACTS,
        matter,
        "draft",
        play.contract_data(tender, bonds=[lasting], end_on=end_on, retention_ratio="0"),
    )
    kept = ContractBond.objects.get(contract_id=matter.pk)
    assert (kept.amount, kept.ratio) == (Decimal("4800000.00"), Decimal("0.1"))


def test_the_bill_of_the_winning_bid_becomes_the_contracts(awarded):
    play, project, tender = awarded
    winner = Bid.objects.get(tender_id=tender.pk, is_winner=True)
    BidItem.objects.filter(bid__tender_id=tender.pk).delete()
    for code in ("040101001", "040203003"):
        BidItem.objects.create(bid=winner, item_code=code, name=code, unit_price=Decimal("12.34"))
    contract = play.contracted(project, tender)
    rows = ContractItem.objects.filter(contract=contract).order_by("id")
    assert [(row.item_code, row.unit_price) for row in rows] == [
        ("040101001", Decimal("12.34")),
        ("040203003", Decimal("12.34")),
    ]


# ---- supplementary agreements


def test_an_agreement_writes_down_approved_changes_and_nothing_more(building):
    play, project, contract = building
    change = play.changed(project, contract, "100000")
    matter = play.open(CONTRACTS, "works_amendment", project)
    with refused(Ground.RULE, "contract.amendment_over_changes"):
        play.do(CONTRACTS, matter, "draft", play.amendment_data(contract, "48100000.01"))
    end = play.scene.today() + timedelta(days=600)
    done = play.amended(project, contract, "48100000", change_order=str(change.pk), new_end_on=end)
    row = Amendment.objects.get(pk=done.pk)
    assert (row.status, row.delta, row.change_order_id) == ("active", Decimal("100000.00"), change.pk)
    assert (current_amount(contract), current_end(contract)) == (Decimal("48100000.00"), end)
    assert Contract.objects.get(pk=contract.pk).amount == Decimal("48000000.00")


def test_a_draft_of_an_agreement_changes_nothing(building):
    play, project, contract = building
    play.changed(project, contract, "100000")
    matter = play.open(CONTRACTS, "works_amendment", project)
    play.do(CONTRACTS, matter, "draft", play.amendment_data(contract, "48100000"))
    assert current_amount(contract) == Decimal("48000000.00")
    process.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(CONTRACTS), reason="不签", now=play.scene.now
    )
    assert Amendment.objects.get(pk=matter.pk).status == "cancelled"


def test_a_change_that_reaches_the_share_asks_for_an_agreement_which_closes_it(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "4800000")
    play.opinions(matter)
    play.decided(matter, kind="party_committee", amount="4800000", item_kind="change")
    play.do("20101", matter, "collective", {"opinion": "通过"})
    owed = Undertaking.objects.get(matter=matter, source_kind="obligation")
    assert owed.document_kind == "agreement" and owed.closed_on is None and owed.clause == "zone_change#13"
    play.amended(project, contract, "52800000", change_order=str(matter.pk))
    owed.refresh_from_db()
    assert owed.closed_on == play.scene.today() and owed.evidence_document is not None
