"""The demonstration of works: a year in twelve projects, played by the cast through the services alone."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from lianjing.domains.works.demo.desk import Desk
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.meetings import BODIES, keeper
from lianjing.domains.works.demo.people import committee_secretary, staff
from lianjing.domains.works.demo.plans import PLANS, copy_of
from lianjing.domains.works.demo.queue import Queue, at_work
from lianjing.domains.works.demo.stories import STORIES
from lianjing.runtime.scene import Scene

LEAVE_BEGINS, SITE_CHANGES = 176, 214  # days from the start of the story


def demonstrate(scene: Scene, scale: int) -> None:
    """Play the twelve projects, `scale` times, from the scene's present moment to its end."""
    queue = Queue(scene)
    desk = Desk(scene, queue)
    first = scene.today()
    committee_secretary(desk)
    desk.paying_account()
    for kind in BODIES:
        queue.start(keeper(desk, kind, Random(scene.random.random())), at_work(first + timedelta(days=20)))
    leave, exchange = (at_work(first + timedelta(days=days)) for days in (LEAVE_BEGINS, SITE_CHANGES))
    queue.start(staff(desk, leave=leave, exchange=exchange), scene.now)
    for number in range(scale):
        for plan in PLANS:
            job = Job(desk, copy_of(plan, number), Random(scene.random.random()))
            begin = at_work(first + timedelta(days=plan.begins + number % 7), 30 + job.dice.randrange(300))
            queue.start(STORIES[plan.key](job), begin)
    queue.run()
    scene.tell(f"工程建设：{scale * len(PLANS)}个项目，{sum(desk.refusals.values())}次违规尝试被拒绝")
