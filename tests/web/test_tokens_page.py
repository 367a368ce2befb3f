"""Tokens, webhooks and unmasking on their pages: after a fresh log-in, the secret shown once, the log for supervisors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianjing.runtime.org.models import Person
from lianjing.runtime.personal.models import Unmasking
from lianjing.runtime.token.models import ApiToken
from lianjing.runtime.token.queries import token_of
from lianjing.runtime.webhook.models import Subscription
from tests.domains.works.playing import OFFICER
from tests.web.conftest import Browser

SUPERVISOR, SYSTEM_ADMIN = "30002", "10001"
TOKEN = {"name": "对账程序", "scopes": ["read"], "days": 30}


def test_a_token_is_shown_once_and_revoked_with_a_reason(browser: Browser, zone: Any) -> None:
    client = browser(OFFICER)
    page = client.post("/me/tokens/new/", TOKEN).content.decode()
    token = ApiToken.objects.get()
    secret = page.partition("<code")[2].partition(">")[2].partition("<")[0]
    assert token_of(secret, zone.now) == token
    listed = client.get("/me/tokens/").content.decode()
    assert token.hint in listed and secret not in listed
    assert client.post(f"/me/tokens/{token.pk}/revoke/", {"reason": ""}).status_code == 422
    assert client.post(f"/me/tokens/{token.pk}/revoke/", {"reason": "停用"}).status_code == 302
    assert token_of(secret, zone.now) is None


def test_a_faulty_token_is_told_at_the_field(browser: Browser) -> None:
    answer = browser(OFFICER).post("/me/tokens/new/", {**TOKEN, "days": 4000})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_only_the_system_administrator_may_name_another_person(browser: Browser, zone: Any) -> None:
    other = zone.person("20201")
    browser(OFFICER).post("/me/tokens/new/", {**TOKEN, "person": other})
    assert ApiToken.objects.get().person_id == zone.person(OFFICER)
    browser(SYSTEM_ADMIN).post("/me/tokens/new/", {**TOKEN, "person": other})
    assert ApiToken.objects.latest("id").person_id == other


def test_a_token_needs_a_fresh_log_in(browser: Browser, zone: Any) -> None:
    client = browser(OFFICER)
    zone.now += timedelta(minutes=20)
    assert client.post("/me/tokens/new/", TOKEN).status_code == 302
    assert not ApiToken.objects.exists()


def test_a_webhook_goes_only_where_the_installation_allows(browser: Browser, settings: Any) -> None:
    settings.LIANJING_WEBHOOK_HOSTS = ["hooks.example.cn"]
    client, sent = browser(OFFICER), {"name": "统计", "kinds": "*"}
    answer = client.post("/me/webhooks/new/", {**sent, "url": "https://169.254.169.254/"})
    assert (answer.status_code, Subscription.objects.count()) == (422, 0)
    assert (
        "whsec_"
        in client.post("/me/webhooks/new/", {**sent, "url": "https://hooks.example.cn/"}).content.decode()
    )
    row = Subscription.objects.get()
    assert client.get(f"/me/webhooks/{row.pk}/").status_code == 200
    assert browser(SUPERVISOR).get(f"/me/webhooks/{row.pk}/").status_code == 404
    assert client.post(f"/me/webhooks/{row.pk}/end/", {"reason": "停用"}).status_code == 302


def test_what_was_unmasked_is_read_by_the_supervisor_and_not_by_the_supervised(
    browser: Browser, zone: Any
) -> None:
    person = Person.objects.get(pk=zone.person("20201"))
    sent = {"purpose": "contact", "reason": "核对收款情况"}
    answer = browser(OFFICER).post(f"/personal/person/{person.pk}/?next=/org/persons/{person.pk}/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/org/persons/{person.pk}/")
    assert Unmasking.objects.get().person_id == zone.person(OFFICER)
    assert "核对收款情况" in browser(SUPERVISOR).get("/personal/").content.decode()
    assert browser(OFFICER).get("/personal/").status_code == 403
    assert browser(OFFICER).get(f"/personal/person/{person.pk}/?next=https://evil.test/").status_code == 200


def test_an_export_with_personal_columns_asks_why(browser: Browser) -> None:
    client = browser(OFFICER)
    page = client.get("/org/persons/?export=xlsx")
    assert "用途和理由" in page.content.decode()
    assert client.get("/org/persons/?export=xlsx&reason=看").status_code == 422
    assert client.get("/org/persons/?export=xlsx&reason=核对通讯录").content[:2] == b"PK"
