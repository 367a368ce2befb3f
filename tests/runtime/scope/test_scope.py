"""The scope of every table: none without one, and what each kind of reader is shown."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.refusal import Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.parties.models import Enterprise, Tie
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.regulation.models import Clause
from lianjing.runtime.scope.door import row_of, rows_of, scopes, tables, undeclared, unshown
from lianjing.runtime.scope.reader import Reader
from tests.domains.works.playing import OFFICER, Play

SUPERVISOR, ADMINISTRATOR, FIRM = "30002", "10001", "40001"


@pytest.fixture
def play(zone: Any) -> Play:
    return Play(zone)


def reader(play: Play, number: str) -> Reader:
    return Reader(play.scene.person(number), play.scene.now)


def test_every_table_has_one_scope_or_a_reason_why_it_is_not_shown() -> None:
    assert undeclared() == []
    assert all(reason.strip() for reason in unshown().values())


def test_administrators_see_the_organisation_and_no_business(play: Play) -> None:
    play.project()
    who = reader(play, ADMINISTRATOR)
    assert rows_of(Unit, who).count() == Unit.objects.count()
    for model in (Matter, WorkItem, Enterprise):
        assert not rows_of(model, who).exists(), model


def test_a_firm_sees_the_rules_and_no_organisation(play: Play) -> None:
    play.project()
    who = reader(play, FIRM)
    assert rows_of(Clause, who).exists()
    for model in (Unit, Person, Matter, Tie):
        assert not rows_of(model, who).exists(), model
    assert set(rows_of(Enterprise, who).values_list("credit_code", flat=True)) == who.credit_codes


def test_only_supervisors_see_ties(play: Play) -> None:
    assert rows_of(Tie, reader(play, SUPERVISOR)).query.is_empty() is False
    assert rows_of(Tie, reader(play, OFFICER)).query.is_empty()


def test_a_matter_of_another_unit_is_as_if_it_did_not_exist(play: Play) -> None:
    project = play.project()
    assert row_of(Matter, project.pk, reader(play, OFFICER)) == project
    with pytest.raises(Refusal, match="数据范围"):
        row_of(Matter, project.pk, reader(play, FIRM))


@pytest.mark.parametrize("key", ["", "0x1", "１", "9" * 30, "1\x00", "-1", "abc"])
def test_a_key_that_no_table_could_have_is_refused_like_an_unknown_one(play: Play, key: str) -> None:
    with pytest.raises(Refusal):
        row_of(Matter, key, reader(play, OFFICER))


def test_each_scope_of_the_installation_can_be_asked_by_every_kind_of_reader(play: Play) -> None:
    play.project()
    for number in (OFFICER, SUPERVISOR, ADMINISTRATOR, FIRM):
        for model in scopes():
            list(rows_of(model, reader(play, number))[:1])
    assert len(tables()) == len(scopes())


def test_who_leaves_his_post_keeps_no_view(play: Play) -> None:
    project = play.project()
    person, day = play.scene.person(OFFICER), play.scene.now.date()
    assert visible_to(person, day).filter(pk=project.pk).exists()
    assert not posts_held(play.scene.person(FIRM), day.replace(year=1990))
    assert not visible_to(play.scene.person(FIRM), day.replace(year=1990)).exists()
