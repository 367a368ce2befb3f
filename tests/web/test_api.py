"""The REST interface: the same acts, the same refusals, as JSON."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.test import Client

from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import HEAD, LEAD, OFFICER, Play
from tests.web.conftest import PASSWORD, Browser, paper

FILLED = {"amount": "66000000", "authority": "行政审批局", "basis": "澜经规〔2025〕3号"}


def post(client: Client, place: str, data: Any, **headers: str) -> Any:
    return client.post(f"/api/v1{place}", json.dumps(data), content_type="application/json", headers=headers)


def test_a_step_is_done_through_the_interface(browser: Browser, drafting: WorkItem) -> None:
    client = browser(OFFICER)
    listed = client.get("/api/v1/items").json()
    assert listed["count"] == 1 and listed["items"][0]["id"] == drafting.id
    fields = client.get(f"/api/v1/items/{drafting.id}").json()["fields"]
    assert {each["name"] for each in fields if each["required"]} >= set(FILLED)
    paper_answer = client.post(
        f"/api/v1/matters/{drafting.matter_id}/documents", {"kind": "proposal", "file": paper()}
    )
    assert paper_answer.status_code == 200 and Document.objects.get().pk == paper_answer.json()["id"]
    done = post(client, f"/items/{drafting.id}/complete", FILLED)
    assert done.status_code == 200
    event = Event.objects.get(pk=done.json()["event"])
    assert event.channel == "api"
    proof = client.get(f"/api/v1/trail/events/{event.pk}").json()
    assert json.loads(proof["envelope"])["id"] == event.pk and proof["body"]["rows"]
    step = client.get(f"/api/v1/matters/{drafting.matter_id}").json()["items"][0]
    assert step["step"] == "check"


def test_the_same_key_is_answered_with_the_same_event(browser: Browser, drafting: WorkItem) -> None:
    client, key = browser(OFFICER), str(uuid.uuid4())
    client.post(f"/api/v1/matters/{drafting.matter_id}/documents", {"kind": "proposal", "file": paper()})
    first = post(client, f"/items/{drafting.id}/complete", FILLED, idempotency_key=key)
    again = post(client, f"/items/{drafting.id}/complete", FILLED, idempotency_key=key)
    assert first.json()["event"] == again.json()["event"] and again.json()["is_repeated"]
    assert (
        post(
            client, f"/items/{drafting.id}/complete", {**FILLED, "basis": "x"}, idempotency_key=key
        ).status_code
        == 409
    )
    assert post(client, f"/items/{drafting.id}/complete", FILLED).status_code == 409


def test_a_refusal_names_rule_message_clause_and_ground(browser: Browser, drafting: WorkItem) -> None:
    answer = post(browser(OFFICER), f"/items/{drafting.id}/complete", FILLED)
    told = answer.json()
    assert answer.status_code == 403
    assert (
        told["rule"] == "documents.missing"
        and told["clause"] == "zone_initiation#2"
        and told["ground"] == "documents"
    )


def test_faults_are_told_by_field(browser: Browser, drafting: WorkItem) -> None:
    answer = post(browser(OFFICER), f"/items/{drafting.id}/complete", {"amount": "many"})
    assert answer.status_code == 422 and {"amount", "authority"} <= set(answer.json()["errors"])


def test_a_body_that_is_no_object_is_refused(browser: Browser, drafting: WorkItem) -> None:
    client = browser(OFFICER)
    for body in ("{", "[1]", '"x"', '{"basis": "\\ud800"}'):
        answer = client.post(f"/api/v1/items/{drafting.id}/complete", body, content_type="application/json")
        assert answer.status_code == 422, body


def test_red_lines_and_posts_hold_for_the_interface_too(browser: Browser, project: Matter) -> None:
    assert (
        post(browser(HEAD), f"/matters/{project.id}/open/works_proposal", {"title": "立项"}).status_code
        == 403
    )
    assert (
        post(browser(OFFICER), f"/matters/{project.id}/open/works_payment", {"title": "付款"}).status_code
        == 403
    )
    assert post(browser(OFFICER), f"/matters/{project.id}/open/none", {"title": "x"}).status_code == 404
    assert (
        post(browser(LEAD), f"/matters/{project.id}/gate", {"to_stage": "payment"}).json()["rule"]
        == "gate.skipped"
    )


def test_a_step_is_returned_through_the_interface(browser: Browser, play: Play, drafting: WorkItem) -> None:
    play.do(OFFICER, drafting.matter, "draft", FILLED)
    item = play.scene.item(drafting.matter, "check")
    answer = post(
        browser(HEAD), f"/items/{item.id}/return", {"target": "draft", "reason": "unclear", "text": "不清"}
    )
    assert answer.status_code == 200 and answer.json()["opened"]


def test_writing_needs_the_token_of_the_session(browser: Browser, drafting: WorkItem) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/login/")
    token = page.cookies["csrftoken"].value
    client.post("/login/", {"number": OFFICER, "password": PASSWORD, "csrfmiddlewaretoken": token})
    assert post(client, f"/items/{drafting.id}/complete", FILLED).status_code == 403
    assert not Event.objects.filter(matter_id=drafting.matter_id, is_refused=True).exists()


def test_the_description_is_served_and_no_page_that_loads_from_elsewhere(browser: Browser) -> None:
    client = browser(OFFICER)
    assert client.get("/api/v1/openapi.json").json()["info"]["title"].startswith("Lianjing")
    assert client.get("/api/v1/docs").status_code == 404
