"""The yearly plans of the demonstration: every project of a year before it is entered, and those never entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lianjing.domains.works.demo.desk import OFFICER, Desk
from lianjing.domains.works.demo.plans import Plan
from lianjing.domains.works.demo.planting import near, plant
from lianjing.domains.works.models import PlanItem
from lianjing.domains.works.services.plan import enter_plan_item
from lianjing.runtime.scene_queue import Script, at_work

BEFORE = ("fields",)  # planned before the platform
OWED = (
    ("上篁畈公园提升工程", "landscape", "6200000"),
    ("汀洲产业园污水泵站改造", "water", "11500000"),
    ("苕岩镇中心幼儿园迁建工程", "building", "23800000"),
    ("樟堰头村农路拓宽工程", "village_works", "1860000"),
    ("砚桥街道公共停车楼工程", "building", "15600000"),
)
PLANNED_ON = (1, 8)  # month and day of the year's plan
LATE = timedelta(days=270)  # from the plan to the entry, for those that come in late in the year


@dataclass(frozen=True, slots=True)
class Expected:
    """A project and the day on which its story opens it."""

    plan: Plan
    opens_on: date


def yearly(desk: Desk, expected: Sequence[Expected]) -> Script[None]:
    """Enter at the start and in each January what begins before the next January, as the officer does from the paper."""
    start, end = desk.today, desk.scene.end.date()
    days = [start, *(date(year, *PLANNED_ON) for year in range(start.year + 1, end.year + 1))]
    for place, day in enumerate(days):
        if place:
            yield at_work(day, 5)
        following = days[place + 1] if place + 1 < len(days) else date.max
        is_last = place + 1 == len(days)
        rows = [
            each
            for each in expected
            if (day < each.opens_on or not place)
            and each.opens_on <= following
            and each.plan.key not in BEFORE
        ]
        _entered(desk, rows)
        if is_last:
            _owed(desk)


def _entered(desk: Desk, rows: Sequence[Expected]) -> None:
    for each in rows:
        plan = each.plan
        item = _item(
            desk, title=plan.title, project_code=plan.number, sector=plan.sector, planned=str(plan.budget)
        )
        if each.opens_on - desk.today > LATE and each.opens_on < desk.scene.end.date():
            near(desk, "not_entered", [item], (), "计划下达半年以后才入库，年内已入库")


def _owed(desk: Desk) -> None:
    """Enter what is planned and, as the story goes, never becomes a project."""
    rows = [_item(desk, title=title, sector=sector, planned=planned) for title, sector, planned in OWED]
    plant(desk, "not_entered", rows, (), note="计划内未入库")


def _item(desk: Desk, **columns: str) -> PlanItem:
    year = desk.today.year
    data = {"fiscal_year": year, "source_no": f"澜经发〔{year}〕2号", **columns}
    row = enter_plan_item(person_id=desk.person(OFFICER), now=desk.scene.pass_time(hours=0.005), data=data)
    assert row is not None  # no key, so it is never an answer to a repeated request
    return row


def planned_item(code: str) -> int | str:
    """Return the item of the plan with this code, "" where the plan does not hold it."""
    return PlanItem.objects.filter(project_code=code).values_list("pk", flat=True).first() or ""
