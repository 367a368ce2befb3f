"""Every kind of change that a replay finds is a sentence in the reader's language, with the names of steps and units."""

from __future__ import annotations

import pytest

from lianjing.web.replay_words import KINDS, Names, estimate_words, kind_word, replayed_words

NAMES = Names(
    steps={("works_change", "joint"): "办局联审", ("works_visa", "joint"): "业主共同计量"},
    tables={"works_change_class": "工程变更定级"},
    columns={"change_class": "变更等级"},
    units={"ECO": "经济发展局"},
)


def row(kind: str, **given: str) -> dict[str, str]:
    return {
        "process": "works_change",
        "kind": kind,
        "element": "joint",
        "what": "",
        "old": "",
        "new": "",
    } | given


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_said_without_a_place_left_open(kind: str) -> None:
    for what in ("", "leader", "ECO"):
        words = replayed_words(row(kind, what=what, old="lead matter_unit", new="true"), NAMES)
        assert words and "%(" not in words
    assert kind_word(kind) != kind


def test_a_step_is_called_as_in_its_own_process() -> None:
    assert (
        replayed_words(row("added_step", what="ECO、XXX"), NAMES) == "增加环节：办局联审（经济发展局、XXX）"
    )
    assert "业主共同计量" in replayed_words(row("removed_step", process="works_visa"), NAMES)


@pytest.mark.django_db
def test_an_answer_is_said_by_its_code_where_there_is_a_list_and_as_it_stands_where_not() -> None:
    given = row("decision", element="works_change_class", what="body", old="a", new="b")
    assert replayed_words(given, NAMES) == "“工程变更定级”判定的“body”由“a”变为“b”"
    given |= {"what": "change_class", "old": "general", "new": "larger"}
    assert "变更等级" in replayed_words(given, NAMES)


def test_an_estimate_tells_what_it_rests_on() -> None:
    given = {"process": "works_change", "element": "joint", "days": "2.01", "basis": "usual", "sample": 23}
    assert estimate_words(given, NAMES) == "办局联审 2.01（往常用时的中位数，23件）"
    assert "—" in estimate_words(given | {"days": "", "basis": "none"}, NAMES)
