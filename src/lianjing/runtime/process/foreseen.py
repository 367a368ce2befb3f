"""Open steps that will probably miss their limit: the working time left to it against what such steps still take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.usual import usual
from lianjing.runtime.trail.act import legal_day

HALF, MOST_OF_THEM = Decimal("0.5"), Decimal("0.8")
WEIGHED = 5_000  # open steps looked at in one go, those that fall due first


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An open step in time still, with working days waited and left to its limit, and what it usually still takes.

    `is_likely`: half of the like steps that waited as long took longer than is left; else one in five did.
    """

    item: WorkItem
    waited_days: Decimal
    left_days: Decimal
    p50_days: Decimal
    p80_days: Decimal

    @property
    def is_likely(self) -> bool:
        return self.p50_days > self.left_days


def foreseen(scope: Q, now: datetime) -> Iterator[Foreseen]:
    """Yield the steps of a scope (Q on work_item) that will probably be late, the first to fall due first.

    Weighed are the five thousand running clocks that fall due first. A step that was done fewer than ten times has
    no usual time and is not foreseen; when it comes near its limit the reminder of that day tells.
    """
    waiting = WorkItem.objects.filter(
        scope, closed_at__isnull=True, matter__status="open", due_at__gt=now, running_since__isnull=False
    ).select_related("matter__root", "post", "unit", "instance__definition")
    weighed = list(waiting.order_by("due_at", "id")[:WEIGHED])
    if not weighed:
        return
    waits = usual(now, int(figure("works.bottleneck.window_months", legal_day(now))))
    days = calendar()
    for item in weighed:
        assert item.due_at is not None
        step = (item.instance.definition.key, item.step_key)
        waited = days.working_days_used(item.opened_at, now)
        left = days.working_days_used(now, item.due_at)
        half = waits.remaining(step, item.unit_id, waited, HALF)
        most = waits.remaining(step, item.unit_id, waited, MOST_OF_THEM)
        if half is not None and most is not None and most > left:
            yield Foreseen(item, waited, left, half, most)
