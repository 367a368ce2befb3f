"""The other ninety-nine projects of the zone: titles, sizes and beginnings, made from places and kinds of works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from lianjing.domains.works.demo.plans import Plan

SEED = 111
LEAST_BOUND = Decimal(9_600_000)
PLACES = (
    "望汀大道",
    "霁川路",
    "砚池路",
    "甪里河",
    "汀洲产业园",
    "燊光储能产业园",
    "荷塍安置小区",
    "栖禾街道",
    "望汀街道",
    "砚桥街道",
    "苕岩镇",
    "青砾镇",
    "霁川镇",
    "上篁畈村",
    "下篁畈村",
    "樟堰头村",
    "石硐桥村",
    "塘垅里村",
    "霁坞村",
    "荷塍村",
    "白碓村",
    "南箬村",
    "柘畈村",
    "鲤塍村",
    "蓼塘坞村",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of works: what is added to the place, its sector, its size in ten thousands of yuan, and why."""

    words: str
    sector: str
    nature: str
    least: int
    most: int
    scale: str
    need: str


KINDS = (
    Kind(
        "支路提升工程",
        "road",
        "改建",
        180,
        2600,
        "道路长{n}10 m，红线宽18 m",
        "现状路面破损，排水不畅，早晚高峰拥堵。",
    ),
    Kind(
        "人行天桥工程",
        "road",
        "新建",
        420,
        1800,
        "主跨{n}2 m，梯道四处",
        "路口过街人流集中，人车混行，事故多发。",
    ),
    Kind(
        "雨污管网修复工程",
        "water",
        "改建",
        160,
        2400,
        "修复管道{n}.6 km",
        "管道检测发现三级以上缺陷一百余处。",
    ),
    Kind(
        "河岸生态整治工程",
        "landscape",
        "改建",
        260,
        3200,
        "整治岸线{n}.2 km",
        "汛期岸坡冲刷，沿河步道不连续。",
    ),
    Kind("标准厂房工程", "industry_park", "新建", 2600, 8800, "建筑面积{n}300㎡", "在册等候入园企业较多。"),
    Kind(
        "公共停车场工程", "building", "新建", 120, 1600, "车位{n}0个", "周边停车缺口较大，占道停车投诉较多。"
    ),
    Kind(
        "口袋公园工程", "landscape", "新建", 60, 480, "用地{n}00㎡", "居民步行十分钟范围内缺少休憩活动场地。"
    ),
    Kind("路灯亮化工程", "energy", "改建", 48, 390, "更换灯具{n}0盏", "现有灯具光衰严重，能耗高，故障率高。"),
    Kind("公厕改造工程", "building", "改建", 32, 180, "改造公厕三座", "设施老旧，无障碍设施不符合要求。"),
    Kind(
        "农路硬化工程", "village_works", "改建", 30, 360, "硬化农路{n}.1 km", "农机通行困难，村民意见集中。"
    ),
    Kind(
        "文化礼堂修缮工程", "village_works", "改建", 45, 320, "修缮{n}00㎡", "屋面渗漏，消防设施不符合要求。"
    ),
    Kind(
        "幼儿园扩建工程",
        "building",
        "扩建",
        680,
        4200,
        "增加{n}个班",
        "入园需求连续三年超过学位数，周边小区陆续交付。",
    ),
    Kind(
        "安置房配套工程",
        "housing",
        "新建",
        900,
        6800,
        "配套管线及道路{n}00 m",
        "安置房即将交付，配套道路和管线尚未建设。",
    ),
    Kind(
        "监测点位扩建工程",
        "telecom",
        "扩建",
        80,
        760,
        "新增点位{n}0个",
        "监测盲区较多，数据不能共享，重复巡查。",
    ),
    Kind(
        "泵站更新工程",
        "water",
        "改建",
        150,
        1900,
        "更新机组{n}台",
        "机组运行超过二十年，汛期排涝能力不足。",
    ),
)
BUILDERS = ("40001", "40002", "40003", "40004", "40005")
# How many stand at which point today, and on which days of the last two years they began (days before the end).
SPREAD = (
    ("entered", 8, 3, 22),
    ("initiating", 11, 16, 45),
    ("planning", 15, 52, 84),
    ("tendering", 15, 96, 126),
    ("contracting", 7, 150, 190),
    ("building", 22, 260, 500),
    ("finishing", 13, 520, 700),
    ("archived", 8, 120, 600),
)


@dataclass(frozen=True, slots=True)
class Course:
    """A plan and how far its story goes."""

    plan: Plan
    until: str
    scheme: int | None = None  # place among the schemes that projects under construction play


def courses(length: int) -> Iterator[Course]:
    """Yield the plans of a story of so many days, always the same."""
    dice = Random(SEED)
    names = _titles(dice)
    number = 0
    for until, count, latest, earliest in SPREAD:
        for place in range(count):
            number += 1
            begins = max(0, length - dice.randrange(min(latest, length - 1), min(earliest, length)))
            scheme = place if until == "building" else None
            if scheme is not None:  # the schemes come early, so that each reaches its end
                begins = max(0, length - earliest + 9 * place)
            plan = _plan(dice, next(names), number, begins, is_small=until == "finishing")
            if (
                scheme is not None
            ):  # large enough to be bound by the tendering law and not tipped over by one change
                plan = replace(plan, budget=max(plan.budget, LEAST_BOUND))
            yield Course(plan, until, scheme)


def _titles(dice: Random) -> Iterator[tuple[str, Kind]]:
    pairs = [(place, kind) for place in PLACES for kind in KINDS if _fits(place, kind)]
    dice.shuffle(pairs)
    return iter(pairs)


def _fits(place: str, kind: Kind) -> bool:
    is_village = place.endswith("村")
    if kind.sector == "village_works":
        return is_village
    if kind.words.startswith(("河岸", "标准厂房")):
        return not is_village
    return not (is_village and kind.most > 2000)


def _plan(dice: Random, named: tuple[str, Kind], number: int, begins: int, *, is_small: bool) -> Plan:
    place, kind = named
    most = min(kind.most, 900) if is_small and kind.least < 900 else kind.most
    budget = Decimal(round(dice.triangular(kind.least, most, kind.least * 1.6)) * 10_000)
    month = 1 + dice.randrange(12)
    return Plan(
        key=f"crowd-{number:03d}",
        title=f"{place}{kind.words}",
        number=f"25{month:02d}-990101-04-01-{500_000 + number * 811:06d}",
        sector=kind.sector,
        nature=kind.nature,
        site=place,
        scale=kind.scale.format(n=2 + dice.randrange(7)),
        need=kind.need * 3,
        budget=budget,
        builder=dice.choice(BUILDERS),
        begins=begins,
        fund_kind=dice.choice(("budget", "budget", "special_bond", "mixed")),
        supervision=dice.choice(("heng", "sheng")),
        share=Decimal("0.88"),
        simple_case="" if budget >= 30_000_000 else dice.choice(("in_plan", "rebuild", "small")),
    )


def titles(length: int) -> Sequence[str]:
    """Return the titles, for tests that need no story."""
    return [course.plan.title for course in courses(length)]
