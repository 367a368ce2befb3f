"""What an item was before it came back: after a signer, or taken back, it goes on with its clock and its holder."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from lianjing.kernel.process.calendar import Clock
from lianjing.kernel.process.interpret import Action, Complete, OpenItem
from lianjing.runtime.process.clocks import clock_of
from lianjing.runtime.process.models import ItemOpened, ProcessInstance, WorkItem

SIGNED = "+"


def is_signing(item: WorkItem) -> bool:
    """True for the item of an added signer, who only writes his opinion."""
    return SIGNED in item.element


def is_signers(action: Action) -> bool:
    """True where an added signer has done his part: the step may come back to its holder."""
    return isinstance(action, Complete) and SIGNED in action.element


def earlier_items(instance: ProcessInstance, effect: OpenItem) -> list[WorkItem]:
    """Return the closed items of the same activation, its signers' too, the step's own last; empty for a new one."""
    base = effect.element.partition(SIGNED)[0] if effect.signer else effect.element
    same = WorkItem.objects.filter(
        Q(element=base) | Q(element__startswith=base + SIGNED),
        instance=instance,
        step_key=effect.node,
        round=effect.round,
        closed_at__isnull=False,
    )
    found = list(same.select_related("post").order_by("closed_at", "id"))
    return sorted(found, key=lambda item: item.element == base)


def carried_clock(before: list[WorkItem], now: datetime) -> Clock | None:
    """Return the clock that goes on: what the activation has used up so far counts, signers or not."""
    clock = clock_of(before[-1]) if before else None
    if clock is None:
        return None
    spent = max(item.consumed_minutes for item in before)
    return Clock(clock.unit, clock.budget, spent, now)


def note_opened(item: WorkItem, person_id: int, now: datetime) -> None:
    """Remember that the person at whose post the item waits has opened it; later visits change nothing."""
    ItemOpened.objects.get_or_create(work_item=item, person_id=person_id, defaults={"opened_at": now})


def is_opened(item: WorkItem) -> bool:
    """True once anyone at whose post it waits has opened it."""
    return ItemOpened.objects.filter(work_item=item).exists()
