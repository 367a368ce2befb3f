"""The command: who may, what it prints, what it leaves; and real processes that are killed or run side by side."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from lianjing.cli import import_ledger
from lianjing.cli.commands import run
from lianjing.domains.works.models import Project
from lianjing.kernel.refusal import Refusal
from lianjing.runtime.batch.models import ImportBatch, ImportMapping
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.models import Event

ARCHIVIST, OFFICER, FINANCE, PERSONNEL = "20708", "20703", "20201", "20111"
TEXT = "项目编号,项目名称,合同编号,合同金额\nP1,甲,HT1,100\nP2,乙,HT2,abc\nP3,=cmd|' /C calc'!A0,HT3,300\n"


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(import_ledger, "refuse_without_tables", lambda: None)
    place = tmp_path / "台账.csv"
    place.write_text(TEXT, encoding="gb18030")
    return place


def command(*arguments: object) -> int:
    return run(["import", "ledger", *map(str, arguments)])


def test_the_counts_are_json_and_every_row_stands_in_the_report(
    zone: Scene, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(ledger, "--person", ARCHIVIST, "--currency", "CNY", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["imported"], said["updated"], said["rejected"]) == (3, 2, 0, 1)
    assert said["files"][0]["read_as"].startswith("csv · gb18030")
    with CalamineWorkbook.from_path(said["report"]) as book:
        rows = book.get_sheet_by_index(0).to_python()
    by_line = {row[1]: row for row in rows[1:] if row[4] != "提示"} | {
        row[1]: row for row in rows[1:] if row[4] == "错误"
    }
    assert {row[1] for row in rows[1:]} == {2.0, 3.0, 4.0}
    assert by_line[3.0][3:5] == ["拒绝", "错误"] and by_line[3.0][6:8] == ["合同金额", "abc"]
    assert Project.objects.get(matter__external_no="P3").title.startswith("=cmd")
    assert Matter.objects.get(external_no="P1", kind="project").unit.code == "CON"


def test_a_dry_run_leaves_the_database_as_it_was_and_needs_nobody(
    zone: Scene, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = Event.objects.count()
    assert command(ledger, "--dry-run", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["dry_run"] and said["imported"] == 2 and Path(said["report"]).is_file()
    assert (
        Event.objects.count() == events
        and not ImportBatch.objects.exists()
        and not ImportMapping.objects.exists()
    )


def test_the_mapping_is_saved_and_used_again(
    zone: Scene, ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "m.toml"
    assert command(ledger, "--person", OFFICER, "--save-mapping", saved) == 0
    assert ImportMapping.objects.get().kind == "projects"
    saved.write_text(
        saved.read_text(encoding="utf-8").replace('"合同金额" = "contract_amount"\n', ""), encoding="utf-8"
    )
    assert command(ledger, "--person", OFFICER, "--mapping", saved, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["rejected"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--person", "99999"], "没有账号"),
        (["--person", FINANCE], "资料档案岗"),
        (["--person", ARCHIVIST, "--unit", "NONE"], "没有单位"),
        (["--person", ARCHIVIST, "--unit", "FIN"], "资料档案岗"),
        (["--mapping", "no.json"], "读不出列对应文件"),
        (["--kind", "appointments"], "必需的列"),
        (["--currency", "pesos"], "上限3"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(
    zone: Scene, ledger: Path, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], words: str
) -> None:
    assert command(ledger, *arguments) == 2
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert told.startswith("lianjing: ") and words in told
    assert not Project.objects.exists()


def test_an_attempt_without_the_post_is_recorded(zone: Scene, ledger: Path) -> None:
    assert command(ledger, "--person", FINANCE) == 2
    refused = Event.objects.get(act="project.archive", is_refused=True)
    assert refused.refused_rule == "post.not_held" and refused.channel == "import"


def test_an_archive_without_a_person_says_so_in_the_trail(zone: Scene, ledger: Path) -> None:
    assert command(ledger) == 0
    assert set(Event.objects.filter(act="project.archive").values_list("person_id", flat=True)) == {None}
    assert Matter.objects.filter(kind="project", unit__code="ZONE").count() == 2


def test_the_organisation_is_not_changed_without_a_person(
    zone: Scene, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.write_text("账号,姓名,人员类别,单位代码\n60001,甲,公务员,CON\n", encoding="utf-8")
    assert command(ledger) == 2 and "--person" in capsys.readouterr().err
    assert command(ledger, "--person", PERSONNEL) == 0
    assert Person.objects.filter(login__number="60001").count() == 1


def test_two_files_are_one_report(
    zone: Scene, ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "b.csv"
    other.write_text("项目编号,项目名称\nQ1,丙\n", encoding="utf-8")
    assert command(ledger, other, "--person", ARCHIVIST, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rows"] == 4 and [each["rows"] for each in said["files"]] == [3, 1]


def test_a_post_above_the_unit_reaches_it_and_one_beside_it_does_not(zone: Scene, ledger: Path) -> None:
    options = argparse.Namespace(person=OFFICER, dry_run=True)
    kind = next(kind for kind in import_ledger.kinds() if kind.key == "projects")
    unit = import_ledger.unit_of("AUD")
    with pytest.raises(Refusal):
        import_ledger.actor_of(kind, options, unit, zone.today(), zone.now)


# Real processes on a real folder: the machine stops in the middle; two people import the same file at once.

KILLED = """
import os, sys
import django
django.setup()
from lianjing.cli import commands
from lianjing.intake import run
run.PER_TRANSACTION = 5
named = tuple(sys.argv[1].split(":"))
inner = run.Import._transaction
def transaction(self, place, chunk, *, is_last):
    def stop(name, number):
        if (name, str(number)) == named:
            os._exit(9)
    self.point = stop
    inner(self, place, chunk, is_last=is_last)
