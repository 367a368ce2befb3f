"""Change orders through the real services: tiers, splitting, emergencies, who pays, drawings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.models import ChangeItem, ChangeOrder
from lianjing.domains.works.queries.standing import ceiling_of, cumulative_of
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import Amendment
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.on_site import DESIGNER
from tests.domains.works.playing import BUILDER, CHIEF, COST, LEAD, LEADER, SECRETARY, SITE, refused


def item_posts(matter: Matter) -> set[str]:
    return set(WorkItem.objects.filter(matter=matter, closed_at=None).values_list("step_key", flat=True))


def test_a_general_change_raises_the_ceiling_once_approved(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "100000")
    row = ChangeOrder.objects.get(pk=matter.pk)
    assert (row.change_class, row.body, row.amount) == ("general", "owner_supervisor", Decimal("100000.00"))
    assert ceiling_of(contract) == Decimal("48000000.00")
    play.do(LEAD, matter, "lead")
    play.do(LEADER, matter, "leader")
    assert ceiling_of(contract) == Decimal("48100000.00")
    assert not Amendment.objects.filter(contract=contract).exists()
    play.do(SITE, matter, "order", {"work_started_on": play.scene.today()})
    with pytest.raises(Refusal):
        process.withdraw(
            matter_id=matter.pk, person_id=play.scene.person(BUILDER), reason="x", now=play.scene.now
        )


def test_two_changes_just_under_a_tier_are_summed_and_escalate(play):
    project, contract = play.building("7000000", "7100000", "7200000")
    first = play.change_to_price(project, contract, "199999.99", code="BG-1")
    assert ChangeOrder.objects.get(pk=first.pk).change_class == "general"
    second = play.change_to_price(project, contract, "199999.99", code="BG-2")
    row = ChangeOrder.objects.get(pk=second.pk)
    assert (row.change_class, row.cumulative) == ("larger", Decimal("399999.98"))
    assert item_posts(second) == {"joint"}
    third = play.change_to_price(project, contract, "300000.02", code="BG-3")
    assert ChangeOrder.objects.get(pk=third.pk).change_class == "major"


def test_a_withdrawn_change_no_longer_counts(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "150000")
    assert cumulative_of(contract, Decimal(1)).total == Decimal("150001.00")
    process.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(BUILDER), reason="不做了", now=play.scene.now
    )
    assert ChangeOrder.objects.get(pk=matter.pk).status == "withdrawn"
    assert cumulative_of(contract, Decimal(1)).total == Decimal(1)


def test_a_larger_change_goes_through_the_joint_review_to_the_leader(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "500000")
    play.opinions(matter)
    assert item_posts(matter) == {"leader"}
    play.do(LEADER, matter, "leader")
    assert ChangeOrder.objects.get(pk=matter.pk).status == "approved"


def test_a_dissent_in_the_joint_review_stops_the_leader_until_a_meeting_decides(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "500000")
    play.opinions(matter, PLN="disagree")
    with refused(Ground.RULE, "joint.disagreed"):
        play.do(LEADER, matter, "leader")
    play.decided(matter, kind="director", amount="500000", item_kind="change")
    play.do(LEADER, matter, "leader")
    assert ChangeOrder.objects.get(pk=matter.pk).status == "approved"


def test_a_major_change_needs_the_body_that_the_table_names(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "2500000")
    assert ChangeOrder.objects.get(pk=matter.pk).body == "party_committee"
    play.opinions(matter)
    play.decided(matter, kind="director", amount="2500000", item_kind="change")
    with refused(Ground.RULE, "collective.not_passed"):
        play.do(SECRETARY, matter, "collective", {"opinion": "通过"})


def test_a_change_of_scope_needs_the_original_approvers_paper(building):
    play, project, contract = building
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


def test_started_work_and_a_sum_of_nothing_are_refused(building):
    play, project, contract = building
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


def test_a_change_beyond_the_approved_budget_is_refused(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_change", project)
    play.do(BUILDER, matter, "propose", play.change_data(contract))
    play.do(CHIEF, matter, "supervise")
    items = [{"item_code": "1", "name": "加", "quantity_delta": "1", "unit_price": "20000000.01"}]
    with refused(Ground.RULE, "change.over_budget"):
        play.do(COST, matter, "price", {"items": items})


def test_a_price_given_again_replaces_the_items(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "100000")
    play.back(LEAD, matter, "lead", "price")
    items = [{"item_code": "9", "name": "换", "quantity_delta": "-2.5", "unit_price": "1000"}]
    play.do(COST, matter, "price", {"items": items})
    row = ChangeOrder.objects.get(pk=matter.pk)
    assert (row.amount, row.cumulative) == (Decimal("-2500.00"), Decimal("2500.00"))
    assert ChangeItem.objects.count() == 1


def test_a_proposal_needs_three_photographs_taken_before(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_change", project)
    play.paper(BUILDER, matter, "change", play.scene.item(matter, "propose"))
    play.photos(BUILDER, matter, 3, "after")
    with refused(Ground.DOCUMENTS, "photos.too_few"):
        play.scene.do(BUILDER, matter, "propose", play.change_data(contract))
    play.photos(BUILDER, matter, 3, "before")
    play.scene.do(BUILDER, matter, "propose", play.change_data(contract))


def test_a_variation_split_in_three_is_classed_as_one(building):
    play, project, contract = building
    one = {"part": "K0+420–K0+510"}
    first = play.change_to_price(project, contract, "80000", code="BG-1", **one)
    second = play.change_to_price(project, contract, "80000", code="BG-2", part="K0+420 - K0+510")
    assert item_posts(first) == item_posts(second) == {"lead"}
    third = play.change_to_price(project, contract, "80000", code="BG-3", **one)
    assert ChangeOrder.objects.get(pk=third.pk).change_class == "larger"
    other = play.change_to_price(project, contract, "80000", code="BG-4", part="K1+000")
    assert ChangeOrder.objects.get(pk=other.pk).change_class == "general"


def test_a_split_over_more_than_the_window_is_no_split(building):
    play, project, contract = building
    play.changed(project, contract, "120000")
    play.scene.pass_time(hours=24 * 40)
    later = play.change_to_price(project, contract, "120000")
    assert ChangeOrder.objects.get(pk=later.pk).change_class == "general"


def test_the_contractors_fault_is_not_paid_but_classed(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "300000", responsible="contractor", cause="contractor")
    row = ChangeOrder.objects.get(pk=matter.pk)
    assert (row.amount, row.change_class) == (Decimal("0.00"), "larger")
    play.opinions(matter)
    play.do(LEADER, matter, "leader")
    assert ceiling_of(contract) == Decimal("48000000.00")


def test_the_designer_draws_where_the_project_has_one(building):
    play, project, contract = building
    firm = Enterprise.objects.get(name="婺澜规晷建筑设计院有限公司")
    with recorded("test", chain=f"matter:{project.pk}", actor=SYSTEM, now=play.scene.now) as act:
        join_party(act, project, enterprise_id=firm.pk, role="designer")
    matter = play.open(BUILDER, "works_change", project)
    play.do(BUILDER, matter, "propose", play.change_data(contract))
    play.do(CHIEF, matter, "supervise")
    assert item_posts(matter) == {"drawing"}
    play.do(DESIGNER, matter, "drawing", {"drawing_no": "设变-1", "opinion": "已出图"})
    row = ChangeOrder.objects.get(pk=matter.pk)
    assert (row.drawing_no, row.designer_enterprise_id) == ("设变-1", firm.pk)
    play.change_priced(matter, "1000")


# ---- emergencies


def emergency_data(play, contract, **changes):
    return play.change_data(
        contract,
        is_started="on",
        is_emergency="on",
        cause="emergency",
        danger_at=play.scene.now - timedelta(hours=6),
        danger_text="暴雨致边坡塌方，危及管线",
        **changes,
    )


def test_an_emergency_is_worked_on_oral_consent_and_goes_the_ordinary_way_after(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_change", project)
    play.do(BUILDER, matter, "propose", emergency_data(play, contract))
    assert item_posts(matter) == {"consent"}
    consent = {"oral_consent_at": play.scene.now - timedelta(hours=5), "opinion": "同意先行抢险"}
    with refused(Ground.POST, "post.not_held"):
        play.do(LEADER, matter, "consent", consent)
    play.do(LEAD, matter, "consent", consent)
    row = ChangeOrder.objects.get(pk=matter.pk)
    assert row.oral_by_person_id == play.scene.person(LEAD)
    assert row.papers_due_on == play.scene.today() + timedelta(days=7)
    owed = Undertaking.objects.get(matter=matter)
    assert (owed.due_on, owed.closed_on) == (row.papers_due_on, None)
    assert ceiling_of(contract) == Decimal("48000000.00")
    done = {"after_text": "钢板桩支护", "work_started_on": play.scene.today()}
    play.do(BUILDER, matter, "papers", done)
    owed.refresh_from_db()
    assert owed.closed_on == play.scene.today()
    play.do(CHIEF, matter, "supervise")
    play.drawn(matter)
    play.change_priced(matter, "150000")
    play.do(LEAD, matter, "lead")
    play.do(LEADER, matter, "leader")
    play.do(SITE, matter, "order", {"work_started_on": play.scene.today()})
    assert ceiling_of(contract) == Decimal("48150000.00")
    assert not Event.objects.filter(matter_id=matter.pk, happened_at__isnull=False).exists()


def test_an_oral_consent_logged_late_is_shown_as_a_late_entry(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_change", project)
    play.do(BUILDER, matter, "propose", emergency_data(play, contract))
    given = play.scene.now - timedelta(hours=4)
    play.scene.pass_time(hours=30)
    play.do(LEAD, matter, "consent", {"oral_consent_at": given, "opinion": "同意"})
    late = Event.objects.get(matter_id=matter.pk, step_key="consent")
    assert late.happened_at == given and late.recorded_at > given + timedelta(hours=24)


def test_papers_that_do_not_come_stay_owed_past_their_day(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_change", project)
    play.do(BUILDER, matter, "propose", emergency_data(play, contract))
    consent = {"oral_consent_at": play.scene.now - timedelta(hours=1), "opinion": "同意"}
    play.do(LEAD, matter, "consent", consent)
    play.scene.pass_time(hours=24 * 9)
    owed = Undertaking.objects.get(matter=matter)
    assert owed.closed_on is None and owed.due_on < play.scene.today()
    assert owed.owner_person_id == play.scene.person(BUILDER)


def test_an_emergency_without_its_danger_is_refused(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_change", project)
    for fault in ({"danger_text": ""}, {"danger_at": ""}):
        with pytest.raises(InvalidForm):
            play.do(BUILDER, matter, "propose", {**emergency_data(play, contract), **fault})
    play.do(BUILDER, matter, "propose", emergency_data(play, contract))
    early = {"oral_consent_at": play.scene.now - timedelta(hours=20), "opinion": "同意"}
    with pytest.raises(BadInput):
        play.do(LEAD, matter, "consent", early)
