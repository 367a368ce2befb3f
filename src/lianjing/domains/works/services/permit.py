"""Permits as facts: entered by one person, verified against their source by another, in the order of the law."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.queries.permits import extensions_of, held_kinds, origin_of, start_figures
from lianjing.domains.works.rules.permits import (
    check_conditions,
    check_extension,
    check_order,
    check_stage,
    missing_before,
)
from lianjing.domains.works.services.approvals import count_days
from lianjing.domains.works.services.basis import NO_VARIABLES, project_of
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.fact.services import publish
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.permit import services as permits
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.undertaking.services import give

FACT_OF = {
    "works_planning": "land_ready",
    "construction": "construction_permitted",
    "prereview": "prereview_passed",
}
LIMIT_OF = {
    "works_planning": "works.permit.works_planning_working_days",
    "construction": "works.permit.construction_issue_days",
}
OPTIONAL = ("applied_on", "valid_to_on", "conditions_text", "authority", "content_text")
REPAIR = "works.permit.works_planning_working_days"  # the time in which the authority grants what is missing


def register(deed: Deed) -> dict[str, Any]:
    """Enter the certificate; it is no fact before it is verified. A broken order that the law forbids is refused."""
    data, kind = deed.data, deed.data["kind"]
    check_stage(kind, deed.root.stage)
    check_conditions(data["result"], data["conditions_text"])
    check_order(kind, held_kinds(deed.root.pk, deed.day), is_taken_over=deed.root.onboarding == "taken_over")
    replaced = _replaced(deed)
    number = data["permit_no"]
    if data["is_extension"]:
        number = _extended(deed, replaced)
    permit = permits.register(
        deed.act,
        matter=deed.matter,
        project=deed.root,
        kind=kind,
        permit_no=number,
        issued_on=data["issued_on"],
        result=data["result"],
        unit_id=deed.item.unit_id if deed.item else None,
        expires_permit=replaced,
        **{name: data[name] for name in OPTIONAL},
    )
    before = (permit.legal_limit_days, permit.working_days_used)
    count_days(deed, permit, LIMIT_OF.get(kind, ""))
    if (permit.legal_limit_days, permit.working_days_used) != before:
        deed.act.save(permit)
    return NO_VARIABLES


def _replaced(deed: Deed) -> Permit | None:
    """Return the certificate that this one extends or replaces; BadInput for one of another project or kind."""
    named = deed.data["expires_permit"]
    if not named:
        return None
    found = Permit.objects.filter(
        pk=named, project=deed.root, kind=deed.data["kind"], verified_on__isnull=False
    ).first()
    if found is None:
        raise BadInput(_("请选择本项目同类且已核验的证照"), "expires_permit")
    return found


def _extended(deed: Deed, permit: Permit | None) -> str:
    """Check an extension against the law and return the number of the certificate that is extended."""
    if permit is None or permit.kind != "construction":
        raise BadInput(_("延期须选择所延期的施工许可"), "expires_permit")
    origin = origin_of(permit)
    assert origin.issued_on is not None
    check_extension(
        day=deed.data["issued_on"],
        issued_on=origin.issued_on,
        extensions=extensions_of(origin),
        figures=start_figures(deed.day),
    )
    return origin.permit_no


def verify(deed: Deed) -> dict[str, Any]:
    """Verify the certificate and publish the fact that follows from it; a gap in the order becomes an undertaking."""
    held = held_kinds(deed.root.pk, deed.day)
    permit = permits.verify(deed.act, Permit.objects.get(pk=deed.matter.pk))
    kind = FACT_OF.get(permit.kind)
    if kind is not None and permit.issued_on is not None:
        publish(
            deed.act,
            matter=deed.root,
            kind=kind,
            from_on=permit.issued_on,
            to_on=permit.valid_to_on,
            source_matter=deed.matter,
        )
    missing = missing_before(permit.kind, held, nature=project_of(deed).nature)
    if missing and deed.root.onboarding != "taken_over":  # its take-over lists what is owed
        _deviation(deed, permit, missing)
    return NO_VARIABLES


def _deviation(deed: Deed, permit: Permit, missing: str) -> None:
    """Give whoever applied the task of bringing the permit that should have come first; the verifier checks."""
    people = Person.objects.in_bulk(
        [each for each in (deed.matter.applicant_person_id, deed.person_id) if each is not None]
    )
    words = {
        "kind": codes.label("permit_kind", permit.kind),
        "missing": codes.label("permit_kind", missing),
    }
    give(
        deed.act,
        what=_("已取得%(kind)s而没有有效的%(missing)s，请补办并登记") % words,
        due_on=calendar().add_working_days(deed.day, int(figure(REPAIR, deed.day))),
        source_kind="deviation",
        matter=deed.root,
        owner_person=people.get(deed.matter.applicant_person_id or 0),
        checker_person=people.get(deed.person_id or 0),
        document_kind="permit",
        clause="zone_initiation#10",
    )
