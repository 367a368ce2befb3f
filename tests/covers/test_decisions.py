"""C3, C6 and C24: six tabs of a project, a decision with its advice and dissent, a portfolio of thousands."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianjing.domains.works.models import Project
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting.models import AgendaItem, Meeting
from lianjing.runtime.org.models import Unit
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.undertaking.models import Undertaking
from tests.covers.conftest import SUPERVISOR, Enter
from tests.domains.works.playing import (
    DEPUTY,
    DIRECTOR,
    LAWYER,
    OFFICER,
    SECRETARY,
    SECRETARYOF_PARTY,
    Play,
)

MEMBERS = (SECRETARYOF_PARTY, DEPUTY)
MANY = 3000


@pytest.mark.covers("C3")
def test_one_project_shows_six_tabs_with_dates_persons_and_files(paid: Any, enter: Enter) -> None:
    project = Matter.objects.get(kind="project")
    text = enter(SUPERVISOR).get(f"/works/{project.pk}/").content.decode()
    panes = re.split(r'role="tabpanel"', text)[1:]
    assert len(panes) == 6
    for pane in panes[:4]:
        assert re.search(r"\d{4}-\d{2}-\d{2}", pane), "no date"
        assert 'xlink:href="' in pane or "users" in pane, "no person"
    assert sum("/documents/" in pane for pane in panes) >= 4


class Sitting:
    """A meeting on a payment, kept by the secretary through the pages."""

    def __init__(self, play: Play, enter: Enter) -> None:
        self.play, self.enter = play, enter
        project, contract = play.building()
        self.matter = play.applied(project, contract, "advance")
        amount = str(PaymentApplication.objects.get(pk=self.matter.pk).amount)
        play.audited(self.matter, amount)
        play.checked(self.matter, amount)
        play.opinions(self.matter)
        self._call()

    def _call(self) -> None:
        scene = self.play.scene
        data = {
            "unit": Unit.objects.get(code="ZONE").pk,
            "kind": "party_committee",
            "title": "党工委会议",
            "place": "三楼会议室",
            "held_on": scene.today().isoformat(),
            "head": scene.person(DIRECTOR),
            "members": [scene.person(each) for each in MEMBERS],
        }
        assert self.secretary("/meetings/new/", data).status_code == 302
        self.meeting = Meeting.objects.latest("id")
        self.place = f"/meetings/{self.meeting.pk}/"
        item = {
            "action": "agenda",
            "matter": self.matter.pk,
            "kind": "major_decision",
            "reporter": "闫犇",
            "options": "方案一 一次付清；方案二 分两期支付",
        }
        assert self.secretary(self.place, item).status_code == 302
        self.item = AgendaItem.objects.latest("id")
        self.item_place = f"/agenda-items/{self.item.pk}/"
        sent = {"action": "materials", "urgency_reason": "汛期抢险"}
        assert self.secretary(self.item_place, sent).status_code == 302
        present = {"action": "presence", "present": [scene.person(each) for each in (DIRECTOR, *MEMBERS)]}
        assert self.secretary(self.place, present).status_code == 302

    def secretary(self, place: str, data: dict[str, Any]) -> Any:
        return self.enter(SECRETARY).post(place, data)

    def speak(self, number: str) -> Any:
        self.play.scene.pass_time(hours=0.05)
        return self.enter(number).post(self.item_place, {"action": "view", "text": f"意见{number}"})

    def advised(self) -> None:
        own = {"action": "advise", "kind": "legality", "result": "pass", "text": "权限和程序合法"}
        assert self.enter(LAWYER).post(self.item_place, own).status_code == 302
        paper = {"kind": "opinion", "file": SimpleUploadedFile("论证.pdf", b"%PDF-1.4 x", "application/pdf")}
        assert self.enter(OFFICER).post(f"/matters/{self.matter.pk}/documents/", paper).status_code == 302
        experts = {
            "action": "advise",
            "kind": "expert",
            "result": "pass",
            "text": "方案二较优",
            "document": Document.objects.latest("id").pk,
        }
        assert self.secretary(self.item_place, experts).status_code == 302


@pytest.fixture
def sitting(play: Play, enter: Enter) -> Sitting:
    """A major decision on the agenda, still without its advice."""
    return Sitting(play, enter)


@pytest.mark.covers("C6")
def test_a_decision_lacking_required_advice_cannot_be_minuted_as_passed(sitting: Sitting) -> None:
    refused = sitting.speak(DEPUTY)
    assert refused.status_code == 403 and "/clauses/major_decisions~25/" in refused.content.decode()
    refused = sitting.secretary(sitting.item_place, {"action": "conclude"})
    assert refused.status_code == 403 and "合法性审查" in refused.content.decode()
    sitting.item.refresh_from_db()
    assert sitting.item.result == ""
    assert sitting.enter(SECRETARY).get(f"{sitting.place}minutes/").status_code == 404


@pytest.mark.covers("C6")
def test_the_decision_record_holds_options_advice_votes_and_dissent(sitting: Sitting) -> None:
    sitting.advised()
    for number in (*MEMBERS, DIRECTOR):
        assert sitting.speak(number).status_code == 302
    for number, choice in zip((*MEMBERS, DIRECTOR), ("against", "for", "for"), strict=True):
        vote = {"action": "vote", "choice": choice, "reason": "超出年度计划"}
        assert sitting.enter(number).post(sitting.item_place, vote).status_code == 302
    carried = {
        "action": "conclude",
        "conditions": "先补齐检测报告",
        "carried_by": Unit.objects.get(code="CON").pk,
        "carry_due_on": "2027-01-10",
    }
    assert sitting.secretary(sitting.item_place, carried).status_code == 302
    page = sitting.enter(SUPERVISOR).get(sitting.item_place).content.decode()
    for words in ("方案二 分两期支付", "权限和程序合法", "方案二较优", "超出年度计划", "先补齐检测报告"):
        assert words in page, words
    assert Undertaking.objects.get(source_kind="leadership").owner_unit.code == "CON"
    minutes = sitting.enter(SUPERVISOR).get(f"{sitting.place}minutes/").content.decode()
    views = [minutes.index(f"意见{number}") for number in (*MEMBERS, DIRECTOR)]
    assert views == sorted(views) and "末位表态" in minutes
    assert "同意2票，反对1票" in minutes
    assert f"由{Unit.objects.get(code='CON').name}落实" in minutes


@pytest.fixture
def portfolio(play: Play) -> list[int]:
    """Thousands of projects of one unit."""
    first = play.project()
    unit = first.unit_id
    matters = Matter.objects.bulk_create(
        Matter(
            domain="works",
            kind="project",
            title=f"批量项目{number:04d}",
            unit_id=unit,
            stage="initiation",
            status="open",
            opened_on=first.opened_on,
            onboarding="new",
        )
        for number in range(MANY)
    )
    for matter in matters:
        matter.root_id = matter.pk
    Matter.objects.bulk_update(matters, ["root_id"], batch_size=500)
    Project.objects.bulk_create(
        Project(
            matter_id=matter.pk,
            title=matter.title,
            project_code=f"2402-990101-04-01-{place:06d}",
            owner_unit_id=unit,
            sector="water" if place % 2 else "",
            funding_year=2024 + place % 2,
            total_investment=Decimal(1000),
            status="identification",
        )
        for place, matter in enumerate(matters)
    )
    return [matter.pk for matter in matters]


@pytest.mark.covers("C24")
def test_the_portfolio_works_with_thousands_of_projects(
    portfolio: list[int], enter: Enter, django_assert_max_num_queries: Any
) -> None:
    watcher = enter(SUPERVISOR)
    with django_assert_max_num_queries(60):
        page = watcher.get("/works/").content.decode()
    assert f"在册 {MANY + 1} 个项目" in page
    assert "批量项目2999" in watcher.get("/works/?q=2999").content.decode()
    with django_assert_max_num_queries(60):
        half = watcher.get("/works/?year=2025&sort=-title&page=10&per_page=100")
    assert half.status_code == 200 and half.context["listing"].page.paginator.count >= MANY // 2
    assert watcher.get("/works/?late=overdue&plan=unplanned").status_code == 200


@pytest.mark.covers("C24")
def test_the_workload_of_each_post_opens_its_items(paid: Any, enter: Enter, play: Play) -> None:
    project = Matter.objects.get(kind="project")
    play.open(OFFICER, "works_payment", project)
    watcher = enter(SUPERVISOR)
    loads = list(watcher.get("/works/workload/").context["listing"].found)
    assert sum(load.open_count for load in loads) >= 1
    load = next(load for load in loads if "闫犇" in load.holders)
    opened = watcher.get(f"/works/workload/{load.pk}/")
    assert opened.context["listing"].page.paginator.count == load.open_count
