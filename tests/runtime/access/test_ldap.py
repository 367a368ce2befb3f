"""LDAP log-in against a directory in memory: binds, searches, what is escaped, what must be encrypted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ldap3
import pytest
from ldap3.core.exceptions import LDAPSocketOpenError

from lianjing.runtime.access import ldap
from lianjing.runtime.access.configuration import Unreachable
from lianjing.runtime.access.identities import link
from lianjing.runtime.access.ldap import Ldap, bind
from lianjing.runtime.access.logins import check_password
from lianjing.runtime.access.models import LoginLock, LoginRecord
from tests.runtime.access.conftest import DESK

PEOPLE = "ou=people,dc=zone"
SERVICE, SERVICE_WORD = "cn=service,dc=zone", "service word"
BY_NAME = Ldap("ldap://localhost", user_dn=f"uid={{subject}},{PEOPLE}")
BY_SEARCH = Ldap(
    "ldap://localhost", base=PEOPLE, filter="(uid={subject})", bind_dn=SERVICE, bind_password=SERVICE_WORD
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ldap3.Connection]:
    """A directory in memory with two persons; the connections made to it."""
    made: list[ldap3.Connection] = []

    def connection(directory: Ldap, user: str, password: str) -> ldap3.Connection:
        server = ldap3.Server("in memory", get_info=ldap3.NONE)
        link_ = ldap3.Connection(server, user=user, password=password, client_strategy=ldap3.MOCK_SYNC)
        entries = link_.strategy
        entries.add_entry(SERVICE, {"userPassword": SERVICE_WORD, "sn": "service", "objectClass": "person"})
        for uid, word in (("wang", "word of wang"), ("li", "word of li")):
            entries.add_entry(
                f"uid={uid},{PEOPLE}", {"userPassword": word, "uid": uid, "sn": uid, "objectClass": "person"}
            )
        made.append(link_)
        return link_

    monkeypatch.setattr(ldap, "connection", connection)
    return made


@pytest.mark.parametrize("directory", [BY_NAME, BY_SEARCH])
def test_the_right_word_binds_and_a_wrong_one_does_not(directory: Ldap, asked: Any) -> None:
    assert bind(directory, "wang", "word of wang")
    assert not bind(directory, "wang", "word of li")
    assert not bind(directory, "nobody", "word of wang")


@pytest.mark.parametrize("directory", [BY_NAME, BY_SEARCH])
def test_an_empty_word_never_reaches_the_directory(directory: Ldap, asked: Any) -> None:
    assert not bind(directory, "wang", "")
    assert not bind(directory, "", "word of wang")
    assert asked == []


@pytest.mark.parametrize("subject", ["*", "wang)(uid=*", "*)(objectClass=*", "w*", "\\2a", "wang\x00"])
def test_what_looks_like_a_filter_finds_nobody(subject: str, asked: Any) -> None:
    assert not bind(BY_SEARCH, subject, "word of wang")
    assert len(asked) == 1  # the search, no bind as anyone


@pytest.mark.parametrize("subject", ["wang,ou=admins", "x,uid=wang", "wang+uid=li", "#wang", "wang\\"])
def test_what_looks_like_a_name_stays_inside_its_place(subject: str, asked: Any) -> None:
    assert not bind(BY_NAME, subject, "word of wang")


def test_a_service_account_that_is_refused_is_a_fault_of_ours(asked: Any) -> None:
    with pytest.raises(Unreachable):
        bind(
            Ldap(
                "ldap://localhost", base=PEOPLE, filter="(uid={subject})", bind_dn=SERVICE, bind_password="x"
            ),
            "wang",
            "w",
        )


def test_a_silent_directory_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> None:
        raise LDAPSocketOpenError("refused")

    monkeypatch.setattr(ldap, "connection", refuse)
    with pytest.raises(Unreachable):
        bind(BY_NAME, "wang", "word")


def test_a_linked_account_logs_in_by_the_directory_and_by_nothing_else(
    zone: Any, asked: Any, now: datetime, system_admin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANJING_LDAP_URL", "ldap://localhost")
    monkeypatch.setenv("LIANJING_LDAP_USER_DN", BY_NAME.user_dn)
    link(
        person_id=zone.person("20703"),
        kind="ldap",
        issuer="ldap://localhost",
        subject="wang",
        by_person_id=system_admin,
        reason="接入",
        now=now,
    )

    def check(number: str, word: str) -> Any:
        return check_password(number=number, password=word, origin=DESK, now=now)

    assert check("20703", "word of wang").method == "ldap"
    assert check("20703", "lianjing-demo").account is None  # the word kept here is no longer asked
    assert check("20702", "lianjing-demo").method == "password"
    assert check("20702", "word of li").account is None  # nobody linked him
    assert LoginLock.objects.get(subject="number:20703").failures == 1


def test_a_directory_out_of_reach_lets_nobody_in_and_says_no_more(
    zone: Any, now: datetime, system_admin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANJING_LDAP_URL", "ldap://localhost")
    monkeypatch.setenv("LIANJING_LDAP_USER_DN", BY_NAME.user_dn)
    link(
        person_id=zone.person("20703"),
        kind="ldap",
        issuer="x",
        subject="wang",
        by_person_id=system_admin,
        reason="接",
        now=now,
    )

    def refuse(*_arguments: Any) -> None:
        raise LDAPSocketOpenError("refused")

    monkeypatch.setattr(ldap, "connection", refuse)
    silent = check_password(number="20703", password="word of wang", origin=DESK, now=now)
    assert silent.account is None
    assert silent.fault == check_password(number="99999", password="x", origin=DESK, now=now).fault
    assert LoginRecord.objects.filter(number="20703", reason="unreachable").exists()


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({}, 0),
        ({"URL": "ldaps://directory", "USER_DN": "uid={subject},dc=zone"}, 0),
        ({"URL": "ldap://directory", "USER_DN": "uid={subject},dc=zone", "START_TLS": "1"}, 0),
        ({"URL": "ldap://localhost", "USER_DN": "uid={subject},dc=zone"}, 0),
        ({"URL": "ldap://directory", "USER_DN": "uid={subject},dc=zone"}, 1),
        ({"URL": "ldap://directory", "USER_DN": "uid={subject},dc=zone", "START_TLS": "0"}, 1),
        ({"URL": "http://directory", "USER_DN": "uid={subject},dc=zone"}, 1),
        ({"USER_DN": "uid={subject},dc=zone"}, 1),
        ({"URL": "ldaps://directory", "USER_DN": "uid=fixed,dc=zone"}, 4),
        (
            {
                "URL": "ldaps://directory",
                "BASE": "dc=zone",
                "FILTER": "(uid=x)",
                "BIND_DN": "cn=x",
                "BIND_PASSWORD": "x",
            },
            1,
        ),
        ({"URL": "ldaps://directory", "USER_DN": "uid={subject},dc=zone", "CA_FILE": "/nowhere"}, 1),
    ],
)
def test_doctor_names_each_fault_and_a_faulty_directory_is_off(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], count: int
) -> None:
    for key, value in given.items():
        monkeypatch.setenv(f"LIANJING_LDAP_{key}", value)
    assert len(ldap.faults()) == count
    assert (ldap.configured() is not None) == (bool(given) and count == 0)


def test_a_connection_checks_the_certificate_and_follows_no_referral() -> None:
    made = ldap.connection(Ldap("ldaps://directory.zone:1636"), "uid=wang", "word")
    assert made.server.ssl and made.server.port == 1636 and made.server.tls.validate == 2
    assert not made.auto_referrals and made.read_only
    assert ldap.connection(Ldap("ldap://directory.zone"), "x", "y").server.port == 389
