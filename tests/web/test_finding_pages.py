"""A finding is handled through its page; who may not see it gets none of it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianjing.runtime.finding.models import ChangeRequest, Finding, Paper
from lianjing.runtime.org.models import LoginAccount
from tests.runtime.finding.signals import ARCHIVES, CHIEF, HEAD, OFFICER, SECOND, Signals

DRAFTER, APPROVER = "20603", "20002"


@pytest.fixture
def signals(zone: Any) -> Signals:
    return Signals(zone)


def as_(number: str) -> Client:
    client = Client()
    client.force_login(LoginAccount.objects.get(number=number))
    return client


def post(number: str, row: Finding, action: str, **data: str) -> Any:
    return as_(number).post(reverse("finding", args=[row.pk]), {"action": action, **data})


def test_a_finding_goes_from_a_supervisors_eye_to_a_request_for_a_better_rule_through_the_pages(
    signals: Signals,
) -> None:
    client = as_(SECOND)
    place = f"{reverse('finding_new')}?subject=matter:{signals.project.pk}"
    assert signals.project.title in client.get(place).content.decode()
    answer = client.post(
        reverse("finding_new"),
        {"subject": f"matter:{signals.project.pk}", "severity": "orange", "explanation": "两次逾期。"},
    )
    row = Finding.objects.get()
    assert answer.status_code == 302 and answer["Location"] == reverse("finding", args=[row.pk])
    assert "签收" in client.get(answer["Location"]).content.decode()
    assert post(SECOND, row, "sign_in").status_code == 302
    verdict = {"verdict": "confirmed", "text": "属实。", "violation": "work", "harm": "late_policy"}
    assert post(SECOND, row, "verify", **verdict).status_code == 302
    assert (
        post(SECOND, row, "handle", outcome="suggestion", text="排查一遍。", demand="screen").status_code
        == 302
    )
    assert post(ARCHIVES, row, "feed_back", text="已排查。").status_code == 302
    assert post(SECOND, row, "accept", text="好。").status_code == 403
    assert post(CHIEF, row, "accept", text="认可。").status_code == 302
    ending = {"root_cause": "rule_gap", "text": "制度有漏洞。", "result_form": "first", "violation": "work"}
    refused = post(CHIEF, row, "close", **ending)
    assert refused.status_code == 403 and "制度修改建议" in refused.content.decode()
    change = {"regulation": "zone_site", "gap": "无时限。", "proposal": "定时限。"}
    assert post(CHIEF, row, "change", **change).status_code == 302
    assert post(CHIEF, row, "close", **ending).status_code == 302
    made = ChangeRequest.objects.get()
    page = reverse("change_request", args=[made.pk])
    assert as_(OFFICER).get(page).status_code in (200, 404)
    assert as_(DRAFTER).post(page, {"action": "accept", "text": "采纳。"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.root_cause, row.harm) == ("closed", "rule_gap", "late_policy")


def test_every_paper_is_a_page_a_word_file_and_a_pdf(signals: Signals) -> None:
    row = signals.found(severity="red")
    signals.signed(row, SECOND)
    signals.verified(row, SECOND)
    talk = {"to_person": str(signals.person(HEAD)), "second_person": str(signals.person(CHIEF))}
    assert post(SECOND, row, "handle", outcome="talk", text="谈话要点。", **talk).status_code == 302
    for kind in ("reminder", "urging"):
        assert post(CHIEF, row, "paper", kind=kind, demand="fix", demand_text="限期办结。").status_code == 302
    papers = list(Paper.objects.order_by("pk"))
    assert [each.kind for each in papers] == ["talk", "reminder", "urging"]
    for paper, word in zip(papers, ("约谈记录", "的提醒函", "督办单"), strict=True):
        page = reverse("finding_paper", args=[paper.pk])
        assert word in as_(SECOND).get(page).content.decode()
        file = as_(SECOND).get(page + "?as=docx")
        body = zipfile.ZipFile(io.BytesIO(file.content)).read("word/document.xml").decode()
        assert paper.demand_text in body
        assert as_(SECOND).get(page + "?as=pdf").status_code in (200, 503)
        assert as_("20201").get(page).status_code == 404


def test_who_may_not_see_a_finding_learns_nothing_of_it_from_any_page(signals: Signals) -> None:
    row = signals.found(severity="red", persons=((signals.person(HEAD), "approved"),))
    for number in (HEAD, OFFICER, APPROVER):
        client = as_(number)
        assert row.finding_no not in client.get(reverse("findings")).content.decode()
        assert client.get(reverse("finding", args=[row.pk])).status_code == 404
        assert client.get(reverse("trace", args=["finding", row.pk])).status_code == 404
        assert post(number, row, "sign_in").status_code == 404
        indicator = client.get(reverse("indicator", args=[row.indicator_id])).content.decode()
        assert row.finding_no not in indicator
    assert row.finding_no in as_(SECOND).get(reverse("findings")).content.decode()


def test_the_person_whom_a_finding_is_about_sees_no_forms_on_it(signals: Signals) -> None:
    row = signals.found(persons=((signals.person(ARCHIVES), "entered"),))
    page = as_(ARCHIVES).get(reverse("finding", args=[row.pk])).content.decode()
    assert "您只能查看" in page and 'value="sign_in"' not in page
    assert post(ARCHIVES, row, "sign_in").status_code == 403


def test_the_counts_of_the_board_equal_the_findings_of_the_lists(signals: Signals) -> None:
    for part, harm in (("1", "charges"), ("2", "charges"), ("3", "extortion")):
        row = signals.signed(signals.found(part=part), ARCHIVES)
        signals.verified(row, ARCHIVES, harm=harm)
    response = as_(SECOND).get(reverse("finding_harms"))
    for line in response.context["board"]:
        for each in line["counts"]:
            listing = as_(SECOND).get(each["url"]).context["listing"]
            assert listing.found.count() == each["count"], each
    assert sum(line["counts"][0]["count"] for line in response.context["board"]) == 3


def test_the_list_is_searched_filtered_and_exported(signals: Signals) -> None:
    signals.found()
    signals.found(severity="red", part="2", explanation="另一条")
    client = as_(SECOND)

    def count(query: str) -> int:
        return int(client.get(reverse("findings") + query).context["listing"].found.count())

    assert (count(""), count("?severity=red"), count("?q=另一条"), count("?list=overdue")) == (2, 1, 1, 0)
    assert count("?indicator=x") == 2
    export = client.get(reverse("findings") + "?export=xlsx")
    assert export.status_code == 200 and export.content[:2] == b"PK"


def test_a_wrong_act_and_a_missing_field_are_told_on_the_page(signals: Signals) -> None:
    row = signals.found()
    assert post(ARCHIVES, row, "fly").status_code == 422
    signals.signed(row, ARCHIVES)
    assert post(ARCHIVES, row, "verify", verdict="confirmed", text="").status_code == 422
    assert as_(SECOND).post(reverse("finding_new"), {"kind": "matter", "key": "x"}).status_code == 422
