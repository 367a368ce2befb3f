"""W1 to W13: from the inspection team's finding to money in the worker's hand and the rule that holds it there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianjing.domains.injury.models import (
    BenefitShare,
    HomeCheck,
    HomeCheckSigning,
    InjuryScreening,
    InjuryScreeningCase,
    InjuryUrging,
)
from lianjing.domains.injury.queries.withheld import items_visible, rows_of
from lianjing.domains.injury.services.takeover import OldCase, PaidItem, take_over
from lianjing.domains.injury.services.urging import escalate_due
from lianjing.runtime import codes
from lianjing.runtime.external_finding.models import ExternalFinding, ExternalFindingPart
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parameter.queries import parameter_on
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.revision import services as revision
from lianjing.runtime.undertaking.models import Undertaking
from tests.covers.conftest import attempts, fields_of
from tests.domains.injury.playing import InjuryPlay
from tests.domains.injury.rectifying import (
    AGENT,
    AUDITOR,
    CHECKER,
    FIRM,
    FIRST,
    HEAD,
    OWNER,
    PAID_ON,
    SECOND,
    SUPERVISOR,
    Rectifying,
)

ASSESSOR, REVIEWER, COUNTER = "21207", "21208", "21201"
OFFICER_ELSEWHERE = "20703"


@pytest.fixture
def agency(zone):
    """The agency with two old cases: of one nothing was passed on, of the other everything."""
    desk = Rectifying(zone)
    kept = desk.old_case(("disability_grant", "30000"), ("medical", "8000"))
    whole = desk.old_case(("disability_grant", "12000"), worker="宦骁")
    desk.passed_on(desk.items(whole)[0], "12000")
    return desk, kept, whole


def said(page):
    return page.content.decode()


def to_answer(client, finding, demand, evidence, **more):
    data = {"action": "answer", "demand": demand, "text": "已整改", "evidence": evidence.pk, **more}
    return client.post(f"/findings/{finding.pk}/", data)


@pytest.mark.covers("W1")
def test_a_finding_of_the_inspection_team_gives_its_department_three_duties_with_terms(agency, enter):
    desk, _kept, _whole = agency
    data = {
        "domain": "injury",
        "source_kind": "tour",
        "issuer": "市委第三巡察组",
        "doc_no": "巡反〔2025〕7号",
        "issued_on": desk.scene.today().isoformat(),
        "unit": Unit.objects.get(code="SIC").pk,
        "track": "immediate",
        "fact": "有的工伤职工没有及时足额领取工伤待遇",
        "duty": "对代办代领监管不严",
        "fix_text": "立即整改",
        "screen_text": "全市排查",
        "rule_text": "堵住薄弱环节",
    }
    assert enter(AUDITOR).post("/findings/new/", data).status_code == 403
    supervisor = enter(SUPERVISOR)
    assert supervisor.post("/findings/new/", {**data, "fact": " "}).status_code == 422
    assert supervisor.post("/findings/new/", data).status_code == 302

    finding = ExternalFinding.objects.get()
    parts = ExternalFindingPart.objects.filter(finding=finding)
    assert {part.demand for part in parts} == {"fix", "screen", "rule_change"}
    assert finding.unit.code == "SIC" and finding.duty_text and finding.due_on > finding.issued_on
    page = said(enter(HEAD).get(f"/findings/{finding.pk}/"))
    assert "没有及时足额领取" in page and "市委第三巡察组" in page
    assert enter(OFFICER_ELSEWHERE).get(f"/findings/{finding.pk}/").status_code == 404
    run = desk.run(finding)
    rows = desk.listed(run)  # one finding, many rows of the ledger
    assert rows and all(row.source == f"external_finding:{finding.pk}" for row in rows)


@pytest.mark.covers("W2")
def test_the_list_shows_what_a_worker_did_not_get_or_got_in_part(agency, enter):
    desk, kept, _whole = agency
    medical = desk.items(kept)[1]
    desk.passed_on(medical, "3000")
    page = said(enter(AUDITOR).get("/injury/withheld/"))
    assert "30,000.00" in page and "代领未转付" in page
    assert "5,000.00" in page and "转付不足" in page
    partly = said(enter(AUDITOR).get("/injury/withheld/?kind=partly"))
    assert "5,000.00" in partly and "30,000.00" not in partly.split("<table")[1]
    sheet = enter(AUDITOR).get("/injury/withheld/?export=xlsx&reason=整改台账核对使用")
    assert sheet["Content-Type"].startswith("application/vnd.openxml")


@pytest.mark.covers("W3")
def test_money_with_the_employer_beyond_the_limit_without_transfer_is_red(zone, enter):
    desk = Rectifying(zone)
    today = zone.today()
    case = desk.old_case(("disability_grant", "20000"), paid_on=today)
    client = enter(AUDITOR)
    assert "代领未转付" not in said(client.get("/injury/withheld/")).partition("<table")[2]
    zone.pass_time(working_days=5)
    assert "20,000.00" not in said(client.get("/injury/withheld/"))  # the last day is in time
    zone.pass_time(working_days=1)
    page = said(enter(AUDITOR).get("/injury/withheld/"))
    assert ("20,000.00" in page and "lj-status is-bad" in page) or "is-bad" in page
    assert parameter_on("injury.pass_on_working_days", zone.today()).mark == "I"
    desk.passed_on(desk.items(case)[0], "20000")
    assert "20,000.00" not in said(enter(AUDITOR).get("/injury/withheld/"))


@pytest.mark.covers("W4")
def test_a_seeded_interception_is_found_and_reaches_the_supervisor(agency, enter):
    desk, kept, whole = agency
    run = desk.run(desk.finding())
    hits = InjuryScreeningCase.objects.filter(screening=run, is_hit=True)
    assert [hit.injury_id for hit in hits] == [kept.pk] and run.withheld == Decimal("38000")
    page = said(enter(SUPERVISOR).get(f"/injury/screenings/{run.pk}/"))
    assert "代领未转付" in page and "38,000.00" in page
    assert f"/injury/{kept.pk}/" in page and f"/injury/{whole.pk}/" in page


def test_a_case_from_before_the_platform_stays_open_while_the_employer_keeps_the_money(agency, enter):
    _desk, kept, whole = agency
    client = enter(COUNTER)
    page = said(client.get(f"/injury/{kept.pk}/"))
    assert "平台前的待遇" in page and "30,000.00" in page and "代领未转付" in page
    answer = client.post(f"/matters/{kept.pk}/gate/", {"request_key": "019f0000-0000-7000-8000-000000000001"})
    kept.refresh_from_db()
    assert kept.status == "open" and "足额交给职工" in said(answer)
    client.post(f"/matters/{whole.pk}/gate/", {"request_key": "019f0000-0000-7000-8000-000000000002"})
    whole.refresh_from_db()
    assert whole.status != "open"


@pytest.mark.covers("W5")
def test_each_of_the_three_parts_closes_only_with_evidence_that_the_issuer_accepts(agency, enter):
    desk, _kept, _whole = agency
    finding = desk.finding()
    auditor, supervisor = enter(AUDITOR), enter(SUPERVISOR)
    place = f"/findings/{finding.pk}/"
    bare = {"action": "answer", "demand": "fix", "text": "已整改"}
    assert auditor.post(place, bare).status_code == 422
    assert supervisor.post(place, {"action": "accept", "demand": "fix"}).status_code == 403
    paper = SimpleUploadedFile("报告.pdf", b"%PDF-1.4 report")
    assert (
        auditor.post(place, {"action": "supply", "title": "转付凭证汇总", "file": paper}).status_code == 302
    )
    evidence = desk.evidence(finding)
    assert to_answer(auditor, finding, "fix", evidence).status_code == 302
    assert auditor.post(place, {"action": "accept", "demand": "fix"}).status_code == 403
    back = {"action": "return", "demand": "fix", "reason": "缺转账凭证"}
    assert supervisor.post(place, back).status_code == 302
    assert "缺转账凭证" in said(auditor.get(place))
    assert to_answer(auditor, finding, "fix", evidence).status_code == 302
    assert supervisor.post(place, {"action": "accept", "demand": "fix"}).status_code == 302
    finding.refresh_from_db()
    assert (finding.has_fix, finding.has_screening, finding.has_rule_change) == (True, False, False)
    assert Matter.objects.get(pk=finding.pk).status == "open"


@pytest.mark.covers("W6")
def test_the_immediate_track_runs_a_short_clock_that_is_a_marked_figure(agency, enter):
    desk, _kept, _whole = agency
    at_once, usual = desk.finding(), desk.finding(track="normal", fact="另一问题")
    figure = parameter_on("inspection.immediate_days", desk.scene.today())
    assert (int(figure.value_number), figure.mark) == (15, "I")
    fix = ExternalFindingPart.objects.get(finding=at_once, demand="fix")
    assert fix.due_on == at_once.issued_on + timedelta(days=15)
    assert ExternalFindingPart.objects.get(finding=usual, demand="fix").due_on > fix.due_on
    desk.scene.pass_time(working_days=14)
    page = said(enter(SUPERVISOR).get(f"/findings/{at_once.pk}/"))
    assert "逾期" in page.split('id="part-fix"')[1].split("</section>")[0]


@pytest.mark.covers("W7")
def test_every_proxy_case_is_visited_by_two_and_the_second_confirms_himself(agency, enter):
    desk, kept, whole = agency
    finding = desk.finding()
    run = desk.run(finding)
    desk.listed(run)
    evidence = desk.evidence(finding)
    grant, medical = desk.items(kept)
    first, place = enter(FIRST), f"/injury/{kept.pk}/checks/"
    data = {
        "checked_on": desk.scene.today().isoformat(),
        "second": desk.scene.person(SECOND),
        f"received-{grant.pk}": "0",
        f"received-{medical.pk}": "3000",
        "statement": "单位只给了我三千元",
    }
    assert first.post(place, {**data, "second": desk.scene.person(FIRST)}).status_code == 403
    assert first.post(place, {**data, "statement": ""}).status_code == 422
    assert first.post(place, {**data, "second": desk.scene.person(OFFICER_ELSEWHERE)}).status_code == 403
    assert first.post(place, data).status_code == 302
    check = HomeCheck.objects.get()
    assert check.received == Decimal("3000") and not HomeCheckSigning.objects.exists()
    assert first.post(f"/injury/checks/{check.pk}/", {}).status_code == 403
    refused = to_answer(enter(AUDITOR), finding, "screen", evidence, subject=f"injury_screening:{run.pk}")
    assert refused.status_code == 403 and "2件" in said(refused)

    second = enter(SECOND)
    assert "待我确认" in said(second.get("/injury/checks/"))
    assert second.post(f"/injury/checks/{check.pk}/", {}).status_code == 302
    medical.refresh_from_db()
    assert (medical.is_confirmed, medical.confirmed) == (False, Decimal("3000"))
    assert "确认少于应得" in said(enter(AUDITOR).get("/injury/withheld/"))
    desk.visited(whole, "12000")
    answered = to_answer(enter(AUDITOR), finding, "screen", evidence, subject=f"injury_screening:{run.pk}")
    assert answered.status_code == 302


@pytest.mark.covers("W8")
def test_an_employer_is_urged_by_name_signs_and_overdue_goes_up(agency, enter):
    desk, kept, _whole = agency
    item, auditor = desk.items(kept)[0], enter(AUDITOR)
    place = f"/injury/withheld/{item.pk}/untransferred/urge/"
    assert "30,000.00" in said(auditor.get(place))
    due_on = desk.scene.today() + timedelta(days=5)
    data = {"responsible_name": "钱沄帆", "responsible_title": "总经理", "due_on": due_on.isoformat()}
    assert auditor.post(place, {**data, "responsible_name": ""}).status_code == 422
    assert auditor.post(place, data).status_code == 302
    notice = InjuryUrging.objects.select_related("urging").get()
    assert notice.amount == Decimal("30000") and notice.urging.due_on == due_on
    paper = said(auditor.get(f"/injury/notices/{notice.pk}/paper/"))
    assert "钱沄帆" in paper and notice.urging.sheet_no in paper and "签收回执" in paper

    agent = enter(AGENT)
    assert "钱沄帆" in said(agent.get(f"/injury/notices/{notice.pk}/"))
    assert enter("40001").get(f"/injury/notices/{notice.pk}/").status_code == 404
    assert agent.post(f"/injury/notices/{notice.pk}/", {}).status_code == 302
    notice.urging.refresh_from_db()
    assert notice.urging.received_at is not None
    assert agent.post(f"/injury/notices/{notice.pk}/", {}).status_code == 409

    desk.scene.pass_time(working_days=3)
    assert escalate_due(desk.scene.now) == 0
    desk.scene.pass_time(working_days=4)
    assert (escalate_due(desk.scene.now), escalate_due(desk.scene.now)) == (1, 0)
    assert Undertaking.objects.get(pk=notice.urging.undertaking_id).is_listed_supervision
    assert "已升级" in said(enter(AUDITOR).get("/injury/withheld/"))


@pytest.mark.covers("W8")
def test_each_line_of_the_lists_leads_to_a_notice_or_says_why_not(zone, enter):
    desk, today = Rectifying(zone), zone.today()
    kept = desk.old_case(("disability_grant", "30000"), ("medical", "8000"))
    desk.passed_on(desk.items(kept)[1], "3000")
    desk.visited(kept, "0", "3000")
    unpaid = PaidItem("leave_wage", Decimal("6000"), None, payer="employer", due_on=today - timedelta(days=9))
    late = PaidItem(
        "disability_grant", Decimal("7000"), PAID_ON, route="worker", due_on=PAID_ON - timedelta(days=9)
    )
    for place, item in enumerate((unpaid, late)):
        worker = OldCase(f"宦骁{place}", FIRM, date(2025, 3, 1))
        take_over(worker, [item], person_id=zone.person("21201"), now=desk.now())
    rows = rows_of(items_visible(zone.person(AUDITOR), zone.today()), zone.today())
    assert {row.fault.kind for row in rows} == set(codes.codes("withheld_kind"))
    client = enter(AUDITOR)
    for row in rows:
        kind = row.fault.kind
        page = said(client.get(f"/injury/withheld/?kind={kind}")).split("<table")[1]
        if row.is_employers:
            place = f"/injury/withheld/{row.item.pk}/{kind}/urge/"
            assert f'href="{place}"' in page and "责任人" in said(client.get(place)), kind
        elif kind == "unconfirmed":
            place = f"/injury/{row.item.injury_id}/checks/"
            assert f'href="{place}"' in page and "不须督促单位" in page
            assert client.get(place).status_code == 200
        else:
            assert kind == "late" and "已迟付，不再督促" in page
    subtitle = said(client.get("/injury/withheld/"))
    assert "每行都可督促" not in subtitle and "无须督促的写明缘由" in subtitle


@pytest.mark.covers("W9")
def test_the_screening_can_be_repeated_and_its_ledger_must_balance(agency, enter):
    desk, kept, whole = agency
    finding = desk.finding()
    auditor = enter(AUDITOR)
    for _time in range(2):
        assert auditor.post("/injury/screenings/", {"finding": finding.pk}).status_code == 302
    first, again = InjuryScreening.objects.order_by("pk")
    assert first.population_count == 2 and first.hit_count == 1
    assert (first.hits_sha256, first.population_sha256) == (again.hits_sha256, again.population_sha256)
    assert enter(OWNER).post("/injury/screenings/", {"finding": finding.pk}).status_code == 403

    place, due_on = f"/injury/screenings/{again.pk}/", desk.scene.today() + timedelta(days=3)
    people = {"owner": desk.scene.person(OWNER), "checker": desk.scene.person(CHECKER)}
    data = {"action": "ledger", "due_on": due_on.isoformat(), **people}
    same = {**data, "checker": people["owner"]}
    assert auditor.post(place, same).status_code == 403
    assert auditor.post(place, data).status_code == 302
    row = Undertaking.objects.get(source=f"external_finding:{finding.pk}")
    assert row.owner_person_id != row.checker_person_id and row.due_on == due_on
    desk.visited(kept, "0", "0")
    desk.visited(whole, "12000")
    evidence = desk.evidence(finding)

    desk.scene.pass_time(working_days=5)
    auditor = enter(AUDITOR)
    subject = {"subject": f"injury_screening:{again.pk}"}
    late = to_answer(auditor, finding, "screen", evidence, **subject)
    assert late.status_code == 403 and "逾期" in said(late)
    papers = [desk.passed_on(item, str(item.paid)) for item in desk.items(kept)]
    closing = {"action": "close", "result": "done"}
    checker = enter(CHECKER)
    assert checker.post(f"/undertakings/{row.pk}/", closing).status_code == 422  # no evidence
    closed = checker.post(f"/undertakings/{row.pk}/", {**closing, "evidence": papers[0].pk})
    assert closed.status_code == 302
    assert to_answer(auditor, finding, "screen", evidence, **subject).status_code == 302
    auditor.post(f"/injury/screenings/{again.pk}/", {"action": "again"})
    third = InjuryScreening.objects.order_by("-pk").first()
    page = said(auditor.get(f"/injury/screenings/{third.pk}/"))
    assert "两次条件相同" in page and "仍命中" in page  # the worker's word at the door still stands


@pytest.mark.covers("W10")
def test_without_proof_of_the_advance_the_money_goes_to_the_worker(zone, enter):
    play, claim, _items = claimed(zone, vouchers=[])
    assess(play, claim, enter)
    assert routes(claim) == {("worker", Decimal("10000.00"))}


@pytest.mark.covers("W11")
@pytest.mark.parametrize(
    ("proven", "to_whom"),
    [("12000", "employer"), ("10000", "employer"), ("9999", "worker")],
)
def test_the_advance_is_compared_with_the_sum_to_be_reimbursed(zone, enter, proven, to_whom):
    play, claim, _items = claimed(zone, proven)
    assess(play, claim, enter)
    assert routes(claim) == {(to_whom, Decimal("10000.00"))}


@pytest.mark.covers("W12")
def test_a_claim_closes_only_when_the_worker_has_confirmed_the_whole(zone, enter):
    play, claim, _items = claimed(zone, vouchers=[])
    assess(play, claim, enter)
    play.do(REVIEWER, claim, "review", {"is_checked": "on", "opinion": "情况属实，同意"})
    play.paid(claim, "worker", "10000.00")
    auditor = enter(AUDITOR)
    item = play.scene.item(claim, "confirm")
    refused = auditor.post(f"/items/{item.pk}/", {"is_received": "on"})
    assert refused.status_code == 403 and "尚未确认足额到手" in said(refused), said(refused)
    assert Matter.objects.get(pk=claim.pk).status == "open"
    play.scene.pass_time(working_days=30)
    page = said(enter(AUDITOR).get("/injury/withheld/?kind=unconfirmed"))
    assert "10,000.00" in page


@pytest.mark.covers("W13")
def test_the_fix_is_a_version_of_the_rule_that_came_after_the_finding(agency, enter):
    desk, _kept, _whole = agency
    finding = desk.finding()
    evidence = desk.evidence(finding)
    older = Definition.objects.get(key="injury_route", to_on=None)
    client = enter(AUDITOR)
    refused = to_answer(client, finding, "rule_change", evidence, subject=f"definition:{older.pk}")
    assert refused.status_code == 403 and "早于问题反馈" in said(refused)
    newer = new_version(desk, older)
    page = said(client.get(f"/findings/{finding.pk}/"))
    assert f"definition:{newer.pk}" in page and f"definition:{older.pk}" not in page
    answered = to_answer(client, finding, "rule_change", evidence, subject=f"definition:{newer.pk}")
    assert answered.status_code == 302
    supervisor = enter(SUPERVISOR)
    accepted = supervisor.post(f"/findings/{finding.pk}/", {"action": "accept", "demand": "rule_change"})
    assert accepted.status_code == 302
    finding.refresh_from_db()
    assert finding.has_rule_change and "zone_injury" in said(supervisor.get(f"/findings/{finding.pk}/"))
    assert len(attempts("external_finding.rule_older")) == 1


def new_version(desk, older):
    """Revise the routing table as an office does: drafted, checked, approved by a second person, from a later day."""
    drafter, approver = desk.scene.person("20603"), desk.scene.person("20006")
    words = {"title": "规范工伤待遇支付经办流程", "reason": "市委第三巡察组反馈问题"}
    row = revision.begin(
        regulation_key=older.regulation.key, bundle_key="", person_id=drafter, now=desk.now(), **words
    )
    text = older.xml.replace("待遇支付路径", "待遇支付路径（修订）", 1)
    assert text != older.xml
    doing = {"revision_id": row.pk, "person_id": drafter}
    revision.put_part(kind="decision", key=older.key, text=text, now=desk.now(), **doing)
    revision.check(now=desk.now(), **doing)
    from_on = desk.scene.today() + timedelta(days=1)
    revision.submit(from_on=from_on, no_replay_reason="只改名称", now=desk.now(), **doing)
    revision.approve(revision_id=row.pk, person_id=approver, now=desk.now(), opinion="同意")
    return Definition.objects.get(key=older.key, version=older.version + 1)


def claimed(zone, proven="", **changes):
    """A medical claim of 10,000 yuan by proxy, with a voucher of `proven` yuan where one is given."""
    play = InjuryPlay(zone)
    case = play.case()
    play.recognised(case)
    play.facts(case)
    if proven:
        changes["vouchers"] = [play.voucher(proven)]
    claim = play.claimed(case, {"kind": "medical", "spent": "12000", "incurred_on": "2025-08-22"}, **changes)
    return play, claim, play.items(claim)


def assess(play, claim, enter):
    """The assessor decides the claim on the page."""
    item = play.scene.item(claim, "assess")
    answer = enter(ASSESSOR).post(f"/items/{item.pk}/", fields_of(play.assessment(claim)))
    assert answer.status_code == 302, answer.content.decode()


def routes(claim):
    return set(BenefitShare.objects.filter(benefit_item__claim_id=claim.pk).values_list("payee", "amount"))
