"""After a change of the calendar every open due day agrees with it: caught times, answers, steps of findings; one event each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import domains as installed
from lianjing.runtime import jobs
from lianjing.runtime.finding.models import FindingStep
from lianjing.runtime.process import closures
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import LocalClosure, Timer
from lianjing.runtime.publicity.services import raise_objection
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import LEAD, OFFICER, Play
from tests.runtime.finding.signals import Signals
from tests.runtime.process import errands

pytestmark = pytest.mark.django_db
KEEPER, LEADER = "20601", "20002"
NOTE = {"opinion": "知悉"}
RECOMPUTE = next(each.run for each in jobs.JOBS if each.name == "process.recompute")


@pytest.fixture
def play(zone: Any, monkeypatch: pytest.MonkeyPatch) -> Play:
    errands.install(zone)
    every = (*installed.domains(), errands.DOMAIN)
    monkeypatch.setattr(installed, "domains", lambda: every)
    return Play(zone)


def closed(zone: Any) -> LocalClosure:
    """Close the zone on the next working day, by two persons."""
    first = calendar().add_working_days(zone.today(), 1)
    row = closures.propose_closure(
        unit_id=None,
        from_on=first,
        to_on=first,
        why="台风",
        source="防汛指挥部通知",
        person_id=zone.person(KEEPER),
        now=zone.now,
    )
    return closures.agree_closure(closure_id=row.pk, person_id=zone.person(LEADER), now=zone.now)


def moved(table: str, key: int) -> dict[str, str]:
    """Return what the one event says that moved a row's due day."""
    event = Event.objects.get(act="clock.move", rows__table_name=table, rows__row_key=str(key))
    due: dict[str, str] = json.loads(bytes(event.body.content))["due"]
    return due


def test_a_caught_time_moves_with_the_calendar_and_back_when_the_closure_is_revoked(play: Play) -> None:
    zone = play.scene
    matter = play.open(OFFICER, "errand", play.project(), "查一查")
    play.do(OFFICER, matter, "ask", NOTE)
    play.do(LEAD, type(matter).objects.get(parent=matter), "look", NOTE)
    timer = Timer.objects.get(node="wait", fired_at=None)
    old = timer.due_at
    row = closed(zone)
    assert RECOMPUTE(zone.now) >= 1
    timer.refresh_from_db()
    assert calendar().is_working(row.from_on) is False
    assert timer.due_at > old and moved("timer", timer.pk)["old"].startswith(legal_day(old).isoformat())
    assert RECOMPUTE(zone.now) == 0
    with pytest.raises(BadInput):
        closures.revoke_closure(closure_id=row.pk, reason=" ", person_id=zone.person(LEADER), now=zone.now)
    with pytest.raises(Refusal):
        closures.revoke_closure(
            closure_id=row.pk, reason="台风转向", person_id=zone.person(KEEPER), now=zone.now
        )
    closures.revoke_closure(closure_id=row.pk, reason="台风转向", person_id=zone.person(LEADER), now=zone.now)
    assert calendar().is_working(row.from_on)
    assert RECOMPUTE(zone.now) >= 1
    timer.refresh_from_db()
    assert timer.due_at == old
    with pytest.raises(Refusal):
        closures.revoke_closure(
            closure_id=row.pk, reason="台风转向", person_id=zone.person(LEADER), now=zone.now
        )
    assert not list(verify().problems)


def test_days_already_closed_stay_closed_when_a_closure_is_revoked(play: Play) -> None:
    zone = play.scene
    first = zone.today()
    row = closures.propose_closure(
        unit_id=None,
        from_on=first,
        to_on=first + timedelta(days=9),
        why="台风",
        source="通知",
        person_id=zone.person(KEEPER),
        now=zone.now,
    )
    closures.agree_closure(closure_id=row.pk, person_id=zone.person(LEADER), now=zone.now)
    done = closures.revoke_closure(
        closure_id=row.pk,
        reason="恢复办公",
        person_id=zone.person(LEADER),
        now=zone.now + timedelta(days=1),
    )
    assert (done.status, done.from_on, done.to_on, done.recomputed_at) == ("granted", first, first, None)


def test_the_answer_to_a_complaint_and_the_step_of_a_finding_move_with_the_calendar(zone: Any) -> None:
    signals = Signals(zone)
    step = FindingStep.objects.get(finding=signals.found(), done_at=None)
    row = raise_objection(
        matter_id=signals.project.pk,
        kind="complaint",
        content="业绩不实",
        raised_by_name="婺澜砼固建设集团有限公司",
        person_id=zone.person(LEAD),
        now=signals.now,
    )
    before = {"objection": (row, row.due_on), "finding_step": (step, step.due_on)}
    closed(zone)
    assert RECOMPUTE(zone.now) >= 2
    for table, (each, old) in before.items():
        each.refresh_from_db()
        assert each.due_on == calendar().add_working_days(old, 1)
        assert moved(table, each.pk) == {"old": old.isoformat(), "new": each.due_on.isoformat()}
    step.finding.refresh_from_db()
    assert step.finding.due_on == step.due_on
    assert RECOMPUTE(zone.now) == 0
