"""The step transaction: who may act, what is refused and why, and that each act leaves exactly one event."""

from datetime import timedelta

import pytest

from lianjing.domains.works.services.project import open_project
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.services import upload
from lianjing.runtime.matter.services import recuse
from lianjing.runtime.matter.stages import pass_gate
from lianjing.runtime.org.models import Appointment, LoginAccount, Post, PowerItem
from lianjing.runtime.org.queries import actor_at, actor_with
from lianjing.runtime.org.services import add_appointment, delegate, end_appointment, end_power_item
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process import services
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import ProcessInstance, Submission, WorkItem
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify

PLANNER, ARCHIVIST, OFFICER, LEAD, HEAD, PLANNING_HEAD = "20401", "20708", "20703", "20702", "20701", "20402"
PERMIT = {
    "kind": "works_planning",
    "permit_no": "建字第990101202500001号",
    "issued_on": "2025-08-20",
    "result": "granted",
}
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def project(zone):
    data = {
        "title": "望汀大道北延工程",
        "sector": "road",
        "nature": "新建",
        "site": "望汀大道以北",
        "scale": "道路长1.82 km，宽36 m",
        "total_investment": "68000000.00",
        "fund_kind": "budget",
        "is_state_controlled": "on",
        "funding_year": "2025",
        "planned_start_on": "2025-12-01",
        "planned_end_on": "2026-12-01",
        "need": "现状道路拥堵，" * 20,
    }
    return open_project(person_id=zone.person(OFFICER), now=zone.now, data=data)


@pytest.fixture
def planning(zone, project):
    with recorded("test.setup", chain=f"matter:{project.id}", actor=SYSTEM, now=zone.now) as act:
        project.stage = "planning"
        return act.save(project)


@pytest.fixture
def permit(zone, planning):
    project = planning
    return services.open_matter(
        procedure_key="works_permit",
        parent_id=project.id,
        title="工程规划许可",
        person_id=zone.person(PLANNER),
        now=zone.now,
    )


def paper(zone, matter, number=PLANNER, kind="permit"):
    item = WorkItem.objects.get(matter=matter, closed_at=None)
    actor = actor_at(zone.person(number), item.post_id, zone.today())
    return upload(
        matter_id=matter.id,
        kind=kind,
        title="建设工程规划许可证",
        content=PDF,
        file_name="许可证.pdf",
        actor=actor,
        now=zone.now,
    )


def register(zone, permit, number=PLANNER, key="", **changes):
    item = WorkItem.objects.get(matter=permit, step_key="register", closed_at=None)
    return services.complete(
        item_id=item.id,
        person_id=zone.person(number),
        data={**PERMIT, **changes},
        now=zone.pass_time(hours=1),
        key=key,
    )


def refusals():
    return list(Event.objects.filter(is_refused=True).values_list("refused_rule", flat=True))


def test_a_step_writes_record_item_state_and_exactly_one_event(zone, permit):
    paper(zone, permit)
    before = Event.objects.count()
    outcome = register(zone, permit)
    assert Event.objects.count() == before + 1
    assert Permit.objects.get(pk=permit.pk).permit_no == PERMIT["permit_no"]
    assert [item.step_key for item in outcome.opened] == ["verify"]
    event = Event.objects.get(id=outcome.event_id)
    assert (
        event.person_id == zone.person(PLANNER)
        and event.matter_id == permit.id
        and event.object == f"matter:{permit.root_id}"
    )
    assert verify(extra=[check_states]).problems == []


def test_the_wrong_post_is_refused_and_the_attempt_is_an_event(zone, permit):
    paper(zone, permit)
    with pytest.raises(Refusal) as caught:
        register(zone, permit, ARCHIVIST)
    assert caught.value.ground is Ground.POST and caught.value.clause == "zone_organisation#2"
    event = Event.objects.get(is_refused=True)
    assert event.person_id == zone.person(ARCHIVIST) and not Permit.objects.exists()


def test_a_step_without_its_mandatory_paper_is_refused_with_the_clause(zone, permit):
    with pytest.raises(Refusal, match="许可证") as caught:
        register(zone, permit)
    assert caught.value.ground is Ground.DOCUMENTS and caught.value.clause
    assert refusals() == ["documents.missing"]


def test_an_invalid_form_names_its_field_and_writes_no_event(zone, permit):
    paper(zone, permit)
    before = Event.objects.count()
    with pytest.raises(InvalidForm) as caught:
        register(zone, permit, issued_on="2099-01-01")
    assert "issued_on" in caught.value.errors
    assert Event.objects.count() == before and not Submission.objects.exists()


def test_the_same_request_twice_is_answered_with_the_first_event(zone, permit):
    paper(zone, permit)
    item = WorkItem.objects.get(matter=permit, step_key="register")
    request = {
        "item_id": item.id,
        "person_id": zone.person(PLANNER),
        "data": PERMIT,
        "now": zone.now,
        "key": "k1",
    }
    first = services.complete(**request)
    again = services.complete(**request)
    assert again.event_id == first.event_id and again.is_repeated
    assert Submission.objects.count() == 1


