"""Fixtures of the command line: an installation with a contract, made in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.soak.premises import installation


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of an installation: SQLite, or a scratch database of LIANJING_DATABASE_URL's server."""
    with installation(
        "contract", tmp_path_factory.mktemp("cli") / "data", os.environ.get("LIANJING_DATABASE_URL", "")
    ) as environment:
        yield environment


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a folder, and a database, with nothing in it."""
    with installation(
        "", tmp_path_factory.mktemp("cli") / "data", os.environ.get("LIANJING_DATABASE_URL", "")
    ) as environment:
        yield environment
