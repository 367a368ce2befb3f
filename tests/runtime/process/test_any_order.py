"""Whatever people, timers and crashes do, in whatever order: nothing is lost, nothing happens twice, the books agree."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import domains as installed
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.org.services import add_appointment
from lianjing.runtime.process import services, timers
from lianjing.runtime.process.handing import reassign
from lianjing.runtime.process.models import (
    AddedSigner,
    ClockPause,
    ProcessInstance,
    Submission,
    Timer,
    WorkItem,
)
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.process.signing import add_signer
from lianjing.runtime.process.taking_back import take_back
from lianjing.runtime.process.terminating import terminate
from lianjing.runtime.trail.act import SYSTEM, Act, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import HEAD, LEAD, OFFICER, Play
from tests.runtime.process import errands

pytestmark = pytest.mark.django_db
DOERS = {"ask": OFFICER, "look": LEAD, "close": LEAD}
PLACE = st.integers(min_value=0, max_value=9)
BREAKS = st.one_of(
    st.none(), st.none(), st.integers(min_value=0, max_value=12)
)  # at which write the power fails


class Crash(Exception):
    """The power fails in the middle of an act."""


class Office(RuleBasedStateMachine):
    """Matters of two made-up processes (a call, a call for each unit, a caught time, a return) and all that befalls them."""

    play: ClassVar[Play]
    project: ClassVar[Matter]
    second: ClassVar[int]  # holds both posts beside those who do the steps

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.began = self.play.scene.now
        self.opinions: set[str] = set()
        self.begun = 0

    def teardown(self) -> None:
        try:
            assert not list(verify().problems)
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)
            self.play.scene.now = self.began

    # ---- what people do

    def items(self) -> list[WorkItem]:
        """What lies open in the matters of this machine."""
        rows = WorkItem.objects.filter(closed_at=None, instance__definition__key__startswith="errand")
        return list(rows.select_related("matter").order_by("id"))

    def by(self, item: WorkItem) -> int:
        """Who has the step on his desk: the signer who was asked, else to whom it was passed on or who holds the post."""
        asked = AddedSigner.objects.filter(signing_item=item).first()
        if asked:
            return asked.signer_person_id
        return item.person_id or self.play.scene.person(DOERS[item.step_key])

    def attempt(self, act: Callable[[], Any], breaks: int | None = None) -> bool:
        """Do something that a rule may refuse; a refusal changes no step, nor does a crash at one of its writes."""
        self.play.scene.pass_time(hours=0.1)
        before = self.standing()
        if breaks is not None:
            self.break_off(act, breaks)
            assert self.standing() == before
        try:
            with transaction.atomic():
                act()
        except (Refusal, BadInput):
            assert self.standing() == before
            return False
        return True

    def break_off(self, act: Callable[[], Any], breaks: int) -> None:
        """Let the power fail at a write of an act, or at its very end before the commit: as if it had never begun."""
        events, whole, left = Event.objects.count(), Act.save, [breaks]

        def save(inner: Act, row: Any) -> Any:
            if left[0] == 0:
                raise Crash
            left[0] -= 1
            return whole(inner, row)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Act, "save", save)
            try:
                with transaction.atomic():
                    act()
                    raise Crash
            except Crash:
                assert Event.objects.count() == events
            except (Refusal, BadInput):
                pass  # a refusal leaves its own event

    def standing(self) -> tuple[list[Any], ...]:
        """All that an act may change: steps, timers, where each process stands."""
        return (
            list(
                WorkItem.objects.order_by("id").values_list("id", "outcome", "closed_at", "person", "due_at")
            ),
            list(ClockPause.objects.order_by("id").values_list("id", "to_at")),
            list(Submission.objects.order_by("id").values_list("id")),
            list(AddedSigner.objects.order_by("id").values_list("id", "opinion_text")),
            list(Timer.objects.order_by("id").values_list("id", "fired_at", "cancelled_at")),
            list(ProcessInstance.objects.order_by("id").values_list("id", "ver", "state")),
        )

    @precondition(lambda self: self.begun < 3)
    @rule(key=st.sampled_from(("errand", "errand_each")))
    def begin(self, key: str) -> None:
        self.play.open(OFFICER, key, self.project, "查一查")
        self.begun += 1

    @precondition(lambda self: self.items())
    @rule(place=PLACE, is_sent_twice=st.booleans(), breaks=BREAKS)
    def complete(self, place: int, is_sent_twice: bool, breaks: int | None) -> None:
        item = self.items()[place % len(self.items())]
        opinion, key = f"意见{len(self.opinions)}", str(uuid.uuid4())
        given = {"opinion": opinion, "result": "agree"}

        def act() -> services.Outcome:
            return services.complete(
                item_id=item.pk, person_id=self.by(item), data=given, now=self.play.scene.now, key=key
            )

        if self.attempt(act, breaks):
            self.opinions.add(opinion)
            if is_sent_twice:
                events = Event.objects.count()
                assert act().is_repeated and Event.objects.count() == events

    @precondition(lambda self: any(item.step_key == "close" for item in self.items()))
    @rule(breaks=BREAKS)
    def send_back(self, breaks: int | None) -> None:
        item = next(item for item in self.items() if item.step_key == "close")
        self.attempt(
            lambda: services.return_item(
                item_id=item.pk,
                person_id=self.by(item),
                target="ask",
                reason="form_error",
                text="缺依据",
                now=self.play.scene.now,
            ),
            breaks,
        )

    @rule(place=PLACE, breaks=BREAKS)
    def take_back_what_was_done(self, place: int, breaks: int | None) -> None:
        done = WorkItem.objects.filter(outcome="done", instance__definition__key__startswith="errand")
        rows = list(done.order_by("-closed_at", "-id")[:3])
        if rows:
            item = rows[place % len(rows)]
            self.attempt(
                lambda: take_back(
                    item_id=item.pk, person_id=item.person_id or 0, reason="有误", now=self.play.scene.now
                ),
                breaks,
            )

    @precondition(lambda self: self.items())
    @rule(place=PLACE, is_before=st.booleans(), breaks=BREAKS)
    def ask_another_to_sign(self, place: int, is_before: bool, breaks: int | None) -> None:
        item = self.items()[place % len(self.items())]
        self.attempt(
            lambda: add_signer(
                item_id=item.pk,
                person_id=self.by(item),
                signer_person_id=self.play.scene.person(HEAD),
                is_before=is_before,
                reason="请把关",
                now=self.play.scene.now,
            ),
            breaks,
        )

    @precondition(lambda self: self.items())
    @rule(place=PLACE, breaks=BREAKS)
    def pass_on(self, place: int, breaks: int | None) -> None:
        """To the other holder of the post, by whoever has it, or back."""
        item = self.items()[place % len(self.items())]
        pair = [self.play.scene.person(DOERS[item.step_key]), self.second]
        has = item.person_id or pair[0]
        self.attempt(
            lambda: reassign(
                item_id=item.pk,
                person_id=has,
                to_person_id=next(each for each in pair if each != has),
                reason="外出",
                now=self.play.scene.now,
            ),
            breaks,
        )

    @precondition(lambda self: self.items())
    @rule(place=PLACE, breaks=BREAKS)
    def stop_or_start_its_clock(self, place: int, breaks: int | None) -> None:
        item = self.items()[place % len(self.items())]
        who, now = self.by(item), self.play.scene
        if ClockPause.objects.filter(work_item=item, to_at=None).exists():
            self.attempt(lambda: services.resume(item_id=item.pk, person_id=who, now=now.now), breaks)
        else:
            self.attempt(
                lambda: services.suspend(
                    item_id=item.pk, person_id=who, reason="supplement", text="补正", now=now.now
                ),
                breaks,
            )

    @precondition(lambda self: self.items() and self.begun > 1)
    @rule(place=PLACE, breaks=BREAKS)
    def break_a_matter_off(self, place: int, breaks: int | None) -> None:
        item = self.items()[place % len(self.items())]
        self.attempt(
            lambda: terminate(
                matter_id=item.matter_id,
                person_id=self.play.scene.person(HEAD),
                reason="立项依据已撤销",
                now=self.play.scene.now,
            ),
            breaks,
        )

    @rule(days=st.integers(min_value=1, max_value=3), breaks=BREAKS)
    def days_pass(self, days: int, breaks: int | None) -> None:
        self.play.scene.pass_time(working_days=days)
        self.attempt(lambda: timers.fire_due(self.play.scene.now), breaks)
        assert timers.fire_due(self.play.scene.now) == 0

    # ---- what always holds

    @invariant()
    def every_process_stands_where_its_recorded_acts_lead(self) -> None:
        assert not list(check_states())

    @invariant()
    def what_lies_open_belongs_to_a_running_process(self) -> None:
        assert all(item.instance.state == "running" for item in self.items())
        ended = ProcessInstance.objects.exclude(state="running")
        assert not WorkItem.objects.filter(instance__in=ended, closed_at=None).exists()

    @invariant()
    def no_opinion_is_lost_or_written_twice(self) -> None:
        written = [
            row.content
            for row in Submission.objects.filter(work_item__instance__definition__key__startswith="errand")
        ]
        signed = list(AddedSigner.objects.exclude(opinion_text="").values_list("opinion_text", flat=True))
        for opinion in self.opinions:
            assert sum(f'"{opinion}"' in each for each in written) + signed.count(opinion) == 1


def a_second_holder(zone: Any) -> int:
    """Appoint one more person to both posts, so that a step can be passed on."""
    colleague = Person.objects.get(id=zone.person("20709"))
    day = zone.today()
    posts = {
        held.post for number in DOERS.values() for held in posts_held(zone.person(number), day)
        if held.post.key in ("project_officer", "project_lead")
    }  # fmt: skip
    with recorded("test.setup", chain=f"person:{colleague.pk}", actor=SYSTEM, now=zone.now) as act:
        for post in sorted(posts, key=lambda each: each.pk):
            add_appointment(act, person=colleague, post=post, from_on=day, basis="澜经人〔2025〕9号")
    return int(colleague.pk)


def test_whatever_happens_in_whatever_order_the_books_agree(
    zone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    errands.install(zone)
    every = (*installed.domains(), errands.DOMAIN)
    monkeypatch.setattr(installed, "domains", lambda: every)
    play = Play(zone)
    project = play.project()
    second = a_second_holder(zone)
    run_state_machine_as_test(
        type("Office", (Office,), {"play": play, "project": project, "second": second}),
        settings=settings(
            max_examples=300 if os.environ.get("LIANJING_SOAK") else 12,
            stateful_step_count=16,
            deadline=None,
            phases=(Phase.generate,),  # making a failure smaller takes minutes here
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
