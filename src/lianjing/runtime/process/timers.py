"""Timers: the worker fires what is due; each fires once, however many workers."""

from __future__ import annotations

from datetime import datetime

from lianjing.kernel.process.interpret import Fire
from lianjing.kernel.process.not_allowed import ProcessError
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.queries import chain_of, root_of
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.effects import advance
from lianjing.runtime.process.models import ProcessInstance, Timer
from lianjing.runtime.trail.act import SYSTEM, recorded


def fire_due(now: datetime, limit: int = 100) -> int:
    """Fire the timers that are due, each in its own act; return how many fired.

    One that cannot fire keeps no other from firing: its error is raised after the rest.
    """
    due = Timer.objects.filter(due_at__lte=now, fired_at=None, cancelled_at=None).order_by("due_at", "id")
    fired = 0
    stuck: list[Refusal | ProcessError] = []
    for timer_id in list(due.values_list("id", flat=True)[:limit]):
        try:
            _fire(timer_id, now)
        except Refusal as refusal:
            if refusal.ground is not Ground.STALE:
                stuck.append(refusal)
        except ProcessError as error:
            error.add_note(f"timer {timer_id}")
            stuck.append(error)
        else:
            fired += 1
    if stuck:
        raise stuck[0]
    return fired


def _fire(timer_id: int, now: datetime) -> None:
    timer = Timer.objects.select_related("instance__matter__root", "instance__definition").get(id=timer_id)
    matter = timer.instance.matter
    definition = timer.instance.definition
    with recorded(
        f"{definition.key}.timer",
        chain=chain_of(matter),
        actor=SYSTEM,
        now=now,
        matter_id=matter.id,
        root_matter_id=matter.root_id,
        step_key=timer.node,
        rule=f"{definition.key}@{definition.version}",
    ) as act:
        timer.refresh_from_db(fields=["fired_at", "cancelled_at"])
        if timer.fired_at is not None or timer.cancelled_at is not None:
            raise Refusal(Ground.STALE, "timer.gone", "timer")
        timer.fired_at = now
        act.save(timer)
        instance = ProcessInstance.objects.select_related("definition", "matter").get(id=timer.instance_id)
        advance(Deed(act, matter, root_of(matter)), instance, Fire(timer.timer_key, timer.element))
