"""Desks: whose post is slow against its peers, the queue of each day, one step over the year, warnings and urging."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from lianjing.analysis.mining import waits
from lianjing.runtime.message.models import Message, MessageDelivery
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.models import ClockPause, WorkItem
from lianjing.runtime.process.usual import moment_before, usual
from lianjing.runtime.reminder import remind
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import BUILDER, HEAD, OFFICER, Play
from tests.web.conftest import Browser

SUPERVISOR, AUDIT_ADMIN = "30001", "10003"
TWENTY = 20


def shown(answer: Any) -> str:
    return answer.content.decode()


def lay(item: WorkItem, play: Play, days: int, person: int, count: int = TWENTY) -> None:
    """Lay so many closed steps like this one, each of which waited so many calendar days."""
    kept = {field.attname: getattr(item, field.attname) for field in WorkItem._meta.concrete_fields}
    first = WorkItem.objects.count() * 10 + 100
    now = play.scene.now
    WorkItem.objects.bulk_create(
        WorkItem(
            **kept
            | {
                "id": first + number,
                "round": first + number,
                "person_id": person,
                "outcome": "done",
                "opened_at": now - timedelta(days=30 + days + number),
                "due_at": now - timedelta(days=25 + number),
                "closed_at": now - timedelta(days=30 + number),
                "running_since": None,
            }
        )
        for number in range(count)
    )


@pytest.fixture
def waiting(play: Play, drafting: WorkItem) -> WorkItem:
    """The department's check of a proposal, just arrived, while others did the same step in a day and in twenty."""
    papers = {"amount": "68000000", "authority": "行政审批局", "basis": "会议纪要"}
    play.do(OFFICER, drafting.matter, "draft", papers)
    item = play.scene.item(drafting.matter, "check")
    lay(item, play, 21, play.scene.person(HEAD))
    lay(item, play, 1, play.scene.person(OFFICER))
    return item


@pytest.mark.covers("C10")
def test_the_slow_desk_leads_the_list_beside_its_peers(
    browser: Browser, waiting: WorkItem, play: Play
) -> None:
    answer = browser(SUPERVISOR).get("/analysis/desks/")
    lines = answer.context["listing"].found
    assert (lines[0].person, lines[0].desk.done) == (Person.objects.get(login__number=HEAD).name, TWENTY)
    assert lines[0].is_slow
    assert lines[0].desk.median_days > 10 > 2 > lines[0].desk.peer_days
    assert lines[0].desk.open_now == 1
    assert [line.person for line in lines if line.is_slow] == [lines[0].person]
    listed = browser(SUPERVISOR).get(lines[0].behind("done"))
    assert len(listed.context["listing"].found) == TWENTY
    one = browser(SUPERVISOR).get("/analysis/desks/?step=works_proposal.check&slow=1")
    assert [line.person for line in one.context["listing"].found] == [lines[0].person]


def test_readers_see_the_desks_of_their_own_scope_only(browser: Browser, waiting: WorkItem) -> None:
    assert browser(HEAD).get("/analysis/desks/").context["listing"].found
    for address in ("desks", "queue", "step", "items"):
        assert browser(BUILDER).get(f"/analysis/{address}/").status_code == 403
        assert browser(AUDIT_ADMIN).get(f"/analysis/{address}/").status_code == 403
    assert not browser("20203").get("/analysis/items/?step=works_proposal.check").context["listing"].found
    assert browser("20203").get(f"/analysis/urge/{waiting.pk}/").status_code == 404
    assert browser(SUPERVISOR).get("/analysis/urge/999999/").status_code == 404


