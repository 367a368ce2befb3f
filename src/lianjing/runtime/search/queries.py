"""Finds entries by words or a sum: through the index, and among the rows that it has not taken in yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from lianjing.runtime.search.indexing import entry_of, sums_of
from lianjing.runtime.search.models import SearchAmount, SearchEntry, SearchMark, SearchTerm
from lianjing.runtime.search.subjects import subjects
from lianjing.runtime.search.terms import Field, is_spelling, wanted, words_of
from lianjing.runtime.trail.models import ActRow, Leaf, Pending

COMMON = 5_000  # a pair in more entries than this is not worth fetching: recent entries are walked instead
TAIL = 1_000  # events that a search reads past the index


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found; `following` is the id below which the next page begins, None on the last."""

    entries: tuple[SearchEntry, ...]
    following: int | None = None


@dataclass(frozen=True, slots=True)
class Tail:
    """The rows that changed since the index was last brought up; `is_whole` False where there are too many to read."""

    keys: frozenset[tuple[str, str]]
    is_whole: bool

    def rows(self, kinds: Collection[str]) -> list[tuple[Any, Any]]:
        """Return the present rows of these kinds, each with its subject."""
        found = []
        for table, subject in subjects().items():
            keys = [key for place, key in self.keys if place == table]
            if subject.kind in kinds and keys:
                found += [
                    (subject, row)
                    for row in subject.model._default_manager.filter(pk__in=keys).order_by("-pk")
                ]
        return found


def tail() -> Tail:
    """Return what the index has not taken in: events after its mark, and those still without a number."""
    mark = SearchMark.objects.filter(pk=1).values_list("leaf", flat=True).first()
    numbered = Leaf.objects.filter(idx__gt=-1 if mark is None else mark).order_by("-idx")
    events = list(numbered.values_list("event_id", flat=True)[: TAIL + 1])
    events += list(Pending.objects.order_by("-id").values_list("event_id", flat=True)[: TAIL + 1])
    rows = ActRow.objects.filter(event_id__in=events[:TAIL], table_name__in=list(subjects()))
    return Tail(frozenset(rows.values_list("table_name", "row_key")), len(events) <= TAIL)


def find(
    query: str,
    kinds: Collection[str],
    *,
    matters: QuerySet[Any] | None,
    late: Tail,
    limit: int,
    below: int | None = None,
) -> Found:
    """Return the newest entries in which every word of the query stands, in these matters (None: of no matter)."""
    words = words_of(query)
    if not words:
        return Found(())
    entries = _in_scope(SearchEntry.objects.filter(kind__in=kinds), matters)
    for word in words:
        entries = entries.filter(_holds(word))
    entries = _driven(entries, words[0])
    if below is not None:
        entries = entries.filter(id__lt=below)
    fresh: list[SearchEntry] = []
    if below is None:
        made = [entry for subject, row in late.rows(kinds) if (entry := entry_of(subject, row))]
        fresh = _seen([entry for entry in made if all(_stands(word, entry) for word in words)], matters)
    listed = [
        entry
        for entry in entries.order_by("-id")[: limit + 1 + len(late.keys)]
        if (entry.table_name, entry.row_key) not in late.keys
    ]
    following = listed[limit - 1].id if len(listed) > limit else None
    return Found((*fresh, *listed[:limit]), following)


def find_sum(
    amount_fen: int, *, matters: QuerySet[Any], late: Tail, limit: int
) -> list[tuple[SearchEntry, str]]:
    """Return the entries in which a sum is exactly this, each with the column that holds it."""
    indexed = SearchAmount.objects.filter(amount_fen=amount_fen, entry__matter_id__in=matters.values("id"))
    found = [
        (row.entry, row.column)
        for row in indexed.select_related("entry").order_by("-entry_id")[: limit + len(late.keys)]
        if (row.entry.table_name, row.entry.row_key) not in late.keys
    ]
    fresh = [
        (entry, column)
        for subject, row in late.rows({"record"})
        for column, fen in sums_of(subject, row)
        if fen == amount_fen and (entry := entry_of(subject, row))
    ]
    kept = {id(entry) for entry in _seen([entry for entry, _column in fresh], matters)}
    return ([each for each in fresh if id(each[0]) in kept] + found)[:limit]


def _in_scope(entries: QuerySet[SearchEntry], matters: QuerySet[Any] | None) -> QuerySet[SearchEntry]:
    if matters is None:
        return entries.filter(matter_id__isnull=True)
    return entries.filter(matter_id__in=matters.values("id"))


def _seen(entries: Sequence[SearchEntry], matters: QuerySet[Any] | None) -> list[SearchEntry]:
    if matters is None or not entries:
        return [entry for entry in entries if entry.matter_id is None]
    ids = {entry.matter_id for entry in entries}
    seen = set(matters.filter(id__in=ids).values_list("id", flat=True))
    return [entry for entry in entries if entry.matter_id in seen]


def _holds(word: str) -> Q:
    holds = Q(text__contains=word)
    if is_spelling(word):
        holds |= Q(initials__contains=word) | Q(reading__contains=word)
    return holds


def _stands(word: str, entry: SearchEntry) -> bool:
    return word in entry.text or (is_spelling(word) and (word in entry.initials or word in entry.reading))


def _driven(entries: QuerySet[SearchEntry], word: str) -> QuerySet[SearchEntry]:
    """Begin from the rarest pair of the word; where even that one is common, leave the walk by age as it is."""
    fields = list(Field) if is_spelling(word) else [Field.TEXT]
    places = Q()
    for field in fields:
        rarest = _rarest(word, field)
        if rarest is None:
            return entries
        places |= Q(id__in=rarest.values("entry_id"))
    return entries.filter(places)


def _rarest(word: str, field: Field) -> QuerySet[SearchTerm] | None:
    best: tuple[int, QuerySet[SearchTerm]] | None = None
    for first, last in wanted(word, field):
        rows = SearchTerm.objects.filter(term__gte=first, term__lte=last)
        if first == last:
            rows = SearchTerm.objects.filter(term=first)
        count = rows[: COMMON + 1].count()
        if best is None or count < best[0]:
            best = (count, rows)
        if count == 0:
            break
    assert best is not None  # a word has at least one character
    return None if best[0] > COMMON else best[1]
