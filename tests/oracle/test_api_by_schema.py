"""Schemathesis asks every operation of the interface what its description allows and what it forbids: none breaks."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from lianjing.runtime.org.models import Appointment, LoginAccount, Person, Post
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import OFFICER, Play

schemathesis = pytest.importorskip("schemathesis")

ROLES = {"operator": OFFICER, "supervisor": "30002", "external": "40001"}
EXAMPLES = 4  # of each operation and role: with all of them about a thousand requests
QUIET = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _open_doors(settings: Any) -> Iterator[None]:
    settings.LIANJING_RATE_PERSON = 1_000_000
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def known(zone: Any) -> dict[str, Any]:
    """What exists, by the name under which an operation asks for it: so that the services themselves are reached."""
    play = Play(zone)
    project = play.project()
    matter = play.open(OFFICER, "works_proposal", project, "望汀大道北延立项")
    person = Person.objects.get(login__number=OFFICER)
    return {
        "matter_id": matter.pk,
        "project_id": project.pk,
        "item_id": play.scene.item(matter, "draft").pk,
        "procedure": "works_proposal",
        "event_id": Event.objects.filter(matter_id=matter.pk).latest("recorded_at").pk,
        "post_id": Post.objects.filter(key="project_officer").latest("id").pk,
        "unit_id": person.unit_id,
        "person_id": play.scene.person("20702"),
        "delegation_id": 1,
        "appointment_id": Appointment.objects.latest("id").pk,
        "table": "work_item",
        "key": str(play.scene.item(matter, "draft").pk),
        "name": "org_posts",
        "kind": "expert",
    }


def aimed(words: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Put keys of what exists in the place of invented ones; every other word stays as invented."""
    endings = ("person_id", "unit_id", "post_id", "matter_id", "project_id")
    found = {}
    for name, value in words.items():
        ending = next((each for each in endings if name.endswith(each)), name)
        is_key = ending in endings or (name in known and name != "kind")
        found[name] = known[ending] if is_key and ending in known and value is not None else value
    return found


def operations() -> list[Any]:
    """Return every operation as the interface itself describes it."""
    schema = schemathesis.openapi.from_dict(Client().get("/api/v1/openapi.json").json())
    found = [each.ok() for each in schema.get_all_operations()]
    assert len(found) > 100
    return found


def sent(client: Client, case: Any, known: dict[str, Any]) -> int:
    """Send one case as a program would."""
    body = case.body if isinstance(case.body, dict | list | str | int | float | bool) else {}
    body = aimed(body, known) if isinstance(body, dict) else body
    case.path_parameters = aimed(dict(case.path_parameters or {}), known)
    answer = client.generic(
        case.method,
        case.formatted_path,
        json.dumps(body, default=str),
        content_type="application/json",
        query_string=_query(case.query or {}),
        headers={"Idempotency-Key": ""},
    )
    return int(answer.status_code)


def _query(given_words: Any) -> str:
    from_words = [
        (str(name), str(each))
        for name, value in dict(given_words).items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return urlencode(from_words, errors="replace")


@pytest.mark.parametrize("role", ROLES)
def test_no_operation_breaks_whatever_its_description_allows(role: str, known: dict[str, Any]) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(LoginAccount.objects.get(number=ROLES[role]))
    broken: dict[str, str] = {}
    for operation in operations():
        _ask(client, operation, known, broken)
    assert not broken, "\n".join(f"{name}: {told}" for name, told in broken.items())


def _ask(client: Client, operation: Any, known: dict[str, Any], broken: dict[str, str]) -> None:
    @QUIET
    @given(operation.as_strategy())
    def ask(case: Any) -> None:
        status = sent(client, case, known)
        if status >= 500:
            told = f"{status} {case.formatted_path} {case.query} {case.body!r}"
            broken.setdefault(operation.label, told[:600])

    ask()
