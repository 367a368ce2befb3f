"""Contract, start, progress and changes through the pages, as the supervisor would test them (C3b, C3d, C3e, C15)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.models import Bid, ChangeOrder, ProgressReport, SiteVisa
from lianjing.runtime.documents.models import Photo
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.process.models import WorkItem
from tests.covers.conftest import SUPERVISOR, attempts, fields_of, post_api
from tests.domains.works.playing import (
    BUILDER,
    CHIEF,
    CONTRACTS,
    COST,
    ENGINEER,
    FUNDS,
    LAWYER,
    LEAD,
    SITE,
)


def item_page(play, matter, step, element=""):
    return f"/items/{play.scene.item(matter, step, element).pk}/"


@pytest.mark.covers("C3d")
def test_terms_that_differ_from_the_tender_are_highlighted_to_everyone_who_countersigns(play, enter):
    project, tender = play.awarded_project()
    Bid.objects.filter(tender_id=tender.pk).update(days=400, quality="合格", manager_name="项目经理甲")
    matter = play.open(CONTRACTS, "works_contract", project)
    play.paper(CONTRACTS, matter, "contract", play.scene.item(matter, "draft"))
    officer, place = enter(CONTRACTS), item_page(play, matter, "draft")

    # price, quality and duration may not differ: refused with the clause, and logged
    for name, value in (("days", "380"), ("quality", "优良"), ("amount", "47999999.99")):
        told = officer.post(place, fields_of(play.contract_data(tender, **{name: value})))
        assert told.status_code == 403 and "/clauses/tendering_regulation~57/" in told.content.decode()
    assert len(attempts("contract.other_terms")) == 2 and len(attempts("contract.other_amount")) == 1

    # another manager is shown as a difference, needs its reason, and stands before all three who sign
    done = officer.post(place, fields_of(play.contract_data(tender, manager_name="项目经理乙")))
    assert done.status_code == 302
    page = officer.get(item_page(play, matter, "compare")).content.decode()
    assert "项目经理甲" in page and "项目经理乙" in page and "有差异，须说明理由" in page
    assert officer.post(item_page(play, matter, "compare"), {"explanation": ""}).status_code == 422
    reason = {"explanation": "原项目经理调离，更换已经招标人同意"}
    assert officer.post(item_page(play, matter, "compare"), reason).status_code == 302
    for number, step in ((COST, "cost"), (FUNDS, "finance"), (LAWYER, "legal")):
        page = enter(number).get(item_page(play, matter, step)).content.decode()
        assert "项目经理甲" in page and "有差异，须说明理由" in page and "一致" in page, step


@pytest.mark.covers("C3b")
def test_a_start_before_the_permit_is_refused_and_raises_a_flag(play, enter):
    project, contract = play.implementing()
    matter = play.start_applied(project, contract)
    play.do(CHIEF, matter, "supervise", {"order_no": "开工令-01", "opinion": "同意"})
    play.do(SITE, matter, "site", {"is_seen": "on", "opinion": "同意"})
    lead, place = enter(LEAD), item_page(play, matter, "approve")
    early = play.scene.today() - timedelta(days=5)
    told = lead.post(place, {"start_on": early.isoformat(), "opinion": "同意开工"})
    assert told.status_code == 403 and "/clauses/construction_law~7/" in told.content.decode()
    flag = attempts("red_line.start_before_permit")
    assert len(flag) == 1 and flag[0].person_id == play.scene.person(LEAD)
    assert enter(SUPERVISOR).get(f"/events/{flag[0].pk}/").status_code == 200
    done = lead.post(place, {"start_on": play.scene.today().isoformat(), "opinion": "同意开工"})
    assert done.status_code == 302 and hold(project.pk, "started", play.scene.today()) is not None


@pytest.mark.covers("C3e")
def test_progress_has_a_signed_source_and_photographs(play, enter):
    project, contract = play.building()
    matter = play.open(BUILDER, "works_progress", project)
    play.paper(BUILDER, matter, "progress", play.scene.item(matter, "report"))
    builder, place = enter(BUILDER), item_page(play, matter, "report")
    data = fields_of(play.report_data(contract, "12"))
    told = builder.post(place, data)
    assert told.status_code == 403 and "照片" in told.content.decode()
    play.photos(BUILDER, matter, 4, "progress")
    assert builder.post(place, data).status_code == 302
    figures = {"verified_ratio": "11", "completed_value": "5000000", "opinion": "已计量"}
    assert enter(ENGINEER).post(item_page(play, matter, "verify"), figures).status_code == 302
    assert enter(SITE).post(item_page(play, matter, "confirm"), {"opinion": "属实"}).status_code == 302
    row = ProgressReport.objects.get(pk=matter.pk)
    assert row.verified_by_person_id == play.scene.person(ENGINEER)
    photos = Photo.objects.filter(document__matter=matter)
    assert photos.count() == 4 and all(photo.taken_at and photo.latitude for photo in photos)
    page = enter(SUPERVISOR).get(f"/works/{project.pk}/").content.decode()
    assert "11.00%" in page and photos[0].document.title in page


@pytest.mark.covers("C15")
def test_two_changes_just_under_a_tier_are_summed_and_escalate(play, enter):
    project, contract = play.building("7000000", "7100000", "7200000")
    cost = enter(COST)
    for code, wanted in (("BG-1", "general"), ("BG-2", "larger")):
        matter = play.open(BUILDER, "works_change", project)
        play.do(BUILDER, matter, "propose", play.change_data(contract, code))
        play.do(CHIEF, matter, "supervise")
        play.drawn(matter)
        play.paper(COST, matter, "budget", play.scene.item(matter, "price"))
        items = [{"item_code": "1", "name": "换填", "quantity_delta": "1", "unit_price": "199999.99"}]
        answer = cost.post(item_page(play, matter, "price"), fields_of({"items": items}))
        assert answer.status_code == 302, answer.content.decode()
        assert ChangeOrder.objects.get(pk=matter.pk).change_class == wanted
    steps = WorkItem.objects.filter(matter=matter, closed_at=None).values_list("step_key", flat=True)
    assert set(steps) == {"joint"}

    # the contractor can name no class, and work that has begun is refused with its clause
    started = play.open(BUILDER, "works_change", project)
    play.paper(BUILDER, started, "change", play.scene.item(started, "propose"))
    play.photos(BUILDER, started, 3, "before")
    data = fields_of(play.change_data(contract, "BG-3", is_started="on", change_class="general"))
    told = enter(BUILDER).post(item_page(play, started, "propose"), data)
    assert told.status_code == 403 and "/clauses/zone_change~2/" in told.content.decode()

    # the API says the same of a visa that reaches the tier: it ends as no visa
    visa = play.visa_measured(project, contract)
    rows = SiteVisa._meta.apps.get_model("works", "SiteVisaItem").objects.filter(site_visa_id=visa.pk)
    prices = [{"item": str(row.pk), "unit_price": "20000"} for row in rows]
    place = f"/items/{play.scene.item(visa, 'price').pk}/complete"
    answer = post_api(cost, place, {"prices": prices, "price_source": "contract"})
    assert answer.status_code == 200, answer.content.decode()
    row = SiteVisa.objects.get(pk=visa.pk)
    assert (row.status, row.amount) == ("refused", Decimal("200000.00"))
