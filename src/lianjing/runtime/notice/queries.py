"""Reads of notices: which are for a person, which he may manage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lianjing.runtime.notice.models import Notice, NoticeRead
from lianjing.runtime.org.models import Appointment, Person, Unit
from lianjing.runtime.org.queries import headed_units, on_day, posts_held, unit_and_above, unit_and_below

AUTHOR = "system_admin"


def for_person(person: Person, day: date) -> QuerySet[Notice]:
    """Return the notices in force that are for a person, the latest first, each with `is_read`."""
    held = posts_held(person.id, day)
    homes = {each.post.unit_id for each in held} | ({person.unit_id} if person.unit_id else set())
    above = {unit for home in homes for unit in unit_and_above(home)}
    rows = Notice.objects.filter(Q(units=None) | Q(units__unit_id__in=above), status="published")
    rows = rows.filter(Q(to_on=None) | Q(to_on__gte=day))
    read = NoticeRead.objects.filter(notice=OuterRef("pk"), person=person)
    return (
        rows.distinct().annotate(is_read=Exists(read)).select_related("unit").order_by("-published_at", "-id")
    )


def managed_by(person: Person, day: date) -> QuerySet[Notice]:
    """Return the notices that a person may edit, publish or withdraw: the system administrator all, a head his units'."""
    rows = Notice.objects.select_related("unit", "author_person").annotate(read_count=Count("reads"))
    rows = rows.order_by("-drafted_at", "-id")
    if any(held.post.kind == AUTHOR for held in posts_held(person.id, day)):
        return rows
    return rows.filter(unit_id__in=headed_units(person.id, day))


def units_open_to(person: Person, day: date) -> QuerySet[Unit]:
    """Return the units that a person may address."""
    if any(held.post.kind == AUTHOR for held in posts_held(person.id, day)):
        return Unit.objects.order_by("code")
    own: set[int] = set()
    for unit_id in headed_units(person.id, day):
        own |= unit_and_below(unit_id, day)
    return Unit.objects.filter(id__in=own).order_by("code")


def audience_of(notice: Notice, day: date) -> list[int]:
    """Return the persons at a post today whom a notice is for."""
    seats = Appointment.objects.filter(on_day(day), person__left_on=None)
    units = list(notice.units.values_list("unit_id", flat=True))
    if units:
        below: set[int] = set()
        for unit_id in units:
            below |= unit_and_below(unit_id, day)
        seats = seats.filter(post__unit_id__in=below)
    return sorted(set(seats.values_list("person_id", flat=True)))


def audience(notice: Notice, day: date) -> int:
    """Return how many persons at a post today a notice is for."""
    return len(audience_of(notice, day))


def readers(notice: Notice) -> Sequence[NoticeRead]:
    """Return who opened a notice and when."""
    return list(NoticeRead.objects.filter(notice=notice).select_related("person__unit").order_by("read_at"))
