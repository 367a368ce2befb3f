"""Whose desk and since when: the steps of running processes by post and person, the queue of each day, one step by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from lianjing.analysis.mining.peers import Interval, wilson
from lianjing.runtime.org.queries import holders, posts_held
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import ClockPause, WorkItem
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.trail.act import LEGAL_ZONE, legal_day

MONTHS = 12
NEEDED = ("instance__definition__key", "step_key", "post_id", "person_id", "opened_at", "due_at", "closed_at")


@dataclass(frozen=True, slots=True)
class Span:
    """One step as it lay on a desk; days are working days until done, or until now while it is open."""

    step: tuple[str, str]
    post_id: int
    person_id: int | None
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    days: float

    @property
    def is_late(self) -> bool:
        """True where it was done after its limit."""
        return self.due_at is not None and self.closed_at is not None and self.closed_at > self.due_at


@dataclass(slots=True)
class Desk:
    """One person at one post: what he did in a year, how long it had waited, and what lies there now.

    `peer_days` is the median of the same steps at all other desks, weighted as he did them; None without any.
    `excess_days` is what his steps waited beyond their own step's median at all desks.
    """

    post_id: int
    person_id: int
    done: int = 0
    late: int = 0
    median_days: float | None = None
    p95_days: float | None = None
    peer_days: float | None = None
    excess_days: float = 0.0
    open_now: int = 0
    overdue_now: int = 0
    oldest_days: float | None = None
    waits: list[tuple[tuple[str, str], float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class QueueDay:
    """A day of a queue: what arrived, what left, what waited at its end."""

    day: date
    arrived: int
    left: int
    waiting: int


@dataclass(frozen=True, slots=True)
class StepMonth:
    """One step in one month, by when it was done; late ones with the interval of their share."""

    month: date
    done: int
    median_days: float | None
    p95_days: float | None
    late: Interval
    returned: int
    pauses: int
    paused_days: float


def items_in(
    person_id: int, day: date, *, process: str = "", step: str = "", unit: int | None = None
) -> QuerySet[WorkItem]:
    """Return the steps in a reader's scope, of one process, step or unit where given."""
    found = WorkItem.objects.filter(matter_id__in=visible_to(person_id, day).values("id"))
    if process:
        found = found.filter(instance__definition__key=process)
    if step:
        found = found.filter(step_key=step)
    return found if unit is None else found.filter(unit_id=unit)


