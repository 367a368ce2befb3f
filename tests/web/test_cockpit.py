"""The cockpit: figures within the reader's scope, each opening what it counts, on the page and on the wall."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from lianjing.runtime.matter.models import Matter
from lianjing.web.overview import Standing
from tests.domains.works.playing import BUILDER, HEAD, LEAD, LEADER, OFFICER, Play
from tests.web.conftest import Browser

SUPERVISOR, AUDIT_ADMIN = "30001", "10003"


def shown(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.covers("C9", "G7")
def test_a_supervisor_sees_every_project_changes_none_and_his_own_view_is_logged(
    browser: Browser, project: Matter
) -> None:
    client = browser(SUPERVISOR)
    text = shown(client.get("/cockpit/"))
    assert re.search(r'href="/works/\?stage=initiation"><span class="lj-counter-value num">1', text)
    assert client.get(f"/works/{project.id}/").status_code == 200
    assert client.post(f"/matters/{project.id}/gate/", {}).status_code == 403
    assert client.post(f"/matters/{project.id}/open/works_proposal/", {"title": "试"}).status_code == 403
    assert client.post("/works/open/", {}).status_code == 403
    assert "查阅项目" in shown(client.get("/trail/"))


def test_heads_and_leaders_have_a_cockpit_and_operators_firms_and_administrators_have_none(
    browser: Browser, zone: Any
) -> None:
    for number in (HEAD, LEADER, SUPERVISOR):
        assert browser(number).get("/cockpit/").status_code == 200
    for number in (OFFICER, BUILDER, AUDIT_ADMIN):
        assert browser(number).get("/cockpit/").status_code == 403


def test_the_money_path_is_a_chart_with_the_same_figures_in_a_table(
    browser: Browser, play: Play, project: Matter
) -> None:
    play.approved(project)
    text = shown(browser(SUPERVISOR).get("/cockpit/"))
    block = re.search(r'<script id="money-1" type="application/json">(.*?)</script>', text)
    assert block is not None
    chart = json.loads(block[1])
    assert chart["labels"] == ["批准概算", "合同价", "已批变更", "核定产值", "审查中", "已批未付", "已支付"]
    assert chart["series"][0]["values"][0] == 6800.0
    assert "¥68,000,000.00" in text


def test_a_refused_attempt_of_the_last_days_is_on_the_cockpit(
    browser: Browser, play: Play, project: Matter
) -> None:
    assert browser(LEAD).post(f"/matters/{project.id}/gate/", {}).status_code == 403
    assert "被拒：通过阶段关口" in shown(browser(SUPERVISOR).get("/cockpit/"))
    play.scene.pass_time(working_days=40)
    assert "近30天没有被拒的尝试" in shown(browser(SUPERVISOR).get("/cockpit/"))


def test_payments_ahead_of_verified_work_are_told_and_an_advance_is_none() -> None:
    hundred, ten = Decimal(100), Decimal(10)
    ahead = Standing("甲", "", hundred, verified=Decimal(20), paid=Decimal(40), advance=ten)
    advance = Standing("乙", "", hundred, verified=Decimal(0), paid=ten, advance=ten)
    assert ahead.is_over
    assert not advance.is_over
    assert (ahead.paid_share, ahead.verified_share) == (Decimal("0.4"), Decimal("0.2"))
    assert Standing("丙", "", Decimal(0), Decimal(0), Decimal(5), Decimal(0)).paid_share == 0


def test_the_wall_refreshes_itself_and_leads_back(browser: Browser, zone: Any) -> None:
    text = shown(browser(SUPERVISOR).get("/cockpit/?wall=1"))
    assert 'hx-trigger="every 60s"' in text
    assert 'data-bs-theme="dark"' in text
    assert 'href="/cockpit/"' in text


@pytest.mark.parametrize("place", ["/cockpit/", "/cockpit/?wall=1", "/bottlenecks/", "/trail/", "/works/"])
def test_no_page_carries_code_or_styles_that_the_policy_bars(
    browser: Browser, project: Matter, place: str
) -> None:
    answer = browser(SUPERVISOR).get(place)
    text = shown(answer)
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert not re.findall(r"<script(?![^>]*(src=|application/json))", text)
    assert not re.findall(r'\sstyle="', text)
    assert not re.findall(r"\son[a-z]+=\"", text)
    assert not re.findall(r'(src|href)="https?://', text)


def test_the_cockpit_stays_within_its_queries(
    browser: Browser, project: Matter, django_assert_max_num_queries: Any
) -> None:
    client = browser(SUPERVISOR)
    client.get("/cockpit/")
    with django_assert_max_num_queries(70):
        client.get("/cockpit/")
