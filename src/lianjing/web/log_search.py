"""From which address an act was done, and which acts were done from an address: the sessions tell, the trail does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from lianjing.runtime.access.models import SessionRecord
from lianjing.runtime.org.models import Person
from lianjing.runtime.trail.models import Event

MOST_SESSIONS = 100  # of an address: enough to look further, little enough for one query


def found_by(words: str, now: datetime) -> Q:
    """Return the condition for acts by person, log-in number, address, verb, object, rule or event number."""
    persons = Person.objects.filter(
        Q(name__icontains=words) | Q(pinyin__icontains=words) | Q(login__number=words)
    )
    return (
        Q(act__icontains=words)
        | Q(object__icontains=words)
        | Q(refused_rule__icontains=words)
        | Q(id=words)
        | Q(person_id__in=persons.values("id"))
        | _from_address(words, now)
    )


def _from_address(words: str, now: datetime) -> Q:
    """The acts during the latest sessions from an address that begins so."""
    condition = Q(pk__in=[])
    if not any(sign in words for sign in ".:"):
        return condition
    for row in SessionRecord.objects.filter(ip__startswith=words).order_by("-id")[:MOST_SESSIONS]:
        condition |= Q(person_id=row.person_id, recorded_at__range=(row.opened_at, row.ended_at or now))
    return condition


def addresses_of(events: Sequence[Event]) -> dict[str, str]:
    """Return for each act the address of the session in which its person was then; one query for all."""
    persons = {event.person_id for event in events if event.person_id is not None}
    if not persons:
        return {}
    first = min(event.recorded_at for event in events)
    last = max(event.recorded_at for event in events)
    spans = SessionRecord.objects.filter(person_id__in=persons, opened_at__lte=last).filter(
        Q(ended_at=None) | Q(ended_at__gte=first)
    )
    rows = list(spans.order_by("-opened_at"))
    return {event.id: next((row.ip for row in rows if _covers(row, event)), "") for event in events}


def _covers(row: SessionRecord, event: Event) -> bool:
    is_begun = row.person_id == event.person_id and row.opened_at <= event.recorded_at
    return is_begun and (row.ended_at is None or event.recorded_at <= row.ended_at)
