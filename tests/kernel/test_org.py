"""Authority by dated appointments and delegations, and the conflict-of-duty matrix."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.org import (
    Conflict,
    Holder,
    Lending,
    Term,
    ancestors,
    conflicting,
    descendants,
    holders,
    is_above,
)

DAY = date(2025, 3, 3)
ONE = timedelta(days=1)


def test_an_appointment_covers_its_first_and_last_day_and_no_other():
    term = Term(1, 7, DAY, DAY + ONE)
    assert [bool(holders(7, DAY + n * ONE, [term], [])) for n in (-1, 0, 1, 2)] == [False, True, True, False]


def test_a_delegate_acts_for_the_holder():
    lending = Lending(2, 7, DAY, DAY, from_person_id=1)
    assert holders(7, DAY, [Term(1, 7, DAY)], [lending]) == [Holder(1), Holder(2, 1)]


def test_authority_that_is_gone_cannot_be_lent():
    lending = Lending(2, 7, DAY, DAY + 30 * ONE, from_person_id=1)
    assert holders(7, DAY + ONE, [Term(1, 7, DAY, DAY)], [lending]) == []


def test_a_holder_who_is_also_a_delegate_acts_for_himself():
    lending = Lending(2, 7, DAY, DAY, from_person_id=1)
    assert holders(7, DAY, [Term(1, 7, DAY), Term(2, 7, DAY)], [lending]) == [Holder(1), Holder(2)]


MATTER = Conflict("apply", "approve", "matter", "c#4")
PROJECT = Conflict("audit", "recheck", "project", "c#4")


def test_a_pair_conflicts_in_either_order():
    assert conflicting("approve", ["apply"], [], [MATTER]) is MATTER
    assert conflicting("apply", ["approve"], [], [MATTER]) is MATTER


def test_a_pair_of_scope_matter_does_not_reach_other_matters_of_the_project():
    assert conflicting("approve", [], ["apply"], [MATTER]) is None


def test_a_pair_of_scope_project_reaches_all_matters_of_the_project():
    assert conflicting("recheck", [], ["audit"], [PROJECT]) is PROJECT


def test_doing_the_same_duty_twice_is_no_conflict():
    assert conflicting("apply", ["apply"], ["apply"], [MATTER, PROJECT]) is None


trees = st.dictionaries(st.integers(1, 12), st.one_of(st.none(), st.integers(1, 12)), max_size=12)


@given(trees, st.integers(1, 12))
def test_walks_of_the_unit_tree_end_even_in_a_ring(tree, unit):
    assert ancestors(unit, tree)[0] == unit
    assert unit in descendants(unit, tree)


@given(trees, st.integers(1, 12), st.integers(1, 12))
def test_above_and_below_are_each_others_mirror(tree, upper, lower):
    tree.setdefault(upper, None)
    tree.setdefault(lower, None)
    assert (upper in ancestors(lower, tree)) == (lower in descendants(upper, tree))
    assert is_above(lower, [upper], tree) == (upper in ancestors(lower, tree))
