"""A decision table answers with its row and clause, and its gaps and overlaps are found before it is published."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lianjing.kernel.process.decision import (
    BadDecision,
    DecisionTable,
    HitPolicy,
    MatchedRule,
    NoRule,
    Overlap,
    check,
    parse_decision,
)
from lianjing.kernel.process.expression import NotComparable, UnknownName

FIGURES = {"larger": Decimal(20_000_000), "major": Decimal(100_000_000), "share": Decimal("0.05")}


def parameter(key: str) -> Decimal:
    return FIGURES[key.rpartition(".")[2]]


def table_xml(
    *rows: tuple[list[str], list[str]], inputs: str = "", outputs: str = "", policy: str = "UNIQUE"
) -> str:
    inputs = inputs or column("amount_fen", "integer")
    outputs = outputs or '<output id="o1" name="tier" typeRef="string"/>'
    rules = "".join(
        f'<rule id="r{index}" lj:clause="change#{index}"><description>行{index}</description>'
        + "".join(f"<inputEntry><text>{escaped(cell)}</text></inputEntry>" for cell in tests)
        + "".join(f"<outputEntry><text>{escaped(cell)}</text></outputEntry>" for cell in answers)
        + "</rule>"
        for index, (tests, answers) in enumerate(rows, 1)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:lj="urn:lianjing:bpmn:1" id="d"'
        ' name="d" namespace="urn:test"><decision id="change_tier" name="变更分级">'
        f'<decisionTable id="t" hitPolicy="{policy}">{inputs}{outputs}{rules}</decisionTable></decision></definitions>'
    )


def escaped(cell: str) -> str:
    return cell.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def column(expression: str, kind: str = "number", values: str = "") -> str:
    allowed = f"<inputValues><text>{escaped(values)}</text></inputValues>" if values else ""
    return (
        f'<input id="i_{expression}" label="{expression}"><inputExpression typeRef="{kind}"><text>{expression}</text>'
        f"</inputExpression>{allowed}</input>"
    )


def table(*rows: tuple[list[str], list[str]], **given: str) -> DecisionTable:
    return parse_decision(table_xml(*rows, **given))


TIERS = [
    (["< @works.change.larger"], ['"general"']),
    (["[@works.change.larger..@works.change.major)"], ['"larger"']),
    ([">= @works.change.major"], ['"major"']),
]


def test_each_amount_finds_its_tier_at_the_borders_too() -> None:
    tiers = table(*TIERS)
    assert (tiers.key, tiers.name, tiers.hit_policy) == ("change_tier", "变更分级", HitPolicy.UNIQUE)
    assert tiers.parameters == {"works.change.larger", "works.change.major"}
    answers = {
        amount: tiers.evaluate({"amount_fen": amount}, parameter)
        for amount in (0, 19_999_999, 20_000_000, 99_999_999, 100_000_000)
    }
    assert [answer.outputs["tier"] for answer in answers.values()] == [
        "general",
        "general",
        "larger",
        "larger",
        "major",
    ]
    assert answers[20_000_000].matched == (MatchedRule("r2", 2, "change#2"),)
    assert answers[0].inputs == {"amount_fen": 0}
    assert tiers.rules[0].description == "行1"


def test_a_case_that_no_row_covers_is_refused() -> None:
    with pytest.raises(NoRule) as caught:
        table((["< 5"], ['"low"'])).evaluate({"amount_fen": 5}, parameter)
    assert caught.value.decision == "change_tier"
    with pytest.raises(NoRule):
        table((["< 5"], ['"low"']), policy="FIRST").evaluate({"amount_fen": 5}, parameter)


def test_a_case_that_two_rows_cover_is_refused_in_a_unique_table_only() -> None:
    rows = [(["< 50"], ['"low"']), (["> 10"], ['"high"'])]
    with pytest.raises(Overlap) as caught:
        table(*rows).evaluate({"amount_fen": 20}, parameter)
    assert caught.value.rules == ("r1", "r2")
    assert table(*rows, policy="FIRST").evaluate({"amount_fen": 20}, parameter).outputs == {"tier": "low"}


def test_a_missing_variable_is_an_error_and_not_a_row() -> None:
    with pytest.raises(UnknownName):
        table(*TIERS).evaluate({}, parameter)
    with pytest.raises(NotComparable):
        table(*TIERS).evaluate({"amount_fen": None}, parameter)


def test_a_collect_table_lists_all_hits_in_order_and_none_without_a_hit() -> None:
    offices = table(([">= 0"], ['"finance"']), (["> 10"], ['["audit", "law"]']), policy="COLLECT")
    assert offices.evaluate({"amount_fen": 20}, parameter).outputs == {"tier": ["finance", "audit", "law"]}
    assert offices.evaluate({"amount_fen": -1}, parameter).outputs == {"tier": []}
    with pytest.raises(NotComparable):
        table((["-"], ["5"]), policy="COLLECT").evaluate({"amount_fen": 1}, parameter)


def test_outputs_become_what_a_process_variable_can_hold() -> None:
    outputs = "".join(f'<output id="o{i}" name="{name}"/>' for i, name in enumerate("abcdefg"))
    one = table(
        (["-"], ["5", "true", "null", '["x", "y"]', "@works.change.larger", "0.5", "2.0"]), outputs=outputs
    )
    assert one.evaluate({"amount_fen": 1}, parameter).outputs == {
        "a": 5,
        "b": True,
        "c": None,
        "d": ["x", "y"],
        "e": 20_000_000,
        "f": "1/2",
        "g": 2,
    }


def test_an_input_may_be_an_expression() -> None:
    shares = table(
        (["< @works.share"], ['"small"']),
        ([">= @works.share"], ['"large"']),
        inputs=column("amount_fen / contract_fen"),
    )
    answer = shares.evaluate({"amount_fen": 1, "contract_fen": 20}, parameter)
    assert answer.outputs == {"tier": "large"}
    assert answer.inputs == {"amount_fen / contract_fen": "1/20"}


# ---------------------------------------------------------------- gaps and overlaps


def messages(found: DecisionTable) -> list[str]:
    return [fault.message for fault in check(found, parameter)]


def test_a_table_without_gaps_and_overlaps_passes() -> None:
    assert messages(table(*TIERS)) == []


def test_a_gap_between_two_figures_is_named() -> None:
    assert messages(table((["<= 49"], ['"a"']), ([">= 51"], ['"b"']))) == [
        "没有一行适用于:amount_fen: (49..51)"
    ]


def test_whole_numbers_have_no_gap_between_neighbours_but_other_numbers_have() -> None:
    rows = [(["<= 49"], ['"a"']), ([">= 50"], ['"b"'])]
    assert messages(table(*rows)) == []
    assert messages(table(*rows, inputs=column("ratio", "number"))) == ["没有一行适用于:ratio: (49..50)"]


def test_a_fraction_as_border_of_whole_numbers_is_no_case_of_its_own() -> None:
    assert messages(table((["< 1.5"], ['"a"']), (["> 1.5"], ['"b"']))) == []
    assert messages(table((["< 1.5"], ['"a"']), (["> 1.5"], ['"b"']), inputs=column("ratio"))) == [
        "没有一行适用于:ratio: 1.5"
    ]


def test_an_overlap_at_one_border_names_both_rows() -> None:
    faults = check(table((["<= 50"], ['"a"']), ([">= 50"], ['"b"'])), parameter)
    assert [(fault.element_id, fault.message) for fault in faults] == [
        ("r2", "第1行与第2行同时适用于:amount_fen: 50")
    ]
    assert check(table((["<= 50"], ['"a"']), ([">= 50"], ['"b"']), policy="FIRST"), parameter) == []


def test_allowed_values_bound_the_cases() -> None:
    rows = [(["[0..50)"], ['"a"']), ([">= 50"], ['"b"'])]
    assert messages(table(*rows)) == ["没有一行适用于:amount_fen: < 0"]
    assert messages(table(*rows, inputs=column("amount_fen", "integer", ">= 0"))) == []


def test_gaps_over_two_inputs_are_found_in_their_combination() -> None:
    both = column("amount_fen", "integer") + column("urgent", "boolean")
    rows = [(["< 50", "-"], ['"a"']), ([">= 50", "true"], ['"b"'])]
    assert messages(table(*rows, inputs=both)) == ["没有一行适用于:amount_fen: > 50, urgent: false"]
    assert messages(table(*rows, ([">= 50", "false"], ['"c"']), inputs=both)) == []


def test_texts_are_those_that_the_column_names_and_others_where_it_says_not() -> None:
    texts = column("kind", "string")
    assert messages(table((['"a"'], ['"x"']), (['"b"'], ['"y"']), inputs=texts)) == []
    assert messages(table((['"a"'], ['"x"']), (['not("a", "b")'], ['"y"']), inputs=texts)) == [
        '没有一行适用于:kind: "b"'
    ]
    assert messages(table((['"a"'], ['"x"']), (['!= "a"'], ['"y"']), inputs=texts)) == []
    assert messages(table((['"a"'], ['"x"']), inputs=column("kind", "string", '"a", "b"'))) == [
        '没有一行适用于:kind: "b"'
    ]


def test_days_are_cut_exactly() -> None:
    days = column("opened", "date")
    rows = [
        (['< date("2026-01-01")'], ['"old"']),
        (['[date("2026-01-01")..date("2026-06-30")]'], ['"a"']),
        (['> date("2026-07-01")'], ['"b"']),
    ]
    assert messages(table(*rows, inputs=days)) == ["没有一行适用于:opened: 2026-07-01"]


def test_nothing_is_a_case_where_the_column_names_it() -> None:
    assert messages(table((["null"], ['"none"']), (["< 5"], ['"a"']), ([">= 5"], ['"b"']))) == []
    assert messages(table((["null, < 5"], ['"a"']), ([">= 5"], ['"b"']))) == []
    assert messages(table((["[1, 2]"], ['"a"']), (["not(1, 2)"], ['"b"']))) == []


def test_a_column_of_mixed_kinds_is_a_fault() -> None:
    assert len(messages(table((["5"], ['"a"']), (['"five"'], ['"b"'])))) == 1


def test_a_column_without_figures_is_one_case() -> None:
    assert messages(table((["-"], ['"a"']))) == []
    assert messages(table((["-"], ['"a"']), (["-"], ['"b"']))) == ["第1行与第2行同时适用于:amount_fen: -"]


def test_a_collect_table_may_leave_cases_out() -> None:
    assert messages(table((["> 5"], ['"a"']), (["> 6"], ['"b"']), policy="COLLECT")) == []


def test_at_most_the_limit_of_faults_is_told() -> None:
    rows = [([f"{number * 2}"], ['"a"']) for number in range(30)]
    assert len(check(table(*rows), parameter, limit=5)) == 5


# ---------------------------------------------------------------- refused files


GOOD = table_xml(*TIERS)


@pytest.mark.parametrize(
    ("change", "element"),
    [
        (("20191111", "20180521"), ""),
        (
            (
                '<decision id="change_tier" name="变更分级">',
                '<decision id="two"/><decision id="change_tier">',
            ),
            "",
        ),
        (('<decision id="change_tier"', "<decision"), ""),
        (("UNIQUE", "PRIORITY"), "change_tier"),
        (('hitPolicy="UNIQUE"', 'hitPolicy="COLLECT" aggregation="SUM"'), "t"),
        (('name="tier"', 'name=""'), "change_tier"),
        (('typeRef="integer"', 'typeRef="float"'), "i_amount_fen"),
        (("<text>amount_fen</text>", "<text>amount_fen >> 1</text>"), "i_amount_fen"),
        (("&lt; @works.change.larger", "general"), "r1"),
        (('"general"', "general"), "r1"),
        (('<outputEntry><text>"general"</text></outputEntry>', ""), "r1"),
        (('<rule id="r2"', '<rule id="r1"'), "change_tier"),
        (("<inputEntry>", "<literalExpression/><inputEntry>"), "r1"),
    ],
)
def test_a_file_outside_the_profile_is_refused_with_the_element(
    change: tuple[str, str], element: str
) -> None:
    xml = GOOD.replace(*change)
    assert xml != GOOD
    with pytest.raises(BadDecision) as caught:
        parse_decision(xml)
    assert caught.value.element_id == element


def test_a_table_without_rows_or_columns_or_with_doubled_ones_is_refused() -> None:
    for xml in (
        table_xml(),
        table_xml(*TIERS, inputs=" "),
        table_xml(*TIERS, inputs=column("a") * 2),
        table_xml(*TIERS, inputs='<input id="i"/>'),
        table_xml(*TIERS, outputs='<output id="o" name="a"/><output id="p" name="a"/>'),
        GOOD.replace("<decisionTable", "<description/><decisionTable").replace("decisionTable", "question"),
    ):
        with pytest.raises(BadDecision):
            parse_decision(xml)


def test_a_row_without_id_is_named_by_its_number_and_an_empty_cell_takes_all() -> None:
    xml = table_xml(([""], ['"all"'])).replace(' id="r1"', "")
    assert parse_decision(xml).evaluate({"amount_fen": 1}, parameter).matched[0].id == "rule_1"
