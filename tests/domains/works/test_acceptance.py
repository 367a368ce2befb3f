"""Acceptance by five parties: who may head it, what it asks for, defects, filing, and what it opens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianjing.domains.works.models import Acceptance, AcceptanceCheck, AcceptanceParty, Project, Warranty
from lianjing.domains.works.queries.completion import deemed_on, filing_late, stalled_acceptances
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.org.models import Person, Post
from lianjing.runtime.org.services import add_appointment
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.playing import (
    ARCHIVES,
    BUILDER,
    CHIEF,
    LEAD,
    PLANNER,
    SITE,
    refused,
)


def test_acceptance_gives_the_fact_the_days_and_the_warranties(building):
    play, project, contract = building
    play.progressed(project, contract, "100", "48000000")
    with refused(Ground.GATE, "gate.implementation"):
        play.gate(project)
    matter = play.acceptance_to_meeting(project, contract)
    play.do(LEAD, matter, "meeting", play.meeting_data())
    row = Acceptance.objects.get(pk=matter.pk)
    assert (row.result, row.accepted_on, row.is_planning_verified) == ("passed", row.meeting_on, True)
    assert hold(project.pk, "accepted", play.scene.today()).from_on == row.accepted_on
    assert AcceptanceParty.objects.filter(acceptance=row).count() == 5
    assert AcceptanceCheck.objects.filter(acceptance=row, is_needed=True).count() == 2
    parts = {part.part: part for part in Warranty.objects.filter(contract=contract)}
    assert parts["pipes"].to_on.year == row.accepted_on.year + 2
    assert parts["waterproof"].to_on.year == row.accepted_on.year + 5
    assert sum(part.retained for part in parts.values()) == contract.amount * contract.retention_ratio
    play.acceptance_filed(matter)
    record = Project.objects.get(pk=project.pk)
    assert (record.status, record.completed_on) == ("completion", row.completed_on)
    row.refresh_from_db()
    assert record.in_use_on == row.filed_on
    assert play.gate(project).stage == "payment"


def test_a_paper_alone_no_longer_passes_the_gate_of_a_new_project(building):
    play, project, _contract = building
    from_paper = play.open(BUILDER, "works_acceptance", project)
    item = play.scene.item(from_paper, "apply")
    play.paper(BUILDER, from_paper, "acceptance", item)
    with refused(Ground.GATE, "gate.implementation"):
        play.gate(project)


def test_the_supervising_site_officer_does_not_head_the_group(building):
    play, project, contract = building
    matter = play.acceptance_to_meeting(project, contract)
    with refused(Ground.POST, "post.not_held"):
        play.do(SITE, matter, "meeting", play.meeting_data())
    lead = Person.objects.get(pk=play.scene.person(LEAD))
    post = Post.objects.get(unit_id=project.unit_id, key="site_officer")
    with recorded("appointment.make", chain="installation:1", actor=SYSTEM, now=play.scene.now) as act:
        add_appointment(act, person=lead, post=post, from_on=play.scene.today(), basis="兼任")
    with refused(Ground.CONFLICT, "acceptance.head_is_site"):
        play.do(LEAD, matter, "meeting", play.meeting_data())


@pytest.mark.parametrize("gone", ["owner", "surveyor", "designer", "contractor", "supervisor"])
def test_no_meeting_without_all_five_parties(building, gone):
    play, project, contract = building
    matter = play.acceptance_to_meeting(project, contract)
    data = play.meeting_data()
    data["parties"] = [row for row in data["parties"] if row["role"] != gone]
    with refused(Ground.RULE, "acceptance.parties"):
        play.do(LEAD, matter, "meeting", data)


def test_a_party_that_disagrees_forbids_a_pass(building):
    play, project, contract = building
    matter = play.acceptance_to_meeting(project, contract)
    data = play.meeting_data()
    data["parties"][1]["is_agreed"] = "no"
    with refused(Ground.RULE, "acceptance.disagreed"):
        play.do(LEAD, matter, "meeting", data)


def test_another_firm_does_not_sit_for_the_contractor(building):
    play, project, contract = building
    matter = play.acceptance_to_meeting(project, contract)
    data = play.meeting_data()
    data["parties"][3]["firm"] = "婺澜砼固建设集团有限公司"
    with pytest.raises(BadInput):
        play.do(LEAD, matter, "meeting", data)


def test_planning_is_checked_before_the_others_and_never_left_out(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_acceptance", project)
    play.do(BUILDER, matter, "apply", play.acceptance_data(contract))
    play.do(
        CHIEF, matter, "precheck", {"prechecked_on": play.scene.today(), "problems": "无", "opinion": "同意"}
    )
    rows = play.special_checks()["checks"]
    with pytest.raises(BadInput):
        play.do(PLANNER, matter, "checks", {"checks": rows[1:]})
    early = play.scene.today() - timedelta(days=3)
    with refused(Ground.RULE, "acceptance.planning_first"):
        play.do(PLANNER, matter, "checks", play.special_checks(archives={"issued_on": early}))
    with pytest.raises(BadInput):
        play.do(PLANNER, matter, "checks", play.special_checks(planning={"doc_no": "", "issued_on": ""}))


def test_a_failed_acceptance_goes_back_to_the_application(building):
    play, project, contract = building
    matter = play.acceptance_to_meeting(project, contract)
    play.do(LEAD, matter, "meeting", play.meeting_data("failed"))
    assert play.scene.item(matter, "apply").round == 2
    assert hold(project.pk, "accepted", play.scene.today()) is None
    assert not Warranty.objects.filter(contract=contract).exists()
    play.scene.pass_time(working_days=3)
    play.do(BUILDER, matter, "apply", play.acceptance_data(contract))
    play.to_meeting(matter)
    data = play.meeting_data()
    play.do(LEAD, matter, "meeting", data)
    assert Acceptance.objects.get(pk=matter.pk).accepted_on == data["meeting_on"]


def test_defects_are_owed_rechecked_by_another_and_then_accepted(building):
    play, project, contract = building
    matter = play.acceptance_to_meeting(project, contract)
    data = play.meeting_data("passed_with_defects", defects=[play.defect(), play.defect("护栏缺损", 12)])
    play.do(LEAD, matter, "meeting", data)
    owed = Undertaking.objects.filter(matter=matter, source_kind="acceptance")
    assert owed.count() == 2 and all(row.owner_person_id and row.due_on for row in owed)
    assert {row.owner_enterprise_id for row in owed} == {contract.enterprise_id}
    assert hold(project.pk, "accepted", play.scene.today()) is None
    play.scene.pass_time(working_days=4)
    play.rectified(matter)
    closed = owed.filter(closed_on__isnull=False, result="done")
    assert closed.count() == 2 and all(row.evidence_document_id for row in closed)
    accepted_on = Acceptance.objects.get(pk=matter.pk).accepted_on
    assert accepted_on > data["meeting_on"]
    assert Warranty.objects.filter(contract=contract, from_on=accepted_on).count() == 2


def test_a_pass_with_defects_names_them_and_a_plain_pass_has_none(building):
    play, project, contract = building
    matter = play.acceptance_to_meeting(project, contract)
    with pytest.raises(InvalidForm):
        play.do(LEAD, matter, "meeting", play.meeting_data("passed_with_defects"))
    with pytest.raises(InvalidForm):
        play.do(LEAD, matter, "meeting", play.meeting_data(defects=[play.defect()]))
    late = play.defect(days=90)
    with pytest.raises(BadInput):
        play.do(LEAD, matter, "meeting", play.meeting_data("passed_with_defects", defects=[late]))


def test_shares_of_retention_are_the_whole_and_years_not_below_the_law(building):
    play, project, contract = building
    matter = play.acceptance_to_meeting(project, contract)
    for parts in (
        [{"part": "pipes", "years": "", "share": "60"}],
        [{"part": "pipes", "years": "1", "share": "100"}],
        [{"part": "structure", "years": "", "share": "100"}],
    ):
        with pytest.raises(InvalidForm):
            play.do(LEAD, matter, "meeting", play.meeting_data(parts=parts))


def test_a_contract_is_accepted_once(building):
    play, project, contract = building
    play.acceptance_to_meeting(project, contract)
    second = play.open(BUILDER, "works_acceptance", project)
    with refused(Ground.RULE, "acceptance.once"):
        play.do(BUILDER, second, "apply", play.acceptance_data(contract))


def test_a_delay_is_a_deviation_with_owner_and_day(building):
    play, project, contract = building
    play.scene.pass_time(working_days=2)
    contract.end_on = play.scene.today() - timedelta(days=20)
    matter = play.acceptance_to_meeting(project, contract)
    with recorded("contract.end", chain=f"matter:{project.pk}", actor=SYSTEM, now=play.scene.now) as act:
        act.save(contract)
    with pytest.raises(InvalidForm):
        play.do(LEAD, matter, "meeting", play.meeting_data())
    play.do(LEAD, matter, "meeting", play.meeting_data(delay_reason="雨季影响"))
    row = Acceptance.objects.get(pk=matter.pk)
    assert row.delay_days == 20
    found = Undertaking.objects.get(matter=project, source_kind="deviation", clause="zone_completion#13")
    assert (found.owner_person_id, found.source) == (play.scene.person("20703"), "implementation")
    assert found.due_on > play.scene.today()


def test_late_filing_and_a_stalling_owner_are_shown(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_acceptance", project)
    play.do(BUILDER, matter, "apply", play.acceptance_data(contract))
    applied = play.scene.today()
    play.scene.pass_time(working_days=25)
    row = Acceptance.objects.get(pk=matter.pk)
    assert stalled_acceptances(play.scene.today()) == [row]
    assert deemed_on(row, play.scene.today()) == applied + timedelta(days=28)
    play.to_meeting(matter)
    play.do(LEAD, matter, "meeting", play.meeting_data())
    row.refresh_from_db()
    assert row.deemed_on == applied + timedelta(days=28)
    play.scene.pass_time(working_days=15)
    play.do(
        ARCHIVES,
        matter,
        "file",
        {"filed_on": play.scene.today(), "filing_no": "BA-1", "receiver": "街道办事处"},
    )
    row.refresh_from_db()
    assert filing_late(row, play.scene.today()) == (row.filed_on - row.accepted_on).days - 15 > 0
    assert Undertaking.objects.filter(matter=project, source_kind="deviation", what__contains="备案").exists()
