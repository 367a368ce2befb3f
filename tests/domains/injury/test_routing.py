"""Who gets the money: the practice page's oracle with both strategies, the fake proofs, what never goes to an employer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.injury.models import BenefitItem, BenefitShare
from lianjing.kernel.refusal import Ground
from lianjing.runtime.parameter.services import set_figure
from lianjing.runtime.process.models import DecisionLog
from tests.domains.injury.playing import ASSESSOR, REVIEWER, refused


def split(play) -> None:
    play.scene.pass_time(hours=1)
    set_figure(
        key="injury.route.split",
        value="1",
        from_on=play.scene.today() + timedelta(days=1),
        source="浙江省工伤保险条例第三十一条",
        mark="L1",
        person_id=play.scene.person("20601"),
        now=play.scene.now,
    )
    play.scene.pass_time(working_days=1)


def shares(item: BenefitItem) -> dict[str, Decimal]:
    return {row.payee: row.amount for row in BenefitShare.objects.filter(benefit_item=item)}


@pytest.mark.parametrize(
    ("strategy", "proven", "expected", "clause"),
    [
        ("all", "12000", {"employer": "10000.00"}, "zone_injury#4"),
        ("all", "10000", {"employer": "10000.00"}, "zone_injury#4"),
        ("all", "9999", {"worker": "10000.00"}, "zone_injury#4"),
        ("all", None, {"worker": "10000.00"}, "zone_injury#3"),
        ("split", "9999", {"employer": "9999.00", "worker": "1.00"}, "zj_injury_regulation#31"),
        ("split", None, {"worker": "10000.00"}, "zone_injury#3"),
        ("split", "12000", {"employer": "10000.00"}, "zone_injury#4"),
    ],
)
def test_of_ten_thousand_each_gets_what_proof_and_strategy_say(
    recognised, strategy, proven, expected, clause
):
    play, case = recognised
    if strategy == "split":
        split(play)
    vouchers = [play.voucher(proven)] if proven else []
    claim = play.approved(case, vouchers=vouchers)
    [item] = play.items(claim)
    assert item.entitled == Decimal("10000.00")
    assert shares(item) == {payee: Decimal(amount) for payee, amount in expected.items()}
    assert item.route_clause == clause
    assert play.record(claim).strategy == ("split" if strategy == "split" else "all_to_worker")
    assert DecisionLog.objects.filter(matter=claim, decision_key="injury_route").count() == 1


def test_a_meal_allowance_never_goes_to_the_employer_even_with_its_voucher(recognised):
    play, case = recognised
    items = [{"kind": "medical", "spent": "11000"}, {"kind": "meal", "quantity": "10"}]
    claim = play.approved(
        case, *items, vouchers=[play.voucher("12000"), play.voucher("5000", line=2, voucher_no="2")]
    )
    medical, meal = play.items(claim)
    assert shares(medical) == {"employer": Decimal("10000.00")}
    assert shares(meal) == {"worker": Decimal("290.50")}
    assert meal.route_clause == "zone_injury#5"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"payer_name": "澜汀市磐屹路桥工程有限公司"}, "injury.proof_payer"),
        ({"paid_on": "2025-08-19"}, "injury.proof_day"),
        ({"paid_on": "2025-12-31"}, "injury.proof_day"),
    ],
)
def test_a_voucher_that_cannot_be_the_employers_advance_is_refused(recognised, change, rule):
    play, case = recognised
    with refused(Ground.RED_LINE, rule):
        play.claimed(case, vouchers=[play.voucher("12000", **change)])


def test_a_voucher_number_serves_once_in_a_claim_and_once_in_all(recognised):
    play, case = recognised
    twice = [play.voucher("5000"), play.voucher("5000")]
    with refused(Ground.RED_LINE, "injury.proof_reused"):
        play.claimed(case, vouchers=twice)
    play.claimed(case, vouchers=[play.voucher("12000")])
    with refused(Ground.RED_LINE, "injury.proof_reused"):
        play.claimed(case, vouchers=[play.voucher("12000")])


def test_an_unchecked_voucher_proves_nothing(recognised):
    play, case = recognised
    claim = play.claimed(case, vouchers=[play.voucher("12000")])
    data = {name: value for name, value in play.assessment(claim).items() if not name.startswith("proof_")}
    play.do(ASSESSOR, claim, "assess", data)
    assert shares(play.items(claim)[0]) == {"worker": Decimal("10000.00")}


def test_a_return_takes_shares_and_lines_back(recognised):
    play, case = recognised
    claim = play.claimed(case, vouchers=[play.voucher("12000")])
    play.do(ASSESSOR, claim, "assess", play.assessment(claim))
    play.back(REVIEWER, claim, "review", "assess")
    play.do(ASSESSOR, claim, "assess", play.assessment(claim, "9000"))
    [item] = play.items(claim)
    assert shares(item) == {"employer": Decimal("9000.00")}
    play.back(REVIEWER, claim, "review", "apply")
    play.do("21201", claim, "apply", play.claim_data({"kind": "meal", "quantity": "3"}))
    assert [row.kind for row in play.items(claim)] == ["meal"]
    assert BenefitShare.objects.count() == 0
