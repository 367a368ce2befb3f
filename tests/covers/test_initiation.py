"""C3a, C3b, C7, C21a and C25: approvals before the tender, permits, the yearly plan and the cost chain."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from python_calamine import load_workbook

from lianjing.domains.works.models import CostBaseline, PlanItem, Project
from lianjing.domains.works.queries.permits import construction_permit_on
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.undertaking.models import Undertaking
from tests.covers.conftest import SUPERVISOR, attempts, fields_of, post_api
from tests.domains.works.playing import COST, HEAD, LEAD, OFFICER, PLANNER, TENDERS


def shown(answer):
    return answer.content.decode()


@pytest.mark.covers("C3a")
def test_a_project_without_approval_cannot_enter_tendering(play, enter):
    project = play.project(simple_case="")
    tenders, lead = enter(TENDERS), enter(LEAD)
    for procedure, rule in (
        ("works_tender", "opening.not_approved"),
        ("works_design", "opening.no_feasibility"),
    ):
        place = f"/matters/{project.pk}/open/{procedure}"
        page = tenders.post(f"{place}/", {"title": "越级"})
        assert page.status_code == 403 and "/clauses/" in shown(page)
        assert post_api(tenders, place, {"title": "越级"}).json()["rule"] == rule
    assert lead.post(f"/matters/{project.pk}/gate/", {"to_stage": "tendering"}).status_code == 403
    assert lead.post(f"/matters/{project.pk}/gate/", {}).status_code == 403
    assert len(attempts("opening.not_approved")) == 2 and len(attempts("gate.initiation")) == 1

    play.proposed(project)
    play.studied(project)
    play.approved(project)
    assert lead.post(f"/matters/{project.pk}/gate/", {}).status_code == 302
    page = shown(enter(SUPERVISOR).get(f"/works/{project.pk}/"))
    assert "澜经审〔2025〕17号" in page and page.count("批复文号") >= 3
    # planned, but not entered, projects are told apart from those of the inventory
    assert enter(OFFICER).get("/works/plan/?entered=0").status_code == 200


@pytest.mark.covers("C3b")
def test_no_works_begin_before_or_long_after_the_construction_permit(play, enter):
    project = play.project()
    play.approved(project)
    play.gate(project)
    planner = enter(PLANNER)
    matter = play.open(PLANNER, "works_permit", project, "施工许可")
    item = play.scene.item(matter, "register")
    play.paper(PLANNER, matter, "permit", item)
    data = {
        "kind": "construction",
        "permit_no": "990101202511010101",
        "issued_on": play.scene.today().isoformat(),
        "result": "granted",
    }
    page = planner.post(f"/items/{item.pk}/", data)
    assert page.status_code == 403 and "/clauses/construction_law~8/" in shown(page)
    assert attempts("permit.order")
    day = play.scene.today()
    assert construction_permit_on(project.pk, day) is None

    play.permit(project, "works_planning")  # without a land permit: taken, but flagged
    task = Undertaking.objects.get(source_kind="deviation")
    assert "建设用地规划许可" in shown(enter(SUPERVISOR).get(f"/undertakings/{task.pk}/"))
    permit = Permit.objects.get(pk=play.permit(project, "construction").pk)
    assert construction_permit_on(project.pk, permit.issued_on - timedelta(days=1)) is None
    assert construction_permit_on(project.pk, permit.issued_on) == permit
    assert construction_permit_on(project.pk, permit.issued_on + timedelta(days=100)) is None


@pytest.mark.covers("C7")
def test_every_planned_project_is_matched_and_the_missing_ones_are_listed_first(play, enter):
    officer = enter(OFFICER)
    for title, code in (
        ("望汀大道北延工程", "2401-990101-04-01-318462"),
        ("上篁畈公园提升工程", ""),
        ("汀洲泵站改造", ""),
    ):
        data = {
            "fiscal_year": "2025",
            "title": title,
            "project_code": code,
            "sector": "road",
            "planned": "6800000",
            "source_no": "澜经发〔2025〕2号",
        }
        assert officer.post("/works/plan/enter/", data).status_code == 302
    assert officer.post("/works/plan/enter/", {**data, "fiscal_year": ""}).status_code == 422
    assert officer.post("/works/plan/enter/", data).status_code == 422
    assert enter(COST).get("/works/plan/enter/").status_code == 403
    project = play.project()

    client = enter(SUPERVISOR)
    page = shown(client.get("/works/plan/"))
    assert page.index("上篁畈公园提升工程") < page.index(f'href="/works/{project.pk}/"')
    counts = dict(re.findall(r'href="(/works/plan/[^"]*)"><span class="lj-counter-value num">(\d+)<', page))
    assert counts == {"/works/plan/": "3", "/works/plan/?entered=1": "1", "/works/plan/?entered=0": "2"}
    assert "33.3%" in page
    rows = load_workbook(io.BytesIO(client.get("/works/plan/?entered=0&export=xlsx").content))
    assert len(rows.get_sheet_by_index(0).to_python()) == 3  # the head and the two that the screen counts
    assert PlanItem.objects.count() == 3
    assert "共 1" in shown(client.get(f"/works/plan/?stage={project.stage}")) or "望汀大道北延工程" in shown(
        client.get(f"/works/plan/?stage={project.stage}")
    )
    assert shown(client.get("/works/plan/?q=不存在")).count("没有符合条件") == 1


@pytest.mark.covers("C21a")
def test_the_six_amounts_stand_on_one_screen_with_their_variances_and_marks(play, enter):
    project = play.project()
    design = play.approved(project, "70000000.00")
    play.priced(project, "65000000", "60000000")
    record = Project.objects.get(pk=project.pk)
    play.gate(project)
    _figures(play, project)
    client = enter(SUPERVISOR)
    page = shown(client.get(f"/works/{project.pk}/costs/"))
    for words in ("¥68,000,000.00", "¥70,000,000.00", "¥65,000,000.00", "¥60,000,000.00", "¥71,000,000.00"):
        assert words in page, words
    assert "+2.94%" in page and "超过批准概算" in page
    assert f"/matters/{design.pk}/" in page and "/trace/cost_baseline/" in page

    listed = shown(client.get("/works/costs/"))
    assert "¥71,000,000.00" in listed and f"/works/{project.pk}/costs/" in listed
    assert record.title in shown(client.get("/works/costs/?over=1"))
    assert record.title in shown(client.get("/works/costs/?variance=budget_estimate:0"))
    assert "没有符合条件的项目" in shown(client.get("/works/costs/?variance=budget_estimate:0.05"))
    sheet = load_workbook(io.BytesIO(client.get("/works/costs/?export=xlsx").content))
    assert any(71000000 in row for row in sheet.get_sheet_by_index(0).to_python())
    assert enter("40001").get(f"/works/{project.pk}/costs/").status_code in (403, 404)


def _figures(play, project):
    """A final account above the approved budget, as its procedure writes it."""
    final = CostBaseline(
        project_id=project.pk, kind="final_account", amount=Decimal(71_000_000), as_of_on=play.scene.today()
    )
    with recorded(
        "works_final_account.confirm", chain=chain_of(project), actor=SYSTEM, now=play.scene.now
    ) as act:
        act.save(final)


@pytest.mark.covers("C25")
def test_a_missing_review_step_blocks_the_design(play, enter):
    project = play.project()
    matter = play.open(TENDERS, "works_design", project)
    play.do(TENDERS, matter, "commission", play.commission())
    play.do(COST, matter, "budget", play.costs("68000000"))
    item = play.scene.item(matter, "review")
    # nobody else concludes the review, nothing after it is open, the gate stays shut
    head = enter(HEAD)
    assert head.post(f"/items/{item.pk}/", fields_of(play.experts())).status_code == 403
    lead = enter(LEAD)
    play.paper(LEAD, matter, "opinion", item)
    answer = lead.post(f"/items/{item.pk}/", fields_of(play.experts(2)))
    assert answer.status_code == 422 and "评审专家不少于3人" in shown(answer)
    assert lead.post(f"/matters/{project.pk}/gate/", {}).status_code == 403
    assert not Matter.objects.filter(pk=matter.pk, status="closed").exists()
    assert lead.post(f"/items/{item.pk}/", fields_of(play.experts())).status_code == 302
