"""Fixtures of the injury tests: the agency's cast, and an injury recognised and assessed, laid down at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

import pytest

from lianjing.runtime.matter.models import Matter
from tests.conftest import Snapshot
from tests.domains.injury.playing import InjuryPlay


@pytest.fixture
def play(zone) -> InjuryPlay:
    """The agency in a founded zone."""
    return InjuryPlay(zone)


class Recognised(Snapshot):
    """The rows of a zone with one injury recognised: played once through the services, then laid down."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[tuple[datetime, int]]] = []

    @classmethod
    def laid(cls, request: pytest.FixtureRequest, play_it: Callable[[InjuryPlay], object]) -> InjuryPlay:
        """Play the first time; the next times lay the rows and move the scene to where the play ended."""
        if cls.tables:
            request.getfixturevalue("monkeypatch").setattr(Snapshot, "lay", cls.lay)
        play = InjuryPlay(request.getfixturevalue("zone"))
        if cls.tables:
            play.scene.now, play.papers = cls.at[0]
        else:
            play_it(play)
            cls._take()
            cls.at.append((play.scene.now, play.papers))
        return play


def _recognise(play: InjuryPlay) -> None:
    case = play.case()
    play.recognised(case)
    play.facts(case)


@pytest.fixture
def recognised(request: pytest.FixtureRequest, db: None) -> tuple[InjuryPlay, Matter]:
    """An injury of 20 August 2025, recognised and served; own wage 6,000 yuan."""
    play = Recognised.laid(request, _recognise)
    return play, Matter.objects.get(kind="injury")