run.Import._transaction = transaction
sys.exit(commands.run(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("data")
    assert process(place, "-m", "lianjing.site", "init").returncode == 0
    return place


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "LIANJING_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "lianjing.site.settings",
        "LIANJING_DATABASE_URL": "",
    }


def process(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments, "--data", str(folder)]
    return subprocess.run(
        command, env=environment(folder), capture_output=True, text=True, timeout=120, check=False
    )


def written(folder: Path, name: str, count: int) -> str:
    place = folder / name
    rows = "".join(f"{name}-{n},工程{n},{name}{n},{n}00\n" for n in range(count))
    place.write_text("项目编号,项目名称,合同编号,合同金额\n" + rows, encoding="utf-8")
    return str(place)


@pytest.mark.parametrize("point", ["before commit:2", "after commit:2"])
def test_a_process_that_is_killed_leaves_nothing_half_and_goes_on_with_nothing_twice(
    folder: Path, point: str
) -> None:
    file = written(folder, f"k{point[0]}", 12)
    killed = process(folder, "-c", KILLED, point, "import", "ledger", file, "--currency", "CNY", "--json")
    assert killed.returncode == 9
    again = process(folder, "-m", "lianjing.site", "import", "ledger", file, "--currency", "CNY", "--json")
    assert again.returncode == 0, again.stderr
    said = json.loads(again.stdout)
    assert (said["imported"], said["unchanged"]) == ((7, 5) if point.startswith("before") else (2, 10))
    assert "上次导入中断" in again.stderr
    verified = process(folder, "-m", "lianjing.site", "trail", "verify", "--json")
    assert verified.returncode == 0, verified.stdout


def test_two_processes_with_the_same_file_take_each_row_in_once(folder: Path) -> None:
    file = written(folder, "two", 40)
    command = [
        sys.executable,
        "-m",
        "lianjing.site",
        "import",
        "ledger",
        file,
        "--json",
        "--data",
        str(folder),
        "--report",
    ]
    running = [
        subprocess.Popen(
            [*command, str(folder / f"{n}.xlsx")],
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in (1, 2)
    ]
    ended = [each.communicate(timeout=120) for each in running]
    assert [each.returncode for each in running] == [0, 0], ended
    said = [json.loads(out) for out, _err in ended]
    assert sum(each["imported"] for each in said) == 40 and sum(each["unchanged"] for each in said) == 40
    assert process(folder, "-m", "lianjing.site", "trail", "verify").returncode == 0
