"""A project from initiation to its first payment, and what its export says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from lianjing.domains.works.exchange import standards
from lianjing.intake.ledger import Ledger
from lianjing.intake.records import Document, RecordImport, record_import
from lianjing.runtime import clock
from lianjing.runtime.batch.ledger import Run
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.trail.act import Actor
from tests.domains.works.playing import LEAD, Play

Packages = dict[str, dict[str, Any]]
Bring = Callable[..., RecordImport]


@pytest.fixture
def play(zone: Any) -> Play:
    """The cast in a founded zone."""
    return Play(zone)


def exported(play: Play, standard: str = "ocds", **wanted: Any) -> Packages:
    """Return the packages of an export by their file names."""
    export = standards.export_ocds if standard == "ocds" else standards.export_oc4ids
    return dict(export(standards.Wanted(play.scene.today(), play.scene.now, **wanted)))


def paid(play: Play) -> tuple[Matter, Contract]:
    """A project whose advance was paid, with progress and a change behind it."""
    project, contract = play.building()
    payment = play.applied(project, contract, "advance", "400000")
    play.audited(payment, "400000")
    play.checked(payment, "400000")
    play.opinions(payment)
    play.financed(payment)
    play.ordered(payment)
    play.released(payment)
    play.receipted(payment, "400000")
    return project, contract


def elsewhere(play: Play, *standards_wanted: str) -> dict[str, Packages]:
    """Export a paid project, then take everything back: what is left is the empty zone."""
    with transaction.atomic():
        paid(play)
        packages = {each: exported(play, each) for each in standards_wanted}
        transaction.set_rollback(True)
    assert not Matter.objects.exists()
    return packages


@pytest.fixture
def bring(zone: Any) -> Bring:
    """Return a function that imports JSON values as one file."""

    def run(standard: str, *contents: Any) -> RecordImport:
        kind = standards.ocds() if standard == "ocds" else standards.oc4ids()
        documents = [Document(place, each) for place, each in enumerate(contents, start=1)]
        made = record_import(
            kind,
            Ledger("records.json", "0" * 64, (), form="json"),
            documents,
            actor=Actor(None, "system", channel="import"),
            clock=clock.now,
            scope=Run(Unit.objects.get(kind="zone").pk),
        )
        made.run()
        return made

    return run


__all__ = ["LEAD", "Bring", "elsewhere", "exported", "paid"]
