"""Tender and contract through the real services."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.forms.tender import LegalityForm
from lianjing.domains.works.models import Award, Bid, CostBaseline, Tender
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.parties.models import Account
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import Submission
from lianjing.runtime.trail.models import Body
from tests.domains.works.playing import (
    ARCHIVES,
    CONTRACTS,
    COST,
    FUNDS,
    LAWYER,
    LEADER,
    TENDERS,
    refused,
)


@pytest.fixture
def tendering(play):
    """A project in stage tendering."""
    project = play.project()
    play.approved(project)
    play.gate(project)
    play.permit(project, "works_planning")
    play.gate(project)
    return play, project


def test_the_threshold_is_decided_by_the_table_and_kept(tendering):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, matter, "plan", play.tender_plan())
    assert Tender.objects.get(pk=matter.pk).is_mandatory
    small = play.open(TENDERS, "works_tender", project)
    play.do(
        TENDERS,
        small,
        "plan",
        play.tender_plan(estimated="3999999.99", budget_money="3999999.99", control_price="3900000"),
    )
    assert not Tender.objects.get(pk=small.pk).is_mandatory


def test_a_mandatory_tender_is_not_awarded_directly_without_a_basis(tendering):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, matter, "plan", play.tender_plan(method="direct", method_reason="时间紧"))
    play.do(LAWYER, matter, "legality", {"is_fair": "on", "is_whole": "on", "opinion": "已核"})
    with refused(Ground.RULE, "tender.must_tender"):
        play.do(LEADER, matter, "approve")
    play.back(LEADER, matter, "approve", "plan")
    play.do(TENDERS, matter, "plan", play.tender_plan(deadline_on=play.scene.today() + timedelta(days=19)))
    play.do(LAWYER, matter, "legality", {"is_fair": "on", "is_whole": "on", "opinion": "已核"})
    with refused(Ground.RULE, "tender.bid_period"):
        play.do(LEADER, matter, "approve")


def test_the_legal_post_is_warned_of_purchases_that_reach_the_threshold_together(tendering):
    play, project = tendering
    part = {
        "estimated": "2500000",
        "budget_money": "2500000",
        "control_price": "2500000",
        "procurement_category": "works",
    }
    warned = []
    for _number in range(2):
        matter = play.open(TENDERS, "works_tender", project)
        play.do(TENDERS, matter, "plan", play.tender_plan(**part))
        warned.append(LegalityForm(None, matter=matter, day=play.scene.today()).warnings)
    assert warned[0] == [] and len(warned[1]) == 1


def test_a_bid_above_the_control_price_loses_its_rank_and_the_others_move_up(tendering):
    play, project = tendering
    matter = play.tender_to_opening(project)
    play.do(
        TENDERS,
        matter,
        "open_bids",
        {"opened_on": play.scene.today(), "bids": play.bids("50000000.01", "49000000", "48000000")},
    )
    rows = play.results(matter)
    for row, rank in zip(rows, (3, 2, 1), strict=True):
        row["rank"] = rank
    by_price = {str(bid.pk): bid for bid in Bid.objects.filter(tender_id=matter.pk)}
    rows = [
        {
            **row,
            "rank": {"50000000.01": 1, "49000000.00": 2, "48000000.00": 3}[str(by_price[row["bid"]].price)],
        }
        for row in rows
    ]
    play.do(COST, matter, "evaluate", {"report_on": play.scene.today(), "results": rows})
    ranks = {bid.price: (bid.status, bid.rank) for bid in Bid.objects.filter(tender_id=matter.pk)}
    assert ranks[Decimal("50000000.01")] == ("disqualified", None)
    assert ranks[Decimal("49000000.00")] == ("valid", 1) and ranks[Decimal("48000000.00")] == ("valid", 2)


@pytest.mark.parametrize(
    "damage",
    [
        lambda rows: rows[:2],
        lambda rows: [*rows[:2], rows[1]],
        lambda rows: [{**row, "rank": 1} for row in rows],
        lambda rows: [{**rows[0], "status": "disqualified", "rank": ""}, *rows[1:]],
    ],
)
def test_an_evaluation_that_leaves_out_doubles_or_skips_is_refused(tendering, damage):
    play, project = tendering
    matter = play.tender_to_opening(project)
    play.do(
        TENDERS,
        matter,
        "open_bids",
        {"opened_on": play.scene.today(), "bids": play.bids("48000000", "49000000", "49500000")},
    )
    with pytest.raises(BadInput):
        play.do(
            COST,
            matter,
            "evaluate",
            {"report_on": play.scene.today(), "results": damage(play.results(matter))},
        )
    assert not Bid.objects.filter(tender_id=matter.pk, rank__isnull=False).exists()


def test_the_same_bidder_twice_and_a_wrong_code_are_refused(tendering):
    play, project = tendering
    matter = play.tender_to_opening(project)
    rows = play.bids("48000000", "49000000", "49500000")
    with pytest.raises(InvalidForm):
        play.do(TENDERS, matter, "open_bids", {"opened_on": play.scene.today(), "bids": [*rows[:2], rows[0]]})
    with pytest.raises(BadInput):
        wrong = {"name": "新公司", "credit_code": "91990101MAA26N8C10", "price": "1"}
        play.do(TENDERS, matter, "open_bids", {"opened_on": play.scene.today(), "bids": [*rows[:2], wrong]})


def test_an_award_past_the_first_with_its_basis_is_kept_with_it(tendering):
    play, project = tendering
    matter = play.tender_to_opening(project)
    play.evaluated(matter, "48000000", "49000000", "49500000")
    with refused(Ground.RULE, "award.rank"):
        play.do(LEADER, matter, "award", play.award_data(matter, rank=3))
    play.do(LEADER, matter, "award", play.award_data(matter, rank=2, legal_basis="省评定分离试点〔2025〕3号"))
    row = Award.objects.get(tender_id=matter.pk)
    assert (row.rank, row.legal_basis, row.status) == (2, "省评定分离试点〔2025〕3号", "pending")
    assert hold(project.pk, "tender_done", play.scene.today()) is None
    with pytest.raises(BadInput):
        play.do(
            TENDERS, matter, "notice", {"notice_no": "1", "notice_on": row.decided_on - timedelta(days=1)}
        )
    play.do(TENDERS, matter, "notice", {"notice_no": "1", "notice_on": play.scene.today()})
    assert hold(project.pk, "tender_done", play.scene.today()) is not None


def test_a_withdrawn_tender_says_so(tendering):
    play, project = tendering
    matter = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, matter, "plan", play.tender_plan())
    process.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(TENDERS), reason="方案调整", now=play.scene.now
    )
    assert Tender.objects.get(pk=matter.pk).status == "withdrawn"


# ---- contract


@pytest.fixture
def awarded(tendering):
    """A project in stage contract whose award waits for its contract."""
    play, project = tendering
    tender = play.tendered(project)
    play.gate(project)
    return play, project, tender


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
    play.contracted(project, tender)
    number = b"9900000000000000101"
    assert not [body for body in Body.objects.all() if number in bytes(body.content)]
    assert not Submission.objects.filter(content__contains=number.decode()).exists()
    assert Account.objects.get(holder_kind="enterprise").account_no_masked.endswith("101")


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
    play.back(COST, matter, "cost", "draft")
    play.do(CONTRACTS, matter, "draft", play.contract_data(tender, account_no="", title="改"))
    again = Contract.objects.get(pk=matter.pk)
    assert (again.payee_account_id, again.title) == (account, "改")


def test_a_contract_is_not_signed_before_its_notice(awarded):
    play, project, tender = awarded
    matter = play.open(CONTRACTS, "works_contract", project)
    play.do(CONTRACTS, matter, "draft", play.contract_data(tender))
    for number, step in ((FUNDS, "finance"), (COST, "cost"), (LAWYER, "legal")):
        play.do(number, matter, step)
    play.do(LEADER, matter, "approve")
    with pytest.raises(InvalidForm):
        play.do(
            ARCHIVES, matter, "file", {"signed_on": play.scene.today() - timedelta(days=200), "is_same": "on"}
        )
