"""Typed cells: what offices write is read, what could mean two things is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.intake.cells import BadCell, read_amount, read_cell, read_day
from lianjing.intake.ledger import Cell
from lianjing.kernel.declaration import Text
from lianjing.runtime.batch.ledger import CellKind, Column

MARCH = date(2025, 3, 6)


def column(kind: CellKind, codelist: str = "") -> Column:
    return Column("x", Text("列", "column"), kind, codelist=codelist, longest=20)


@pytest.mark.parametrize(
    "cell",
    [
        "2025-03-06",
        "2025/3/6",
        "2025.3.6",
        "2025年3月6日",
        "2025 年 3 月 6 日",
        "20250306",
        "２０２５-03-06",
        "2025-03-06 00:00:00",
        "2025-03-06T08:30:00Z",
        45722,
        45722.0,
        "45722",
        20250306,
        MARCH,
        datetime(2025, 3, 6, 8, 30),  # noqa: DTZ001
    ],
)
def test_a_day_is_read_however_it_is_written(cell: Cell) -> None:
    assert read_day(cell) == MARCH


@pytest.mark.parametrize(
    "cell",
    ["03/04/2025", "6.3.2025", "2025-02-30", "2025-13-01", "99999", "1850-01-01", "明年", "2025", 3.5, True],
)
def test_a_day_that_is_none_or_has_two_readings_is_refused(cell: Cell) -> None:
    with pytest.raises(BadCell) as caught:
        read_day(cell)
    assert caught.value.remedy


@given(st.dates(date(1955, 1, 1), date(2100, 12, 31)))
def test_every_day_survives_its_written_forms(day: date) -> None:
    forms = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        (day - date(1899, 12, 30)).days,
    ]
    assert {read_day(form) for form in forms} == {day}


@pytest.mark.parametrize(
    ("cell", "scale", "amount"),
    [
        ("9.65E7", 1, "96500000"),
        ("9.2692944E7", 1, "92692944"),
        ("12,345.60", 1, "12345.60"),
        ("１２，３４５．６", 1, "12345.60"),
        ("¥1,000.00元", 1, "1000"),
        ("3.5", 10_000, "35000"),
        ("3.5万元", 1, "35000"),
        ("3.5万元", 10_000, "35000"),
        ("1.2亿", 1, "120000000"),
        (96_500_000.0, 1, "96500000"),
        (0.1 + 0.2, 1, "0.30"),
        (7, 1000, "7000"),
        ("-5", 1, "-5"),
        ("0", 1, "0"),
    ],
)
def test_an_amount_is_read_in_its_unit(cell: Cell, scale: int, amount: str) -> None:
    assert read_amount(cell, scale) == Decimal(amount)


@pytest.mark.parametrize(
    "cell",
    ["1,5", "1.234,56", "12.345", "约100", "NaN", "1e400", "99999999999999", 0.005, True, MARCH, "12,34,567"],
)
def test_an_amount_that_would_have_to_be_guessed_is_refused(cell: Cell) -> None:
    with pytest.raises(BadCell):
        read_amount(cell)


def test_a_unit_in_the_cell_that_contradicts_the_header_is_refused() -> None:
    with pytest.raises(BadCell, match="单位不一致"):
        read_amount("5亿元", 10_000)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "工程\udcff", "工�程"])
def test_signs_that_no_database_takes_are_refused(text: str) -> None:
    with pytest.raises(BadCell):
        read_cell(text, column(CellKind.TEXT))


def test_text_keeps_rare_and_compatibility_characters() -> None:
    assert read_cell("　邬𬭎 祝䶮﨑㈱ ", column(CellKind.TEXT)) == "邬𬭎 祝䶮﨑㈱"


def test_a_code_keeps_its_zeros_and_is_not_rounded() -> None:
    assert read_cell("007", column(CellKind.CODE)) == "007"
    assert read_cell(220000007.0, column(CellKind.CODE)) == "220000007"
    with pytest.raises(BadCell, match="上限20"):
        read_cell("x" * 21, column(CellKind.CODE))


def test_a_word_is_taken_as_code_or_in_either_language() -> None:
    kind = column(CellKind.WORD, "person_kind")
    assert {read_cell(text, kind) for text in ("official", "公务员", "Official")} == {"official"}
    with pytest.raises(BadCell, match="不在可选范围内"):
        read_cell("外星人", kind)


def test_integers_decimals_and_flags_are_strict() -> None:
    assert read_cell("2021", column(CellKind.INTEGER)) == 2021
    assert read_cell("117.06173584", column(CellKind.DECIMAL)) == Decimal("117.061736")
    assert read_cell("是", column(CellKind.FLAG)) is True
    for text, kind in (
        ("1.5", CellKind.INTEGER),
        ("x", CellKind.DECIMAL),
        ("也许", CellKind.FLAG),
        ("inf", CellKind.DECIMAL),
    ):
        with pytest.raises(BadCell):
            read_cell(text, column(kind))


@given(st.text(max_size=40), st.sampled_from(CellKind))
def test_any_text_is_read_or_refused_and_never_breaks(text: str, kind: CellKind) -> None:
    try:
        read_cell(text, column(kind, "person_kind" if kind is CellKind.WORD else ""))
    except BadCell as bad:
        assert bad.reason
