"""Log-in by number, its waiting time, the demonstration's list, the first pass-phrase, the security headers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lianjing.runtime import clock
from lianjing.runtime.org.models import Appointment, LoginAccount, Person
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.org.services import end_appointment
from tests.web.conftest import PASSWORD, Browser


def log_in(client: Client, number: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login/", {"number": number, "password": password, **more})


def test_a_visitor_is_sent_to_the_log_in_and_comes_back_after_it(zone: Any) -> None:
    client = Client()
    answer = client.get("/items/?tab=done")
    assert answer.headers["Location"] == "/login/?next=/items/%3Ftab%3Ddone"
    assert log_in(client, "20703", next="/items/?tab=done").headers["Location"] == "/items/?tab=done"


def test_the_log_in_never_sends_to_another_site(zone: Any) -> None:
    assert log_in(Client(), "20703", next="https://elsewhere.example/").headers["Location"] == "/"


def test_wrong_number_and_wrong_word_get_the_same_sentence(zone: Any) -> None:
    sentences = [log_in(Client(), number, "wrong").context["fault"] for number in ("20703", "99999")]
    assert sentences[0] == sentences[1] != ""


def test_after_five_failures_the_account_waits_fifteen_minutes(zone: Any) -> None:
    for _attempt in range(5):
        assert log_in(Client(), "20703", "wrong").status_code == 403
    waiting = log_in(Client(), "20703")
    assert waiting.status_code == 403 and "15" in waiting.context["fault"]
    assert log_in(Client(), "20702").status_code == 302
    later = zone.now + timedelta(minutes=16)
    clock.set_source(lambda: later)
    assert log_in(Client(), "20703").status_code == 302


def test_a_person_who_has_left_cannot_log_in_and_an_open_session_ends(zone: Any, browser: Browser) -> None:
    client = browser("20703")
    Person.objects.filter(login__number="20703").update(left_on=zone.today() - timedelta(days=1))
    assert client.get("/").status_code == 403
    assert client.get("/api/v1/items").status_code == 403
    assert log_in(Client(), "20703").status_code == 403


def test_a_person_without_a_post_today_is_told_so(zone: Any, browser: Browser) -> None:
    client = browser("20703")
    term = Appointment.objects.get(person__login__number="20703")
    actor = actor_with(zone.person("20111"), "personnel_officer", zone.today())
    end_appointment(appointment_id=term.id, to_on=zone.today(), actor=actor, now=zone.now)
    assert client.get("/").status_code == 200
    zone.pass_time(working_days=1)
    answer = client.get("/")
    assert answer.status_code == 403
    assert "没有在任岗位" in answer.content.decode()
    assert client.post("/logout/").status_code == 302


def test_the_first_log_in_must_change_the_word(zone: Any, browser: Browser) -> None:
    LoginAccount.objects.filter(number="20703").update(must_change_password=True)
    client = browser("20703")
    assert client.get("/").headers["Location"] == "/password/"
    assert client.get("/api/v1/items").status_code == 403
    assert client.post("/password/", {"new_password1": "short", "new_password2": "short"}).status_code == 422
    word = "a-long-new-word-2025"
    assert client.post("/password/", {"new_password1": word, "new_password2": word}).status_code == 302
    assert client.get("/").status_code == 200
    assert log_in(Client(), "20703", word).status_code == 302


def test_log_out_is_by_post_only(browser: Browser) -> None:
    client = browser("20703")
    assert client.get("/logout/").status_code == 405
    client.post("/logout/")
    assert client.get("/").status_code == 302


def test_the_demonstration_lists_who_can_log_in_as_what(zone: Any, settings: Any) -> None:
    settings.LIANJING_DEMONSTRATION = True
    page = Client().get("/login/").content.decode()
    assert "20703" in page and "项目经办岗" in page and PASSWORD in page


def test_an_installation_lists_nobody(zone: Any) -> None:
    page = Client().get("/login/").content.decode()
    assert "20703" not in page and PASSWORD not in page


@pytest.mark.parametrize(
    "address", ["/login/", "/", "/nothing/", "/api/v1/openapi.json", "/static/lianjing/app.js"]
)
def test_every_answer_carries_the_policy(browser: Browser, address: str) -> None:
    answer = browser("20703").get(address)
    headers = answer.headers
    answer.close()
    assert headers["X-Content-Type-Options"] == "nosniff"
    if not address.startswith("/static/"):
        policy = headers["Content-Security-Policy"]
        assert (
            "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )


def test_forms_are_refused_without_their_token(zone: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    assert log_in(client, "20703").status_code == 403


def test_the_language_switches_by_post(browser: Browser) -> None:
    client = browser("20703")
    assert 'lang="zh-CN"' in client.get("/").content.decode()
    client.post("/language/", {"language": "en", "next": "/"})
    assert '<html lang="en"' in client.get("/").content.decode()
