"""Conditions and cells: exact numbers, no guesses, nothing that runs code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from lianjing.kernel.process.expression import (
    NotComparable,
    Operand,
    UnknownName,
    compile_expression,
    compile_literal,
    compile_unary,
)
from lianjing.kernel.process.feel import BadExpression

VARIABLES: dict[str, Operand] = {
    "amount": 120,
    "ratio": Decimal("0.1"),
    "tier": "major",
    "urgent": False,
    "nothing": None,
    "offices": ["law", "audit"],
    "金额": 7,
    "day": "2026-03-01",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-amount + 1", -119),
        ("7 / 2", Fraction(7, 2)),
        ("1 / 3 * 3 = 1", True),
        ("0.1 + 0.2 = 0.3", True),
        ("ratio * 10 = 1", True),
        ("ratio < 0.11", True),
        ("金额 - 7", 0),
        ("- - 2", 2),
        ('amount >= 100 and tier = "major"', True),
        ("urgent or amount != 120", False),
        ("not(urgent)", True),
        ("amount > 120", False),
        ("amount <= 120", True),
        ("amount in [100..120]", True),
        ("amount in [100..120)", False),
        ("amount in (120..130]", False),
        ("amount in (1, 120)", True),
        ("amount in (< 5, > 100)", True),
        ("amount in > 100", True),
        ('tier in ["major", "larger"]', True),
        ('tier in "general"', False),
        ('"law" in offices', True),
        ('"tax" in offices', False),
        ('offices = ["law", "audit"]', True),
        ("nothing = null", True),
        ("tier != null", True),
        ("null = amount", False),
        ("true", True),
        ("urgent = false", True),
        ('"a\\"b"', 'a"b'),
        ('day < date("2026-04-01")', True),
        ('date("2026-04-01") > day', True),
        ('day >= "2026-01-01"', True),
        ('date("2026-04-01") = date("2026-04-01")', True),
        ("5 in (1..10[", True),
        ("amount in amount", True),
        ("-amount in -120", True),
        ("amount in (!= 3)", True),
        ("amount in = 120", True),
        ("urgent and nothing", False),
        ('tier = "major" or nothing', True),
        ("[1, 2] = [1, 2]", True),
        ("0.1 < 0.2 and 1 < 1.5", True),
        ("ratio - ratio = 0", True),
        ("amount in -5", False),
    ],
)
def test_an_expression_gives_its_exact_value(text: str, expected: object) -> None:
    assert compile_expression(text)(VARIABLES) == expected


def test_an_expression_knows_its_names_and_is_equal_by_its_text() -> None:
    expression = compile_expression(" a + b > 1 and c in [1..d] or not(-e in (f)) ")
    assert expression.names == set("abcdef")
    assert expression == compile_expression("a + b > 1 and c in [1..d] or not(-e in (f))")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "1)",
        "a b",
        "1 < 2 < 3",
        "in 3",
        '"open',
        "a in",
        "a in [1..",
        "a in (1..2",
        "a.b",
        "a;b",
        "@works.x",
        "not urgent",
        "date(3)",
        'date("2026-02-30")',
        "[1, 2",
        "and",
        "lambda: 1",
        "__import__('os')",
        "a in (1 2)",
        "(" * 60 + "1" + ")" * 60,
        "-" * 60 + "1",
        " + ".join("1" * 60),
        "x" * 5_000,
        "a == b",
        "[",
        "3..4",
    ],
)
def test_text_outside_the_subset_is_refused_with_its_position(text: str) -> None:
    with pytest.raises(BadExpression) as caught:
        compile_expression(text)
    assert 0 <= caught.value.position <= max(len(text), 4_000)
    assert caught.value.text == text


def test_an_unknown_name_is_an_error_and_not_false() -> None:
    with pytest.raises(UnknownName) as caught:
        compile_expression("sum > 1")(VARIABLES)
    assert caught.value.name == "sum"


@pytest.mark.parametrize(
    "text",
    [
        "nothing < 5",
        'amount = "120"',
        "tier < 5",
        "urgent < true",
        "amount + true",
        "true + amount",
        "tier + 1",
        "1 / 0",
        "amount and urgent",
        "not(amount)",
        'day > date("2026-01-01") and tier > date("2026-01-01")',
        "true = 1",
        'date("2026-01-01") = tier',
        "offices < offices",
        "nothing + 1",
        "urgent or amount",
    ],
)
def test_values_of_unlike_kinds_are_not_compared(text: str) -> None:
    with pytest.raises(NotComparable):
        compile_expression(text)(VARIABLES)


def test_a_condition_is_true_or_false_and_nothing_else() -> None:
    assert compile_expression("amount > 1").holds(VARIABLES)
    with pytest.raises(NotComparable):
        compile_expression("amount").holds(VARIABLES)


def parameter(key: str) -> Decimal:
    return {"works.change.major.single_from_fen": Decimal(100), "ratio": Decimal("0.05")}[key]


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        (" - ", 5, True),
        ("< 50", 49, True),
        ("< 50", 50, False),
        ("[50..400)", 50, True),
        ("[50..400)", 400, False),
        ("(50..400]", 50, False),
        ("]50..400[", 51, True),
        ("1, 2, 3", 2, True),
        ("not(1, 2)", 3, True),
        ('not("a")', "a", False),
        ('"a", "b"', "b", True),
        ("true", True, True),
        ("true, null", None, True),
        ("-5", -5, True),
        ("> -5", -4, True),
        ("[-5..-1]", -3, True),
        ("[1, 2]", 2, True),
        ("[1]", 2, False),
        ("!= 3", 4, True),
        ("= 3", 3, True),
        ('date("2026-01-01")', "2026-01-01", True),
        ('[date("2026-01-01")..date("2026-12-31")]', date(2026, 5, 1), True),
        (">= @works.change.major.single_from_fen", 100, True),
        ("< @ratio", Decimal("0.049"), True),
        ("[@ratio..@works.change.major.single_from_fen)", 100, False),
        ("- 7", -7, True),
    ],
)
def test_a_cell_takes_or_leaves_a_value(cell: str, value: Operand, expected: bool) -> None:
    assert compile_unary(cell)(value, parameter) is expected


def test_a_cell_keeps_the_names_of_its_parameters() -> None:
    cell = compile_unary("[@works.a..@works.b), >= @works.c")
    assert cell.parameters == {"works.a", "works.b", "works.c"}
    with pytest.raises(UnknownName):
        cell(5)


@pytest.mark.parametrize(
    "cell",
    [
        "general",
        "< x",
        "[1..2",
        "1,",
        "not 5",
        "not(",
        "50..60",
        "< 5 and > 3",
        "",
        "(1",
        "@",
        "]1..2",
        "]",
        "]1, 2]",
    ],
)
def test_a_cell_outside_the_subset_is_refused(cell: str) -> None:
    with pytest.raises(BadExpression):
        compile_unary(cell)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"major"', "major"),
        ("-3", -3),
        ("true", True),
        ("null", None),
        ('["law", "audit"]', ["law", "audit"]),
        ("@works.change.major.single_from_fen", 100),
        ("@ratio", Fraction(1, 20)),
    ],
)
def test_an_output_is_a_literal_or_a_parameter(text: str, expected: Operand) -> None:
    assert compile_literal(text)(parameter) == expected
