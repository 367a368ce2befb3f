"""The law of works as pure functions: gates, openings, bids, sums, the five reviews."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.rules import award, gates, money, reviews, tender
from lianjing.domains.works.rules.gates import ProjectView, check_opening
from lianjing.domains.works.rules.project import in_order, is_project_code, is_state_money
from lianjing.domains.works.rules.reviews import (
    FIVE,
    ReviewView,
    five_reviews,
    require_different,
    require_five,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal

amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999999.99"), places=2)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2401-990101-04-01-318462", True),
        ("2413-990101-04-01-318462", False),
        ("2401-99010-04-01-318462", False),
        ("2401-990101-04-01-31846X", True),
        ("", False),
    ],
)
def test_a_project_code_has_its_24_signs_and_a_real_month(text, is_one):
    assert is_project_code(text) is is_one


def test_state_money_is_budget_money_or_state_control():
    assert is_state_money("budget", is_state_controlled=False)
    assert is_state_money("private", is_state_controlled=True)
    assert not is_state_money("private", is_state_controlled=False)


def test_days_are_in_order_whatever_is_unknown():
    assert in_order(date(2025, 1, 1), None, date(2025, 1, 1))
    assert not in_order(date(2025, 1, 2), None, date(2025, 1, 1))


# ---- gates


def unmet(conditions):
    return {condition.clause for condition in conditions if not condition.is_met}


def test_each_gate_names_the_clause_of_what_is_missing():
    nothing = ProjectView()
    assert unmet(gates.leaving_initiation(nothing)) == {"zone_projects#4"}
    assert unmet(gates.leaving_planning(nothing)) == {"zone_projects#5"}
    assert unmet(gates.leaving_tendering(nothing)) == {"zone_projects#6"}
    assert unmet(gates.leaving_contract(nothing)) == {"zone_projects#7", "zone_projects#19"}
    assert unmet(gates.leaving_implementation(nothing)) == {"zone_projects#8"}
    owing = replace(nothing, running=frozenset({"payment"}), unreleased_warranties=1, open_deviations=1)
    assert unmet(gates.leaving_payment(owing)) == {
        "zone_projects#1",
        "zone_completion#9",
        "zone_completion#10",
        "zone_completion#11",
        "zone_completion#13",
    }
    done = replace(nothing, is_accounted=True, is_handed_over=True)
    assert not unmet(gates.leaving_payment(done))


def test_owed_and_missing_papers_block_every_gate():
    view = ProjectView(owed_papers=("施工许可证",), missing_papers=("批复",))
    every = (
        gates.leaving_initiation,
        gates.leaving_planning,
        gates.leaving_tendering,
        gates.leaving_contract,
        gates.leaving_implementation,
        gates.leaving_payment,
    )
    for gate in every:
        assert {"zone_projects#9", "zone_projects#17"} <= unmet(gate(view))


def test_an_open_change_blocks_the_final_money():
    view = ProjectView(facts=frozenset({"accepted"}), running=frozenset({"change"}))
    assert unmet(gates.leaving_implementation(view)) == {"zone_projects#8"}
    assert not unmet(gates.leaving_implementation(replace(view, running=frozenset())))


READY = ProjectView(
    stage="implementation",
    facts=frozenset({"project_approved", "contract_signed", "construction_permitted", "started"}),
    tenders_to_award=1,
    awards_to_contract=1,
    active_contracts=1,
)
COMPLETED = replace(READY, stage="payment", facts=READY.facts | {"accepted"}, ended_warranties=1)
AT_INITIATION = ("works_proposal", "works_feasibility", "works_design")
AFTER_ACCEPTANCE = (
    "works_settlement",
    "works_final_account",
    "works_warranty",
    "works_handover",
    "works_post_evaluation",
)


@pytest.mark.parametrize(
    "procedure", [key for key in gates.OPENINGS if key not in (*AT_INITIATION, *AFTER_ACCEPTANCE)]
)
def test_a_ready_project_lets_every_procedure_open(procedure):
    check_opening(procedure, READY)


@pytest.mark.parametrize("procedure", AFTER_ACCEPTANCE)
def test_an_accepted_project_opens_what_follows(procedure):
    check_opening(procedure, COMPLETED)


@pytest.mark.parametrize("procedure", list(gates.OPENINGS))
@pytest.mark.parametrize(
    ("view", "rule"),
    [
        (replace(READY, onboarding="archive"), "project.archive"),
        (replace(READY, is_open=False), "project.closed"),
    ],
)
def test_nothing_opens_in_an_archived_or_closed_project(procedure, view, rule):
    with pytest.raises(Refusal) as caught:
        check_opening(procedure, view)
    assert (caught.value.ground, caught.value.rule) == (Ground.GATE, rule)


@pytest.mark.parametrize(
    ("procedure", "view", "rule", "clause"),
    [
        ("works_proposal", replace(READY, stage="planning"), "opening.stage", "zone_projects#3"),
        (
            "works_proposal",
            ProjectView(running=frozenset({"proposal"})),
            "opening.once",
            "zone_initiation#6",
        ),
        ("works_feasibility", ProjectView(), "opening.no_proposal", "zone_initiation#7"),
        ("works_design", ProjectView(), "opening.no_feasibility", "gov_investment#13"),
        (
            "works_design",
            ProjectView(facts=frozenset({"feasibility_approved"})),
            "opening.no_feasibility",
            "gov_investment#13",
        ),
        (
            "works_design",
            ProjectView(simple_case="small", facts=frozenset({"project_approved"})),
            "opening.approved",
            "zone_initiation#6",
        ),
        ("works_detailed_budget", ProjectView(), "opening.not_approved", "zone_initiation#9"),
        ("works_budget_adjustment", ProjectView(), "opening.not_approved", "zone_initiation#9"),
        ("works_tender", replace(READY, facts=frozenset()), "opening.not_approved", "zone_projects#5"),
        ("works_tender", replace(READY, stage="planning"), "opening.stage", "zone_projects#3"),
        ("works_contract", replace(READY, awards_to_contract=0), "opening.no_award", "zone_projects#6"),
        (
            "works_progress",
            replace(READY, facts=frozenset({"contract_signed"})),
            "opening.no_permit",
            "zone_projects#19",
        ),
        ("works_change", replace(READY, facts=frozenset()), "opening.no_contract", "zone_projects#7"),
        ("works_payment", replace(READY, stage="tendering"), "opening.stage", "zone_projects#14"),
        ("works_payment", replace(READY, active_contracts=0), "payment.not_on_platform", "zone_funds#1"),
        (
            "works_payment",
            replace(READY, active_contracts=0, unentered_contracts=1),
            "opening.opening_sums",
            "zone_funds#17",
        ),
        ("works_settlement", READY, "settlement.not_accepted", "zone_completion#5"),
        ("works_final_account", READY, "final_account.not_settled", "zone_completion#9"),
        (
            "works_final_account",
            replace(COMPLETED, unsettled_works=1),
            "final_account.not_settled",
            "zone_completion#9",
        ),
        (
            "works_final_account",
            replace(COMPLETED, is_accounted=True),
            "final_account.once",
            "zone_completion#9",
        ),
        ("works_warranty", READY, "warranty.not_ended", "zone_completion#10"),
        ("works_handover", READY, "opening.stage", "zone_projects#3"),
        (
            "works_handover",
            replace(COMPLETED, running=frozenset({"handover"})),
            "handover.once",
            "zone_completion#11",
        ),
        ("works_post_evaluation", READY, "post_evaluation.not_in_use", "zone_completion#12"),
        ("works_onboard", ProjectView(), "onboard.not_archive", "zone_projects#15"),
        (
            "works_onboard",
            ProjectView(onboarding="archive", running=frozenset({"onboarding"})),
            "onboard.running",
            "zone_projects#15",
        ),
    ],
)
def test_a_procedure_that_comes_too_early_is_refused_with_its_clause(procedure, view, rule, clause):
    with pytest.raises(Refusal) as caught:
        check_opening(procedure, view)
    assert (caught.value.rule, caught.value.clause) == (rule, clause)


# ---- bids and award


def bid(name, price, rank, *, valid=True, reason=""):
    return tender.BidView(name, Decimal(price), valid, rank, reason)


def test_two_bidders_are_too_few_for_a_tender_and_enough_for_a_comparison():
    with pytest.raises(Refusal) as caught:
        tender.check_bidder_count(2, least=3, method="open", is_mandatory=False)
    assert caught.value.clause == "tendering_law#28"
    tender.check_bidder_count(2, least=3, method="comparison", is_mandatory=False)
    with pytest.raises(Refusal):
        tender.check_bidder_count(2, least=3, method="comparison", is_mandatory=True)
    with pytest.raises(BadInput):
        tender.check_bidder_count(0, least=3, method="comparison", is_mandatory=False)


def test_a_bid_above_the_control_price_is_invalid_whatever_was_entered():
    judged = tender.above_control_price([bid("甲", "101", 1), bid("乙", "100", 2)], Decimal(100))
    assert [each.is_valid for each in judged] == [False, True]
    assert judged[0].reason and judged[0].rank == 0
    assert tender.above_control_price([bid("甲", "101", 1)], None)[0].is_valid


@given(st.permutations(range(1, 6)))
def test_dense_ranks_in_any_order_hold(ranks):
    tender.check_ranks([bid(str(rank), "1", rank) for rank in ranks])


@given(st.lists(st.integers(0, 6), min_size=1, max_size=5))
def test_ranks_with_a_gap_a_double_or_none_are_refused(ranks):
    if sorted(ranks) == list(range(1, len(ranks) + 1)):
        return
    with pytest.raises(BadInput):
        tender.check_ranks([bid(str(place), "1", rank) for place, rank in enumerate(ranks)])


@pytest.mark.parametrize(
    "wrong", [bid("丙", "1", 2, valid=False, reason="无资质"), bid("丙", "1", 0, valid=False)]
)
def test_a_rejected_bid_has_no_rank_and_has_a_reason(wrong):
    with pytest.raises(BadInput):
        tender.check_ranks([bid("甲", "1", 1), wrong])


@pytest.mark.parametrize("is_mandatory", [True, False])
@pytest.mark.parametrize("is_state_money", [True, False])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("basis", ["", "试点批复〔2025〕1号"])
def test_only_a_mandatory_tender_of_state_money_binds_to_the_first_rank(
    is_mandatory, is_state_money, rank, basis
):
    asked = {
        "required_rank": 1,
        "candidates_max": 3,
        "is_mandatory": is_mandatory,
        "is_state_money": is_state_money,
        "legal_basis": basis,
    }
    if is_mandatory and is_state_money and rank != 1 and not basis:
        with pytest.raises(Refusal) as caught:
            award.check_award(rank, **asked)
        assert (caught.value.rule, caught.value.clause) == ("award.rank", "tendering_regulation#55")
    else:
        award.check_award(rank, **asked)


def test_nobody_past_the_candidates_wins_even_with_a_basis():
    with pytest.raises(Refusal, match="候选人"):
        award.check_award(
            4, required_rank=1, candidates_max=3, is_mandatory=False, is_state_money=False, legal_basis="有"
        )


# ---- sums


@given(st.lists(amounts, max_size=6), amounts, amounts)
def test_the_cumulative_sum_never_falls_when_a_change_is_split(earlier, amount, contract):
    whole = money.cumulative(amount, earlier, contract)
    part = (amount / 2).quantize(Decimal("0.01"))
    second = money.cumulative(amount - part, [*earlier, part], contract)
    assert second.total == whole.total and second.ratio == whole.ratio


@given(st.lists(amounts, max_size=4), amounts, amounts)
def test_a_cut_does_not_hide_an_increase(earlier, amount, contract):
    assert (
        money.cumulative(-amount, earlier, contract).total
        == money.cumulative(amount, earlier, contract).total
    )
    signed = money.cumulative(amount, [*earlier, -amount], contract)
    assert signed.total >= 2 * amount


def test_a_contract_without_a_sum_cannot_carry_changes():
    with pytest.raises(BadInput):
        money.cumulative(Decimal(1), [], Decimal(0))


def test_a_change_beyond_the_budget_is_refused_and_a_cut_is_not():
    with pytest.raises(Refusal) as caught:
        money.check_budget_left(Decimal(100), Decimal("0.01"), Decimal(100))
    assert caught.value.clause == "gov_investment#23"
    money.check_budget_left(Decimal(200), Decimal(-1), Decimal(100))
    money.check_budget_left(Decimal(200), Decimal(1), None)


def test_progress_falls_only_with_a_reason():
    with pytest.raises(BadInput):
        money.check_progress(reported=Decimal("0.2"), earlier=Decimal("0.3"), reason=" ")
    money.check_progress(reported=Decimal("0.2"), earlier=Decimal("0.3"), reason="返工拆除")
    with pytest.raises(BadInput):
        money.check_verified(verified=Decimal("0.31"), reported=Decimal("0.3"))


@given(amounts, st.decimals(min_value=0, max_value=1, places=4))
def test_progress_money_never_exceeds_the_verified_value(value, ratio):
    assert Decimal(0) <= money.progress_gross(value, ratio) <= value
    assert money.progress_gross(value, None) == value


def test_a_claim_is_positive_covered_by_invoices_and_above_its_wages():
    claim = money.Claim(Decimal(100), Decimal(10), Decimal(3), Decimal(2))
    assert claim.amount == Decimal(85)
    money.check_claim(claim, invoices=[Decimal(85)], wages=Decimal(85))
    with pytest.raises(BadInput):
        money.check_claim(claim, invoices=[Decimal(84)], wages=Decimal(0))
    with pytest.raises(BadInput):
        money.check_claim(claim, invoices=[], wages=Decimal(86))
    with pytest.raises(BadInput):
        money.check_claim(money.Claim(Decimal(10), Decimal(10)), invoices=[], wages=Decimal(0))


@given(amounts, amounts)
def test_no_review_raises_a_sum(approved, ceiling):
    if approved > ceiling:
        with pytest.raises(Refusal):
            money.check_approved(approved, ceiling=ceiling)
    else:
        money.check_approved(approved, ceiling=ceiling)


def test_a_review_does_not_leave_nothing():
    with pytest.raises(BadInput):
        money.check_approved(Decimal(0), ceiling=Decimal(10))


def test_the_small_firm_is_due_by_the_agreed_term_within_the_law():
    day = date(2025, 6, 1)
    assert money.due_day(day, agreed_days=None, legal_days=30, longest_days=60) == date(2025, 7, 1)
    assert money.due_day(day, agreed_days=45, legal_days=30, longest_days=60) == date(2025, 7, 16)
    assert money.due_day(day, agreed_days=90, legal_days=30, longest_days=60) == date(2025, 7, 31)
    assert money.due_day(None, agreed_days=45, legal_days=30, longest_days=60) is None


# ---- the five reviews

DEPARTMENTS = (11, 12, 13)


def whole_set(collective: ReviewView | None = None) -> list[ReviewView]:
    return [
        ReviewView("audit", "pass_with_cut", 1),
        ReviewView("internal", "pass", 2),
        *(ReviewView("joint", "pass", 20 + unit, unit) for unit in DEPARTMENTS),
        collective or ReviewView("collective", "not_required", None, clause="zone_collective#7"),
        ReviewView("finance", "pass", 4),
    ]


def test_the_whole_set_stands_and_each_missing_part_is_named():
    assert five_reviews(whole_set(), DEPARTMENTS).is_complete
    for left_out in range(len(whole_set())):
        given_ones = [review for place, review in enumerate(whole_set()) if place != left_out]
        assert five_reviews(given_ones, DEPARTMENTS).missing == (whole_set()[left_out].kind,)
    with pytest.raises(Refusal) as caught:
        require_five([], DEPARTMENTS, {"audit": "审计审"})
    assert caught.value.clause == "zone_funds#2" and "审计审" in str(caught.value)


def test_without_any_department_asked_the_joint_review_does_not_stand():
    assert five_reviews(whole_set(), ()).missing == ("joint",)


@pytest.mark.parametrize(
    "collective",
    [
        ReviewView("collective", "not_required", 5, clause="zone_collective#7"),  # chosen by a person
        ReviewView("collective", "not_required", None),  # without its clause
        ReviewView("collective", "pass", 5),  # without a meeting's record
        ReviewView("collective", "refuse", 5, has_agenda_item=True),
        ReviewView("collective", "pass", None, has_agenda_item=True),  # by nobody
    ],
)
def test_a_collective_review_that_is_none_does_not_stand(collective):
    assert five_reviews(whole_set(collective), DEPARTMENTS).missing == ("collective",)


def test_a_meeting_that_passed_it_stands():
    assert five_reviews(
        whole_set(ReviewView("collective", "pass", 5, has_agenda_item=True)), DEPARTMENTS
    ).is_complete


@pytest.mark.parametrize("kind", [kind for kind in FIVE if kind != "collective"])
def test_not_required_is_open_to_the_collective_review_alone(kind):
    changed = [
        replace(r, result="not_required", person_id=None, clause="zone_collective#7") if r.kind == kind else r
        for r in whole_set()
    ]
    assert five_reviews(changed, DEPARTMENTS).missing == (kind,)


def test_a_dissent_stands_only_beside_a_decision():
    changed = [replace(review, result="refuse") if review.unit_id == 12 else review for review in whole_set()]
    assert five_reviews(changed, DEPARTMENTS).missing == ("joint",)
    assert five_reviews(changed, DEPARTMENTS, has_decision=True).is_complete


RESULTS = ("pass", "pass_with_cut", "return", "refuse", "not_required")


def test_exhaustively_no_set_of_results_is_complete_without_five_conclusions():
    for results in itertools.product((None, *RESULTS), repeat=5):
        given_ones = []
        for kind, result in zip(FIVE, results, strict=True):
            if result is None:
                continue
            units = DEPARTMENTS if kind == "joint" else (None,)
            by = None if result == "not_required" else 1
            given_ones += [
                ReviewView(kind, result, by, unit, "zone_collective#7", kind == "collective")
                for unit in units
            ]
        ok = {"pass", "pass_with_cut"}
        expected = all(
            r in ok for r, kind in zip(results, FIVE, strict=True) if kind != "collective"
        ) and results[3] in {*ok, "not_required"}
        assert five_reviews(given_ones, DEPARTMENTS).is_complete is expected


@given(st.permutations(whole_set()), st.sets(st.integers(0, 6)))
def test_order_does_not_matter_and_absence_always_does(order, absent):
    given_ones = [review for place, review in enumerate(order) if place not in absent]
    verdict = five_reviews(given_ones, DEPARTMENTS)
    assert verdict.is_complete is not bool(absent & set(range(len(order))))


def test_applicant_and_reviewers_are_different_persons():
    with pytest.raises(Refusal) as caught:
        require_different([1, None, 2], 2)
    assert (caught.value.ground, caught.value.clause) == (Ground.CONFLICT, "zone_funds#11")
    require_different([1, None, 2], 3)


def test_the_clause_of_each_review_is_its_article():
    assert set(reviews.CLAUSE_OF) == set(FIVE)


def test_parts_below_the_threshold_that_reach_it_together_are_seen():
    line = Decimal(400)
    assert tender.may_be_split(Decimal(250), [Decimal(150)], line)
    assert not tender.may_be_split(Decimal(250), [Decimal(149)], line)
    assert not tender.may_be_split(Decimal(250), [], line)
    assert not tender.may_be_split(Decimal(400), [Decimal(150)], line)
    assert not tender.may_be_split(Decimal(250), [Decimal(400)], line)
