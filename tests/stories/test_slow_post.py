"""One slow post: within a minute it leads the supervisor's list, with person, working days and clause, and is urged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from lianjing.runtime.org.models import Person
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import HEAD, OFFICER, Play

PASSWORD = "lianjing-demo"
SUPERVISOR = "30001"


@pytest.mark.covers("C10")
def test_one_slow_post_leads_the_list_within_a_minute(play: Play) -> None:
    scene = play.scene
    slow, swift = (play.project(title=title, project_code="") for title in ("澜汀大道北延", "望汀路改造"))
    papers = {"amount": "68000000", "authority": "行政审批局", "basis": "会议纪要"}
    lying = play.open(OFFICER, "works_proposal", slow)
    play.do(OFFICER, lying, "draft", papers)
    item = scene.item(lying, "check")
    assert item.due_at is not None
    scene.now = item.due_at - timedelta(days=1)
    other = play.open(OFFICER, "works_proposal", swift)
    play.do(OFFICER, other, "draft", papers)
    scene.now = item.due_at - timedelta(seconds=20)
    client = Client()
    client.post("/login/", {"number": SUPERVISOR, "password": PASSWORD})
    before = client.get("/cockpit/").context
    assert before["stuck_count"] == 0

    scene.now += timedelta(seconds=60)
    cockpit = client.get("/cockpit/").context
    assert cockpit["stuck_count"] == 1
    line = cockpit["stuck"][0]
    holder = Person.objects.get(login__number=HEAD)
    assert (line.stuck.item.pk, line.names, line.stuck.item.post.name) == (item.pk, holder.name, "部门负责人")
    assert line.stuck.waited_days >= item.budget and "超过时限" in line.grounds

    urging = client.get(f"/analysis/urge/{item.pk}/").context
    facts = urging["facts"]
    assert facts["waited"] == line.stuck.waited_days and facts["is_late"]
    assert facts["clause"].startswith("《") and facts["clause"] in urging["text"]
    client.post(f"/analysis/urge/{item.pk}/", {"text": urging["text"]})
    event = Event.objects.get(act="works_proposal.check.urge")
    assert (event.matter_id, event.person_id) == (lying.pk, Person.objects.get(login__number=SUPERVISOR).pk)
