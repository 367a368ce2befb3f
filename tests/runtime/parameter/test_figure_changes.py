"""New values of figures: a paper, a second person, never for days past, never over what is there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.parameter import changes
from lianjing.runtime.parameter.models import FigureChange
from lianjing.runtime.parameter.queries import figure, history, parameter_on
from lianjing.runtime.trail.models import Event

KEEPER, LEADER, OFFICER, SYSTEM = "20601", "20002", "20703", "10001"
KEY = "works.bottleneck.returns_min"


def propose(zone: Any, by: str = KEEPER, **form: Any) -> FigureChange:
    given = {"key": KEY, "value": "4", "source": "澜经管〔2025〕8号", "mark": "I"}
    given["from_on"] = zone.today() + timedelta(days=3)
    return changes.propose(person_id=zone.person(by), now=zone.pass_time(hours=0.1), **(given | form))


def test_a_new_value_holds_from_its_day_once_a_leader_agrees_and_the_old_one_stays(zone: Any) -> None:
    before, seed = figure(KEY, zone.today()), parameter_on(KEY, zone.today())
    row = propose(zone)
    assert figure(KEY, row.from_on) == before
    changes.agree(change_id=row.pk, person_id=zone.person(LEADER), now=zone.pass_time(hours=0.1))
    assert (figure(KEY, row.from_on), figure(KEY, row.from_on - timedelta(days=1))) == (4, before)
    assert parameter_on(KEY, row.from_on).source == "澜经管〔2025〕8号"
    kept = history(KEY).get(id=seed.id)
    assert (kept.value_number, kept.source, kept.mark) == (seed.value_number, seed.source, seed.mark)
    with pytest.raises(Refusal):
        changes.agree(change_id=row.pk, person_id=zone.person(LEADER), now=zone.now)


@pytest.mark.parametrize("number", [OFFICER, SYSTEM, LEADER])
def test_only_the_keeper_of_figures_proposes(zone: Any, number: str) -> None:
    with pytest.raises(Refusal) as caught:
        propose(zone, by=number)
    assert caught.value.rule == "post.not_held"
    assert Event.objects.filter(act="parameter.propose", is_refused=True).exists()


@pytest.mark.parametrize("number", [KEEPER, OFFICER, SYSTEM])
def test_only_a_leader_agrees(zone: Any, number: str) -> None:
    row = propose(zone)
    with pytest.raises(Refusal) as caught:
        changes.agree(change_id=row.pk, person_id=zone.person(number), now=zone.now)
    assert caught.value.rule == "parameter.approver"
    with pytest.raises(IntegrityError), transaction.atomic():
        FigureChange.objects.filter(pk=row.pk).update(decided_by_person=row.proposed_by_person)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from_on": date(2025, 1, 1)}, "from_on"),
        ({"source": " "}, "source"),
        ({"value": "许多"}, "value"),
        ({"value": ""}, "value"),
        ({"mark": "K"}, "mark"),
    ],
)
def test_a_value_without_paper_for_past_days_or_not_a_number_is_wrong(
    zone: Any, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        propose(zone, **wrong)
    assert caught.value.field == field


def test_one_proposal_at_a_time_and_a_refusal_needs_its_reason(zone: Any) -> None:
    row = propose(zone)
    with pytest.raises(BadInput):
        propose(zone)
    with pytest.raises(BadInput):
        changes.refuse(change_id=row.pk, person_id=zone.person(LEADER), reason="", now=zone.now)
    changes.refuse(
        change_id=row.pk, person_id=zone.person(LEADER), reason="依据不足", now=zone.pass_time(hours=0.1)
    )
    assert propose(zone).status == "pending"