def test_a_queue_grows_with_arrivals_and_each_day_opens_what_waited(
    browser: Browser, waiting: WorkItem, play: Play
) -> None:
    client = browser(SUPERVISOR)
    answer = client.get("/analysis/queue/?days=90&step=works_proposal.check")
    days = {row["each"].day: row for row in answer.context["days"]}
    for row in days.values():
        before = days.get(row["each"].day - timedelta(days=1))
        if before is not None:
            assert row["each"].waiting == before["each"].waiting + row["each"].arrived - row["each"].left
    day = legal_day(play.scene.now) - timedelta(days=35)
    listed = client.get(days[day]["url"]).context["listing"].found
    assert days[day]["each"].waiting == len(listed) > 5
    assert days[legal_day(play.scene.now)]["each"].waiting == 1
    moved = [row for row in days.values() if row["each"].arrived or row["each"].left]
    assert moved
    for row in moved:
        for count, url in ((row["each"].arrived, row["arrived_url"]), (row["each"].left, row["left_url"])):
            assert len(client.get(url).context["listing"].found) == count, url
    assert client.get("/analysis/queue/?days=nonsense&step=.&unit=x").status_code == 200


@pytest.mark.covers("S12")
def test_one_step_over_the_year_shows_its_median_by_month_and_all_pauses(
    browser: Browser, waiting: WorkItem, play: Play
) -> None:
    done = WorkItem.objects.filter(outcome="done", step_key="check").latest("closed_at")
    ClockPause.objects.create(
        id=900, work_item=done, reason="papers", from_at=done.opened_at, to_at=done.closed_at
    )
    answer = browser(SUPERVISOR).get("/analysis/step/?step=works_proposal.check")
    rows = answer.context["rows"]
    assert sum(row["each"].done for row in rows) == 2 * TWENTY
    assert (answer.context["pauses"], sum(row["each"].pauses for row in rows)) == (1, 1)
    assert float(answer.context["paused"]) > 0
    assert "暂停计时共 1 次" in shown(answer)
    row = next(row for row in rows if row["each"].done)
    assert len(browser(SUPERVISOR).get(row["url"]).context["listing"].found) == row["each"].done
    assert re.fullmatch(r"\d+%–\d+%", row["interval"]) and row["interval"] in shown(answer)
    low, high = (float(each.rstrip("%")) / 100 for each in row["interval"].split("–"))
    assert low <= row["each"].late.share <= high
    returned = browser(SUPERVISOR).get(row["returned_url"]).context["listing"].found
    assert len(returned) == row["each"].returned
    late = sum(row["each"].late.hits for row in rows)
    assert late == sum(len(browser(SUPERVISOR).get(row["late_url"]).context["listing"].found) for row in rows)


@pytest.mark.covers("C10", "R3")
def test_who_will_probably_be_late_is_told_once_before_the_limit(
    browser: Browser, waiting: WorkItem, play: Play
) -> None:
    assert waiting.due_at is not None and play.scene.now < waiting.due_at
    remind(play.scene.now)
    told = Message.objects.filter(kind="step_at_risk", link=f"/items/{waiting.pk}/")
    assert [each.matter_id for each in told] == [waiting.matter_id]
    holder = MessageDelivery.objects.get(message=told.get()).person_id
    assert holder == play.scene.person(HEAD)
    remind(play.scene.now)
    assert told.count() == 1
    rows = browser(HEAD).get("/").context["foreseen"]
    assert [row["item"].pk for row in rows] == [waiting.pk]
    assert rows[0]["each"].p80_days > rows[0]["each"].left_days
    cockpit = browser(SUPERVISOR).get("/cockpit/")
    assert [row["item"].pk for row in cockpit.context["foreseen"]] == [waiting.pk]
    assert reverse("analysis_urge", args=[waiting.pk]) in shown(cockpit)


def test_a_step_done_too_rarely_is_not_foreseen(browser: Browser, play: Play, drafting: WorkItem) -> None:
    lay(drafting, play, 40, play.scene.person(OFFICER), count=9)
    remind(play.scene.now)
    assert not Message.objects.filter(kind="step_at_risk").exists()


