"""The turn of the year: unfinished items of the plan go on in the next one, once, with what is left."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.models import PlanCarry, PlanItem, Project
from lianjing.domains.works.queries.plan import open_items, plan_rows
from lianjing.domains.works.services.plan import enter_plan_item
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import PowerItem
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.stamp import renew
from lianjing.runtime.trail.verify import verify
from lianjing.runtime.year_end import carryings, readiness, roll_over
from tests.domains.works.playing import COST, OFFICER, refused
from tests.domains.works.test_plan import ITEM

YEAR = 2025


@pytest.fixture
def items(play):
    """A planned item with its project, and one that nobody entered."""
    person, now = play.scene.person(OFFICER), play.scene.now
    with_project = enter_plan_item(person_id=person, now=now, data=ITEM)
    waiting = enter_plan_item(
        person_id=person, now=now, data=ITEM | {"title": "磐石路泵站", "project_code": ""}
    )
    play.project(plan_item=with_project.pk)
    return with_project, waiting


def turn(play, keys, number=OFFICER, **changes):
    values = {"domain_key": "works", "roll_over_key": "plan", "year": YEAR} | changes
    return roll_over(
        keys=[str(each.pk) for each in keys],
        person_id=play.scene.person(number),
        now=play.scene.now,
        **values,
    )


def lines(play, number=OFFICER):
    (found,) = carryings(play.scene.person(number), YEAR, play.scene.today())
    return {line.title: line for line in found.lines}


def test_unfinished_items_go_on_with_their_project_and_what_is_left(play, items):
    with_project, waiting = items
    assert {title: (line.left, line.is_carried) for title, line in lines(play).items()} == {
        "望汀大道北延工程": (Decimal(68_000_000), False),
        "磐石路泵站": (Decimal(68_000_000), False),
    }
    assert turn(play, items) == 2
    fresh = {row.title: row for row in plan_rows() if row.fiscal_year == YEAR + 1}
    assert fresh["望汀大道北延工程"].project_id == Project.objects.get(plan_item=with_project).pk
    assert fresh["磐石路泵站"].project_id is None
    assert PlanCarry.objects.get(origin=waiting).item.note
    assert {row.title for row in open_items()} == {"磐石路泵站"} and open_items()[0].fiscal_year == YEAR + 1
    assert all(line.is_carried for line in lines(play).values())
    assert Event.objects.filter(act="works_plan.carry").count() == 1
    assert verify().is_good


def test_what_was_carried_is_not_carried_again(play, items):
    turn(play, items[:1])
    with pytest.raises(BadInput):
        turn(play, items[:1])
    assert turn(play, items) == 1
    assert PlanItem.objects.filter(fiscal_year=YEAR + 1).count() == 2


def test_the_same_request_twice_carries_once(play, items):
    assert turn(play, items, key="k-1") == 2
    assert turn(play, items, key="k-1") == 0
    assert PlanItem.objects.filter(fiscal_year=YEAR + 1).count() == 2


def test_a_closed_project_does_not_go_on(play, items):
    with_project, _waiting = items
    Matter.objects.filter(pk=Project.objects.get(plan_item=with_project).pk).update(status="closed")
    assert set(lines(play)) == {"磐石路泵站"}


def test_only_the_post_may_and_only_this_or_the_last_year(play, items):
    with refused(Ground.POST, "post.not_held"):
        turn(play, items, number=COST)
    with pytest.raises(Refusal) as caught:
        turn(play, items, roll_over_key="other")
    assert caught.value.rule == "year_end.unknown"
    for year in (YEAR - 2, YEAR + 1):
        with pytest.raises(BadInput):
            turn(play, items, year=year)
    with pytest.raises(BadInput):
        turn(play, [])
    PowerItem.objects.filter(definition_key="works_plan").update(to_on=play.scene.today() - timedelta(days=1))
    renew()
    with refused(Ground.POWER, "power.not_in_force"):
        turn(play, items)
    assert not PlanCarry.objects.exists()


def test_the_checks_count_what_they_name(play, items):
    found = {row.page: row for row in readiness(YEAR)}
    assert found["org_delegations"].is_ready and found["org_delegations"].count == 0
    assert not found["calendar"].is_ready or found["calendar"].count == 0
    assert {row.count for row in readiness(2090) if row.page == "calendar"} == {0}
