from __future__ import annotations

from datetime import timedelta

import pytest

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.fact.models import Fact
from lianjing.runtime.fact.queries import history, hold, holding
from lianjing.runtime.fact.services import publish, withdraw, withdraw_all
from lianjing.runtime.matter.models import Matter
from tests.runtime.contract.office import TODAY, Office

KIND = "construction_permitted"


@pytest.fixture
def office(db: None) -> Office:
    return Office()


@pytest.fixture
def project(office: Office) -> Matter:
    return office.project()


def test_a_fact_holds_on_its_days_and_on_no_other(office: Office, project: Matter) -> None:
    with office.act() as act:
        fact = publish(act, matter=project, kind=KIND, from_on=TODAY, to_on=TODAY + timedelta(days=2))
    assert fact.domain == "works"
    held = [hold(project.pk, KIND, TODAY + timedelta(days=days)) for days in (-1, 0, 2, 3)]
    assert held == [None, fact, fact, None]
    assert hold(project.pk, "accepted", TODAY) is None
    assert list(holding(project.pk, TODAY)) == [fact]


def test_the_same_fact_is_published_once(office: Office, project: Matter) -> None:
    with office.act() as act:
        assert publish(act, matter=project, kind=KIND, from_on=TODAY) == publish(
            act, matter=project, kind=KIND, from_on=TODAY
        )
    assert Fact.objects.count() == 1


def test_the_latest_fact_is_the_one_that_is_asked(office: Office, project: Matter) -> None:
    with office.act() as act:
        first = publish(act, matter=project, kind=KIND, from_on=TODAY - timedelta(days=9))
        second = publish(act, matter=project, kind=KIND, from_on=TODAY, source_matter=project)
    assert hold(project.pk, KIND, TODAY) == second
    assert hold(project.pk, KIND, TODAY - timedelta(days=1)) == first
    assert list(history(project.pk, KIND)) == [first, second]


def test_a_withdrawn_fact_no_longer_holds_but_stays_on_record(office: Office, project: Matter) -> None:
    with office.act() as act:
        fact = publish(act, matter=project, kind=KIND, from_on=TODAY - timedelta(days=3))
        withdraw(act, fact)
    assert hold(project.pk, KIND, TODAY) is None
    assert hold(project.pk, KIND, TODAY - timedelta(days=1)) == fact
    with office.act() as act:
        withdraw(act, fact, from_on=TODAY + timedelta(days=30))
    assert hold(project.pk, KIND, TODAY) is None


def test_every_fact_of_a_kind_can_be_withdrawn_at_once(office: Office, project: Matter) -> None:
    with office.act() as act:
        publish(act, matter=project, kind=KIND, from_on=TODAY)
        publish(act, matter=project, kind=KIND, from_on=TODAY - timedelta(days=3))
        assert withdraw_all(act, matter_id=project.pk, kind=KIND) == 2
    assert hold(project.pk, KIND, TODAY) is None


def test_a_fact_does_not_end_before_it_begins(office: Office, project: Matter) -> None:
    with pytest.raises(BadInput), office.act() as act:
        publish(act, matter=project, kind=KIND, from_on=TODAY, to_on=TODAY - timedelta(days=1))
