"""`lianjing init`: three administrators with one-time pass-phrases, once."""

from __future__ import annotations

import json

import pytest

from tests.soak.desk import Desk, text_of
from tests.soak.premises import Server, lianjing

ROLES = {"10001": "系统管理员", "10002": "安全管理员", "10003": "审计管理员"}


@pytest.fixture(scope="module")
def made(empty):
    """A new installation: its environment and what `init` printed."""
    done = lianjing(empty, "init", "--json")
    assert done.returncode == 0, done.stderr
    return empty, json.loads(done.stdout)


def test_init_makes_three_administrators_once(made):
    environment, secrets = made
    assert {each["number"]: each["role"] for each in secrets} == ROLES
    assert len({each["password"] for each in secrets}) == 3 and all(
        len(each["password"]) >= 16 for each in secrets
    )
    again = lianjing(environment, "init", "--json")
    assert (again.returncode, again.stdout) == (2, "")
    assert len(again.stderr.strip().splitlines()) == 1 and "已有安装" in again.stderr
    verdict = lianjing(environment, "trail", "verify", "--json")
    assert verdict.returncode == 0, verdict.stdout


def test_the_first_log_in_must_change_its_pass_phrase(made, tmp_path):
    environment, secrets = made
    own = next(each for each in secrets if each["number"] == "10002")
    server = Server(environment, tmp_path / "kills.log")
    try:
        server.start()
        desk = Desk(server.port, own["number"], own["password"])
        assert desk.log_in().status == 302
        for page in ("/", "/org/units/", "/trail/"):
            answer = desk.ask("GET", page)
            assert (answer.status, answer.place) == (302, "/password/"), page
        answer = desk.ask("GET", "/api/v1/items")
        assert (answer.status, answer.json()["rule"]) == (403, "login.password_due")
        weak = desk.send_form("/password/", new_password1="12345", new_password2="12345")
        assert weak.status == 422
        answer = desk.send_form("/password/", new_password1="澜汀-三员-2026", new_password2="澜汀-三员-2026")
        assert (answer.status, answer.place) == (302, "/")
        factor = desk.ask("GET", "/")  # an administrator needs a second factor next
        assert (factor.status, factor.place) == (302, "/me/factors/")
        assert desk.ask("GET", "/me/factors/").status == 200
        stale = Desk(server.port, own["number"], own["password"])
        answer = stale.log_in()
        assert answer.status == 403 and "密码不正确" in text_of(answer)
    finally:
        server.stop()
