"""Bottlenecks: a slow step is on the list with its post, the right person and its limit."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from python_calamine import load_workbook

from lianjing.runtime.process.models import WorkItem
from tests.domains.works.playing import BUILDER, CHECKER, HEAD, OFFICER, Play
from tests.web.conftest import Browser

SUPERVISOR, AUDIT_ADMIN = "30001", "10003"


def shown(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def slow(play: Play, drafting: WorkItem) -> WorkItem:
    """The department's check of a proposal, fifteen working days after it arrived."""
    play.do(
        OFFICER,
        drafting.matter,
        "draft",
        {"amount": "68000000", "authority": "行政审批局", "basis": "会议纪要"},
    )
    item = play.scene.item(drafting.matter, "check")
    play.scene.pass_time(working_days=15)
    return item


@pytest.mark.covers("C10")
def test_a_slow_step_is_listed_with_the_person_who_holds_it(browser: Browser, slow: WorkItem) -> None:
    text = shown(browser(SUPERVISOR).get("/bottlenecks/"))
    assert "项目建议书·部门审核" in text
    assert "祝䶮" in text
    assert "部门负责人" in text
    assert "超过时限" in text
    assert f"/org/who/?item={slow.id}" in text
    assert f"/matters/{slow.matter_id}/" in text


def test_a_step_within_its_time_is_not_listed(browser: Browser, drafting: WorkItem) -> None:
    text = shown(browser(SUPERVISOR).get("/bottlenecks/"))
    assert "没有堵点" in text
    assert "data-chart" not in text


def test_the_limit_stands_in_its_own_unit_beside_the_waited_days(browser: Browser, slow: WorkItem) -> None:
    text = shown(browser(SUPERVISOR).get("/bottlenecks/"))
    assert re.search(r'data-label="时限" class="num">\s*\d+ 工作日', text)
    assert re.search(r'data-label="已等工作日" class="num">\s*15', text)


def test_the_list_is_narrowed_by_unit_step_and_ground_and_exported(browser: Browser, slow: WorkItem) -> None:
    client = browser(SUPERVISOR)
    assert "祝䶮" in shown(
        client.get(f"/bottlenecks/?unit={slow.unit_id}&step=works_proposal.check&ground=limit&sort=-waited")
    )
    assert "没有堵点" in shown(client.get("/bottlenecks/?ground=returns"))
    assert "没有堵点" in shown(client.get("/bottlenecks/?q=不存在"))
    rows = (
        load_workbook(io.BytesIO(client.get("/bottlenecks/?export=xlsx").content))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert len(rows) == 2
    assert rows[1][1] == "祝䶮"


def test_the_chart_says_what_the_table_beside_it_says(browser: Browser, slow: WorkItem) -> None:
    text = shown(browser(SUPERVISOR).get("/bottlenecks/"))
    block = re.search(r'<script id="stuck-by-step" type="application/json">(.*?)</script>', text)
    assert block is not None
    chart = json.loads(block[1])
    assert chart["labels"] == ["项目建议书·部门审核"]
    assert chart["series"][0]["values"] == [1.0]


def test_each_reader_sees_what_is_stuck_in_his_own_scope(browser: Browser, slow: WorkItem) -> None:
    assert "祝䶮" in shown(browser(HEAD).get("/bottlenecks/"))
    assert "没有堵点" in shown(browser(CHECKER).get("/bottlenecks/"))
    assert browser(BUILDER).get("/bottlenecks/").status_code == 403
    assert browser(AUDIT_ADMIN).get("/bottlenecks/").status_code == 403


def test_from_a_stuck_step_one_asks_who_could_do_it(browser: Browser, slow: WorkItem) -> None:
    text = shown(browser(SUPERVISOR).get(f"/org/who/?item={slow.id}"))
    assert "<b>祝䶮</b>" in text
    assert "部门审核" in text
    assert browser(CHECKER).get(f"/org/who/?item={slow.id}").status_code == 404
