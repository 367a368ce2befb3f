"""Acts, lists and tables through the interface: with a token, once for a key, page by page, within one's scope."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from django.test import Client

from lianjing.api.acts import OPERATIONS
from lianjing.api.asking import object_of
from lianjing.api.shapes import hints_of, model_in, wants
from lianjing.runtime.domains import domains
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.token.services import issue, revoke
from lianjing.runtime.trail.models import Event, Receipt
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import OFFICER, Play
from tests.web.conftest import Browser

SUPERVISOR, FIRM, LEAVER = "30002", "40001", "20705"


class Program:
    """Another program with a token."""

    def __init__(self, play: Play, number: str = OFFICER, **more: Any) -> None:
        given = {"name": "对账程序", "scopes": ["read", "act", "export"], "days": 30, **more}
        person = play.scene.person(number)
        self.token, secret = issue(**given, person_id=person, now=play.scene.now)
        self.client, self.head = Client(enforce_csrf_checks=True), {"Authorization": f"Bearer {secret}"}

    def get(self, place: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{place}", query, headers=self.head)

    def post(self, place: str, body: Any, key: str = "") -> Any:
        head = {**self.head, **({"Idempotency-Key": key} if key else {})}
        return self.client.post(
            f"/api/v1/{place}", json.dumps(body), content_type="application/json", headers=head
        )


def test_a_token_acts_as_its_person_and_the_act_says_so(play: Play, drafting: WorkItem) -> None:
    program = Program(play)
    answer = program.post(f"matters/{drafting.matter_id}/recuse", {"reason": "kin"})
    assert answer.status_code == 200
    event = Event.objects.get(pk=answer.json()["event"])
    assert (event.channel, event.person_id, event.act) == ("api", play.scene.person(OFFICER), "matter.recuse")
    assert verify().is_good


def test_a_request_sent_again_is_answered_with_the_first_event(play: Play, drafting: WorkItem) -> None:
    program, place = Program(play), f"matters/{drafting.matter_id}/recuse"
    first = program.post(place, {"reason": "kin"}, "k-1").json()
    again = program.post(place, {"reason": "kin"}, "k-1").json()
    assert (again["event"], again["is_repeated"], first["is_repeated"]) == (first["event"], True, False)
    assert Recusal.objects.count() == Receipt.objects.filter(key="k-1").count() == 1


def test_a_replayed_key_with_another_body_or_from_another_person_is_refused(
    play: Play, drafting: WorkItem
) -> None:
    place = f"matters/{drafting.matter_id}/recuse"
    assert Program(play).post(place, {"reason": "kin"}, "k-1").status_code == 200
    assert Program(play).post(place, {"reason": "other"}, "k-1").status_code == 409
    assert Program(play, SUPERVISOR).post(place, {"reason": "kin"}, "k-1").status_code == 409


def test_a_stolen_session_cookie_cannot_act_without_its_token(browser: Browser, drafting: WorkItem) -> None:
    thief = Client(enforce_csrf_checks=True)
    thief.cookies["sessionid"] = browser(OFFICER).cookies["sessionid"].value
    answer = thief.post(
        f"/api/v1/matters/{drafting.matter_id}/recuse", '{"reason":"kin"}', content_type="application/json"
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("secret", ["lj1_wrong", "", "Bearer", "lj1_" + "é" * 9])
def test_a_wrong_token_is_refused_whatever_session_comes_with_it(browser: Browser, secret: str) -> None:
    head = {"Authorization": f"Bearer {secret}"}
    assert browser(OFFICER).get("/api/v1/tables", headers=head).status_code in (
        401,
        200 if not secret else 401,
    )
    assert Client().get("/api/v1/tables", headers=head).status_code == 401


def test_a_revoked_token_is_nobody_at_once(play: Play, project: Matter) -> None:
    program = Program(play)
    assert program.get("items").status_code == 200
    revoke(token_id=program.token.pk, reason="泄露", person_id=program.token.person_id, now=play.scene.now)
    assert program.get("items").status_code == 401


def test_a_token_does_only_what_its_scopes_say(play: Play, drafting: WorkItem) -> None:
    reader = Program(play, scopes=["read"], registers=["org_units"])
    refused = reader.post(f"matters/{drafting.matter_id}/recuse", {"reason": "kin"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "token.scope")
    assert reader.get("registers/org_units").status_code == 200
    assert reader.get("registers/org_persons").json()["rule"] == "token.register"
    assert reader.get("tables/matter").json()["rule"] == "token.register"


def test_who_asks_too_often_is_told_when_to_come_back(play: Play, settings: Any) -> None:
    settings.LIANJING_RATE_TOKEN = 20
    program = Program(play)
    answers = [program.get("tables") for _turn in range(21)]
    assert [each.status_code for each in answers] == [200] * 20 + [429]
    assert answers[0].headers["RateLimit-Remaining"] == "19"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_guessing_tokens_is_counted_by_address(settings: Any, zone: Any) -> None:
    settings.LIANJING_RATE_ADDRESS = 5
    head = {"Authorization": "Bearer lj1_guess"}
    found = [Client().get("/api/v1/tables", headers=head).status_code for _turn in range(6)]
    assert found == [401] * 5 + [429]


def test_a_list_gives_the_rows_of_its_page_by_key_and_in_scope(play: Play, project: Matter) -> None:
    program, rows, cursor = Program(play), [], ""
    while True:
        page = program.get(
            "registers/org_persons", limit=40, sort="name", **({"cursor": cursor} if cursor else {})
        )
        assert page.status_code == 200
        rows += [row["key"] for row in page.json()["rows"]]
        cursor = page.json()["next"]
        if not cursor:
            break
    assert len(rows) == len(set(rows)) == Person.objects.count()
    found = program.get("registers/works_projects").json()
    assert [row["values"]["title"] for row in found["rows"]] == [project.title]
    assert Program(play, FIRM).get("registers/works_projects").json()["rows"] == []
    assert Program(play, FIRM).get("registers/org_persons").status_code == 403


@pytest.mark.parametrize("cursor", ["x", "AAAA", "ZZZ=", "", "é"])
def test_a_cursor_of_another_list_or_none_of_ours_is_bad_input(play: Play, cursor: str) -> None:
    program = Program(play)
    other = program.get("registers/org_posts", limit=2).json()["next"]
    assert program.get("registers/org_persons", cursor=other).status_code == 422
    assert program.get("registers/org_posts", limit=2, cursor=other, q="岗").status_code == 422
    expected = 200 if cursor == "" else 422
    assert program.get("tables/post", cursor=cursor).status_code == expected
    assert program.get("registers/org_posts", cursor=cursor).status_code == expected


def test_a_table_is_read_by_key_filtered_by_column_and_masked(play: Play) -> None:
    program = Program(play)
    person = Person.objects.exclude(phone="").first()
    if person is None:
        person = Person.objects.get(pk=play.scene.person(OFFICER))
        Person.objects.filter(pk=person.pk).update(phone="13900001234")
    row = program.get(f"tables/person/{person.pk}").json()
    assert "****" in row["values"]["phone"]
    assert program.get("tables/person", where=f"id={person.pk}").json()["rows"] == [row]
    assert program.get("tables/person", where="phone=13900001234").status_code == 422
    for wrong in ("nothing=1", "unit_id=x", "left_on=yesterday", f"id={2**70}", "id", "name=\x00"):
        assert program.get("tables/person", where=wrong).status_code == 422, wrong


def test_what_is_not_shown_is_no_table(play: Play) -> None:
    for name in ("login_account", "trail_body", "api_token", "django_session", "x"):
        assert Program(play).get(f"tables/{name}").status_code == 404


def test_no_word_of_a_request_stands_where_the_server_knows_better() -> None:
    """A row is asked for by its key: `person: Person` would take the place of the caller's own `person_id`."""
    doubled = [
        each.path
        for operations in (*OPERATIONS.values(), *(domain.operations for domain in domains()))
        for each in operations
        for word in wants(each.call)
        if model_in(hints_of(each.call)[word]) is not None
        and f"{word}_id" in inspect.signature(each.call).parameters
    ]
    assert doubled == []


