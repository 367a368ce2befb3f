"""The step transaction: one act of a person on a matter, whole or not at all (architecture, one act)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.interpret import (
    Complete,
    Return,
    ReturnNotAllowed,
    Start,
    Withdraw,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.matter import services as matters
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import root_of
from lianjing.runtime.org.queries import posts_held, unbound
from lianjing.runtime.process import calling
from lianjing.runtime.process.authority import actor_for
from lianjing.runtime.process.clocks import calendar_for, clock_of, wind
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.effects import advance
from lianjing.runtime.process.in_the_act import heed
from lianjing.runtime.process.measures import form_of, without_measures
from lianjing.runtime.process.models import ClockPause, ProcessInstance, WorkItem
from lianjing.runtime.process.signing import refuse_signers, sign
from lianjing.runtime.process.standing import is_signing
from lianjing.runtime.process.step import (
    at_step,
    checked_form,
    digest_of,
    matter_of_item,
    move,
    require_answers,
    require_papers,
    root_of_matter,
    submit,
)
from lianjing.runtime.trail.act import Act, answered, recorded, request_digest
from lianjing.runtime.trail.models import Event


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
    root_id = root_of_matter(parent_id)
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
        if procedure.begun is not None:
            procedure.begun(act, matter)
        _start(act, matter, procedure, person_id, channel)
        return matter


def _start(act: Act, matter: Matter, procedure: Procedure, person_id: int, channel: str) -> None:
    instance = calling.new_instance(act, matter, procedure)
    definition_ = instance.definition
    deed = Deed(act, matter, root_of(matter))
    preferred = frozenset(held.post.id for held in posts_held(person_id, act.day))
    started = advance(deed, instance, Start({"matter_kind": matter.kind}), preferred=preferred)
    first = started.opened[0]
    task = started.graph.task(first.step_key)
    act.actor = actor_for(first, definition_.key, task, "", person_id, act.day, channel)
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
    digest = request_digest(["complete", str(item_id), str(person_id), digest_of(data)])
    if (event := answered(key, digest)) is not None:
        return Outcome(event, matter_of_item(item_id), is_repeated=True)
    with at_step(item_id, person_id, now, channel, key, digest, "", happened_at) as (
        deed,
        item,
        _graph,
        procedure,
    ):
        step = procedure.step(item.step_key)
        deed.act.role = step.role
        form = checked_form(form_of(item, step, day=deed.day, data=data))
        require_answers(item)
        if is_signing(item):
            opened = sign(deed, item, form.cleaned_data)
        else:
            require_papers(item, deed)
            deed.data = without_measures(form.cleaned_data)
            submit(deed, item, form)
            variables = step.verb(deed)
            opened = move(deed, Complete(item.step_key, item.element, dict(variables)))
            heed(deed, data)
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
        return Outcome(event, matter_of_item(item_id), is_repeated=True)
    with at_step(item_id, person_id, now, channel, key, digest, ".return") as (
        deed,
        item,
        _graph,
        _procedure,
    ):
        refuse_signers(item)
        if not text.strip() or not reason:
            raise BadInput(_("退回须选择原因并写明全部问题"), "text")
        deed.act.reason = text
        note = {"reason": reason, "text": text}
        try:
            opened = move(deed, Return(item.step_key, item.element, target), note)
        except ReturnNotAllowed as error:
            raise Refusal(
                Ground.RULE, "process.return", _("此环节不能退回到所选环节"), item.clause
            ) from error
    return Outcome(deed.act.event_id, deed.matter.id, tuple(opened))


def withdraw(
    *, matter_id: int, person_id: int, reason: str, now: datetime, key: str = "", channel: str = "web"
) -> Outcome:
    """Take a whole matter back (撤销): only its applicant may, only while it runs, with a reason."""
    root_id = root_of_matter(matter_id)
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
        move(deed, Withdraw(), instance=instance)
    return Outcome(act.event_id, matter_id)


def suspend(
    *, item_id: int, person_id: int, reason: str, text: str, now: datetime, channel: str = "web"
) -> WorkItem:
    """Stop the clock of a step for corrections (补正) or another reason of the list; the holder of the step may."""
    with at_step(item_id, person_id, now, channel, "", "", ".suspend") as (deed, item, _graph, _procedure):
        refuse_signers(item)
        clock = clock_of(item)
        if clock is None or not clock.is_running:
            raise Refusal(Ground.STALE, "clock.not_running", _("该环节没有正在运行的计时"))
        if not text.strip():
            raise BadInput(_("请写明暂停计时的原因"), "text")
        deed.act.reason = text
        wind(item, clock.pause(now, calendar_for(item.unit_id)))
        deed.act.save(
            ClockPause(work_item=item, reason=reason, reason_text=text, from_at=now, person_id=person_id)
        )
        return deed.act.save(item)


def resume(*, item_id: int, person_id: int, now: datetime, channel: str = "web") -> WorkItem:
    """Let a suspended clock run again with what is left of its budget."""
    with at_step(item_id, person_id, now, channel, "", "", ".resume", may_be_suspended=True) as (
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
