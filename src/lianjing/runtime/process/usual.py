"""How long steps usually wait: of each step, and of each step in a unit, the waits of the last months, ascending."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem

FEWEST = 10  # waits from which a step has a usual one
FEWEST_IN_UNIT = 30  # from which a unit's own waits say more than those of the step everywhere
LARGE = 5_000  # closed steps from which the waits are kept and not read anew for every page
KEPT_FOR = timedelta(minutes=10)
HUNDREDTHS = 100
Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Usual:
    """Waits in hundredths of a working day, ascending: by (process, step), and by (process, step, unit)."""

    made_at: datetime
    months: int
    count: int
    steps: Mapping[Step, array[int]]
    units: Mapping[tuple[str, str, int], array[int]]

    def quantile(self, step: Step, share: Decimal) -> Decimal | None:
        """Return the nearest-rank quantile in working days; None for a step that was closed fewer than ten times."""
        waits = self.steps.get(step)
        return _ranked(waits, share) if waits is not None and len(waits) >= FEWEST else None

    def remaining(self, step: Step, unit_id: int, waited: Decimal, share: Decimal) -> Decimal | None:
        """Return how many more working days are usual for who waited so long; None where too few waited longer.

        It is the quantile of those waits that were longer, less what is waited already: of the unit's own steps
        where it closed thirty, else of all.
        """
        own = self.units.get((*step, unit_id))
        waits = own if own is not None and len(own) >= FEWEST_IN_UNIT else self.steps.get(step)
        if waits is None or len(waits) < FEWEST:
            return None
        longer = waits[bisect_right(waits, int(waited * HUNDREDTHS)) :]
        return _ranked(longer, share) - waited if longer else None


_kept: list[Usual] = []
_lock = threading.Lock()


def usual(now: datetime, months: int) -> Usual:
    """Return the waits of the steps done in the last months.

    Where there are five thousand or more they are read at most every ten minutes: one step more or less moves
    no quantile of so many.
    """
    with _lock:
        for each in _kept:
            if each.months == months and timedelta(0) <= now - each.made_at < KEPT_FOR and _still_many(each):
                return each
        _kept[:] = [_read(now, months)]
        return _kept[0]


def _still_many(kept: Usual) -> bool:
    return kept.count >= LARGE


def _read(now: datetime, months: int) -> Usual:
    since = now - timedelta(days=months * 365 // 12)
    rows = WorkItem.objects.filter(closed_at__gte=since, closed_at__lte=now, outcome="done").values_list(
        "instance__definition__key", "step_key", "unit_id", "opened_at", "closed_at"
    )
    steps: dict[Step, list[int]] = {}
    units: dict[tuple[str, str, int], list[int]] = {}
    days, count = calendar(), 0
    for key, step, unit, opened, closed in rows.iterator(chunk_size=5_000):
        if closed is None:
            continue
        wait = int(days.working_days_used(opened, closed) * HUNDREDTHS)
        steps.setdefault((key, step), []).append(wait)
        units.setdefault((key, step, unit), []).append(wait)
        count += 1
    return Usual(
        now,
        months,
        count,
        {step: array("l", sorted(waits)) for step, waits in steps.items()},
        {place: array("l", sorted(waits)) for place, waits in units.items() if len(waits) >= FEWEST_IN_UNIT},
    )


def _ranked(waits: array[int], share: Decimal) -> Decimal:
    rank = int((len(waits) * share).to_integral_value(ROUND_CEILING))
    return Decimal(waits[max(rank, 1) - 1]) / HUNDREDTHS


def moment_before(now: datetime, waited: Decimal) -> datetime:
    """Return the latest moment, to the second, since which more than so many working days have passed."""
    days = calendar()
    late, span = now, timedelta(days=float(waited) + 1)
    early = now - span
    while days.working_days_used(early, now) <= waited:
        span *= 2
        early = now - span
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if days.working_days_used(middle, now) > waited:
            early = middle
        else:
            late = middle
    return early
