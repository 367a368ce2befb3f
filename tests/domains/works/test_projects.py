"""Opening a project, its gates, initiation and permits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.models import CostBaseline, Project
from lianjing.domains.works.queries import counts_by_stage
from lianjing.domains.works.services.project import open_project
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.matter.stages import pass_gate
from lianjing.runtime.org.models import PowerItem
from lianjing.runtime.org.services import end_power_item
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.trail.act import SYSTEM
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import (
    ARCHIVES,
    BUILDER,
    COST,
    FUNDS,
    LEAD,
    LEADER,
    OFFICER,
    PLANNER,
    TENDERS,
    refused,
)


def test_a_project_begins_in_initiation_with_its_estimate_on_its_own_chain(play):
    project = play.project()
    record = Project.objects.get(pk=project.pk)
    assert (project.stage, project.status, project.root_id) == ("initiation", "open", project.pk)
    assert record.total_investment == Decimal("68000000.00")
    assert CostBaseline.objects.get(project=record).kind == "estimate"
    assert Event.objects.get(matter_id=project.pk).object == f"matter:{project.pk}"


def test_the_same_request_opens_one_project(play):
    data = play.project_data()
    first = open_project(person_id=play.scene.person(OFFICER), now=play.scene.now, data=data, key="k1")
    again = open_project(person_id=play.scene.person(OFFICER), now=play.scene.now, data=data, key="k1")
    assert first.pk == again.pk and Project.objects.count() == 1


def test_only_a_project_officer_opens_a_project(play):
    with refused(Ground.POST, "post.not_held"):
        open_project(person_id=play.scene.person(COST), now=play.scene.now, data=play.project_data())


def test_no_project_without_a_power_item_in_force(play):
    item = PowerItem.objects.get(definition_key="works_project")
    end_power_item(
        item_id=item.pk,
        to_on=play.scene.today() - timedelta(days=1),
        actor=SYSTEM,
        now=play.scene.now,
        reason="取消",
    )
    with refused(Ground.POWER, "power.not_in_force"):
        play.project()
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "长" * 41),
        ("project_code", "2401-990101"),
        ("need", "太短"),
        ("total_investment", "0"),
        ("total_investment", "-1"),
        ("total_investment", "99999999999"),
        ("total_investment", "六千万"),
        ("fund_kind", "gold"),
        ("planned_end_on", "2020-01-01"),
        ("planned_start_on", "32/13/2025"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(play, field, value):
    events = Event.objects.count()
    with pytest.raises(InvalidForm) as caught:
        play.project(**{field: value})
    assert field in caught.value.errors
    assert Event.objects.count() == events and not Project.objects.exists()


def test_full_width_digits_and_separators_are_read_as_money(play):
    project = play.project(total_investment="６８，000,000.00")
    assert Project.objects.get(pk=project.pk).total_investment == Decimal("68000000.00")


def test_the_confirmed_approval_sets_budget_and_fact(play):
    project = play.project()
    play.approved(project, "66000000.00")
    record = Project.objects.get(pk=project.pk)
    assert record.approved_budget == Decimal("66000000.00")
    assert hold(project.pk, "project_approved", play.scene.today()) is not None
    assert BudgetLine.objects.get(project_id=project.pk).amount == Decimal("66000000.00")
    with refused(Ground.GATE, "opening.approved"):
        play.open(TENDERS, "works_design", project)


def test_a_registered_approval_is_no_fact_before_it_is_confirmed(play):
    project = play.project()
    matter = play.open(TENDERS, "works_design", project)
    play.do(TENDERS, matter, "commission", play.commission())
    play.do(COST, matter, "budget", play.costs("68000000"))
    play.back(LEAD, matter, "review", "budget")
    play.do(COST, matter, "budget", play.costs("67000000"))
    play.do(LEAD, matter, "review", play.experts())
    play.do(FUNDS, matter, "funds", play.lines("67000000"))
    play.do(LEADER, matter, "decide")
    play.passed(matter, "67000000")
    filed = {
        "project_code": "2401-990101-04-01-318462",
        "acceptance_no": "1",
        "applied_on": play.scene.today(),
    }
    play.do(OFFICER, matter, "filing", filed)
    paper = {"permit_no": "1", "issued_on": play.scene.today(), "amount": "67000000"}
    for wrong in ({"issued_on": play.scene.today() + timedelta(days=1)}, {"amount": "67000000.01"}):
        with pytest.raises(BadInput):
            play.do(OFFICER, matter, "register", paper | wrong)
    play.do(OFFICER, matter, "register", paper)
    assert hold(project.pk, "project_approved", play.scene.today()) is None
    with refused(Ground.GATE, "gate.initiation"):
        play.gate(project)


def test_a_stage_is_not_skipped_even_by_name(play):
    project = play.project()
    with refused(Ground.GATE, "gate.skipped"):
        pass_gate(
            matter_id=project.pk, person_id=play.scene.person(LEAD), now=play.scene.now, to_stage="tendering"
        )


def test_a_permit_is_a_fact_only_when_another_person_has_verified_it(play):
    project = play.project()
    play.approved(project)
    play.gate(project)
    matter = play.open(PLANNER, "works_permit", project)
    play.do(
        PLANNER,
        matter,
        "register",
        {
            "kind": "works_planning",
            "permit_no": "建字第1号",
            "issued_on": play.scene.today(),
            "result": "granted",
        },
    )
    assert hold(project.pk, "land_ready", play.scene.today()) is None
    with pytest.raises(Refusal):
        play.do(PLANNER, matter, "verify", {"is_same": "on"})
    play.do(ARCHIVES, matter, "verify", {"is_same": "on"})
    assert hold(project.pk, "land_ready", play.scene.today()) is not None


def test_a_permit_that_has_run_out_no_longer_holds(play):
    project = play.project()
    play.approved(project)
    play.gate(project)
    day = play.scene.today()
    play.permit(project, "works_planning")
    day = play.scene.today()
    play.permit(project, "construction", valid_to_on=day + timedelta(days=1))
    assert hold(project.pk, "construction_permitted", day) is not None
    assert hold(project.pk, "construction_permitted", day + timedelta(days=2)) is None


def test_the_projects_of_a_scope_are_counted_by_stage(play):
    for number in range(5):
        play.project(title=f"澜汀片区{number}号路工程", project_code="")
    person, day = play.scene.person(OFFICER), play.scene.today()
    assert counts_by_stage(person, day) == {"initiation": 5}


def test_a_firm_without_part_in_a_project_sees_nothing_of_it(play):
    project = play.project()
    assert counts_by_stage(play.scene.person(BUILDER), play.scene.today()) == {}
    with refused_scope():
        open_for(play.scene.person(BUILDER), project.pk, play.scene.today())


def refused_scope():
    return pytest.raises(Refusal, match="数据范围")
