"""The yearly plan beside the inventory, entered by form and taken in from a file."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from lianjing.cli.commands import run
from lianjing.domains.works.models import PlanItem, Project
from lianjing.domains.works.queries.plan import completeness, counts, open_items, plan_rows
from lianjing.domains.works.services.plan import enter_plan_item
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import COST, OFFICER, refused

ABROAD = "21201"  # the social-insurance agency, which has nothing to do with works
ITEM = {
    "fiscal_year": "2025",
    "title": "望汀大道北延工程",
    "project_code": "2401-990101-04-01-318462",
    "sector": "road",
    "planned": "68000000",
    "source_no": "澜经发〔2025〕2号",
}
LEDGER = """年度,项目代码,项目名称,行业,计划投资,计划文号
2025,2401-990101-04-01-318462,望汀大道北延工程,道路,68000000,澜经发〔2025〕2号
2025,,上篁畈公园提升工程,景观环境,6200000,澜经发〔2025〕2号
2025,2401,代码有误工程,道路,1,澜经发〔2025〕2号
"""


def entered(play, number=OFFICER, **changes):
    return enter_plan_item(person_id=play.scene.person(number), now=play.scene.now, data={**ITEM, **changes})


def test_a_planned_item_is_an_act_of_the_project_officer(play):
    item = entered(play)
    assert PlanItem.objects.get() == item and item.planned == Decimal(68_000_000)
    assert Event.objects.get(act="works_plan.enter").person_id == play.scene.person(OFFICER)
    with refused(Ground.POST, "post.not_held"):
        entered(play, COST)


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("fiscal_year", "25"), ("project_code", "2401"), ("planned", "-1"), ("source_no", "")],
)
def test_a_wrong_field_of_the_plan_is_named(play, field, value):
    with pytest.raises(InvalidForm) as caught:
        entered(play, **{field: value})
    assert field in caught.value.errors and not PlanItem.objects.exists()


def test_the_same_project_is_planned_once_a_year(play):
    entered(play)
    with pytest.raises(BadInput):
        entered(play)
    entered(play, fiscal_year="2026")
    assert PlanItem.objects.count() == 2


def test_an_item_is_matched_by_its_link_or_its_code_and_the_others_come_first(play):
    coded, owed = entered(play), entered(play, title="上篁畈公园提升工程", project_code="")
    linked = entered(play, title="砚池路改造", project_code="")
    first = play.project(simple_case="")
    second = play.project(project_code="2411-990101-04-01-350082", plan_item=linked.pk)
    rows = {row.pk: row.project_id for row in plan_rows()}
    assert rows == {coded.pk: first.pk, linked.pk: second.pk, owed.pk: None}
    assert next(iter(plan_rows())).pk == owed.pk
    done = completeness(plan_rows())
    assert (done.planned, done.entered, done.missing) == (3, 2, 1)
    assert [(row.key, row.total, row.entered) for row in counts(plan_rows(), "fiscal_year")] == [
        ("2025", 3, 2)
    ]
    assert [row.entered for row in counts(plan_rows(), "project_stage") if row.key] == [2]
    assert [row.pk for row in open_items()] == [owed.pk]
    assert Project.objects.get(pk=second.pk).plan_item_id == linked.pk


def test_a_plan_item_that_a_project_has_taken_up_is_not_offered_again(play):
    item = entered(play, project_code="")
    play.project(plan_item=item.pk)
    with pytest.raises(InvalidForm) as caught:
        play.project(plan_item=item.pk)
    assert "plan_item" in caught.value.errors


def test_a_plan_is_taken_in_from_a_file_and_a_second_time_changes_nothing(
    play, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("lianjing.cli.import_ledger.refuse_without_tables", lambda: None)
    monkeypatch.setattr("lianjing.cli.import_ledger.clock", SimpleNamespace(now=lambda: play.scene.now))
    place = tmp_path / "年度计划.csv"
    place.write_text(LEDGER, encoding="utf-8")
    command = ["import", "ledger", str(place), "--kind", "plan", "--person", OFFICER, "--json"]
    for _turn in range(2):
        run(command)
    told = capsys.readouterr().out
    assert '"imported": 2' in told and '"rejected": 1' in told and '"unchanged": 2' in told
    assert PlanItem.objects.count() == 2
    assert PlanItem.objects.get(title="上篁畈公园提升工程").planned == Decimal(6_200_000)


def test_a_plan_links_only_to_the_files_that_its_reader_may_open(play):
    project = play.project()
    Project.objects.filter(pk=project.pk).update(plan_item=entered(play, project_code=""))
    link = reverse("works_project", args=[project.pk])
    for number, opens in ((OFFICER, True), (ABROAD, False)):
        browser = Client()
        browser.force_login(LoginAccount.objects.get(number=number))
        page = browser.get(reverse("works_plan")).content.decode()
        assert ITEM["title"] in page
        assert (link in page) is opens
        assert browser.get(link).status_code == (200 if opens else 404)
