"""The index of search: pairs of characters, kept up by leaf number, exact on what it has not taken in yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.domains.works.models import Project
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.search.indexing import index_due, rebuild
from lianjing.runtime.search.models import SearchEntry, SearchMark, SearchTerm
from lianjing.runtime.search.queries import find, find_sum, tail
from lianjing.runtime.search.terms import Field, normal, terms_of, wanted, words_of
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.sequencer import sequence_all
from tests.domains.works.playing import Play

KINDS = ("matter", "record")


def titles(query: str, matters=None) -> set[str]:
    scope = Matter.objects.all() if matters is None else matters
    found = find(query, KINDS, matters=scope, late=tail(), limit=50)
    return {Matter.objects.get(pk=entry.matter_id).title for entry in found.entries}


def brought_up(play: Play) -> None:
    sequence_all()
    index_due(play.scene.now)
    assert not tail().keys


TEXTS = st.text(alphabet="望汀大道改造工程𠮷䶮〔〕 2025aB-", max_size=12)


@given(TEXTS, TEXTS, TEXTS)
def test_every_part_of_a_text_is_led_to_by_its_terms(before: str, word: str, after: str) -> None:
    text, part = normal(before + word + after), normal(word)
    terms = terms_of(text)
    for first, last in wanted(part) if part else ():
        assert any(first <= term <= last for term in terms)


def test_terms_of_two_fields_never_meet() -> None:
    assert not terms_of("wtdd", Field.INITIALS) & (terms_of("wtdd") | terms_of("wtdd", Field.READING))


def test_full_width_case_and_signs_make_no_difference() -> None:
    assert normal("澜经建变〔２０２５〕０００７号") == normal("澜经建变[2025] 0007 号")
    assert words_of("  望汀大道  PPP ") == ["望汀大道", "ppp"]
    assert words_of("〔〕 —— %") == []


@pytest.mark.parametrize("is_indexed", [False, True], ids=["before the index", "from the index"])
def test_a_project_is_found_by_two_characters_by_one_by_words_by_initials_and_by_number(
    play: Play, project: Matter, is_indexed: bool
) -> None:
    if is_indexed:
        brought_up(play)
    code = Matter.objects.get(pk=project.pk).code
    for query in ("望汀", "汀", "大道 望汀", "wtdd", "WTDD", code[-6:], normal(code)):
        assert project.title in titles(query), query
    for query in ("汀望", "望汀大道 水库", "zzzz", "望x汀", "%"):
        assert titles(query) == set(), query


@pytest.mark.parametrize("is_indexed", [False, True], ids=["before the index", "from the index"])
def test_nothing_outside_the_scope_is_found(play: Play, project: Matter, is_indexed: bool) -> None:
    if is_indexed:
        brought_up(play)
    assert titles("望汀", Matter.objects.none()) == set()


def test_a_changed_row_is_found_by_its_new_words_at_once_and_by_its_old_ones_no_more(
    play: Play, project: Matter
) -> None:
    brought_up(play)
    matter = Matter.objects.get(pk=project.pk)
    matter.title = "砼固路𠮷桥"
    with recorded("matter.rename", chain=f"matter:{matter.pk}", actor=SYSTEM, now=play.scene.now) as act:
        act.save(matter)
    for _state in ("in the queue", "indexed"):
        assert titles("𠮷桥") == {"砼固路𠮷桥"} and titles("望汀大道") == set()
        brought_up(play)
    assert SearchEntry.objects.filter(table_name="matter", row_key=str(matter.pk)).count() == 1


def test_a_sum_is_found_to_the_fen_and_only_in_scope(play: Play, project: Matter) -> None:
    record = next(iter(project_sums(project)))
    for _state in ("in the queue", "indexed"):
        hits = find_sum(record, matters=Matter.objects.all(), late=tail(), limit=10)
        assert project.pk in {entry.matter_id for entry, _column in hits}
        assert find_sum(record + 1, matters=Matter.objects.all(), late=tail(), limit=10) == []
        assert find_sum(record, matters=Matter.objects.none(), late=tail(), limit=10) == []
        brought_up(play)


def project_sums(project: Matter) -> list[int]:
    row = Project.objects.get(pk=project.pk)
    return [int(row.total_investment * 100)] if row.total_investment else []


def test_the_index_made_anew_from_the_tables_is_the_one_kept_up(play: Play, project: Matter) -> None:
    brought_up(play)

    def whole() -> set[tuple[str, str, str, int]]:
        rows = SearchTerm.objects.values_list("entry__table_name", "entry__row_key", "entry__text", "term")
        return set(rows)

    kept_up = whole()
    rebuild()
    assert whole() == kept_up and not tail().keys
    assert index_due(play.scene.now) == 0


def test_an_index_that_was_interrupted_goes_on_where_it_stopped(
    play: Play, project: Matter, monkeypatch
) -> None:
    sequence_all()
    monkeypatch.setattr("lianjing.runtime.search.indexing.BATCH", 7)
    index_due(play.scene.now)
    first = SearchEntry.objects.count()
    SearchMark.objects.update(leaf=3)  # as after a restore of an older copy
    index_due(play.scene.now + timedelta(hours=1))
    assert SearchEntry.objects.count() == first


def test_pages_of_results_neither_repeat_nor_leave_out(play: Play) -> None:
    names = [f"岑砺岳{number:02d}" for number in range(25)]
    with recorded("org.persons", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        for name in names:
            act.save(Person(name=name, pseudonym=f"p{name}", kind="official", pinyin="cen li yue"))
    brought_up(play)
    seen, below = [], None
    while True:
        found = find("砺岳", ("person",), matters=None, late=tail(), limit=10, below=below)
        seen += [entry.row_key for entry in found.entries]
        if found.following is None:
            break
        below = found.following
    assert len(seen) == len(set(seen)) == 25


def test_common_pairs_are_walked_by_age_and_still_found(play: Play, project: Matter, monkeypatch) -> None:
    brought_up(play)
    monkeypatch.setattr("lianjing.runtime.search.queries.COMMON", 0)
    assert project.title in titles("望汀大道")


def test_a_tail_too_long_to_read_is_said(play: Play, project: Matter, monkeypatch) -> None:
    monkeypatch.setattr("lianjing.runtime.search.queries.TAIL", 2)
    assert not tail().is_whole
    brought_up(play)
    assert tail().is_whole
