"""Carries out what the interpreter answered: items opened and closed, timers, decisions, called processes, the end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.interpret import (
    INITIAL,
    Action,
    Call,
    CancelCall,
    CancelTimer,
    CloseItem,
    Decided,
    Effect,
    Ended,
    OpenItem,
    Returned,
    SetTimer,
    Start,
    State,
    TakeBack,
    Terminate,
    Withdraw,
    interpret,
)
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.matter import services as matters
from lianjing.runtime.matter.queries import root_of
from lianjing.runtime.message.services import send_all
from lianjing.runtime.org.models import Post
from lianjing.runtime.process import calling
from lianjing.runtime.process.clocks import calendar, calendar_for, clock_for, clock_of, wind
from lianjing.runtime.process.deciding import bundle_day, decider
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.lanes import post_for
from lianjing.runtime.process.models import (
    AddedSigner,
    CalledProcess,
    DecisionLog,
    ProcessInstance,
    Timer,
    WorkItem,
)
from lianjing.runtime.process.standing import carried_clock, earlier_items, is_signers
from lianjing.runtime.process.telling import news_of
from lianjing.runtime.regulation.queries import definition, definition_on, graph_of
from lianjing.runtime.trail.act import Act

BROKEN_OFF = ("withdrawn", "terminated")


def advance(
    deed: Deed,
    instance: ProcessInstance,
    action: Action,
    *,
    note: dict[str, str] | None = None,
    preferred: frozenset[int] = frozenset(),
) -> Carrier:
    """Do one action on a process and all that follows from it, called processes and callers too; part of an act.

    Raises the ProcessError of the interpreter; then nothing has been written.
    """
    version = definition(instance.definition_id)
    graph, procedure = graph_of(version), declared(version.key)[1]
    before = State.from_json(instance.marking) if instance.marking else INITIAL
    decide = decider(deed.day, bundle_day(instance))
    state, effects = interpret(graph, before, action, decide)
    carrier = Carrier(deed, instance, graph, procedure, note or {}, preferred)
    carrier.carry_out(state, effects, action)
    return carrier


def note_action(act: Act, instance: ProcessInstance, action: Action) -> None:
    """Keep the action in the event's body, so that replaying the actions can be compared with the state.

    The first of an act is "process"; what it did to called processes and callers follows in "processes".
    """
    noted = {"instance": instance.id, "ver": instance.ver, "action": action.to_dict()}
    if "process" in act.extra:
        act.extra.setdefault("processes", []).append(noted)
    else:
        act.extra["process"] = noted


@dataclass
class Carrier:
    """One step's worth of effects on one instance; `opened` collects the new items."""

    deed: Deed
    instance: ProcessInstance
    graph: Graph
    procedure: Procedure
    note: dict[str, str] = field(default_factory=dict)
    preferred: frozenset[int] = frozenset()
    opened: list[WorkItem] = field(default_factory=list)
    _calls: list[Call] = field(default_factory=list)
    _may_come_back: bool = False  # an item may open that was closed before in the same activation

    def carry_out(self, state: State, effects: Iterable[Effect], action: Action) -> None:
        """Write the effects in their order, then the instance with its new state; tell those whom it concerns.

        Only then begin what it calls and go back to what called it: both may act on this instance again.
        """
        self._may_come_back = isinstance(action, TakeBack) or is_signers(action)
        for effect in effects:
            self._carry_out(effect)
        self.instance.marking = state.to_json()
        self.instance.ver += 1
        self.deed.act.save(self.instance)
        note_action(self.deed.act, self.instance, action)
        send_all(news_of(self.deed, self.opened, self.note, self.instance.outcome), self.deed.now)
        for call in self._calls:
            self._begin(call)
        if state.is_ended:
            self._go_back(state)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case CloseItem():
                self._close(effect)
            case OpenItem():
                self._open(effect)
            case SetTimer():
                self._set_timer(effect)
            case CancelTimer():
                self._cancel_timer(effect)
            case Decided():
                self._decided(effect)
            case Call() | CancelCall():
                self._call(effect)
            case Ended():
                self._end(effect)
            case _:
                assert_never(effect)

    def _close(self, effect: CloseItem) -> None:
        item = self.deed.item
        if item is None or (item.step_key, item.element) != (effect.node, effect.element):
            item = WorkItem.objects.get(
                instance=self.instance, step_key=effect.node, element=effect.element, closed_at__isnull=True
            )
        clock = clock_of(item)
        if clock is not None:
            item.consumed_minutes = clock.consumed(self.deed.now, calendar_for(item.unit_id))
            item.running_since = None
        item.closed_at = self.deed.now
        item.outcome = effect.outcome
        if effect.outcome in ("done", "returned", "added_signer") and item is self.deed.item:
            item.person_id = self.deed.person_id
            item.return_reason = self.note.get("reason", "")
            item.return_text = self.note.get("text", "")
        else:
            item.person_id = None  # to whom it was passed on did not do it
        self.deed.act.save(item)

    def _open(self, effect: OpenItem) -> None:
        task = self.graph.task(effect.node)
        duty = self.procedure.step(task.id).duty
        signer = (
            AddedSigner.objects.select_related("signer_post").get(id=effect.signer) if effect.signer else None
        )
        before = earlier_items(self.instance, effect) if signer or self._may_come_back else []
        post = signer.signer_post if signer else self._post(effect, before)
        item = WorkItem(
            instance=self.instance,
            matter=self.deed.matter,
            step_key=task.id,
            element=effect.element,
            round=effect.round,
            post=post,
            unit_id=post.unit_id,
            duty=duty.value if duty else "",
            opened_at=self.deed.now,
            name=f"{task.name}（加签）" if signer else task.name,
            name_en=f"{task.name_en} (signer)" if signer and task.name_en else task.name_en,
            clause=task.clause,
        )
        if signer is not None:
            item.person_id = signer.signer_person_id
        elif before:
            item.person_id = before[-1].person_id  # back to whom it was with
        wind(item, carried_clock(before, self.deed.now) or clock_for(task.deadline, self.deed.now))
        self.opened.append(self.deed.act.save(item))
        if signer is not None:
            signer.signing_item = item
            self.deed.act.save(signer)

    def _post(self, effect: OpenItem, before: list[WorkItem]) -> Post:
        """The post of the lane; an item that comes back opens where it was, whatever was reorganised meanwhile."""
        if before:
            return before[-1].post
        task = self.graph.task(effect.node)
        return post_for(task, effect.element, self.deed.matter, self.deed.day, self.preferred)

    def _set_timer(self, effect: SetTimer) -> None:
        clock = clock_for(effect.duration, self.deed.now)
        if clock is None:
            return
        self.deed.act.save(
            Timer(
                instance=self.instance,
                timer_key=effect.timer_id,
                node=effect.node,
                element=effect.element,
                due_at=clock.due(calendar()),
            )
        )

    def _cancel_timer(self, effect: CancelTimer) -> None:
        waiting = Timer.objects.filter(
            instance=self.instance,
            timer_key=effect.timer_id,
            element=effect.element,
            fired_at=None,
            cancelled_at=None,
        )
        for timer in waiting:
            timer.cancelled_at = self.deed.now
            self.deed.act.save(timer)

    def _decided(self, effect: Decided) -> None:
        matched = [
            {"rule": rule.id, "row": rule.index, "clause": rule.clause} for rule in effect.matched_rules
        ]
        self.deed.act.save(
            DecisionLog(
                matter=self.deed.matter,
                decision_key=effect.decision,
                definition=definition_on(effect.decision, bundle_day(self.instance)),
                decided_at=self.deed.now,
                inputs=json.dumps(dict(effect.inputs), ensure_ascii=False, default=str),
                outputs=json.dumps(dict(effect.outputs), ensure_ascii=False, default=str),
                matched=json.dumps(matched, ensure_ascii=False),
            )
        )
        result = DecisionResult(effect.outputs, effect.matched_rules, effect.inputs)
        self.procedure.step(effect.node).verb(
            Deed(self.deed.act, self.deed.matter, self.deed.root, decided=result)
        )

    def _end(self, effect: Ended) -> None:
        is_broken_off = effect.outcome in BROKEN_OFF
        self.instance.state = "terminated" if is_broken_off else "ended"
        self.instance.ended_at = self.deed.now
        self.instance.outcome = effect.outcome
        matter = self.deed.matter
        if matter.closed_at is None:
            matters.close(self.deed.act, matter, effect.outcome if is_broken_off else "done")

    # ---- called processes

    def _call(self, effect: Call | CancelCall) -> None:
        if isinstance(effect, Call):
            self._calls.append(effect)
        else:
            self._cancel_call(effect)

    def _begin(self, call: Call) -> None:
        child, procedure = calling.begin(self.deed, self.instance, call)
        deed = Deed(self.deed.act, child.matter, self.deed.root)
        variables = {"matter_kind": procedure.matter_kind} | (
            {"element": call.element} if call.element else {}
        )
        started = advance(deed, child, Start(variables), preferred=calling.posts_of_applicant(deed))
        self.opened += started.opened

    def _cancel_call(self, effect: CancelCall) -> None:
        """Break the called process off; it does not go back to its caller."""
        row = calling.running(self.instance, effect.node, effect.element, effect.round)
        row.ended_at, row.outcome = self.deed.now, effect.outcome
        self.deed.act.save(row)
        deed = Deed(self.deed.act, row.called.matter, self.deed.root)
        procedure = declared(definition(row.called.definition_id).key)[1]
        if procedure.withdrawn is not None:
            procedure.withdrawn(deed)
        is_withdrawn = effect.outcome == "withdrawn"
        advance(deed, row.called, Withdraw() if is_withdrawn else Terminate(self.deed.act.reason))

    def _go_back(self, state: State) -> None:
        """Tell the caller of a process that has ended, in the same act."""
        row = (
            CalledProcess.objects.select_related("caller__matter__root", "caller__matter__parent")
            .filter(called=self.instance, ended_at=None)
            .first()
        )
        if row is None:
            return
        row.ended_at, row.outcome = self.deed.now, state.outcome
        self.deed.act.save(row)
        own = State.from_json(row.caller.marking).variables
        brought = {name: value for name, value in state.variables.items() if name not in own}
        action = Returned(row.node, row.element, row.round, state.outcome, brought)
        deed = Deed(self.deed.act, row.caller.matter, root_of(row.caller.matter))
        self.opened += advance(deed, row.caller, action).opened
