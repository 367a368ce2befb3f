"""Real projects in another currency: imported as archive, twenty taken over through the pages, one settled and paid."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from lianjing.cli import import_ledger
from lianjing.cli.commands import run
from lianjing.domains.works.models import Onboarding, Project
from lianjing.domains.works.queries import standing_of
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.models import Post
from lianjing.runtime.payment.models import BankLine, PaymentApplication
from lianjing.runtime.process.models import Review
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.playing import (
    ARCHIVES,
    AUDITOR,
    BUILDER,
    CONTRACTS,
    HEAD,
    LEAD,
    OFFICER,
    PLANNER,
    TENDERS,
    Play,
)
from tests.stories.taking_over import (
    FICTITIOUS,
    RUINED,
    Desks,
    account_number,
    approved,
    chosen,
    claimed,
    missing,
    proposed,
    rows_of,
    written,
)

LEDGER = "data/works/dpwh_flood_control_projects.csv"
REFUSED_IN_ARCHIVE = (
    (OFFICER, "works_proposal"),
    (TENDERS, "works_tender"),
    (CONTRACTS, "works_contract"),
    (OFFICER, "works_payment"),
    (CONTRACTS, "works_account_change"),
)
NOT_SHOWN = ((PLANNER, "works_permit"), (BUILDER, "works_progress"), (BUILDER, "works_change"))


@pytest.fixture
def ledger(shared: Path, tmp_path: Path) -> tuple[Path, list[dict[str, str]]]:
    """The twenty rows chosen, two hundred others of the shared ledger, and one row that cannot be taken in."""
    rows = rows_of(shared / LEDGER)
    twenty = chosen(rows)
    assert len(twenty) == 20
    numbers = {row["ProjectId"] for row in twenty}
    others = [row for row in rows if row["ProjectId"] not in numbers][::30][:200]
    broken = {**others[0], "ProjectId": "P-BROKEN", "ContractCost": "about five million"}
    return written(tmp_path / "存量.csv", [*twenty, *others, broken]), twenty


@pytest.fixture
def archive(
    play: Play,
    ledger: tuple[Path, list[dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> tuple[Desks, list[Matter], dict[str, Any]]:
    """The ledger brought in by the command as archive; the twenty projects in the order chosen, and the counts."""
    monkeypatch.setattr(import_ledger, "refuse_without_tables", lambda: None)
    place, twenty = ledger
    capsys.readouterr()
    assert run(["import", "ledger", str(place), "--person", ARCHIVES, "--currency", "PHP", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    if (
        connection.vendor == "postgresql"
    ):  # its own process does this between transactions; without it each list takes seconds
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    projects = [Matter.objects.get(kind="project", external_no=row["ProjectId"]) for row in twenty]
    return Desks(play.scene), projects, counts


def firm_of(project: Matter) -> str:
    """Return the contractor that a person reads in the contract: the one imported, of a joint venture the first as lead."""
    party = (
        MatterParty.objects.filter(matter=project, role="contractor")
        .select_related("enterprise")
        .order_by("id")
        .first()
    )
    return party.enterprise.name if party else "演示堤防建设有限公司" + FICTITIOUS


def listed(desks: Desks, onboarding: str) -> int:
    """Return how many projects the list shows under the filter 存量处理."""
    answer = desks.at(HEAD).get("/works/", {"onboarding": onboarding})
    assert answer.status_code == 200
    return answer.context["listing"].found.count()


def test_the_twenty_are_of_every_kind_that_a_person_must_judge(shared: Path) -> None:
    rows = rows_of(shared / LEDGER)
    twenty = chosen(rows)
    assert twenty == chosen(list(rows)) and len({row["ProjectId"] for row in twenty}) == 20
    shared_numbers = Counter(row["ContractId"] for row in twenty)
    assert sorted(shared_numbers.values())[-2:] == [2, 2]
    assert {row["ContractorCount"] for row in twenty} == {"1", "2", "3"}
    assert any("(FORMERLY" in row["Contractor"] for row in twenty) and any(
        len(row["ProjectName"]) > 250 for row in twenty
    )
    assert any(RUINED.fullmatch(row["ContractId"]) for row in twenty)
    assert any(not float(row["ApprovedBudgetForContract"]) for row in twenty)


def test_an_archived_project_of_another_currency_refuses_all_but_being_taken_over(archive: Any) -> None:
    desks, projects, counts = archive
    assert (counts["rows"], counts["imported"], counts["rejected"]) == (221, 220, 1)
    assert listed(desks, "archive") == 220 and listed(desks, "taken_over") == 0
    assert counts["warnings"]["shared_contract"] >= 4 and counts["warnings"]["joint_venture"] >= 6
    assert counts["warnings"]["no_credit_code"] >= 20 and counts["warnings"]["damaged_contract_no"] >= 2

    project = projects[0]
    assert (
        Project.objects.get(pk=project.pk).currency
        == Contract.objects.get(project=project).amount_currency
        == "PHP"
    )
    for number, procedure in REFUSED_IN_ARCHIVE:
        place = f"/matters/{project.pk}/open/{procedure}/"
        desks.refused(number, place, {"title": procedure}, rule="project.archive", clause="zone_projects#18")
    for number, procedure in NOT_SHOWN:
        assert (
            desks.send(number, f"/matters/{project.pk}/open/{procedure}/", {"title": procedure}).status_code
            == 404
        )
    assert desks.send(LEAD, f"/matters/{project.pk}/gate/", {}).status_code == 404
    file = desks.at(OFFICER)
    assert (
        desks.send(
            OFFICER,
            f"/matters/{project.pk}/documents/",
            {"kind": "contract", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 a")},
        ).status_code
        == 403
    )
    page = file.get(f"/works/{project.pk}/").content.decode()
    assert f"/matters/{project.pk}/open/works_onboard/" in page and "/open/works_payment/" not in page
    printed = Contract.objects.get(project=project)
    assert f"PHP {printed.amount:,.2f}" in desks.see(LEAD, f"/trace/contract/{printed.pk}/?column=amount")
    assert f"PHP {printed.amount:,.2f}" in page and "¥" not in _money_card(page)
    assert (
        Matter.objects.filter(parent=project).count() == 1
        and not Document.objects.filter(matter__root=project).exists()
    )


def _money_card(page: str) -> str:
    return page.split('id="contracts"')[1].split("</table>")[0]


def test_the_form_tells_the_printed_sum_and_never_puts_it_into_a_field_of_yuan(archive: Any) -> None:
    desks, projects, _counts = archive
    shared = projects[0]
    matter = desks.open(OFFICER, "works_onboard", shared)
    answer = desks.at(OFFICER).get(desks.step(matter, "propose"))
    form, page = answer.context["form"], answer.content.decode()
    printed = Contract.objects.get(project=shared)
    assert form.initial["contract"] == printed.pk and "amount" not in form.initial
    assert f"PHP {printed.amount:,.2f}" in page and "不作折算" in page
    assert "合同编号由2个项目共用" in page
    venture = next(
        each for each in projects if MatterParty.objects.filter(matter=each, role="contractor").count() > 1
    )
    matter = desks.open(OFFICER, "works_onboard", venture)
    answer = desks.at(OFFICER).get(desks.step(matter, "propose"))
    assert "contractor_name" not in answer.context["form"].initial and "联合体" in answer.content.decode()


def test_who_proposed_a_take_over_does_not_approve_it_even_with_the_head_s_post_lent_to_him(
    archive: Any,
) -> None:
    desks, projects, _counts = archive
    project = projects[5]
    matter = proposed(desks, project, 5, firm_of(project))
    place = f"/matters/{project.pk}/open/works_payment/"
    desks.refused(OFFICER, place, {"title": "结算款"}, rule="project.archive", clause="zone_projects#18")
    desks.do(AUDITOR, matter, "audit", {"is_checked": "on", "opinion": "已核"})
    desks.refused(OFFICER, place, {"title": "结算款"}, rule="project.archive", clause="zone_projects#18")
    step = desks.step(matter, "approve")
    desks.refused(
        OFFICER,
        step,
        {"action": "submit", "is_approved": "on"},
        rule="post.not_held",
        clause="zone_organisation#2",
    )
    today = desks.scene.today()
    desks.done(
        HEAD,
        "/org/delegations/new/",
        {
            "post": Post.objects.get(key="department_head", unit__code="CON").pk,
            "to_person": desks.scene.person(OFFICER),
            "from_on": today,
            "to_on": today + timedelta(days=3),
            "reason": "出差",
        },
    )
    desks.refused(
        OFFICER,
        step,
        {"action": "submit", "is_approved": "on"},
        rule="separation.same_person",
        clause="zone_projects#16",
    )
    project.refresh_from_db()
    assert (project.onboarding, Onboarding.objects.get().status) == ("archive", "proposed")
    desks.do(HEAD, matter, "approve", {"is_approved": "on"})
    project.refresh_from_db()
    assert (project.onboarding, project.is_before_platform) == ("taken_over", True)


def test_twenty_real_projects_are_taken_over_and_one_is_settled_and_paid(archive: Any, play: Play) -> None:
    desks, projects, _counts = archive
    names = {project.pk: firm_of(project) for project in projects}
    printed = Contract.objects.get(project=projects[1]).amount
    for place, project in enumerate(projects):
        approved(desks, proposed(desks, project, place, names[project.pk]))
    _check_taken_over(desks, projects)

    project = projects[1]
    trace = desks.see(HEAD, f"/trace/contract/{Contract.objects.get(project=project).pk}/?column=amount")
    assert f"PHP {printed:,.2f}" in trace and "¥5,100,000.00" in trace
    contract = Contract.objects.get(project=project)
    matter = desks.open(OFFICER, "works_payment", project, "结算款" + FICTITIOUS)
    step = desks.step(matter, "apply")

    def claim(kind: str, amount: str) -> dict[str, Any]:
        return claimed(desks, contract, matter, kind, amount)

    # paid 4,300,000 of 5,100,000 and 200,000 of changes: a million is left, of which 150,000 stay withheld
    desks.refused(
        OFFICER,
        step,
        claim("settlement", "1000000.01"),
        rule="red_line.over_contract",
        clause="zone_funds#12",
    )
    desks.refused(
        OFFICER, step, claim("settlement", "850000.01"), rule="red_line.over_progress", clause="zone_funds#13"
    )
    desks.refused(
        OFFICER, step, claim("retention", "150000.01"), rule="red_line.over_progress", clause="zone_funds#13"
    )
    desks.refused(
        OFFICER, step, claim("settlement", "850000"), rule="payment.no_settlement", clause="zone_funds#20"
    )
    desks.paper(OFFICER, matter, "settlement", "结算定案表")
    desks.done(OFFICER, step, claim("settlement", "850000"))
    payer = play.payer().pk
    desks.reviewed(matter, "850000", is_collective=True)
    desks.paid(matter, "850000", payer)

    matter = desks.open(OFFICER, "works_payment", project, "质保金" + FICTITIOUS)
    desks.refused(
        OFFICER,
        desks.step(matter, "apply"),
        claim("retention", "150000"),
        rule="payment.no_release",
        clause="zone_funds#20",
    )
    desks.paper(OFFICER, matter, "defect_check", "回访检查单")
    desks.done(OFFICER, desks.step(matter, "apply"), claim("retention", "150000"))
    desks.reviewed(matter, "150000", is_collective=False)
    desks.paid(matter, "150000", payer)
    matter = desks.open(OFFICER, "works_payment", project, "再付" + FICTITIOUS)
    desks.refused(
        OFFICER,
        desks.step(matter, "apply"),
        claim("retention", "0.01"),
        rule="red_line.over_contract",
        clause="zone_funds#12",
    )
    _check_paid(desks, project, contract, Decimal(5_300_000))


def _check_taken_over(desks: Desks, projects: list[Matter]) -> None:
    assert (listed(desks, "taken_over"), listed(desks, "archive")) == (20, 200)
    for place, project in enumerate(projects):
        project.refresh_from_db()
        assert (project.onboarding, project.stage, project.status, project.is_before_platform) == (
            "taken_over",
            "payment",
            "open",
            True,
        )
        contract = Contract.objects.select_related("matter", "enterprise", "payee_account").get(
            project=project
        )
        assert (contract.status, contract.amount_currency, contract.matter.is_before_platform) == (
            "active",
            "CNY",
            True,
        )
        assert contract.amount == Decimal(5_000_000 + place * 100_000)
        assert contract.enterprise.credit_code == "" and contract.payee_account.account_no_masked.endswith(
            account_number(place)[-4:]
        )
        record = Project.objects.get(pk=project.pk)
        assert (record.currency, record.approved_budget) == ("CNY", None)
        owed = Undertaking.objects.filter(matter=project, source_kind="onboarding").order_by("due_on")
        assert [(row.document_kind, row.what) for row in owed] == missing(place)
        assert all(row.owner_person_id == desks.scene.person(OFFICER) and row.due_on for row in owed)
        standing = standing_of(contract, desks.scene.today())
        assert (standing.paid, standing.retention_held) == (contract.amount - 800_000, Decimal(150_000))
    papers = Document.objects.filter(matter__kind="onboarding")
    assert papers.count() == 80 and all(paper.is_fictitious and FICTITIOUS in paper.title for paper in papers)
    ventures = [
        each for each in projects if MatterParty.objects.filter(matter=each, role="contractor").count() > 1
    ]
    assert len(ventures) >= 6
    assert "未经本平台留痕证明" in desks.see(HEAD, f"/works/{projects[0].pk}/")


def _check_paid(desks: Desks, project: Matter, contract: Contract, ceiling: Decimal) -> None:
    paid = PaymentApplication.objects.filter(project=project, status="paid")
    assert sorted(row.approved for row in paid) == [Decimal(150_000), Decimal(850_000)]
    for row in paid:
        assert {review.kind for review in Review.objects.filter(matter=row.matter)} == {
            "audit",
            "internal",
            "joint",
            "collective",
            "finance",
        }
    assert (
        BankLine.objects.filter(payment_order__payment_application__in=paid, match_state="matched").count()
        == 2
    )
    standing = standing_of(contract, desks.scene.today())
    assert (standing.paid, standing.ceiling, standing.retention_held) == (ceiling, ceiling, Decimal(0))
    assert Matter.objects.filter(kind="project", is_before_platform=True).count() == 220
    assert "850,000.00" in desks.see(HEAD, f"/works/{project.pk}/?tab=payment")
    assert Event.objects.filter(root_matter_id=project.pk, channel="import").count() == 1
    verdict = verify(extra=[check_states])
    assert verdict.problems == []
