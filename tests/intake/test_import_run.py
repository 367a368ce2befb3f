"""A run: one event a record, nothing half done, nothing twice, whatever is broken and wherever it is cut off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianjing.domains.works.imports import projects
from lianjing.domains.works.models import Project
from lianjing.intake import run as run_module
from lianjing.intake.importing import load_ledger
from lianjing.intake.run import Import
from lianjing.runtime import clock
from lianjing.runtime.batch.ledger import Result, Run
from lianjing.runtime.batch.models import ImportBatch
from lianjing.runtime.batch.queries import cut_off
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import Actor
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify

HEAD = "项目编号,项目名称,合同编号,合同金额,开工日期\n"
OUTSIDE = Actor(None, "system", channel="import")


class Cut(Exception):
    """The machine stops here."""


def lines(count: int, first: int = 1) -> str:
    return "".join(
        f"P{n},道路{n}号工程,HT{n},{n}000.50,2021-03-{n % 28 + 1:02d}\n" for n in range(first, first + count)
    )


def bring_in(place: Path, text: str, **options: object) -> Import:
    place.write_text(HEAD + text, encoding="utf-8")
    loaded = load_ledger(place, kinds=[projects()], constants={"currency": "CNY"})
    scope = Run(Unit.objects.get(code="CON").pk)
    return Import(loaded.ledger, loaded.kind, loaded.mapping, OUTSIDE, clock.now, scope, **options).run()  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "PER_TRANSACTION", 4)


def counts(done: Import) -> tuple[int, int, int, int]:
    return tuple(done.counts[result] for result in Result)  # type: ignore[return-value]


def test_each_record_is_one_event_after_the_event_of_its_batch(zone: Scene, tmp_path: Path) -> None:
    before = set(Event.objects.values_list("id", flat=True))
    done = bring_in(tmp_path / "a.csv", lines(6))
    assert counts(done) == (6, 0, 0, 0)
    acts = list(Event.objects.exclude(id__in=before).order_by("pending__id").values_list("act", flat=True))
    assert acts == ["import.batch", *["project.archive"] * 4, "import.batch", *["project.archive"] * 2]
    batch = ImportBatch.objects.get()
    assert (batch.row_count, batch.imported_count, batch.result) == (6, 6, "warning")  # no budget is stated
    first = Event.objects.filter(object=f"import_batch:{batch.pk}").order_by("oseq").first()
    assert first is not None
    image = json.loads(bytes(first.body.content))["rows"][0]["v"]
    assert (
        image["sha256"] == done.ledger.sha256
        and image["imported_count"] == 4
        and "external_no" in image["mapping"]
    )
    assert verify().is_good


def test_the_same_file_again_changes_nothing_and_a_changed_row_is_an_update(
    zone: Scene, tmp_path: Path
) -> None:
    bring_in(tmp_path / "a.csv", lines(5))
    events = Event.objects.count()
    assert counts(bring_in(tmp_path / "a.csv", lines(5))) == (0, 0, 5, 0)
    assert Event.objects.count() == events + 2  # the two transactions of the batch itself
    again = bring_in(tmp_path / "b.csv", lines(5).replace("道路3号", "道路三号"))
    assert counts(again) == (0, 1, 4, 0)
    assert Project.objects.filter(title="道路三号工程").count() == 1 and Project.objects.count() == 5
    assert verify().is_good


def test_a_trial_run_changes_nothing_and_says_the_same(zone: Scene, tmp_path: Path) -> None:
    text = lines(5) + "P9,,HT9,1,2021-01-01\nP10,x,HT10,abc,2021-01-01\n"
    events = Event.objects.count()
    trial = bring_in(tmp_path / "a.csv", text, is_trial=True)
    assert (
        Event.objects.count() == events and not ImportBatch.objects.exists() and not Project.objects.exists()
    )
    real = bring_in(tmp_path / "a.csv", text)
    assert counts(trial) == counts(real) == (5, 0, 0, 2)
    told = [
        [(line.line, line.result, line.faults, [n.text for n in line.notices]) for line in each.lines]
        for each in (trial, real)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("point", ["before events", "before commit", "after commit"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_run_that_is_cut_off_goes_on_with_nothing_twice(
    zone: Scene, tmp_path: Path, point: str, place: int
) -> None:
    def stop(name: str, number: int) -> None:
        if (name, number) == (point, place):
            raise Cut

    with pytest.raises(Cut):
        bring_in(tmp_path / "a.csv", lines(10), point=stop)
    stored = 4 * (place if point == "after commit" else place - 1)
    assert Project.objects.count() == min(stored, 10)
    assert verify().is_good
    again = bring_in(tmp_path / "a.csv", lines(10))
    assert counts(again) == (10 - min(stored, 10), 0, min(stored, 10), 0)
    assert Matter.objects.filter(kind="project").count() == Project.objects.count() == 10
    assert Matter.objects.filter(kind="contract").count() == 10
    assert verify().is_good


def test_a_run_that_was_cut_off_is_known_until_the_file_came_to_its_end(zone: Scene, tmp_path: Path) -> None:
    def stop(name: str, number: int) -> None:
        if (name, number) == ("after commit", 1):
            raise Cut

    with pytest.raises(Cut):
        bring_in(tmp_path / "a.csv", lines(10), point=stop)
    sha256 = ImportBatch.objects.get().sha256
    assert cut_off("projects", sha256) is not None
    bring_in(tmp_path / "a.csv", lines(10))
    assert cut_off("projects", sha256) is None


def test_broken_rows_never_stop_the_others_and_none_is_dropped(zone: Scene, tmp_path: Path) -> None:
    broken = [
        ",无编号,HT1,1,2021-01-01",
        "B1,,HT1,1,2021-01-01",
        "B2,金额坏,HT2,12.345.6,2021-01-01",
        "B3,日期坏,HT3,1,2021-02-30",
        "B4,列多,HT4,1,2021-01-01,多",
        "B5,\x00空,HT5,1,2021-01-01",
        'B6,"引号"坏,HT6,1,2021-01-01',
        "B7,负,HT7,-5,2021-01-01",
        "B8,太大,HT8,99999999999,2021-01-01",
        "B9," + "长" * 1001 + ",HT9,1,2021-01-01",
    ]
    done = bring_in(tmp_path / "a.csv", lines(2) + "\n".join(broken) + "\n" + lines(3, 3))
    assert counts(done) == (5, 0, 0, len(broken)) and len(done.lines) == 5 + len(broken)
    rejected = [line for line in done.lines if line.result is Result.REJECTED]
    assert [line.line for line in rejected] == list(range(4, 4 + len(broken)))
    assert all(line.faults and line.faults[0].reason for line in rejected)
    assert ImportBatch.objects.get().rejected_count == len(broken)
    assert verify().is_good


def test_a_number_that_stands_twice_is_taken_once_if_equal_and_not_at_all_if_not(
    zone: Scene, tmp_path: Path
) -> None:
    text = lines(3) + lines(1) + "P2,另一个名称,HT2,2000.50,2021-03-03\n"
    done = bring_in(tmp_path / "a.csv", text)
    assert counts(done) == (2, 0, 1, 2)
    assert not Matter.objects.filter(external_no="P2").exists()
    assert "第3、6行" in done.lines[1].faults[0].reason


def test_rows_with_nothing_right_make_a_failed_batch(zone: Scene, tmp_path: Path) -> None:
    assert counts(bring_in(tmp_path / "a.csv", ",,,,\nP1,,,,\n")) == (0, 0, 0, 1)
    batch = ImportBatch.objects.get()
    assert batch.result == "failed" and batch.finished_at is not None
