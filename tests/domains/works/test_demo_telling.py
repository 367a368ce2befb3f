"""How the demonstration is told: the same each time, in office hours, with papers that are what they say."""

from __future__ import annotations

import random
import re
import struct
import zlib
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Sum

from lianjing.domains.works.demo import demonstrate
from lianjing.domains.works.demo.papers import pdf, png
from lianjing.domains.works.demo.plans import PLANS, copy_of
from lianjing.domains.works.models import Bid
from lianjing.domains.works.rules.project import is_project_code
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import later
from lianjing.runtime.trail.models import Event


def told(scene: Scene) -> list[tuple[object, ...]]:
    """Tell a third of the year in the founded zone and take it back; return what happened when, and what was paid."""
    start = scene.now.replace(microsecond=0)
    story = Scene(now=start, end=start + timedelta(days=110), random=random.Random(5))
    with transaction.atomic():
        demonstrate(story, 0)
        events = sorted(Event.objects.values_list("recorded_at", "act", "step_key", "refused_rule"))
        sums = Bid.objects.aggregate(n=Count("id"), total=Sum("price"))
        transaction.set_rollback(True)
    return [*events, (sums["n"], sums["total"])]


def test_the_same_seed_tells_the_same_story(zone):
    assert told(zone) == told(zone)


def test_copies_of_a_plan_have_their_own_name_and_code():
    copies = [copy_of(plan, number) for plan in PLANS for number in range(5)]
    assert len({plan.title for plan in copies}) == len({plan.number for plan in copies}) == 60
    assert all(is_project_code(plan.number) and len(plan.title) <= 40 for plan in copies)


def test_a_wait_ends_in_office_hours_of_a_working_day(zone):
    for days in (0.0, 0.3, 1.0, 2.7, 11.5):
        moment = later(zone.now, days)
        assert moment >= zone.now.replace(second=0, microsecond=0)
        assert moment.weekday() < 5 or moment.month in (9, 10)
        assert 8 <= moment.hour < 17


def test_the_small_pdf_points_at_its_own_objects():
    content = pdf("望汀大道北延工程项目建议书", ("𬸚㛃", "第二行"))
    start = int(re.search(rb"startxref\n(\d+)\n", content)[1])
    assert content[start:].startswith(b"xref\n0 8\n")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", content)]
    assert [
        content[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, start=1)
    ] == [True] * 7


def test_the_small_picture_is_whole():
    content = png(7)
    width, height = struct.unpack(">II", content[16:24])
    at = content.index(b"IDAT")
    length = struct.unpack(">I", content[at - 4 : at])[0]
    assert len(zlib.decompress(content[at + 4 : at + 4 + length])) == height * (1 + 3 * width)
    assert content != png(8)
