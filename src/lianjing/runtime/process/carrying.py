"""Open matters carried over to a newer version of their process, several at once (整批改按新版本办理), each by its own act."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.utils.translation import gettext as _

from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.interpret import State
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.migrating import Plan, migrate, places, plan_of
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.process.terminating import may_terminate
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import NoDefinition, definition, definition_on, graph_of

MOST = 200  # matters looked at in one go, the oldest first


@dataclass(frozen=True, slots=True)
class Standing:
    """An open matter under an older version: where it waits, and how it would stand under the newer one."""

    matter: Matter
    version: int
    steps: tuple[str, ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Place:
    """A node or flow at which matters wait, and those of the newer version that could take its place."""

    id: str
    name: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of one matter: carried over, or why not."""

    matter_id: int
    is_done: bool
    reason: str = ""


def newer_version(definition_id: int, day: date) -> Definition:
    """Return a version of a process to which matters may be carried over: the one in force on the day."""
    try:
        found = definition(definition_id)
    except StopIteration as error:
        raise Refusal(Ground.SCOPE, "scope.definition", _("没有这个流程版本")) from error
    is_in_force = found.from_on <= day and (found.to_on is None or found.to_on >= day)
    if found.kind != "process" or not is_in_force:
        raise Refusal(Ground.SCOPE, "scope.definition", _("没有这个流程版本，或今日不在施行"))
    return found


def newer_than(matter_id: int, day: date) -> Definition | None:
    """Return the version in force today of a running matter's process where it runs under an older one, else None."""
    instance = ProcessInstance.objects.filter(matter_id=matter_id, state="running").first()
    if instance is None:
        return None
    current = definition(instance.definition_id)
    try:
        newer = definition_on(current.key, day)
    except NoDefinition:
        return None
    return newer if newer.version > current.version else None


def standing(
    newer: Definition, node_map: Mapping[str, str], *, person_id: int, day: date
) -> tuple[Standing, ...]:
    """Return the open matters under older versions that the person may carry over, each with its plan."""
    instances = ProcessInstance.objects.select_related("matter__unit", "definition").filter(
        state="running",
        definition__key=newer.key,
        definition__version__lt=newer.version,
        matter__in=visible_to(person_id, day),
    )
    own = (
        each
        for each in instances.order_by("matter__opened_on", "id").iterator()
        if may_terminate(each.matter, person_id, day)
    )
    return tuple(_standing(each, newer, node_map) for each in islice(own, MOST))


def _standing(instance: ProcessInstance, newer: Definition, node_map: Mapping[str, str]) -> Standing:
    graph = graph_of(instance.definition)
    steps = tuple(_name(graph, each) for each in places(State.from_json(instance.marking)))
    return Standing(instance.matter, instance.definition.version, steps, plan_of(instance, newer, node_map))


def _name(graph: Graph, place: str) -> str:
    if place in graph.flows:
        flow = graph.flows[place]
        return f"{_name(graph, flow.source)} → {_name(graph, flow.target)}"
    return graph.nodes[place].name or place


def places_of(rows: Iterable[Standing], newer: Definition) -> tuple[Place, ...]:
    """Return every place at which the matters wait, in the order of its id, with what may take its place."""
    new, found = graph_of(newer), {}
    for row in rows:
        instance = ProcessInstance.objects.get(matter_id=row.matter.pk)
        old = graph_of(definition(instance.definition_id))
        for place in places(State.from_json(instance.marking)):
            names = new.flows if place in old.flows else new.nodes
            found[place] = Place(
                place,
                _name(old, place),
                tuple(
                    (each, _name(new, each))
                    for each in names
                    if place in old.flows or type(old.nodes[place]) is type(new.nodes[each])
                ),
            )
    return tuple(found[each] for each in sorted(found))


def carry_over(
    *,
    definition_id: int,
    matter_ids: Sequence[int],
    node_map: Mapping[str, str],
    reason: str,
    person_id: int,
    now: datetime,
    key: str = "",
    channel: str = "web",
) -> tuple[Carried, ...]:
    """Carry open matters over to a newer version, each by its own act; one that is refused leaves the others.

    After a crash those already carried over stay so, and the same request goes on with the rest.
    """
    if not matter_ids:
        raise BadInput(_("请选择事项"), "matter_ids")
    if not reason.strip():
        raise BadInput(_("请写明改按新制度办理的理由"), "reason")
    carried = []
    for matter_id in dict.fromkeys(matter_ids):
        try:
            migrate(
                matter_id=matter_id,
                definition_id=definition_id,
                node_map=node_map,
                reason=reason,
                person_id=person_id,
                now=now,
                key=str(uuid.uuid5(uuid.UUID(key), str(matter_id))) if key else "",
                channel=channel,
            )
        except (Refusal, BadInput) as refused:
            carried.append(Carried(matter_id, is_done=False, reason=str(refused)))
        else:
            carried.append(Carried(matter_id, is_done=True))
    return tuple(carried)
