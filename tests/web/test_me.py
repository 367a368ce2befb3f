"""个人中心: pass-phrase, factors, sessions, log-ins of one's own; proving again who one is before sensitive acts."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from lianjing.runtime import clock
from lianjing.runtime.access import totp
from lianjing.runtime.access.factors import enrol_totp
from lianjing.runtime.access.models import (
    ExternalIdentity,
    Factor,
    LoginRecord,
    RecoveryCode,
    SessionRecord,
)
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.queries import factors_of
from lianjing.runtime.org.models import LoginAccount
from lianjing.web.session_keeping import NotRecent, require_recent, to_confirm
from tests.runtime.access.authenticator import Authenticator
from tests.web.conftest import PASSWORD, Browser
from tests.web.test_log_in_steps import KEY, answer, code_at, step_in

WORD = "a-new-word-2025"
CHANGE = {"current": PASSWORD, "new_password1": WORD, "new_password2": WORD}
OLD_ENOUGH = timedelta(minutes=11)


def later(zone: Any, after: timedelta = OLD_ENOUGH) -> Any:
    moment = zone.now + after
    clock.set_source(lambda: moment)
    return moment


def test_the_profile_shows_posts_factors_and_the_last_log_ins(browser: Browser) -> None:
    client = browser("20703")
    Client().post("/login/", {"number": "20703", "password": "wrong"})
    page = client.get("/me/").content.decode()
    for word in ("20703", "项目经办岗", "未绑定", "账号密码", "账号或密码不正确"):
        assert word in page
    assert 'href="/me/"' in client.get("/").content.decode()


def test_a_change_of_the_pass_phrase_wants_the_present_one(zone: Any, browser: Browser) -> None:
    client, other = browser("20703"), browser("20703")
    wrong = client.post("/password/", CHANGE | {"current": "wrong"})
    assert wrong.status_code == 422 and wrong.context["form"].errors["current"]
    assert client.post("/password/", CHANGE | {"new_password2": "x"}).status_code == 422
    weak = client.post(
        "/password/", CHANGE | {"new_password1": "12345678901", "new_password2": "12345678901"}
    )
    assert weak.status_code == 422 and weak.context["form"].errors["new_password1"]
    kept = client.cookies["sessionid"].value
    assert client.post("/password/", CHANGE).headers["Location"] == "/me/"
    assert client.get("/me/").status_code == 200
    assert client.cookies["sessionid"].value != kept  # a new key
    assert "credentials_changed" in other.get("/").headers["Location"]
    assert Client().post("/login/", {"number": "20703", "password": WORD}).status_code == 302


@pytest.mark.parametrize("place", ["/password/", "/me/factors/app/"])
def test_a_sensitive_page_asks_again_after_ten_minutes_and_leads_back(
    zone: Any, browser: Browser, place: str
) -> None:
    client = browser("20703")
    assert client.get(place).status_code == 200
    later(zone)
    assert client.get(place).headers["Location"] == f"/me/confirm/?next={place}"
    assert client.post("/me/confirm/", {"password": "wrong", "next": place}).status_code == 422
    kept = client.cookies["sessionid"].value
    assert client.post("/me/confirm/", {"password": PASSWORD, "next": place}).headers["Location"] == place
    assert client.get(place).status_code == 200 and client.cookies["sessionid"].value != kept


def test_a_sensitive_act_without_a_fresh_proof_changes_nothing(zone: Any, browser: Browser) -> None:
    client = browser("20703")
    later(zone)
    assert client.post("/password/", CHANGE).headers["Location"] == "/me/confirm/?next=/me/"
    assert client.post("/me/factors/recovery/").headers["Location"].startswith("/me/confirm/")
    assert answer(client, "/me/factors/passkey/", {}).headers["Location"].startswith("/me/confirm/")
    assert not LoginRecord.objects.filter(reason="password_changed").exists()
    assert not RecoveryCode.objects.exists() and not Factor.objects.exists()


def test_guessing_at_the_confirmation_locks_like_the_log_in(zone: Any, browser: Browser) -> None:
    client = browser("20703")
    for _attempt in range(5):
        client.post("/me/confirm/", {"password": "wrong"})
    waiting = client.post("/me/confirm/", {"password": PASSWORD})
    assert waiting.status_code == 422 and "15" in waiting.content.decode()


def test_with_a_factor_the_pass_phrase_alone_confirms_nothing(zone: Any, browser: Browser) -> None:
    client = browser("20703")
    account = LoginAccount.objects.select_related("person").get(number="20703")
    then = zone.now - timedelta(minutes=5)
    enrol_totp(account=account, secret=KEY, code=code_at(then), label="", origin=Origin("", ""), now=then)
    moment = later(zone)
    assert "password" not in client.get("/me/confirm/").context["form"].fields
    assert client.post("/me/confirm/", {"password": PASSWORD}).status_code == 422
    assert client.post("/me/confirm/", {"code": "000000"}).status_code == 422
    assert client.post("/me/confirm/", {"code": code_at(moment), "next": "/password/"}).status_code == 302
    assert client.get("/password/").status_code == 200


def test_the_confirmation_never_sends_to_another_site(browser: Browser) -> None:
    answer_ = browser("20703").post(
        "/me/confirm/", {"password": PASSWORD, "next": "https://elsewhere.example/"}
    )
    assert answer_.headers["Location"] == "/"


def test_an_app_is_enrolled_by_its_first_code(zone: Any, browser: Browser) -> None:
    client = browser("20703")
    page = client.get("/me/factors/app/")
    secret = page.context["secret"]
    assert "<svg" in page.content.decode() and "style=" not in str(page.context["picture"])
    assert "viewBox" in str(page.context["picture"])  # drawn whole at any size
    assert client.get("/me/factors/app/").context["secret"] == secret  # a second look shows the same
    assert client.post("/me/factors/app/", {"code": "123"}).status_code == 422
    assert not Factor.objects.exists()


def test_recovery_codes_are_shown_once(zone: Any, browser: Browser) -> None:
    client = browser("20703")
    account = LoginAccount.objects.select_related("person").get(number="20703")
    enrol_totp(
        account=account, secret=KEY, code=code_at(zone.now), label="", origin=Origin("", ""), now=zone.now
    )
    shown = client.post("/me/factors/recovery/")
    codes = shown.context["codes"]
    assert len(codes) == 10 and shown.headers["Cache-Control"] == "private, no-store"
    assert not any(code in client.get("/me/factors/").content.decode() for code in codes)


def test_a_passkey_is_enrolled_used_to_confirm_and_removed(zone: Any, browser: Browser) -> None:
    client, key = browser("20703"), Authenticator()
    options = client.post("/me/factors/passkey/options/").json()
    told = answer(client, "/me/factors/passkey/", key.create(options) | {"label": "安全钥匙"})
    assert told.json() == {"next": "/me/factors/"}
    factor = Factor.objects.get()
    assert factor.label == "安全钥匙" and "安全钥匙" in client.get("/me/factors/").content.decode()
    later(zone)
    given = key.get(client.post("/me/factors/passkey/options/?use=confirm").json())
    assert answer(client, "/me/confirm/?next=/me/factors/", given).json() == {"next": "/me/factors/"}
    assert answer(client, "/me/confirm/", given).status_code == 403  # replayed
    client.post(f"/me/factors/{factor.id}/remove/")
    assert not factors_of(factor.person_id).exists() and client.get("/me/").status_code == 200


def test_the_challenge_of_a_confirmation_enrols_nothing(zone: Any, browser: Browser) -> None:
    client, key = browser("20703"), Authenticator()
    options = client.post("/me/factors/passkey/options/?use=confirm").json()
    assert answer(client, "/me/factors/passkey/", key.create(options)).status_code == 422
    assert not Factor.objects.exists()


def test_one_ends_ones_own_sessions_and_no_others(zone: Any, browser: Browser) -> None:
    here, there, stranger = browser("20703"), browser("20703"), browser("20702")
    rows = {row.number: row for row in SessionRecord.objects.order_by("id")}
    page = here.get("/me/sessions/").content.decode()
    assert "本会话" in page
    other = SessionRecord.objects.get(person_id=zone.person("20702"))
    assert here.post(f"/me/sessions/{other.id}/end/").status_code == 422
    assert stranger.get("/").status_code == 200
    assert here.post(f"/me/sessions/{rows['20703'].id}/end/").status_code == 302
    assert there.get("/").status_code == 302 and here.get("/").status_code == 200
    again = browser("20703")
    here.post("/me/sessions/end/")
    assert again.get("/").status_code == 302 and here.get("/").status_code == 200


def test_the_log_in_list_holds_ones_own_lines_only(zone: Any, browser: Browser) -> None:
    browser("20702")
    client = browser("20703")
    Client().post("/login/", {"number": "20703", "password": "wrong"})
    page = client.get("/me/log-ins/")
    assert {row.person_id for row in page.context["listing"].page.object_list} == {zone.person("20703")}
    assert client.get("/me/log-ins/?outcome=failure").context["listing"].page.paginator.count == 1
    assert client.get("/me/log-ins/?export=xlsx").status_code == 200


def test_a_page_may_ask_for_a_proof_as_recent_as_it_likes(zone: Any) -> None:
    request = RequestFactory().post("/somewhere/", headers={"HX-Request": "true"})
    request.now = zone.now  # type: ignore[attr-defined]
    for confirmed, minutes, is_recent in ((0, 1, True), (2, 1, False), (2, 5, True), (-60, 5, False)):
        row = SessionRecord(confirmed_at=zone.now - timedelta(minutes=confirmed))
        request.session_record = row  # type: ignore[attr-defined]
        if is_recent:
            require_recent(request, minutes)
        else:
            with pytest.raises(NotRecent):
                require_recent(request, minutes)
    told: HttpResponse = to_confirm(request)
    assert told.status_code == 401 and told.headers["HX-Redirect"] == "/me/confirm/?next=/me/"


def test_after_a_lost_factor_the_administrator_enrols_anew(zone: Any, settings: Any) -> None:
    settings.LIANJING_ACCESS_POLICY = {"factor.post_kinds": "operator"}
    client = Client()
    step_in(client)
    secret = client.get("/me/factors/app/").context["secret"]
    code = totp.code_at(base64.b32decode(secret), totp.step_at(zone.now))
    client.post("/me/factors/app/", {"code": code})
    assert client.get("/").status_code == 200
    client.post(f"/me/factors/{Factor.objects.get().id}/remove/")
    assert client.get("/").headers["Location"] == "/me/factors/"


def test_a_body_that_is_no_json_confirms_nothing(browser: Browser) -> None:
    client = browser("20703")
    client.post("/me/factors/passkey/options/?use=confirm")
    told = client.post("/me/confirm/", "{", content_type="application/json")
    assert told.status_code == 403 and json.loads(told.content)["message"]


def test_the_system_administrator_enters_an_outside_identity_and_ends_it(zone: Any, browser: Browser) -> None:
    admin = browser("10001")
    given = {
        "person": zone.person("20703"),
        "kind": "oidc",
        "issuer": "https://id.example",
        "subject": "wang",
        "reason": "接入",
    }
    assert admin.post("/system/identities/new/", given).headers["Location"] == "/system/identities/"
    again = admin.post("/system/identities/new/", given)
    assert again.status_code == 422 and again.context["form"].errors["subject"]
    assert "wang" in browser("10003").get("/system/identities/").content.decode()
    row = ExternalIdentity.objects.get()
    assert browser("10002").post(f"/system/identities/{row.id}/end/", {"reason": "代办"}).status_code == 403
    assert admin.post(f"/system/identities/{row.id}/end/", {"reason": "停用"}).status_code == 302
    assert ExternalIdentity.objects.get().ended_at is not None
    later(zone)
    assert admin.get("/system/identities/new/").headers["Location"].startswith("/me/confirm/")


def test_the_system_administrator_removes_a_lost_factor(zone: Any, browser: Browser) -> None:
    account = LoginAccount.objects.select_related("person").get(number="20703")
    enrol_totp(
        account=account,
        secret=KEY,
        code=code_at(zone.now),
        label="旧手机",
        origin=Origin("", ""),
        now=zone.now,
    )
    admin, factor = browser("10001"), Factor.objects.get()
    assert "旧手机" in admin.get("/system/factors/").content.decode()
    assert admin.post(f"/system/factors/{factor.id}/remove/", {"reason": ""}).status_code == 422
    assert (
        admin.post(f"/system/factors/{factor.id}/remove/", {"reason": "手机丢失，本人到场"}).status_code
        == 302
    )
    assert not factors_of(account.person_id).exists()
    assert step_in(Client()).headers["Location"] == "/"


def test_ending_a_session_wants_a_fresh_proof(zone: Any, browser: Browser) -> None:
    here, there = browser("20703"), browser("20703")
    row = SessionRecord.objects.order_by("id").last()
    assert row is not None
    later(zone)
    for place in (f"/me/sessions/{row.id}/end/", "/me/sessions/end/"):
        answer = here.post(place)
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/me/confirm/")
    assert SessionRecord.objects.filter(id=row.id, ended_at=None).exists()
    assert there is not here
