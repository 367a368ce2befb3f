"""The demonstration of works: 111 projects in two years, played by the cast through the services alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from lianjing.domains.works.demo import planting
from lianjing.domains.works.demo.crowd import CROWD, SCHEMES
from lianjing.domains.works.demo.crowd_plans import Course, courses
from lianjing.domains.works.demo.desk import Desk
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.meetings import BODIES, keeper
from lianjing.domains.works.demo.people import committee_secretary, staff
from lianjing.domains.works.demo.plans import PLANS, Plan, copy_of
from lianjing.domains.works.demo.stories import STORIES
from lianjing.domains.works.demo.yearly import Expected, yearly
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import Queue, Script, at_work

YEAR = 400  # days of the twelve named stories; what is longer comes before them
LEAVE_BEGINS, SITE_CHANGES = 176, 214  # days from the start of the named stories
Story = Callable[[Job], Script[None]]
Part = tuple[Plan, date, Story]  # a project, the day on which it is opened, its story


def demonstrate(scene: Scene, scale: int) -> None:
    """Play the zone from the scene's present moment to its end, `scale` times; 0 plays the twelve named alone."""
    first, length = scene.today(), (scene.end - scene.now).days
    year = first + timedelta(days=max(0, length - YEAR))
    parts = [*named(year, max(1, scale)), *crowd(first, length, scale)]
    play(scene, parts, year)
    scene.tell(f"工程建设：{len(parts)}个项目")


def demonstrate_schemes(scene: Scene) -> None:
    """Play only the projects that carry a scheme, each from the first day on."""
    first, length = scene.today(), (scene.end - scene.now).days
    rows = [each for each in courses(length) if each.scheme is not None and each.scheme < len(SCHEMES)]
    play(
        scene, [(each.plan, first + timedelta(days=each.scheme or 0), story_of(each)) for each in rows], first
    )


def play(scene: Scene, parts: list[Part], year: date) -> None:
    """Let the office and all projects work until the scene ends; the named stories' year begins on `year`."""
    queue = Queue(scene)
    desk = Desk(scene, queue)
    scene.schemes += planting.as_rows()
    committee_secretary(desk)
    desk.paying_account()
    queue.start(yearly(desk, [Expected(plan, day) for plan, day, _story in parts]), scene.now)
    for kind in BODIES:
        queue.start(
            keeper(desk, kind, Random(scene.random.random())), at_work(scene.today() + timedelta(days=20))
        )
    leave, exchange = (at_work(year + timedelta(days=days)) for days in (LEAVE_BEGINS, SITE_CHANGES))
    queue.start(staff(desk, leave=leave, exchange=exchange), scene.now)
    for plan, day, story in parts:
        job = Job(desk, plan, Random(scene.random.random()))
        queue.start(story(job), at_work(day, 30 + job.dice.randrange(300)))
    queue.run()
    scene.tell(f"违规尝试被拒绝{sum(desk.refusals.values())}次，埋设情形{len(scene.planted)}例")


def named(year: date, rounds: int) -> Iterator[Part]:
    """Yield the twelve projects with their own stories."""
    for number in range(rounds):
        for plan in PLANS:
            yield copy_of(plan, number), year + timedelta(days=plan.begins + number % 7), STORIES[plan.key]


def crowd(first: date, length: int, rounds: int) -> Iterator[Part]:
    """Yield the other projects."""
    for number in range(rounds):
        for course in courses(length):
            day = first + timedelta(days=course.plan.begins + number % 7)
            yield copy_of(course.plan, number), day, story_of(course)


def story_of(course: Course) -> Story:
    """Return the script that plays a project: a scheme's, or that of the point at which it stands."""
    if course.scheme is not None and course.scheme < len(SCHEMES):
        return SCHEMES[course.scheme][1]
    return CROWD[course.until]
