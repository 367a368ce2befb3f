"""Two versions of a process or a table are told apart in every part that someone could have changed, and no other."""

from __future__ import annotations

import pytest

from lianjing.kernel.process.compare import Change, Difference, compare_graphs, compare_tables
from lianjing.kernel.process.graph import Graph, parse
from tests.kernel.process.drawn_process import choice, definitions, end, flow, start, timer, user
from tests.kernel.process.test_process_decision import column, table

STEPS = (
    start(),
    user("apply"),
    choice("split", default="f_small"),
    user("head", lj_deadline="3 working_day", lj_returns="apply", lj_clause="change#1"),
    end(),
)
FLOWS = (
    flow("start", "apply", key="f1"),
    flow("apply", "split", key="f2"),
    flow("split", "head", "amount_fen &gt;= 100", key="f_large"),
    flow("split", "end", key="f_small"),
    flow("head", "end", key="f4"),
)


def drawn(*changes: tuple[str, str]) -> Graph:
    text = definitions("".join(STEPS + FLOWS))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse(text)


def changed(*changes: tuple[str, str]) -> tuple[Difference, ...]:
    return compare_graphs(drawn(), drawn(*changes))


def test_a_process_does_not_differ_from_itself() -> None:
    assert changed() == ()


@pytest.mark.parametrize(
    ("old", "new", "what", "before", "after"),
    [
        (
            'lj:deadline="3 working_day"',
            'lj:deadline="5 working_day"',
            "deadline",
            "3 working_day",
            "5 working_day",
        ),
        ('lj:returns="apply"', "", "returns", "apply", ""),
        ('lj:clause="change#1"', 'lj:clause="change#2"', "clause", "change#1", "change#2"),
        ('id="head" name="head"', 'id="head" name="负责人"', "name", "head", "负责人"),
        ('lj:returns="apply"', 'lj:returns="apply" lj:differsFrom="apply"', "differs_from", "", "apply"),
    ],
)
def test_a_changed_part_of_a_step_is_told_with_old_and_new(
    old: str, new: str, what: str, before: str, after: str
) -> None:
    assert changed((old, new)) == (Difference(Change.CHANGED, "head", what, before, after),)


def test_a_changed_condition_is_told_at_its_flow() -> None:
    difference = Difference(Change.CHANGED, "f_large", "condition", "amount_fen >= 100", "amount_fen >= 500")
    assert changed(("&gt;= 100", "&gt;= 500")) == (difference,)


def test_a_flow_that_only_got_another_id_is_no_difference() -> None:
    assert changed(('id="f4"', 'id="Flow_0x1"')) == ()


def test_an_added_step_and_its_flows_are_told() -> None:
    more = user("check") + flow("check", "end", key="f5") + flow("head", "check", key="f4")
    found = changed((flow("head", "end", key="f4"), more))
    assert Difference(Change.ADDED, "check", "node", "", "check") in found
    assert Difference(Change.CHANGED, "f4", "target", "end", "check") in found
    assert Difference(Change.ADDED, "f5", "flow", "", "check -> end") in found


def test_comparing_the_other_way_turns_added_into_removed() -> None:
    more = user("check") + flow("check", "end", key="f5") + flow("head", "check", key="f4")
    new = drawn((flow("head", "end", key="f4"), more))
    assert Difference(Change.REMOVED, "check", "node", "check", "") in compare_graphs(new, drawn())


def test_an_added_reminder_is_told() -> None:
    more = timer("late", "head", cancel="false") + flow("late", "told", key="f6") + end("told")
    found = changed((end(), end() + more))
    assert Difference(Change.ADDED, "late", "node", "", "late") in found


ROWS = ((["< 100"], ['"small"']), ([">= 100"], ['"large"']))


def test_a_table_does_not_differ_from_itself() -> None:
    assert compare_tables(table(*ROWS), table(*ROWS)) == ()


def test_changed_cells_are_told_by_row_and_column() -> None:
    new = table((["< 300"], ['"small"']), ([">= 300"], ['"big"']))
    assert compare_tables(table(*ROWS), new) == (
        Difference(Change.CHANGED, "r1", "input:amount_fen", "< 100", "< 300"),
        Difference(Change.CHANGED, "r2", "input:amount_fen", ">= 100", ">= 300"),
        Difference(Change.CHANGED, "r2", "output:tier", '"large"', '"big"'),
    )


def test_an_added_row_and_another_hit_policy_are_told() -> None:
    found = compare_tables(table(*ROWS), table(*ROWS, ([">= 900"], ['"huge"']), policy="FIRST"))
    assert found[0] == Difference(Change.CHANGED, "change_tier", "hit_policy", "UNIQUE", "FIRST")
    assert found[1] == Difference(Change.ADDED, "r3", "row", "", '>= 900 => "huge"')


def test_rows_that_changed_places_are_told() -> None:
    old = table(*ROWS, policy="FIRST")
    new = old.__class__(old.key, old.name, old.hit_policy, old.inputs, old.outputs, old.rules[::-1])
    places = [(each.element, each.what, each.old, each.new) for each in compare_tables(old, new)]
    assert places == [("r1", "place", "1", "2"), ("r2", "place", "2", "1")]


def test_a_new_column_is_told_and_its_cells_in_every_row() -> None:
    wide = table(
        (["< 100", "-"], ['"small"']),
        ([">= 100", "true"], ['"large"']),
        inputs=column("amount_fen", "integer") + column("urgent", "boolean"),
    )
    found = compare_tables(table(*ROWS), wide)
    assert found[0] == Difference(Change.ADDED, "urgent", "column", "", "urgent")
    assert Difference(Change.CHANGED, "r2", "input:urgent", "", "true") in found
