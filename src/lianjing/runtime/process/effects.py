"""Carries out what the interpreter answered: items opened and closed, timers, decisions, the end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.interpret import (
    CancelTimer,
    CloseItem,
    Decided,
    Effect,
    Ended,
    OpenItem,
    SetTimer,
    State,
)
from lianjing.runtime.matter import services as matters
from lianjing.runtime.process.clocks import calendar, clock_for, clock_of, wind
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.lanes import post_for
from lianjing.runtime.process.models import DecisionLog, ProcessInstance, Timer, WorkItem
from lianjing.runtime.regulation.queries import definition_on


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

    def carry_out(self, state: State, effects: Iterable[Effect]) -> None:
        """Write the effects in their order, then the instance with its new state."""
        for effect in effects:
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
                case Ended():
                    self._end(effect)
        self.instance.marking = state.to_json()
        self.instance.ver += 1
        self.deed.act.save(self.instance)

    def _close(self, effect: CloseItem) -> None:
        item = self.deed.item
        if item is None or (item.step_key, item.element) != (effect.node, effect.element):
            item = WorkItem.objects.get(
                instance=self.instance, step_key=effect.node, element=effect.element, closed_at__isnull=True
            )
        clock = clock_of(item)
        if clock is not None:
            item.consumed_minutes = clock.consumed(self.deed.now, calendar())
            item.running_since = None
        item.closed_at = self.deed.now
        item.outcome = effect.outcome
        if effect.outcome in ("done", "returned") and item is self.deed.item:
            item.person_id = self.deed.person_id
            item.return_reason = self.note.get("reason", "")
            item.return_text = self.note.get("text", "")
        self.deed.act.save(item)

    def _open(self, effect: OpenItem) -> None:
        task = self.graph.task(effect.node)
        post = post_for(task, effect.element, self.deed.matter, self.deed.day, self.preferred)
        duty = self.procedure.step(task.id).duty
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
            name=task.name,
            name_en=task.name_en,
            clause=task.clause,
        )
        wind(item, clock_for(task.deadline, self.deed.now))
        self.opened.append(self.deed.act.save(item))

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
        definition = definition_on(effect.decision, self.deed.day)
        self.deed.act.save(
            DecisionLog(
                matter=self.deed.matter,
                decision_key=effect.decision,
                definition=definition,
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
        withdrawn = effect.outcome == "withdrawn"
        self.instance.state = "terminated" if withdrawn else "ended"
        self.instance.ended_at = self.deed.now
        self.instance.outcome = effect.outcome
        matter = self.deed.matter
        if matter.closed_at is None:
            matters.close(self.deed.act, matter, "withdrawn" if withdrawn else "done")
