"""Computes open deadlines anew once the calendar has changed: one event for each that moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.process.calendar import UnknownYear
from lianjing.kernel.process.graph import BoundaryTimer, CatchTimer
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.queries import holders
from lianjing.runtime.process.clocks import calendar_for, clock_for, clock_of
from lianjing.runtime.process.models import CalendarNotice, LocalClosure, Timer, WorkItem
from lianjing.runtime.regulation.queries import definition, graph_of
from lianjing.runtime.trail.act import LEGAL_ZONE, SYSTEM, Act, legal_day, recorded
from lianjing.runtime.trail.models import Event

INSTALLATION = "installation:1"
COUNTING = ("granted", "revoked")  # what was agreed, and what no longer holds
Mover = Callable[[str, datetime], int]


def recompute_due(now: datetime, movers: Sequence[Mover] = ()) -> int:
    """Carry out what agreed changes of the calendar mean for open deadlines; return how many moved. A job.

    `movers` count the plain due days that other nouns keep with their records. After a crash it begins anew: what has moved already stays, since it agrees with the calendar.
    """
    moved = 0
    for model in (CalendarNotice, LocalClosure):
        for row in model._default_manager.filter(status__in=COUNTING, recomputed_at=None).order_by("id"):
            reason = _reason(row)
            count = recompute(reason, now) + sum(move(reason, now) for move in movers)
            with recorded("calendar.recomputed", chain=INSTALLATION, actor=SYSTEM, now=now) as act:
                row.recomputed_at, row.moved = now, count
                act.save(row)
            moved += count
    return moved


def _reason(row: CalendarNotice | LocalClosure) -> str:
    if isinstance(row, CalendarNotice):
        return _("%(year)s年工作日安排公布：%(source)s") % {"year": row.year, "source": row.source}
    if row.status == "revoked":
        return _("停止办公%(from)s至%(to)s已撤销：%(source)s") % {
            "from": row.from_on.isoformat(),
            "to": row.to_on.isoformat(),
            "source": row.reason,
        }
    return _("停止办公%(from)s至%(to)s：%(source)s") % {
        "from": row.from_on.isoformat(),
        "to": row.to_on.isoformat(),
        "source": row.source,
    }


def recompute(reason: str, now: datetime) -> int:
    """Give every open item and boundary timer the due time of the calendar as it is; return how many moved."""
    items = WorkItem.objects.filter(closed_at=None, running_since__isnull=False, budget__isnull=False)
    timers = Timer.objects.filter(fired_at=None, cancelled_at=None)
    count = 0
    for item_id in list(items.order_by("id").values_list("id", flat=True)):
        count += _move_item(item_id, reason, now)
    for timer_id in list(timers.order_by("id").values_list("id", flat=True)):
        count += _move_timer(timer_id, reason, now)
    return count


def _due(item: WorkItem) -> datetime | None:
    clock = clock_of(item)
    if clock is None or not clock.is_running:
        return None
    try:
        return clock.due(calendar_for(item.unit_id))
    except UnknownYear:
        return None


def _move_item(item_id: int, reason: str, now: datetime) -> int:
    item = WorkItem.objects.select_related("matter").get(id=item_id)
    due = _due(item)
    if due is None or due == item.due_at:
        return 0
    with recorded(
        "clock.move",
        chain=chain_of(item.matter),
        actor=SYSTEM,
        now=now,
        matter_id=item.matter_id,
        root_matter_id=item.matter.root_id,
        step_key=item.step_key,
        clause=item.clause,
    ) as act:
        item = WorkItem.objects.select_related("matter").get(id=item_id)
        due, old = _due(item), item.due_at
        if item.closed_at is not None or due is None or due == old:
            return 0
        _note(act, reason, old, due)
        item.due_at = due
        act.save(item)
        if old is not None and due < old:
            _tell(item, old, due, now)
    return 1


def note_days(act: Act, reason: str, old: date, new: date) -> None:
    """Write into the event of a moved due day why it moved, from when to when."""
    act.reason = _("%(reason)s；原到期日%(old)s，现到期日%(new)s") % {
        "reason": reason,
        "old": old.isoformat(),
        "new": new.isoformat(),
    }
    act.extra["due"] = {"old": old.isoformat(), "new": new.isoformat()}


def _note(act: Act, reason: str, old: datetime | None, new: datetime) -> None:
    act.reason = _("%(reason)s；原到期日%(old)s，现到期日%(new)s") % {
        "reason": reason,
        "old": legal_day(old).isoformat() if old else "—",
        "new": legal_day(new).isoformat(),
    }
    act.extra["due"] = {
        "old": old.astimezone(LEGAL_ZONE).isoformat() if old else "",
        "new": new.astimezone(LEGAL_ZONE).isoformat(),
    }


def _tell(item: WorkItem, old: datetime, new: datetime, now: datetime) -> None:
    persons = [each.person_id for each in holders(item.post_id, legal_day(now))]
    send(
        to_person_ids=[item.person_id] if item.person_id in persons else persons,
        kind="deadline_moved",
        subject=one_line(item.matter.title, item.name),
        text=f"{legal_day(old).isoformat()} → {legal_day(new).isoformat()}",
        link=f"/items/{item.pk}/",
        matter_id=item.matter_id,
        now=now,
    )


def _timer_due(timer: Timer) -> datetime | None:
    """When a timer falls due: on the edge of a step counted from when that opened, by itself from when it was set."""
    graph = graph_of(definition(timer.instance.definition_id))
    node = graph.nodes.get(timer.timer_key)
    if isinstance(node, BoundaryTimer):
        items = WorkItem.objects.filter(instance_id=timer.instance_id, step_key=timer.node, closed_at=None)
        opened = items.order_by("opened_at").values_list("opened_at", flat=True).first()
    elif isinstance(node, CatchTimer):
        opened = _set_at(timer)
    else:
        return None
    clock = clock_for(node.duration, opened) if opened else None
    try:
        return clock.due(calendar_for(None)) if clock else None
    except UnknownYear:
        return None


def _set_at(timer: Timer) -> datetime | None:
    """The moment of the act that set a timer."""
    acts = Event.objects.filter(rows__table_name="timer", rows__row_key=str(timer.pk))
    return acts.order_by("recorded_at", "id").values_list("recorded_at", flat=True).first()


def _move_timer(timer_id: int, reason: str, now: datetime) -> int:
    timer = Timer.objects.select_related("instance__matter").get(id=timer_id)
    due = _timer_due(timer)
    if due is None or due == timer.due_at:
        return 0
    matter = timer.instance.matter
    with recorded(
        "clock.move",
        chain=chain_of(matter),
        actor=SYSTEM,
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
        step_key=timer.node,
    ) as act:
        timer = Timer.objects.select_related("instance").get(id=timer_id)
        if timer.fired_at is not None or timer.cancelled_at is not None:
            return 0
        _note(act, reason, timer.due_at, due)
        timer.due_at = due
        act.save(timer)
    return 1
