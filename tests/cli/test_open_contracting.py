"""Real files of six publishers go in, whole and again; rubbish gets its line; what cannot be is one sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lianjing.cli import export_open, import_ledger, import_open
from lianjing.cli.commands import run
from lianjing.domains.works.models import Award, Bid, Project, StatedPaper, Tender
from lianjing.runtime.batch.models import ImportBatch, ImportNote
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import Play

IS_SOAK = os.environ.get("LIANJING_SOAK") == "1"
Said = dict[str, Any]
Command = Callable[..., Said]


@pytest.fixture
def command(zone: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    for module in (import_open, import_ledger, export_open):
        monkeypatch.setattr(module, "refuse_without_tables", lambda: None)

    def call(*arguments: object, code: int = 0) -> Said:
        assert run([*map(str, arguments), "--json"]) == code
        told = capsys.readouterr()
        return json.loads(told.out) if code == 0 else {"error": told.err.strip().splitlines()[-1]}

    return call


def import_ocds(command: Command, *arguments: object) -> Said:
    return command("import", "ocds", *arguments)


def lines_of(place: Path, processes: int) -> list[str]:
    """The lines of the first so many processes; a process may have several releases."""
    first: dict[str, None] = {}
    lines = place.read_text(encoding="utf-8").splitlines(keepends=True)
    ids = [json.loads(line)["ocid"] for line in lines]
    for ocid in ids:
        if len(first) < processes:
            first[ocid] = None
    return [line for line, ocid in zip(lines, ids, strict=True) if ocid in first]


@pytest.mark.parametrize(
    ("name", "processes"),
    [
        ("ukraine.compiled.jsonl", 11),
        ("moldova.compiled.jsonl", 51),
        ("nigeria.compiled.jsonl", 11),
        ("taiwan.compiled.jsonl", 10),
        ("mexico-city-airport.releases.jsonl", 292 if IS_SOAK else 60),
        ("armenia.releases.jsonl", 900 if IS_SOAK else 90),
    ],
)
def test_a_publishers_file_goes_in_whole_and_a_second_time_unchanged(
    command: Command, shared: Path, tmp_path: Path, name: str, processes: int
) -> None:
    """The long files whole in the soak run only, else so many processes of them."""
    file = tmp_path / name
    file.write_text("".join(lines_of(shared / "data" / "ocds" / name, processes)), encoding="utf-8")
    said = import_ocds(command, file)
    assert (said["rows"], said["imported"], said["rejected"]) == (processes, processes, 0)
    assert Tender.objects.count() == processes
    events = Event.objects.filter(act="ocds.archive").count()
    assert events == processes
    again = import_ocds(command, file)
    assert (again["imported"], again["updated"], again["unchanged"]) == (0, 0, processes)
    assert Event.objects.filter(act="ocds.archive").count() == events


def test_what_a_publisher_says_stands_in_the_tables(command: Command, shared: Path) -> None:
    said = import_ocds(command, shared / "data" / "ocds" / "ukraine.compiled.jsonl")
    assert Bid.objects.count() == 12 and Award.objects.count() == 13 and Contract.objects.count() == 10
    assert Bid.objects.filter(price__isnull=False, received_at__isnull=False).count() == 12
    assert said["not_taken"]["tender/items"] > 0
    assert "bids/details/value/amount" not in said["not_taken"]
    project = Project.objects.select_related("matter").order_by("matter_id")[0]
    assert (project.matter.onboarding, project.matter.is_before_platform) == ("archive", True)
    assert project.currency == "UAH"
    assert verify().is_good


def test_payments_of_a_record_count_in_no_sum_of_the_platform(command: Command, shared: Path) -> None:
    import_ocds(command, shared / "data" / "ocds" / "nigeria.compiled.jsonl")
    stated = PaymentApplication.objects.select_related("matter")
    assert stated.count() == 11
    assert {(each.status, each.matter.is_before_platform) for each in stated} == {("", True)}
    assert all(each.matter.closed_on for each in stated)


def test_the_fixtures_of_the_red_flag_tool_go_in(command: Command, shared: Path) -> None:
    files = sorted((shared / "data" / "ocds" / "cardinal-fixtures").glob("*.jsonl"))
    said = import_ocds(command, *files, "--dry-run")
    assert said["rows"] > 100 and said["dry_run"]
    assert not ImportBatch.objects.exists() and not Tender.objects.exists()
    faults = [each for each in said["files"] if each["rejected"] == each["rows"]]
    assert not faults


def test_the_example_of_the_infrastructure_standard_goes_in(command: Command, shared: Path) -> None:
    file = shared / "data" / "oc4ids" / "oc4ids-example.json"
    said = command("import", "oc4ids", file)
    assert said["rejected"] == 0 and said["imported"] == said["rows"] >= 1
    project = Project.objects.select_related("matter").order_by("matter_id")[0]
    assert project.matter.external_no == "oc4ids-bu3kcz-m75-junctions-4-to-5-smart-motorway"
    assert project.currency == "GBP" and project.title.startswith("M75")
    assert StatedPaper.objects.exists() and Enterprise.objects.filter(name="Motorways UK").exists()
    assert "budget/finance/title" not in said["not_taken"] and "relatedProjects" in said["not_taken"]
    assert command("import", "oc4ids", file)["unchanged"] == said["rows"]


def lines(tmp_path: Path, *values: object) -> Path:
    place = tmp_path / "releases.jsonl"
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in values)
    place.write_text(text, encoding="utf-8")
    return place


def test_each_bad_line_is_a_fault_of_its_own_and_the_good_ones_go_in(
    command: Command, tmp_path: Path
) -> None:
    good = {"ocid": "o-1", "date": "2024-01-02T00:00:00Z", "tender": {"id": "1", "title": "Road"}}
    file = lines(tmp_path, good, "{broken", '"text"', {"tender": {}}, [5], '{"ocid": NaN}', "[" * 20000)
    said = import_ocds(command, file)
    assert (said["rows"], said["imported"], said["rejected"]) == (7, 1, 6)
    assert Tender.objects.get().title == "Road"


def test_a_wrong_field_is_said_and_left_open_and_the_rest_taken(command: Command, tmp_path: Path) -> None:
    release = {
        "ocid": "o-1",
        "date": "2024-01-02T00:00:00Z",
        "tag": "compiled",
        "tender": {
            "id": 7,
            "title": ["x"],
            "status": "在办",
            "procurementMethod": "limited",
            "numberOfTenderers": -3,
            "value": {"amount": "12,000", "currency": "euros"},
            "tenderPeriod": {"startDate": "31.12.2023", "endDate": "9999-01-01T00:00:00Z"},
            "documents": {"id": 1},
        },
        "bids": {"details": [{"id": "1", "tenderers": []}, 5, {"id": "1"}]},
        "awards": [{"id": "a", "value": {"amount": 1e40}, "suppliers": [{"id": "s"}], "x_other": 1}],
        "contracts": [
            {
                "id": "c",
                "awardID": "a",
                "value": {"amount": 10.005, "currency": "EUR"},
                "amendments": [{"id": "m"}],
            }
        ],
    }
    said = import_ocds(command, lines(tmp_path, release))
    assert said["imported"] == 1
    assert said["not_taken"] == {"awards/x_other": 1}
    kinds = {
        "wrong_kind",
        "status_unclear",
        "method_unclear",
        "wrong_number",
        "wrong_amount",
        "wrong_date",
        "rounded",
        "bidder_unknown",
        "repeated_id",
        "amendment_without_sum",
    }
    assert kinds <= set(said["warnings"])
    tender = Tender.objects.get()
    assert (tender.status, tender.method, tender.bidder_count, tender.control_price) == ("", "", None, None)
    assert Award.objects.get().amount is None
    assert str(Contract.objects.get().amount) == "10.01"
    assert Enterprise.objects.filter(name="s", external_no="s").exists()
    assert ImportNote.objects.filter(record_table="tender", kind="wrong_amount").exists()


def test_releases_of_one_process_are_merged_the_latest_wins(command: Command, tmp_path: Path) -> None:
    first = {"ocid": "o-1", "date": "2024-01-02T00:00:00Z", "tender": {"id": "1", "title": "A"}}
    last = {"ocid": "o-1", "date": "2024-03-02T00:00:00Z", "tender": {"id": "1", "title": "B"}}
    middle = {"ocid": "o-1", "date": "2024-02-02T00:00:00Z", "tender": {"id": "1", "status": "active"}}
    said = import_ocds(command, lines(tmp_path, last, first, middle))
    assert said["rows"] == 1
    tender = Tender.objects.get()
    assert (tender.title, tender.status) == ("B", "active")
    old = import_ocds(command, lines(tmp_path, first))
    assert old["unchanged"] == 1 and old["warnings"] == {"older_release": 1}
    tender.refresh_from_db()
    assert tender.title == "B"


def test_a_package_of_records_and_a_list_of_releases_are_read_alike(command: Command, tmp_path: Path) -> None:
    one = {"ocid": "o-1", "date": "2024-01-02T00:00:00Z", "tender": {"id": "1", "title": "A"}}
    package = {"uri": "x", "records": [{"ocid": "o-1", "compiledRelease": one}]}
    assert import_ocds(command, lines(tmp_path, package))["imported"] == 1
    assert import_ocds(command, lines(tmp_path, {"releases": [one]}))["unchanged"] == 1
    assert import_ocds(command, lines(tmp_path, [one]))["unchanged"] == 1


def test_a_record_never_overwrites_what_the_platform_keeps(command: Command, tmp_path: Path) -> None:
    one = {"ocid": "o-1", "date": "2024-01-02T00:00:00Z", "tender": {"id": "1", "title": "A"}}
    import_ocds(command, lines(tmp_path, one))
    Matter.objects.filter(kind="project").update(onboarding="taken_over")
    changed = {**one, "date": "2024-05-02T00:00:00Z", "tender": {"id": "1", "title": "C"}}
    said = import_ocds(command, lines(tmp_path, changed))
    assert said["rejected"] == 1 and Tender.objects.get().title == "A"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.json"], "没有文件"),
        (["FILE", "--source", "nobody"], "代码表"),
        (["FILE", "--person", "99999"], "没有账号"),
        (["FILE", "--unit", "NONE"], "没有单位"),
    ],
)
def test_what_cannot_be_is_one_line(
    command: Command, tmp_path: Path, arguments: list[str], words: str
) -> None:
    file = lines(tmp_path, {"ocid": "o-1"})
    told = command("import", "ocds", *[file if each == "FILE" else each for each in arguments], code=2)
    assert told["error"].startswith("lianjing: ") and words in told["error"]


def test_an_export_names_its_files_and_counts(command: Command, tmp_path: Path) -> None:
    one = {"ocid": "o-1", "date": "2024-01-02T00:00:00Z", "tender": {"id": "1", "title": "A"}}
    import_ocds(command, lines(tmp_path, one))
    said = command("export", "ocds", tmp_path / "out")
    assert said["releases"] == 1 and said["records"] == 1
    assert {Path(each).name for each in said["files"]} == {"releases-0001.json", "records-0001.json"}
    single = command("export", "oc4ids", tmp_path / "projects.json")
    assert single["projects"] == 1 and (tmp_path / "projects.json").is_file()
    assert "没有项目" in command("export", "ocds", tmp_path / "x", "--project", "none", code=2)["error"]
    assert "不是日期" in command("export", "ocds", tmp_path / "x", "--since", "soon", code=2)["error"]


def test_what_this_platform_publishes_never_comes_back_as_a_record_from_elsewhere(
    command: Command, zone: Any, tmp_path: Path
) -> None:
    project = Play(zone).project()
    for prefix, rejected in (("oc4ids-000000", 1), ("oc4ids-abcdef", 0)):
        file = lines(tmp_path, {"id": f"{prefix}-{project.pk}", "title": "道路"})
        assert command("import", "oc4ids", file)["rejected"] == rejected
