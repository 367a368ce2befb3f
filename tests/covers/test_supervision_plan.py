"""C13 and C23: each stage has check points that run, and a block leads to the clause in force that day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from lianjing.domains.works.queries.supervision import plan, standings
from lianjing.kernel.refusal import Refusal
from lianjing.runtime.domains import domain
from lianjing.runtime.matter.stages import pass_gate
from lianjing.runtime.regulation.queries import clause_on
from tests.covers.conftest import SUPERVISOR, attempts
from tests.domains.works.playing import LEAD, OFFICER

GENERAL = {"matter.pass_gate", "bank.import"}


def test_every_check_point_names_a_step_that_exists_and_a_clause_that_is_in_force(play) -> None:
    steps = {f"{each.key}.{step.id}" for each in domain("works").procedures for step in each.steps}
    stages = {each.key for each in domain("works").stages}
    for point in plan():
        assert set(point.acts) - steps <= GENERAL, point.key
        assert point.stage in stages and point.line in {"business", "supervision"}
        assert clause_on(point.clause, play.scene.today()), point.clause


@pytest.mark.covers("C13")
def test_every_stage_has_a_check_point_on_both_lines_with_its_owner_and_last_run(paid, enter) -> None:
    play, project, _contract = paid
    before = {row.point.key: row for row in standings(play.scene.today())}
    with pytest.raises(Refusal):
        pass_gate(matter_id=project.pk, person_id=play.scene.person(OFFICER), now=play.scene.now)
    page = enter(SUPERVISOR).get("/works/supervision-plan/").content.decode()
    for stage in domain("works").stages:
        points = [row for row in before.values() if row.point.stage == stage.key]
        assert {row.point.line for row in points} == {"business", "supervision"}
        assert f'id="stage-{stage.key}"' in page
        assert all(row.owners for row in points), stage.key
    for key in ("initiation_gate", "permit_verified", "five_reviews", "bank_receipt"):
        assert before[key].last_run is not None and before[key].runs > 0
    row = re.search(r'<tr id="five_reviews">.*?</tr>', page, re.S)
    assert row and before["five_reviews"].last_run.date().isoformat()[:7] in row[0]
    assert enter(SUPERVISOR).get("/works/supervision-plan/?export=excel").content[:2] == b"PK"


@pytest.mark.covers("C23")
def test_a_block_opens_the_clause_and_its_version_of_that_day(play, enter) -> None:
    project = play.project()
    play.scene.pass_time(hours=1)
    with pytest.raises(Refusal) as caught:
        pass_gate(matter_id=project.pk, person_id=play.scene.person(LEAD), now=play.scene.now)
    [event] = attempts(caught.value.rule)
    shown = enter(SUPERVISOR).get(f"/events/{event.id}/").content.decode()
    address = f"/clauses/{event.clause.replace('#', '~')}/"
    assert address in shown
    clause = clause_on(event.clause, play.scene.today())
    page = enter(SUPERVISOR).get(address).content.decode()
    assert clause.text[:20] in page
    assert (
        clause_on(event.clause, play.scene.today() - timedelta(days=4000)) is None or clause.from_on is None
    )


@pytest.mark.covers("C23")
def test_a_refusal_keeps_its_wording_after_the_rule_is_revised_and_is_counted(play, enter) -> None:
    """The official amends the clause on the pages; the old refusal still opens the text of its own day."""
    project = play.project()
    play.scene.pass_time(hours=1)
    with pytest.raises(Refusal) as caught:
        pass_gate(matter_id=project.pk, person_id=play.scene.person(LEAD), now=play.scene.now)
    clause = clause_on(caught.value.clause, play.scene.today())
    key, article = caught.value.clause.split("#")
    drafter, approver = enter("20603"), enter("20006")
    data = {"regulation": key, "title": "修订全过程管理规程", "reason": "审计建议"}
    place = drafter.post("/revisions/new/", data)["Location"]
    drafter.post(f"{place}clause/", {"article": article, "text": "修订后的条文。"})
    drafter.post(place, {"action": "check"})
    day = play.scene.today() + timedelta(days=1)
    assert drafter.post(place, {"action": "submit", "from_on": day.isoformat()}).status_code == 302
    assert drafter.post(place, {"action": "approve", "text": "同意"}).status_code == 403
    assert approver.post(place, {"action": "approve", "text": "同意"}).status_code == 302
    play.scene.pass_time(working_days=3)

    watcher = enter(SUPERVISOR)
    [event] = attempts(caught.value.rule)
    shown = watcher.get(f"/events/{event.id}/").content.decode()
    address = re.search(rf"/clauses/{key}~{article}/\?on=[\d-]+", shown)
    assert address is not None
    assert clause.text[:20] in watcher.get(address[0]).content.decode()
    today = watcher.get(f"/clauses/{key}~{article}/").content.decode()
    assert "修订后的条文。" in today and caught.value.rule in today
    refused = watcher.get(f"/clauses/{key}~{article}/refusals/?rule={caught.value.rule}").content.decode()
    assert f"/events/{event.id}/" in refused
    library = watcher.get("/regulations/?q=工程建设项目").content.decode()
    assert "工程建设项目定标工作管理办法(试行)" in library
