"""A collective decision through the pages: called, put on the agenda, spoken with the head last, voted, concluded."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting.models import AgendaItem, Meeting, Vote
from lianjing.runtime.org.models import Unit
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.models import WorkItem
from tests.domains.works.playing import (
    DEPUTY,
    DIRECTOR,
    OFFICER,
    SECRETARY,
    SECRETARYOF_PARTY,
    Play,
)
from tests.web.conftest import Browser

MEMBERS = (SECRETARYOF_PARTY, DEPUTY)


@pytest.fixture
def waiting(play: Play) -> Matter:
    """A payment that waits at the collective decision."""
    project, contract = play.building()
    matter = play.applied(project, contract, "advance")
    amount = str(PaymentApplication.objects.get(pk=matter.pk).amount)
    play.audited(matter, amount)
    play.checked(matter, amount)
    play.opinions(matter)
    assert WorkItem.objects.filter(matter=matter, closed_at=None, step_key="collective").exists()
    return matter


def call(play: Play, browser: Browser) -> Meeting:
    scene = play.scene
    data = {
        "unit": Unit.objects.get(code="ZONE").pk,
        "kind": "party_committee",
        "title": "党工委会议",
        "held_on": scene.today().isoformat(),
        "head": scene.person(DIRECTOR),
        "members": [scene.person(each) for each in MEMBERS],
    }
    answer = browser(SECRETARY).post("/meetings/new/", data)
    assert answer.status_code == 302, answer.content.decode()
    return Meeting.objects.latest("id")


def listed(play: Play, browser: Browser, matter: Matter) -> tuple[Meeting, AgendaItem]:
    meeting, secretary = call(play, browser), browser(SECRETARY)
    page = secretary.get(f"/meetings/{meeting.pk}/")
    assert [each["matter"].pk for each in page.context["candidates"]] == [matter.pk]
    assert (
        secretary.post(
            f"/meetings/{meeting.pk}/", {"action": "agenda", "matter": matter.pk, "kind": "large_fund"}
        ).status_code
        == 302
    )
    item = AgendaItem.objects.latest("id")
    assert (
        secretary.post(
            f"/agenda-items/{item.pk}/", {"action": "materials", "urgency_reason": "汛期抢险"}
        ).status_code
        == 302
    )
    present = {"action": "presence", "present": [play.scene.person(each) for each in (DIRECTOR, *MEMBERS)]}
    assert secretary.post(f"/meetings/{meeting.pk}/", present).status_code == 302
    return meeting, item


def test_a_matter_is_decided_by_the_members_with_the_head_last(
    browser: Browser, play: Play, waiting: Matter
) -> None:
    _meeting, item = listed(play, browser, waiting)
    place = f"/agenda-items/{item.pk}/"
    head = browser(DIRECTOR)
    early = head.post(place, {"action": "view", "text": "同意"})
    assert early.status_code == 403 and "/clauses/zone_collective~6/" in early.content.decode()
    for number in (*MEMBERS, DIRECTOR):
        play.scene.pass_time(hours=0.05)
        member = browser(number)
        assert item.title in member.get("/meetings/").content.decode()
        assert member.post(place, {"action": "view", "text": f"意见{number}"}).status_code == 302
    unconcluded = browser(SECRETARY).post(place, {"action": "conclude"})
    assert unconcluded.status_code == 403
    for number in (*MEMBERS, DIRECTOR):
        play.scene.pass_time(hours=0.05)
        assert browser(number).post(place, {"action": "vote", "choice": "for"}).status_code == 302
    assert browser(SECRETARY).post(place, {"action": "conclude"}).status_code == 302
    item.refresh_from_db()
    assert item.result == "passed"
    order = list(
        Vote.objects.filter(agenda_item=item).order_by("seq").values_list("person__login__number", flat=True)
    )
    assert order[-1] == DIRECTOR


def test_a_vote_stays_hidden_until_the_result(browser: Browser, play: Play, waiting: Matter) -> None:
    _meeting, item = listed(play, browser, waiting)
    place, first = f"/agenda-items/{item.pk}/", browser(MEMBERS[0])
    first.post(place, {"action": "view", "text": "有保留"})
    assert first.post(place, {"action": "vote", "choice": "against"}).status_code == 422
    assert (
        first.post(place, {"action": "vote", "choice": "against", "reason": "超出年度计划"}).status_code
        == 302
    )
    assert "超出年度计划" in first.get(place).content.decode()
    assert "超出年度计划" not in browser(DIRECTOR).get(place).content.decode()


def test_a_recused_member_no_longer_sees_the_item(browser: Browser, play: Play, waiting: Matter) -> None:
    meeting, item = listed(play, browser, waiting)
    member = browser(DEPUTY)
    own = {"action": "recuse", "member": play.scene.person(DEPUTY), "reason": "kin"}
    assert member.post(f"/agenda-items/{item.pk}/", own).headers["Location"] == f"/meetings/{meeting.pk}/"
    assert member.get(f"/agenda-items/{item.pk}/").status_code == 403


def test_only_the_secretary_calls_meetings(browser: Browser, zone: Any) -> None:
    assert browser(OFFICER).get("/meetings/new/").status_code == 403
    answer = browser(SECRETARY).post("/meetings/new/", {"title": ""})
    assert answer.status_code == 422 and {"unit", "held_on", "head"} <= set(answer.context["form"].errors)
