"""The trail's page: what it holds, verification on demand, and a plain word on what is not there yet."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from lianjing.domains.works.models import Project
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from tests.domains.works.playing import BUILDER, HEAD, LEAD, OFFICER
from tests.web.conftest import Browser

SUPERVISOR, AUDIT_ADMIN, SYSTEM_ADMIN = "30001", "10003", "10001"


def shown(answer: Any) -> str:
    return answer.content.decode()


def test_the_page_says_how_much_is_numbered_and_that_nobody_cosigned_yet(
    browser: Browser, project: Matter
) -> None:
    sequence_all()
    text = shown(browser(SUPERVISOR).get("/trail/"))
    assert "未经监督组共签" in text
    assert "尚未核验" in text
    assert "立即核验" in text


def test_a_supervisor_verifies_and_the_check_is_itself_recorded(browser: Browser, project: Matter) -> None:
    client = browser(SUPERVISOR)
    text = shown(client.post("/trail/verify/"))
    assert "核验通过" in text
    assert Event.objects.get(act="trail.verify").person_id == Person.objects.get(login__number=SUPERVISOR).id
    assert "无问题" in shown(client.get("/trail/"))


def test_a_changed_amount_is_named_by_its_row(browser: Browser, project: Matter) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE project SET total_investment = 86000000 WHERE id = %s", [project.id])
    text = shown(browser(AUDIT_ADMIN).post("/trail/verify/"))
    assert "发现 1 处不符" in text
    assert f"project {project.id}" in text
    assert "total_investment" in text
    assert "发现 1 处问题" in shown(browser(SUPERVISOR).get("/trail/"))


@pytest.mark.parametrize("number", [OFFICER, HEAD, SYSTEM_ADMIN, BUILDER])
def test_others_do_not_start_a_verification(browser: Browser, zone: Any, number: str) -> None:
    assert browser(number).post("/trail/verify/").status_code == 403
    assert browser(SUPERVISOR).get("/trail/verify/").status_code == 405


def test_the_list_is_narrowed_by_person_act_result_and_day(
    browser: Browser, project: Matter, zone: Any
) -> None:
    assert browser(LEAD).post(f"/matters/{project.id}/gate/", {}).status_code == 403
    client, officer = browser(SUPERVISOR), Person.objects.get(login__number=OFFICER)
    assert "项目登记" in shown(client.get(f"/trail/?person={officer.id}"))
    refused = shown(client.get("/trail/?refused=1"))
    assert refused.count("被拒</span>") == 1
    assert "gate.initiation" in refused
    assert "项目登记" in shown(client.get(f"/trail/?act=works_project.open&day={zone.today()}"))
    assert "没有符合条件的记录" in shown(client.get("/trail/?day=1999-01-01"))
    assert client.get("/trail/?day=x&person=x&page=x&sort=-nothing&from=x").status_code == 200


def test_refusals_are_counted_by_rule(browser: Browser, project: Matter) -> None:
    for _each in range(2):
        browser(LEAD).post(f"/matters/{project.id}/gate/", {})
    text = shown(browser(SUPERVISOR).get("/trail/"))
    assert "/trail/?refused=1&amp;q=gate.initiation" in text


def test_a_reader_sees_the_acts_of_his_own_scope_only(browser: Browser, project: Matter) -> None:
    title = Project.objects.get().matter_id
    assert f"matter:{title}" in shown(browser(OFFICER).get("/trail/?q=matter"))
    assert f"matter:{title}" not in shown(browser("20203").get("/trail/?q=matter"))
    assert f"matter:{title}" in shown(browser(AUDIT_ADMIN).get("/trail/?q=matter"))
    assert browser(BUILDER).get("/trail/").status_code == 403


def test_the_list_is_taken_away_as_excel_and_that_too_is_recorded(browser: Browser, project: Matter) -> None:
    assert browser(AUDIT_ADMIN).get("/trail/?export=xlsx").status_code == 200
    assert Event.objects.filter(act="access.export").count() == 1
