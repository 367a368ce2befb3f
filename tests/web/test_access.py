"""Every address as every role: a hand-written table, and a failing test for an address that is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lianjing.domains.works.queries.items import active_items
from lianjing.domains.works.register_menu import REGISTERS, view_name
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.regulation.queries import definition_on
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
    "security_admin": "10002",
    "audit_admin": "10003",
}
ADDRESSES = Path(__file__).parent / "addresses.txt"
REGISTERS_ALIKE = "register:works/*"


def rows() -> dict[str, tuple[str, dict[str, int]]]:
    """Read the table written by hand: the method and each role's status, by the name of the address."""
    lines = [line.split() for line in ADDRESSES.read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == ["name", "method", *ROLES]
    found: dict[str, tuple[str, dict[str, int]]] = {}
    for name, method, *statuses in lines[1:]:
        assert name not in found, f"{name} stands twice"
        found[name] = (method, dict(zip(ROLES, map(int, statuses), strict=True)))
    alike = found.pop(REGISTERS_ALIKE)
    return found | {view_name(kind): alike for kind in REGISTERS}


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from names(each, f"{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name}"


def test_every_address_stands_in_the_table() -> None:
    assert set(names()) == set(rows())


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    """Every address is asked within one minute of the test's clock."""
    settings.LIANJING_RATE_ADDRESS = settings.LIANJING_RATE_PERSON = 100_000


@pytest.fixture
def arguments(play: Play, browser: Browser, project: Matter, drafting: WorkItem) -> dict[str, list[Any]]:
    """One object of every kind, out of a project of the construction centre."""
    browser(OFFICER).post(f"/matters/{drafting.matter_id}/documents/", {"kind": "proposal", "file": paper()})
    event = Event.objects.filter(matter_id=drafting.matter_id).first()
    assert event is not None
    item, matter = [drafting.id], [drafting.matter_id]
    account = LoginAccount.objects.get(number="20705").id
    return {
        "help_step": ["works_payment", "apply"],
        "awaiting": [event.pk],
        "receipt": [event.pk],
        "receipt_file": [event.pk],
        "receipt_code": [event.pk],
        "trail_download": ["policy"],
        "erasure_new": ["project", project.id],
        "unmask": ["person", play.scene.person(OFFICER)],
        "api:table": ["matter"],
        "api:table_row": ["matter", drafting.matter_id],
        "api:register": ["items"],
        "api:register_file": ["items"],
        "api:works_standards_item_read": [active_items()[0].key],
        "item": item,
        "item_return": item,
        "item_suspend": item,
        "item_resume": item,
        "matter": matter,
        "item_reassign": item,
        "item_urge": item,
        "analysis_urge": item,
        "item_ask": item,
        "item_signer": item,
        "item_take_back": item,
        "matter_terminate": matter,
        "matter_restart": matter,
        "inquiry": [99],
        "circulate": matter,
        "circulation": [99],
        "message": [99],
        "message_receipts": [99],
        "message_delivery": [99],
        "matter_print": matter,
        "matter_choose": ["works_proposal"],
        "matter_open": [project.id, "works_proposal"],
        "matter_withdraw": matter,
        "matter_gate": [project.id],
        "matter_recuse": matter,
        "document_upload": matter,
        "document": [Document.objects.get().id],
        "document_preview": [Document.objects.get().id],
        "document_preview_page": [Document.objects.get().id, 1],
        "feed": [99],
        "feed_act": [99],
        "feed_differences": [99],
        "feed_resend": [99],
        "external_record_explain": [99],
        "exchange_hook": ["nothing"],
        "clause": ["zone_funds~6"],
        "regulation": ["zone_funds"],
        "definition_matters": [definition_on("works_payment", play.scene.today()).pk],
        "regulation_repeal": ["zone_funds"],
        "clause_refusals": ["zone_funds~6"],
        "meeting": [99],
        "meeting_minutes": [99],
        "publicity_paper": [99],
        "matter_paper": [*matter, "award_notice"],
        "works_post_load": [99],
        "agenda_item": [99],
        "undertaking": [99],
        "external_finding": [99],
        "injury_own_claim": [99],
        "injury_urge": [99, "untransferred"],
        "injury_notice": [99],
        "injury_notice_paper": [99],
        "injury_screening": [99],
        "injury_home_check": [99],
        "injury_home_checks": [99],
        "draw": [99],
        "draw_json": [99],
        "draw_new": matter,
        "publicity": [99],
        "publicity_new": matter,
        "objection": [99],
        "objection_new": matter,
        "expert": [99],
        "me_factor_remove": [99],
        "me_session_end": [99],
        "system_identity_end": [99],
        "system_factor_remove": [99],
        "org_person": [play.scene.person(OFFICER)],
        "org_appointment_end": [1],
        "org_delegation_end": [99],
        "org_power_end": [1],
        "system_account_reset": [account],
        "system_account_close": [account],
        "system_account_unlock": [account],
        "system_account_grant": [account],
        "system_policy_change": ["lock.minutes"],
        "parameter": ["works.bottleneck.returns_min"],
        "parameter_change": ["works.bottleneck.returns_min"],
        "system_grant": [99],
        "system_scope_end": [99],
        "system_seat": [99],
        "system_code_end": [99],
        "system_policy_decide": [99],
        "system_session_end": [99],
        "notice": [99],
        "notice_edit": [99],
        "notice_publish": [99],
        "notice_withdraw": [99],
        "parameter_decide": [99],
        "handover": [99],
        "handover_agree": [99],
        "handover_confirm": [99],
        "handover_withdraw": [99],
        "handover_paper": [99],
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
        "analysis_topic": ["desks"],
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


def place_of(name: str, arguments: dict[str, list[Any]], unknown: int = 99) -> str:
    """Return the address of one object; where the test has none of its kind, of a number that nothing has."""
    if name in arguments:
        return reverse(name, args=arguments[name])
    known = {"matter_id": arguments["matter"][0], "item_id": arguments["item"][0]}
    known["project_id"] = arguments["works_project"][0]
    words = converters().get(name, {})
    return reverse(name, kwargs={word: known.get(word, unknown) for word in words})


@cache
def converters() -> dict[str, tuple[str, ...]]:
    """Return the placeholders of each address."""

    def found(resolver: URLResolver, space: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        for each in resolver.url_patterns:
            if isinstance(each, URLResolver):
                yield from found(each, f"{each.namespace}:" if each.namespace else space)
            else:
                yield f"{space}{each.name}", tuple(each.pattern.converters)

    return dict(found(get_resolver(), ""))


def ask(
    client: Client,
    method: str,
    name: str,
    arguments: dict[str, list[Any]],
    sent: dict[str, Any] | None = None,
) -> int:
    """Ask for an address and return the status; nothing is sent where nothing is given."""
    place = place_of(name, arguments)
    given = _empty(name) if sent is None else {"data": sent}
    answer = client.get(place) if method == "GET" else client.post(place, **given)
    return answer.status_code


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(
    role: str, browser: Browser, arguments: dict[str, list[Any]]
) -> None:
    client = Client() if role == "anonymous" else browser(ROLES[role])
    wrong = {}
    for name, (method, expected) in rows().items():
        if name == "logout":
            continue
        status = ask(client, method, name, arguments)
        if status != expected[role]:
            wrong[name] = (status, expected[role])
    assert not wrong, f"{role}: (got, expected) {wrong}"
    assert client.post("/logout/").status_code == 302


def test_no_page_writes_when_it_is_only_read(browser: Browser, arguments: dict[str, list[Any]]) -> None:
    client, before = browser(OFFICER), Event.objects.count()
    for name, (method, expected) in rows().items():
        # Taking a list away is an act, whatever the method (access.export).
        if method == "GET" and expected["operator"] == 200 and name != "api:register_file":
            client.get(place_of(name, arguments))
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
