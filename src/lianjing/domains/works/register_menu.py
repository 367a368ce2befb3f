"""The registers of works: one for each kind of matter that a procedure opens, in the order in which the field meets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lianjing.domains.works.procedures import PROCEDURES
from lianjing.domains.works.queries.tabs import TABS
from lianjing.kernel.declaration import MenuEntry, Procedure

GROUP = "工程台账"


def in_field_order(procedures: Iterable[Procedure]) -> dict[str, Procedure]:
    """Return the procedures by kind of matter, by stage and then as the stage lists them."""
    places = [kind for kinds in TABS.values() for kind in kinds]
    ordered = sorted(
        procedures,
        key=lambda each: places.index(each.matter_kind) if each.matter_kind in places else len(places),
    )
    found: dict[str, Procedure] = {}
    for each in ordered:
        found.setdefault(each.matter_kind, each)
    return found


REGISTERS: Mapping[str, Procedure] = in_field_order(PROCEDURES)


def view_name(kind: str) -> str:
    """Return the url name of the register of a kind of matter."""
    return f"works_register_{kind}"


def menu() -> tuple[MenuEntry, ...]:
    """Return the registers as lines of the menu, in field order."""
    return tuple(
        MenuEntry(procedure.label, view_name(kind), GROUP, "list-details")
        for kind, procedure in REGISTERS.items()
    )
