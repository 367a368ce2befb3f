"""C18 to C22: standard items, acceptance before settlement, complete archive, owned deviations, checked retention."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianjing.domains.works.models import Settlement, Warranty, WarrantyRelease
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.undertaking.models import Undertaking
from tests.covers.conftest import SUPERVISOR, attempts, fields_of, post_api
from tests.domains.works.playing import ARCHIVES, BUILDER, LEAD, LEADER, SITE

USER = "20711"


@pytest.fixture
def built(play):
    """A project in stage implementation with its contract."""
    project, contract = play.building()
    return play, project, contract


@pytest.mark.covers("C18")
def test_a_step_without_its_mandatory_paper_is_refused_with_the_rule_cited(built, enter):
    play, project, contract = built
    client = enter(BUILDER)
    assert (
        client.post(f"/matters/{project.pk}/open/works_acceptance/", {"title": "竣工验收"}).status_code == 302
    )
    matter = Matter.objects.get(kind="acceptance")
    item = play.scene.item(matter, "apply")
    data = fields_of(play.acceptance_data(contract))
    page = client.post(f"/items/{item.pk}/", data)
    text = page.content.decode()
    assert page.status_code == 403 and "竣工验收报审表" in text and "检测报告" in text
    assert "/clauses/zone_completion~1/" in text
    told = post_api(client, f"/items/{item.pk}/complete", play.acceptance_data(contract))
    assert (told.status_code, told.json()["rule"]) == (403, "documents.missing")
    assert len(attempts("documents.missing")) == 2

    guide = enter(SUPERVISOR).get("/works/items/guide/").content.decode()
    for word in ("立项申报", "工程变更", "竣工验收", "资料目录", "竣工验收报审表", "填报岗位", "必备"):
        assert word in guide
    assert enter(SUPERVISOR).get("/works/items/").content.decode().count("制度载明") == 3

    for kind in ("acceptance_application", "test_report"):
        play.paper(BUILDER, matter, kind, item)
    assert client.post(f"/items/{item.pk}/", data).status_code == 302


@pytest.mark.covers("C19")
def test_a_settlement_cannot_open_before_acceptance_passed(built, enter):
    play, project, contract = built
    builder, place = enter(BUILDER), f"/matters/{project.pk}/open/works_settlement/"
    page = builder.post(place, {"title": "结算"})
    assert page.status_code == 403 and "/clauses/zone_completion~5/" in page.content.decode()

    matter = play.acceptance_to_meeting(project, contract)
    play.do(LEAD, matter, "meeting", play.meeting_data("failed"))
    assert builder.post(place, {"title": "结算"}).status_code == 403
    play.do(BUILDER, matter, "apply", play.acceptance_data(contract))
    play.to_meeting(matter)
    item, lead = play.scene.item(matter, "meeting"), enter(LEAD)
    for kind in ("acceptance", "warranty_letter"):
        play.paper(LEAD, matter, kind, item)
    data = play.meeting_data()
    four = {**data, "parties": data["parties"][:4]}
    page = lead.post(f"/items/{item.pk}/", fields_of(four))
    assert page.status_code == 403 and "/clauses/zone_completion~1/" in page.content.decode()
    assert lead.post(f"/items/{item.pk}/", fields_of(data)).status_code == 302

    assert builder.post(place, {"title": "结算"}).status_code == 302
    assert Matter.objects.filter(kind="settlement").count() == 1 and not Settlement.objects.exists()
    assert len(attempts("settlement.not_accepted")) == 2
    file = enter(SUPERVISOR).get(f"/works/{project.pk}/").content.decode()
    assert "竣工验收" in file


@pytest.mark.covers("C20")
def test_a_catalogue_below_100_percent_does_not_close(built, enter):
    play, project, contract = built
    play.completed(project, contract)
    supervisor, keeper = enter(SUPERVISOR), enter(ARCHIVES)
    page = supervisor.get(f"/works/{project.pk}/catalogue/").content.decode()
    assert "缺" in page and "凭证" in page and "100%" not in page.split('id="payment"')[1].split("</div>")[0]

    matter = play.open(ARCHIVES, "works_handover", project)
    item = play.scene.item(matter, "prepare")
    answer = keeper.post(f"/items/{item.pk}/", {"receiver": "澜汀市城建档案馆"})
    text = answer.content.decode()
    assert answer.status_code == 403 and "资金支付·凭证" in text and "/clauses/zone_completion~11/" in text

    place = f"/works/{project.pk}/catalogue/not-needed/"
    asked = {"action": "propose", "stage": "payment", "kind": "voucher", "reason": "由市级统一支付"}
    assert keeper.post(place, asked).status_code == 302
    assert keeper.post(f"/items/{item.pk}/", {"receiver": "澜汀市城建档案馆"}).status_code == 403
    from_page = supervisor.get(f"/works/{project.pk}/catalogue/").content.decode()
    assert "不适用（待核对）" in from_page
    agreed = enter(LEAD).post(place, {"action": "agree", "not_needed": _not_needed(project)})
    assert agreed.status_code == 302
    assert keeper.post(f"/items/{item.pk}/", {"receiver": "澜汀市城建档案馆"}).status_code == 302
    page = supervisor.get(f"/works/{project.pk}/catalogue/").content.decode()
    assert "100%" in page
    told = supervisor.get(f"/works/{project.pk}/catalogue/?export=json").json()
    assert told["count"] == len(told["papers"]) > 20


def _not_needed(project: Matter) -> int:
    model = Matter._meta.apps.get_model("documents", "NotNeeded")
    return int(model.objects.get(matter=project).pk)


@pytest.mark.covers("C21")
def test_every_open_deviation_has_owner_and_due_date(built, enter):
    play, project, contract = built
    matter = play.acceptance_to_meeting(project, contract)
    defects = [play.defect("护栏缺损"), play.defect("标线不清", 12)]
    play.do(LEAD, matter, "meeting", play.meeting_data("passed_with_defects", defects=defects))
    play.scene.pass_time(working_days=2)
    play.rectified(matter)
    play.scene.pass_time(working_days=15)
    play.acceptance_filed(matter)
    open_ones = Undertaking.objects.filter(
        matter__root=project, source_kind__in=("acceptance", "deviation"), closed_on=None
    )
    assert open_ones.exists() and not open_ones.filter(owner_person=None).exists()
    assert open_ones.filter(source="implementation", what__contains="备案").exists()
    page = enter(SUPERVISOR).get("/undertakings/?state=open").content.decode()
    assert "竣工备案超过法定期限" in page and "闫犇" in page
    for row in open_ones:
        assert row.due_on >= row.opened_on and row.clause
        assert f"{row.due_on:%Y-%m-%d}" in page and row.owner_person.name in page


@pytest.mark.covers("C22")
def test_retention_goes_back_only_after_a_defect_check(built, enter):
    play, project, contract = built
    play.completed(project, contract)
    builder, place = enter(BUILDER), f"/matters/{project.pk}/open/works_warranty/"
    page = builder.post(place, {"title": "质保金返还"})
    assert page.status_code == 403 and "/clauses/zone_completion~10/" in page.content.decode()

    part = Warranty.objects.filter(contract=contract).earliest("to_on")
    play.wait_until(part.to_on + timedelta(days=1))
    matter = play.asked_back(project, part, "0")
    leader = enter(LEADER)
    page = leader.get(f"/matters/{matter.pk}/").content.decode()
    assert "使用单位检查" in page
    assert not WorkItem.objects.filter(matter=matter, step_key="approve").exists()
    item, user = play.scene.item(matter, "use"), enter(USER)
    refused = user.post(f"/items/{item.pk}/", fields_of(play.defect_free()))
    assert refused.status_code == 403 and "/clauses/zone_completion~10/" in refused.content.decode()
    for kind in ("defect_check", "photo"):
        play.paper(USER, matter, kind, item)
    left = user.post(f"/items/{item.pk}/", fields_of(play.defect_free(has_defects="yes")))
    assert left.status_code == 422
    assert user.post(f"/items/{item.pk}/", fields_of(play.defect_free())).status_code == 302
    assert WarrantyRelease.objects.get(pk=matter.pk).status == "proposed"
    play.do(SITE, matter, "site", play.defect_free())
    approve = play.scene.item(matter, "approve")
    assert leader.post(f"/items/{approve.pk}/", {"opinion": "同意"}).status_code == 302
    row = WarrantyRelease.objects.get(pk=matter.pk)
    assert row.status == "approved" and row.checked_by_person_id == play.scene.person(USER)
