"""Reads of publicity: what runs, what has run its days, who objects, whether the medium shows the text as given."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from lianjing.runtime.org.queries import posts_held, supervised_units
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.publicity.models import Objection, Publicity
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import ActRow

COMPLAINTS = ("complaint", "appeal")


def digest(text: str) -> str:
    """Return the SHA-256 of a text as it stands."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def norm_digest(text: str) -> str:
    """Return the SHA-256 of the text without its spaces and line breaks, full and half width made one (NFKC)."""
    return digest("".join(unicodedata.normalize("NFKC", text).split()))


def differs(row: Publicity) -> bool:
    """True where the medium was found to show other words than the text given; spaces and width do not count."""
    return row.text_norm_sha256 != norm_digest(row.text)


def ran_to(row: Publicity) -> date | None:
    """Return the last day on which the notice stood: the day it was taken down, if that came earlier."""
    if row.taken_down_at is None or row.to_on is None:
        return row.to_on
    return min(row.to_on, legal_day(row.taken_down_at))


def running(matter_id: int, kind: str, day: date) -> list[Publicity]:
    """Return the notices of a kind that stand on the day, one for each medium."""
    return list(_of(matter_id, kind).filter(taken_down_at__isnull=True, from_on__lte=day, to_on__gte=day))


def has_run(matter_id: int, kind: str, day: date) -> Publicity | None:
    """Return a notice that stood to its last day, which is over; None where there is none.

    One taken down before its last day was over does not count, one cleared away afterwards does.
    """
    for row in _of(matter_id, kind).filter(to_on__lt=day).order_by("-id"):
        if row.taken_down_at is None or (row.to_on and legal_day(row.taken_down_at) > row.to_on):
            return row
    return None


def media_of(row: Publicity) -> list[Publicity]:
    """Return the notice in all its media, itself among them."""
    return list(_of(row.matter_id, row.kind).filter(title=row.title, published_at=row.published_at))


def _of(matter_id: int, kind: str) -> QuerySet[Publicity]:
    return Publicity.objects.filter(matter_id=matter_id, kind=kind).order_by("id")


def visible(person_id: int, day: date) -> QuerySet[Publicity]:
    """Return the notices of the matters in a person's data scope."""
    found = Publicity.objects.filter(matter__in=visible_to(person_id, day))
    return found.select_related("matter", "person", "confirmed_by_person").order_by("-id")


def open_objections(matter_id: int) -> list[Objection]:
    """Return the objections of a matter that are not settled, the most urgent first."""
    return list(_unsettled().filter(matter_id=matter_id).order_by("due_on", "id"))


def pausing(matter_id: int) -> Objection | None:
    """Return an unsettled objection that holds the matter up, None where nothing does."""
    return _unsettled().filter(matter_id=matter_id, pauses=True).order_by("id").first()


def is_settled(row: Objection) -> bool:
    """True once a question or objection is answered, a complaint decided, or it was withdrawn."""
    return row.decided_on is not None or (row.kind not in COMPLAINTS and row.answered_on is not None)


def _unsettled() -> QuerySet[Objection]:
    return Objection.objects.filter(decided_on__isnull=True).exclude(
        ~Q(kind__in=COMPLAINTS), answered_on__isnull=False
    )


def objections_visible(person_id: int, day: date) -> QuerySet[Objection]:
    """Return the objections of the matters in a person's data scope, and those he raised."""
    wanted = Q(matter__in=visible_to(person_id, day)) | Q(person_id=person_id)
    found = Objection.objects.filter(wanted)
    return found.select_related("matter", "publicity", "person", "answered_by_person").order_by("-id")


def hidden_contacts(rows: Collection[Objection], person_id: int, day: date) -> set[int]:
    """Return the objections whose contact the person may not see.

    It is open to him who raised it, to the officials of the answering unit, and to its supervisors.
    """
    held = posts_held(person_id, day)
    units = {each.post.unit_id for each in held if each.post.kind != "external"}
    watched = supervised_units(person_id, day)
    return {
        row.pk
        for row in rows
        if row.person_id != person_id
        and row.matter.unit_id not in units
        and row.matter.unit_id not in watched
    }


def hidden_events(event_ids: Collection[str], person_id: int, day: date) -> set[str]:
    """Return the events whose values would show the person a contact that he may not see."""
    rows = list(
        ActRow.objects.filter(event__in=event_ids, table_name="objection").values_list("event_id", "row_key")
    )
    if not rows:
        return set()
    found = Objection.objects.filter(pk__in={int(key) for _event, key in rows}).select_related("matter")
    hidden = hidden_contacts(found, person_id, day)
    return {event for event, key in rows if int(key) in hidden}


def masked(contact: str) -> str:
    """Return a contact with its middle hidden: 138****5678."""
    if len(contact) < 4:
        return "*" * len(contact)
    edge = min(4, len(contact) // 4)
    return contact[:edge] + "*" * (len(contact) - 2 * edge) + contact[-edge:]
