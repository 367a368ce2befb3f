"""A founded zone with one project to be found."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.runtime.matter.models import Matter
from tests.domains.works.playing import Play


@pytest.fixture
def play(zone: Any) -> Play:
    """The cast in a founded zone."""
    return Play(zone)


@pytest.fixture
def project(play: Play) -> Matter:
    """A project at stage initiation."""
    return play.project()
