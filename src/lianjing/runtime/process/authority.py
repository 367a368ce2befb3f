"""May this person do this step today? Each condition on its own line, each refusal with its clause."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from lianjing.kernel.org import conflicting, is_above
from lianjing.kernel.process.graph import Task
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org import power
from lianjing.runtime.org.directory import directory
from lianjing.runtime.org.queries import actor_at, conflicts_on, headed_units, holders, parents
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import Actor

SEPARATION = "zone_organisation#4"
DELEGATION = "zone_organisation#6"
RECUSAL = "zone_collective#5"
ASSIGNMENT = "zone_organisation#18"


def actor_for(
    item: WorkItem, process_key: str, task: Task, duty: str, person_id: int, day: date, channel: str
) -> Actor:
    """Return the actor for a step of a matter, or raise the Refusal of the first condition that fails."""
    actor = actor_at(person_id, item.post_id, day, channel)
    matter = item.matter
    _refuse_assigned(item, actor, day)
    power.require(process_key, matter.unit_id, day, item.post.unit_id)
    refuse_recused(matter, actor)
    _refuse_reaching_delegate(matter, actor, day)
    _refuse_same_person(matter, task, actor)
    _refuse_conflict(matter, duty, actor, day)
    return actor


def assignee(item: WorkItem, day: date) -> int | None:
    """Return to whom an open step was passed on, while he still holds its post; then nobody else may do it."""
    if item.person_id is None:
        return None
    return (
        item.person_id
        if any(each.person_id == item.person_id for each in holders(item.post_id, day))
        else None
    )


def _refuse_assigned(item: WorkItem, actor: Actor, day: date) -> None:
    """A step passed on to one holder of the post waits for him or for whom he lent the post to."""
    chosen = assignee(item, day)
    if chosen is not None and chosen not in _both(actor):
        raise Refusal(Ground.POST, "item.assigned", _("该待办已转给同岗位其他人员办理"), ASSIGNMENT)


def _both(actor: Actor) -> list[int]:
    """A delegate carries the acts of the one he stands for as well as his own."""
    return [person for person in (actor.person_id, actor.on_behalf_of_id) if person is not None]


def refuse_recused(matter: Matter, actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM recusal WHERE person_id = %s AND matter_id IN (%s, %s) AND result = 'recused' LIMIT 1",
            [actor.person_id, matter.id, matter.root_id],
        )
        is_recused = cursor.fetchone() is not None
    if is_recused:
        raise Refusal(Ground.CONFLICT, "recusal", _("您已在此事项中回避，不能办理"), RECUSAL)


def _refuse_reaching_delegate(matter: Matter, actor: Actor, day: date) -> None:
    """A delegate may not act where the applicant is head of his unit or of a unit above it."""
    if actor.on_behalf_of_id is None or matter.applicant_person_id is None:
        return
    home = directory().persons[actor.person_id].unit_id if actor.person_id is not None else None
    if is_above(home, headed_units(matter.applicant_person_id, day), parents()):
        raise Refusal(
            Ground.DELEGATE,
            "delegation.subordinate",
            _("申请人是您所在单位或其上级单位的负责人，您不能受委托办理此事项"),
            DELEGATION,
        )


def _refuse_same_person(matter: Matter, task: Task, actor: Actor) -> None:
    """Never the same person as at the steps that the diagram names."""
    if not task.differs_from:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT step_key, person_id, name FROM work_item WHERE matter_id = %s AND outcome = 'done'",
            [matter.id],
        )
        others = [
            name
            for step, person_id, name in cursor.fetchall()
            if step in task.differs_from and person_id in _both(actor)
        ]
    if others:
        raise Refusal(
            Ground.CONFLICT,
            "separation.same_person",
            _("“%(other)s”与“%(step)s”不得由同一人办理") % {"other": others[0], "step": task.name},
            task.clause or SEPARATION,
        )


def _duties_done(person_id: int, root_matter_id: int | None) -> list[tuple[int, str]]:
    """The duties a person has done in a project: read in every act, so without the detour over the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT matter_id, duty FROM trail_event WHERE root_matter_id = %s AND person_id = %s AND duty <> '' "
            "AND refused_rule = ''",
            [root_matter_id, person_id],
        )
        return list(cursor.fetchall())


def _refuse_conflict(matter: Matter, duty: str, actor: Actor, day: date) -> None:
    """The conflict-of-duty matrix: what this person did in the matter and in the project."""
    if not duty:
        return
    rows = [row for person_id in _both(actor) for row in _duties_done(person_id, matter.root_id)]
    in_matter = [done for place, done in rows if place == matter.id]
    conflict = conflicting(duty, in_matter, [done for _place, done in rows], conflicts_on(day))
    if conflict is not None:
        raise Refusal(
            Ground.CONFLICT,
            f"separation.{conflict.duty_a}_{conflict.duty_b}",
            _("不相容职责：同一人不得在同一事项中兼任这两项职责"),
            conflict.clause or SEPARATION,
        )