def spans(items: QuerySet[WorkItem], now: datetime, *, months: int = MONTHS) -> Iterator[Span]:
    """Yield what was done in the last months and what is open; returned and cancelled steps are left out."""
    since, days = now - timedelta(days=months * 365 // 12), calendar()
    done = Q(closed_at__gte=since, closed_at__lte=now, outcome="done")
    lying = Q(closed_at=None, matter__status="open")
    rows = items.filter(done | lying).order_by().values_list(*NEEDED)
    for process, step, post, person, opened, due, closed in rows.iterator(chunk_size=5_000):
        waited = float(days.working_days_used(opened, closed or now))
        yield Span((process, step), post, person, opened, due, closed, waited)


def desks(found: Iterable[Span], now: datetime) -> list[Desk]:
    """Return the desks, the largest excess first; an open step lies on the desk of each who holds its post today."""
    known: dict[tuple[int, int], Desk] = {}
    by_step: dict[tuple[str, str], list[float]] = {}
    at_post: dict[int, Sequence[int]] = {}

    def desk(post: int, person: int) -> Desk:
        return known.setdefault((post, person), Desk(post, person))

    for span in found:
        if span.closed_at is not None:
            by_step.setdefault(span.step, []).append(span.days)
            own = desk(span.post_id, span.person_id or 0)
            own.done += 1
            own.late += span.is_late
            own.waits.append((span.step, span.days))
            continue
        if span.post_id not in at_post:
            at_post[span.post_id] = [each.person_id for each in holders(span.post_id, legal_day(now))] or [0]
        for person in [span.person_id] if span.person_id else at_post[span.post_id]:
            _lay(desk(span.post_id, person), span, now)
    for waits in by_step.values():
        waits.sort()
    for each in known.values():
        _measure(each, by_step)
    return sorted(
        known.values(), key=lambda each: (-each.excess_days, -each.open_now, each.post_id, each.person_id)
    )


def _lay(own: Desk, span: Span, now: datetime) -> None:
    own.open_now += 1
    own.overdue_now += span.due_at is not None and span.due_at < now
    own.oldest_days = max(own.oldest_days or 0.0, span.days)


def _measure(own: Desk, by_step: dict[tuple[str, str], list[float]]) -> None:
    """Median, p95, the excess over all desks, and the median of the other desks."""
    if not own.waits:
        return
    ordered = sorted(days for _step, days in own.waits)
    own.median_days, own.p95_days = ranked(ordered, 50), ranked(ordered, 95)
    mine: dict[tuple[str, str], list[float]] = {}
    for step, days in own.waits:
        mine.setdefault(step, []).append(days)
    weighed, weight = 0.0, 0
    for step, waits in mine.items():
        usual = ranked(by_step[step], 50)
        own.excess_days += sum(max(days - usual, 0.0) for days in waits)
        others = _without(by_step[step], waits)
        if others:
            weighed += ranked(others, 50) * len(waits)
            weight += len(waits)
    own.peer_days = round(weighed / weight, 2) if weight else None
    own.excess_days = round(own.excess_days, 2)


def _without(ordered: Sequence[float], taken: Iterable[float]) -> list[float]:
    """Return an ascending list without these of its values."""
    left, out = sorted(taken), []
    place = 0
    for each in ordered:
        if place < len(left) and left[place] == each:
            place += 1
        else:
            out.append(each)
    return out


def ranked(ordered: Sequence[float], percent: int) -> float:
    """Return the nearest-rank quantile of an ascending list that is not empty."""
    return ordered[max((len(ordered) * percent + 99) // 100, 1) - 1]


def queue(items: QuerySet[WorkItem], now: datetime, *, length: int) -> list[QueueDay]:
    """Return the last so many days of the queue: a step waits from its arrival until it is done, returned or ended."""
    today = legal_day(now)
    first = today - timedelta(days=length - 1)
    start = datetime.combine(first, time(), LEGAL_ZONE)
    arrived: dict[date, int] = {}
    left: dict[date, int] = {}
    waiting = 0
    shown = items.filter(opened_at__lte=now).filter(Q(closed_at=None) | Q(closed_at__gte=start)).order_by()
    still = shown.filter(Q(closed_at__isnull=False) | Q(matter__status="open"))
    for opened, closed in still.values_list("opened_at", "closed_at").iterator(chunk_size=5_000):
        begin, end = legal_day(opened), legal_day(closed) if closed else None
        waiting += begin < first
        if begin >= first:
            arrived[begin] = arrived.get(begin, 0) + 1
        if end is not None:
            left[end] = left.get(end, 0) + 1
    found = []
    for number in range(length):
        day = first + timedelta(days=number)
        waiting += arrived.get(day, 0) - left.get(day, 0)
        found.append(QueueDay(day, arrived.get(day, 0), left.get(day, 0), waiting))
    return found


def waited_on(items: QuerySet[WorkItem], day: date) -> QuerySet[WorkItem]:
    """Return what waited at the end of a day."""
    end = datetime.combine(day + timedelta(days=1), time(), LEGAL_ZONE)
    there = Q(closed_at__gte=end) | Q(closed_at=None, matter__status="open")
    return items.filter(there, opened_at__lt=end)


def months_of(now: datetime, count: int = MONTHS) -> list[date]:
    """Return the first days of the last months, this one last."""
    today = legal_day(now)
    number = today.year * 12 + today.month - 1
    return [date((number - back) // 12, (number - back) % 12 + 1, 1) for back in range(count - 1, -1, -1)]


def begin_of(month: date) -> datetime:
    """Return the first moment of a month in legal time."""
    return datetime.combine(month, time(), LEGAL_ZONE)


def end_of(month: date) -> datetime:
    """Return the first moment after a month in legal time."""
    return begin_of(date(month.year + month.month // 12, month.month % 12 + 1, 1))


def by_month(items: QuerySet[WorkItem], now: datetime) -> list[StepMonth]:
    """Return steps by the month in which they were done; pauses by the month in which they began, in working days."""
    months, days = months_of(now), calendar()
    waits: dict[date, list[float]] = {month: [] for month in months}
    late, returned = dict.fromkeys(months, 0), dict.fromkeys(months, 0)
    closed_rows = items.filter(closed_at__gte=begin_of(months[0]), closed_at__lte=now).order_by()
    rows = closed_rows.values_list("opened_at", "due_at", "closed_at", "outcome")
    for opened, due, closed, outcome in rows.iterator(chunk_size=5_000):
        assert closed is not None
        month = legal_day(closed).replace(day=1)
        if outcome == "done":
            waits[month].append(float(days.working_days_used(opened, closed)))
            late[month] += due is not None and closed > due
        returned[month] += outcome == "returned"
    pauses = dict.fromkeys(months, 0)
    paused = dict.fromkeys(months, Decimal(0))
    begun = ClockPause.objects.filter(
        work_item__in=items.order_by().values("id"), from_at__gte=begin_of(months[0])
    )
    for begin, end in begun.filter(from_at__lte=now).values_list("from_at", "to_at"):
        month = legal_day(begin).replace(day=1)
        pauses[month] += 1
        paused[month] += days.working_days_used(begin, min(end or now, now))
    return [
        _month(each, waits[each], late[each], returned[each], pauses[each], float(paused[each]))
        for each in months
    ]


def _month(
    month: date, waits: list[float], late: int, returned: int, pauses: int, paused: float
) -> StepMonth:
    ordered = sorted(waits)
    median, most = (ranked(ordered, 50), ranked(ordered, 95)) if ordered else (None, None)
    return StepMonth(month, len(ordered), median, most, wilson(late, len(ordered)), returned, pauses, paused)


def posts_of(person_id: int, day: date) -> list[int]:
    """Return the posts that a person holds, his own and those delegated to him."""
    return [held.post.id for held in posts_held(person_id, day)]
