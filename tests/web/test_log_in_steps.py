"""Log-in beyond the pass-phrase, through the pages: second factor, passkey alone, identity service, stolen sessions."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from lianjing.runtime import clock
from lianjing.runtime.access import passkeys, recovery, totp
from lianjing.runtime.access.factors import enrol_totp
from lianjing.runtime.access.identities import link
from lianjing.runtime.access.models import LoginRecord, SessionRecord
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.passkeys import Place
from lianjing.runtime.access.services import revoke
from lianjing.runtime.org.models import LoginAccount, Person
from tests.runtime.access.authenticator import Authenticator
from tests.runtime.access.provider import CLIENT, SECRET, Provider
from tests.web.conftest import PASSWORD, Browser

KEY = b"12345678901234567890"
HERE = Origin("127.0.0.1", "")


def step_in(client: Client, number: str = "20703", **more: str) -> Any:
    return client.post("/login/", {"number": number, "password": PASSWORD, **more})


def code_at(moment: Any) -> str:
    return totp.code_at(KEY, totp.step_at(moment))


def answer(client: Client, place: str, content: dict[str, Any]) -> Any:
    return client.post(place, json.dumps(content), content_type="application/json")


@pytest.fixture
def officer(zone: Any) -> LoginAccount:
    """The project officer with an authenticator app."""
    account = LoginAccount.objects.select_related("person").get(number="20703")
    then = zone.now - timedelta(minutes=5)
    enrol_totp(account=account, secret=KEY, code=code_at(then), label="", origin=HERE, now=then)
    return account


@pytest.fixture
def key(officer: LoginAccount, zone: Any) -> Authenticator:
    """A passkey of the officer."""
    made, place = Authenticator(), Place("testserver", "http://testserver")
    options, state = passkeys.begin_enrolment(officer, place)
    passkeys.finish_enrolment(
        account=officer,
        state=state,
        answer=made.create(dict(options)),
        label="",
        place=place,
        origin=HERE,
        now=zone.now,
    )
    return made


@pytest.fixture
def provider(zone: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A running identity service to which the officer is linked."""
    running = Provider(now=clock.now).start()
    monkeypatch.setenv("LIANJING_OIDC_ISSUER", running.issuer)
    monkeypatch.setenv("LIANJING_OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("LIANJING_OIDC_CLIENT_SECRET", SECRET)
    link(
        person_id=zone.person("20703"),
        kind="oidc",
        issuer=running.issuer,
        subject=running.subject,
        by_person_id=zone.person("10001"),
        reason="接入",
        now=zone.now,
    )
    yield running
    running.stop()


def test_the_second_factor_stands_between_pass_phrase_and_pages(officer: Any, zone: Any) -> None:
    client = Client()
    assert step_in(client, next="/items/?tab=done").headers["Location"] == "/login/factor/"
    assert client.get("/").status_code == 302 and client.get("/api/v1/items").status_code in (401, 403)
    assert client.post("/login/factor/", {"code": "000000"}).status_code == 403
    done = client.post("/login/factor/", {"code": code_at(zone.now)})
    assert done.headers["Location"] == "/items/?tab=done"
    assert client.get("/").status_code == 200
    row = SessionRecord.objects.get(ended_at=None)
    assert (row.method, row.factor) == ("password", "totp")


def test_a_code_seen_over_the_shoulder_opens_nothing_again(officer: Any, zone: Any) -> None:
    code = code_at(zone.now)
    for expected in (302, 403):
        client = Client()
        step_in(client)
        assert client.post("/login/factor/", {"code": code}).status_code == expected
    assert LoginRecord.objects.filter(reason="code_used").count() == 1


def test_a_used_code_stays_used_when_the_clock_jumps_ahead_and_back(officer: Any, zone: Any) -> None:
    begun, code = zone.now, code_at(zone.now)
    for moment, given, expected in (
        (begun, code, 302),
        (begun + timedelta(days=30), code_at(begun + timedelta(days=30)), 302),
        (begun, code, 403),
    ):
        clock.set_source(lambda moment=moment: moment)
        client = Client()
        step_in(client)
        assert client.post("/login/factor/", {"code": given}).status_code == expected


def test_wrong_codes_lock_like_wrong_words(officer: Any, zone: Any) -> None:
    client = Client()
    step_in(client)
    for _attempt in range(5):
        assert client.post("/login/factor/", {"code": "000000"}).status_code == 403
    waiting = client.post("/login/factor/", {"code": code_at(zone.now)})
    assert waiting.status_code == 403 and "15" in waiting.context["fault"]
    assert step_in(Client()).status_code == 403


def test_the_first_step_waits_five_minutes_and_no_longer(officer: Any, zone: Any) -> None:
    client, begun = Client(), zone.now
    step_in(client)
    for moment in (begun + timedelta(minutes=6), begun - timedelta(minutes=1)):
        clock.set_source(lambda moment=moment: moment)
        assert client.get("/login/factor/").headers["Location"] == "/login/"


def test_nobody_comes_to_the_second_step_without_the_first(officer: Any, zone: Any) -> None:
    assert Client().post("/login/factor/", {"code": code_at(zone.now)}).headers["Location"] == "/login/"


def test_a_recovery_code_replaces_the_factor_once(officer: Any, zone: Any) -> None:
    code = recovery.make(account=officer, origin=HERE, now=zone.now)[0]
    for expected in (302, 403):
        client = Client()
        step_in(client)
        assert client.post("/login/factor/", {"code": code}).status_code == expected
    assert LoginRecord.objects.filter(reason="recovery_used").count() == 1


def test_a_passkey_is_the_second_step(key: Authenticator) -> None:
    client = Client()
    step_in(client, next="/items/")
    options = client.post("/login/passkey/options/").json()
    assert [each["type"] for each in options["publicKey"]["allowCredentials"]] == ["public-key"]
    assert answer(client, "/login/passkey/", key.get(options)).json() == {"next": "/items/"}
    assert client.get("/").status_code == 200


def test_a_passkey_alone_is_both_steps(key: Authenticator) -> None:
    client = Client()
    options = client.post("/login/passkey/options/").json()
    assert "allowCredentials" not in options["publicKey"]  # nothing is told of who has keys
    assert answer(client, "/login/passkey/?next=/items/", key.get(options)).json() == {"next": "/items/"}
    row = SessionRecord.objects.get(ended_at=None)
    assert (row.method, row.factor) == ("passkey", "webauthn")


def test_a_replayed_answer_of_a_passkey_is_refused(key: Authenticator) -> None:
    client = Client()
    given = key.get(client.post("/login/passkey/options/").json())
    assert answer(client, "/login/passkey/", given).status_code == 200
    for other in (client, Client()):
        other.post("/login/passkey/options/")
        assert answer(other, "/login/passkey/", given).status_code == 403
    assert LoginRecord.objects.filter(method="passkey", outcome="failure").count() == 2


def test_a_challenge_is_answered_once_and_within_five_minutes(key: Authenticator, zone: Any) -> None:
    client = Client()
    given = key.get(client.post("/login/passkey/options/").json())
    assert answer(client, "/login/passkey/", {"wrong": 1}).status_code == 403
    assert answer(client, "/login/passkey/", given).status_code == 403  # the challenge is spent
    late, given = zone.now + timedelta(minutes=6), key.get(client.post("/login/passkey/options/").json())
    clock.set_source(lambda: late)
    assert answer(client, "/login/passkey/", given).status_code == 403


@pytest.mark.parametrize("body", ["", "[]", "null", "[" * 100_000, '{"id": 1}'])
def test_what_is_no_answer_is_refused_with_a_sentence(zone: Any, body: str) -> None:
    client = Client()
    client.post("/login/passkey/options/")
    told = client.post("/login/passkey/", body, content_type="application/json")
    assert told.status_code == 403 and told.json()["message"]


def test_a_passkey_of_one_who_left_opens_nothing(key: Authenticator, zone: Any) -> None:
    Person.objects.filter(login__number="20703").update(left_on=zone.today() - timedelta(days=1))
    client = Client()
    options = client.post("/login/passkey/options/").json()
    assert answer(client, "/login/passkey/", key.get(options)).status_code == 403


def test_an_administrator_must_enrol_a_factor_before_anything_else(zone: Any, settings: Any) -> None:
    settings.LIANJING_ACCESS_POLICY = {"session.idle_minutes": 0}
    client = Client()
    assert step_in(client, "10001").status_code == 302
    assert client.get("/org/units/").headers["Location"] == "/me/factors/"
    assert client.get("/api/v1/items").status_code == 403
    assert client.get("/me/factors/").status_code == 200
    secret = client.get("/me/factors/app/").context["secret"]
    shown = base64.b32decode(secret + "=" * (-len(secret) % 8))
    done = client.post(
        "/me/factors/app/", {"code": totp.code_at(shown, totp.step_at(zone.now)), "label": "手机"}
    )
    assert done.headers["Location"] == "/me/factors/"
    assert client.get("/org/units/").status_code == 200
    assert step_in(Client(), "10001").headers["Location"] == "/login/factor/"


def test_single_sign_on_lets_in_whom_the_administrator_linked(provider: Provider, zone: Any) -> None:
    client = Client()
    assert "统一身份认证登录" in client.get("/login/").content.decode()
    away = client.get("/login/oidc/?next=/items/").headers["Location"]
    assert away.startswith(f"{provider.issuer}/authorize?")
    back = client.get("/login/oidc/callback/", provider.log_in(away))
    assert back.headers["Location"] == "/items/"
    assert client.get("/").status_code == 200
    assert SessionRecord.objects.get(ended_at=None).method == "oidc"


def test_an_answer_of_the_identity_service_counts_once_and_in_its_own_browser(provider: Provider) -> None:
    client, thief = Client(), Client()
    given = provider.log_in(client.get("/login/oidc/").headers["Location"])
    thief.get("/login/oidc/")
    assert thief.get("/login/oidc/callback/", given).status_code == 403
    assert client.get("/login/oidc/callback/", given).status_code == 302
    client.post("/logout/")
    assert client.get("/login/oidc/callback/", given).status_code == 403


def test_an_identity_that_nobody_linked_makes_no_account(provider: Provider) -> None:
    provider.subject, accounts = "a-stranger", LoginAccount.objects.count()
    client = Client()
    given = provider.log_in(client.get("/login/oidc/").headers["Location"])
    assert client.get("/login/oidc/callback/", given).status_code == 403
    assert LoginAccount.objects.count() == accounts
    assert LoginRecord.objects.filter(reason="not_linked").exists()


def test_single_sign_on_does_not_pass_by_the_second_factor(provider: Provider, officer: Any) -> None:
    client = Client()
    given = provider.log_in(client.get("/login/oidc/").headers["Location"])
    assert client.get("/login/oidc/callback/", given).headers["Location"] == "/login/factor/"
    assert client.get("/").status_code == 302


def test_a_silent_identity_service_leaves_the_other_ways_open(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANJING_OIDC_ISSUER", "http://127.0.0.1:9")
    page = Client().get("/login/oidc/")
    assert page.status_code == 403 and "暂不可用" in page.context["fault"]


def test_a_stolen_session_cookie_in_another_browser_ends_the_session(zone: Any) -> None:
    victim = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/128.0"})
    step_in(victim)
    assert victim.get("/").status_code == 200
    thief = Client(headers={"User-Agent": "python-requests/2.32"})
    thief.cookies = victim.cookies
    stolen = thief.get("/items/")
    assert (
        stolen.headers["Location"].startswith("/login/")
        and "ended=agent_changed" in stolen.headers["Location"]
    )
    assert victim.get("/").status_code == 302
    row = LoginRecord.objects.get(reason="agent_changed")
    assert (row.outcome, row.agent) == ("failure", "python-requests/2.32")
    assert "终端发生变化" in thief.get("/login/?ended=agent_changed").content.decode()


def test_a_planted_session_is_not_the_one_that_logs_in(zone: Any) -> None:
    client = Client()
    client.get("/login/oidc/")
    client.post("/login/passkey/options/")
    planted = client.cookies["sessionid"].value
    step_in(client)
    assert client.cookies["sessionid"].value != planted
    late = Client()
    late.cookies["sessionid"] = planted
    assert late.get("/").status_code == 302


def test_a_cookie_kept_after_log_out_opens_nothing(browser: Browser) -> None:
    client = browser("20703")
    kept = client.cookies["sessionid"].value
    client.post("/logout/")
    replayed = Client()
    replayed.cookies["sessionid"] = kept
    assert replayed.get("/").status_code == 302


def test_a_session_that_was_ended_is_logged_out_at_its_next_request(zone: Any, browser: Browser) -> None:
    client, admin = browser("20703"), zone.person("10001")
    row = SessionRecord.objects.get(person_id=zone.person("20703"), ended_at=None)
    revoke(row.id, by_person_id=admin, reason="疑似盗用", now=zone.now)
    assert "ended=revoked" in client.get("/").headers["Location"]
    assert client.get("/api/v1/items").status_code in (401, 403)


def test_idle_and_absolute_limits_end_a_session(zone: Any, browser: Browser, settings: Any) -> None:
    settings.LIANJING_ACCESS_POLICY = {"session.idle_minutes": 30, "session.absolute_minutes": 60}
    client, begun = browser("20703"), zone.now
    for minutes, expected in ((29, 200), (58, 200), (61, 302)):
        clock.set_source(lambda minutes=minutes: begun + timedelta(minutes=minutes))
        assert client.get("/").status_code == expected
    assert LoginRecord.objects.filter(reason="too_long").exists()
    clock.set_source(lambda: begun)
    client = browser("20703")
    clock.set_source(lambda: begun + timedelta(minutes=31))
    assert "ended=idle" in client.get("/").headers["Location"]


def test_a_session_whose_record_is_gone_is_logged_out(zone: Any, browser: Browser) -> None:
    client = browser("20703")
    SessionRecord.objects.all().delete()
    assert client.get("/").status_code == 302


def test_a_clock_that_jumps_back_ends_the_sessions_of_the_future(zone: Any, browser: Browser) -> None:
    begun = zone.now
    clock.set_source(lambda: begun + timedelta(days=1))
    client = browser("20703")
    clock.set_source(lambda: begun)
    assert "ended=clock" in client.get("/").headers["Location"]


def test_a_pass_phrase_that_grew_old_must_be_changed(zone: Any, settings: Any) -> None:
    client = Client()
    step_in(client)
    changed = {"current": PASSWORD, "new_password1": "a-new-word-2025", "new_password2": "a-new-word-2025"}
    assert client.post("/password/", changed).status_code == 302
    settings.LIANJING_ACCESS_POLICY = settings.LIANJING_ACCESS_POLICY | {"password.maximum_age_days": "90"}
    late, again = zone.now + timedelta(days=91), Client()
    clock.set_source(lambda: late)
    again.post("/login/", {"number": "20703", "password": "a-new-word-2025"})
    assert again.get("/").headers["Location"] == "/password/"


def test_an_address_begins_only_so_many_log_ins_a_minute(
    zone: Any, provider: Provider, settings: Any
) -> None:
    """Each begun log-in is a row of the session table: without a limit anybody fills it."""
    settings.LIANJING_RATE_ADDRESS = 5
    begun = [Client().get("/login/oidc/").status_code for _turn in range(4)]
    begun += [Client().post("/login/passkey/options/").status_code for _turn in range(4)]
    assert begun.count(429) == 3 and begun[:4] == [302] * 4
    assert Session.objects.count() == 5
    kept = Session.objects.latest("expire_date").expire_date - datetime.now(UTC)
    assert kept <= timedelta(minutes=15)
