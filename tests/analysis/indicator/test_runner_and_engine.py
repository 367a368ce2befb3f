"""Rows become findings; a contradictory answer is refused; an engine that dies says so and can be asked again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lianjing.analysis.engine.duck import DuckBeside
from lianjing.analysis.engine.engine import Answer, EngineFailed
from lianjing.analysis.indicator.examples import arrow
from lianjing.analysis.indicator.library import chosen
from lianjing.analysis.indicator.runner import BadAnswer, detected, shown_value
from lianjing.analysis.lake.derived.bids import compare
from lianjing.analysis.lake.derived.peers import summary
from lianjing.analysis.lake.derived.steps import derive
from lianjing.analysis.lake.export import Lake
from lianjing.analysis.lake.schema import schema

COLUMNS = ("subject", "part", "score", "f_n", "ev_table", "ev_key", "person_id", "person_role")
HEADER = chosen("M-T15")[0].header


def test_rows_of_one_subject_and_part_are_one_finding_whatever_their_order() -> None:
    rows = (
        ("tender:9", "", 2, 5, "bid", "2", "7", "approved"),
        ("tender:9", "", 2, 5, "bid", "1", "7", "approved"),
        ("tender:9", "", 2, 5, "bid", "1", None, None),
        ("tender:8", "", 1, 5, "bid", "3", None, None),
    )
    found = detected(HEADER, Answer(COLUMNS, rows), {})
    assert found == detected(HEADER, Answer(COLUMNS, rows[::-1]), {})
    assert [(each.subject, each.evidence, each.persons) for each in found] == [
        ("tender:8", (("bid", "3"),), ()),
        ("tender:9", (("bid", "1"), ("bid", "2")), ((7, "approved"),)),
    ]


@pytest.mark.parametrize(
    "other", [("tender:9", "", 3, 5, "bid", "2", None, None), ("tender:9", "", 2, 6, "bid", "2", None, None)]
)
def test_a_score_or_fact_that_varies_within_a_finding_is_refused(other: tuple[object, ...]) -> None:
    with pytest.raises(BadAnswer, match="varies"):
        detected(HEADER, Answer(COLUMNS, (("tender:9", "", 2, 5, "bid", "1", None, None), other)), {})


def test_a_row_without_evidence_is_refused() -> None:
    with pytest.raises(BadAnswer, match="without evidence"):
        detected(HEADER, Answer(COLUMNS, (("tender:9", "", 2, 5, "bid", None, None, None),)), {})


def test_figures_are_shown_as_a_reader_knows_them() -> None:
    shown = [
        shown_value(name, value)
        for name, value in (("a_fen", 1234550), ("a_day", 20215), ("a_ratio", 0.125), ("n", 3))
    ]
    assert shown == ["12,345.50元", "2025-05-07", "12.5%", "3"]


def empty_lake(folder: Path) -> Lake:
    files = {}
    for name, table in schema().tables.items():
        (folder / name).mkdir(parents=True)
        pq.write_table(arrow(table, ()), folder / name / "0-x.parquet")
        files[name] = (f"{name}/0-x.parquet",)
    return Lake(folder, 0, 20000, files)


def test_an_engine_that_dies_in_the_middle_says_so_and_answers_the_next_question(tmp_path: Path) -> None:
    engine = DuckBeside(memory="200MB", threads=1)
    try:
        lake = derive(empty_lake(tmp_path), engine, stamp="y")
        assert engine.process_id is not None
        os.kill(engine.process_id, signal.SIGKILL)
        with pytest.raises(EngineFailed, match="ended in the middle"):
            engine.ask("SELECT COUNT(*) AS n FROM bid", {})
        assert engine.ask("SELECT COUNT(*) AS n FROM bid", {}).rows == ((0,),)
        assert engine.ask("SELECT MAX(n) AS n FROM log_fact", {}).rows == ((10_000,),)
        with pytest.raises(EngineFailed):
            engine.ask("SELECT nonsense", {})
        assert lake.files["tie_path"] == ("tie_path/0-y.parquet",)
    finally:
        engine.close()


def test_unit_prices_in_one_ratio_are_seen_and_prices_given_by_the_tenderer_are_not() -> None:
    one = {"a": 10000, "b": 20000, "c": 30000}
    assert compare(one, {item: price * 10125 // 10000 for item, price in one.items()}) == (3, 1.0, 1.0125)
    assert compare(one, {"a": 10125, "b": 20250, "c": 31000})[2] is None
    assert compare(one, {"a": 1, "b": 2}) == (2, None, None)
    assert compare(dict.fromkeys("abc", 5), dict.fromkeys("abc", 6))[1:] == (None, None)


def test_fences_are_those_of_tukey_by_nearest_rank() -> None:
    count, mean, _p5, q1, median, q3, p90, low, high = summary([float(n) for n in range(1, 21)])
    assert (count, mean, q1, median, q3, p90) == (20, 10.5, 5.0, 10.0, 15.0, 18.0)
    assert (low, high) == (-10.0, 30.0)
