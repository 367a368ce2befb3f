"""Matters: opening under a gate, the file, withdrawal, recusal, gates, printing, papers, sealed opinions."""

from __future__ import annotations

from typing import Any

from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import AUDITOR, ECO, HEAD, LEAD, OFFICER, Play
from tests.web.conftest import Browser, paper


def test_a_procedure_is_opened_from_the_workbench(browser: Browser, project: Matter) -> None:
    client = browser(OFFICER)
    assert "/open/works_proposal/" in client.get("/").content.decode()
    assert (
        f"/matters/{project.id}/open/works_proposal/" in client.get("/open/works_proposal/").content.decode()
    )
    answer = client.post(f"/matters/{project.id}/open/works_proposal/", {"title": "立项"}, follow=True)
    assert answer.status_code == 200
    item = WorkItem.objects.get(closed_at=None)
    assert answer.redirect_chain == [(f"/items/{item.id}/", 302)]


def test_the_gate_of_a_procedure_is_told_before_and_refused_after(browser: Browser, project: Matter) -> None:
    client, place = browser(OFFICER), f"/matters/{project.id}/open/works_payment/"
    told = client.get(place)
    assert told.status_code == 200 and "/clauses/" in told.content.decode()
    refused = client.post(place, {"title": "第一期进度款"})
    assert refused.status_code == 403 and "第一期进度款" in refused.content.decode()
    assert Event.objects.filter(is_refused=True, root_matter_id=project.id).count() == 1


def test_a_title_is_proposed_in_the_language_of_the_zone(browser: Browser, project: Matter) -> None:
    client = browser(OFFICER)
    client.cookies["django_language"] = "en"
    page = client.get(f"/matters/{project.id}/open/works_proposal/").content.decode()
    assert 'lang="en"' in page and f"{project.title} 项目建议书" in page


def test_an_empty_title_is_told(browser: Browser, project: Matter) -> None:
    assert (
        browser(OFFICER).post(f"/matters/{project.id}/open/works_proposal/", {"title": " "}).status_code
        == 422
    )


def test_only_the_applicant_withdraws_and_with_a_reason(browser: Browser, drafting: WorkItem) -> None:
    place = f"/matters/{drafting.matter_id}/withdraw/"
    assert browser(HEAD).post(place, {"reason": "重复"}).status_code == 403
    client = browser(OFFICER)
    assert client.post(place, {"reason": ""}).status_code == 422
    assert client.post(place, {"reason": "重复发起"}, follow=True).status_code == 200
    assert Matter.objects.get(id=drafting.matter_id).outcome == "withdrawn"


def test_a_recused_person_does_no_step_of_the_matter(browser: Browser, drafting: WorkItem) -> None:
    client = browser(OFFICER)
    assert client.post(f"/matters/{drafting.matter_id}/recuse/", {"reason": "nonsense"}).status_code == 422
    assert client.post(f"/matters/{drafting.matter_id}/recuse/", {"reason": "kin"}).status_code == 302
    assert client.post(f"/items/{drafting.id}/", {"action": "submit"}).status_code == 403


def test_a_gate_shows_its_conditions_and_no_stage_can_be_skipped(browser: Browser, project: Matter) -> None:
    client, place = browser(LEAD), f"/matters/{project.id}/gate/"
    page = client.get(place)
    assert any(not each["is_met"] for each in page.context["conditions"])
    assert all(each["clause_url"] for each in page.context["conditions"])
    assert client.post(place, {"to_stage": "payment"}).status_code == 403
    assert client.post(place, {"to_stage": "planning"}).status_code == 403
    rules = set(
        Event.objects.filter(is_refused=True, root_matter_id=project.id).values_list(
            "refused_rule", flat=True
        )
    )
    assert rules == {"gate.skipped", "gate.initiation"}
    assert browser(OFFICER).post(place).status_code == 403


def test_a_matter_outside_the_scope_is_not_there(browser: Browser, drafting: WorkItem) -> None:
    for number in ("40001", "10001", "20302"):
        assert browser(number).get(f"/matters/{drafting.matter_id}/").status_code == 404


