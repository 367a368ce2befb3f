"""Progress reports and change orders through the real services."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.models import ChangeItem, ChangeOrder, ProgressReport
from lianjing.domains.works.queries.standing import ceiling_of, cumulative_of, verified_value
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import Amendment
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import WorkItem
from tests.domains.works.playing import (
    BUILDER,
    CHIEF,
    COST,
    ENGINEER,
    LEAD,
    LEADER,
    SECRETARY,
    SITE,
    refused,
)


def report(play, project, contract, ratio, **changes):
    matter = play.open(BUILDER, "works_progress", project)
    play.do(
        BUILDER,
        matter,
        "report",
        {
            "contract": getattr(contract, "pk", contract),
            "period_on": play.scene.today(),
            "reported_ratio": ratio,
            **changes,
        },
    )
    return matter


def test_value_counts_only_when_the_owner_has_confirmed_it(building):
    play, project, contract = building
    matter = report(play, project, contract, "10")
    play.do(ENGINEER, matter, "verify", {"verified_ratio": "9", "completed_value": "4000000"})
    assert verified_value(contract) == 0
    play.do(SITE, matter, "confirm")
    assert verified_value(contract) == Decimal("4000000.00")
    row = ProgressReport.objects.get(pk=matter.pk)
    assert row.period_on.day == 1 and row.verified_by_person_id == play.scene.person(ENGINEER)


def test_the_supervision_firm_verifies_no_more_than_was_reported(building):
    play, project, contract = building
    matter = report(play, project, contract, "10")
    with pytest.raises(BadInput):
        play.do(ENGINEER, matter, "verify", {"verified_ratio": "10.01", "completed_value": "4000000"})


def test_progress_does_not_fall_without_a_reason_and_a_month_has_one_report(building):
    play, project, contract = building
    play.progressed(project, contract, "20", "9000000")
    with pytest.raises(BadInput):
        report(play, project, contract, "25")
    play.scene.pass_time(hours=24 * 32)
    with pytest.raises(BadInput):
        report(play, project, contract, "19")
    matter = report(play, project, contract, "19", problems="返工拆除")
    play.do(ENGINEER, matter, "verify", {"verified_ratio": "19", "completed_value": "8500000"})


def test_value_does_not_fall_while_progress_rises(building):
    play, project, contract = building
    play.progressed(project, contract, "20", "9000000")
    play.scene.pass_time(hours=24 * 32)
    matter = report(play, project, contract, "25")
    with pytest.raises(BadInput):
        play.do(ENGINEER, matter, "verify", {"verified_ratio": "25", "completed_value": "8999999.99"})


def test_a_month_to_come_and_a_contract_of_elsewhere_are_refused(building):
    play, project, contract = building
    with pytest.raises(InvalidForm):
        report(play, project, contract, "10", period_on=play.scene.today() + timedelta(days=40))
    with refused(Ground.RULE, "payment.not_on_platform"):
        report(play, project, 987654, "10")


# ---- changes


def item_posts(matter: Matter) -> set[str]:
    return set(WorkItem.objects.filter(matter=matter, closed_at=None).values_list("step_key", flat=True))


def test_a_general_change_raises_the_ceiling_once_approved(contracted):
    play, project, contract = contracted
    matter = play.change_to_price(project, contract, "100000")
    row = ChangeOrder.objects.get(pk=matter.pk)
    assert (row.change_class, row.body, row.amount) == ("general", "owner_supervisor", Decimal("100000.00"))
    assert ceiling_of(contract) == Decimal("48000000.00")
    play.do(LEAD, matter, "lead")
    play.do(LEADER, matter, "leader")
    assert ceiling_of(contract) == Decimal("48100000.00")
    assert Amendment.objects.get(contract=contract).new_amount == Decimal("48100000.00")
    play.do(SITE, matter, "order", {"work_started_on": play.scene.today()})
    with pytest.raises(Refusal):
        process.withdraw(
            matter_id=matter.pk, person_id=play.scene.person(BUILDER), reason="x", now=play.scene.now
        )


def test_two_changes_just_under_a_tier_are_summed_and_escalate(play):
    project, contract = play.under_contract("7000000", "7100000", "7200000")
    first = play.change_to_price(project, contract, "199999.99", code="BG-1")
    assert ChangeOrder.objects.get(pk=first.pk).change_class == "general"
    second = play.change_to_price(project, contract, "199999.99", code="BG-2")
    row = ChangeOrder.objects.get(pk=second.pk)
    assert (row.change_class, row.cumulative) == ("larger", Decimal("399999.98"))
    assert item_posts(second) == {"joint"}
    third = play.change_to_price(project, contract, "300000.02", code="BG-3")
    assert ChangeOrder.objects.get(pk=third.pk).change_class == "major"


def test_a_withdrawn_change_no_longer_counts(contracted):
    play, project, contract = contracted
    matter = play.change_to_price(project, contract, "150000")
    assert cumulative_of(contract, Decimal(1)).total == Decimal("150001.00")
    process.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(BUILDER), reason="不做了", now=play.scene.now
    )
    assert ChangeOrder.objects.get(pk=matter.pk).status == "withdrawn"
    assert cumulative_of(contract, Decimal(1)).total == Decimal(1)


def test_a_larger_change_goes_through_the_joint_review_to_the_leader(contracted):
    play, project, contract = contracted
    matter = play.change_to_price(project, contract, "500000")
    play.opinions(matter)
    assert item_posts(matter) == {"leader"}
    play.do(LEADER, matter, "leader")
    assert ChangeOrder.objects.get(pk=matter.pk).status == "approved"


def test_a_dissent_in_the_joint_review_stops_the_leader_until_a_meeting_decides(contracted):
    play, project, contract = contracted
    matter = play.change_to_price(project, contract, "500000")
    play.opinions(matter, PLN="disagree")
    with refused(Ground.RULE, "joint.disagreed"):
        play.do(LEADER, matter, "leader")
    play.decided(matter, kind="director", amount="500000", item_kind="change")
    play.do(LEADER, matter, "leader")
    assert ChangeOrder.objects.get(pk=matter.pk).status == "approved"


def test_a_major_change_needs_the_body_that_the_table_names(contracted):
    play, project, contract = contracted
    matter = play.change_to_price(project, contract, "2500000")
    assert ChangeOrder.objects.get(pk=matter.pk).body == "party_committee"
    play.opinions(matter)
    play.decided(matter, kind="director", amount="2500000", item_kind="change")
    with refused(Ground.RULE, "collective.not_passed"):
        play.do(SECRETARY, matter, "collective", {"opinion": "通过"})


def test_a_change_of_scope_needs_the_original_approvers_paper(contracted):
    play, project, contract = contracted
    matter = play.change_to_price(project, contract, "100000", scope=True)
    row = ChangeOrder.objects.get(pk=matter.pk)
    assert (row.change_class, row.body) == ("major", "director_meeting")
    play.opinions(matter)
    play.decided(matter, kind="director", amount="100000", item_kind="change")
    with refused(Ground.DOCUMENTS, "change.original_approver"):
        play.do(SECRETARY, matter, "collective", {"opinion": "通过"})
    play.paper(SECRETARY, matter, "approval", play.scene.item(matter, "collective"))
    play.do(SECRETARY, matter, "collective", {"opinion": "通过"})
    assert ChangeOrder.objects.get(pk=matter.pk).status == "approved"


def test_started_work_and_a_sum_of_nothing_are_refused(contracted):
    play, project, contract = contracted
    matter = play.open(BUILDER, "works_change", project)
    with refused(Ground.RULE, "change.started"):
        play.do(BUILDER, matter, "propose", play.change_data(contract, is_started="on"))
    play.do(BUILDER, matter, "propose", play.change_data(contract))
    play.do(CHIEF, matter, "supervise")
    items = [
        {"item_code": "1", "name": "加", "quantity_delta": "2", "unit_price": "50"},
        {"item_code": "2", "name": "减", "quantity_delta": "-1", "unit_price": "100"},
    ]
    with pytest.raises(BadInput):
        play.do(COST, matter, "price", {"items": items})
    assert not ChangeItem.objects.exists()


def test_a_change_beyond_the_approved_budget_is_refused(contracted):
    play, project, contract = contracted
    matter = play.open(BUILDER, "works_change", project)
    play.do(BUILDER, matter, "propose", play.change_data(contract))
    play.do(CHIEF, matter, "supervise")
    items = [{"item_code": "1", "name": "加", "quantity_delta": "1", "unit_price": "20000000.01"}]
    with refused(Ground.RULE, "change.over_budget"):
        play.do(COST, matter, "price", {"items": items})


def test_a_price_given_again_replaces_the_items(contracted):
    play, project, contract = contracted
    matter = play.change_to_price(project, contract, "100000")
    play.back(LEAD, matter, "lead", "price")
    items = [{"item_code": "9", "name": "换", "quantity_delta": "-2.5", "unit_price": "1000"}]
    play.do(COST, matter, "price", {"items": items})
    row = ChangeOrder.objects.get(pk=matter.pk)
    assert (row.amount, row.cumulative) == (Decimal("-2500.00"), Decimal("2500.00"))
    assert ChangeItem.objects.count() == 1