@pytest.mark.covers("C10")
def test_one_click_from_a_stuck_row_fills_an_urging_notice_that_reaches_the_holder(
    browser: Browser, waiting: WorkItem, play: Play
) -> None:
    play.scene.pass_time(working_days=15)
    client = browser(SUPERVISOR)
    place = reverse("analysis_urge", args=[waiting.pk])
    assert place in shown(client.get("/bottlenecks/")) and place in shown(client.get("/cockpit/"))
    answer = client.get(place)
    text, name = answer.context["text"], Person.objects.get(login__number=HEAD).name
    for word in (waiting.matter.title, name, "部门负责人", "15", "逾期"):
        assert word in text
    assert answer.context["facts"]["clause"] in text
    opened = client.get(answer.context["finding_url"])
    assert opened.status_code == 200 and name in shown(opened)
    assert client.post(place, {"text": " "}).status_code == 422
    assert client.post(place, {"text": text}).status_code == 302
    urged = Event.objects.get(act="works_proposal.check.urge")
    assert urged.matter_id == waiting.matter_id
    delivered = MessageDelivery.objects.filter(message__kind="step_urged").values_list("person_id", flat=True)
    assert list(delivered) == [play.scene.person(HEAD)]
    again = client.post(place, {"text": "请尽快办理"})
    assert again.status_code == 403 and escape("您今日已催办过该待办") in shown(again)


@pytest.mark.covers("G10")
def test_measures_and_outcomes_stand_side_by_side_from_one_ledger(
    browser: Browser, waiting: WorkItem, play: Play
) -> None:
    client = browser(SUPERVISOR)
    answer = client.get("/analysis/conduct/")
    rows = {row["each"].month: row["each"] for row in answer.context["rows"]}
    assert len(rows) == 12
    steps = WorkItem.objects.filter(outcome="done", due_at__isnull=False)
    assert sum(each.steps for each in rows.values()) == steps.count()
    refused = Event.objects.filter(is_refused=True).count()
    month = legal_day(play.scene.now).replace(day=1)
    assert rows[month].refused == refused
    client.post(
        reverse("item_return", args=[waiting.pk]), {"target": "draft", "reason": "form_error", "text": "x"}
    )
    after = client.get("/analysis/conduct/").context["rows"][0]["each"]
    for unit in ("", f"?unit={waiting.unit_id}"):
        for row in client.get(f"/analysis/conduct/{unit}").context["rows"]:
            for name in ("refused", "returned", "urged", "warned", "settled", "ended", "steps"):
                found = client.get(row[f"{name}_url"]).context["listing"].found
                assert len(found) == getattr(row["each"], name), (name, row[f"{name}_url"])
    ended = client.get(f"/analysis/conduct/?ended={month:%Y-%m}&export=xlsx")
    assert ended.status_code == 200 and ended.content[:2] == b"PK"
    assert client.get("/analysis/conduct/?ended=nonsense").context["rows"]
    assert after.refused == Event.objects.filter(is_refused=True).count() == refused + 1
    assert "不作因果判断" in shown(answer)
    block = re.search(r'<script id="conduct-measures" type="application/json">(.*?)</script>', shown(answer))
    assert block is not None
    assert json.loads(block[1])["series"][0]["values"] == [rows[each].refused for each in sorted(rows)]
    assert client.get("/analysis/conduct/?unit=999999").status_code == 200
    assert browser(OFFICER).get("/analysis/conduct/").status_code == 403


def test_the_rest_of_a_wait_is_that_of_the_waits_that_were_longer(play: Play, drafting: WorkItem) -> None:
    lay(drafting, play, 14, play.scene.person(OFFICER))
    found = usual(play.scene.now, 12)
    step = (drafting.instance.definition.key, drafting.step_key)
    half = found.quantile(step, Decimal("0.5"))
    assert half is not None and 5 < half <= 12
    rest = found.remaining(step, drafting.unit_id, Decimal(2), Decimal("0.5"))
    assert rest == half - 2
    assert found.remaining(step, drafting.unit_id, Decimal(200), Decimal("0.5")) is None
    assert found.quantile(("none", "none"), Decimal("0.5")) is None


def test_the_moment_before_which_a_wait_is_too_long_is_exact_to_the_second(play: Play) -> None:
    now = play.scene.now
    moment = moment_before(now, Decimal("3.00"))
    days = waits.calendar()
    assert days.working_days_used(moment, now) > Decimal("3.00")
    assert days.working_days_used(moment + timedelta(seconds=2), now) <= Decimal("3.00")
