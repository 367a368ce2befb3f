"""`lianjing mine` as a person runs it: a log, a model, rules; the documented JSON and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lianjing.cli import commands
from tests.analysis.mining.test_conformance import LINE

LOG = """案件编号,活动,时间,经办人,岗位
支1,申请,2025-09-01T09:00:00+08:00,甲,经办
支1,审核,2025-09-02T09:00:00+08:00,乙,审核
支1,放行,2025-09-03T09:00:00+08:00,甲,放行
支2,申请,2025-09-01T09:00:00+08:00,甲,经办
支2,放行,2025-09-10T09:00:00+08:00,丙,放行
支3,申请,,甲,经办
"""
KEYS = {
    "source", "cases", "events", "variants", "flows", "steps", "fit", "deviations", "handovers", "rework", "ping_pong",
    "batches", "four_eyes", "late", "remaining", "desks", "calendar", "left_out", "variant_count", "report",
    "remaining_by_unit", "drill_down", "unlike", "other_outcome", "queue", "comparison",
}  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "model.bpmn").write_text(LINE, encoding="utf-8")
    place = tmp_path / "log.csv"
    place.write_text(LOG, encoding="utf-8")
    return place


def mine(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = commands.run(["mine", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_json_has_the_documented_keys_and_names_what_was_set_aside(log, capsys):
    code, found = mine(capsys, str(log))
    assert code == 0
    assert set(found) == KEYS
    assert (found["cases"], found["events"], found["variant_count"], found["fit"]) == (2, 5, 2, None)
    assert {(flow["from"], flow["to"]): flow["median"] for flow in found["flows"]}["申请", "审核"] == 1.0
    assert found["report"]["set_aside"] == 1
    assert [(fault["kind"], fault["examples"]) for fault in found["report"]["faults"]] == [
        ("no_time", ["第7行"])
    ]


def test_deviations_late_steps_and_one_pair_of_eyes_are_found_with_their_persons(log, capsys):
    code, found = mine(
        capsys, str(log), "--model", str(log.parent / "model.bpmn"), "--four-eyes", "申请,放行",
        "--limit", "申请>放行:5 working_days@zone_funds#3", "--fail-on", "deviation",
    )  # fmt: skip
    assert code == 1
    assert found["fit"] == {"cases": 1, "of": 2, "not_aligned": 0}
    assert [(each["object"], each["kind"], each["step"], each["person"]) for each in found["deviations"]] == [
        ("支2", "missing", "审核", "丙")
    ]
    assert [(each["object"], each["person"]) for each in found["four_eyes"]] == [("支1", "甲")]
    assert [(each["object"], each["used"], each["clause"]) for each in found["late"]] == [
        ("支2", 7.0, "zone_funds#3")
    ]


def test_nothing_of_the_kind_asked_for_exits_0(log, capsys):
    assert mine(capsys, str(log), "--fail-on", "late")[0] == 0


def test_the_answer_is_written_whole(log, capsys):
    out = log.parent / "answer.json"
    assert commands.run(["mine", str(log), "--out", str(out)]) == 0
    assert set(json.loads(out.read_text())) == KEYS
    assert "no_time" in capsys.readouterr().out
    assert not list(log.parent.glob("*.part"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--columns", "case"],
        ["--columns", "case=无"],
        ["--zone", "Shanghai"],
        ["--zone", "+99:00"],
        ["--four-eyes", "申请"],
        ["--limit", "申请 5 days"],
        ["--model", "LOG"],
    ],
)
def test_wrong_usage_exits_2_with_one_line(log, capsys, arguments):
    asked = [str(log) if each == "LOG" else each for each in arguments]
    assert commands.run(["mine", str(log), *asked]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1


@pytest.mark.django_db
def test_a_subject_that_is_neither_file_nor_process_is_told_what_there_is(zone, capsys, monkeypatch):
    monkeypatch.setattr("lianjing.cli.mine.refuse_without_tables", lambda: None)
    assert commands.run(["mine", "unheard_of"]) == 2
    assert "works_payment" in capsys.readouterr().err
