"""Deviations found at completion: each goes back to its source stage with an owner and a day (C21)."""

from __future__ import annotations

from datetime import date, timedelta

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give

CLAUSE = "zone_completion#13"


def owner_of(deed: Deed) -> Person:
    """Return who answers for the project: who handles it, else who applied for it; BadInput where nobody does."""
    person_id = (
        deed.root.handler_person_id or deed.root.applicant_person_id or deed.matter.applicant_person_id
    )
    if person_id is None:
        raise BadInput("project without an officer", "owner")
    return Person.objects.select_related("unit").get(pk=person_id)


def deviate(deed: Deed, what: str, *, stage: str, due_on: date | None = None) -> Undertaking:
    """Give a deviation to the project's officer; `stage` is where it came from. The same one is not given twice."""
    found = Undertaking.objects.filter(
        matter=deed.root, source_kind="deviation", what=what, closed_on__isnull=True
    ).first()
    if found is not None:
        return found
    days = int(figure("works.acceptance.rectify_days", deed.day))
    row = give(
        deed.act,
        what=what,
        due_on=due_on or deed.day + timedelta(days=days),
        source_kind="deviation",
        matter=deed.root,
        category="deviation",
        owner_person=owner_of(deed),
        clause=CLAUSE,
    )
    row.source = stage
    return deed.act.save(row)
