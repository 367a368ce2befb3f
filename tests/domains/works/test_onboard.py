"""Taking over a running project: archive, opening sums, second person, what is owed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianjing.domains.works.models import Onboarding, Project, WarrantyRelease
from lianjing.domains.works.queries import standing_of
from lianjing.domains.works.queries.stage import project_view
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.services import begin
from lianjing.runtime.org.models import Unit
from lianjing.runtime.payment.models import BudgetLine, PaymentApplication
from lianjing.runtime.process import services as process
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.playing import (
    AUDITOR,
    BUILDER,
    ENGINEER,
    FIRMS,
    HEAD,
    LEAD,
    OFFICER,
    PLANNER,
    SITE,
    SUPERVISION,
    refused,
)


@pytest.fixture
def archived(play):
    """A project as an import leaves it: archive, before the platform, with a draft contract."""
    unit = Unit.objects.get(code="CON")
    with recorded("import.project", chain="import_batch:1", actor=SYSTEM, now=play.scene.now) as act:
        marks = {"onboarding": "archive", "is_before_platform": True}
        root = begin(
            act,
            domain="works",
            kind="project",
            title="老堤防工程",
            unit_id=unit.pk,
            stage="implementation",
            **marks,
        )
        act.save(Project(matter=root, title="老堤防工程", owner_unit=unit, total_investment=Decimal(5000000)))
        child = begin(
            act, domain="works", kind="contract", title="老合同", unit_id=unit.pk, parent=root, **marks
        )
        for matter in (root, child):
            matter.status = "archived"
            act.save(matter)
        act.save(
            Contract(
                matter=child,
                domain="works",
                code="OLD-1",
                title="老合同",
                project=root,
                amount=Decimal(4000000),
                status="pending",
            )
        )
    return play, root


def terms(play, root, **changes):
    owner = play.scene.person(OFFICER)
    return {
        "stage": "implementation",
        "contract": Contract.objects.get(project=root).pk,
        "code": "OLD-1",
        "title": "老合同",
        "contractor_name": FIRMS[0],
        "contractor_credit_code": "91990101MAA26N8C19",
        "supervisor_name": SUPERVISION,
        "supervisor_credit_code": "91990101MA3JFG9X2U",
        "amount": "4000000",
        "signed_on": play.scene.today() - timedelta(days=300),
        "retention_ratio": "3",
        "progress_ratio": "80",
        "change_amount": "100000",
        "verified_value": "3000000",
        "verified_ratio": "75",
        "advance_outstanding": "200000",
        "retention_held": "90000",
        "paid_to_date": "2500000",
        "budget_code": "OLD",
        "budget_amount": "1600000",
        "holder_name": FIRMS[0],
        "account_no": "9900000000000000303",
        "bank_name": "农商行",
        "papers": "结算台账〔2024〕3号",
        "missing": [
            {
                "document_kind": "permit",
                "what": "施工许可证",
                "owner": str(owner),
                "due_on": play.scene.today() + timedelta(days=60),
            }
        ],
        **changes,
    }


def opened(play, root, *kinds: str) -> Matter:
    """Open a take-over with its papers on file."""
    matter = play.open(OFFICER, "works_onboard", root)
    item = play.scene.item(matter, "propose")
    for kind in kinds or ("contract", "change", "progress", "voucher"):
        play.paper(OFFICER, matter, kind, item)
    return matter


@pytest.mark.parametrize("left_out", ["contract", "change", "progress", "voucher"])
def test_an_opening_sum_without_its_paper_is_refused(archived, left_out):
    play, root = archived
    kinds = [kind for kind in ("contract", "change", "progress", "voucher") if kind != left_out]
    matter = opened(play, root, *kinds)
    with refused(Ground.DOCUMENTS, "onboard.paper"):
        play.do(OFFICER, matter, "propose", terms(play, root))
    assert not Onboarding.objects.exists()


def proposed(play, root, **changes) -> Matter:
    matter = opened(play, root)
    play.do(OFFICER, matter, "propose", terms(play, root, **changes))
    return matter


def taken_over(play, root, **changes) -> Contract:
    matter = proposed(play, root, **changes)
    play.do(AUDITOR, matter, "audit", {"is_checked": "on", "opinion": "已核"})
    play.do(HEAD, matter, "approve", {"is_approved": "on"})
    root.refresh_from_db()
    return Contract.objects.select_related("project", "matter").get(project=root)


@pytest.mark.parametrize(
    ("number", "procedure"),
    [(OFFICER, "works_payment"), (BUILDER, "works_change"), (PLANNER, "works_permit")],
)
def test_nothing_is_done_in_an_archived_project(archived, number, procedure):
    play, root = archived
    with refused(Ground.GATE, "project.archive"):
        play.open(number, procedure, root)


def test_nothing_takes_effect_before_the_second_person_approves(archived):
    play, root = archived
    matter = proposed(play, root)
    root.refresh_from_db()
    assert (root.onboarding, Contract.objects.get(project=root).status) == ("archive", "draft")
    assert not Undertaking.objects.exists()
    with refused(Ground.GATE, "project.archive"):
        play.open(OFFICER, "works_payment", root)
    play.do(AUDITOR, matter, "audit", {"is_checked": "on", "opinion": "已核"})
    with pytest.raises(Refusal):
        play.do(OFFICER, matter, "approve", {"is_approved": "on"})
    with refused(Ground.GATE, "onboard.running"):
        play.open(OFFICER, "works_onboard", root)


def test_the_opening_sums_count_in_the_standing(archived):
    play, root = archived
    contract = taken_over(play, root)
    assert (root.onboarding, root.stage, root.status, root.is_before_platform) == (
        "taken_over",
        "implementation",
        "open",
        True,
    )
    assert (contract.status, contract.matter.is_before_platform) == ("active", True)
    standing = standing_of(contract, play.scene.today())
    assert (standing.ceiling, standing.paid, standing.verified_value) == (
        Decimal("4100000.00"),
        Decimal("2500000.00"),
        Decimal("3000000.00"),
    )
    assert (standing.advance_outstanding, standing.retention_held) == (
        Decimal("200000.00"),
        Decimal("90000.00"),
    )
    assert not standing.is_opening_missing


def test_missing_papers_become_undertakings_that_later_gates_ask_for(archived):
    play, root = archived
    taken_over(play, root)
    owed = Undertaking.objects.get(matter=root)
    assert (owed.what, owed.document_kind, owed.owner_person_id) == (
        "施工许可证",
        "permit",
        play.scene.person(OFFICER),
    )
    assert project_view(root, play.scene.today()).owed_papers == ("施工许可证",)
    with pytest.raises(Refusal, match="施工许可证"):
        play.gate(root, LEAD)


def retention_approved(play, root, contract, amount: str) -> None:
    """Lay an approved release of retention, without the play of acceptance and warranty."""
    with recorded("test.lay", chain=f"matter:{root.pk}", actor=SYSTEM, now=play.scene.now) as act:
        matter = begin(
            act, domain="works", kind="warranty", title="质保金返还", unit_id=root.unit_id, parent=root
        )
        act.save(
            WarrantyRelease(matter=matter, contract=contract, amount=Decimal(amount), approved_on=act.day)
        )


def test_a_taken_over_contract_is_paid_up_to_what_the_opening_sums_leave(archived):
    play, root = archived
    contract = taken_over(play, root)
    matter = play.open(OFFICER, "works_payment", root)
    with refused(Ground.RED_LINE, "red_line.over_progress"):
        play.do(OFFICER, matter, "apply", play.claim(contract, "settlement", "500000"))
    with refused(Ground.RED_LINE, "red_line.over_progress"):
        play.do(OFFICER, matter, "apply", play.claim(contract, "retention", "90000.01"))
    with refused(Ground.RULE, "payment.no_release"):
        play.do(OFFICER, matter, "apply", play.claim(contract, "retention", "90000"))
    retention_approved(play, root, contract, "90000")
    play.do(OFFICER, matter, "apply", play.claim(contract, "retention", "90000"))
    play.audited(matter, "90000")
    play.checked(matter, "90000")
    play.opinions(matter)
    play.financed(matter)
    play.ordered(matter)
    play.released(matter)
    play.receipted(matter, "90000")
    assert PaymentApplication.objects.get().status == "paid"
    assert standing_of(contract, play.scene.today()).paid == Decimal("2590000.00")


def test_progress_after_the_take_over_goes_on_from_the_opening_value(archived):
    play, root = archived
    contract = taken_over(play, root)
    play.permit(root, "construction")
    with pytest.raises(BadInput):
        play.progressed(root, contract, "74", "2900000")
    report = play.open(BUILDER, "works_progress", root)
    play.do(
        BUILDER,
        report,
        "report",
        {"contract": contract.pk, "period_on": play.scene.today(), "reported_ratio": "90"},
    )
    with pytest.raises(BadInput):
        play.do(ENGINEER, report, "verify", {"verified_ratio": "90", "completed_value": "2999999"})
    play.do(ENGINEER, report, "verify", {"verified_ratio": "90", "completed_value": "3600000"})
    play.do(SITE, report, "confirm")
    matter = play.open(OFFICER, "works_payment", root)
    play.do(
        OFFICER,
        matter,
        "apply",
        play.claim(contract, "progress", progress_report=report.pk, invoiced="480000"),
    )
    row = PaymentApplication.objects.get(pk=matter.pk)
    assert (row.certified_value, row.amount) == (Decimal("600000.00"), Decimal("480000.00"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("paid_to_date", "4100000.01"),
        ("advance_outstanding", "2500000.01"),
        ("retention_held", "3000000.01"),
        ("amount", "0"),
        ("stage", "planning"),
        ("account_no", "1"),
        ("papers", ""),
        ("missing", [{"document_kind": "permit", "what": "证", "owner": "1", "due_on": "2020-01-01"}]),
    ],
)
def test_opening_sums_that_contradict_each_other_are_refused(archived, field, value):
    play, root = archived
    with pytest.raises(InvalidForm) as caught:
        proposed(play, root, **{field: value})
    assert field in caught.value.errors
    assert not Onboarding.objects.exists()


def test_a_project_without_an_imported_contract_gets_one(archived):
    play, root = archived
    data = {**terms(play, root), "contract": ""}
    Contract.objects.all().delete()
    matter = opened(play, root)
    play.do(OFFICER, matter, "propose", data)
    play.back(AUDITOR, matter, "audit", "propose")
    play.do(OFFICER, matter, "propose", {**data, "account_no": "", "amount": "4200000"})
    contract = Contract.objects.select_related("matter").get(project=root)
    assert (contract.amount, contract.matter.is_before_platform, contract.matter.kind) == (
        Decimal("4200000.00"),
        True,
        "contract",
    )
    assert BudgetLine.objects.get(project=root).amount == Decimal("1600000.00")


def test_a_withdrawn_take_over_leaves_the_archive(archived):
    play, root = archived
    matter = proposed(play, root)
    process.withdraw(
        matter_id=matter.pk, person_id=play.scene.person(OFFICER), reason="资料不足", now=play.scene.now
    )
    assert Onboarding.objects.get().status == "withdrawn"
    root.refresh_from_db()
    assert root.onboarding == "archive"
    taken_over(play, root)


def test_a_new_project_is_not_taken_over(play):
    with refused(Ground.GATE, "onboard.not_archive"):
        play.open(OFFICER, "works_onboard", play.project())