def test_another_request_under_the_same_key_is_refused(zone, permit):
    paper(zone, permit)
    register(zone, permit, key="k1")
    item = WorkItem.objects.get(matter=permit, step_key="verify")
    with pytest.raises(Refusal, match="另一项"):
        services.complete(item_id=item.id, person_id=zone.person(ARCHIVIST), data={}, now=zone.now, key="k1")


def test_a_closed_item_cannot_be_done_again(zone, permit):
    paper(zone, permit)
    item = WorkItem.objects.get(matter=permit, step_key="register")
    register(zone, permit)
    with pytest.raises(Refusal) as caught:
        services.complete(item_id=item.id, person_id=zone.person(PLANNER), data=PERMIT, now=zone.now)
    assert caught.value.ground is Ground.STALE and refusals() == []


def test_an_unknown_item_is_refused(zone):
    with pytest.raises(Refusal) as caught:
        services.complete(item_id=10**9, person_id=zone.person(PLANNER), data={}, now=zone.now)
    assert caught.value.ground is Ground.SCOPE


def lend(zone, post_unit, post_key, giver, taker):
    post = Post.objects.get(unit__code=post_unit, key=post_key)
    actor = actor_at(zone.person(giver), post.id, zone.today())
    return delegate(
        post_id=post.id,
        from_person_id=zone.person(giver),
        to_person_id=zone.person(taker),
        from_on=zone.today(),
        to_on=zone.today() + timedelta(days=10),
        reason="休假",
        actor=actor,
        now=zone.now,
    )


def test_a_delegate_acts_in_his_own_name_for_the_holder(zone, permit):
    lend(zone, "PLN", "planning_officer", PLANNER, PLANNING_HEAD)
    paper(zone, permit, PLANNING_HEAD)
    outcome = register(zone, permit, PLANNING_HEAD)
    event = Event.objects.get(id=outcome.event_id)
    assert (event.person_id, event.on_behalf_of_person_id) == (
        zone.person(PLANNING_HEAD),
        zone.person(PLANNER),
    )


def test_one_person_cannot_do_both_steps_even_through_a_delegation(zone, permit):
    paper(zone, permit)
    register(zone, permit)
    lend(zone, "CON", "archives_officer", ARCHIVIST, PLANNER)
    item = WorkItem.objects.get(matter=permit, step_key="verify")
    with pytest.raises(Refusal) as caught:
        services.complete(item_id=item.id, person_id=zone.person(PLANNER), data={}, now=zone.now)
    assert caught.value.rule == "separation.same_person"


def test_a_delegate_may_not_act_for_a_head_above_him(zone, permit):
    """The applicant is head of the delegate's unit: the delegation does not reach this matter."""
    head, clerk = zone.person(HEAD), zone.person(ARCHIVIST)
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=zone.now) as act:
        post = Post.objects.get(unit__code="PLN", key="planning_officer")
        permit.refresh_from_db()
        permit.applicant_person_id = head
        act.save(permit)
    lend(zone, "PLN", "planning_officer", PLANNER, ARCHIVIST)
    item = WorkItem.objects.get(matter=permit)
    with pytest.raises(Refusal) as caught:
        services.complete(item_id=item.id, person_id=clerk, data=PERMIT, now=zone.now)
    assert caught.value.rule == "delegation.subordinate" and caught.value.clause == "zone_organisation#6"
    assert post.id == item.post_id


def test_an_ended_appointment_ends_authority_the_next_day(zone, permit):
    paper(zone, permit)
    row = Appointment.objects.get(person_id=zone.person(PLANNER))
    end_appointment(appointment_id=row.id, to_on=zone.today(), actor=SYSTEM, now=zone.now)
    zone.pass_time(working_days=1)
    with pytest.raises(Refusal) as caught:
        register(zone, permit)
    assert caught.value.ground is Ground.POST


def test_an_act_without_a_power_item_in_force_is_refused(zone, planning):
    item = PowerItem.objects.get(definition_key="works_permit")
    end_power_item(
        item_id=item.id, to_on=zone.today() - timedelta(days=1), actor=SYSTEM, now=zone.now, reason="清理"
    )
    with pytest.raises(Refusal) as caught:
        services.open_matter(
            procedure_key="works_permit",
            parent_id=planning.id,
            title="规划许可",
            person_id=zone.person(PLANNER),
            now=zone.now,
        )
    assert caught.value.ground is Ground.POWER and caught.value.clause == "zone_organisation#7"


def test_a_recused_person_does_no_step_of_the_matter(zone, permit):
    recuse(matter_id=permit.id, person_id=zone.person(PLANNER), reason="kin", actor=SYSTEM, now=zone.now)
    with pytest.raises(Refusal) as caught:
        register(zone, permit)
    assert caught.value.rule == "recusal"


