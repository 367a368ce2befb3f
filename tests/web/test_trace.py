"""Tracing: from a figure or a paper to the persons, and from an act to its exact proof."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from lianjing.domains.works.models import Project
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from tests.domains.works.playing import BUILDER, CHECKER, LEADER, OFFICER, Play
from tests.web.conftest import Browser

SUPERVISOR, AUDIT_ADMIN, SYSTEM_ADMIN = "30001", "10003", "10001"


def shown(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def approved(play: Play, project: Matter) -> Matter:
    """A project whose budget went through initiation."""
    play.approved(project)
    return project


@pytest.mark.covers("C11")
def test_any_amount_leads_to_who_entered_reviewed_and_approved_it(browser: Browser, approved: Matter) -> None:
    text = shown(browser(SUPERVISOR).get(f"/trace/project/{approved.id}/?column=approved_budget"))
    assert "¥68,000,000.00" in text
    for name in ("闫犇", "祝䶮", "桑玥", "亓砚秋"):
        assert name in text
    for group in ("录入", "审核", "审批"):
        assert group in text
    assert "works_design@1" in text
    assert "/clauses/zone_initiation~6/" in text
    assert "当日可办理者" in text


def test_acts_that_explain_nothing_stand_apart(browser: Browser, approved: Matter) -> None:
    text = shown(browser(SUPERVISOR).get(f"/trace/project/{approved.id}/?column=approved_budget"))
    entered, others = text.index("录入"), text.index("同一事项的其他办理")
    assert entered < others < text.index("上传材料")


def test_a_paper_leads_to_whoever_brought_it(browser: Browser, approved: Matter) -> None:
    paper = Document.objects.filter(matter__root=approved).earliest("id")
    text = shown(browser(SUPERVISOR).get(f"/trace/document/{paper.id}/"))
    assert "闫犇" in text
    assert f"/documents/{paper.id}/" in text


def test_the_number_of_an_act_is_shown_once_it_has_one(browser: Browser, approved: Matter) -> None:
    event = Event.objects.filter(root_matter_id=approved.id).latest("oseq")
    client = browser(SUPERVISOR)
    assert "待编号" in shown(client.get(f"/events/{event.id}/"))
    sequence_all()
    event.refresh_from_db()
    assert f">{event.leaf.idx}<" in shown(client.get(f"/events/{event.id}/"))


def test_an_act_shows_what_stood_before_and_after(browser: Browser, approved: Matter) -> None:
    event = Event.objects.get(act="works_design.confirm")
    text = shown(browser(SUPERVISOR).get(f"/events/{event.id}/"))
    assert "改前" in text
    assert "立项" in text and "前期" in text
    assert "¥68,000,000.00" in text
    assert "不成立" not in text


def test_a_changed_byte_is_seen_at_once_on_the_page_of_the_act(browser: Browser, approved: Matter) -> None:
    event = Event.objects.get(act="works_design.confirm")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in _triggers("trail_body"):
            cursor.execute(
                f"DROP TRIGGER {name}" + (" ON trail_body" if connection.vendor == "postgresql" else "")
            )
        content = bytes(event.body.content).replace(b"68000000.00", b"86000000.00")
        cursor.execute("UPDATE trail_body SET content = %s WHERE event_id = %s", [content, event.id])
    assert "不成立" in shown(browser(SUPERVISOR).get(f"/events/{event.id}/"))


def _triggers(table: str) -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table]
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        return [row[0] for row in cursor.fetchall()]


def test_a_refused_attempt_is_marked_and_names_its_clause(browser: Browser, project: Matter) -> None:
    assert browser("20702").post(f"/matters/{project.id}/gate/", {}).status_code == 403
    event = Event.objects.get(is_refused=True)
    text = shown(browser(SUPERVISOR).get(f"/events/{event.id}/"))
    assert "被拒" in text
    assert "/clauses/zone_projects~4/" in text
    assert "没有改动任何记录" in text


def test_a_row_outside_the_readers_scope_does_not_exist_for_him(browser: Browser, approved: Matter) -> None:
    event = Event.objects.get(act="works_design.confirm")
    for number in (BUILDER, CHECKER, SYSTEM_ADMIN):
        assert browser(number).get(f"/trace/project/{approved.id}/").status_code == 404
        assert browser(number).get(f"/events/{event.id}/").status_code == 404


@pytest.mark.parametrize(
    "place",
    [
        "/trace/login_account/1/",
        "/trace/nothing/1/",
        "/trace/project/99999/",
        "/events/none/",
        "/trace/project/x'y/",
    ],
)
def test_what_is_not_there_is_not_found(browser: Browser, place: str) -> None:
    assert browser(SUPERVISOR).get(place).status_code == 404


def test_the_audit_administrator_sees_acts_but_no_business(browser: Browser, approved: Matter) -> None:
    client, event = browser(AUDIT_ADMIN), Event.objects.get(act="works_design.confirm")
    text = shown(client.get(f"/events/{event.id}/"))
    assert "祝䶮" in text
    assert "不能查看业务内容" in text
    assert "68,000,000" not in text
    traced = shown(client.get(f"/trace/project/{approved.id}/?column=approved_budget"))
    assert "68,000,000" not in traced
    assert Project.objects.get().title not in traced


def test_personal_columns_stay_masked_in_an_act(browser: Browser, zone: Any) -> None:
    form = {
        "name": "单于澈",
        "kind": "official",
        "unit": Person.objects.get(login__number=OFFICER).unit_id,
        "phone": "13900001234",
    }
    assert browser("20111").post("/org/persons/new/", form).status_code == 302
    person = Person.objects.get(name="单于澈")
    event = Event.objects.get(act="person.create")
    for place in (f"/events/{event.id}/", f"/trace/person/{person.id}/", f"/org/persons/{person.id}/"):
        assert "13900001234" not in shown(browser(LEADER).get(place))
