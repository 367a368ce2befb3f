"""Proposal, feasibility, design, permits, detailed budget and adjustments, through the services."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.models import CostBaseline, Project, Study
from lianjing.domains.works.queries.approvals import decision_on, estimate_of
from lianjing.domains.works.queries.costs import cost_screen
from lianjing.domains.works.queries.permits import construction_permit_on, start_limit_of
from lianjing.domains.works.queries.stage import facts_on
from lianjing.domains.works.rules import costs, initiation, permits
from lianjing.domains.works.rules.project import is_project_code
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import Review, WorkItem
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.approving import ASSESSOR, DESIGNER
from tests.domains.works.playing import (
    ARCHIVES,
    AUDITOR,
    COST,
    FUNDS,
    HEAD,
    LEAD,
    LEADER,
    OFFICER,
    PLANNER,
    SECRETARY,
    TENDERS,
    refused,
)

sums = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999999.99"), places=2)
ratios = st.decimals(min_value=Decimal("0"), max_value=Decimal("1"), places=4)


# ---- pure rules


@given(base=sums, ratio=ratios)
def test_a_budget_is_over_only_strictly_above_its_limit(base, ratio):
    limit = base * (1 + ratio)
    assert not initiation.is_over(limit, base, ratio)
    assert initiation.is_over(limit + Decimal("0.01"), base, ratio)
    assert not initiation.is_over(base, base, ratio)


@given(amount=sums, prior=sums)
def test_a_variance_gives_back_the_amount(amount, prior):
    ratio = initiation.variance(amount, prior)
    assert ratio is not None and abs(prior * (1 + ratio) - amount) < Decimal("0.01")
    assert initiation.variance(amount, None) is None and initiation.variance(amount, Decimal(0)) is None


@given(
    st.from_regex(r"\A[0-9]{2}(0[1-9]|1[0-2])-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{5}[0-9A-Z]\Z"),
    st.integers(0, 25),
)
def test_a_code_that_lost_or_won_a_sign_is_none(code, place):
    assert is_project_code(code)
    assert not is_project_code(code[:place] + code[place + 1 :]) or len(code) <= place
    assert not is_project_code(code[:place] + "·" + code[place:])


@given(st.lists(sums, min_size=1, max_size=4))
def test_items_add_up_to_their_total_or_are_refused(parts):
    initiation.check_items(parts, sum(parts))
    with pytest.raises(BadInput):
        initiation.check_items(parts, sum(parts) + Decimal("0.01"))


@pytest.mark.parametrize(("count", "is_right"), [(1, False), (2, False), (3, True), (4, False), (5, True)])
def test_experts_are_odd_and_at_least_as_many_as_laid_down(count, is_right):
    names = [f"专家{place}" for place in range(count)]
    if is_right:
        initiation.check_experts(names, 3)
    else:
        with pytest.raises(BadInput):
            initiation.check_experts(names, 3)


@given(st.dictionaries(st.sampled_from(costs.CHAIN), sums), ratios)
def test_the_chain_keeps_its_order_and_marks_what_exceeds_the_budget(amounts, ratio):
    links = costs.chain(amounts, ratio)
    assert [link.kind for link in links] == list(costs.CHAIN)
    budget = amounts.get("approved_budget")
    for link in links:
        assert link.amount == amounts.get(link.kind)
        if link.is_over_budget:
            assert budget is not None and link.amount is not None and link.amount > budget
        if link.before:
            assert link.difference == amounts[link.kind] - amounts[link.before]


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 1, 1)), st.integers(0, 30))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months):
    later = permits.months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


FIGURES = permits.StartFigures(3, 3, 2)


def test_a_permit_lapses_after_three_months_and_two_extensions_at_most():
    issued = date(2025, 11, 30)
    assert permits.start_limit(issued, 0, FIGURES) == date(2026, 2, 28)
    assert permits.start_limit(issued, 2, FIGURES) == date(2026, 8, 30)
    assert permits.start_limit(issued, 9, FIGURES) == date(2026, 8, 30)
    with pytest.raises(Refusal) as caught:
        permits.check_extension(day=date(2026, 1, 5), issued_on=issued, extensions=2, figures=FIGURES)
    assert caught.value.rule == "permit.extensions"
    with pytest.raises(Refusal) as caught:
        permits.check_extension(day=date(2026, 3, 1), issued_on=issued, extensions=0, figures=FIGURES)
    assert caught.value.rule == "permit.lapsed"


# ---- the full path


def test_the_full_path_goes_from_proposal_to_the_approved_budget(play):
    project = play.project(simple_case="")
    with refused(Ground.GATE, "opening.no_feasibility"):
        play.open(TENDERS, "works_design", project)
    with refused(Ground.GATE, "opening.no_proposal"):
        play.open(OFFICER, "works_feasibility", project)
    proposal = play.proposed(project)
    with refused(Ground.GATE, "opening.no_feasibility"):
        play.open(TENDERS, "works_design", project)
    study = play.studied(project, "66000000.00")
    assert estimate_of(project.pk) == Decimal("66000000.00")
    design = play.approved(project, "68000000.00")
    kinds = {row.pk: row.kind for row in Permit.objects.filter(project=project, verified_on__isnull=False)}
    assert kinds == {proposal.pk: "proposal", study.pk: "feasibility", design.pk: "preliminary_design"}
    # the meeting that passed the study is not asked again for the design; the rule records it
    assert not WorkItem.objects.filter(matter=design, step_key="collective").exists()
    assert Review.objects.get(matter=design, kind="collective").result == "not_required"
    chain = dict(CostBaseline.objects.filter(project_id=project.pk).values_list("kind", "amount"))
    assert chain == {"estimate": Decimal("66000000.00"), "approved_budget": Decimal("68000000.00")}
    assert (
        Permit.objects.get(pk=design.pk).acceptance_no and Permit.objects.get(pk=design.pk).legal_limit_days
    )
    assert Project.objects.get(pk=project.pk).approved_budget == Decimal("68000000.00")
    assert play.gate(project).stage == "planning"


def test_a_large_proposal_is_not_filed_before_a_meeting_has_passed_it(play):
    project = play.project(simple_case="")
    matter = play.open(OFFICER, "works_proposal", project)
    draft = {"amount": "68000000", "authority": "行政审批局", "basis": "会议纪要"}
    play.do(OFFICER, matter, "draft", draft)
    play.do(HEAD, matter, "check")
    play.do(FUNDS, matter, "funds", play.lines("68000000"))
    play.do(LEADER, matter, "decide")
    with refused(Ground.RULE, "collective.not_passed"):
        play.do(SECRETARY, matter, "collective")
    play.decided(matter, kind="party_committee", amount="67999999.99", item_kind="project")
    with refused(Ground.RULE, "collective.amount"):
        play.do(SECRETARY, matter, "collective")
    assert decision_on(matter.pk, Decimal("68000000")) is None


def test_a_small_project_needs_no_meeting_and_the_rule_says_so(play):
    project = play.project(total_investment="400000")
    matter = play.approved(project, "400000.00")
    review = Review.objects.get(matter=matter, kind="collective")
    assert (review.result, review.clause, review.person_id) == ("not_required", "zone_collective#7", None)


def test_who_drafts_neither_checks_nor_confirms(play):
    project = play.project(simple_case="")
    matter = play.open(OFFICER, "works_proposal", project)
    play.do(OFFICER, matter, "draft", {"amount": "1", "authority": "局", "basis": "纪要"})
    with pytest.raises(Refusal):
        play.scene.do(OFFICER, matter, "check", {"opinion": "同意"})


# ---- feasibility and design


def at_review(play, project, budget="68000000"):
    matter = play.open(TENDERS, "works_design", project)
    play.do(TENDERS, matter, "commission", play.commission())
    play.do(COST, matter, "budget", play.costs(budget))
    return matter


def test_a_firm_does_not_check_its_own_design(play):
    matter = at_review(play, play.project())
    with refused(Ground.RULE, "study.same_firm"):
        play.do(LEAD, matter, "review", play.experts(checker_name=DESIGNER))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_too_few_or_an_even_number_of_experts_is_bad_input(play, count):
    matter = at_review(play, play.project())
    with pytest.raises(BadInput) as caught:
        play.do(LEAD, matter, "review", play.experts(count))
    assert caught.value.field == "experts"


def test_items_that_do_not_add_up_are_told_at_the_total(play):
    matter = play.open(TENDERS, "works_design", play.project())
    play.do(TENDERS, matter, "commission", play.commission())
    with pytest.raises(InvalidForm) as caught:
        play.do(COST, matter, "budget", play.costs("68000000", works_amount="67000000"))
    assert "total" in caught.value.errors


def test_a_budget_above_110_percent_stops_until_the_report_is_on_file(play):
    project = play.project()
    matter = at_review(play, project, "74800000.01")
    with refused(Ground.RULE, "design.over_estimate"):
        play.do(LEAD, matter, "review", play.experts())
    report = play.open(PLANNER, "works_permit", project, "超概算报告")
    data = {
        "kind": "report_over",
        "permit_no": "澜经报〔2025〕3号",
        "authority": "行政审批局",
        "content_text": "原审批机关意见：同意按调整后规模报批",
        "issued_on": play.scene.today(),
        "result": "granted",
    }
    play.do(PLANNER, report, "register", data)
    with refused(Ground.RULE, "design.over_estimate"):
        play.do(LEAD, matter, "review", play.experts())
    play.do(ARCHIVES, report, "verify", {"is_same": "on"})
    play.do(LEAD, matter, "review", play.experts())


def test_exactly_110_percent_passes_and_a_cut_brings_a_budget_below_it(play):
    matter = at_review(play, play.project(), "74800000.00")
    play.do(LEAD, matter, "review", play.experts())
    other = at_review(play, play.project(), "75000000.00")
    play.do(LEAD, other, "review", play.experts(cut="200000"))
    study = Study.objects.get(pk=other.pk)
    assert (study.total, study.works_amount) == (Decimal("74800000.00"), Decimal("74800000.00"))
    assert study.checker_enterprise.name == ASSESSOR


@pytest.mark.parametrize(
    "rows",
    [
        [{"kind": "prereview", "number": "1", "reason": ""}],
        [
            {"kind": kind, "number": "", "reason": ""}
            for kind in ("prereview", "stability", "energy", "tender_scheme")
        ],
    ],
)
def test_each_precondition_has_its_number_or_a_reason(play, rows):
    project = play.project(simple_case="")
    play.proposed(project)
    matter = play.open(OFFICER, "works_feasibility", project)
    play.do(OFFICER, matter, "commission", play.commission())
    with pytest.raises(InvalidForm) as caught:
        play.do(PLANNER, matter, "preconditions", {"rows": rows})
    assert "rows" in caught.value.errors


# ---- detailed budget and adjustment


def test_detailed_budget_and_control_price_join_the_chain(play):
    project = play.project()
    play.approved(project)
    matter = play.priced(project)
    kinds = dict(CostBaseline.objects.filter(source_matter=matter).values_list("kind", "amount"))
    assert kinds == {"detailed_budget": Decimal("55000000"), "control_price": Decimal("50000000")}


def test_a_detailed_budget_above_the_approved_one_is_refused(play):
    project = play.project()
    play.approved(project)
    matter = play.open(COST, "works_detailed_budget", project)
    with refused(Ground.RULE, "budget.over_approved"):
        play.do(COST, matter, "draft", play.detailed("68000000.01", "50000000"))
    with pytest.raises(BadInput):
        play.do(COST, matter, "draft", play.detailed("50000000", "50000000.01"))
    play.do(COST, matter, "draft", play.detailed("55000000", "50000000"))
    with refused(Ground.RULE, "study.same_firm"):
        play.do(LEAD, matter, "check", {"checker_name": DESIGNER, "opinion": "同意"})


def test_an_adjustment_above_ten_percent_is_audited_and_goes_to_the_original_approver(play):
    project = play.project()
    play.approved(project)
    matter = play.adjusting(project, "75000000.00")
    play.do(AUDITOR, matter, "audit")
    play.do(LEADER, matter, "decide")
    play.passed(matter, "75000000.00")
    filed = {
        "project_code": "2401-990101-04-01-318462",
        "acceptance_no": "2",
        "applied_on": play.scene.today(),
    }
    play.do(OFFICER, matter, "filing", filed)
    paper = {"permit_no": "澜经审〔2025〕40号", "issued_on": play.scene.today(), "amount": "75000000"}
    with refused(Ground.RULE, "adjustment.other_authority"):
        play.do(OFFICER, matter, "register", {**paper, "authority": "另一机关"})
    play.do(OFFICER, matter, "register", {**paper, "authority": "行政审批局"})
    assert Project.objects.get(pk=project.pk).approved_budget == Decimal("68000000.00")
    play.do(HEAD, matter, "confirm", {"is_same": "on"})
    record = Project.objects.get(pk=project.pk)
    assert record.approved_budget == Decimal("75000000.00")
    line = next(
        each for each in cost_screen(record, play.scene.today()).lines if each.link.kind == "approved_budget"
    )
    assert [row.amount for row in line.former] == [Decimal("68000000.00")]
    assert line.link.is_over_estimate


def test_an_adjustment_of_up_to_ten_percent_needs_no_audit_and_must_raise_the_budget(play):
    project = play.project()
    play.approved(project)
    matter = play.open(COST, "works_budget_adjustment", project)
    same = {"amount": "68000000", "cause": "price", "plan": "材料上涨", "source": "预算"}
    with pytest.raises(BadInput):
        play.do(COST, matter, "draft", same)
    play.do(COST, matter, "draft", {**same, "amount": "74800000"})
    play.do(LEAD, matter, "check")
    play.do(FUNDS, matter, "funds", play.lines("6800000"))
    assert not WorkItem.objects.filter(matter=matter, step_key="audit").exists()
    play.do(LEADER, matter, "decide")


# ---- permits


def planning(play):
    project = play.project()
    play.approved(project)
    return play.gate(project)


def test_no_construction_permit_is_registered_without_a_works_planning_permit(play):
    project = planning(play)
    with refused(Ground.RULE, "permit.order"):
        play.permit(project, "construction")


def test_a_works_planning_permit_without_land_permit_becomes_a_deviation_with_owner_and_checker(play):
    project = planning(play)
    play.permit(project, "works_planning")
    task = Undertaking.objects.get(matter=project, source_kind="deviation")
    assert task.owner_person_id == play.scene.person(PLANNER)
    assert task.checker_person_id == play.scene.person(ARCHIVES)
    assert task.clause == "zone_initiation#10" and task.due_on > play.scene.today()


def test_permits_in_their_order_leave_no_deviation(play):
    project = planning(play)
    for kind in ("land_planning", "works_planning", "construction"):
        play.permit(project, kind)
    assert not Undertaking.objects.filter(matter=project).exists()


def test_planning_permits_wait_for_the_stage_of_planning(play):
    project = play.project()
    matter = play.open(PLANNER, "works_permit", project)
    data = {"kind": "works_planning", "permit_no": "1", "issued_on": play.scene.today(), "result": "granted"}
    with refused(Ground.GATE, "permit.stage"):
        play.do(PLANNER, matter, "register", data)
    play.do(PLANNER, matter, "register", data | {"kind": "prereview"})
    play.do(ARCHIVES, matter, "verify", {"is_same": "on"})
    assert hold(project.pk, "prereview_passed", play.scene.today()) is not None


def test_a_conditional_permit_says_its_conditions_and_counts_the_days_of_the_authority(play):
    project = planning(play)
    matter = play.open(PLANNER, "works_permit", project)
    issued = play.scene.today()
    data = {
        "kind": "land_planning",
        "permit_no": "地字第1号",
        "applied_on": issued - timedelta(days=14),
        "issued_on": issued,
        "result": "conditional",
    }
    with pytest.raises(InvalidForm) as caught:
        play.do(PLANNER, matter, "register", data)
    assert "conditions_text" in caught.value.errors
    play.do(PLANNER, matter, "register", {**data, "conditions_text": "退让道路红线10米"})
    assert 0 < Permit.objects.get(pk=matter.pk).working_days_used <= 10


def test_a_construction_permit_lapses_without_a_start_and_is_extended_twice_at_most(play):
    project = planning(play)
    play.permit(project, "works_planning")
    matter = play.permit(project, "construction")
    issued = play.scene.today()
    permit = Permit.objects.get(pk=matter.pk)
    limit = start_limit_of(permit, issued)
    assert limit == permits.months_after(issued, 3)
    assert construction_permit_on(project.pk, limit) is not None
    late = limit + timedelta(days=1)
    assert construction_permit_on(project.pk, late) is None
    assert "construction_permitted" not in facts_on(project.pk, late)
    # works that began in time go on
    Project.objects.filter(pk=project.pk).update(started_on=limit)
    assert construction_permit_on(project.pk, late) is not None
    Project.objects.filter(pk=project.pk).update(started_on=None)

    extension = {"is_extension": "on", "expires_permit": permit.pk, "permit_no": ""}
    for _turn in range(2):
        play.permit(project, "construction", **extension)
    assert start_limit_of(permit, late) == permits.months_after(issued, 9)
    assert construction_permit_on(project.pk, late) is not None
    third = play.open(PLANNER, "works_permit", project)
    data = {"kind": "construction", "issued_on": play.scene.today(), "result": "granted", **extension}
    with refused(Ground.RULE, "permit.extensions"):
        play.do(PLANNER, third, "register", data)
