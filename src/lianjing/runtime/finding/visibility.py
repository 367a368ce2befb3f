"""Who sees which finding: procedural yellow the unit at once, what touches a person the supervisors first."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.finding.models import Finding, FindingPerson, FindingRecusal
from lianjing.runtime.org.queries import posts_held, supervised_units, unit_and_below

PERSONAL_KINDS = ("person", "post", "natural_person")
WIDE = ("head", "approver")
UNIT_KINDS = ("operator", "reviewer", *WIDE)
RELATED = ("matter", "unit", "person", "indicator", "case")


def is_personal(subject: str, roles: set[str]) -> bool:
    """True for a finding about a person or about ties of one: never told to a unit before a supervisor says so."""
    return subject.partition(":")[0] in PERSONAL_KINDS or "tied" in roles


def goes_to_unit(severity: str, subject: str, roles: set[str]) -> bool:
    """True for what the unit sees at once: procedural yellow. Red, orange and what touches a person wait."""
    return severity == "yellow" and not is_personal(subject, roles)


def visible_to(person_id: int, day: date) -> QuerySet[Finding]:
    """Return the findings that a person may read today.

    A supervisor reads those of the units that his group supervises; others what was released to their unit and what
    was given to them by name. Who stood back from one reads it no more. Nobody reads one about himself before it is released, a supervisor never one.
    """
    about_me = Q(pk__in=FindingPerson.objects.filter(person_id=person_id).values("finding_id"))
    about_me |= Q(subject=f"person:{person_id}")
    stood_back = FindingRecusal.objects.filter(person_id=person_id).values("finding_id")
    held = posts_held(person_id, day)
    kinds = {each.post.kind for each in held}
    rows = Finding.objects.select_related(*RELATED).exclude(pk__in=stood_back)
    if "supervisor" in kinds:
        return rows.filter(_supervised(person_id, day)).exclude(about_me)
    if not kinds.intersection(UNIT_KINDS):
        return rows.none()
    units: set[int] = set()
    for each in held:
        if each.post.kind in UNIT_KINDS and each.on_behalf_of is None:
            units |= unit_and_below(each.post.unit_id) if each.post.kind in WIDE else {each.post.unit_id}
    ours = Q(is_released=True) & (Q(unit_id__in=units) | Q(matter__unit_id__in=units))
    named = Q(person_id=person_id) & ~about_me
    return rows.filter(ours | named)


def _supervised(person_id: int, day: date) -> Q:
    units = supervised_units(person_id, day)
    own = {each.post.unit_id for each in posts_held(person_id, day) if each.post.kind == "supervisor"}
    reached = Q(unit_id__in=units | own) | Q(matter__unit_id__in=units)
    return reached | Q(unit_id__isnull=True, matter_id__isnull=True)


def open_for(person_id: int, finding_id: int, day: date) -> Finding:
    """Return a finding that the person may see; Refusal(SCOPE) otherwise, whether or not it exists."""
    row = visible_to(person_id, day).filter(pk=finding_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.finding", _("没有该预警，或不在您的数据范围内"))
    return row
