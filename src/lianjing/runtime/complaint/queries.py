"""Reads of the reports: for the supervision group that received them, and for who holds a receipt number."""

from __future__ import annotations

import hashlib
from datetime import date

from django.db.models import Q, QuerySet

from lianjing.runtime.complaint.models import Complaint, ComplaintFile, ComplaintKey, ComplaintStep
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import posts_held, unit_and_above
from lianjing.runtime.trail.models import ActRow

ACTS = "complaint."  # beginning of the verbs whose events only the receiving group sees


def offices_of(person_id: int, day: date) -> set[int]:
    """Return the supervision groups at which a person holds a post today."""
    return {held.post.unit_id for held in posts_held(person_id, day) if held.post.kind == "supervisor"}


def complaints_for(person_id: int, day: date) -> QuerySet[Complaint]:
    """Return the reports that a person may see: those to his group, never one about himself."""
    return Complaint.objects.filter(
        Q(about_person_id__isnull=True) | ~Q(about_person_id=person_id),
        unit_id__in=offices_of(person_id, day),
    )


def acts_about(person_id: int) -> list[str]:
    """Return the acts on reports about a person: who is named sees no trace of them, whatever his post."""
    named = list(Complaint.objects.filter(about_person_id=person_id).values_list("pk", flat=True))
    if not named:
        return []
    touched = Q(table_name="complaint", row_key__in=[str(key) for key in named])
    for model in (ComplaintStep, ComplaintFile):
        keys = model._default_manager.filter(complaint_id__in=named).values_list("pk", flat=True)
        touched |= Q(table_name=model._meta.db_table, row_key__in=[str(key) for key in keys])
    return list(ActRow.objects.filter(touched).values_list("event_id", flat=True).distinct())


def steps_of(complaint: Complaint) -> QuerySet[ComplaintStep]:
    """Return the steps of a report, oldest first."""
    return ComplaintStep.objects.filter(complaint=complaint).select_related("person").order_by("id")


def office_of(unit_id: int | None, day: date) -> int:
    """Return the group that supervises a unit or one above it; where none is named, the one with a key, else any."""
    units = unit_and_above(unit_id) if unit_id is not None else []
    by_unit = dict(Unit.objects.filter(id__in=units).values_list("id", "supervisor_unit_id"))
    for each in units:
        if (found := by_unit.get(each)) is not None:
            return int(found)
    with_key = keys_on(day).order_by("id").values_list("unit_id", flat=True).first()
    if with_key is not None:
        return int(with_key)
    named = Unit.objects.filter(supervisor_unit__isnull=False).order_by("id")
    return int(
        named.values_list("supervisor_unit_id", flat=True).first() or Unit.objects.order_by("id")[0].pk
    )


def keys_on(day: date) -> QuerySet[ComplaintKey]:
    """Return the keys in use on a day."""
    return ComplaintKey.objects.filter(Q(to_on__isnull=True) | Q(to_on__gt=day), from_on__lte=day)


def key_on(unit_id: int, day: date) -> ComplaintKey | None:
    """Return the key of a supervision group in use on a day, the latest where it was renewed that day."""
    return keys_on(day).filter(unit_id=unit_id).order_by("-id").first()


def of_receipt(number: str) -> Complaint | None:
    """Return the report with a receipt number."""
    return Complaint.objects.filter(receipt_sha256=digest_of(number)).first()


def digest_of(number: str) -> str:
    """Return the digest by which a receipt number is found; signs, spaces and look-alike letters do not matter."""
    plain = "".join(sign for sign in number.upper()[:64] if sign.isalnum())
    return hashlib.sha256(plain.translate(str.maketrans("OIL", "011")).encode()).hexdigest()
