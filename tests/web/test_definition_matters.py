"""The page that carries open matters over: it shows the map, checks it, moves the chosen ones, and says what was refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lianjing.runtime import domains as installed
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.regulation.models import Definition, Regulation
from lianjing.runtime.regulation.services import publish_version
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.playing import HEAD, OFFICER, Play
from tests.runtime.process import errands


@pytest.fixture
def play(zone: Any, monkeypatch: pytest.MonkeyPatch) -> Play:
    errands.install(zone)
    every = (*installed.domains(), errands.DOMAIN)
    monkeypatch.setattr(installed, "domains", lambda: every)
    return Play(zone)


def newer(play: Play) -> Definition:
    play.scene.pass_time(working_days=1)
    with recorded("test.setup", chain="installation:1", actor=SYSTEM, now=play.scene.now) as act:
        return publish_version(
            act,
            kind="process",
            key="errand",
            xml=errands.MAIN.replace("sub", "inquiry"),
            regulation=Regulation.objects.get(key="zone_funds"),
            bundle_key="errands",
            from_on=play.scene.today(),
        )


def test_a_head_maps_the_nodes_checks_and_moves_while_others_find_nothing_to_decide(
    play: Play, browser: Any
) -> None:
    matter = play.open(OFFICER, "errand", play.project(), "查一查")
    play.do(OFFICER, matter, "ask", {"opinion": "知悉"})
    to = newer(play)
    place, head = f"/definitions/{to.pk}/matters/", browser(HEAD)
    shown = head.get(place).content.decode()
    assert "查一查" in shown and "没有对应" in shown and 'name="node-sub"' in shown
    assert "查一查" not in browser(OFFICER).get(place).content.decode()
    key = re.findall(r'name="request_key" value="([^"]+)"', shown)[-1]
    given = {"request_key": key, "matter": str(matter.pk), "reason": "制度修订"}
    told = head.post(place, {**given, "action": "carry"})
    assert told.status_code == 409 and "仍按原版本" in told.content.decode()
    checked = head.post(place, {**given, "node-sub": "inquiry", "action": "check"})
    assert "可以改按" in checked.content.decode()
    assert ProcessInstance.objects.get(matter=matter).definition_id != to.pk
    assert (
        head.post(place, {"action": "carry", "node-sub": "inquiry", "matter": matter.pk}).status_code == 422
    )
    done = head.post(place, {**given, "request_key": "", "node-sub": "inquiry", "action": "carry"})
    assert done.status_code == 302
    assert ProcessInstance.objects.get(matter=matter).definition_id == to.pk
    page = head.get(f"/matters/{matter.pk}/").content.decode()
    assert f"/definitions/{to.pk}/matters/" not in page


def test_the_title_of_a_page_repeats_its_heading(client: Any, zone: Any) -> None:
    title = re.findall(r"<title>\s*([^<]*?)\s*</title>", client.get("/login/").content.decode())
    assert title == ["登录 · 廉镜"]
