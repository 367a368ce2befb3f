"""Findings of the story: what the supervising group opens by hand, and how far each has come in the loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from lianjing.runtime.finding import changing, closing, loop, papers
from lianjing.runtime.finding.by_hand import open_by_hand
from lianjing.runtime.finding.detection import Value
from lianjing.runtime.finding.models import Finding
from lianjing.runtime.finding.recusal import is_free
from lianjing.runtime.finding.visibility import UNIT_KINDS
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import heads_of, on_day
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import Script

CHIEF, SECOND, THIRD, DRAFTER = "30001", "30002", "30003", "20603"
UNIT = "CON"


def scripts(scene: Scene) -> Iterator[tuple[datetime, Script[None]]]:
    """Leave the stories of six findings to the scene's queue, each from its day before the end."""
    stories = (
        (52, _corrected(scene, 0)),
        (24, _suggested(scene, 1)),
        (12, _unfounded(scene, 2)),
        (6, _in_hand(scene, 3)),
        (8, _listed(scene, 4)),
        (5, _waiting(scene, 5)),
    )
    for days, script in stories:
        yield scene.end - timedelta(days=days), script


def _project(place: int) -> Matter | None:
    """Return the project at this place among the open ones of the construction centre, the last where there are fewer."""
    rows = list(
        Matter.objects.filter(unit__code=UNIT, parent__isnull=True, status="open").order_by("pk")[:12]
    )
    return rows[min(place, len(rows) - 1)] if rows else None


def _open(
    scene: Scene, place: int, severity: str, text: str, part: str, facts: Mapping[str, Value]
) -> Finding | None:
    project = _project(place)
    if project is None:
        return None
    return open_by_hand(
        subject=f"matter:{project.pk}",
        part=part,
        severity=severity,
        explanation=text,
        facts=facts,
        person_id=scene.person(SECOND),
        now=scene.now,
    )


def _hand(scene: Scene, row: Finding) -> int | None:
    """Return somebody of the unit who may handle the finding, None where everybody had to do with the matter."""
    held = Appointment.objects.filter(
        on_day(scene.today()), post__unit_id=row.unit_id or 0, post__kind__in=UNIT_KINDS
    )
    for person in held.order_by("pk").values_list("person_id", flat=True):
        if is_free(row, person):
            return int(person)
    return None


def _taken(scene: Scene, row: Finding) -> int:
    """Sign the finding in by a free hand of the unit, else of the group; return who."""
    person = _hand(scene, row) or scene.person(THIRD)
    loop.sign_in(finding_id=row.pk, person_id=person, now=scene.now)
    return person


def _verify(scene: Scene, row: Finding, person: int, verdict: str, facts: str, **more: str) -> None:
    loop.verify(
        finding_id=row.pk,
        found=loop.Verified(verdict=verdict, facts=facts, **more),
        person_id=person,
        now=scene.now,
    )


def _review(scene: Scene, row: Finding, text: str) -> None:
    loop.review(finding_id=row.pk, is_accepted=True, text=text, person_id=scene.person(CHIEF), now=scene.now)


