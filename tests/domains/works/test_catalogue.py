"""The document catalogue: what is due, who says that a paper is not needed, the archive's columns, the hand-over."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from lianjing.domains.works.models import Handover
from lianjing.domains.works.queries import catalogue as reads
from lianjing.domains.works.queries.papers import missing_kinds, papers_on_file
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.documents import catalogue as archive
from lianjing.runtime.documents.models import Document, NotNeeded
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.org.queries import actor_with
from tests.domains.works.playing import ARCHIVES, LEAD, OFFICER, refused

SUPERVISOR = "30001"


def actor(play, number, key):
    return actor_with(play.scene.person(number), key, play.scene.today())


def browser(number: str) -> Client:
    client = Client()
    client.force_login(LoginAccount.objects.get(number=number))
    return client


def states(project: Matter, stage: str) -> dict[str, str]:
    found = reads.catalogue_of(project)
    shelf = next(each for each in found.shelves if each.stage == stage)
    return {line.kind: line.state for line in shelf.lines if line.matter is None}


def test_a_stage_not_reached_is_due_and_a_reached_one_is_missing_or_filed(building):
    _play, project, _contract = building
    assert states(project, "contract")["contract"] == "filed"
    assert states(project, "implementation")["acceptance"] == "missing"
    assert states(project, "payment")["settlement"] == "due"
    found = reads.catalogue_of(project)
    assert found.count.ratio < 1 and "实施·验收文件" in found.missing_words()


def test_the_gate_and_the_catalogue_give_one_answer(building):
    _play, project, _contract = building
    kinds = papers_on_file(project.pk)
    found = reads.catalogue_of(project)
    lacking = [line.kind for line in found.missing() if line.matter is None and line.stage == project.stage]
    assert missing_kinds(project, kinds) == sorted(lacking)


def test_a_paper_is_not_needed_only_when_a_second_person_agrees(building):
    play, project, _contract = building
    kinds = papers_on_file(project.pk)
    own = actor(play, ARCHIVES, "archives_officer")
    with pytest.raises(BadInput):
        archive.propose_not_needed(
            matter_id=project.pk,
            stage="implementation",
            kind="acceptance",
            reason=" ",
            actor=own,
            now=play.scene.now,
        )
    row = archive.propose_not_needed(
        matter_id=project.pk,
        stage="implementation",
        kind="acceptance",
        reason="分期项目另行验收",
        actor=own,
        now=play.scene.now,
    )
    assert states(project, "implementation")["acceptance"] == "proposed"
    assert "acceptance" in missing_kinds(project, kinds)
    with refused(Ground.CONFLICT, "catalogue.own_reason"):
        archive.agree_not_needed(not_needed_id=row.pk, actor=own, now=play.scene.pass_time(hours=1))
    lead = actor(play, LEAD, "project_lead")
    archive.agree_not_needed(not_needed_id=row.pk, actor=lead, now=play.scene.pass_time(hours=1))
    assert states(project, "implementation")["acceptance"] == "not_needed"
    assert "acceptance" not in missing_kinds(project, kinds)
    with refused(Ground.STALE, "catalogue.agreed"):
        archive.agree_not_needed(not_needed_id=row.pk, actor=lead, now=play.scene.pass_time(hours=1))
    archive.drop_not_needed(
        not_needed_id=row.pk, reason="改为一次验收", actor=lead, now=play.scene.pass_time(hours=1)
    )
    assert not NotNeeded.objects.exists() and "acceptance" in missing_kinds(project, kinds)


def test_who_uploads_does_not_compare_and_a_new_description_is_compared_again(building):
    play, project, _contract = building
    paper = Document.objects.filter(
        matter__root=project, uploaded_by_person_id=play.scene.person(ARCHIVES)
    ).first()
    own = actor(play, ARCHIVES, "archives_officer")
    with refused(Ground.CONFLICT, "catalogue.own_paper"):
        archive.compare(document_id=paper.pk, actor=own, now=play.scene.now)
    lead = actor(play, LEAD, "project_lead")
    done = archive.compare(document_id=paper.pk, actor=lead, now=play.scene.pass_time(hours=1))
    assert done.checked_by_person_id == play.scene.person(LEAD)
    columns = {"page_count": 12, "retention": "permanent", "medium_kind": "paper", "origin": "建设管理中心"}
    again = archive.describe(
        document_id=paper.pk, columns=columns, actor=own, now=play.scene.pass_time(hours=1)
    )
    assert (again.page_count, again.checked_by_person_id) == (12, None)
    with pytest.raises(BadInput):
        archive.describe(document_id=paper.pk, columns={"page_count": 0}, actor=own, now=play.scene.now)
    with pytest.raises(BadInput):
        archive.describe(document_id=paper.pk, columns={"retention": "ever"}, actor=own, now=play.scene.now)
    with pytest.raises(BadInput):
        archive.describe(document_id=paper.pk, columns={"sha256": "0"}, actor=own, now=play.scene.now)


def test_the_catalogue_page_edits_excuses_and_exports(building):
    play, project, _contract = building
    place = f"/works/{project.pk}/catalogue/"
    keeper, lead, watcher = browser(ARCHIVES), browser(LEAD), browser(SUPERVISOR)
    page = keeper.get(place).content.decode()
    assert "缺" in page and "不适用理由" in page and "zone_projects~8" in page
    asked = {
        "action": "propose",
        "stage": "implementation",
        "kind": "acceptance",
        "reason": "另行验收，不适用",
    }
    assert browser(OFFICER).post(place + "not-needed/", asked).status_code == 403
    assert keeper.post(place + "not-needed/", {**asked, "reason": ""}).status_code == 422
    assert keeper.post(place + "not-needed/", asked).status_code == 302
    row = NotNeeded.objects.get()
    agree = {"action": "agree", "not_needed": row.pk}
    assert keeper.post(place + "not-needed/", agree).status_code == 403
    assert lead.post(place + "not-needed/", agree).status_code == 302
    assert watcher.post(place + "not-needed/", agree).status_code == 403
    assert "另行验收" in watcher.get(place).content.decode()
    paper = (
        Document.objects.filter(matter__root=project)
        .exclude(uploaded_by_person_id=play.scene.person(LEAD))
        .first()
    )
    own = f"{place}{paper.pk}/"
    data = {
        "action": "describe",
        "doc_no": "澜经建〔2025〕41号",
        "origin": "建设管理中心",
        "issued_on": play.scene.today(),
        "page_count": "8",
        "medium_kind": "paper",
        "is_original": "on",
        "secrecy": "internal",
        "retention": "permanent",
    }
    assert keeper.post(own, {**data, "page_count": "0"}).status_code == 422
    assert keeper.post(own, data).status_code == 302
    assert watcher.post(own, data).status_code == 403
    assert lead.post(own, {"action": "compare"}).status_code == 302
    assert "柴堃林" in keeper.get(own).content.decode()
    sheet = keeper.get(place + "?export=xlsx")
    assert sheet["Content-Type"].endswith("sheet") and sheet.content[:2] == b"PK"
    told = json.loads(keeper.get(place + "?export=json").content)
    assert told["count"] == len(told["papers"]) and told["papers"][0]["sha256"]
    assert {row["archive_class"] for row in told["papers"]} <= set("ABCDE")


def test_the_portfolio_shows_the_same_completeness_as_the_project(building):
    play, project, _contract = building
    play.project(title="第二个项目", project_code="2401-990101-04-01-318463")
    found = reads.catalogue_of(project)
    page = browser(SUPERVISOR).get("/works/catalogue/").content.decode()
    assert found.count.percent in page and project.title in page and "第二个项目" in page
    assert browser(SUPERVISOR).get("/works/catalogue/?export=xlsx").content[:2] == b"PK"


def test_catalogues_of_many_cost_no_more_queries(building, django_assert_num_queries):
    play, project, _contract = building
    others = [
        play.project(title=f"项目{place}", project_code=f"2401-990101-04-01-31846{place}") for place in (1, 2)
    ]
    reads.catalogues([project])
    with django_assert_num_queries(8):
        reads.catalogues([project])
    with django_assert_num_queries(8):
        reads.catalogues([project, *others])


def test_an_incomplete_catalogue_is_not_handed_over_and_what_lacks_is_named(building):
    play, project, contract = building
    play.accepted(project, contract)
    play.gate(project)
    matter = play.open(ARCHIVES, "works_handover", project)
    with refused(Ground.DOCUMENTS, "handover.incomplete"):
        play.do(ARCHIVES, matter, "prepare", {"receiver": "澜汀市城建档案馆"})
    assert not Handover.objects.exists()


def test_a_paper_added_after_the_manifest_makes_it_stale(building):
    play, project, contract = building
    play.completed(project, contract)
    keeper = actor(play, ARCHIVES, "archives_officer")
    row = archive.propose_not_needed(
        matter_id=project.pk,
        stage="payment",
        kind="voucher",
        reason="尚无支付，另行补充",
        actor=keeper,
        now=play.scene.pass_time(hours=1),
    )
    lead = actor(play, LEAD, "project_lead")
    archive.agree_not_needed(not_needed_id=row.pk, actor=lead, now=play.scene.pass_time(hours=1))
    matter = play.open(ARCHIVES, "works_handover", project)
    play.do(ARCHIVES, matter, "prepare", {"receiver": "澜汀市城建档案馆"})
    handed = Handover.objects.get()
    assert handed.document_count == len(reads.manifest(project)) and handed.completeness_ratio == 1
    evaluation = play.open(OFFICER, "works_post_evaluation", project)
    play.paper(OFFICER, evaluation, "evaluation", play.scene.item(evaluation, "draft"))
    with refused(Ground.STALE, "handover.changed"):
        play.do(LEAD, matter, "check", {"is_same": "on", "opinion": "同意"})
    play.back(LEAD, matter, "check", "prepare")
    play.do(ARCHIVES, matter, "prepare", {"receiver": "澜汀市城建档案馆"})
    play.do(LEAD, matter, "check", {"is_same": "on", "opinion": "同意"})
    play.do(ARCHIVES, matter, "receive", {"handed_on": play.scene.today(), "receiver_name": "签收人"})
    project.refresh_from_db()
    assert project.status == "open"  # the retention is held and the evaluation runs
