from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.meeting.rules import (
    Member,
    attending,
    has_passed,
    is_quorate,
    needed_for_quorum,
    refuse_view,
    refuse_vote,
    result,
)

QUORUM, MAJORITY = Fraction(2, 3), Fraction(1, 2)


def body(count: int, **columns: object) -> list[Member]:
    return [Member(number, is_head=number == 0, is_present=True, **columns) for number in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("all_members", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (6, 4), (7, 5), (9, 6)])
def test_two_thirds_are_counted_exactly(all_members: int, needed: int) -> None:
    assert needed_for_quorum(all_members, QUORUM) == needed
    there = [replace(member, is_present=member.person_id < needed) for member in body(all_members)]
    assert is_quorate(there, QUORUM)
    assert not is_quorate(
        [replace(member, is_present=member.person_id < needed - 1) for member in there], QUORUM
    )


def test_an_empty_meeting_has_no_quorum() -> None:
    assert not is_quorate([], QUORUM)


def test_a_recused_member_does_not_count_as_present() -> None:
    members = body(3)
    assert is_quorate([*members[:2], replace(members[2], is_present=False)], QUORUM)
    assert not is_quorate(
        [members[0], replace(members[1], is_recused=True), replace(members[2], is_present=False)], QUORUM
    )


def test_half_of_all_members_is_not_a_majority() -> None:
    members = body(4, has_view=True)
    two = [replace(member, choice="for" if member.person_id < 2 else "abstain") for member in members]
    assert not has_passed(two, MAJORITY)
    assert has_passed(
        [replace(member, choice="for" if member.person_id < 3 else "against") for member in members], MAJORITY
    )


def test_the_majority_is_one_of_all_members_not_of_those_present() -> None:
    members = [
        replace(member, is_present=member.person_id < 4, choice="for" if member.person_id < 3 else "against")
        for member in body(6)
    ]
    assert is_quorate(members, QUORUM)
    assert not has_passed(members, MAJORITY)


def test_a_recused_vote_never_counts() -> None:
    members = [replace(member, choice="for", is_recused=member.person_id == 2) for member in body(3)]
    assert sum(member.choice == "for" for member in attending(members)) == 2
    assert has_passed(members, MAJORITY)
    assert not has_passed([replace(member, is_recused=member.person_id > 0) for member in members], MAJORITY)


@given(st.data(), st.integers(2, 7))
def test_the_head_is_last_in_every_order_that_is_accepted(data: st.DataObject, count: int) -> None:
    away = data.draw(st.sets(st.integers(1, count - 1)))
    members = [replace(member, is_present=member.person_id not in away) for member in body(count)]
    order = data.draw(st.lists(st.integers(0, count), max_size=20))
    spoken: list[int] = []
    for person in order:
        try:
            refuse_view(members, person)
        except Refusal:
            continue
        spoken.append(person)
        members = [
            replace(member, has_view=member.has_view or member.person_id == person) for member in members
        ]
    assert len(set(spoken)) == len(spoken)
    assert not set(spoken) & away
    if 0 in spoken:
        assert spoken[-1] == 0
        assert len(spoken) == count - len(away)


def test_the_head_speaks_first_only_when_he_is_alone_or_all_others_are_recused() -> None:
    members = body(3)
    with pytest.raises(Refusal) as caught:
        refuse_view(members, 0)
    assert (caught.value.rule, caught.value.clause) == ("meeting.head_last", "zone_collective#6")
    refuse_view([members[0], *[replace(member, is_recused=True) for member in members[1:]]], 0)


@pytest.mark.parametrize(
    ("change", "person", "rule"),
    [
        ({"is_recused": True}, 1, "meeting.recused"),
        ({"is_present": False}, 1, "meeting.absent"),
        ({}, 99, "meeting.not_member"),
        ({"has_view": True}, 1, "meeting.view_given"),
    ],
)
def test_who_may_not_speak_is_told_why(change: dict[str, bool], person: int, rule: str) -> None:
    members = [replace(member, **change) if member.person_id == 1 else member for member in body(3)]
    with pytest.raises(Refusal) as caught:
        refuse_view(members, person)
    assert caught.value.rule == rule
    assert caught.value.clause


def test_a_vote_follows_ones_own_view_and_is_cast_once() -> None:
    members = body(3)
    with pytest.raises(Refusal, match="先发表意见"):
        refuse_vote(members, 1, "for")
    spoken = [replace(member, has_view=True) for member in members]
    refuse_vote(spoken, 1, "abstain")
    with pytest.raises(Refusal) as caught:
        refuse_vote(spoken, 1, "recused")
    assert caught.value.ground is Ground.FORM
    with pytest.raises(Refusal) as caught:
        refuse_vote([replace(member, choice="for") for member in spoken], 1, "against")
    assert caught.value.rule == "meeting.vote_cast"


@given(st.integers(1, 9), st.data())
def test_no_result_without_quorum_and_every_vote(count: int, data: st.DataObject) -> None:
    choices = data.draw(
        st.lists(st.sampled_from(["", "for", "against", "abstain"]), min_size=count, max_size=count)
    )
    there = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    recused = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    members = [
        Member(number, number == 0, there[number], recused[number], True, choices[number])
        for number in range(count)
    ]
    counted = [member for member in members if member.is_present and not member.is_recused]
    try:
        outcome = result(members, quorum=QUORUM, majority=MAJORITY)
    except Refusal as refusal:
        assert refusal.rule in ("meeting.no_quorum", "meeting.votes_missing")
        assert len(counted) * 3 < count * 2 or any(not member.choice for member in counted)
    else:
        agreed = [member for member in counted if member.choice == "for"]
        assert len(counted) * 3 >= count * 2
        assert (outcome == "passed") == (len(agreed) * 2 > count)
