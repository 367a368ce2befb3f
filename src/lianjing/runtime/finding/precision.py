"""How often an indicator is right: verified ÷ handled with the interval of Wilson, and which go to review."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.finding.acting import supervisor
from lianjing.runtime.finding.assigning import unit_concerned
from lianjing.runtime.finding.models import Finding, Indicator
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.trail.act import legal_day, recorded

Z95 = 1.959963984540054
SETTLED = ("reviewed", "closed")
HELD = ("confirmed", "partly")
HOLDS = Q(verdict__in=HELD)


@dataclass(frozen=True, slots=True)
class Precision:
    """Of so many handled findings so many held; the interval is at 95 %."""

    held: int
    handled: int

    @property
    def ratio(self) -> float | None:
        """Share that held, None before the first was handled."""
        return self.held / self.handled if self.handled else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval at 95 %, None before the first was handled."""
        return wilson(self.held, self.handled) if self.handled else None


def wilson(held: int, handled: int) -> tuple[float, float]:
    """Return the lower and upper end of the score interval at 95 % for `held` of `handled` (> 0)."""
    share, square = held / handled, Z95 * Z95
    centre = share + square / (2 * handled)
    spread = Z95 * math.sqrt((share * (1 - share) + square / (4 * handled)) / handled)
    whole = 1 + square / handled
    low = (centre - spread) / whole if held else 0.0
    high = (centre + spread) / whole if held < handled else 1.0
    return low, high


def by_indicator(indicator_ids: Iterable[int] | None = None) -> dict[int, Precision]:
    """Return the precision of each version of an indicator; only reviewed findings count."""
    rows = Finding.objects.filter(state__in=SETTLED).exclude(verdict="")
    if indicator_ids is not None:
        rows = rows.filter(indicator_id__in=list(indicator_ids))
    counted = rows.values("indicator_id").annotate(all=Count("pk"), held=Count("pk", filter=HOLDS))
    return {each["indicator_id"]: Precision(each["held"], each["all"]) for each in counted.order_by()}


def by_unit(indicator_id: int) -> list[tuple[str, Precision]]:
    """Return the precision of one version for each unit that its findings are about, by name; "" for those of none."""
    rows = Finding.objects.filter(state__in=SETTLED, indicator_id=indicator_id).exclude(verdict="")
    tally: dict[int | None, list[int]] = {}
    for row in rows.select_related("matter").iterator(chunk_size=2_000):
        counts = tally.setdefault(unit_concerned(row), [0, 0])
        counts[0] += row.verdict in HELD
        counts[1] += 1
    units = Unit.objects.in_bulk([key for key in tally if key is not None])
    names = {key: units[key].name if key is not None else "" for key in tally}
    ordered = sorted(tally.items(), key=lambda each: (names[each[0]], each[0] or 0))
    return [(names[key], Precision(*counts)) for key, counts in ordered]


def for_review(day: date) -> list[tuple[Indicator, Precision]]:
    """Return the versions that were wrong too often: below the line after enough handled findings."""
    least = int(figure("finding.precision_review_min_handled", day))
    line = float(figure("finding.precision_review_min_ratio", day))
    found = {
        pk: each
        for pk, each in by_indicator().items()
        if each.handled >= least and each.ratio is not None and each.ratio < line
    }
    rows = Indicator.objects.filter(pk__in=found).exclude(status="stopped").order_by("code", "version")
    return [(row, found[row.pk]) for row in rows]


def put_in_review(*, indicator_id: int, person_id: int, now: datetime, reason: str = "") -> Indicator:
    """Take a version that was wrong too often into review, by a supervisor."""
    day = legal_day(now)
    actor = supervisor(person_id, day)
    with recorded("indicator.review", chain=f"indicator:{indicator_id}", actor=actor, now=now) as act:
        if indicator_id not in {row.pk for row, _each in for_review(day)}:
            raise Refusal(
                Ground.RULE, "indicator.precise", _("该模型办结数不足或者准确率不低于复审线，不进入复审")
            )
        row = Indicator.objects.get(pk=indicator_id)
        row.status = "in_review"
        act.reason = reason.strip()
        return act.save(row)
