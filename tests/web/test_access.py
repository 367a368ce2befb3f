"""Every address as every role: a hand-written table, and a failing test for an address that is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lianjing.domains.works.queries.items import active_items
from lianjing.domains.works.register_menu import REGISTERS, view_name
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import OFFICER, Play
from tests.web.conftest import Browser, paper

ROLES = {
    "anonymous": "",
    "operator": "20703",
    "approver": "20002",
    "head": "20701",
    "supervisor": "30002",
    "external": "40001",
    "system_admin": "10001",
}
REGISTER = (302, 200, 200, 200, 200, 200, 403)  # every register of works alike
TABLE = """
# name                    method anonymous operator approver head supervisor external system_admin
login                     GET    200 302 302 302 302 302 302
logout                    POST   302 302 302 302 302 302 302
set_language              POST   302 302 302 302 302 302 302
password                  GET    302 200 200 200 200 200 200
workbench                 GET    302 200 200 200 200 200 200
items                     GET    302 200 200 200 200 200 200
item                      GET    302 200 200 200 200 404 404
item_return               POST   302 422 403 403 403 404 404
item_suspend              POST   302 422 403 403 403 404 404
item_resume               POST   302 409 403 403 403 404 404
matter                    GET    302 200 200 200 200 404 404
matter_print              GET    302 200 200 200 200 404 404
matter_paper              GET    302 404 404 404 404 404 404
matter_choose             GET    302 200 200 200 200 200 403
matter_open               GET    302 200 200 200 200 404 403
matter_withdraw           POST   302 422 403 403 403 404 403
matter_gate               GET    302 200 200 200 200 404 404
matter_recuse             POST   302 422 422 422 422 404 403
document_upload           POST   302 422 422 422 422 404 403
document                  GET    302 200 200 200 200 404 403
clause                    GET    302 200 200 200 200 200 200
regulations               GET    302 200 200 200 200 200 200
regulation                GET    302 200 200 200 200 200 200
meetings                  GET    302 200 200 200 200 403 403
meeting_new               GET    302 403 403 403 403 403 403
meeting                   GET    302 404 404 404 404 403 403
agenda_item               GET    302 404 404 404 404 403 403
meeting_minutes           GET    302 404 404 404 404 403 403
publicity_paper           GET    302 404 404 404 404 404 404
undertakings              GET    302 200 200 200 200 403 403
undertaking               GET    302 404 404 404 404 403 403
draws                     GET    302 200 200 200 200 403 403
draw                      GET    302 404 404 404 404 404 404
draw_json                 GET    302 404 404 404 404 404 404
draw_script               GET    302 200 200 200 200 200 200
draw_new                  GET    302 200 200 200 403 403 403
publicities               GET    302 200 200 200 200 200 403
publicity                 GET    302 404 404 404 404 404 403
publicity_new             GET    302 200 200 200 403 403 403
objections                GET    302 200 200 200 200 200 403
objection                 GET    302 404 404 404 404 404 403
objection_new             GET    302 200 200 200 200 404 403
experts                   GET    302 200 200 200 200 403 403
expert                    GET    302 404 404 404 404 403 403
expert_new                GET    302 403 403 403 403 403 403
search                    GET    302 200 200 200 200 200 200
org_units                 GET    302 200 200 200 200 403 200
org_unit_new              GET    302 403 403 403 403 403 403
org_posts                 GET    302 200 200 200 200 403 200
org_post_new              GET    302 403 403 403 403 403 403
org_persons               GET    302 200 200 200 200 403 200
org_person_new            GET    302 403 403 403 403 403 403
org_person                GET    302 200 200 200 200 403 200
org_appointments          GET    302 200 200 200 200 403 200
org_appoint               GET    302 403 403 403 403 403 403
org_appointment_end       GET    302 403 403 403 403 403 403
org_delegations           GET    302 200 200 200 200 403 200
org_delegation_give       GET    302 200 200 200 200 403 200
org_delegation_end        POST   302 404 404 404 404 403 404
org_conflicts             GET    302 200 200 200 200 403 200
org_powers                GET    302 200 200 200 200 403 200
org_power_new             GET    302 403 403 403 403 403 403
org_power_end             GET    302 403 403 403 403 403 403
org_who                   GET    302 200 200 200 200 403 200
parameters                GET    302 200 200 200 200 403 200
calendar                  GET    302 200 200 200 200 403 200
trace                     GET    302 200 200 200 200 404 404
event                     GET    302 200 200 200 200 404 404
bottlenecks               GET    302 200 200 200 200 403 403
cockpit                   GET    302 403 200 200 200 403 403
trail                     GET    302 200 200 200 200 403 200
trail_verify              POST   302 403 403 403 200 403 403
works_projects            GET    302 200 200 200 200 200 403
works_project_open        GET    302 200 403 403 403 403 403
works_project             GET    302 200 200 200 200 404 403
works_bank                GET    302 403 200 200 200 403 403
works_bank_statements     GET    302 403 200 200 200 403 403
works_bank_statement      GET    302 403 404 404 404 403 403
works_bank_line           GET    302 403 404 404 404 403 403
works_bank_order          GET    302 403 404 404 404 403 403
works_payments            GET    302 200 200 200 200 403 403
works_payment             GET    302 404 404 404 404 403 403
works_relocation          GET    302 200 200 200 200 403 403
works_relocation_project  GET    302 200 200 200 200 403 403
works_relocation_table    GET    302 200 200 200 200 404 403
works_workload            GET    302 200 200 200 200 403 403
works_post_load           GET    302 404 404 404 404 403 403
works_project_timeline    GET    302 200 200 200 200 404 403
works_plan                GET    302 200 200 200 200 403 403
works_plan_enter          GET    302 200 403 403 403 403 403
works_costs               GET    302 200 200 200 200 403 403
works_project_costs       GET    302 200 200 200 200 403 403
works_supervision_plan    GET    302 200 200 200 200 403 403
works_tenders             GET    302 200 200 200 200 200 403
works_tender_room         GET    302 404 404 404 404 404 403
works_tender_act          POST   302 404 404 404 404 404 403
works_catalogues          GET    302 200 200 200 200 403 403
works_project_catalogue   GET    302 200 200 200 200 403 403
works_catalogue_paper     GET    302 200 200 200 200 403 403
works_catalogue_not_needed POST   302 403 403 422 403 403 403
works_warranties          GET    302 200 200 200 200 200 403
works_items               GET    302 200 200 200 200 200 403
works_items_guide         GET    302 200 200 200 200 200 403
works_item                GET    302 200 200 200 200 200 403
api:openapi-json          GET    200 200 200 200 200 200 200
api:api-root              GET    404 404 404 404 404 404 404
api:items                 GET    401 200 200 200 200 200 200
api:item                  GET    401 200 200 200 200 404 404
api:item_complete         POST   401 422 403 403 403 404 404
api:item_return           POST   401 422 422 422 422 422 422
api:matter                GET    401 200 200 200 200 404 404
api:matter_open           POST   401 422 422 422 422 422 422
api:matter_documents      POST   401 422 422 422 422 422 422
api:matter_gate           POST   401 403 403 403 403 404 404
api:event                 GET    401 200 200 200 200 404 404
"""


def rows() -> dict[str, tuple[str, dict[str, int]]]:
    found = {}
    for line in TABLE.strip().splitlines():
        if not line.startswith("#"):
            name, method, *statuses = line.split()
            found[name] = (method, dict(zip(ROLES, map(int, statuses), strict=True)))
    registers = dict(zip(ROLES, REGISTER, strict=True))
    return found | {view_name(kind): ("GET", registers) for kind in REGISTERS}


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from names(each, f"{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name}"


def test_every_address_stands_in_the_table() -> None:
    assert set(names()) == set(rows())


@pytest.fixture
def arguments(play: Play, browser: Browser, project: Matter, drafting: WorkItem) -> dict[str, list[Any]]:
    """One object of every kind, out of a project of the construction centre."""
    browser(OFFICER).post(f"/matters/{drafting.matter_id}/documents/", {"kind": "proposal", "file": paper()})
    event = Event.objects.filter(matter_id=drafting.matter_id).first()
    assert event is not None
    item, matter = [drafting.id], [drafting.matter_id]
    return {
        "item": item,
        "item_return": item,
        "item_suspend": item,
        "item_resume": item,
        "matter": matter,
        "matter_print": matter,
        "matter_choose": ["works_proposal"],
        "matter_open": [project.id, "works_proposal"],
        "matter_withdraw": matter,
        "matter_gate": [project.id],
        "matter_recuse": matter,
        "document_upload": matter,
        "document": [Document.objects.get().id],
        "clause": ["zone_funds~6"],
        "regulation": ["zone_funds"],
        "meeting": [99],
        "meeting_minutes": [99],
        "publicity_paper": [99],
        "matter_paper": [*matter, "award_notice"],
        "works_post_load": [99],
        "agenda_item": [99],
        "undertaking": [99],
        "draw": [99],
        "draw_json": [99],
        "draw_new": matter,
        "publicity": [99],
        "publicity_new": matter,
        "objection": [99],
        "objection_new": matter,
        "expert": [99],
        "org_person": [play.scene.person(OFFICER)],
        "org_appointment_end": [1],
        "org_delegation_end": [99],
        "org_power_end": [1],
        "works_bank_statement": [99],
        "works_bank_line": [99],
        "works_bank_order": [99],
        "works_payment": [99],
        "works_relocation_project": [project.id],
        "works_relocation_table": [project.id],
        "trace": ["matter", drafting.matter_id],
        "event": [event.id],
        "works_project": [project.id],
        "works_project_timeline": [project.id],
        "works_project_costs": [project.id],
        "works_tender_room": [99],
        "works_tender_act": [99],
        "works_project_catalogue": [project.id],
        "works_catalogue_paper": [project.id, Document.objects.get().id],
        "works_catalogue_not_needed": [project.id],
        "works_item": [active_items()[0].key],
        "api:item": item,
        "api:item_complete": item,
        "api:item_return": item,
        "api:matter": matter,
        "api:matter_open": [project.id, "works_proposal"],
        "api:matter_documents": matter,
        "api:matter_gate": [project.id],
        "api:event": [event.id],
    }


def _empty(name: str) -> dict[str, Any]:
    is_json = name.startswith("api:") and name != "api:matter_documents"
    return {"data": "{}", "content_type": "application/json"} if is_json else {}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(
    role: str, browser: Browser, arguments: dict[str, list[Any]]
) -> None:
    client = Client() if role == "anonymous" else browser(ROLES[role])
    wrong = {}
    for name, (method, expected) in rows().items():
        if name == "logout":
            continue
        place = reverse(name, args=arguments.get(name, []))
        answer = client.get(place) if method == "GET" else client.post(place, **_empty(name))
        if answer.status_code != expected[role]:
            wrong[name] = (answer.status_code, expected[role])
    assert not wrong, f"{role}: (got, expected) {wrong}"
    assert client.post("/logout/").status_code == 302


def test_no_page_writes_when_it_is_only_read(browser: Browser, arguments: dict[str, list[Any]]) -> None:
    client, before = browser(OFFICER), Event.objects.count()
    for name, (method, expected) in rows().items():
        if method == "GET" and expected["operator"] == 200:
            client.get(reverse(name, args=arguments.get(name, [])))
    assert Event.objects.count() == before


CEILINGS = {
    "workbench": 45,
    "items": 40,
    "item": 70,
    "matter": 70,
    "regulations": 30,
    "meetings": 30,
    "search": 25,
    "clause": 35,
}


@pytest.mark.parametrize("name", CEILINGS)
def test_a_page_keeps_its_ceiling_of_queries(
    name: str, browser: Browser, arguments: dict[str, list[Any]], django_assert_max_num_queries: Any
) -> None:
    client = browser(OFFICER)
    place = reverse(name, args=arguments.get(name, []))
    client.get(place)
    with django_assert_max_num_queries(CEILINGS[name]):
        client.get(place)
