"""What the supervisor's tests share: browsers of every role, and a project that has been built and paid."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test import Client

from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Appointment, LoginAccount
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.registry import trailed_models
from tests.conftest import Snapshot
from tests.domains.works.playing import Play

PASSWORD = "lianjing-demo"
SUPERVISOR, AUDIT_ADMIN, PERSONNEL = "30001", "10003", "20111"
Enter = Callable[[str], Client]


@pytest.fixture
def play(zone: Any) -> Play:
    """The cast in a founded zone."""
    return Play(zone)


@pytest.fixture
def enter(db: None) -> Enter:
    """Return a browser logged in through the page."""

    def log_in(number: str) -> Client:
        client = Client()
        answer = client.post("/login/", {"number": number, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return log_in


class Paid(Snapshot):
    """A project in stage implementation whose advance of 400,000 yuan went from application to receipt."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[datetime]] = []
    counts: ClassVar[list[tuple[int, int]]] = []

    @classmethod
    def played(cls, play: Play) -> None:
        """Play it once through the services and keep the rows."""
        project, contract = play.building()
        payment = play.applied(project, contract, "advance", "400000")
        play.audited(payment, "400000")
        play.checked(payment, "400000")
        play.opinions(payment)
        play.financed(payment)
        play.ordered(payment)
        play.released(payment)
        play.receipted(payment, "400000")
        cls._take()
        cls.at.append(play.scene.now)
        cls.counts.append((play.papers, play.invoices))


@pytest.fixture
def paid(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Play, Matter, Contract]:
    """The cast, the project, its contract; the paid advance lies behind them."""
    if Paid.tables:
        monkeypatch.setattr(Snapshot, "lay", Paid.lay)
    play = Play(request.getfixturevalue("zone"))
    if Paid.tables:
        play.scene.now = Paid.at[0]
        play.papers, play.invoices = Paid.counts[0]
    else:
        Paid.played(play)
    contract = Contract.objects.select_related("project").get()
    return play, contract.project, contract


def post_api(client: Client, place: str, data: Mapping[str, Any]) -> Any:
    """Send an act to the API."""
    return client.post(f"/api/v1{place}", json.dumps(data, default=str), content_type="application/json")


def fields_of(data: Mapping[str, Any]) -> dict[str, str]:
    """Return a form's data as a page sends it: tables of rows as `field-0-column`."""
    sent: dict[str, str] = {}
    for name, value in data.items():
        if isinstance(value, list):
            sent.update(
                {
                    f"{name}-{place}-{column}": str(cell)
                    for place, row in enumerate(value)
                    for column, cell in row.items()
                }
            )
        else:
            sent[name] = str(value)
    return sent


def attempts(rule: str) -> list[Event]:
    """Return the logged attempts that a rule refused."""
    return list(Event.objects.filter(is_refused=True, refused_rule=rule).order_by("recorded_at", "oseq"))


def everyone() -> list[str]:
    """Return one log-in for every kind of post in each unit, administrators and firms among them."""
    seats = Appointment.objects.filter(to_on=None, person__login__is_active=True).select_related(
        "person__login", "post"
    )
    chosen = {(seat.post.unit_id, seat.post.key): seat.person.login.number for seat in seats.order_by("-id")}
    return sorted(set(chosen.values()))


def session_of(number: str) -> Client:
    """Return a browser with a session, without the page: for loops over all log-ins."""
    client = Client()
    client.force_login(LoginAccount.objects.get(number=number))
    return client


def digests() -> dict[str, str]:
    """Return a digest of every table that the trail keeps."""
    found = {}
    with connection.cursor() as cursor:
        for model in trailed_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[model._meta.db_table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
