"""The mapping of columns: proposed from headers in both languages, never by half a likeness, saved and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianjing.domains.works.imports import projects
from lianjing.intake.ledger import Ledger, RawRow
from lianjing.intake.mapping import (
    SURE,
    ColumnMapping,
    find_header,
    guess_kind,
    likeness,
    parse_mapping,
    plain,
    propose,
    read_mapping,
    settle,
    unit_of,
    write_mapping,
)
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org.imports import LEDGERS, PERSONS, UNITS

PROJECTS = projects()


def ledger(*rows: tuple[str, ...]) -> Ledger:
    return Ledger("a.csv", "0" * 64, tuple(RawRow(line, row) for line, row in enumerate(rows, start=1)))


def sure(headers: list[str]) -> dict[str, str]:
    return {p.header: p.target for p in propose(headers, PROJECTS) if p.score >= SURE}


def test_english_and_chinese_headers_are_known() -> None:
    assert sure(["ProjectId", "PROJECT NAME", "contract_cost", "ＰｒｏｊｅｃｔＬａｔｉｔｕｄｅ"]) == {
        "ProjectId": "external_no",
        "PROJECT NAME": "title",
        "contract_cost": "contract_amount",
        "ＰｒｏｊｅｃｔＬａｔｉｔｕｄｅ": "latitude",
    }
    assert sure(["项目编号", "工程 名称", "合同价（万元）", "实际开工日期"]) == {
        "项目编号": "external_no",
        "工程 名称": "title",
        "合同价（万元）": "contract_amount",
        "实际开工日期": "started_on",
    }


@pytest.mark.parametrize(
    "header", ["计划开工日期", "CompletionDelayDays", "ProvincialCapitalLatitude", "CostSavings", "备注", ""]
)
def test_a_header_that_only_resembles_a_column_is_not_taken_for_it(header: str) -> None:
    assert all(likeness(header, column) < SURE for column in PROJECTS.columns)


def test_headers_are_compared_in_one_spelling() -> None:
    assert (
        plain("ApprovedBudgetForContract")
        == plain("approved_budget_for  contract")
        == "approved budget for contract"
    )
    assert plain("合同价（万元）*") == "合同价"


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("合同价（万元）", "万元"),
        ("总投资[亿元]", "亿元"),
        ("预算/元", "元"),
        ("金额（单位：千元）", "千元"),
        ("百万元庄", ""),
    ],
)
def test_the_unit_of_money_is_read_from_the_header(header: str, unit: str) -> None:
    assert unit_of(header) == unit


def test_the_header_is_found_below_a_title() -> None:
    found = find_header(ledger(("2025年在建项目台账", ""), ("项目编号", "项目名称"), ("1", "甲")), PROJECTS)
    assert found.headers() == ["项目编号", "项目名称"] and [row.line for row in found.rows] == [3]


def test_the_kind_is_seen_from_the_header_or_asked_for() -> None:
    assert guess_kind(ledger(("账号", "姓名", "人员类别", "单位代码")), LEDGERS) is PERSONS
    with pytest.raises(BadInput, match="--kind"):
        guess_kind(ledger(("甲", "乙")), LEDGERS)


def test_a_missing_required_column_is_named_with_what_it_may_be_called() -> None:
    with pytest.raises(BadInput, match=r"必需的列“单位类型”.*--mapping"):
        settle(ledger(("单位代码", "名称")).below(0), UNITS, None, {})


def test_a_doubled_header_is_refused_with_its_places() -> None:
    with pytest.raises(BadInput, match="第1、3列"):
        settle(ledger(("项目编号", "项目名称", "项目编号")).below(0), PROJECTS, None, {})


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"没有": "title"}, "没有列"),
        ({"项目编号": "nonsense"}, "不是"),
        ({"项目编号": "title", "项目名称": "title"}, "同一项"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_refused(columns: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        settle(ledger(("项目编号", "项目名称")).below(0), PROJECTS, ColumnMapping("projects", columns), {})


@pytest.mark.parametrize("name", ["m.json", "m.toml"])
def test_a_mapping_survives_its_file(tmp_path: Path, name: str) -> None:
    mapping = ColumnMapping(
        "projects", {'甲 "乙"': "title", "a.b": "external_no"}, {"currency": "PHP"}, {"a.b": "万元"}
    )
    write_mapping(tmp_path / name, mapping)
    assert read_mapping(tmp_path / name) == mapping


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "{",
        "{}",
        '{"columns": 3}',
        '{"columns": {"a": "title"}, "units": {"a": "斤"}}',
        "[" * 100_000,
    ],
)
def test_a_mapping_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_mapping(text)
