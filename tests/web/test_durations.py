"""How long projects stood in each stage, from design to acceptance, beside the zone's target (T18)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from lianjing.domains.works.queries.durations import ENOUGH, WHOLE, StageTime, stage_times
from lianjing.runtime.matter.models import Matter, StageGate
from lianjing.runtime.parameter.services import enter
from lianjing.runtime.trail.act import LEGAL_ZONE, SYSTEM, recorded
from tests.domains.works.playing import LEADER

pytestmark = pytest.mark.django_db
BEGIN = date(2026, 3, 2)  # a Monday; Tomb-Sweeping Day takes one working day of the sixth week
STAGES = ("initiation", "planning", "tendering", "contract", "implementation")


def moment(weeks: int) -> datetime:
    """Midnight, so many weeks after the beginning."""
    return datetime.combine(BEGIN + timedelta(weeks=weeks), time(), LEGAL_ZONE)


def passed(play, *weeks: int, onboarding: str = "", title: str = "") -> Matter:
    """A project that passed one stage after another, each after its number of weeks."""
    project = play.project(**({"title": title} if title else {}))
    with recorded("test.gates", chain=f"test:{project.pk}", actor=SYSTEM, now=play.scene.now) as act:
        project.refresh_from_db()
        project.opened_on, project.onboarding = BEGIN, onboarding
        project.stage = (*STAGES, "payment")[len(weeks)]
        for place, stage in enumerate(STAGES[: len(weeks)]):
            at = moment(sum(weeks[: place + 1]))
            act.save(StageGate(matter=project, stage=stage, is_passed=True, passed_at=at))
        act.save(project)
    return project


def times(play, now: datetime) -> dict[str, StageTime]:
    rows = stage_times(play.scene.person(LEADER), play.scene.today(), now)
    return {row.stage: row for row in rows}


@pytest.mark.covers("T18")
def test_each_stage_and_the_whole_from_design_to_acceptance_stand_beside_the_target(play):
    passed(play, 1, 1, 1, 1, 1)
    with recorded("test.figure", chain="test:figure", actor=SYSTEM, now=play.scene.now) as act:
        for stage, value in (("planning", "5"), ("tendering", "4"), (WHOLE, "15")):
            key = f"works.stage_days.{stage}"
            enter(act, key=key, value=value, from_on=play.scene.today(), source="管委会定额", mark="I")
    found = times(play, moment(6))
    assert {stage: row.days for stage, row in found.items()} == {
        **dict.fromkeys(STAGES, Decimal(5)),
        WHOLE: Decimal(20),
        "payment": Decimal(4),
    }
    assert found["payment"].ended_at is None
    beyond = {stage: row.beyond for stage, row in found.items()}
    assert (beyond["planning"], beyond["tendering"], beyond[WHOLE]) == (None, Decimal(1), Decimal(5))
    assert found["contract"].target is None


def test_what_a_project_did_before_it_was_taken_over_is_not_counted(play):
    passed(play, 1, 1, 1, 1, 1, onboarding="taken_over")
    assert set(times(play, moment(6))) == {
        "planning",
        "tendering",
        "contract",
        "implementation",
        "payment",
        WHOLE,
    }


def test_usual_is_said_from_five_projects_on(play):
    for place in range(ENOUGH):
        assert all(row.usual is None for row in times(play, moment(9)).values())
        passed(play, place + 1, title=f"道路{place}")
    assert times(play, moment(9))["initiation"].usual == Decimal(15)


def test_the_page_lists_them_and_keeps_those_beyond_the_target(play, browser):
    project = passed(play, 1, 2)
    with recorded("test.figure", chain="test:figure", actor=SYSTEM, now=play.scene.now) as act:
        key = "works.stage_days.planning"
        enter(act, key=key, value="5", from_on=play.scene.today(), source="管委会定额", mark="I")
    client = browser(LEADER)
    page = client.get(reverse("works_durations"), {"state": "beyond"}).content.decode()
    assert page.count(project.title) == 1
    assert "超出目标" in page
    stages = client.get(reverse("works_durations"), {"stage": "initiation"}).content.decode()
    assert stages.count(project.title) == 1
