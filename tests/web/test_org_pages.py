"""The organisation's pages: who reads them, who keeps them, and the one name that each post must have."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import load_workbook

from lianjing.kernel.identity import masked_contact as masked
from lianjing.runtime.org.models import Appointment, Delegation, Person, Post, PowerItem, Unit
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.trail.models import ActRow, Event
from lianjing.runtime.trail.verify import verify
from lianjing.web.excel import workbook
from tests.appointing import appoint
from tests.domains.works.playing import BUILDER, HEAD, LEADER, OFFICER, SITE
from tests.web.conftest import Browser

PERSONNEL, SUPERVISOR, AUDIT_ADMIN = "20111", "30001", "10003"
REGISTERS = ("units", "posts", "persons", "appointments", "delegations", "conflicts", "powers", "who")


def shown(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("page", REGISTERS)
def test_every_official_and_administrator_reads_the_organisation(browser: Browser, page: str) -> None:
    for number in (OFFICER, SUPERVISOR, AUDIT_ADMIN):
        assert browser(number).get(f"/org/{page}/").status_code == 200


@pytest.mark.parametrize("page", REGISTERS)
def test_a_firm_does_not_read_the_organisation(browser: Browser, page: str) -> None:
    assert browser(BUILDER).get(f"/org/{page}/").status_code == 403


def test_units_are_drawn_as_a_tree_with_their_supervisor_and_counts_that_open(browser: Browser) -> None:
    text = shown(browser(OFFICER).get("/org/units/"))
    con = Unit.objects.get(code="CON")
    assert f"　{con.name}" in text
    assert "市纪委监委驻经开区纪检监察组" in text
    assert f"/org/posts/?unit={con.id}" in text


def test_a_post_shows_its_duties_its_risk_and_who_holds_it_today(browser: Browser, zone: Any) -> None:
    client = browser(OFFICER)
    post = Post.objects.get(unit__code="CON", key="cost_officer")
    assert "傅昪" in shown(client.get("/org/posts/?q=造价"))
    Appointment.objects.filter(post=post).update(to_on=zone.today() - timedelta(days=1))
    assert "空缺" in shown(client.get("/org/posts/?q=造价"))


def test_lists_are_narrowed_by_unit_kind_and_risk(browser: Browser) -> None:
    client, finance = browser(OFFICER), Unit.objects.get(code="FIN")
    text = shown(client.get(f"/org/posts/?unit={finance.id}"))
    assert "支付复核岗" in text
    assert "造价管理岗" not in text
    assert "支付复核岗" not in shown(client.get("/org/posts/?kind=supervisor"))
    assert client.get("/org/posts/?unit=999999&sort=-holder&page=99").status_code == 200


def test_telephone_numbers_are_masked() -> None:
    assert masked("13900001234") == "139****1234"
    assert masked("12345") == "****"
    assert masked("") == ""


def test_an_export_holds_every_row_and_leaves_a_trail_line(browser: Browser) -> None:
    answer = browser(OFFICER).get("/org/persons/?export=xlsx&reason=核对通讯录")
    rows = load_workbook(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == Person.objects.count() + 1
    event = Event.objects.get(act="access.export")
    assert event.person_id == Person.objects.get(login__number=OFFICER).id
    assert verify().is_good


def test_a_sheet_never_begins_a_formula() -> None:
    rows = [["=1+1", "+1", "-1", "@SUM(A1)", "\tx"], ["平常", None, True, 3, "https://example.test/"]]
    file = workbook("项目/列表", ["甲", "乙", "丙", "丁", "戊"], rows)
    found = load_workbook(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    assert found[1] == ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"]
    assert found[2] == ["平常", "", "是", 3.0, "https://example.test/"]


@pytest.mark.covers("C4")
def test_asked_who_could_approve_on_a_day_the_page_answers_with_one_name(browser: Browser, zone: Any) -> None:
    post = Post.objects.get(unit__code="ZONE", key="leader_in_charge")
    text = shown(browser(SUPERVISOR).get(f"/org/who/?post={post.id}&day={zone.today()}"))
    assert "<b>亓砚秋</b>" in text
    assert text.count("lj-message is-error") == 0
    assert "澜经管〔2024〕1号" in text


def test_a_post_with_nobody_or_with_two_is_shown_as_a_fault(browser: Browser, zone: Any) -> None:
    client = browser(SUPERVISOR)
    post = Post.objects.get(unit__code="ZONE", key="leader_in_charge")
    before = zone.today() - timedelta(days=30)
    assert "无人在任" in shown(client.get(f"/org/who/?post={post.id}&day={before}"))
    second = Person.objects.get(login__number=HEAD)
    form = {"person": second.id, "post": post.id, "from_on": zone.today(), "basis": "误任"}
    appoint(browser, form)
    assert "多人在任" in shown(client.get(f"/org/who/?post={post.id}"))


def test_a_delegate_is_named_with_the_one_he_stands_for(browser: Browser, zone: Any) -> None:
    post = Post.objects.get(unit__code="ZONE", key="leader_in_charge")
    form = {
        "post": post.id,
        "to_person": Person.objects.get(login__number="20004").id,
        "from_on": zone.today(),
        "to_on": zone.today() + timedelta(days=3),
        "reason": "出差",
    }
    assert browser(LEADER).post("/org/delegations/new/", form).status_code == 302
    text = shown(browser(SUPERVISOR).get(f"/org/who/?post={post.id}"))
    assert "麴明漪" in text
    assert "lj-message is-error" not in text
    assert verify().is_good


def test_only_the_giver_takes_a_delegation_back(browser: Browser, zone: Any) -> None:
    test_a_delegate_is_named_with_the_one_he_stands_for(browser, zone)
    row = Delegation.objects.get()
    place = f"/org/delegations/{row.id}/end/"
    assert browser(OFFICER).post(place, {"to_on": zone.today()}).status_code == 403
    assert browser(LEADER).post(place, {"to_on": zone.today()}).status_code == 302
    row.refresh_from_db()
    assert row.to_on == zone.today()


def test_nobody_lends_a_post_that_is_not_his(browser: Browser, zone: Any) -> None:
    post = Post.objects.get(unit__code="ZONE", key="leader_in_charge")
    form = {"post": post.id, "to_person": 1, "from_on": zone.today(), "to_on": zone.today(), "reason": "无"}
    assert browser(OFFICER).post("/org/delegations/new/", form).status_code == 422
    assert not Delegation.objects.exists()


@pytest.mark.parametrize("page", ["units", "posts", "persons", "appointments", "powers"])
def test_only_the_personnel_post_changes_the_organisation(browser: Browser, page: str) -> None:
    for number in (OFFICER, SUPERVISOR, AUDIT_ADMIN):
        assert browser(number).get(f"/org/{page}/new/").status_code == 403
        assert browser(number).post(f"/org/{page}/new/", {}).status_code == 403
    assert browser(PERSONNEL).get(f"/org/{page}/new/").status_code == 200


def test_a_unit_a_post_and_a_person_are_set_up_and_filled_by_a_paper(browser: Browser, zone: Any) -> None:
    client = browser(PERSONNEL)
    zone_unit = Unit.objects.get(code="ZONE")
    assert (
        client.post(
            "/org/units/new/", {"code": "ENV", "name": "环境科", "kind": "department", "parent": zone_unit.id}
        ).status_code
        == 302
    )
    unit = Unit.objects.get(code="ENV")
    assert client.post("/org/posts/new/", {"unit": unit.id, "post_key": "department_head"}).status_code == 302
    post = Post.objects.get(unit=unit)
    assert (
        client.post("/org/persons/new/", {"name": "单于澈", "kind": "official", "unit": unit.id}).status_code
        == 302
    )
    person = Person.objects.get(name="单于澈")
    form = {"person": person.id, "post": post.id, "from_on": zone.today(), "basis": "澜经组〔2025〕3号"}
    appoint(browser, form)
    assert [held.post for held in posts_held(person.id, zone.today())] == [post]
    assert verify().is_good


def test_an_appointment_without_a_paper_is_refused_at_its_field(browser: Browser, zone: Any) -> None:
    person, post = (
        Person.objects.get(login__number=SITE),
        Post.objects.get(unit__code="CON", key="cost_officer"),
    )
    form = {"person": person.id, "post": post.id, "from_on": zone.today(), "basis": " "}
    answer = browser(PERSONNEL).post("/org/appointments/new/", form)
    assert answer.status_code == 422
    assert "lj-errors" in shown(answer)
    assert not Appointment.objects.filter(person=person, post=post).exists()


def test_nobody_appoints_himself(browser: Browser, zone: Any) -> None:
    me = Person.objects.get(login__number=PERSONNEL)
    post = Post.objects.get(unit__code="FIN", key="payment_maker")
    form = {"person": me.id, "post": post.id, "from_on": zone.today(), "basis": "自荐"}
    answer = browser(PERSONNEL).post("/org/appointments/new/", form)
    assert answer.status_code == 403
    assert Event.objects.filter(refused_rule="org.own_appointment", person_id=me.id).exists()


def test_the_same_form_sent_twice_acts_once(browser: Browser) -> None:
    client = browser(PERSONNEL)
    form = {
        "code": "ENV",
        "name": "环境科",
        "kind": "department",
        "request_key": "5b9d2a3e-8b6e-4b0e-9a53-0f3f0d0a7f11",
    }
    assert client.post("/org/units/new/", form).status_code == 302
    assert client.post("/org/units/new/", form).status_code == 302
    assert Unit.objects.filter(code="ENV").count() == 1


def test_an_ended_appointment_takes_the_post_away_the_next_day(browser: Browser, zone: Any) -> None:
    row = Appointment.objects.get(person__login__number=SITE)
    place = f"/org/appointments/{row.id}/end/"
    assert browser(PERSONNEL).post(place, {"to_on": zone.today(), "reason": "调任"}).status_code == 302
    assert posts_held(row.person_id, zone.today())
    assert not posts_held(row.person_id, zone.today() + timedelta(days=1))


def test_a_power_item_is_entered_with_its_clause_and_taken_out_with_a_reason(
    browser: Browser, zone: Any
) -> None:
    client, unit = browser(PERSONNEL), Unit.objects.get(code="CON")
    form = {
        "code": "WK-99",
        "name": "演示事项",
        "unit": unit.id,
        "definition_key": "works_permit",
        "clause": "zone_projects#11",
        "from_on": zone.today(),
    }
    assert client.post("/org/powers/new/", form).status_code == 302
    item = PowerItem.objects.get(code="WK-99")
    text = shown(client.get("/org/powers/?q=WK-99"))
    assert "/clauses/zone_projects~11/" in text
    assert (
        client.post(f"/org/powers/{item.id}/end/", {"to_on": zone.today(), "reason": ""}).status_code == 422
    )
    assert (
        client.post(f"/org/powers/{item.id}/end/", {"to_on": zone.today(), "reason": "停用"}).status_code
        == 302
    )
    assert ActRow.objects.filter(table_name="power_item", row_key=str(item.id)).count() == 2


def test_the_matrix_names_the_clause_of_each_pair(browser: Browser) -> None:
    text = shown(browser(OFFICER).get("/org/conflicts/"))
    assert "不相容" in text
    assert "/clauses/zone_organisation~4/" in text


def test_figures_show_source_and_mark_and_the_calendar_marks_a_forecast(browser: Browser) -> None:
    client = browser(OFFICER)
    text = shown(client.get("/parameters/?q=stats.min_sample"))
    assert "stats.min_sample" in text
    assert "最小样本量" in text
    assert "预测" in shown(client.get("/calendar/?year=2028"))
    assert "预测" not in shown(client.get("/calendar/?year=2025"))


def test_a_person_page_shows_terms_and_acts_but_not_the_views_of_supervisors(browser: Browser) -> None:
    supervisor = Person.objects.get(login__number=SUPERVISOR)
    browser(SUPERVISOR).get("/org/persons/?export=xlsx&reason=核对通讯录")
    assert "导出" in shown(browser(SUPERVISOR).get(f"/org/persons/{supervisor.id}/"))
    page = shown(browser(OFFICER).get(f"/org/persons/{supervisor.id}/"))
    assert "尚无办理记录" in page
    assert browser(OFFICER).get("/org/persons/999999/").status_code == 404
