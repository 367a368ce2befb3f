"""What every declared process of every installed domain keeps: whom each step refuses, and that a refusal is one event.

A step is set up bare: its matter, its process waiting at it, its item at a post of its lane. So a new domain is held to
the contract without a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from lianjing.kernel.declaration import Domain, Procedure, Step
from lianjing.kernel.process.graph import Graph, Task, TaskKind
from lianjing.kernel.process.interpret import INITIAL, Token
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.documents.queries import missing
from lianjing.runtime.domains import domains
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person, Post, PowerItem
from lianjing.runtime.org.queries import actor_at, conflicts_on, holders
from lianjing.runtime.org.services import add_appointment
from lianjing.runtime.process import services
from lianjing.runtime.process.models import ProcessInstance, WorkItem
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import definition_on, graph_of
from lianjing.runtime.trail.act import SYSTEM, Act, Actor, recorded
from lianjing.runtime.trail.models import Event

pytestmark = pytest.mark.django_db
PROCESSES = [(domain, each) for domain in domains() for each in domain.procedures]


@dataclass(frozen=True)
class Waiting:
    """A step that waits for its holder."""

    item: WorkItem
    holder: int
    task: Task
    step: Step


@dataclass(frozen=True)
class Setting:
    """A matter of the process with everyone of the zone."""

    zone: Any
    matter: Matter
    definition: Definition
    graph: Graph
    procedure: Procedure

    def act(self, verb: str, actor: Actor = SYSTEM, duty: str = "") -> AbstractContextManager[Act]:
        """Open an act that sets the stage."""
        return recorded(
            verb,
            chain=f"matter:{self.matter.root_id}",
            actor=actor,
            now=self.zone.now,
            matter_id=self.matter.pk,
            root_matter_id=self.matter.root_id,
            duty=duty,
        )

    def waiting(self) -> Iterator[Waiting]:
        """Yield each step of a person, waiting alone."""
        instance = ProcessInstance.objects.get(matter=self.matter)
        for task in self.graph.tasks:
            if task.kind is not TaskKind.USER:
                continue
            with self.act("test.setup") as act:
                item, holder = self._seat(act, instance, task)
            yield Waiting(item, holder, task, self.procedure.step(task.id))
            with self.act("test.over") as act:
                item = WorkItem.objects.get(pk=item.pk)
                item.closed_at, item.outcome = self.zone.now, "terminated"
                act.save(item)

    def _seat(self, act: Act, instance: ProcessInstance, task: Task) -> tuple[WorkItem, int]:
        assert task.lane is not None, f"{task.id} has no lane"
        post = _held(act, task.lane.post, self.zone.today())
        instance = ProcessInstance.objects.get(pk=instance.pk)
        instance.marking = INITIAL._replace(tokens=(Token(task.id, "", 1),)).to_json()
        act.save(instance)
        duty = self.procedure.step(task.id).duty
        item = WorkItem(
            instance=instance,
            matter=self.matter,
            step_key=task.id,
            round=1,
            post=post,
            unit_id=post.unit_id,
            duty=duty.value if duty else "",
            opened_at=self.zone.now,
            name=task.name,
        )
        return act.save(item), holders(post.pk, self.zone.today())[0].person_id


def _held(act: Act, key: str, day: Any) -> Post:
    """A post of the key with somebody on it; where the zone has none, somebody without a post is put there."""
    posts = list(Post.objects.filter(key=key).order_by("id"))
    assert posts, f"the small zone has no post {key}"
    for post in posts:
        if holders(post.pk, day):
            return post
    idle = Person.objects.exclude(
        id__in=[each.person_id for post in Post.objects.all() for each in holders(post.pk, day)]
    )
    add_appointment(act, person=idle.order_by("id")[0], post=posts[0], from_on=day, basis="合同测试")
    return posts[0]


@pytest.fixture(params=PROCESSES, ids=[each.key for _domain, each in PROCESSES])
def setting(request: pytest.FixtureRequest, zone: Any) -> Setting:
    domain: Domain
    domain, procedure = request.param
    definition = definition_on(procedure.key, zone.today())
    power = PowerItem.objects.filter(definition_key=procedure.key).first()
    assert power is not None, f"no power item for {procedure.key}"
    with recorded("test.setup", chain="installation:1", actor=SYSTEM, now=zone.now) as act:
        matters = []
        for kind, parent in ((domain.root_kind, None), (procedure.matter_kind, 0)):
            matter = Matter(
                domain=domain.key,
                kind=kind,
                title=kind,
                unit_id=power.unit_id,
                status="open",
                opened_on=act.day,
                onboarding="new",
                parent=matters[parent] if parent is not None else None,
                root=matters[0] if matters else None,
            )
            matters.append(act.save(matter))
        act.save(
            ProcessInstance(
                matter=matters[1],
                definition=definition,
                state="running",
                marking=INITIAL.to_json(),
                ver=1,
                started_at=zone.now,
            )
        )
    return Setting(zone, matters[1], definition, graph_of(definition), procedure)


def refusal_of(setting: Setting, item: WorkItem, person_id: int) -> Refusal:
    """Return the refusal of a completion, and see that it left one event and nothing else."""
    before = Event.objects.count()
    with pytest.raises(Refusal) as caught:
        services.complete(item_id=item.pk, person_id=person_id, data={}, now=setting.zone.now)
    assert Event.objects.count() == before + 1
    assert Event.objects.filter(refused_rule=caught.value.rule, person_id=person_id).exists()
    assert WorkItem.objects.get(pk=item.pk).closed_at is None
    return caught.value


class TestProcessContract:
    """Run against whatever is declared."""

    def test_each_step_refuses_whom_and_what_it_must_and_each_refusal_is_one_event(
        self, setting: Setting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for waiting in setting.waiting():
            self.refuses_the_wrong_post(setting, waiting)
            with monkeypatch.context() as patch:
                self.refuses_without_its_papers(setting, waiting, patch)
            self.refuses_who_did_what_it_must_differ_from(setting, waiting)
        for waiting in setting.waiting():
            self.refuses_who_did_a_conflicting_duty(setting, waiting)

    def refuses_the_wrong_post(self, setting: Setting, waiting: Waiting) -> None:
        on_post = {each.person_id for each in holders(waiting.item.post_id, setting.zone.today())}
        stranger = Person.objects.exclude(id__in=on_post).order_by("id")[0]
        assert refusal_of(setting, waiting.item, stranger.pk).ground is Ground.POST, waiting.task.id

    def refuses_without_its_papers(
        self, setting: Setting, waiting: Waiting, patch: pytest.MonkeyPatch
    ) -> None:
        """Whatever the form holds: a form that is right is not made up here."""
        if not missing(setting.matter, setting.definition.pk, waiting.task.id):
            return
        filled = SimpleNamespace(cleaned_data={}, fields={})
        patch.setattr(services, "checked_form", lambda _form: filled)
        refusal = refusal_of(setting, waiting.item, waiting.holder)
        assert (refusal.ground, bool(refusal.clause)) == (Ground.DOCUMENTS, True), waiting.task.id

    def refuses_who_did_what_it_must_differ_from(self, setting: Setting, waiting: Waiting) -> None:
        for other in waiting.task.differs_from[:1]:
            with setting.act("test.setup") as act:
                done = act.save(
                    WorkItem(
                        instance=waiting.item.instance,
                        matter=setting.matter,
                        step_key=other,
                        round=1,
                        post=waiting.item.post,
                        unit_id=waiting.item.unit_id,
                        opened_at=setting.zone.now,
                        closed_at=setting.zone.now,
                        outcome="done",
                        person_id=waiting.holder,
                        name="前一环节",
                    )
                )
            assert refusal_of(setting, waiting.item, waiting.holder).ground is Ground.CONFLICT, (
                waiting.task.id
            )
            with setting.act("test.over") as act:
                done.outcome = "returned"
                act.save(done)

    def refuses_who_did_a_conflicting_duty(self, setting: Setting, waiting: Waiting) -> None:
        duty = waiting.step.duty.value if waiting.step.duty else ""
        pairs = [(each.duty_a, each.duty_b) for each in conflicts_on(setting.zone.today())]
        conflicting = [(set(pair) - {duty} or {duty}).pop() for pair in pairs if duty in pair]
        if not conflicting:
            return
        actor = actor_at(waiting.holder, waiting.item.post_id, setting.zone.today())
        with setting.act("test.duty", actor=actor, duty=conflicting[0]):
            pass
        assert refusal_of(setting, waiting.item, waiting.holder).ground is Ground.CONFLICT, waiting.task.id
