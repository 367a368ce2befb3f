"""Fixtures of the works tests: the cast, and a project with a contract laid down at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

import pytest

from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from tests.conftest import Snapshot
from tests.domains.works.playing import Play


@pytest.fixture
def play(zone) -> Play:
    """The cast in a founded zone."""
    return Play(zone)


class Kept(Snapshot):
    """The rows of a zone with one project brought to a state: played once through the services, then laid down."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[tuple[datetime, int]]] = []

    @classmethod
    def laid(cls, request: pytest.FixtureRequest, play_it: Callable[[Play], object]) -> Play:
        """Play the first time; the next times lay the rows and move the scene to where the play ended."""
        if cls.tables:
            request.getfixturevalue("monkeypatch").setattr(Snapshot, "lay", cls.lay)
        play = Play(request.getfixturevalue("zone"))
        if cls.tables:
            play.scene.now, play.papers = cls.at[0]
        else:
            play_it(play)
            cls._take()
            cls.at.append((play.scene.now, play.papers))
        return play


class Awarded(Kept):
    """A project in stage contract whose award waits for its contract."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[tuple[datetime, int]]] = []


class Contracted(Kept):
    """A project in stage contract with a contract in force."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[tuple[datetime, int]]] = []


class Building(Kept):
    """A project whose works have started."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[tuple[datetime, int]]] = []


class Accepted(Kept):
    """A project in stage payment whose works are accepted and filed."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[tuple[datetime, int]]] = []


def _contract(play: Play) -> tuple[Play, Matter, Contract]:
    contract = Contract.objects.select_related("project").get()
    return play, contract.project, contract


@pytest.fixture
def awarded(request: pytest.FixtureRequest, db: None) -> tuple[Play, Matter, Matter]:
    """A project in stage contract whose award of 48,000,000 yuan waits for its contract; the tender beside it."""
    play = Awarded.laid(request, Play.awarded_project)
    tender = Matter.objects.get(kind="tender")
    assert tender.parent is not None
    return play, tender.parent, tender


@pytest.fixture
def contracted(request: pytest.FixtureRequest, db: None) -> tuple[Play, Matter, Contract]:
    """A project in stage contract, contract price 48,000,000 yuan, advance 10 %, progress 80 %, retention 3 %."""
    return _contract(Contracted.laid(request, Play.under_contract))


@pytest.fixture
def implementing(contracted: tuple[Play, Matter, Contract]) -> tuple[Play, Matter, Contract]:
    """The same project in stage implementation, its works not started."""
    play, project, contract = contracted
    play.permit(project, "construction")
    play.gate(project)
    return play, project, contract


@pytest.fixture
def building(request: pytest.FixtureRequest, db: None) -> tuple[Play, Matter, Contract]:
    """The same project with its works started."""
    return _contract(Building.laid(request, Play.building))


def _accept(play: Play) -> None:
    project, contract = play.building()
    play.accepted(project, contract)
    play.gate(project)


@pytest.fixture
def accepted(request: pytest.FixtureRequest, db: None) -> tuple[Play, Matter, Contract]:
    """The same project in stage payment, its works accepted and filed."""
    return _contract(Accepted.laid(request, _accept))
