"""The calendar: a year comes in by two persons or not at all, and open deadlines follow it, each with its event."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.message.models import Message
from lianjing.runtime.process import closures
from lianjing.runtime.process.clocks import calendar, calendar_for
from lianjing.runtime.process.models import CalendarDay, CalendarNotice, LocalClosure, WorkItem
from lianjing.runtime.process.recompute import recompute_due
from lianjing.runtime.trail.act import SYSTEM, legal_day, recorded
from lianjing.runtime.trail.models import Event
from lianjing.web.clocks import light

KEEPER, LEADER, OFFICER = "20601", "20002", "20703"
YEAR = 2027


def page_of(browser: Any, number: str) -> str:
    answer = browser(number).get(f"/calendar/?year={YEAR}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def file_of(client: Any, *changes: tuple[str, str]) -> bytes:
    text = client.get(f"/calendar/{YEAR}/file/").content.decode("utf-8-sig")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return str(text).encode()


def named(content: bytes) -> bytes:
    """Give every holiday its name, as the notice does and the forecast does not."""
    rows = list(csv.reader(io.StringIO(content.decode())))
    target = io.StringIO()
    csv.writer(target).writerows(
        [[day, kind, "节" if kind == "节假日" and not name else name] for day, kind, name in rows]
    )
    return target.getvalue().encode()


def send(client: Any, content: bytes, name: str = "2027.csv", year: int = YEAR) -> Any:
    given = {"year": year, "source": "国办发明电〔2026〕1号", "file": SimpleUploadedFile(name, content)}
    return client.post("/calendar/notices/new/", given)


def test_a_year_is_proposed_by_one_and_agreed_by_another(browser: Any, zone: Any) -> None:
    keeper, leader = browser(KEEPER), browser(LEADER)
    assert "预测" in page_of(browser, OFFICER)
    answer = send(keeper, named(file_of(keeper)))
    assert answer.status_code == 302, answer.content.decode()
    row = CalendarNotice.objects.get()
    assert CalendarDay.objects.filter(legal_day__year=YEAR, is_forecast=False).count() == 0
    assert keeper.post(f"/calendar/notices/{row.pk}/", {"action": "agree"}).status_code == 403
    assert leader.post(f"/calendar/notices/{row.pk}/", {"action": "agree"}).status_code == 302
    assert not CalendarDay.objects.filter(legal_day__year=YEAR, is_forecast=True).exists()
    shown = page_of(browser, OFFICER)
    assert "已公布" in shown and "国办发明电〔2026〕1号" in shown


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("2027-03-03,工作日,\r\n", "")], "缺少2027-03-03"),
        ([("2027-03-03,", "2027-03-02,")], "重复"),
        ([("2027-03-03,", "2026-03-03,")], "不在2027年"),
        ([("2027-03-03,工作日", "2027-03-03,休息日")], "放假须写作"),
        ([("2027-03-03,工作日", "2027-03-03,上班")], "类别“上班”不可用"),
        ([("2027-03-03,", "2027-13-03,")], "不是存在的日期"),
        ([("日期,类别", "日子,类别")], "缺少“日期”"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place_and_changes_nothing(
    changes: list[tuple[str, str]], told: str, browser: Any
) -> None:
    before = list(CalendarDay.objects.order_by("legal_day").values())
    keeper = browser(KEEPER)
    content = named(file_of(keeper)).decode()
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    answer = send(keeper, content.encode())
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert list(CalendarDay.objects.order_by("legal_day").values()) == before
    assert not CalendarNotice.objects.exists()


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"\x00\x01", "日期,类别,名称\n".encode()])
def test_what_is_no_year_is_refused(content: bytes, browser: Any) -> None:
    assert send(browser(KEEPER), content).status_code == 422


def test_only_the_keeper_proposes(browser: Any) -> None:
    officer = browser(OFFICER)
    assert officer.get("/calendar/notices/new/").status_code == 403
    assert officer.get("/calendar/closures/new/").status_code == 403
    closing = {"from_on": "2027-03-03", "to_on": "2027-03-03", "source": "x", "why": "y"}
    assert officer.post("/calendar/closures/new/", closing).status_code == 403


def closed(zone: Any, days: int = 2, unit_id: int | None = None, start: int = 0) -> LocalClosure:
    first = calendar().add_working_days(zone.today(), 1 + start)
    row = closures.propose_closure(
        unit_id=unit_id,
        from_on=first,
        to_on=first + timedelta(days=days),
        why="台风",
        source="防汛指挥部通知",
        person_id=zone.person(KEEPER),
        now=zone.now,
    )
    return closures.agree_closure(closure_id=row.pk, person_id=zone.person(LEADER), now=zone.now)


def test_a_closure_moves_open_deadlines_each_with_an_event(drafting: WorkItem, zone: Any) -> None:
    item = with_clock(drafting, zone)
    old = item.due_at
    closed(zone, days=0)
    assert recompute_due(zone.now) >= 1
    item.refresh_from_db()
    assert item.due_at is not None and old is not None
    assert calendar().working_days_between(legal_day(old), legal_day(item.due_at)) == 1
    event = Event.objects.get(act="clock.move", matter_id=item.matter_id)
    body = json.loads(bytes(event.body.content))
    moved = {side: datetime.fromisoformat(text) for side, text in body["due"].items()}
    assert moved == {"old": old, "new": item.due_at}
    assert "防汛指挥部通知" in body["reason"]
    assert LocalClosure.objects.get().moved >= 1
    assert recompute_due(zone.now) == 0
    assert not Message.objects.filter(kind="deadline_moved").exists()


def test_a_deadline_that_moves_earlier_is_told_to_its_holders(drafting: WorkItem, zone: Any) -> None:
    item = with_clock(drafting, zone, days=3)
    with recorded("test", chain="installation:1", actor=SYSTEM, now=zone.now) as act:
        item.due_at = item.due_at + timedelta(days=9)
        act.save(item)
    closed(zone, days=0, start=30)
    assert recompute_due(zone.now) >= 1
    told = Message.objects.get(kind="deadline_moved")
    assert told.matter_id == item.matter_id


def with_clock(item: WorkItem, zone: Any, days: int = 3) -> WorkItem:
    """Give the item a limit of so many working days from now."""
    with recorded("test", chain="installation:1", actor=SYSTEM, now=zone.now) as act:
        item.clock_unit, item.budget, item.running_since = "working_day", days, zone.now
        due = calendar().add_working_days(zone.today(), days)
        item.due_at = zone.now.replace(
            year=due.year, month=due.month, day=due.day, hour=23, minute=59, second=59
        )
        item.due_at = item.due_at.replace(microsecond=0)
        return act.save(item)


def test_a_closed_unit_stops_only_its_own_clocks(drafting: WorkItem, zone: Any) -> None:
    item = with_clock(drafting, zone)
    row = closed(zone, days=0, unit_id=item.unit_id)
    assert not calendar_for(item.unit_id).is_working(row.from_on)
    assert calendar().is_working(row.from_on)
    assert recompute_due(zone.now) == 1


def test_a_closure_is_refused_by_its_proposer_and_where_it_makes_no_sense(zone: Any) -> None:
    day, keeper = zone.today(), zone.person(KEEPER)
    given = {"unit_id": None, "why": "台风", "source": "通知", "person_id": keeper, "now": zone.now}
    for first, last in (
        (day, day - timedelta(days=1)),
        (day - timedelta(days=9), day - timedelta(days=2)),
        (day, day + timedelta(days=90)),
    ):
        with pytest.raises(BadInput):
            closures.propose_closure(from_on=first, to_on=last, **given)
    with pytest.raises(BadInput):
        closures.propose_closure(from_on=day, to_on=day, **{**given, "source": " "})
    row = closures.propose_closure(from_on=day, to_on=day, **given)
    with pytest.raises(Refusal):
        closures.agree_closure(closure_id=row.pk, person_id=keeper, now=zone.now)
    closures.refuse_closure(closure_id=row.pk, person_id=zone.person(LEADER), reason="无此必要", now=zone.now)
    assert calendar().is_working(day) and recompute_due(zone.now) == 0
    with pytest.raises(Refusal):
        closures.agree_closure(closure_id=row.pk, person_id=zone.person(LEADER), now=zone.now)


def test_the_closure_page_shows_what_was_agreed(browser: Any, zone: Any) -> None:
    row = closed(zone)
    shown = browser(OFFICER).get(f"/calendar/?year={row.from_on.year}").content.decode()
    assert "停" in shown and "台风" in shown
    assert browser(OFFICER).get(f"/calendar/closures/{row.pk}/").status_code == 200


def test_a_deadline_in_a_year_not_announced_is_marked(drafting: WorkItem, zone: Any) -> None:
    item = with_clock(drafting, zone)
    shown = light(item, zone.now)
    assert shown is not None and shown["is_forecast"] is False
    with recorded("test", chain="installation:1", actor=SYSTEM, now=zone.now) as act:
        item.due_at = item.due_at.replace(year=2028)
        act.save(item)
    shown = light(item, zone.now)
    assert shown is not None and shown["is_forecast"] is True
    assert calendar().is_forecast(date(2028, 3, 1))
