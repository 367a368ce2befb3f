"""The cast of the log-in: an account, where it comes from, the moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from lianjing.runtime import clock
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.org.models import LoginAccount
from tests.runtime.access.provider import CLIENT, SECRET, Provider

DESK = Origin("10.0.0.7", "Mozilla/5.0 (Windows NT 10.0) Chrome/128.0")


@pytest.fixture
def officer(zone: Any) -> LoginAccount:
    """The account of the project officer."""
    return LoginAccount.objects.select_related("person").get(number="20703")


@pytest.fixture
def system_admin(zone: Any) -> int:
    return zone.person("10001")


@pytest.fixture
def security_admin(zone: Any) -> int:
    return zone.person("10002")


@pytest.fixture
def now(zone: Any) -> datetime:
    moment: datetime = zone.now
    return moment


@pytest.fixture
def rules(settings: Any) -> Any:
    """Set log-in rules for a test."""

    def put(**values: Any) -> None:
        given = {name.replace("__", "."): str(value) for name, value in values.items()}
        settings.LIANJING_ACCESS_POLICY = settings.LIANJING_ACCESS_POLICY | given

    return put


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A running identity service that this installation is registered with."""
    running = Provider(now=clock.now).start()
    monkeypatch.setenv("LIANJING_OIDC_ISSUER", running.issuer)
    monkeypatch.setenv("LIANJING_OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("LIANJING_OIDC_CLIENT_SECRET", SECRET)
    yield running
    running.stop()
