"""Fixtures of the stories."""

from __future__ import annotations

import pytest

from tests.domains.works.playing import Play


@pytest.fixture
def play(zone) -> Play:
    """The cast in a founded zone."""
    return Play(zone)
