"""The demonstration of work injury: a handful of cases and the rectification; at scale the schemes five times each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from lianjing.domains.injury.demo import planting
from lianjing.domains.injury.demo.claims import ROUTES, left_open, routed
from lianjing.domains.injury.demo.desk import Desk
from lianjing.domains.injury.demo.planted import SCHEMES, TIMES
from lianjing.domains.injury.demo.rectified import rectified
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import Script, at_work

SEED = 20250602
ROUTING, FINDING, PLANTED, OPEN = 200, 130, 72, 18  # days before the end of the story


def demonstrate(scene: Scene, scale: int) -> None:
    """Leave the scripts of work injury to the scene's queue; at scale 0 without the planted schemes."""
    desk = Desk(scene, SEED)
    end = scene.end.date()
    scene.scripts += list(cases(desk, end))
    if scale:
        scene.schemes += planting.as_rows()
        scene.scripts += list(schemes(desk, end, scale))
    scene.tell("工伤待遇：案件、巡察整改" + ("和埋设情形" if scale else ""))


def cases(desk: Desk, end: date) -> Iterator[tuple[datetime, Script[None]]]:
    """Yield each way of the routing rule, the rectification, and a claim that stays open."""
    for place, (_name, proven) in enumerate(ROUTES):
        yield at_work(end - timedelta(days=ROUTING - 12 * place), 70 + place), routed(desk, proven)
    yield at_work(end - timedelta(days=FINDING), 95), rectified(desk)
    yield at_work(end - timedelta(days=OPEN), 100), left_open(desk)


def schemes(desk: Desk, end: date, rounds: int) -> Iterator[tuple[datetime, Script[None]]]:
    """Yield the schemes, each five times a round, spread over the weeks after the finding."""
    for number in range(rounds):
        for order, scheme in enumerate(SCHEMES.values()):
            for time in range(TIMES):
                day = end - timedelta(days=PLANTED - 3 * time - order % 5 - number % 3)
                yield at_work(day, 110 + order * 3 + time), scheme(desk, time + number * TIMES)
