"""Permits as facts: entered by one person, verified against their source by another."""

from __future__ import annotations

from typing import Any

from lianjing.domains.works.services.basis import NO_VARIABLES
from lianjing.runtime.fact.services import publish
from lianjing.runtime.permit import services as permits
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process.deed import Deed

FACT_OF = {
    "works_planning": "land_ready",
    "construction": "construction_permitted",
    "prereview": "prereview_passed",
}
OPTIONAL = ("applied_on", "valid_to_on", "conditions_text")


def register(deed: Deed) -> dict[str, Any]:
    """Enter the certificate; it is no fact before it is verified."""
    data = deed.data
    permits.register(
        deed.act,
        matter=deed.matter,
        project=deed.root,
        kind=data["kind"],
        permit_no=data["permit_no"],
        issued_on=data["issued_on"],
        result=data["result"],
        unit_id=deed.item.unit_id if deed.item else None,
        **{name: data[name] for name in OPTIONAL},
    )
    return NO_VARIABLES


def verify(deed: Deed) -> dict[str, Any]:
    """Verify the certificate and publish the fact that follows from it (zone_projects#11)."""
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
    return NO_VARIABLES
