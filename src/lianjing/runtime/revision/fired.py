"""How often the checks that rest on a clause refused something: counted from the refusals in the reader's scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncMonth

from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.runtime.trail.models import Event


@dataclass(frozen=True, slots=True)
class Month:
    """How many refusals a month saw."""

    first_on: date
    count: int

    @property
    def key(self) -> str:
        """The month as addresses name it: 2025-09."""
        return f"{self.first_on:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Fired:
    """How often one refusal key fired, and when last."""

    rule: str
    count: int
    last_at: datetime


def refusals(events: QuerySet[Event], references: Iterable[str]) -> QuerySet[Event]:
    """Return which of these events, the reader's own scope, are refusals that rest on these clauses."""
    return events.filter(clause__in=list(references), is_refused=True)


def by_month(events: QuerySet[Event]) -> list[Month]:
    """Count refusals by legal month, the latest first."""
    months = events.order_by().annotate(month=TruncMonth("recorded_at", tzinfo=LEGAL_ZONE)).values("month")
    rows = months.annotate(count=Count("pk")).order_by("-month")
    return [Month(row["month"].date(), row["count"]) for row in rows]


def by_rule(events: QuerySet[Event]) -> list[Fired]:
    """Count refusals by their key, the most frequent first."""
    counted = events.order_by().values("refused_rule").annotate(count=Count("pk"), last=Max("recorded_at"))
    found = [Fired(row["refused_rule"], row["count"], row["last"]) for row in counted]
    return sorted(found, key=lambda each: (-each.count, each.rule))


def by_clause(events: QuerySet[Event]) -> dict[str, int]:
    """Count refusals by clause."""
    rows = events.order_by().values("clause").annotate(count=Count("pk"))
    return {row["clause"]: row["count"] for row in rows}
