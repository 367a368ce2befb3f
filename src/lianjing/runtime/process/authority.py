"""May this person do this step today? Each condition on its own line, each refusal with its clause."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lianjing.kernel.org import conflicting, is_above
from lianjing.kernel.process.graph import Task
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.org import power
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_at, conflicts_on, headed_units, parents
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import Actor
from lianjing.runtime.trail.models import Event

SEPARATION = "zone_organisation#4"
DELEGATION = "zone_organisation#6"
RECUSAL = "zone_collective#5"


def actor_for(item: WorkItem, task: Task, duty: str, person_id: int, day: date, channel: str) -> Actor:
    """Return the actor for a step of a matter, or raise the Refusal of the first condition that fails."""
    actor = actor_at(person_id, item.post_id, day, channel)
    matter = item.matter
    power.require(item.instance.definition.key, matter.unit_id, day, item.post.unit_id)
    _refuse_recused(matter, actor)
    _refuse_reaching_delegate(matter, actor, day)
    _refuse_same_person(matter, task, actor)
    _refuse_conflict(matter, duty, actor, day)
    return actor


def unbound(person_id: int, channel: str) -> Actor:
    """Return the actor of an attempt before his post is known, so that even a refusal names the person."""
    pseudonym = Person.objects.values_list("pseudonym", flat=True).get(id=person_id)
    return Actor(person_id, pseudonym, channel=channel)


def _both(actor: Actor) -> list[int]:
    """A delegate carries the acts of the one he stands for as well as his own."""
    return [person for person in (actor.person_id, actor.on_behalf_of_id) if person is not None]


def _refuse_recused(matter: Matter, actor: Actor) -> None:
    places = [matter.id, matter.root_id]
    if Recusal.objects.filter(matter_id__in=places, person_id=actor.person_id, result="recused").exists():
        raise Refusal(Ground.CONFLICT, "recusal", _("您已在此事项中回避，不能办理"), RECUSAL)


def _refuse_reaching_delegate(matter: Matter, actor: Actor, day: date) -> None:
    """A delegate may not act where the applicant is head of his unit or of a unit above it."""
    if actor.on_behalf_of_id is None or matter.applicant_person_id is None:
        return
    home = Person.objects.values_list("unit_id", flat=True).get(id=actor.person_id)
    if is_above(home, headed_units(matter.applicant_person_id, day), parents()):
        raise Refusal(
            Ground.DELEGATE, "delegation.subordinate", _("申请人是您所在单位或其上级单位的负责人，您不能受委托办理此事项"), DELEGATION
        )


def _refuse_same_person(matter: Matter, task: Task, actor: Actor) -> None:
    """Never the same person as at the steps that the diagram names."""
    if not task.differs_from:
        return
    done = WorkItem.objects.filter(
        matter=matter, step_key__in=task.differs_from, outcome="done", person_id__in=_both(actor)
    ).first()
    if done is not None:
        raise Refusal(
            Ground.CONFLICT, "separation.same_person",
            _("“%(other)s”与“%(step)s”不得由同一人办理") % {"other": done.name, "step": task.name}, task.clause or SEPARATION,
        )


def _refuse_conflict(matter: Matter, duty: str, actor: Actor, day: date) -> None:
    """The conflict-of-duty matrix: what this person did in the matter and in the project."""
    if not duty:
        return
    acts = Event.objects.filter(root_matter_id=matter.root_id, person_id__in=_both(actor), is_refused=False).exclude(duty="")
    rows = list(acts.values_list("matter_id", "duty"))
    in_matter = [done for place, done in rows if place == matter.id]
    conflict = conflicting(duty, in_matter, [done for _place, done in rows], conflicts_on(day))
    if conflict is not None:
        raise Refusal(
            Ground.CONFLICT, f"separation.{conflict.duty_a}_{conflict.duty_b}",
            _("不相容职责：同一人不得在同一事项中兼任这两项职责"), conflict.clause or SEPARATION,
        )
