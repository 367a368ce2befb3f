"""The step transaction: one act of a person on a matter, whole or not at all (architecture, one act)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.interpret import (
    INITIAL,
    Action,
    Complete,
    NotOpen,
    Return,
    ReturnNotAllowed,
    Start,
    State,
    Withdraw,
    interpret,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.queries import missing
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.matter import services as matters
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import root_of
from lianjing.runtime.org.queries import posts_held, unbound
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.authority import actor_for
from lianjing.runtime.process.clocks import calendar, clock_of, wind
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.effects import Carrier
from lianjing.runtime.process.models import ClockPause, ProcessInstance, Submission, WorkItem
from lianjing.runtime.regulation.queries import clause_title, definition, definition_on, graph_of, table_of
from lianjing.runtime.trail.act import Act, answered, recorded, request_digest
from lianjing.runtime.trail.models import Event


@dataclass
class InvalidForm(BadInput):
    """A form that does not hold; `errors` names each field and its fault. No event is written."""

    errors: Mapping[str, list[str]] = field(default_factory=dict)
    form: Any = None


@dataclass(frozen=True)
class Outcome:
    """What is answered to the person: the event that proves the act, and what it opened."""

    event_id: str
    matter_id: int
    opened: tuple[WorkItem, ...] = ()
    is_repeated: bool = False


def open_matter(
    *,
    procedure_key: str,
    parent_id: int,
    title: str,
    person_id: int,
    now: datetime,
    key: str = "",
    channel: str = "web",
) -> Matter:
    """Open a child matter: its process starts and its first step waits for the person who opened it.

    Refusal where the parent is not ready for it, the person does not hold the post of the first step, or the
    power register does not hold the process that day.
    """
    domain, procedure = declared(procedure_key)
    root_id = _root_id(parent_id)
    digest = request_digest(["open", procedure_key, str(parent_id), title, str(person_id)])
    if (event := answered(key, digest)) is not None:
        return Matter.objects.get(id__in=Event.objects.filter(id=event).values("matter_id"))
    with recorded(
        f"{procedure_key}.open",
        chain=f"matter:{root_id}",
        actor=unbound(person_id, channel),
        now=now,
        matter_id=parent_id,
        root_matter_id=root_id,
        request_key=key,
        request_sha256=digest,
    ) as act:
        parent = Matter.objects.select_related("root").get(id=parent_id)
        if parent.kind != procedure.parent_kind:
            raise Refusal(
                Ground.GATE,
                "open.parent",
                _("此事项下不能办理“%(what)s”") % {"what": codes.said(procedure.label)},
                "zone_funds#1",
            )
        procedure.may_open(parent, act.day)
        matter = matters.begin(
            act,
            domain=domain.key,
            kind=procedure.matter_kind,
            title=title,
            unit_id=parent.unit_id,
            parent=parent,
            applicant_person_id=person_id,
            is_before_platform=False,
        )
        if procedure.series:
            matters.number(act, matter, procedure.series)
        _start(act, matter, procedure, person_id, channel)
        return matter


def _root_id(matter_id: int) -> int:
    """Return whose chain an act on a matter must lock, before anything of the matter is read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(root_id, id) FROM matter WHERE id = %s", [matter_id])
        row = cursor.fetchone()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
    return int(row[0])


