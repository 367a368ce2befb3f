"""Ledgers of projects as archive: printed as it stands, doubts beside the record, nothing guessed."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from lianjing.domains.works.contractors import read_contractors, read_name
from lianjing.domains.works.imports import projects
from lianjing.domains.works.models import Project
from lianjing.domains.works.rules.archive import is_damaged_number, is_real_currency
from lianjing.intake.importing import load_ledger
from lianjing.intake.run import Import
from lianjing.kernel.refusal import Refusal
from lianjing.runtime import clock
from lianjing.runtime.batch.ledger import Result, Run
from lianjing.runtime.batch.queries import keys_noted, notes_on
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.matter.stages import conditions, pass_gate
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import Actor
from lianjing.runtime.trail.models import ActRow
from lianjing.runtime.trail.verify import verify

HEAD = "ProjectId,ProjectName,ContractId,ApprovedBudgetForContract,ContractCost,Contractor,ContractorCount,StartDate,ActualCompletionDate"
IS_SOAK = os.environ.get("LIANJING_SOAK") == "1"
DPWH = "works/dpwh_flood_control_projects.csv"


def bring_in(place: Path, *rows: str, currency: str = "PHP", header: str = HEAD) -> Import:
    place.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return run_in(place, currency)


def run_in(place: Path, currency: str = "PHP", **options: object) -> Import:
    loaded = load_ledger(place, kinds=[projects()], constants={"currency": currency} if currency else {})
    scope = Run(Unit.objects.get(code="CON").pk)
    actor = Actor(None, "system", channel="import")
    return Import(loaded.ledger, loaded.kind, loaded.mapping, actor, clock.now, scope, **options).run()  # type: ignore[arg-type]


def row(number: str = "P1", **cells: str) -> str:
    values = {
        "title": "River wall",
        "contract": "21PC0018",
        "budget": "9.65E7",
        "cost": "9.2692944E7",
        "firm": "ACME",
        "count": "1",
        "start": "2021-03-18",
        "end": "2022-10-03",
        **cells,
    }
    return ",".join((number, *values.values()))


def said(done: Import) -> list[str]:
    return [notice.kind for line in done.lines for notice in line.notices if notice.kind != "no_credit_code"]


def test_a_project_is_archived_with_its_contract_as_printed(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path / "a.csv", row())
    matter = Matter.objects.get(kind="project")
    assert (matter.onboarding, matter.status, matter.stage, matter.external_no) == (
        "archive",
        "archived",
        "",
        "P1",
    )
    assert matter.is_before_platform and matter.unit.code == "CON"
    project = Project.objects.get(pk=matter.pk)
    assert (project.currency, project.approved_budget, str(project.started_on)) == (
        "PHP",
        Decimal("96500000.00"),
        "2021-03-18",
    )
    contract = Contract.objects.get(project=matter)
    assert (contract.code, contract.amount, contract.amount_currency) == (
        "21PC0018",
        Decimal("92692944.00"),
        "PHP",
    )
    assert contract.signed_on is None and contract.matter.parent_id == matter.pk
    assert {p.matter_id for p in MatterParty.objects.filter(enterprise__name="ACME", role="contractor")} == {
        matter.pk,
        contract.pk,
    }


def test_every_column_of_a_record_is_traced_to_its_event(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path / "a.csv", row())
    contract = Contract.objects.get()
    trace = ActRow.objects.select_related("event").get(table_name="contract", row_key=str(contract.pk))
    assert (
        trace.event.object == f"matter:{contract.project_id}" and trace.event.matter_id == contract.project_id
    )
    assert "amount" in trace.columns.split() and trace.event.channel == "import"


def test_a_shared_contract_number_is_marked_and_its_sum_is_not_allocated(zone: Scene, tmp_path: Path) -> None:
    done = bring_in(
        tmp_path / "a.csv",
        row("P1", cost="5000000", budget="9000000"),
        row("P2", cost="4000000", budget="0.0"),
        row("P3", contract="OTHER"),
    )
    assert sorted(Contract.objects.filter(code="21PC0018").values_list("amount", flat=True)) == [
        Decimal(4000000),
        Decimal(5000000),
    ]
    assert len(keys_noted("contract", "shared_contract")) == 2
    assert said(done).count("shared_contract") == 2 and "amount_may_repeat" not in said(done)
    second = Contract.objects.get(project__external_no="P2")
    assert {note.kind for note in notes_on(second)} == {"shared_contract", "budget_elsewhere"}
    assert "P1" in notes_on(second)[0].text


def test_equal_sums_under_one_contract_number_are_said_to_be_perhaps_one_sum(
    zone: Scene, tmp_path: Path
) -> None:
    assert said(bring_in(tmp_path / "a.csv", row("P1"), row("P2"))).count("amount_may_repeat") == 2


def test_a_contract_number_shared_with_an_earlier_file_is_seen(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path / "a.csv", row("P1"))
    assert "shared_contract" in said(bring_in(tmp_path / "b.csv", row("P2")))


@pytest.mark.parametrize("code", ["2.2E+072", "2.3E+46", "22000000", "220000000000000"])
def test_a_contract_number_that_a_spreadsheet_ruined_is_reported_as_printed(
    zone: Scene, tmp_path: Path, code: str
) -> None:
    assert is_damaged_number(code)
    assert "damaged_contract_no" in said(bring_in(tmp_path / "a.csv", row(contract=code)))
    assert Contract.objects.get().code == code


@pytest.mark.parametrize("code", ["21PC0018", "22E00071", "20210001", "", "HT-2021-100000"])
def test_an_ordinary_number_is_not_called_ruined(code: str) -> None:
    assert not is_damaged_number(code)


def test_a_joint_venture_is_divided_where_count_and_separators_agree(zone: Scene, tmp_path: Path) -> None:
    done = bring_in(tmp_path / "a.csv", row(firm="TAGEL CORP / AQUILA CO.", count="2"))
    assert said(done) == ["joint_venture"]
    contract = Contract.objects.get()
    assert contract.enterprise is None
    parties = MatterParty.objects.filter(matter=contract.matter)
    assert {(p.enterprise.name, p.share_ratio) for p in parties} == {
        ("TAGEL CORP", None),
        ("AQUILA CO.", None),
    }


@pytest.mark.parametrize(
    ("firm", "count"),
    [("A / B", "1"), ("A / B", "3"), ("A", "2"), ("A / B", ""), ("A / A", "2"), ("A / ", "2")],
)
def test_contractors_that_do_not_add_up_are_reported_and_not_divided(
    zone: Scene, tmp_path: Path, firm: str, count: str
) -> None:
    before = Enterprise.objects.count()
    done = bring_in(tmp_path / "a.csv", row(firm=firm, count=count))
    assert done.counts[Result.IMPORTED] == 1 and said(done) == ["contractor_unclear"]
    assert Enterprise.objects.count() == before and not MatterParty.objects.exists()
    assert notes_on(Project.objects.get())[0].value == firm.strip()


@pytest.mark.parametrize(
    ("printed", "name", "aside", "is_cut"),
    [
        ("EGB CORPORATION (FORMERLY: EGB CONSTRUCTION)", "EGB CORPORATION", "EGB CONSTRUCTION", False),
        ("RAF INC. (FORMERLY:RAF GENERAL)", "RAF INC.", "RAF GENERAL", False),
        ("ROLCO CORPORATION ( FOR", "ROLCO CORPORATION", "( FOR", True),
        ("HI-TONE CORP. (FORMERLY", "HI-TONE CORP.", "(FORMERLY", True),
        ("LUCKY SUPPLY(FOR.VRP", "LUCKY SUPPLY", "VRP", True),
        ("R.A. FANGLAYAN (RAF) GENERAL INC.", "R.A. FANGLAYAN (RAF) GENERAL INC.", "", False),
        ("FORTUNE (FORTUNA BRANCH)", "FORTUNE (FORTUNA BRANCH)", "", False),
        ("甲建设有限公司（曾用名：乙建设公司）", "甲建设有限公司", "乙建设公司", False),
    ],
)
def test_a_former_name_in_brackets_is_kept_apart(printed: str, name: str, aside: str, is_cut: bool) -> None:
    firm = read_name(printed)
    assert (firm.name, firm.aside, firm.is_cut) == (name, aside, is_cut)


def test_a_former_name_is_noted_and_merges_nothing(zone: Scene, tmp_path: Path) -> None:
    bring_in(
        tmp_path / "a.csv",
        row("P1", firm="EGB CONSTRUCTION"),
        row("P2", contract="X", firm="EGB CORP (FORMERLY: EGB CONSTRUCTION)"),
    )
    assert Enterprise.objects.filter(name__startswith="EGB").count() == 2
    notes = notes_on(Enterprise.objects.get(name="EGB CORP"))
    assert {note.kind for note in notes} == {"no_credit_code", "former_name"}


def test_a_firm_without_code_is_not_merged_with_one_that_has_a_code(zone: Scene, tmp_path: Path) -> None:
    coded = Enterprise.objects.exclude(credit_code="").order_by("id")[0]
    done = bring_in(tmp_path / "a.csv", row(firm=coded.name))
    assert "same_name" in said(done) and Enterprise.objects.filter(name=coded.name).count() == 2


def test_a_credit_code_finds_its_firm_and_a_doubtful_one_is_kept_with_a_warning(
    zone: Scene, tmp_path: Path
) -> None:
    coded = Enterprise.objects.exclude(credit_code="").order_by("id")[0]
    header = "项目编号,项目名称,承包人,统一社会信用代码"
    done = bring_in(
        tmp_path / "a.csv",
        f"P1,甲,别名,{coded.credit_code}",
        "P2,乙,某公司,91110000000000000X",
        currency="CNY",
        header=header,
    )
    assert {"name_differs", "credit_code_doubtful"} <= set(said(done))
    assert MatterParty.objects.filter(enterprise=coded).count() == 1
    assert Enterprise.objects.get(name="某公司").credit_code == "91110000000000000X"


def test_days_and_sums_that_contradict_are_taken_with_a_warning(zone: Scene, tmp_path: Path) -> None:
    done = bring_in(
        tmp_path / "a.csv",
        row("P1", start="2022-10-04"),
        row("P2", contract="B", cost="9.7E7"),
        row("P3", contract="C", budget=""),
        row("P4", contract="D", budget="0.0"),
    )
    assert said(done) == ["completed_before_start", "cost_above_budget", "no_budget", "no_budget"]
    assert Project.objects.get(matter__external_no="P4").approved_budget is None


def test_a_budget_that_is_no_number_rejects_the_row_with_column_value_and_remedy(
    zone: Scene, tmp_path: Path
) -> None:
    done = bring_in(tmp_path / "a.csv", row("P1", budget="about 5M"), row("P2"))
    fault = done.lines[0].faults[0]
    assert (
        (fault.column, fault.value) == ("ApprovedBudgetForContract", "about 5M")
        and fault.reason
        and fault.remedy
    )
    assert done.counts[Result.IMPORTED] == 1


def test_without_a_currency_the_sums_are_marked_and_never_taken_for_yuan(zone: Scene, tmp_path: Path) -> None:
    assert "currency_unknown" in said(bring_in(tmp_path / "a.csv", row(), currency=""))
    assert Project.objects.get().currency == Contract.objects.get().amount_currency == "XXX"
    assert is_real_currency("PHP") and not is_real_currency("pesos")


def test_sums_in_ten_thousands_are_scaled_by_their_header(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path / "a.csv", "P1,甲,1200.5", currency="CNY", header="项目编号,项目名称,合同价（万元）")
    assert Contract.objects.get().amount == Decimal("12005000.00")


def test_a_project_taken_over_is_not_overwritten(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path / "a.csv", row())
    Matter.objects.filter(kind="project").update(onboarding="taken_over")
    done = bring_in(tmp_path / "a.csv", row(title="Another"))
    assert done.counts[Result.REJECTED] == 1 and Project.objects.get().title == "River wall"


def test_changed_contractors_replace_the_former_ones(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path / "a.csv", row(firm="A / B", count="2"))
    done = bring_in(tmp_path / "a.csv", row(firm="B / C", count="2"))
    assert done.counts[Result.UPDATED] == 1
    assert {p.enterprise.name for p in MatterParty.objects.filter(matter__kind="contract")} == {"B", "C"}
    assert verify().is_good


def test_a_count_must_agree_with_what_is_named() -> None:
    assert [firm.name for firm in read_contractors("A / B", 2).firms] == ["A", "B"]
    assert read_contractors("", None).firms == () and not read_contractors("", None).is_unclear


@pytest.mark.parametrize("every", [1] if IS_SOAK else [10])
def test_the_real_ledger_comes_in_as_archive_and_every_doubt_is_counted(
    zone: Scene, shared: Path, tmp_path: Path, every: int
) -> None:
    """All of it in the soak run; of ten rows one in the daily run."""
    doubts = {
        1: {"shared_contract": 194, "no_budget": 118, "cost_above_budget": 531, "joint_venture": 1040, "contractor_unclear": 2, "damaged_contract_no": 85},
        10: {"shared_contract": 2, "no_budget": 14, "cost_above_budget": 45, "joint_venture": 93, "contractor_unclear": 0, "damaged_contract_no": 12},
    }[every]  # fmt: skip
    lines = (shared / "data" / DPWH).read_bytes().splitlines(keepends=True)
    place = tmp_path / "ledger.csv"
    place.write_bytes(b"".join([lines[0], *lines[1::every]]))
    count = len(range(1, len(lines), every))
    done = run_in(place)
    assert len(done.lines) == done.counts[Result.IMPORTED] == count == {1: 7383, 10: 739}[every]
    assert Project.objects.count() == Contract.objects.count() == count
    assert set(Project.objects.values_list("currency", flat=True)) == {"PHP"}
    assert {kind: done.warnings.get(kind, 0) for kind in doubts} == doubts
    assert len(keys_noted("contract", "shared_contract")) == doubts["shared_contract"]
    assert Enterprise.objects.filter(name__contains="(FORMERLY").count() == 0
    assert verify().is_good


def test_the_gate_of_an_archived_project_is_refused_and_not_an_error(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path / "a.csv", row())
    matter = Matter.objects.get(kind="project")
    with pytest.raises(Refusal) as caught:
        pass_gate(matter_id=matter.pk, person_id=zone.person("20702"), now=zone.now)
    assert caught.value.rule == "gate.archive"
    assert conditions(matter, zone.today())
