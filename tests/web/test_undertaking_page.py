"""What is owed can be handed in by its owner and closed by somebody else, through the pages."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lianjing.runtime.matter.services import begin
from lianjing.runtime.org.models import LoginAccount, Person
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OFFICER, LEAD, HEAD, SUPERVISOR, FIRM = "20703", "20702", "20701", "30001", "40001"


@pytest.fixture
def owed(zone):
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=zone.now) as act:
        owner = Person.objects.get(id=zone.person(OFFICER))
        project = begin(
            act, domain="works", kind="project", title="存量项目", unit_id=owner.unit_id, stage="contract"
        )
        return give(
            act,
            what="补交施工许可证",
            due_on=zone.today() + timedelta(days=10),
            source_kind="onboarding",
            matter=project,
            owner_person=owner,
            document_kind="permit",
            clause="zone_projects#17",
        )


def as_(client, number):
    client.force_login(LoginAccount.objects.get(number=number))
    return client


def page(row):
    return reverse("undertaking", args=[row.id])


def hand_in(client, row):
    from_file = SimpleUploadedFile("许可证.pdf", PDF)
    return client.post(page(row), {"action": "supply", "title": "施工许可证", "file": from_file})


def test_the_owner_hands_in_and_another_closes(client, zone, owed):
    assert hand_in(as_(client, OFFICER), owed).status_code == 302
    shown = as_(client, LEAD).get(page(owed))
    paper = shown.context["papers"][0]
    answer = client.post(page(owed), {"action": "close", "result": "done", "evidence": paper.id})
    assert answer.status_code == 302
    owed.refresh_from_db()
    assert owed.closed_on == zone.today() and owed.checker_person_id == zone.person(LEAD)
    assert "已销号" in client.get(page(owed)).content.decode()


def test_the_owner_cannot_close_what_he_owes(client, zone, owed):
    hand_in(as_(client, OFFICER), owed)
    answer = client.post(page(owed), {"action": "close", "result": "cancelled", "text": "不需要"})
    assert answer.status_code == 403
    owed.refresh_from_db()
    assert owed.closed_on is None


def test_closing_as_done_without_evidence_is_told_on_the_page(client, zone, owed):
    answer = as_(client, LEAD).post(page(owed), {"action": "close", "result": "done"})
    assert answer.status_code == 422 and "佐证" in answer.content.decode()


def test_the_supervisor_reads_and_has_no_button(client, zone, owed):
    answer = as_(client, SUPERVISOR).get(page(owed))
    assert answer.status_code == 200 and 'value="close"' not in answer.content.decode()
    assert client.post(page(owed), {"action": "urge", "text": "请抓紧"}).status_code == 403


def test_an_outside_firm_does_not_reach_it(client, zone, owed):
    assert as_(client, FIRM).get(page(owed)).status_code == 403


def test_the_list_filters_what_is_overdue(client, zone, owed):
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=zone.now) as act:
        row = Undertaking.objects.get(id=owed.id)
        row.due_on = zone.today() - timedelta(days=1)
        act.save(row)
    listing = as_(client, OFFICER).get(reverse("undertakings"), {"state": "overdue"})
    assert "补交施工许可证" in listing.content.decode()
    assert "补交施工许可证" not in client.get(reverse("undertakings"), {"state": "closed"}).content.decode()


def test_notes_sheets_and_listed_supervision_are_shown(client, zone, owed):
    as_(client, LEAD).post(page(owed), {"action": "urge", "text": "三日内办结"})
    sheet = as_(client, OFFICER).get(page(owed)).context["sheets"].get()
    assert sheet.sheet_no.startswith("督〔")
    assert client.post(page(owed), {"action": "receive", "sheet": sheet.pk}).status_code == 302
    answer = client.post(page(owed), {"action": "reply", "sheet": sheet.pk, "text": "已报审"})
    assert answer.status_code == 302
    assert client.post(page(owed), {"action": "note", "text": "已报审", "percent": "50"}).status_code == 302
    assert client.post(page(owed), {"action": "note", "text": "x", "percent": "viel"}).status_code == 422
    assert client.post(page(owed), {"action": "list", "text": "久拖"}).status_code == 403
    assert as_(client, HEAD).post(page(owed), {"action": "list", "text": "久拖"}).status_code == 302
    text = client.get(page(owed)).content.decode()
    assert "50%" in text and "已报审" in text and "挂牌督办" in text and sheet.sheet_no in text


def test_a_closed_one_is_reopened_by_the_supervisor_with_a_reason(client, zone, owed):
    hand_in(as_(client, OFFICER), owed)
    paper = as_(client, LEAD).get(page(owed)).context["papers"][0]
    client.post(page(owed), {"action": "close", "result": "done", "evidence": paper.id})
    assert as_(client, OFFICER).post(page(owed), {"action": "reopen", "text": "x"}).status_code == 403
    as_(client, SUPERVISOR)
    assert client.post(page(owed), {"action": "reopen", "text": ""}).status_code == 422
    assert client.post(page(owed), {"action": "reopen", "text": "许可证过期"}).status_code == 302
    assert "许可证过期" in client.get(page(owed)).content.decode()


def test_the_three_lists_are_views_with_counts(client, zone, owed):
    shown = as_(client, OFFICER).get(reverse("undertakings"), {"list": "task"})
    assert "补交施工许可证" in shown.content.decode()
    assert [count for _code, _word, count in shown.context["lists"]] == [1, 0, 0]
    assert "补交施工许可证" not in client.get(reverse("undertakings"), {"list": "closed"}).content.decode()
    assert client.get(reverse("undertakings"), {"export": "xlsx"}).content[:2] == b"PK"
