"""R1, R2, R8, R9, R10, R11, R13, R14, G7 and I7 as the supervisor's test of each row asks, through the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianjing.runtime.domains import domains
from lianjing.runtime.finding.models import Finding, FindingRecusal, FindingStep
from lianjing.runtime.key_minority.models import FileOpening
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.risk import controls
from lianjing.runtime.risk.models import Campaign, Control, RegisterAdoption, RiskPoint
from lianjing.runtime.trail.models import Event
from lianjing.web.views.supervision_check import lines
from tests.runtime.finding.signals import ARCHIVES, CHIEF, HEAD, OFFICER, SECOND, Signals

SECRETARY, AUDITOR, FINANCE = "20101", "20501", "20201"


@pytest.fixture
def signals(zone: Any) -> Signals:
    return Signals(zone)


def as_(number: str) -> Client:
    client = Client()
    client.force_login(LoginAccount.objects.get(number=number))
    return client


def post(number: str, place: str, **data: Any) -> Any:
    return as_(number).post(place, data)


@pytest.mark.covers("R8", "R9")
def test_version_2024_lists_29_points_and_one_without_a_working_control_is_a_gap(signals: Signals) -> None:
    board = reverse("risk_points") + "?year=2024"
    assert post(SECOND, board, action="propose").status_code == 403
    assert post(HEAD, board, action="propose").status_code == 302
    page = as_(SECOND).get(board)
    assert (page.context["total"], page.context["gaps"]) == (29, 29)
    assert "标记A" in page.content.decode() and "标记I" in page.content.decode()
    assert set(RiskPoint.objects.values_list("pk", flat=True)) == set(
        Control.objects.values_list("risk_point_id", flat=True)
    )
    held = Control.objects.get(risk_point__no=11)
    place = reverse("risk_point", args=[held.risk_point_id])
    tested = {"action": "test", "control": held.pk, "text": "抽查支付令三笔，账户均与合同一致。"}
    assert post(FINANCE, place, result="works", **tested).status_code in (302, 403)
    assert post(AUDITOR, place, result="works", evidence_ref="risk_point:0", **tested).status_code == 422
    evidence = f"risk_point:{held.risk_point_id}"
    assert post(AUDITOR, place, result="works", evidence_ref=evidence, **tested).status_code == 302
    page = as_(SECOND).get(board)
    assert page.context["gaps"] == 28
    assert as_(SECOND).get(board + "&gap=any").context["listing"].found.count() == 28
    assert post(AUDITOR, place, result="fails", **tested).status_code == 302
    assert as_(SECOND).get(board + "&gap=fails").context["listing"].found.count() == 1
    assert "抽查支付令三笔" in as_(SECOND).get(place).content.decode()


@pytest.mark.covers("R8")
def test_the_party_committee_adopts_a_register_and_no_line_of_it_changes_after(signals: Signals) -> None:
    board = reverse("risk_points") + "?year=2024"
    post(HEAD, board, action="propose")
    passing = {"action": "adopt", "paper": "望经开工委〔2024〕12号"}
    day = signals.day.isoformat()
    assert post(HEAD, board, adopted_on=day, **passing).status_code == 403
    assert post(SECRETARY, board, **passing).status_code == 422
    other = AgendaItem.objects.order_by("pk").first()
    if other is not None:
        assert post(SECRETARY, board, action="adopt", agenda_item=other.pk).status_code == 403
    assert post(SECRETARY, board, adopted_on=day, **passing).status_code == 302
    assert RegisterAdoption.objects.get().points == 29
    point = RiskPoint.objects.get(no=1)
    changed = {"action": "drop", "text": "合并"}
    refused = post(HEAD, reverse("risk_point", args=[point.pk]), **changed)
    assert refused.status_code == 409 and "已审定" in refused.content.decode()
    assert post(HEAD, board, action="carry").status_code == 302
    assert RiskPoint.objects.filter(year=2025).count() == 29
    assert controls.standings(RiskPoint.objects.filter(year=2025), signals.day).popitem()[1].gap == "untested"


@pytest.mark.covers("I7")
def test_every_stage_has_its_twin_and_a_stage_without_one_shows(signals: Signals) -> None:
    page = as_(SECOND).get(reverse("supervision_checks"))
    rows = lines(signals.day)
    stages = {(domain.key, stage.key) for domain in domains() for stage in domain.stages}
    assert {(row.domain, row.stage) for row in rows} == stages
    assert not [row for row in rows if row.is_missing] and page.context["missing"] == 0
    assert all(row.owner for row in rows)
    assert as_(SECOND).get(reverse("supervision_checks") + "?export=xlsx").content[:2] == b"PK"


def test_a_stage_that_lost_a_line_is_named_as_missing(signals: Signals, monkeypatch: Any) -> None:
    monkeypatch.setattr("lianjing.web.views.supervision_check.standings", lambda _package, _day: [])
    page = as_(SECOND).get(reverse("supervision_checks") + "?state=missing")
    titles = {row.title for row in page.context["listing"].found}
    assert titles == {"缺业务监管监督点", "缺纪检监督监督点"}


@pytest.mark.covers("R2", "R13")
def test_a_campaign_ends_once_each_finding_is_closed_or_overdue(signals: Signals) -> None:
    first = signals.found()
    opened = {
        "title": "作风问题专项整治",
        "harm": "late_policy",
        "from_on": signals.day.isoformat(),
        "to_on": (signals.day + timedelta(days=90)).isoformat(),
        "indicators": ["M-C08"],
    }
    assert post(SECOND, reverse("campaign_new"), **opened).status_code == 403
    assert post(CHIEF, reverse("campaign_new"), **opened).status_code == 302
    row = Campaign.objects.get()
    second = signals.found(part="2")
    assert set(Finding.objects.filter(campaign=row)) == {first, second}
    place = reverse("campaign", args=[row.pk])
    ending = {"action": "close", "text": "总结。", "measures": "修订制度。"}
    assert post(CHIEF, place, **ending).status_code == 403
    signals.closed(signals.corrected(first), SECOND)
    signals.play.scene.pass_time(hours=24 * 20)
    shown = as_(CHIEF).get(place).context["progress"]
    assert (shown.found, shown.closed, shown.overdue, shown.left) == (2, 1, 1, 0)
    assert post(CHIEF, place, **ending).status_code == 302
    paper = as_(SECOND).get(reverse("campaign_paper", args=[row.pk])).content.decode()
    assert "作风问题专项整治总结报告" in paper and first.finding_no in paper
    assert as_(OFFICER).get(reverse("campaign_paper", args=[row.pk])).status_code == 404
    listed = as_(SECOND).get(reverse("findings") + f"?campaign={row.pk}")
    assert listed.context["listing"].found.count() == 2


@pytest.mark.covers("R10", "R14")
def test_a_finding_shows_four_stamps_and_which_is_overdue_its_class_and_its_form(signals: Signals) -> None:
    row = signals.found(severity="red")
    page = as_(SECOND).get(reverse("finding", args=[row.pk]))
    assert [each["word"] for each in page.context["stamps"]] == ["早发现", "早提醒", "早教育", "早纠正"]
    assert not any(each["is_overdue"] for each in page.context["stamps"])
    signals.play.scene.pass_time(hours=24 * 40)
    late = as_(SECOND).get(reverse("finding", args=[row.pk])).context["stamps"]
    assert [each["is_overdue"] for each in late] == [False, True, True, True]
    signals.signed(row, SECOND)
    bare = {"verdict": "confirmed", "text": "属实。"}
    assert post(SECOND, reverse("finding", args=[row.pk]), action="verify", **bare).status_code == 422


@pytest.mark.covers("R1")
def test_each_key_person_has_one_file_that_is_opened_for_a_purpose(signals: Signals) -> None:
    head = signals.person(HEAD)
    entering = {"person": head, "reason": "department_head"}
    assert post(SECOND, reverse("key_persons"), **entering).status_code == 403
    assert post(CHIEF, reverse("key_persons"), **entering).status_code == 302
    assert as_(SECOND).get(reverse("key_persons")).context["gaps"] == 1
    firm = Enterprise.objects.order_by("pk").first()
    assert firm is not None
    interest = {"interest_kind": "share", "firm": firm.name, "relation": "spouse", "kin_name": "顾蕴"}
    declaring = {"kind": "yearly", "year": signals.day.year, **interest}
    assert post(HEAD, reverse("own_declarations"), **declaring).status_code == 302
    place = reverse("person_file", args=[head])
    assert as_(OFFICER).get(place).status_code == 403 and as_(HEAD).get(place).status_code == 403
    closed = as_(SECOND).get(place).content.decode()
    assert "查看目的" in closed and "顾蕴" not in closed
    assert post(SECOND, place, action="open", purpose="", text="查看").status_code == 422
    opening = {"action": "open", "purpose": "inspection", "text": "年度抽查"}
    assert post(SECOND, place, **opening).status_code == 302
    teaching = {"action": "education", "kind": "film", "held_on": signals.day.isoformat(), "text": "警示片"}
    assert post(SECOND, place, **teaching).status_code == 302
    shown = as_(SECOND).get(place)
    assert "顾蕴" in shown.content.decode() and firm.name in shown.content.decode()
    assert any(row["end"] == firm.name and row["start"] == "顾蕴" for row in shown.context["graph"]["rows"])
    assert as_(SECOND).get(reverse("key_persons")).context["gaps"] == 0
    assert Event.objects.filter(act="key_file.open", object=f"person:{head}").count() == 1
    assert FileOpening.objects.get().purpose == "inspection"
    signals.play.scene.pass_time(hours=2)
    assert "顾蕴" not in as_(SECOND).get(place).content.decode()
    assert "顾蕴" not in as_(SECOND).get(reverse("enterprise_file", args=[firm.pk])).content.decode()


@pytest.mark.covers("G7")
def test_a_supervisor_who_stands_back_neither_sees_nor_handles_and_writes_no_register(
    signals: Signals,
) -> None:
    row = signals.found(severity="red")
    signals.signed(row, SECOND)
    place = reverse("finding", args=[row.pk])
    assert post(SECOND, place, action="recuse", reason="").status_code == 422
    assert post(SECOND, place, action="recuse", reason="interest").status_code == 302
    row.refresh_from_db()
    assert row.person_id is None and FindingRecusal.objects.filter(finding=row).count() == 1
    assert as_(SECOND).get(place).status_code == 404
    assert post(SECOND, place, action="verify", verdict="unfounded", text="无").status_code == 404
    assert FindingStep.objects.filter(finding=row, kind="recuse").exists()
    assert as_(CHIEF).get(place).status_code == 200
    assert post(CHIEF, reverse("risk_point_new"), description="x").status_code == 403


def test_findings_are_merged_by_hand_and_the_dossier_opens_its_list(signals: Signals) -> None:
    rows = [signals.found(part=part) for part in ("1", "2", "3")]
    chosen = [row.pk for row in rows[:2]]
    place = reverse("case_new")
    assert post(SECOND, place, findings=chosen[:1], title="卷", kind="payment").status_code == 422
    answer = post(SECOND, place, findings=chosen, title="超进度付款", kind="payment")
    assert answer.status_code == 302
    assert as_(SECOND).get(answer["Location"]).context["listing"].found.count() == 2
    assert rows[0].pk not in [row.pk for row in as_(SECOND).get(place).context["rows"]]
    assert post(SECOND, place, findings=chosen, title="卷", kind="payment").status_code == 422
    assert post(ARCHIVES, place, findings=chosen, title="卷", kind="payment").status_code == 403
