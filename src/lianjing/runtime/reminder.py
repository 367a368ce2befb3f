"""Reminders that the worker tells: steps due soon and overdue, undertakings due, and each person's digest of the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from lianjing.kernel.process.calendar import UnknownYear
from lianjing.runtime.message.models import Message
from lianjing.runtime.message.services import Draft, one_line, send_all
from lianjing.runtime.org.queries import heads_of, holders
from lianjing.runtime.process.authority import assignee
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.foreseen import foreseen
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.act import LEGAL_ZONE, legal_day
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.queries import open_ones

MOST = 500  # told in one run; the rest in the next
LINES = 10  # steps that a digest names
SOON_DAYS = 3  # undertakings are counted in days
DIGEST_HOUR = 8  # legal time


def remind(now: datetime) -> int:
    """Tell once what will probably be late, what is due by the next working day and what is overdue; return how many."""
    day = legal_day(now)
    drafts = [*_of_items(now, day), *_of_undertakings(day), *_of_foreseen(now, day)]
    told = set(
        Message.objects.filter(once__in=[draft.once for draft in drafts]).values_list("once", flat=True)
    )
    fresh = [draft for draft in drafts if draft.once not in told][:MOST]
    with transaction.atomic():
        return len(send_all(fresh, now))


def _of_items(now: datetime, day: date) -> Iterator[Draft]:
    last = datetime.combine(_next_working(day) + timedelta(days=1), time(), LEGAL_ZONE)
    waiting = WorkItem.objects.filter(closed_at__isnull=True, matter__status="open", due_at__lt=last)
    for item in waiting.select_related("matter").order_by("due_at", "id"):
        is_late = item.due_at is not None and item.due_at < now
        kind = "step_overdue" if is_late else "step_due_soon"
        yield Draft(
            at_hand(item, day),
            kind,
            one_line(item.matter.title, item.name),
            link=f"/items/{item.pk}/",
            matter_id=item.matter_id,
            once=f"{kind}:{item.pk}:{item.due_at:%Y%m%d%H%M}",
        )


def _of_foreseen(now: datetime, day: date) -> Iterator[Draft]:
    """What will probably be late, told to its holder once for each limit while there is time."""
    for each in foreseen(Q(), now):
        item = each.item
        yield Draft(
            at_hand(item, day),
            "step_at_risk",
            one_line(item.matter.title, item.name),
            _("距时限还有%(left)s个工作日，同类环节等到此时通常还需%(half)s至%(most)s个工作日，请抓紧办理")
            % {"left": each.left_days, "half": each.p50_days, "most": each.p80_days},
            link=f"/items/{item.pk}/",
            matter_id=item.matter_id,
            once=f"step_at_risk:{item.pk}:{item.due_at:%Y%m%d%H%M}",
        )


def _of_undertakings(day: date) -> Iterator[Draft]:
    for row in open_ones().filter(due_on__lte=day + timedelta(days=SOON_DAYS)):
        state = "late" if row.due_on < day else "soon"
        yield Draft(
            _owners(row, day),
            "undertaking_due",
            one_line(row.what, row.due_on.isoformat()),
            link=f"/undertakings/{row.pk}/",
            matter_id=row.matter_id,
            once=f"undertaking:{row.pk}:{row.due_on:%Y%m%d}:{state}",
        )


def at_hand(item: WorkItem, day: date) -> list[int]:
    """Return who has an open step on his desk today."""
    chosen = assignee(item, day)
    return [chosen] if chosen is not None else [each.person_id for each in holders(item.post_id, day)]


def _owners(row: Undertaking, day: date) -> list[int]:
    return [row.owner_person_id] if row.owner_person_id else heads_of(row.owner_unit_id, day)


def _next_working(day: date) -> date:
    try:
        return calendar().add_working_days(day, 1)
    except UnknownYear:
        return day + timedelta(days=1)


def digest(now: datetime) -> int:
    """Tell each person once a working day, from eight o'clock, what waits for him: overdue first. Return how many."""
    day, local = legal_day(now), now.astimezone(LEGAL_ZONE)
    if local.hour < DIGEST_HOUR or not _is_working(day):
        return 0
    mark = f"digest:{day:%Y%m%d}:"
    if Message.objects.filter(once__startswith=mark).exists():
        return 0
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        drafts = [
            Draft(
                [person_id],
                "digest",
                one_line(day.isoformat(), _summary(items, owed, now, day)),
                "\n".join(_lines(items, owed, now, day)),
                "/items/",
                once=f"{mark}{person_id}",
            )
            for person_id, (items, owed) in sorted(_desks(day).items())
        ]
        return len(send_all(drafts, now))


def _is_working(day: date) -> bool:
    try:
        return calendar().is_working(day)
    except UnknownYear:
        return day.weekday() < 5


Desk = tuple[list[WorkItem], list[Undertaking]]


def _desks(day: date) -> Mapping[int, Desk]:
    """What waits for whom: every open step and what is owed in the next days, most urgent first."""
    desks: dict[int, Desk] = {}
    waiting = WorkItem.objects.filter(closed_at__isnull=True, matter__status="open").select_related("matter")
    for item in waiting.order_by("due_at", "id"):
        for person_id in set(at_hand(item, day)):
            desks.setdefault(person_id, ([], []))[0].append(item)
    soon = Q(due_on__lte=day + timedelta(days=SOON_DAYS))
    for row in open_ones().filter(soon):
        for person_id in set(_owners(row, day)):
            desks.setdefault(person_id, ([], []))[1].append(row)
    return desks


def _summary(items: Iterable[WorkItem], owed: Iterable[Undertaking], now: datetime, day: date) -> str:
    listed = list(items)
    late = sum(1 for item in listed if item.due_at and item.due_at < now)
    today = sum(1 for item in listed if item.due_at and item.due_at >= now and legal_day(item.due_at) == day)
    return _("逾期%(late)s件，今日到期%(today)s件，待办共%(all)s件，交办临期%(owed)s件") % {
        "late": late,
        "today": today,
        "all": len(listed),
        "owed": len(list(owed)),
    }


def _lines(items: list[WorkItem], owed: list[Undertaking], now: datetime, day: date) -> Iterator[str]:
    dated = [item for item in items if item.due_at is not None]
    for item in dated[:LINES]:
        assert item.due_at is not None
        word = _("逾期") if item.due_at < now else _("到期")
        yield f"{word} {legal_day(item.due_at).isoformat()}  {one_line(item.matter.title, item.name)}"
    for row in owed[:LINES]:
        word = _("交办逾期") if row.due_on < day else _("交办到期")
        yield f"{word} {row.due_on.isoformat()}  {one_line(row.what)}"
