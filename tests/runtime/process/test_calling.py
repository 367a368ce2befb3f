"""A process calls another: its matter begins with the step, its end goes back in the same act, and what breaks off breaks both."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.process.not_allowed import ProcessError
from lianjing.kernel.refusal import Ground
from lianjing.runtime import domains as installed
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process import services, timers
from lianjing.runtime.process.models import CalledProcess, ProcessInstance, Timer, WorkItem
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.process.terminating import restart, terminate
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import HEAD, LEAD, OFFICER, Play, refused
from tests.runtime.process import errands

pytestmark = pytest.mark.django_db
NOTE = {"opinion": "知悉"}


@pytest.fixture
def play(zone: Any, monkeypatch: pytest.MonkeyPatch) -> Play:
    errands.install(zone)
    every = (*installed.domains(), errands.DOMAIN)
    monkeypatch.setattr(installed, "domains", lambda: every)
    errands.WITHDRAWN.clear()
    return Play(zone)


def opened(play: Play, key: str = "errand") -> Matter:
    matter = play.open(OFFICER, key, play.project(), "查一查")
    play.do(OFFICER, matter, "ask", NOTE)
    return matter


def children(matter: Matter) -> list[Matter]:
    return list(Matter.objects.filter(parent=matter).order_by("id"))


def test_the_called_process_begins_in_the_act_that_calls_it(play) -> None:
    matter = opened(play)
    (child,) = children(matter)
    assert (child.kind, child.root_id, child.applicant_person_id) == (
        "permit",
        matter.root_id,
        play.scene.person(OFFICER),
    )
    assert list(WorkItem.objects.filter(closed_at=None).values_list("matter_id", "step_key")) == [
        (child.pk, "look")
    ]
    assert Event.objects.filter(act="errand.ask").count() == 1
    assert Event.objects.get(act="errand.ask").matter_id == matter.pk
    assert not list(check_states())


def test_its_end_goes_back_to_the_caller_in_the_same_act(play) -> None:
    matter = opened(play)
    (child,) = children(matter)
    before = Event.objects.count()
    play.do(LEAD, child, "look", NOTE)
    assert Event.objects.count() == before + 1
    row = CalledProcess.objects.get(called__matter=child)
    assert (row.outcome, row.ended_at) == ("end", play.scene.now)
    caller = ProcessInstance.objects.get(matter=matter)
    assert '"sub_outcome":"end"' in caller.marking
    assert Timer.objects.get(instance=caller, fired_at=None).node == "wait"
    assert not list(check_states()) and not list(verify().problems)


def test_a_caught_time_goes_on_once_however_often_the_worker_comes(play) -> None:
    matter = opened(play)
    play.do(LEAD, children(matter)[0], "look", NOTE)
    assert timers.fire_due(play.scene.now) == 0
    play.scene.pass_time(working_days=3)
    assert timers.fire_due(play.scene.now) == 1
    assert timers.fire_due(play.scene.now) == 0
    play.do(LEAD, matter, "close", NOTE)
    matter.refresh_from_db()
    assert (matter.status, matter.outcome) == ("closed", "done")
    assert not list(check_states())


def test_a_caught_time_that_another_worker_fired_meanwhile_is_left_alone(play, monkeypatch) -> None:
    """Both workers saw it due; the second comes to it when the first has done it."""
    matter = opened(play)
    play.do(LEAD, children(matter)[0], "look", NOTE)
    play.scene.pass_time(working_days=3)
    fire = timers._fire

    def fired_twice(timer_id: int, now: Any) -> None:
        fire(timer_id, now)
        fire(timer_id, now)

    monkeypatch.setattr(timers, "_fire", fired_twice)
    assert timers.fire_due(play.scene.now) == 0  # the first one's is not counted as the second's
    assert Event.objects.filter(act="errand.timer").count() == 1
    assert WorkItem.objects.filter(matter=matter, step_key="close").count() == 1
    assert not list(check_states())


def test_a_caught_time_that_cannot_go_on_keeps_no_other_from_going_on(play, monkeypatch) -> None:
    first, second = opened(play), opened(play)
    for matter in (first, second):
        play.do(LEAD, children(matter)[0], "look", NOTE)
    play.scene.pass_time(working_days=3)
    stuck = Timer.objects.get(instance__matter=first, fired_at=None).pk
    fire = timers._fire

    def fire_all_but_one(timer_id: int, now: Any) -> None:
        if timer_id == stuck:
            raise ProcessError("wait", "没有可走的路径")
        fire(timer_id, now)

    monkeypatch.setattr(timers, "_fire", fire_all_but_one)
    with pytest.raises(ProcessError):
        timers.fire_due(play.scene.now)
    assert WorkItem.objects.filter(step_key="close").values_list("matter_id", flat=True).get() == second.pk
    monkeypatch.undo()


def test_breaking_the_caller_off_breaks_what_it_called(play) -> None:
    matter = opened(play)
    (child,) = children(matter)
    play.scene.pass_time(hours=0.1)
    terminate(matter_id=matter.pk, person_id=play.scene.person(HEAD), reason="取消", now=play.scene.now)
    child.refresh_from_db()
    assert child.status == "terminated"
    assert sorted(errands.WITHDRAWN) == [matter.pk, child.pk]
    assert CalledProcess.objects.get(called__matter=child).outcome == "terminated"
    assert not WorkItem.objects.filter(closed_at=None).exists()
    assert Event.objects.filter(act="errand.terminate").count() == 1
    assert not list(check_states()) and not list(verify().problems)


def test_withdrawing_the_caller_withdraws_what_it_called(play) -> None:
    matter = opened(play)
    play.scene.pass_time(hours=0.1)
    services.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(OFFICER), reason="不办了", now=play.scene.now
    )
    assert children(matter)[0].outcome == "withdrawn"
    assert not list(check_states())


def test_a_called_matter_broken_off_by_itself_tells_its_caller(play) -> None:
    matter = opened(play)
    (child,) = children(matter)
    play.scene.pass_time(hours=0.1)
    with refused(Ground.RULE, "restart.called"):
        restart(matter_id=child.pk, person_id=play.scene.person(HEAD), reason="重办", now=play.scene.now)
    terminate(matter_id=child.pk, person_id=play.scene.person(HEAD), reason="不必查", now=play.scene.now)
    caller = ProcessInstance.objects.get(matter=matter)
    assert '"sub_outcome":"terminated"' in caller.marking and caller.state == "running"
    assert not list(check_states())


def test_one_is_called_for_each_and_the_last_goes_on(play) -> None:
    matter = opened(play, "errand_each")
    first, second = children(matter)
    assert {first.title[-3:], second.title[-3:]} == {"ECO", "PLN"}
    play.do(LEAD, second, "look", NOTE)
    assert not WorkItem.objects.filter(matter=matter, step_key="close").exists()
    play.do(LEAD, first, "look", NOTE)
    assert WorkItem.objects.filter(matter=matter, step_key="close", closed_at=None).count() == 1
    assert not list(check_states())