def _matter_of_item(item_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT matter_id FROM work_item WHERE id = %s", [item_id])
        row = cursor.fetchone()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.item", _("没有该待办，或不在您的数据范围内"))
    return int(row[0])


def _start(act: Act, matter: Matter, procedure: Procedure, person_id: int, channel: str) -> None:
    definition_ = definition_on(procedure.key, act.day)
    graph = graph_of(definition_)
    deed = Deed(act, matter, root_of(matter))
    action = Start({"matter_kind": matter.kind})
    state, effects = interpret(graph, INITIAL, action, decider(act))
    instance = act.save(
        ProcessInstance(
            matter=matter,
            definition=definition_,
            state="running",
            marking=state.to_json(),
            ver=0,
            started_at=act.now,
        )
    )
    preferred = frozenset(held.post.id for held in posts_held(person_id, act.day))
    carrier = Carrier(deed, instance, graph, procedure, preferred=preferred)
    carrier.carry_out(state, effects)
    note_action(act, instance, action)
    first = carrier.opened[0]
    act.actor = actor_for(first, definition_.key, graph.task(first.step_key), "", person_id, act.day, channel)
    act.step_key = "open"
    act.rule = f"{definition_.key}@{definition_.version}"


def complete(
    *,
    item_id: int,
    person_id: int,
    data: Mapping[str, Any],
    now: datetime,
    key: str = "",
    channel: str = "web",
    happened_at: datetime | None = None,
) -> Outcome:
    """Do a step: check authority, form and papers, let the domain write, move the process, record one event.

    Idempotent by `key`: the same request is answered with the first event. Refusal names the clause; InvalidForm
    names the fields. Whatever crashes, nothing is lost and nothing happens twice.
    """
    digest = request_digest(["complete", str(item_id), str(person_id), _digest_of(data)])
    if (event := answered(key, digest)) is not None:
        return Outcome(event, _matter_of_item(item_id), is_repeated=True)
    with _step(item_id, person_id, now, channel, key, digest, "", happened_at) as (
        deed,
        item,
        graph,
        procedure,
    ):
        step = procedure.step(item.step_key)
        deed.act.role = step.role
        form = _checked_form(step.form, data, deed)
        _require_papers(item, deed)
        deed.data = form.cleaned_data
        _submit(deed, item, form)
        variables = step.verb(deed)
        opened = _move(deed, graph, procedure, Complete(item.step_key, item.element, dict(variables)))
    return Outcome(deed.act.event_id, deed.matter.id, tuple(opened))


def return_item(
    *,
    item_id: int,
    person_id: int,
    target: str,
    reason: str,
    text: str,
    now: datetime,
    key: str = "",
    channel: str = "web",
) -> Outcome:
    """Send a step back to an allowed earlier one (退回), with a reason code and everything that is missing."""
    digest = request_digest(["return", str(item_id), str(person_id), target, reason, text])
    if (event := answered(key, digest)) is not None:
        return Outcome(event, _matter_of_item(item_id), is_repeated=True)
    with _step(item_id, person_id, now, channel, key, digest, ".return") as (deed, item, graph, procedure):
        if not text.strip() or not reason:
            raise BadInput(_("退回须选择原因并写明全部问题"), "text")
        deed.act.reason = text
        note = {"reason": reason, "text": text}
        try:
            opened = _move(deed, graph, procedure, Return(item.step_key, item.element, target), note)
        except ReturnNotAllowed as error:
            raise Refusal(
                Ground.RULE, "process.return", _("此环节不能退回到所选环节"), item.clause
            ) from error
    return Outcome(deed.act.event_id, deed.matter.id, tuple(opened))


def withdraw(
    *, matter_id: int, person_id: int, reason: str, now: datetime, key: str = "", channel: str = "web"
) -> Outcome:
    """Take a whole matter back (撤销): only its applicant may, only while it runs, with a reason."""
    root_id = _root_id(matter_id)
    digest = request_digest(["withdraw", str(matter_id), str(person_id), reason])
    if (event := answered(key, digest)) is not None:
        return Outcome(event, matter_id, is_repeated=True)
    with recorded(
        "process.withdraw",
        chain=f"matter:{root_id}",
        actor=unbound(person_id, channel),
        now=now,
        matter_id=matter_id,
        root_matter_id=root_id,
        request_key=key,
        request_sha256=digest,
        reason=reason,
    ) as act:
        instance = (
            ProcessInstance.objects.select_related("matter__root", "definition")
            .filter(matter_id=matter_id)
            .first()
        )
        if instance is None:
            raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
        matter = instance.matter
        act.verb = f"{instance.definition.key}.withdraw"
        if instance.state != "running":
            raise Refusal(Ground.STALE, "process.ended", _("该事项已办结，不能撤销"))
        if matter.applicant_person_id != person_id:
            raise Refusal(Ground.POST, "process.withdraw", _("只有申请人可以撤销事项"), "zone_organisation#2")
        if not reason.strip():
            raise BadInput(_("请写明撤销理由"), "reason")
        procedure = declared(instance.definition.key)[1]
        if procedure.may_withdraw is not None:
            procedure.may_withdraw(matter)
        deed = Deed(act, matter, root_of(matter))
        if procedure.withdrawn is not None:
            procedure.withdrawn(deed)
        _move(deed, graph_of(instance.definition), procedure, Withdraw(), instance=instance)
    return Outcome(act.event_id, matter_id)


def suspend(
    *, item_id: int, person_id: int, reason: str, text: str, now: datetime, channel: str = "web"
) -> WorkItem:
    """Stop the clock of a step for corrections (补正) or another reason of the list; the holder of the step may."""
    with _step(item_id, person_id, now, channel, "", "", ".suspend") as (deed, item, _graph, _procedure):
        clock = clock_of(item)
        if clock is None or not clock.is_running:
            raise Refusal(Ground.STALE, "clock.not_running", _("该环节没有正在运行的计时"))
        if not text.strip():
            raise BadInput(_("请写明暂停计时的原因"), "text")
        deed.act.reason = text
        wind(item, clock.pause(now, calendar()))
        deed.act.save(
            ClockPause(work_item=item, reason=reason, reason_text=text, from_at=now, person_id=person_id)
        )
        return deed.act.save(item)


def resume(*, item_id: int, person_id: int, now: datetime, channel: str = "web") -> WorkItem:
    """Let a suspended clock run again with what is left of its budget."""
    with _step(item_id, person_id, now, channel, "", "", ".resume", may_be_suspended=True) as (
        deed,
        item,
        _graph,
        _procedure,
    ):
        clock, pause = clock_of(item), ClockPause.objects.filter(work_item=item, to_at__isnull=True).first()
        if clock is None or pause is None:
            raise Refusal(Ground.STALE, "clock.running", _("该环节的计时没有暂停"))
        wind(item, clock.resume(now))
        pause.to_at = now
        deed.act.save(pause)
        return deed.act.save(item)


@contextmanager
def _step(
    item_id: int,
    person_id: int,
    now: datetime,
    channel: str,
    key: str,
    digest: str,
    suffix: str,
    happened_at: datetime | None = None,
    may_be_suspended: bool = False,
) -> Iterator[tuple[Deed, WorkItem, Graph, Procedure]]:
    """Open the act of a step: lock the root matter, only then read the item, check who acts."""
    matter_id = _matter_of_item(item_id)
    root_id = _root_id(matter_id)
    with recorded(
        "process.step",
        chain=f"matter:{root_id}",
        actor=unbound(person_id, channel),
        now=now,
        matter_id=matter_id,
        root_matter_id=root_id,
        request_key=key,
        request_sha256=digest,
        happened_at=happened_at,
    ) as act:
        item = WorkItem.objects.select_related("matter__root", "instance", "post").get(id=item_id)
        version = definition(item.instance.definition_id)
        procedure, graph = declared(version.key)[1], graph_of(version)
        duty = procedure.step(item.step_key).duty
        act.verb, act.step_key = f"{version.key}.{item.step_key}{suffix}", item.step_key
        act.rule, act.clause = f"{version.key}@{version.version}", item.clause
        if item.closed_at is not None:
            raise Refusal(Ground.STALE, "item.closed", _("该环节已由他人办结或已撤回，请刷新页面"))
        act.actor = actor_for(
            item,
            version.key,
            graph.task(item.step_key),
            duty.value if duty else "",
            person_id,
            act.day,
            channel,
        )
        if item.budget is not None and item.running_since is None and not may_be_suspended:
            raise Refusal(Ground.RULE, "clock.suspended", _("该环节计时已暂停，请先恢复再办理"), item.clause)
        act.duty = duty.value if duty else ""
        yield Deed(act, item.matter, root_of(item.matter), item), item, graph, procedure


def _move(
    deed: Deed,
    graph: Graph,
    procedure: Procedure,
    action: Action,
    note: dict[str, str] | None = None,
    instance: ProcessInstance | None = None,
) -> list[WorkItem]:
    instance = instance or (deed.item.instance if deed.item else None)
    assert instance is not None
    try:
        state, effects = interpret(graph, State.from_json(instance.marking), action, decider(deed.act))
    except NotOpen as error:
        raise Refusal(Ground.STALE, "item.closed", _("该环节已由他人办结或已撤回，请刷新页面")) from error
    carrier = Carrier(deed, instance, graph, procedure, note or {})
    carrier.carry_out(state, effects)
    note_action(deed.act, instance, action)
    return carrier.opened


def note_action(act: Act, instance: ProcessInstance, action: Action) -> None:
    """Keep the action in the event's body, so that replaying the actions can be compared with the state."""
    act.extra["process"] = {"instance": instance.id, "ver": instance.ver, "action": action.to_dict()}


def decider(act: Act) -> Any:
    def decide(decision_key: str, variables: Mapping[str, Any]) -> DecisionResult:
        table = table_of(definition_on(decision_key, act.day))
        return table.evaluate(variables, lambda name: figure(name, act.day))

    return decide


def _checked_form(form_class: Any, data: Mapping[str, Any], deed: Deed) -> Any:
    form = form_class(data, matter=deed.matter, day=deed.day)
    if not form.is_valid():
        errors = {name: [str(message) for message in messages] for name, messages in form.errors.items()}
        raise InvalidForm(_("填报内容有误，请按提示修改"), next(iter(errors)), errors, form)
    return form


def _require_papers(item: WorkItem, deed: Deed) -> None:
    lines = missing(deed.matter, item.instance.definition_id, item.step_key)
    if lines:
        deed.act.clause = lines[0].clause
        words = "、".join(codes.label("document_kind", line.kind) for line in lines)
        cited = clause_title(lines[0].clause, deed.day)
        raise Refusal(
            Ground.DOCUMENTS,
            "documents.missing",
            _("缺少必备资料：%(papers)s（%(clause)s）") % {"papers": words, "clause": cited},
            lines[0].clause,
        )


def _submit(deed: Deed, item: WorkItem, form: Any) -> None:
    fields = json.dumps([[name, type(field).__name__, field.required] for name, field in form.fields.items()])
    digest = hashlib.sha256(fields.encode()).hexdigest()
    item.form_sha256 = digest
    content = json.dumps(form.cleaned_data, ensure_ascii=False, default=str, sort_keys=True)
    deed.act.save(
        Submission(
            work_item=item,
            matter=deed.matter,
            person_id=deed.act.actor.person_id or 0,
            submitted_at=deed.now,
            form_sha256=digest,
            content=content,
        )
    )


def _digest_of(data: Mapping[str, Any]) -> str:
    lists = {name: data.getlist(name) for name in data} if hasattr(data, "getlist") else dict(data)
    lists = {name: value for name, value in lists.items() if name not in ("csrfmiddlewaretoken",)}
    return json.dumps(lists, ensure_ascii=True, default=str, sort_keys=True)
