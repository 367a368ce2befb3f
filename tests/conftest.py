"""Shared by all tests: where the reference data lies, and a small zone built through the real services."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from lianjing.cli.demonstration.zone import found_zone
from lianjing.runtime import clock
from lianjing.runtime.scene import Scene

SHARED = Path(__file__).resolve().parents[2] / "shared"
MONDAY = datetime(2025, 3, 3, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data; where it is absent the test is skipped, loudly."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: reference data not at hand")
    return SHARED


@pytest.fixture(autouse=True)
def _fast_and_clean(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "documents"  # type: ignore[attr-defined]
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    yield
    cache.clear()
    clock.set_source(None)


@pytest.fixture
def zone(db: None) -> Scene:
    """A founded zone on a Monday morning: units, posts, persons, firms, rules; log-ins with the demonstration word."""
    found_zone(MONDAY)
    scene = Scene(now=MONDAY, end=datetime(2026, 12, 31, tzinfo=MONDAY.tzinfo), random=random.Random(1))
    scene.pass_time(hours=1)
    clock.set_source(lambda: scene.now)
    return scene
