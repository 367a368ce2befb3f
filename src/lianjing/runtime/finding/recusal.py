"""Nobody handles a finding about himself, nor one about a matter that he handled."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.finding.models import Finding, FindingEvidence, FindingPerson, FindingRecusal
from lianjing.runtime.process.authority import RECUSAL, refuse_recused
from lianjing.runtime.trail.act import Actor
from lianjing.runtime.trail.models import ActRow, Event


def concerned(row: Finding) -> set[int]:
    """Return the persons whom a finding is about: its subject and those whom its evidence leads to."""
    found = set(FindingPerson.objects.filter(finding=row).values_list("person_id", flat=True))
    kind, _colon, key = row.subject.partition(":")
    if kind == "person" and key.isdigit():
        found.add(int(key))
    return found


def handled_by(row: Finding) -> set[int]:
    """Return the persons who did a step of the finding's matter, or whose step wrote a row of its evidence."""
    steps = Event.objects.filter(is_refused=False, person_id__isnull=False).exclude(step_key="")
    conditions = Q(pk__in=_on_evidence(row))
    if row.matter_id is not None:
        conditions |= Q(matter_id=row.matter_id)
    found = {each for each in steps.filter(conditions).values_list("person_id", flat=True) if each}
    if row.matter is not None and row.matter.applicant_person_id is not None:
        found.add(row.matter.applicant_person_id)
    return found


def _on_evidence(row: Finding) -> list[str]:
    conditions = Q(pk__in=[])
    for table, key in FindingEvidence.objects.filter(finding=row).values_list("table_name", "record_key"):
        conditions |= Q(table_name=table, row_key=key)
    return list(ActRow.objects.filter(conditions).values_list("event_id", flat=True)[:500])


def refuse_own(row: Finding, actor: Actor) -> None:
    """Raise Refusal(CONFLICT) for who is concerned, who handled the matter, and for whoever stands in for one."""
    persons = [each for each in (actor.person_id, actor.on_behalf_of_id) if each is not None]
    if _any(persons, concerned(row)):
        raise Refusal(Ground.CONFLICT, "finding.about_himself", _("预警涉及本人，不能办理"), RECUSAL)
    if _any(persons, handled_by(row)):
        raise Refusal(Ground.CONFLICT, "finding.own_matter", _("您经办过该预警所涉事项，不能办理"), RECUSAL)
    if _any(persons, recused_from(row)):
        raise Refusal(Ground.CONFLICT, "finding.recused", _("您已回避该预警，不能办理"), RECUSAL)
    if row.matter is not None:
        refuse_recused(row.matter, actor)


def is_free(row: Finding, person_id: int) -> bool:
    """True where the person may handle the finding as far as recusal goes."""
    return person_id not in concerned(row) | handled_by(row) | recused_from(row)


def recused_from(row: Finding) -> set[int]:
    """Return the persons who stood back from a finding."""
    return set(FindingRecusal.objects.filter(finding=row).values_list("person_id", flat=True))


def _any(persons: Iterable[int], barred: set[int]) -> bool:
    return not barred.isdisjoint(persons)
