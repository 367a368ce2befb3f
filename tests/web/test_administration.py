"""Administration through its pages: two persons for each right, logs that are only read, sessions that end."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from python_calamine import load_workbook

from lianjing.runtime.access.models import LoginRecord, SessionRecord
from lianjing.runtime.dictionary.models import CodeAddition
from lianjing.runtime.notice.models import Notice
from lianjing.runtime.org.models import LoginAccount, Person, Post, ScopeGrant, Unit
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.parameter.models import FigureChange
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.rights.models import AdministratorChange, AppointmentProposal, LoginGrant, PolicyChange
from lianjing.runtime.trail.models import Event
from tests.appointing import appoint
from tests.domains.works.playing import BUILDER, HEAD, LEADER, OFFICER, SITE
from tests.web.conftest import Browser

SYSTEM, SECURITY, AUDIT, PERSONNEL, SUPERVISOR = "10001", "10002", "10003", "20111", "30002"
KEEPER, TAKER = "20601", "20709"
LISTS = (
    "/system/accounts/",
    "/system/grants/",
    "/system/scopes/",
    "/system/dictionary/",
    "/system/policy/",
    "/system/logins/",
    "/system/sessions/",
)


def shown(answer: Any) -> str:
    return answer.content.decode()


def phrase_in(answer: Any) -> str:
    found = re.search(r'<code class="num">([^<]+)</code>', shown(answer))
    assert found is not None, shown(answer)
    return found.group(1)


def newcomer(browser: Browser) -> Person:
    unit = Unit.objects.get(code="ZONE")
    form = {"name": "单于澈", "kind": "official", "unit": unit.id}
    assert browser(PERSONNEL).post("/org/persons/new/", form).status_code == 302
    return Person.objects.get(name="单于澈")


def enter(number: str, password: str) -> int:
    return Client().post("/login/", {"number": number, "password": password}).status_code


def test_a_new_person_logs_in_only_after_two_administrators_have_acted(browser: Browser) -> None:
    person, system = newcomer(browser), browser(SYSTEM)
    made = system.post("/system/accounts/new/", {"person": person.id, "number": "20950"})
    phrase = phrase_in(made)
    assert made["Cache-Control"] == "private, no-store"
    assert enter("20950", phrase) == 403
    account = LoginAccount.objects.get(number="20950")
    place = f"/system/accounts/{account.id}/grant/"
    assert system.post(place, {"action": "agree"}).status_code == 403
    assert browser(SECURITY).post(place, {"action": "agree"}).status_code == 302
    assert enter("20950", phrase) == 302
    assert phrase not in shown(system.get("/system/accounts/"))


def test_a_reset_shuts_the_log_in_and_ends_its_sessions_until_it_is_granted(browser: Browser) -> None:
    officer, system = browser(SITE), browser(SYSTEM)
    account = LoginAccount.objects.get(number=SITE)
    assert officer.get("/").status_code == 200
    phrase = phrase_in(system.post(f"/system/accounts/{account.id}/reset/", {"reason": "遗忘口令"}))
    assert officer.get("/").status_code == 302
    assert enter(SITE, phrase) == 403
    assert browser(SECURITY).post(f"/system/accounts/{account.id}/grant/").status_code == 302
    assert enter(SITE, phrase) == 302


def test_a_closed_log_in_is_out_at_the_next_request(browser: Browser) -> None:
    officer, account = browser(SITE), LoginAccount.objects.get(number=SITE)
    place = f"/system/accounts/{account.id}/close/"
    assert browser(SYSTEM).post(place, {"reason": " "}).status_code == 422
    assert browser(SYSTEM).post(place, {"reason": "长期外派"}).status_code == 302
    assert officer.get("/").status_code == 302
    assert LoginGrant.objects.get(number=SITE).status == "closed"
    assert "长期外派" not in shown(browser(SYSTEM).get("/system/accounts/?state=closed&q=20704"))


def test_a_locked_number_is_unlocked_with_a_reason(browser: Browser) -> None:
    for _time in range(5):
        enter(SITE, "wrong")
    account = LoginAccount.objects.get(number=SITE)
    system = browser(SYSTEM)
    assert f"/system/accounts/{account.id}/unlock/" in shown(system.get("/system/accounts/?state=locked"))
    assert enter(SITE, "lianjing-demo") == 403
    assert system.post(f"/system/accounts/{account.id}/unlock/", {"reason": "本人到场"}).status_code == 302
    assert enter(SITE, "lianjing-demo") == 302


@pytest.mark.parametrize("number", [HEAD, SUPERVISOR, PERSONNEL, AUDIT])
def test_a_form_of_another_administrator_is_not_shown(browser: Browser, number: str) -> None:
    client = browser(number)
    for place in (
        "/system/accounts/new/",
        "/system/scopes/new/",
        "/system/dictionary/new/",
        "/system/policy/lock.minutes/",
    ):
        assert client.get(place).status_code == 403
        assert client.post(place, {}).status_code == 422


def test_a_complete_form_of_a_wrong_role_is_refused_and_recorded(browser: Browser) -> None:
    form = {"codelist": "medium", "code": "x_radio", "zh": "广播", "en": "radio", "basis": "x"}
    assert browser(OFFICER).post("/system/dictionary/new/", form).status_code == 403
    assert not CodeAddition.objects.exists()
    refused = Event.objects.get(act="dictionary.add")
    assert refused.is_refused and refused.refused_rule == "access.post"


def test_an_appointment_takes_effect_with_the_grant_and_can_be_sent_back(browser: Browser, zone: Any) -> None:
    post = Post.objects.get(unit__code="CON", key="using_unit_officer")
    person = Person.objects.get(login__number=TAKER)
    form = {"person": person.id, "post": post.id, "from_on": zone.today(), "basis": "澜经组〔2025〕3号"}
    assert browser(PERSONNEL).post("/org/appointments/new/", form).status_code == 302
    row = AppointmentProposal.objects.get()
    place = f"/system/grants/{row.id}/"
    assert "澜经组〔2025〕3号" in shown(browser(SUPERVISOR).get(place))
    assert browser(PERSONNEL).post(place, {"action": "agree"}).status_code == 403
    security = browser(SECURITY)
    assert "待授权" in shown(security.get("/"))
    assert security.post(place, {"action": "refuse", "reason": ""}).status_code == 422
    assert security.post(place, {"action": "refuse", "reason": "无文号"}).status_code == 302
    assert not posts_held(person.id, zone.today())
    appoint(browser, form)
    assert [held.post for held in posts_held(person.id, zone.today())] == [post]


def test_a_scope_is_granted_shown_and_taken_back(browser: Browser, zone: Any) -> None:
    security, person = browser(SECURITY), Person.objects.get(login__number=OFFICER)
    form = {
        "person": person.id,
        "scope": "unit",
        "unit": Unit.objects.get(code="FIN").id,
        "from_on": zone.today(),
        "to_on": zone.today() + timedelta(days=9),
        "basis": "澜经管〔2025〕20号",
    }
    assert security.post("/system/scopes/new/", {**form, "to_on": ""}).status_code == 422
    assert security.post("/system/scopes/new/", form).status_code == 302
    row = ScopeGrant.objects.get()
    assert "澜经管〔2025〕20号" in shown(browser(SUPERVISOR).get("/system/scopes/"))
    assert security.post(f"/system/scopes/{row.id}/end/", {"reason": "结束"}).status_code == 302
    row.refresh_from_db()
    assert row.to_on == zone.today()


def test_an_administrator_is_replaced_by_the_two_others(browser: Browser, zone: Any) -> None:
    person = newcomer(browser)
    form = {"role": "audit_admin", "incoming": person.id, "number": "10013", "basis": "澜经管〔2025〕12号"}
    assert browser(AUDIT).post("/system/administrators/new/", form).status_code == 403
    assert browser(SYSTEM).post("/system/administrators/new/", form).status_code == 302
    row = AdministratorChange.objects.get()
    place = f"/system/administrators/{row.id}/"
    old = browser(AUDIT)
    assert browser(SYSTEM).post(place, {"action": "agree"}).status_code == 403
    assert old.post(place, {"action": "agree"}).status_code == 403
    zone.pass_time(working_days=1)
    phrase = phrase_in(browser(SECURITY).post(place, {"action": "agree"}))
    assert old.get("/").status_code == 302
    assert enter("10013", phrase) == 302
    assert "单于澈" in shown(browser(SYSTEM).get("/system/administrators/"))


def test_a_weaker_log_in_rule_needs_the_system_administrator(browser: Browser) -> None:
    security, system = browser(SECURITY), browser(SYSTEM)
    form = {"value": "20", "source": "澜经管〔2025〕30号", "reason": "现场测试"}
    assert security.post("/system/policy/lock.account_failures/", form).status_code == 302
    row = PolicyChange.objects.get()
    assert f"/system/policy/changes/{row.id}/" in shown(security.get("/system/policy/"))
    assert security.post(f"/system/policy/changes/{row.id}/", {"action": "agree"}).status_code == 403
    assert system.post(f"/system/policy/changes/{row.id}/", {"action": "agree"}).status_code == 302
    assert security.post("/system/policy/lock.account_failures/", {**form, "value": "2"}).status_code == 422
    assert security.post("/system/policy/lock.account_failures/", {**form, "value": "3"}).status_code == 302
    assert security.get("/system/policy/no.such/").status_code == 404


def test_a_local_code_is_offered_in_forms(browser: Browser) -> None:
    form = {
        "codelist": "unit_kind",
        "code": "x_lab",
        "zh": "实验室",
        "en": "laboratory",
        "basis": "编办〔2025〕1号",
    }
    system = browser(SYSTEM)
    assert system.post("/system/dictionary/new/", {**form, "code": "lab"}).status_code == 422
    assert system.post("/system/dictionary/new/", form).status_code == 302
    assert "实验室" in shown(browser(PERSONNEL).get("/org/units/new/"))
    row = CodeAddition.objects.get()
    assert system.post(f"/system/dictionary/{row.id}/end/", {"reason": "并入"}).status_code == 302
    assert "实验室" not in shown(browser(PERSONNEL).get("/org/units/new/"))
    assert "实验室" in shown(system.get("/system/dictionary/?kind=own"))


def test_a_figure_is_proposed_by_one_and_agreed_by_another(browser: Browser, zone: Any) -> None:
    key, day = "works.bottleneck.returns_min", zone.today() + timedelta(days=3)
    form = {"value": "4", "from_on": day, "mark": "I", "source": "澜经管〔2025〕8号"}
    assert browser(OFFICER).post(f"/parameters/{key}/change/", form).status_code == 403
    keeper = browser(KEEPER)
    assert keeper.post(f"/parameters/{key}/change/", {**form, "from_on": "2025-01-01"}).status_code == 422
    assert keeper.post(f"/parameters/{key}/change/", form).status_code == 302
    row = FigureChange.objects.get()
    place = f"/parameters/changes/{row.id}/"
    assert keeper.post(place, {"action": "agree"}).status_code == 403
    assert place in shown(browser(LEADER).get("/parameters/"))
    assert browser(LEADER).post(place, {"action": "agree"}).status_code == 302
    assert figure(key, day) == 4
    page = shown(browser(OFFICER).get(f"/parameters/{key}/"))
    assert "澜经管〔2025〕8号" in page and "历次数值" in page
    assert browser(OFFICER).get("/parameters/no.such/").status_code == 404


def test_a_notice_reaches_the_workbench_is_counted_and_withdrawn(browser: Browser) -> None:
    system, officer = browser(SYSTEM), browser(OFFICER)
    form = {"kind": "notice", "title": "停机<b>维护</b>", "text": "周六停机\n两小时。"}
    assert system.post("/notices/new/", form).status_code == 302
    row = Notice.objects.get()
    assert officer.get(f"/notices/{row.id}/").status_code == 404
    assert system.post(f"/notices/{row.id}/publish/").status_code == 302
    assert "停机&lt;b&gt;维护&lt;/b&gt;" in shown(officer.get("/"))
    assert "未读" in shown(officer.get("/notices/"))
    assert officer.get(f"/notices/{row.id}/").status_code == 200
    assert "未读" not in shown(officer.get("/notices/"))
    assert "闫犇" in shown(system.get(f"/notices/{row.id}/"))
    assert officer.get(f"/notices/{row.id}/withdraw/").status_code == 403
    assert system.post(f"/notices/{row.id}/withdraw/", {"reason": "改期"}).status_code == 302
    assert officer.get(f"/notices/{row.id}/").status_code == 404
    assert system.get(f"/notices/{row.id}/edit/").status_code == 200
    assert system.post(f"/notices/{row.id}/edit/", form).status_code == 409


def test_a_head_addresses_his_own_units_only(browser: Browser) -> None:
    form = {
        "kind": "notice",
        "title": "例会",
        "text": "周一九点。",
        "units": [Unit.objects.get(code="FIN").id],
    }
    head = browser(HEAD)
    assert head.post("/notices/new/", form).status_code == 422
    assert head.post("/notices/new/", {**form, "units": []}).status_code == 422
    assert head.post("/notices/new/", {**form, "units": [Unit.objects.get(code="CON").id]}).status_code == 302
    assert "例会" not in shown(browser(SYSTEM).get("/notices/"))
    assert "例会" in shown(browser(SYSTEM).get("/system/notices/"))


def test_who_is_kicked_out_meets_the_log_in_page_at_the_next_request(browser: Browser) -> None:
    officer, system = browser(OFFICER), browser(SYSTEM)
    session = SessionRecord.objects.get(number=OFFICER, ended_at=None)
    page = shown(system.get("/system/sessions/"))
    assert f"/system/sessions/{session.id}/end/" in page
    assert officer.get("/").status_code == 200
    place = f"/system/sessions/{session.id}/end/"
    assert system.post(place, {"reason": ""}).status_code == 422
    assert browser(AUDIT).post(place, {"reason": "x"}).status_code == 403
    assert system.post(place, {"reason": "终端遗失"}).status_code == 302
    answer = officer.get("/items/")
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")
    event = Event.objects.filter(act="session.revoke", is_refused=False).get()
    assert event.object == f"person:{Person.objects.get(login__number=OFFICER).id}"
    assert "终端遗失" in shown(browser(AUDIT).get("/system/operations/?group=session."))


def test_the_log_in_log_shows_success_and_failure_and_offers_no_way_to_change_it(browser: Browser) -> None:
    enter(OFFICER, "wrong")
    audit = browser(AUDIT)
    page = shown(audit.get("/system/logins/"))
    assert "成功" in page and "失败" in page
    assert "失败" in shown(audit.get("/system/logins/?outcome=failure&q=20703"))
    before = LoginRecord.objects.count()
    for method in ("post", "put", "patch", "delete"):
        assert getattr(audit, method)("/system/logins/").status_code == 405
        assert getattr(audit, method)("/system/operations/").status_code == 405
    assert LoginRecord.objects.count() == before


def test_the_operation_log_is_searched_by_person_act_time_result_and_address(
    browser: Browser, zone: Any
) -> None:
    browser(OFFICER).post(
        "/system/dictionary/new/", {"codelist": "medium", "code": "x_a", "zh": "甲", "en": "a", "basis": "x"}
    )
    browser(OFFICER).get("/org/persons/?export=xlsx")
    audit, day = browser(AUDIT), zone.today()
    refused = shown(audit.get("/system/operations/?refused=yes&q=闫犇"))
    assert "非相应管理员" in refused and "127.0.0.1" in refused
    assert "导出" in shown(audit.get(f"/system/operations/?group=access.&from={day}&to={day}"))
    assert "非相应管理员" in shown(audit.get("/system/operations/?q=127.0.0.1"))
    assert "非相应管理员" not in shown(audit.get(f"/system/operations/?to={day - timedelta(days=1)}"))
    assert "非相应管理员" not in shown(audit.get("/system/operations/?q=203.0.113."))


def test_a_supervisor_reads_in_the_operation_log_only_his_scope(browser: Browser) -> None:
    assert browser(SUPERVISOR).get("/system/operations/").status_code == 200
    for number in (OFFICER, SYSTEM, SECURITY, BUILDER):
        assert browser(number).get("/system/operations/").status_code == 403


def test_each_list_searches_sorts_and_goes_into_a_sheet(browser: Browser) -> None:
    client = browser(SECURITY)
    for place in LISTS:
        assert client.get(f"{place}?q=无此字样的记录&page=99").status_code == 200
        sheet = client.get(f"{place}?export=xlsx")
        rows = load_workbook(io.BytesIO(sheet.content)).get_sheet_by_index(0).to_python()
        assert rows and rows[0][0], place
    assert Event.objects.filter(act="access.export").count() == len(LISTS)


def test_administrators_open_no_business_page(browser: Browser) -> None:
    for number in (SYSTEM, SECURITY, AUDIT):
        for place in ("/works/", "/cockpit/", "/undertakings/", "/meetings/", "/org/handovers/"):
            assert browser(number).get(place).status_code == 403, (number, place)