def _corrected(scene: Scene, place: int) -> Script[None]:
    row = _open(
        scene,
        place,
        "yellow",
        "施工许可办结后十五个工作日才登记开工，期间无说明。",
        "开工登记",
        {"迟登天数": 15},
    )
    if row is None:
        return
    yield 0.6
    person = _taken(scene, row)
    yield 4.0
    facts = "调阅许可和开工报告，开工登记迟于实际开工，经办人未设提醒。"
    _verify(scene, row, person, "confirmed", facts, harm="late_policy", violation="procedure")
    yield 1.5
    row.refresh_from_db()
    loop.handle(
        finding_id=row.pk,
        outcome="reminder",
        text="对照开工管理要求即知即改，今后开工当日登记。",
        person_id=scene.person(SECOND),
        now=scene.now,
    )
    yield 1.2
    paper = row.papers.get()
    answer = "已补登开工日期并附说明，建立开工登记提醒。"
    papers.reply(paper_id=paper.pk, text=answer, person_id=person, now=scene.now)
    loop.feed_back(finding_id=row.pk, text=answer, person_id=person, now=scene.now)
    yield 2.0
    _review(scene, row, "已核对补登记录和说明，予以认可。")
    yield 0.4
    made = changing.ask(
        finding_id=row.pk,
        regulation_key="zone_site",
        gap="制度没有规定开工登记的时限。",
        proposal="规定开工当日登记，逾期说明理由。",
        person_id=scene.person(SECOND),
        now=scene.now,
    )
    ending = closing.Ending(
        root_cause="rule_gap", root_cause_text="制度没有规定开工登记的时限。", result_form="first"
    )
    closing.close(finding_id=row.pk, ending=ending, person_id=scene.person(CHIEF), now=scene.now)
    yield 2.0
    changing.answer(
        request_id=made.pk,
        is_accepted=True,
        text="采纳，列入下一次修订。",
        person_id=scene.person(DRAFTER),
        now=scene.now,
    )


def _suggested(scene: Scene, place: int) -> Script[None]:
    row = _open(
        scene,
        place,
        "orange",
        "同一项目三个月内三次签证均由同一家监理单位确认，工程量整数偏多。",
        "签证确认",
        {"签证次数": 3},
    )
    if row is None:
        return
    yield 0.5
    loop.sign_in(finding_id=row.pk, person_id=scene.person(SECOND), now=scene.now)
    yield 5.0
    facts = "现场复量一处，与签证量差百分之四，其余两处待复量。"
    _verify(scene, row, scene.person(SECOND), "partly", facts, harm="other", violation="work")
    yield 1.0
    loop.handle(
        finding_id=row.pk,
        outcome="suggestion",
        text="一、签证工程量两人复量并留照片；二、对近一年签证排查一遍；三、排查结果报派驻组。",
        person_id=scene.person(SECOND),
        now=scene.now,
    )
    yield 3.0
    heads = heads_of(row.matter.unit_id if row.matter else None, scene.today())
    free = [each for each in heads if is_free(row, each)] or heads
    if free:
        text = "已布置排查，月底前报送结果。"
        papers.reply(paper_id=row.papers.get().pk, text=text, person_id=free[0], now=scene.now)


def _unfounded(scene: Scene, place: int) -> Script[None]:
    row = _open(scene, place, "yellow", "同一事项两次退回补正，退回理由相近。", "退回补正", {"退回次数": 2})
    if row is None:
        return
    yield 0.4
    person = _taken(scene, row)
    yield 2.0
    facts = "两次退回的材料不同，第一次缺图纸，第二次缺签章，均有书面清单。"
    _verify(scene, row, person, "unfounded", facts, reason="lawful_reason")
    yield 1.0
    _review(scene, row, "理由成立。")
    closing.close(finding_id=row.pk, ending=closing.Ending(), person_id=scene.person(CHIEF), now=scene.now)


def _in_hand(scene: Scene, place: int) -> Script[None]:
    row = _open(
        scene,
        place,
        "red",
        "群众反映施工现场负责人与材料商同住一处，需核对材料进场单价。",
        "材料进场",
        {"单价差率": 0.18},
    )
    if row is None:
        return
    yield 0.5
    loop.sign_in(finding_id=row.pk, person_id=scene.person(THIRD), now=scene.now)


def _listed(scene: Scene, place: int) -> Script[None]:
    _open(scene, place, "blue", "该项目资料补录比例偏高，供日常监督参考。", "资料补录", {"补录占比": 0.31})
    yield from ()


def _waiting(scene: Scene, place: int) -> Script[None]:
    _open(scene, place, "yellow", "周报连续两期未按时报送。", "进度周报", {"未报期数": 2})
    yield from ()
