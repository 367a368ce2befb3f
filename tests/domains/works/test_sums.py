"""The sums of the cockpit: kept by project, made again where an act was added, equal to adding all up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from lianjing.domains.works.models import Project
from lianjing.domains.works.queries import sums
from lianjing.domains.works.queries.overview import overview
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from tests.domains.works.conftest import Contracted
from tests.domains.works.playing import Play

SUPERVISOR = "30001"


@pytest.fixture(autouse=True)
def _kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sums, "SLOW", 0.0)
    sums.forget()
    yield
    sums.forget()


@pytest.fixture
def play(request: pytest.FixtureRequest, db: None) -> Play:
    return Contracted.laid(request, lambda play: play.under_contract())


def test_only_the_projects_with_an_act_since_are_added_up_again(play: Play, monkeypatch: Any) -> None:
    before = dict(sums.all_sums())
    other = play.project(title="另一条路", project_code="")
    asked: list[Any] = []
    really = sums.made

    def made(projects: Any) -> dict[int, sums.Sums]:
        asked.append(projects)
        return really(projects)

    monkeypatch.setattr(sums, "made", made)
    after = sums.all_sums()
    assert set(after) - set(before) == {other.pk}
    assert asked and asked[0] is not None, "only what changed"
    assert dict(after) == really(None) == really(Project.objects.all())


def test_what_happened_is_in_the_sums_at_once(play: Play) -> None:
    project = Matter.objects.get(kind="project")
    assert not sums.all_sums()[project.pk].in_review
    play.applied(project, Contract.objects.get(project_id=project.pk), "advance", "400000")
    assert sums.all_sums()[project.pk].in_review == Decimal("400000.00")
    told = overview(play.scene.person(SUPERVISOR), play.scene.today())
    (standing,) = told.standings
    assert standing.url == f"/works/{project.pk}/" and standing.ceiling > 0
    assert {step.label: step.amount for step in told.path}["审查中"] == Decimal("400000.00")


def test_another_database_is_never_told_by_what_is_kept(play: Play, monkeypatch: Any) -> None:
    assert sums.all_sums()
    monkeypatch.setattr(sums, "_kept", [sums._Kept({1: sums.Sums("他处")}, sums._kept[0].until, "another")])
    assert 1 not in {key for key, each in sums.all_sums().items() if each.title == "他处"}
