"""The pages of works: the register of projects, the project file, and what they never show to whom."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import load_workbook

from lianjing.domains.works.models import Project
from lianjing.domains.works.queries.money import contract_lines, ledger_of
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.payment.models import BankLine
from lianjing.runtime.process.models import Opinion
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import BUILDER, HEAD, LEAD, MAKER, OFFICER, OTHER_BUILDER, Play

SUPERVISOR, AUDIT_ADMIN = "30001", "10003"
Browser = Callable[[str], Client]


@pytest.fixture
def browser(db: None) -> Browser:
    """Return a client that is logged in as the person with this number."""

    def log_in(number: str) -> Client:
        client = Client()
        client.force_login(LoginAccount.objects.get(number=number))
        return client

    return log_in


@pytest.fixture
def paid(contracted: Any) -> tuple[Play, Matter, Matter]:
    """A project with one advance of 390,000 yuan that reached its receipt."""
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "400000")
    play.checked(matter, "390000")
    play.opinions(matter)
    play.financed(matter)
    play.ordered(matter)
    play.released(matter)
    play.receipted(matter, "390000")
    return play, project, matter


def shown(answer: Any) -> str:
    return answer.content.decode()


def test_the_register_counts_by_stage_and_each_count_opens_its_list(browser: Browser, play: Play) -> None:
    project = play.project()
    play.project(title="第二个项目", project_code="2402-990101-04-01-000002")
    text = shown(browser(SUPERVISOR).get("/works/"))
    assert re.search(r'href="/works/\?stage=initiation"><span class="lj-counter-value num">2', text)
    assert f"/works/{project.id}/" in text
    assert "第二个项目" not in shown(browser(SUPERVISOR).get("/works/?stage=contract"))


def test_the_register_is_searched_filtered_sorted_and_exported(browser: Browser, play: Play) -> None:
    play.project()
    play.project(title="=HYPERLINK(1)", project_code="2402-990101-04-01-000002", total_investment="9000000")
    client = browser(SUPERVISOR)
    assert "HYPERLINK" not in shown(client.get("/works/?q=北延"))
    ordered = shown(client.get("/works/?sort=total_investment"))
    assert ordered.index("HYPERLINK") < ordered.index("望汀大道北延工程")
    assert (
        client.get("/works/?year=2025&onboarding=new&status=identification&money=paid&unit=1").status_code
        == 200
    )
    sheet = (
        load_workbook(io.BytesIO(client.get("/works/?export=xlsx").content)).get_sheet_by_index(0).to_python()
    )
    assert len(sheet) == 3
    assert {row[1] for row in sheet[1:]} == {"望汀大道北延工程", "=HYPERLINK(1)"}


def test_sums_of_different_currencies_are_never_added(browser: Browser, play: Play) -> None:
    play.project()
    other = play.project(title="外币项目", project_code="2402-990101-04-01-000002")
    Project.objects.filter(pk=other.pk).update(currency="PHP")
    text = shown(browser(SUPERVISOR).get("/works/"))
    assert "PHP 68,000,000.00" in text
    assert "136,000,000" not in text


def test_a_project_is_opened_from_its_form_once_and_by_its_officer_only(browser: Browser, play: Play) -> None:
    data = {**play.project_data(), "request_key": "5b9d2a3e-8b6e-4b0e-9a53-0f3f0d0a7f11"}
    for number in (SUPERVISOR, HEAD, BUILDER):
        assert browser(number).get("/works/open/").status_code == 403
        assert browser(number).post("/works/open/", data).status_code == 403
    client = browser(OFFICER)
    assert client.get("/works/open/").status_code == 200
    first, second = client.post("/works/open/", data), client.post("/works/open/", data)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == f"/works/{Project.objects.get().pk}/"


def test_a_form_with_faults_says_each_at_its_field_and_keeps_what_was_typed(
    browser: Browser, play: Play
) -> None:
    data = play.project_data(title="", total_investment="0", project_code="12")
    answer = browser(OFFICER).post("/works/open/", data)
    assert answer.status_code == 422
    assert shown(answer).count("lj-errors") == 3
    assert "望汀大道以北" in shown(answer)
    assert not Project.objects.exists()


def test_the_file_shows_six_stages_with_dates_persons_and_papers(browser: Browser, paid: Any) -> None:
    _play, project, matter = paid
    text = shown(browser(SUPERVISOR).get(f"/works/{project.id}/"))
    for stage in ("立项", "规划", "招投标", "合同", "实施", "资金支付"):
        assert stage in text
    assert len(re.findall(r'role="tabpanel"', text)) == 6
    assert f'id="matter-{matter.id}"' in text
    assert "开标、评标与定标" in text and "¥49,500,000.00" in text
    assert "卞燊" in text and "核减后通过" in text and "规则判定" in text
    assert "/documents/" in text


def test_every_line_of_the_timeline_opens_its_event(browser: Browser, paid: Any) -> None:
    _play, project, _matter = paid
    client = browser(SUPERVISOR)
    page, seen = f"/works/{project.id}/timeline/", set()
    while page:
        text = shown(client.get(page))
        lines = text[text.index("lj-timeline") :]
        found = re.findall(r'class="lj-act"><a href="/events/([^/]+)/"', lines)
        assert found and len(found) == lines.count('class="lj-act"')
        seen |= set(found)
        older = re.search(r'href="(\?before=\d+)"', lines)
        page = f"/works/{project.id}/timeline/{older[1]}" if older else ""
    assert seen == set(Event.objects.filter(object=f"matter:{project.id}").values_list("id", flat=True))


def test_each_figure_of_the_file_can_be_traced(browser: Browser, paid: Any) -> None:
    _play, project, matter = paid
    client = browser(SUPERVISOR)
    text = shown(client.get(f"/works/{project.id}/?tab=payment"))
    places = set(re.findall(r'href="(/trace/[^"]+)"', text))
    assert f"/trace/payment_application/{matter.id}/?column=approved" in places
    for place in places:
        assert client.get(place.replace("&amp;", "&")).status_code == 200, place


def test_receipts_ledger_and_bank_lines_agree_and_a_difference_is_told(browser: Browser, paid: Any) -> None:
    play, project, _matter = paid
    ledger = ledger_of(project.id, contract_lines(project.id, play.scene.today()))
    assert (ledger.ledger, ledger.orders, ledger.bank) == (Decimal("390000.00"),) * 3
    assert ledger.is_equal
    client = browser(SUPERVISOR)
    assert "三者相等" in shown(client.get(f"/works/{project.id}/"))
    BankLine.objects.update(amount=Decimal("390000.01"))
    assert "不相等" in shown(client.get(f"/works/{project.id}/"))


@pytest.mark.covers("C8")
def test_the_printed_file_holds_every_decision_opinion_paper_and_person(browser: Browser, paid: Any) -> None:
    _play, project, matter = paid
    assert "?print=1" in shown(browser(SUPERVISOR).get(f"/works/{project.id}/"))
    text = shown(browser(SUPERVISOR).get(f"/works/{project.id}/?print=1"))
    assert "data-print" in text
    for name in ("闫犇", "卞燊", "柴堃林", "宓骁", "欧阳煦", "令狐霏", "桑玥", "佘芃", "尹翯", "蔺赟"):
        assert name in text
    assert "已核" in text
    assert f"ZF-{matter.id}" in text
    acts = re.findall(r'class="lj-act"><a href="/events/', text)
    assert len(acts) == Event.objects.filter(object=f"matter:{project.id}").count() > 30


def test_a_supervisors_reading_is_recorded_once_a_day_and_not_shown_to_the_supervised(
    browser: Browser, play: Play
) -> None:
    project = play.project()
    place, client = f"/works/{project.id}/", browser(SUPERVISOR)
    client.get(place)
    client.get(place)
    assert Event.objects.filter(act="access.view").count() == 1
    play.scene.pass_time(working_days=1)
    client.get(place)
    assert Event.objects.filter(act="access.view").count() == 2
    browser(OFFICER).get(place)
    assert Event.objects.filter(act="access.view").count() == 2
    assert "查阅项目" not in shown(browser(OFFICER).get(place))
    assert "查阅项目" not in shown(browser(OFFICER).get("/trail/"))
    assert "查阅项目" in shown(browser(AUDIT_ADMIN).get("/trail/"))
    assert verify().is_good


def test_the_gate_is_offered_to_its_post_with_the_conditions_and_their_clauses(
    browser: Browser, play: Play
) -> None:
    project = play.project()
    text = shown(browser(LEAD).get(f"/works/{project.id}/"))
    assert f'action="/matters/{project.id}/gate/"' in text
    assert "/clauses/zone_projects~4/" in text
    assert f'action="/matters/{project.id}/gate/"' not in shown(
        browser(SUPERVISOR).get(f"/works/{project.id}/")
    )


def test_only_what_the_project_allows_is_offered_to_be_opened(browser: Browser, play: Play) -> None:
    project = play.project()
    text = shown(browser(OFFICER).get(f"/works/{project.id}/"))
    assert f"/matters/{project.id}/open/works_proposal/" in text
    assert f"/matters/{project.id}/open/works_payment/" not in text
    assert "/open/" not in shown(browser(SUPERVISOR).get(f"/works/{project.id}/"))


def test_a_firm_sees_its_own_contract_of_the_project_and_no_other_firm_sees_any(
    browser: Browser, paid: Any
) -> None:
    _play, project, _matter = paid
    contract = Contract.objects.get(project=project)
    client = browser(BUILDER)
    text = shown(client.get(f"/works/{project.id}/"))
    assert f'id="matter-{contract.pk}"' in text
    for hidden in ("68,000,000", "三方核对", 'id="chain"', "¥49,500,000.00", "立项报批", "通过阶段关口"):
        assert hidden not in text, hidden
    assert "68,000,000" not in shown(client.get("/works/"))
    assert client.get(f"/trace/project/{project.id}/?column=approved_budget").status_code == 404
    assert client.get(f"/trace/contract/{contract.pk}/?column=amount").status_code == 200
    assert browser(OTHER_BUILDER).get(f"/works/{project.id}/").status_code == 404
    assert browser(AUDIT_ADMIN).get(f"/works/{project.id}/").status_code == 403


@pytest.mark.parametrize("number", [MAKER, HEAD, SUPERVISOR])
def test_a_project_that_is_none_is_not_found(browser: Browser, play: Play, number: str) -> None:
    assert browser(number).get("/works/999999/").status_code == 404


def test_the_file_costs_the_same_queries_however_many_bids_and_payments(
    browser: Browser, paid: Any, django_assert_max_num_queries: Any
) -> None:
    _play, project, _matter = paid
    client = browser(SUPERVISOR)
    client.get(f"/works/{project.id}/")
    with django_assert_max_num_queries(130):
        client.get(f"/works/{project.id}/")


def test_the_opinion_of_a_department_stays_sealed_until_all_are_in(contracted: Any, browser: Browser) -> None:
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "400000")
    play.checked(matter, "400000")
    play.do("20301", matter, "joint", {"result": "disagree", "opinion": "资金来源不明"}, "ECO")
    event = Event.objects.filter(act="works_payment.joint").latest("recorded_at")
    opinion = Opinion.objects.get(text="资金来源不明")
    for number in (SUPERVISOR, HEAD):
        assert "资金来源不明" not in shown(browser(number).get(f"/events/{event.id}/"))
        assert "资金来源不明" not in shown(browser(number).get(f"/trace/opinion/{opinion.id}/"))
        assert "资金来源不明" not in shown(browser(number).get(f"/works/{project.id}/?tab=payment"))
    assert "封存" in shown(browser(SUPERVISOR).get(f"/events/{event.id}/"))
    for number, element in (("20402", "PLN"), ("20602", "LAW")):
        play.do(number, matter, "joint", {"result": "agree", "opinion": "已核"}, element)
    assert "资金来源不明" in shown(browser(SUPERVISOR).get(f"/events/{event.id}/"))
    assert "资金来源不明" in shown(browser(SUPERVISOR).get(f"/trace/opinion/{opinion.id}/"))


@pytest.mark.parametrize("number", [BUILDER, MAKER])
def test_no_link_to_a_matter_or_a_person_leads_its_reader_to_a_refusal(
    browser: Browser, paid: Any, number: str
) -> None:
    desk = browser(number)
    event = Event.objects.filter(matter_id=paid[2].pk).latest("recorded_at")
    begin = [f"/works/registers/{kind}/" for kind in ("award", "payment")]
    begin += ["/works/", f"/matters/{paid[2].pk}/", f"/events/{event.pk}/", f"/trace/matter/{paid[2].pk}/"]
    pages = [desk.get(place).content.decode().partition("<main")[2] for place in begin]
    links = set(re.findall(r'href="(/(?:matters|works|org|documents)/\d*[^"?#]*)"', "".join(pages)))
    assert len(links) > 3
    assert [link for link in sorted(links) if desk.get(link).status_code >= 400] == []
