"""Registers of the story: the risk points of 2024 drafted, tested in part and adopted; the key minority with two declarations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from lianjing.runtime.key_minority import register as key_minority
from lianjing.runtime.risk import controls, register
from lianjing.runtime.risk.models import Control
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import Script

WRITER, SECRETARY, AUDITOR, CHIEF, PERSONNEL = "20701", "20101", "20501", "30001", "20111"
LISTED = (("20002", "leader"), ("20701", "department_head"), ("20201", "key_post"))
# Of the 29 points these are tested: two controls fail or work in part, the other points stand as gaps.
TESTED = {
    10: "works",
    11: "works",
    12: "works",
    16: "works",
    18: "partly",
    19: "works",
    20: "fails",
    23: "works",
}


def scripts(scene: Scene) -> Iterator[tuple[datetime, Script[None]]]:
    """Leave the two stories to the scene's queue, each from its day before the end."""
    yield scene.end - timedelta(days=30), _risks(scene)
    yield scene.end - timedelta(days=18), _persons(scene)


def _risks(scene: Scene) -> Script[None]:
    year = register.SEED_YEAR
    register.propose(year=year, person_id=scene.person(WRITER), now=scene.now)
    yield 3.0
    for row in Control.objects.filter(risk_point__year=year, risk_point__no__in=TESTED).order_by("pk"):
        controls.record_test(
            control_id=row.pk,
            result=TESTED[row.risk_point.no],
            evidence="抽查本季度办结事项，对照条款和留痕核对。",
            person_id=scene.person(AUDITOR),
            now=scene.now,
        )
        yield 0.2
    yield 2.0
    register.adopt(
        year=year,
        paper="望经开工委〔2024〕12号",
        adopted_on=scene.today(),
        person_id=scene.person(SECRETARY),
        now=scene.now,
    )


def _persons(scene: Scene) -> Script[None]:
    for number, reason in LISTED:
        key_minority.enter(
            about_person_id=scene.person(number), reason=reason, person_id=scene.person(CHIEF), now=scene.now
        )
    yield 2.0
    for number, _reason in LISTED[:2]:
        key_minority.declare(
            kind="yearly",
            year=scene.today().year,
            interests=[],
            nothing_to_declare=True,
            person_id=scene.person(number),
            now=scene.now,
        )
        yield 0.5
    key_minority.note_education(
        about_person_id=scene.person(LISTED[0][0]),
        kind="film",
        title="警示教育片集中观看",
        held_on=scene.today(),
        person_id=scene.person(PERSONNEL),
        now=scene.now,
    )
