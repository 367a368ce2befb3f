"""The register of powers (权力清单): what is not in it, on that day and for that unit, cannot be done (G8)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.directory import directory, is_in_force
from lianjing.runtime.org.models import PowerItem
from lianjing.runtime.org.queries import unit_and_above

CLAUSE = "zone_organisation#7"


def in_force(definition_key: str, day: date, *unit_ids: int | None) -> PowerItem | None:
    """Return the item under which one of the units may exercise a process that day, its own or of a unit above it."""
    units = {above for unit_id in unit_ids if unit_id is not None for above in unit_and_above(unit_id)}
    items = directory().powers.get(definition_key, [])
    return next((item for item in items if item.unit_id in units and is_in_force(item, day)), None)


def require(definition_key: str, unit_id: int | None, day: date, *also: int | None) -> PowerItem:
    """Return the item in force for the unit, or for one of the others named; Refusal(POWER) where there is none."""
    item = in_force(definition_key, day, unit_id, *also)
    if item is None:
        raise Refusal(
            Ground.POWER,
            "power.not_in_force",
            _("权力清单中没有当日有效的相应事项（%(key)s），不能办理") % {"key": definition_key},
            CLAUSE,
        )
    return item
