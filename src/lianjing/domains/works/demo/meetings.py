"""The meetings: every few days the secretary calls one for what waits; each member speaks and votes, the head last."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import partial
from random import Random

from lianjing.domains.works.demo.desk import (
    COMMITTEE,
    DEPUTY,
    DIRECTOR,
    FINANCE_HEAD,
    LAWYER,
    LEADER,
    PARTY_SECRETARY,
    SECRETARY,
    Case,
    Desk,
)
from lianjing.domains.works.demo.papers import pdf
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting import services as meetings
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember
from lianjing.runtime.org.models import Unit
from lianjing.runtime.process.advice import advise
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.papers import hand_in
from lianjing.runtime.scene_queue import Script, at_work

# kind: unit, head, other members, working days between two meetings
BODIES = {
    "director": ("ZONE", DIRECTOR, (LEADER, DEPUTY, FINANCE_HEAD), 3.0),
    "party_committee": ("PWC", PARTY_SECRETARY, (DIRECTOR, LEADER, COMMITTEE), 4.0),
}
MEETING_OF = {"director_meeting": "director", "party_committee": "party_committee"}
TITLES = {"director": "管委会主任办公会议", "party_committee": "党工委会议"}
VIEWS = (
    "前期审查意见一致，依据充分，同意。",
    "资金已有安排，同意，请财政局按进度支付。",
    "同意，请建设管理中心加强现场管理和投资控制。",
    "审核程序完整，同意。",
    "同意，注意与审批概算衔接。",
)
LEGALITY = "决策权限、程序和内容符合规定，未发现违法情形。"
DOUBTS = "必要性论证不足，投资控制压力大，建议维持原方案。"


def decided(
    desk: Desk,
    matter: Matter,
    *,
    body: str,
    title: str,
    kind: str,
    amount: Decimal,
    against: int = 0,
    recused: str = "",
) -> Script[AgendaItem]:
    """Put a matter up for the next meeting of a body and wait for its decision."""
    case = Case(matter, title, kind, amount, against, recused)
    desk.cases[MEETING_OF[body]].append(case)
    while case.item is None:
        yield 0.5
    return case.item


def keeper(desk: Desk, kind: str, dice: Random) -> Script[None]:
    """Call meetings of one body as long as the story lasts."""
    numbers: Counter[int] = Counter()
    while True:
        if not desk.cases[kind]:
            yield 1.0
            continue
        cases, desk.cases[kind] = desk.cases[kind], []
        yield from _meeting(desk, kind, numbers, cases, dice)
        yield BODIES[kind][3]


def _meeting(desk: Desk, kind: str, numbers: Counter[int], cases: list[Case], dice: Random) -> Script[None]:
    is_first = not numbers
    meeting = _called(desk, kind, numbers)
    items = [_on_agenda(desk, meeting, case) for case in cases]
    yield at_work(meeting.held_on, 25 + dice.randrange(20))
    _presence(desk, meeting, kind, cases, dice)
    for case, item in zip(cases, items, strict=True):
        _discussed(desk, kind, case, item, dice, is_first=is_first and item is items[0])
        case.item = AgendaItem.objects.get(pk=item.pk)
        _minutes(desk, meeting, kind, case, item)


def _called(desk: Desk, kind: str, numbers: Counter[int]) -> Meeting:
    scene = desk.scene
    unit, head, others, _days = BODIES[kind]
    held_on = calendar().add_working_days(scene.today(), 3)
    numbers[held_on.year] += 1
    return meetings.call(
        unit_id=Unit.objects.get(code=unit).pk,
        kind=kind,
        title=f"{held_on.year}年第{numbers[held_on.year]}次{TITLES[kind]}",
        held_on=held_on,
        member_person_ids=[desk.person(each) for each in others],
        head_person_id=desk.person(head),
        person_id=desk.person(SECRETARY),
        now=scene.now,
        domain="works",
    )


def _on_agenda(desk: Desk, meeting: Meeting, case: Case) -> AgendaItem:
    scene, secretary = desk.scene, desk.person(SECRETARY)
    item = meetings.put_on_agenda(
        meeting_id=meeting.pk,
        matter_id=case.matter.pk,
        title=case.title,
        kind=case.kind,
        amount=case.amount,
        person_id=secretary,
        now=scene.pass_time(hours=0.03),
    )
    if item.needs_legality:
        advise(
            agenda_item_id=item.pk,
            kind="legality",
            result="pass",
            text=LEGALITY,
            person_id=desk.person(LAWYER),
            now=scene.pass_time(hours=0.03),
        )
    return meetings.send_materials(
        agenda_item_id=item.pk, person_id=secretary, now=scene.pass_time(hours=0.03), calendar=calendar()
    )


def _presence(desk: Desk, meeting: Meeting, kind: str, cases: list[Case], dice: Random) -> None:
    """All are there, but now and then one is on a journey where nobody votes against or is recused."""
    _unit, head, others, _days = BODIES[kind]
    away = (
        dice.choice(others)
        if dice.random() < 0.2 and not any(case.against or case.recused for case in cases)
        else ""
    )
    present = [desk.person(each) for each in (head, *others) if each != away]
    meetings.record_presence(
        meeting_id=meeting.pk,
        present_person_ids=present,
        person_id=desk.person(SECRETARY),
        now=desk.scene.pass_time(hours=0.02),
        absences={desk.person(away): "出差请假"} if away else {},
    )
    meeting.refresh_from_db()


def _discussed(desk: Desk, kind: str, case: Case, item: AgendaItem, dice: Random, *, is_first: bool) -> None:
    scene = desk.scene
    _unit, head, others, _days = BODIES[kind]
    absent = set(
        MeetingMember.objects.filter(meeting_id=item.meeting_id, is_present=False).values_list(
            "person_id", flat=True
        )
    )
    if case.recused:
        meetings.recuse_member(
            agenda_item_id=item.pk,
            member_person_id=desk.person(case.recused),
            reason="employment",
            person_id=desk.person(case.recused),
            now=scene.pass_time(hours=0.02),
        )
    speakers = [each for each in (*others, head) if desk.person(each) not in absent and each != case.recused]
    if is_first:
        speak = partial(
            meetings.express_view,
            agenda_item_id=item.pk,
            person_id=desk.person(head),
            text="同意，请各位发表意见。",
            now=scene.now,
        )
        desk.refused(speak)
    opposed = set(speakers[: case.against])
    for each in speakers:
        text = DOUBTS if each in opposed else dice.choice(VIEWS)
        meetings.express_view(
            agenda_item_id=item.pk, person_id=desk.person(each), text=text, now=scene.pass_time(hours=0.02)
        )
    for each in speakers:
        choice, reason = ("against", DOUBTS) if each in opposed else ("for", "")
        meetings.cast(
            agenda_item_id=item.pk,
            person_id=desk.person(each),
            choice=choice,
            reason=reason,
            now=scene.pass_time(hours=0.01),
        )
    meetings.conclude(
        agenda_item_id=item.pk, person_id=desk.person(SECRETARY), now=scene.pass_time(hours=0.02)
    )


def _minutes(desk: Desk, meeting: Meeting, kind: str, case: Case, item: AgendaItem) -> None:
    """The secretary files the minutes with a matter that waits at his step, and with the meeting once it is over."""
    if not WorkItem.objects.filter(matter=case.matter, step_key="collective", closed_at=None).exists():
        return
    scene, secretary = desk.scene, desk.person(SECRETARY)
    number = f"〔{meeting.held_on.year}〕{next(desk.letters)}号"
    title = f"{meeting.title}纪要{number}"
    paper = hand_in(
        matter=case.matter,
        person_id=secretary,
        now=scene.pass_time(hours=0.03),
        kind="minutes",
        title=title,
        content=pdf(title, (case.title, f"金额：{case.amount:,.2f}元", f"编号：{item.pk}")),
        file_name=f"{title}.pdf",
        step_key="collective",
        doc_no=number,
        issued_on=scene.today(),
        is_fictitious=True,
    )
    meeting.refresh_from_db()
    if meeting.status == "concluded" and meeting.minutes_document_id is None:
        meetings.file_minutes(
            meeting_id=meeting.pk, document_id=paper.pk, person_id=secretary, now=scene.pass_time(hours=0.02)
        )
