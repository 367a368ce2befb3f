"""`lianjing flags` as a person runs it: no installation, the documented fields, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianjing.cli import commands

ONE = '{"ocid":"甲","complaints":[{"id":"1"}]}\n'


def test_a_flag_is_a_line_with_the_documented_fields(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out, quality = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / "quality.json"
    file.write_text(ONE + "rubbish\n", encoding="utf-8")
    assert commands.run(["flags", str(file), "--out", str(out), "--quality", str(quality), "--json"]) == 0
    (line,) = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert set(line) == {"flag", "subject_type", "subject", "value", "ocids", "ocids_total", "evidence"}
    assert (line["flag"], line["subject_type"], line["subject"], line["ocids"]) == (
        "R020",
        "ocid",
        "甲",
        ["甲"],
    )
    said = json.loads(capsys.readouterr().out)
    assert said["flags"] == {"R020": 1}
    assert said["quality"] == json.loads(quality.read_text(encoding="utf-8"))
    assert said["quality"]["faults"] == [{"fault": "not JSON", "count": 1, "first": ["in.jsonl:2"]}]


def test_without_out_the_flags_go_to_stdout_and_the_report_beside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(ONE, encoding="utf-8")
    assert commands.run(["flags", str(file)]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["flag"] == "R020"
    assert "R020" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["absent.jsonl"],
        ["."],
        ["in.jsonl", "--settings", "bad.ini"],
        ["empty.jsonl"],
        ["in.jsonl", "--processes", "0"],
    ],
)
def test_bad_input_exits_with_two_and_one_line(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text(ONE, encoding="utf-8")
    Path("bad.ini").write_text("[R999]\n", encoding="utf-8")
    Path("empty.jsonl").write_text("", encoding="utf-8")
    assert commands.run(["flags", *arguments, "--out", "out.jsonl"]) == 2
    assert capsys.readouterr().err.startswith("lianjing: ")
    assert not Path("out.jsonl.part").exists()