def test_the_supervisor_reads_the_file_and_changes_nothing(browser: Browser, drafting: WorkItem) -> None:
    client = browser("30002")
    assert client.get(f"/matters/{drafting.matter_id}/").status_code == 200
    assert client.post(f"/items/{drafting.id}/", {"action": "submit"}).status_code == 403
    assert client.post(f"/matters/{drafting.matter_id}/withdraw/", {"reason": "x"}).status_code == 403
    assert (
        client.post(
            f"/matters/{drafting.matter_id}/documents/", {"kind": "other", "file": paper()}
        ).status_code
        == 403
    )


def test_the_approval_form_prints_sums_in_capitals(browser: Browser, play: Play, drafting: WorkItem) -> None:
    play.do(
        OFFICER,
        drafting.matter,
        "draft",
        {"amount": "66000000", "authority": "审批局", "basis": "规划"},
    )
    page = browser(HEAD).get(f"/matters/{drafting.matter_id}/print/").content.decode()
    assert "人民币陆仟陆佰万元整" in page


def test_a_paper_is_read_within_the_scope_only_and_as_what_it_is(
    browser: Browser, drafting: WorkItem
) -> None:
    client = browser(OFFICER)
    upload = {"kind": "proposal", "file": paper(), "doc_no": "澜经建〔2025〕1号", "issued_on": "2025-08-01"}
    assert client.post(f"/matters/{drafting.matter_id}/documents/", upload).status_code == 302
    document = Document.objects.get()
    shown = client.get(f"/documents/{document.id}/?file=show")
    assert (
        shown.headers["Content-Type"] == "application/pdf"
        and shown.headers["X-Content-Type-Options"] == "nosniff"
    )
    assert shown.content.startswith(b"%PDF")
    assert (
        client.get(f"/documents/{document.id}/?file=save")
        .headers["Content-Disposition"]
        .startswith("attachment")
    )
    assert browser("40001").get(f"/documents/{document.id}/").status_code == 404
    assert (
        client.post(
            f"/matters/{drafting.matter_id}/documents/", {**upload, "file": paper(), "issued_on": "1.8.2025"}
        ).status_code
        == 422
    )
    assert client.post(f"/matters/{drafting.matter_id}/documents/", {"kind": "proposal"}).status_code == 422


def test_the_papers_of_another_version_stay(browser: Browser, drafting: WorkItem) -> None:
    client, place = browser(OFFICER), f"/matters/{drafting.matter_id}/documents/"
    client.post(place, {"kind": "proposal", "file": paper()})
    client.post(place, {"kind": "proposal", "file": paper(content=b"%PDF-1.4 second")})
    first = Document.objects.get(version=1)
    assert "v2" in client.get(f"/documents/{first.id}/").content.decode()


def test_joint_opinions_stay_sealed_until_all_are_in(browser: Browser, play: Play) -> None:
    project, contract = play.building()
    matter = play.applied(project, contract, "advance")
    play.audited(matter, str(matter_amount(matter)))
    play.checked(matter, str(matter_amount(matter)))
    items = list(WorkItem.objects.filter(matter=matter, step_key="joint", closed_at=None).order_by("id"))
    assert len(items) > 1
    first = next(item for item in items if item.element == "ECO")
    text = "资金计划与年度投资一致，同意支付"
    play.do(ECO, matter, "joint", {"result": "agree", "text": text, "opinion": text}, first.element)
    own, other = browser(ECO).get(f"/matters/{matter.id}/"), browser(AUDITOR).get(f"/matters/{matter.id}/")
    assert text in own.content.decode()
    assert text not in other.content.decode() and other.context["is_sealed"]


def matter_amount(matter: Matter) -> Any:
    from lianjing.runtime.payment.models import PaymentApplication  # noqa: PLC0415 - only this story needs it

    return PaymentApplication.objects.get(pk=matter.pk).amount
