"""Every page as the roles that reach it: within the policy, nothing asked outside, no overflow, clean for axe."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Open
from tests.browser.walking import walk
from tests.browser.watching import barriers
from tests.web.test_access import rows

READING = (
    "workbench items item matter matter_print matter_gate document clause regulations regulation meetings meeting agenda_item "
    "search org_units org_posts org_persons org_person org_appointments org_delegations org_conflicts org_powers org_who "
    "parameters calendar trace event bottlenecks undertakings undertaking cockpit cockpit?wall trail works_projects works_project works_project_timeline "
    "password"
)
# Who walks which pages. Together they are every page that answers a GET (test_nobody_forgot_a_page).
ROLES = {
    "supervisor": ("30002", READING, ("/password/", "/search/?q=%E9%81%93%E8%B7%AF")),
    "operator": (
        "20703",
        "workbench items works_projects works_project works_project_open matter_choose matter_open",
        ("/works/open/",),
    ),
    "approver": (
        "20002",
        "workbench items item org_delegations org_delegation_give",
        ("/org/delegations/new/",),
    ),
    "secretary": ("20101", "workbench meetings meeting meeting_new agenda_item", ("/meetings/new/",)),
    "personnel": (
        "20111",
        "workbench org_units org_unit_new org_posts org_post_new org_persons org_person org_person_new org_appointments org_appoint "
        "org_appointment_end org_powers org_power_new org_power_end",
        (
            "/org/units/new/",
            "/org/posts/new/",
            "/org/persons/new/",
            "/org/appointments/new/",
            "/org/powers/new/",
        ),
    ),
    "external": ("40001", "workbench items works_projects works_project", ()),
}
PUBLIC = {"login"}
# Pages that no walk reaches yet: built with their tests over HTTP, not yet seen by axe at both widths.
UNWALKED = {
    "draw",
    "draw_json",
    "draw_new",
    "draw_script",
    "draws",
    "expert",
    "expert_new",
    "experts",
    "matter_paper",
    "meeting_minutes",
    "objection",
    "objection_new",
    "objections",
    "publicities",
    "publicity",
    "publicity_new",
    "publicity_paper",
    "works_bank",
    "works_bank_line",
    "works_bank_order",
    "works_bank_statement",
    "works_bank_statements",
    "works_catalogue_paper",
    "works_catalogues",
    "works_costs",
    "works_item",
    "works_items",
    "works_items_guide",
    "works_payment",
    "works_payments",
    "works_plan",
    "works_plan_enter",
    "works_post_load",
    "works_project_catalogue",
    "works_project_costs",
    "works_relocation",
    "works_relocation_project",
    "works_relocation_table",
    "works_supervision_plan",
    "works_tender_room",
    "works_tenders",
    "works_warranties",
    "works_workload",
}


def test_nobody_forgot_a_page() -> None:
    pages = {
        name
        for name, (method, _statuses) in rows().items()
        if method == "GET" and not name.startswith("api:")
    }
    walked = {kind.partition("?")[0] for _number, kinds, _more in ROLES.values() for kind in kinds.split()}
    registers = {name for name in pages if name.startswith("works_register_")}
    assert not walked & (UNWALKED | registers)
    assert pages == walked | PUBLIC | UNWALKED | registers


@pytest.mark.parametrize(("language", "width", "other"), [("zh-hans", 1366, 390), ("en", 390, 1366)])
@pytest.mark.parametrize("role", ROLES)
def test_each_page_keeps_the_bars(
    role: str, language: str, width: int, other: int, office: str, seat: Open, axe: Any
) -> None:
    number, kinds, more = ROLES[role]
    page = seat(number, width=width, language=language)
    faults, reached = [], set()
    for kind, address, status in walk(page, office, kinds.split(), more):
        reached.add(kind)
        found = inspect(page, axe, width, other) if status == 200 else [f"answers {status}"]
        faults += [f"{kind} {address} {fault}" for fault in found]
    assert not faults, "\n".join(faults)
    assert reached == set(kinds.split())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_log_in_page_keeps_the_bars(language: str, office: str, seat: Open, axe: Any) -> None:
    page = seat(language=language)
    page.goto(f"{office}/login/")
    assert not inspect(page, axe, 1366, 390)


def inspect(page: Any, axe: Any, width: int, other: int) -> list[str]:
    """Look at a page at both widths, the policy before axe comes with its own script."""
    watch = page.context.watch
    faults = watch.look(page)
    page.set_viewport_size({"width": other, "height": 800})
    faults += watch.look(page)
    page.set_viewport_size({"width": width, "height": 800})
    faults += barriers(page, axe)
    page.evaluate("window.lianjingViolations = []")
    watch.faults.clear()
    return list(dict.fromkeys(faults))
