"""The kill loop in small: after every SIGKILL each acknowledged act is there once, and nothing else is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.soak import kill_loop
from tests.soak.premises import database_of, installation
from tests.soak.reckoning import faults, journal_of

KILLS = int(os.environ.get("LIANJING_KILLS", "10"))


@dataclass(frozen=True)
class Aftermath:
    """An installation after its loop."""

    report: kill_loop.Report
    environment: dict[str, str]
    journal: Path

    def faults(self, journal: list[dict[str, str]]) -> list[str]:
        """Reckon again with another journal."""
        database = database_of(self.environment)
        try:
            return faults(database, journal, Path(self.environment["LIANJING_DATA"]) / "documents")
        finally:
            database.close()


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """Run the loop once for all tests of this module."""
    folder = tmp_path_factory.mktemp("soak")
    url = os.environ.get("LIANJING_DATABASE_URL", "")
    with installation("planning", folder / "data", url) as environment:
        report = kill_loop.run(environment, KILLS, seed=11, folder=folder)
        yield Aftermath(report, environment, folder / "journal.jsonl")


def test_every_acknowledged_act_survives_every_kill_exactly_once(aftermath):
    assert sum(aftermath.report.kills.values()) == KILLS
    assert aftermath.report.faults == []
    assert aftermath.report.acknowledged == len(journal_of(aftermath.journal)) >= 4


def test_the_trail_verifies_after_the_kills(aftermath):
    assert aftermath.report.verified["problems"] == [] and aftermath.report.verify_exit == 0
    assert aftermath.report.verified["leaves"] == aftermath.report.verified["events"]


def test_the_reckoning_names_an_act_that_was_acknowledged_and_is_lost(aftermath):
    journal = journal_of(aftermath.journal)
    lost = {"key": "soak-open-lost", "kind": "open", "title": "未入库的事项"}
    found = aftermath.faults([*journal, lost])
    assert any("open 未入库的事项: 0 receipts" in each for each in found)
    assert any("open 未入库的事项: 0 where one matter was due" in each for each in found)


def test_the_reckoning_names_an_act_that_nobody_acknowledged(aftermath):
    assert any(
        "acts were acknowledged" in each for each in aftermath.faults(journal_of(aftermath.journal)[:-1])
    )