def test_every_key_that_an_operation_takes_is_checked_against_the_scope() -> None:
    unchecked = [
        (each.path, word)
        for operations in (*OPERATIONS.values(), *(domain.operations for domain in domains()))
        for each in operations
        for word in wants(each.call)
        if word.endswith(("_id", "_ids")) and object_of(each, word) is None
    ]
    assert unchecked == []


NASTY = ("'; DROP TABLE matter; --", "<script>alert(1)</script>", "{{ 7*7 }}", "../../etc/passwd", "=1+1")


@pytest.mark.parametrize("text", NASTY)
def test_sql_and_html_in_every_text_are_text(play: Play, drafting: WorkItem, text: str) -> None:
    program = Program(play)
    description = program.client.get("/api/v1/openapi.json").json()
    bodies = description["components"]["schemas"]
    before = Matter.objects.count()
    for place, verbs in description["paths"].items():
        reference = (
            verbs.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        ).get("schema", {})
        fields = bodies.get(reference.get("$ref", "").split("/")[-1], {}).get("properties", {})
        if place.endswith("/tokens/{token_id}/revoke"):
            continue  # it would end the token that asks
        sent = {name: text for name, kind in fields.items() if kind.get("type") == "string"}
        aimed = place.replace("/api/v1/", "").replace("{matter_id}", str(drafting.matter_id))
        answer = program.post(_numbered(aimed), sent)
        assert answer.status_code in (200, 401, 403, 404, 405, 409, 422), (place, answer.status_code)
        assert answer.headers["Content-Type"].startswith("application/json") or answer.status_code == 405
    assert Matter.objects.count() >= before
    for name in ("org_persons", "works_projects", "items"):
        assert program.get(f"registers/{name}", q=text, sort=text).status_code == 200


def _numbered(place: str) -> str:
    head, brace, rest = place.partition("{")
    while brace:
        place = head + "1" + rest.partition("}")[2]
        head, brace, rest = place.partition("{")
    return place
