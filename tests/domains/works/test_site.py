"""The site through the real services: start, progress, visas, subcontracts, wages, checks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.models import (
    Inspection,
    Milestone,
    ProgressReport,
    Project,
    Subcontract,
    WagePayment,
)
from lianjing.domains.works.queries.milestones import milestones
from lianjing.domains.works.queries.standing import verified_value
from lianjing.domains.works.services.milestone import meet
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Photo
from lianjing.runtime.documents.photos import hand_in
from lianjing.runtime.documents.queries import read
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.papers import uploader
from lianjing.runtime.trail.models import Event
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.on_site import QUALITY
from tests.domains.works.playing import BUILDER, CHIEF, ENGINEER, LEAD, MAKER, SITE, refused

# ---- start


def test_nothing_happens_on_the_site_before_the_start_is_approved(implementing):
    play, project, contract = implementing
    for procedure in ("works_progress", "works_change", "works_visa", "works_wage"):
        with refused(Ground.GATE, "opening.not_started"):
            play.open(BUILDER, procedure, project)
    play.started(project, contract)
    today = play.scene.today()
    assert hold(project.pk, "started", today) is not None
    assert Project.objects.get(pk=project.pk).started_on == today
    play.open(BUILDER, "works_progress", project)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ({"wage_account_no": ""}, "start.no_wage_account"),
        ({"has_real_name": ""}, "start.no_real_name"),
        ({"has_bond": ""}, "start.no_bond"),
        ({"is_ready": ""}, "start.not_ready"),
        ({"staff": [{"post": "项目经理", "name": "另一人", "number": ""}]}, "start.other_staff"),
    ],
)
def test_an_application_without_a_condition_is_refused(implementing, fault, rule):
    play, project, contract = implementing
    with refused(Ground.RULE, rule):
        play.start_applied(project, contract, **fault)


def test_a_start_before_the_permit_is_refused_and_stands_in_the_trail(implementing):
    play, project, contract = implementing
    matter = play.start_applied(project, contract)
    play.do(CHIEF, matter, "supervise", {"order_no": "开工令-01", "opinion": "同意"})
    play.do(SITE, matter, "site", {"is_seen": "on", "opinion": "同意"})
    early = play.scene.today() - timedelta(days=3)
    with refused(Ground.RED_LINE, "red_line.start_before_permit"):
        play.do(LEAD, matter, "approve", {"start_on": early, "opinion": "同意"})
    assert Event.objects.filter(matter_id=matter.pk, refused_rule="red_line.start_before_permit").exists()
    assert hold(project.pk, "started", play.scene.today()) is None


def test_a_start_needs_the_construction_permit(contracted):
    play, project, _contract = contracted
    with refused(Ground.GATE, "opening.no_permit"):
        play.open(BUILDER, "works_start", project)


def test_milestones_are_planned_with_the_start_and_met_by_the_site_post(building):
    play, project, _contract = building
    first, last = milestones(project.pk, play.scene.today())
    assert (first.title, first.met_on, first.is_late) == ("基础完成", None, False)
    person = play.scene.person(SITE)
    meet(milestone_id=first.id, met_on=play.scene.today(), person_id=person, now=play.scene.now)
    with refused(Ground.POST, "post.not_held"):
        meet(
            milestone_id=last.id,
            met_on=play.scene.today(),
            person_id=play.scene.person(LEAD),
            now=play.scene.now,
        )
    with pytest.raises(BadInput):
        meet(
            milestone_id=last.id,
            met_on=play.scene.today() + timedelta(days=1),
            person_id=person,
            now=play.scene.now,
        )
    play.scene.pass_time(hours=24)
    assert milestones(project.pk, play.scene.today())[0].delay == -90


def test_a_milestone_is_met_with_the_months_confirmation(building):
    play, project, contract = building
    matter = report(play, project, contract, "10")
    play.do(ENGINEER, matter, "verify", {"verified_ratio": "10", "completed_value": "4000000"})
    waiting = Milestone.objects.filter(project_id=project.pk).order_by("planned_on").first()
    name = f"met_{waiting.pk}"
    with pytest.raises(InvalidForm):
        play.do(SITE, matter, "confirm", {"opinion": "属实", name: play.scene.today() + timedelta(days=2)})
    play.do(SITE, matter, "confirm", {"opinion": "属实", name: play.scene.today()})
    waiting.refresh_from_db()
    assert waiting.met_on == play.scene.today()


# ---- progress


def report(play, project, contract, ratio, **changes):
    matter = play.open(BUILDER, "works_progress", project)
    data = {"contract": getattr(contract, "pk", contract), "period_on": play.scene.today()}
    play.do(BUILDER, matter, "report", {**data, "reported_ratio": ratio, **changes})
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
    with pytest.raises(BadInput):
        play.do(ENGINEER, matter, "verify", {"verified_ratio": "19", "completed_value": "8500000"})
    play.do(ENGINEER, matter, "verify", {"verified_ratio": "19", "completed_value": "9000000"})


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


def test_a_report_needs_its_photographs_with_time_and_place(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_progress", project)
    item = play.scene.item(matter, "report")
    play.paper(BUILDER, matter, "progress", item)
    play.photos(BUILDER, matter, 3, "progress")
    data = play.report_data(contract, "10")
    with refused(Ground.DOCUMENTS, "photos.too_few"):
        play.scene.do(BUILDER, matter, "report", data)
    play.photos(BUILDER, matter, 1, "progress")
    play.scene.do(BUILDER, matter, "report", data)
    assert Photo.objects.filter(document__matter=matter, latitude__isnull=False).count() == 4


def test_a_photograph_is_described_at_the_step_and_never_used_twice(building):
    play, project, contract = building
    play.progressed(project, contract, "10", "4000000")
    used = Photo.objects.first()
    play.scene.pass_time(hours=24 * 32)
    matter = play.open(BUILDER, "works_progress", project)
    content = read(used.document)
    actor = uploader(matter, play.scene.person(BUILDER), play.scene.today())
    again = play.picture("progress", content=content)
    with refused(Ground.RULE, "photo.reused"):
        hand_in(matter_id=matter.pk, photos=[again], actor=actor, now=play.scene.now)
    with pytest.raises(BadInput):
        fresh = play.picture("progress")
        hand_in(matter_id=matter.pk, photos=[fresh, fresh], actor=actor, now=play.scene.now)
    ahead = play.picture("progress", taken_at=play.scene.now + timedelta(hours=1))
    with pytest.raises(BadInput):
        hand_in(matter_id=matter.pk, photos=[ahead], actor=actor, now=play.scene.now)


def test_a_lag_needs_measures_and_becomes_an_undertaking_of_the_contractor(implementing):
    play, project, contract = implementing
    today = play.scene.today()
    play.started(project, contract, planned_end_on=today + timedelta(days=100), milestones=[])
    Contract.objects.filter(pk=contract.pk).update(end_on=None)
    play.scene.pass_time(hours=24 * 40)
    with pytest.raises(BadInput):
        report(play, project, contract, "10")
    matter = report(play, project, contract, "10", measures="增加一个班组，延长作业时间")
    row = ProgressReport.objects.get(pk=matter.pk)
    assert row.planned_ratio > Decimal("0.35")
    play.do(ENGINEER, matter, "verify", {"verified_ratio": "10", "completed_value": "4000000"})
    play.do(SITE, matter, "confirm")
    owed = Undertaking.objects.get(source_kind="deviation", clause="zone_site#2")
    assert owed.owner_person_id == play.scene.person(BUILDER) and owed.due_on.day == 25


# ---- subcontracts, wages, checks


def raise_withdrawal(play, matter, number=BUILDER):
    process.withdraw(matter_id=matter.pk, person_id=play.scene.person(number), reason="x", now=play.scene.now)


def subcontract_data(contract, **changes):
    return {
        "contract": contract.pk,
        "name": "澜汀市筑昉园林绿化有限公司",
        "credit_code": "91990101MAUXC3A92Q",
        "scope_text": "绿化工程",
        "amount": "3000000",
        **changes,
    }


def test_a_subcontract_is_approved_by_supervision_and_owner(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_subcontract", project)
    with refused(Ground.RULE, "subcontract.main_structure"):
        play.do(BUILDER, matter, "apply", subcontract_data(contract, is_main_structure="on"))
    with refused(Ground.RULE, "subcontract.over_contract"):
        play.do(BUILDER, matter, "apply", subcontract_data(contract, amount="48000000.01"))
    play.do(BUILDER, matter, "apply", subcontract_data(contract))
    play.do(CHIEF, matter, "supervise")
    play.do(LEAD, matter, "approve")
    assert Subcontract.objects.get(pk=matter.pk).status == "approved"
    more = play.open(BUILDER, "works_subcontract", project)
    with refused(Ground.RULE, "subcontract.over_contract"):
        play.do(BUILDER, more, "apply", subcontract_data(contract, amount="45000000.01"))


# ---- wages


def test_wages_are_paid_in_full_whatever_is_in_dispute_and_late_ones_say_so(building):
    play, project, contract = building
    matter = play.open(BUILDER, "works_wage", project)
    data = {"contract": contract.pk, "period_on": play.scene.today(), "due": "800000", "worker_count": 60}
    play.do(BUILDER, matter, "declare", data)
    play.do(SITE, matter, "check", {"dispute": "箱涵工程量有争议", "opinion": "人数属实"})
    play.scene.pass_time(hours=24 * 70)
    today = play.scene.today()
    with refused(Ground.RULE, "wage.short"):
        play.do(MAKER, matter, "pay", {"paid": "799999.99", "paid_on": today})
    play.do(MAKER, matter, "pay", {"paid": "800000", "paid_on": today})
    row = WagePayment.objects.get(pk=matter.pk)
    assert row.status == "late" and "争议" in row.note and row.wage_account.kind == "wage"
    again = play.open(BUILDER, "works_wage", project)
    with pytest.raises(BadInput):
        play.do(BUILDER, again, "declare", {**data, "period_on": row.period_on})


def test_the_agreed_share_of_the_months_value_is_the_least_that_is_due(building):
    play, project, contract = building
    Contract.objects.filter(pk=contract.pk).update(wage_ratio=Decimal("0.2"))
    play.progressed(project, contract, "10", "4000000")
    matter = play.open(BUILDER, "works_wage", project)
    data = {"contract": contract.pk, "period_on": play.scene.today(), "due": "100", "worker_count": 60}
    play.do(BUILDER, matter, "declare", data)
    assert WagePayment.objects.get(pk=matter.pk).due == Decimal("800000.00")


# ---- checks


def inspection_data(play, contract, **changes):
    return {
        "contract": contract.pk,
        "kind": "safety",
        "started_at": play.scene.now - timedelta(hours=2),
        "site": "基坑东侧",
        "summary": "临边防护缺失两处",
        "result": "problems",
        "findings": [{"what": "基坑临边无防护", "due_on": play.scene.today() + timedelta(days=5)}],
        **changes,
    }


def test_findings_of_two_inspectors_are_closed_by_a_third(building):
    play, project, contract = building
    matter = play.open(QUALITY, "works_inspection", project)
    with pytest.raises(BadInput):
        play.do(QUALITY, matter, "inspect", inspection_data(play, contract, result="no_problem"))
    play.do(QUALITY, matter, "inspect", inspection_data(play, contract))
    play.do(SITE, matter, "second")
    owed = Undertaking.objects.get(matter=matter)
    assert owed.owner_person_id == play.scene.person(BUILDER) and owed.owner_enterprise is not None
    with refused(Ground.RULE, "inspection.signed"):
        raise_withdrawal(play, matter, QUALITY)
    play.do(BUILDER, matter, "rectify", {"report": "已设防护"})
    play.do(ENGINEER, matter, "recheck")
    owed.refresh_from_db()
    row = Inspection.objects.get(pk=matter.pk)
    people = {row.inspector_a_id, row.inspector_b_id, owed.checker_person_id}
    assert owed.result == "done" and len(people) == 3


def test_a_check_without_findings_ends_with_the_second_signature(building):
    play, project, contract = building
    matter = play.open(QUALITY, "works_inspection", project)
    play.do(QUALITY, matter, "inspect", inspection_data(play, contract, result="no_problem", findings=[]))
    play.do(SITE, matter, "second")
    matter.refresh_from_db()
    assert matter.status == "closed" and not Undertaking.objects.filter(matter=matter).exists()