def test_a_return_reopens_the_earlier_step_in_a_new_round_and_keeps_the_reason(zone, permit):
    paper(zone, permit)
    register(zone, permit)
    item = WorkItem.objects.get(matter=permit, step_key="verify")
    services.return_item(
        item_id=item.id,
        person_id=zone.person(ARCHIVIST),
        target="register",
        reason="form_error",
        text="证号与原件不符",
        now=zone.pass_time(hours=2),
    )
    again = WorkItem.objects.get(matter=permit, closed_at=None)
    item.refresh_from_db()
    assert (again.step_key, again.round, item.outcome, item.return_text) == (
        "register",
        2,
        "returned",
        "证号与原件不符",
    )
    register(zone, permit, permit_no="建字第990101202500002号")
    assert verify(extra=[check_states]).problems == []


def test_a_return_needs_reason_and_text(zone, permit):
    paper(zone, permit)
    register(zone, permit)
    item = WorkItem.objects.get(matter=permit, step_key="verify")
    with pytest.raises(BadInput):
        services.return_item(
            item_id=item.id,
            person_id=zone.person(ARCHIVIST),
            target="register",
            reason="",
            text=" ",
            now=zone.now,
        )


def test_a_return_to_a_step_that_is_not_allowed_is_refused(zone, permit):
    item = WorkItem.objects.get(matter=permit)
    with pytest.raises(Refusal) as caught:
        services.return_item(
            item_id=item.id,
            person_id=zone.person(PLANNER),
            target="verify",
            reason="other",
            text="跳过",
            now=zone.now,
        )
    assert caught.value.rule == "process.return"


def test_only_the_applicant_withdraws_a_matter_and_says_why(zone, permit):
    with pytest.raises(Refusal):
        services.withdraw(
            matter_id=permit.id, person_id=zone.person(ARCHIVIST), reason="不需要", now=zone.now
        )
    with pytest.raises(BadInput):
        services.withdraw(matter_id=permit.id, person_id=zone.person(PLANNER), reason="", now=zone.now)
    services.withdraw(matter_id=permit.id, person_id=zone.person(PLANNER), reason="重复登记", now=zone.now)
    permit.refresh_from_db()
    assert (permit.status, permit.outcome) == ("closed", "withdrawn")
    assert not WorkItem.objects.filter(matter=permit, closed_at=None).exists()
    assert ProcessInstance.objects.get(matter=permit).state == "terminated"
    assert verify(extra=[check_states]).problems == []


def test_a_suspended_clock_costs_no_time_and_blocks_the_step_until_it_runs_again(zone, permit):
    paper(zone, permit)
    register(zone, permit)
    item = WorkItem.objects.get(matter=permit, step_key="verify")
    due = item.due_at
    services.suspend(
        item_id=item.id, person_id=zone.person(ARCHIVIST), reason="papers", text="请补原件", now=zone.now
    )
    with pytest.raises(Refusal, match="暂停"):
        services.complete(
            item_id=item.id, person_id=zone.person(ARCHIVIST), data={}, now=zone.pass_time(hours=1)
        )
    services.resume(item_id=item.id, person_id=zone.person(ARCHIVIST), now=zone.pass_time(working_days=5))
    item.refresh_from_db()
    assert item.due_at > due and verify(extra=[check_states]).problems == []


def test_a_stage_cannot_be_skipped_and_the_attempt_is_logged(zone, project):
    with pytest.raises(Refusal) as caught:
        pass_gate(matter_id=project.id, person_id=zone.person(LEAD), now=zone.now, to_stage="tendering")
    assert caught.value.rule == "gate.skipped" and refusals() == ["gate.skipped"]


def test_a_gate_names_each_unmet_condition(zone, project):
    with pytest.raises(Refusal, match="立项和概算批复") as caught:
        pass_gate(matter_id=project.id, person_id=zone.person(LEAD), now=zone.now)
    assert caught.value.ground is Ground.GATE and caught.value.clause == "zone_projects#4"


def test_the_three_administrators_exclude_one_another_and_business(zone):
    person = LoginAccount.objects.get(number="10001").person
    post = Post.objects.get(unit__code="CON", key="project_officer")
    with (
        pytest.raises(Refusal) as caught,
        recorded("test", chain="unit:1", actor=SYSTEM, now=zone.now) as act,
    ):
        add_appointment(act, person=person, post=post, from_on=zone.today(), basis="任命")
    assert caught.value.rule == "org.administrators"


def test_an_actor_without_the_post_is_told_which_post_it_takes(zone):
    with pytest.raises(Refusal, match="会议秘书岗"):
        actor_with(zone.person(OFFICER), "meeting_secretary", zone.today())


def test_a_wrong_state_written_past_the_trail_is_found_by_interpreting_the_actions_again(zone, permit):
    instance = ProcessInstance.objects.get(matter=permit)
    ProcessInstance.objects.filter(id=instance.id).update(
        marking=instance.marking.replace("register", "verify")
    )
    kinds = {problem.kind for problem in verify(extra=[check_states]).problems}
    assert {"row", "process"} <= kinds


def test_a_wrong_person_at_a_gate_is_refused_and_logged(zone, project):
    with pytest.raises(Refusal) as caught:
        pass_gate(matter_id=project.id, person_id=zone.person(PLANNER), now=zone.now)
    assert caught.value.ground is Ground.POST
    assert Event.objects.get(is_refused=True).person_id == zone.person(PLANNER)
