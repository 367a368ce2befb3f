"""C2 and G8: no stage is skipped, and nothing is done for which the power register holds no item."""

from __future__ import annotations

import pytest

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import PowerItem
from tests.covers.conftest import PERSONNEL, SUPERVISOR, attempts, post_api
from tests.domains.works.playing import BUILDER, CONTRACTS, LEAD, OFFICER, PLANNER, TENDERS

LATER = (
    (TENDERS, "works_tender"),
    (CONTRACTS, "works_contract"),
    (OFFICER, "works_payment"),
    (BUILDER, "works_progress"),
)


@pytest.mark.covers("C2")
def test_a_skipped_stage_is_blocked_and_the_attempt_logged(play, enter):
    project, lead = play.project(), enter(LEAD)
    for stage in ("tendering", "contract", "payment"):
        page = lead.post(f"/matters/{project.pk}/gate/", {"to_stage": stage})
        assert page.status_code == 403 and "/clauses/zone_projects~3/" in page.content.decode()
        told = post_api(lead, f"/matters/{project.pk}/gate", {"to_stage": stage})
        assert (told.status_code, told.json()["rule"]) == (403, "gate.skipped")
    page = lead.post(f"/matters/{project.pk}/gate/", {})
    assert page.status_code == 403 and "立项和概算批复" in page.content.decode()
    for number, procedure in LATER:
        answer = post_api(enter(number), f"/matters/{project.pk}/open/{procedure}", {"title": "越级"})
        assert answer.status_code in (403, 404), procedure
    project.refresh_from_db()
    assert project.stage == "initiation" and not Matter.objects.exclude(pk=project.pk).exists()

    logged = attempts("gate.skipped")
    assert len(logged) == 6 and {event.person_id for event in logged} == {play.scene.person(LEAD)}
    trail = enter(SUPERVISOR).get("/trail/?refused=1").content.decode()
    assert all(f"/events/{event.pk}/" in trail for event in logged) and "柴堃林" in trail

    play.approved(project)
    assert lead.post(f"/matters/{project.pk}/gate/", {}).status_code == 302
    project.refresh_from_db()
    assert project.stage == "planning"


@pytest.mark.covers("G8")
def test_an_act_whose_power_item_has_ended_is_impossible(play, enter):
    project = play.project()
    play.approved(project)
    play.gate(project)
    planner, place = enter(PLANNER), f"/matters/{project.pk}/open/works_permit/"
    assert planner.post(place, {"title": "规划许可"}).status_code == 302
    running = Matter.objects.get(kind="permit")
    item = play.scene.item(running, "register")
    play.paper(PLANNER, running, "permit", item)

    power = PowerItem.objects.get(definition_key="works_permit")
    ended = enter(PERSONNEL).post(
        f"/org/powers/{power.pk}/end/", {"to_on": play.scene.today().isoformat(), "reason": "清理权力事项"}
    )
    assert ended.status_code == 302
    play.scene.pass_time(working_days=1)

    page = planner.post(place, {"title": "规划许可二"})
    assert page.status_code == 403 and "/clauses/zone_organisation~7/" in page.content.decode()
    data = {
        "kind": "works_planning",
        "permit_no": "建字第1号",
        "issued_on": play.scene.today().isoformat(),
        "result": "granted",
    }
    page = planner.post(f"/items/{item.pk}/", data)
    assert page.status_code == 403 and "/clauses/zone_organisation~7/" in page.content.decode()
    for path, body in (
        (f"/matters/{project.pk}/open/works_permit", {"title": "规划许可三"}),
        (f"/items/{item.pk}/complete", data),
    ):
        told = post_api(planner, path, body)
        assert (told.status_code, told.json()["rule"]) == (403, "power.not_in_force"), path
    assert Matter.objects.filter(kind="permit").count() == 1 and play.scene.item(running, "register") == item
    assert len(attempts("power.not_in_force")) == 4
