"""Carrying an open matter over to a newer version of its process (改按新制度办理), node by node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.process.graph import BoundaryTimer, CallActivity, Graph, Task
from lianjing.kernel.process.interpret import State
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.org.queries import unbound
from lianjing.runtime.process.models import CalledProcess, ProcessInstance, Timer, WorkItem
from lianjing.runtime.process.moved import Moved
from lianjing.runtime.process.step import root_of_matter
from lianjing.runtime.process.terminating import deciding_actor
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import definition, graph_of
from lianjing.runtime.trail.act import Act, answered, recorded, request_digest

CLAUSE = "zone_organisation#23"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a matter would be carried over: the names found, and what has no counterpart and waits for a decision."""

    matter_id: int
    definition_id: int
    names: Mapping[str, str]
    unmapped: tuple[str, ...]


def plan(*, matter_id: int, definition_id: int, node_map: Mapping[str, str], day: date) -> Plan:
    """Show how an open matter would stand under a newer version, with what cannot be mapped; changes nothing.

    A node keeps its name where the new diagram has one of the same kind; `node_map` says otherwise. A step whose
    boundary timers differ has no counterpart: whether its time runs on is for a person to decide.
    """
    instance = ProcessInstance.objects.filter(matter_id=matter_id).first()
    if instance is None:
        raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
    return plan_of(instance, _newer(instance, definition_id, day), node_map)


def migrate(
    *,
    matter_id: int,
    definition_id: int,
    node_map: Mapping[str, str],
    reason: str,
    person_id: int,
    now: datetime,
    key: str = "",
    channel: str = "web",
) -> Plan:
    """Carry an open matter over to a newer version, by the head of its unit or above, never its applicant.

    Refusal where anything has no counterpart: it names each. Open steps keep their holder and their clock.
    """
    mapped = sorted(node_map.items())
    digest = request_digest(
        ["migrate", str(matter_id), str(person_id), str(definition_id), str(mapped), reason]
    )
    if answered(key, digest) is not None:
        return Plan(matter_id, definition_id, dict(mapped), ())
    root_id = root_of_matter(matter_id)
    with recorded(
        "process.migrate",
        chain=f"matter:{root_id}",
        actor=unbound(person_id, channel),
        now=now,
        matter_id=matter_id,
        root_matter_id=root_id,
        request_key=key,
        request_sha256=digest,
    ) as act:
        found = ProcessInstance.objects.select_related("matter__root").filter(matter_id=matter_id)
        instance = found.first()
        if instance is None:
            raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
        newer = _newer(instance, definition_id, act.day)
        act.verb, act.rule = f"{newer.key}.migrate", f"{newer.key}@{newer.version}"
        act.actor = deciding_actor(instance.matter, person_id, act, channel)
        if not reason.strip():
            raise BadInput(_("请写明改按新制度办理的理由"), "reason")
        act.reason = reason.strip()
        planned = plan_of(instance, newer, node_map)
        if planned.unmapped:
            raise Refusal(
                Ground.RULE,
                "migrate.unmapped",
                _("新流程中没有对应：%(nodes)s，请先处理") % {"nodes": "、".join(planned.unmapped)},
                CLAUSE,
            )
        _move(act, instance, newer, Moved(instance.definition_id, newer.pk, planned.names))
        return planned


def _newer(instance: ProcessInstance, definition_id: int, day: date) -> Definition:
    current = definition(instance.definition_id)
    try:
        newer = definition(definition_id)
    except StopIteration as error:
        raise BadInput(_("没有这个流程版本"), "definition_id") from error
    if instance.state != "running":
        raise Refusal(Ground.STALE, "process.ended", _("该事项已办结，不能改按新制度办理"), CLAUSE)
    if newer.key != current.key or newer.version <= current.version:
        raise BadInput(_("只能改按同一流程的较新版本办理"), "definition_id")
    if newer.from_on > day or (newer.to_on is not None and newer.to_on < day):
        raise BadInput(_("该版本今日不在施行，不能改按它办理"), "definition_id")
    return newer


def plan_of(instance: ProcessInstance, newer: Definition, node_map: Mapping[str, str]) -> Plan:
    """Show how a process would stand under a newer version; the caller answers for the version."""
    old, new = graph_of(definition(instance.definition_id)), graph_of(newer)
    state = State.from_json(instance.marking)
    names: dict[str, str] = {}
    unmapped: list[str] = []
    for place in places(state):
        target = node_map.get(place, place)
        if place in old.flows:
            is_found = target in new.flows and new.flows[target].target in new.nodes
        else:
            is_found = target in new.nodes and _is_alike(old, place, new, target, node_map)
        if is_found:
            names[place] = target
        else:
            unmapped.append(place)
    for node in state.rounds:
        if node not in names and node not in unmapped and node_map.get(node, node) in new.nodes:
            names[node] = node_map.get(node, node)
    return Plan(instance.matter_id, newer.pk, names, tuple(unmapped))


def places(state: State) -> Iterable[str]:
    """The nodes and flows at which the process waits, each once."""
    waiting = (*state.tokens, *state.timers, *state.calls)
    return sorted({each.node for each in waiting} | set(state.arrived))


def _is_alike(old: Graph, place: str, new: Graph, target: str, node_map: Mapping[str, str]) -> bool:
    one, other = old.nodes[place], new.nodes[target]
    if isinstance(one, Task | CallActivity) and isinstance(other, Task | CallActivity):
        timers = {node_map.get(each.id, each.id) for each in old.timers(place)}
        is_same_kind = type(one) is type(other) and (one.multi is None) == (other.multi is None)
        return is_same_kind and timers == {each.id for each in new.timers(target)}
    if isinstance(one, BoundaryTimer) and isinstance(other, BoundaryTimer):
        return node_map.get(one.attached_to, one.attached_to) == other.attached_to
    return type(one) is type(other)


def _move(act: Act, instance: ProcessInstance, newer: Definition, moved: Moved) -> None:
    graph, procedure = graph_of(newer), declared(newer.key)[1]
    for item in WorkItem.objects.filter(instance=instance, closed_at=None):
        task = graph.task(moved.names[item.step_key])
        duty = procedure.step(task.id).duty
        item.step_key, item.name, item.name_en, item.clause = task.id, task.name, task.name_en, task.clause
        item.duty = duty.value if duty else ""
        act.save(item)
    for timer in Timer.objects.filter(instance=instance, fired_at=None, cancelled_at=None):
        timer.timer_key = moved.names.get(timer.timer_key, timer.timer_key)
        timer.node = moved.names.get(timer.node, timer.node)
        act.save(timer)
    for call in CalledProcess.objects.filter(caller=instance, ended_at=None):
        call.node = moved.names[call.node]
        act.save(call)
    instance.marking = moved.apply(State.from_json(instance.marking)).to_json()
    instance.definition = newer
    instance.ver += 1
    act.save(instance)
    act.extra["process"] = {"instance": instance.pk, "ver": instance.ver, "action": moved.to_dict()}
