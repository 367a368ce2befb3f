"""The page of a step: submit, faults at the field, refusals with their clause, drafts, papers, return, clocks."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from lianjing.runtime.documents.models import Document
from lianjing.runtime.process.models import FormDraft, WorkItem
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import HEAD, OFFICER, Play
from tests.web.conftest import Browser, paper

FILLED = {
    "amount": "66000000",
    "authority": "行政审批局",
    "basis": "澜经规〔2025〕3号",
    "action": "submit",
}


def place(item: WorkItem) -> str:
    return f"/items/{item.id}/"


def test_a_step_is_submitted_with_its_paper_and_the_receipt_names_the_event(
    browser: Browser, drafting: WorkItem
) -> None:
    client = browser(OFFICER)
    answer = client.post(place(drafting), {**FILLED, "file-proposal": paper()}, follow=True)
    assert answer.redirect_chain == [(f"/matters/{drafting.matter_id}/", 302)]
    drafting.refresh_from_db()
    assert drafting.outcome == "done"
    event = Event.objects.get(matter_id=drafting.matter_id, act="works_proposal.draft")
    assert event.id in answer.content.decode()


def test_the_same_submission_from_two_tabs_happens_once_with_the_same_receipt(
    browser: Browser, drafting: WorkItem
) -> None:
    client, key = browser(OFFICER), str(uuid.uuid4())
    first = client.post(
        place(drafting), {**FILLED, "request_key": key, "file-proposal": paper()}, follow=True
    )
    again = client.post(
        place(drafting), {**FILLED, "request_key": key, "file-proposal": paper()}, follow=True
    )
    assert Event.objects.filter(act="works_proposal.draft", is_refused=False).count() == 1
    event = Event.objects.get(act="works_proposal.draft", is_refused=False)
    assert event.id in first.content.decode() and event.id in again.content.decode()
    assert Document.objects.filter(matter_id=drafting.matter_id).count() == 1


def test_a_key_used_for_another_submission_is_a_conflict(browser: Browser, drafting: WorkItem) -> None:
    client, key = browser(OFFICER), str(uuid.uuid4())
    client.post(place(drafting), {**FILLED, "request_key": key, "file-proposal": paper()})
    assert (
        client.post(place(drafting), {**FILLED, "authority": "另一机关", "request_key": key}).status_code
        == 409
    )


def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(browser: Browser, drafting: WorkItem) -> None:
    answer = browser(OFFICER).post(place(drafting), {**FILLED, "amount": "六千万"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "amount" in answer.context["form"].errors
    assert "澜经规〔2025〕3号" in page and "六千万" in page
    assert not Event.objects.filter(act="works_proposal.draft").exists()


def test_a_missing_paper_is_refused_with_its_clause_and_recorded(
    browser: Browser, drafting: WorkItem
) -> None:
    answer = browser(OFFICER).post(place(drafting), FILLED)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "/clauses/zone_initiation~2/?on=2025-09-01" in page and "澜经规〔2025〕3号" in page
    assert Event.objects.filter(matter_id=drafting.matter_id, refused_rule="documents.missing").count() == 1


def test_another_person_sees_who_holds_the_step_and_his_attempt_is_refused(
    browser: Browser, drafting: WorkItem
) -> None:
    client = browser(HEAD)
    assert "闫犇" in client.get(place(drafting)).content.decode()
    assert client.get(place(drafting)).context["form"] is None
    assert client.post(place(drafting), FILLED).status_code == 403
    assert Event.objects.filter(refused_rule="post.not_held").count() == 1


def test_a_step_outside_the_scope_is_not_there(browser: Browser, drafting: WorkItem) -> None:
    assert browser("40001").get(place(drafting)).status_code == 404
    assert browser("10001").get(place(drafting)).status_code == 404
    assert browser(OFFICER).get("/items/999999/").status_code == 404


def test_a_draft_is_kept_restored_and_gone_after_submission(browser: Browser, drafting: WorkItem) -> None:
    client = browser(OFFICER)
    client.post(place(drafting), {**FILLED, "action": "draft"})
    page = client.get(place(drafting))
    assert page.context["form"].initial["basis"] == "澜经规〔2025〕3号"
    assert "草稿" in client.get("/").content.decode()
    assert not Event.objects.filter(act="works_proposal.draft").exists()
    client.post(place(drafting), {**FILLED, "file-proposal": paper()})
    assert not FormDraft.objects.exists()


def test_papers_are_added_without_losing_what_was_typed(browser: Browser, drafting: WorkItem) -> None:
    client = browser(OFFICER)
    answer = client.post(
        place(drafting),
        {**FILLED, "action": "upload", "file-proposal": [paper("甲.pdf"), paper("乙.pdf", b"%PDF-1.4 b")]},
        follow=True,
    )
    assert Document.objects.filter(matter_id=drafting.matter_id).count() == 2
    assert answer.context["form"].initial["authority"] == "行政审批局"


def test_a_file_that_is_not_what_it_says_is_told_at_the_form(browser: Browser, drafting: WorkItem) -> None:
    answer = browser(OFFICER).post(
        place(drafting), {**FILLED, "file-proposal": paper("建议书.pdf", b"MZ\x90\x00 not a pdf")}
    )
    assert answer.status_code == 422
    assert "澜经规〔2025〕3号" in answer.content.decode()


def checked(play: Play, drafting: WorkItem) -> WorkItem:
    play.do(
        OFFICER, drafting.matter, "draft", {name: value for name, value in FILLED.items() if name != "action"}
    )
    return play.scene.item(drafting.matter, "check")


def test_a_step_is_returned_with_reason_and_text(browser: Browser, play: Play, drafting: WorkItem) -> None:
    item = checked(play, drafting)
    client = browser(HEAD)
    empty = client.post(f"{place(item)}return/", {"target": "draft", "reason": "unclear", "text": ""})
    assert empty.status_code == 422
    answer = client.post(
        f"{place(item)}return/", {"target": "draft", "reason": "unclear", "text": "资金来源不清"}, follow=True
    )
    assert answer.status_code == 200 and "资金来源不清" in answer.content.decode()
    assert WorkItem.objects.filter(matter=item.matter, step_key="draft", closed_at=None, round=2).exists()


def test_a_step_may_not_be_returned_to_where_the_diagram_does_not_allow(
    browser: Browser, play: Play, drafting: WorkItem
) -> None:
    item = checked(play, drafting)
    answer = browser(HEAD).post(
        f"{place(item)}return/", {"target": "confirm", "reason": "unclear", "text": "不清"}
    )
    assert answer.status_code == 403
    assert "不清" in answer.content.decode()


def test_a_suspended_step_waits_for_its_resumption(browser: Browser, play: Play, drafting: WorkItem) -> None:
    item = checked(play, drafting)
    client = browser(HEAD)
    if item.budget is None:
        pytest.skip("the step has no time limit")
    assert (
        client.post(f"{place(item)}suspend/", {"reason": "papers", "text": "补正概算书"}).status_code == 302
    )
    assert client.post(place(item), {"opinion": "同意", "action": "submit"}).status_code == 403
    assert client.post(f"{place(item)}resume/").status_code == 302
    play.scene.pass_time(hours=0.1)
    assert client.post(place(item), {"opinion": "同意", "action": "submit"}).status_code == 302


def test_a_form_key_that_no_page_made_is_bad_input(browser: Browser, drafting: WorkItem) -> None:
    assert browser(OFFICER).post(place(drafting), {**FILLED, "request_key": "1 or 1=1"}).status_code == 422


def test_every_column_says_who_entered_it(browser: Browser, play: Play, drafting: WorkItem) -> None:
    item = checked(play, drafting)
    record: list[Any] = browser(HEAD).get(place(item)).context["record"]
    budget = next(value for value in record if value.column == "amount")
    assert budget.entered is not None and budget.entered["name"] == "闫犇" and budget.text == "¥66,000,000.00"
