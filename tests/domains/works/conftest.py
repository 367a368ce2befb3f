"""Fixtures of the works tests: the cast, and a project with a contract laid down at once."""

from __future__ import annotations

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


class Contracted(Snapshot):
    """The rows of a zone with one project in stage contract: played once through the services, then laid down."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[datetime]] = []
    papers: ClassVar[list[int]] = []

    @classmethod
    def after(cls, play: Play) -> tuple[Matter, Contract]:
        """Play the first time; the next times empty the zone's rows and lay these."""
        if not cls.tables:
            found = play.under_contract()
            cls._take()
            cls.at.append(play.scene.now)
            cls.papers.append(play.papers)
            return found
        raise LookupError

    @classmethod
    def again(cls, play: Play) -> tuple[Matter, Contract]:
        """Move the scene to where the play ended."""
        play.scene.now = cls.at[0]
        play.papers = cls.papers[0]
        contract = Contract.objects.select_related("project").get()
        return contract.project, contract


@pytest.fixture
def contracted(request: pytest.FixtureRequest, db: None) -> tuple[Play, Matter, Contract]:
    """A project in stage contract, contract price 48,000,000 yuan, advance 10 %, progress 80 %, retention 3 %."""
    if not Contracted.tables:
        play = Play(request.getfixturevalue("zone"))
        return (play, *Contracted.after(play))
    patch = request.getfixturevalue("monkeypatch")
    patch.setattr(Snapshot, "lay", Contracted.lay)
    play = Play(request.getfixturevalue("zone"))
    return (play, *Contracted.again(play))


@pytest.fixture
def building(contracted: tuple[Play, Matter, Contract]) -> tuple[Play, Matter, Contract]:
    """The same project in stage implementation."""
    play, project, contract = contracted
    play.permit(project, "construction")
    play.gate(project)
    return play, project, contract
