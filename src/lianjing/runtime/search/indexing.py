"""Keeps the index up with the tables: the only watermark is the leaf number of the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from lianjing.runtime.columns import fen
from lianjing.runtime.search.models import SearchAmount, SearchEntry, SearchMark, SearchTerm
from lianjing.runtime.search.subjects import Subject, subjects
from lianjing.runtime.search.terms import Field, initials_of, normal, terms_of
from lianjing.runtime.trail.models import ActRow, Leaf
from lianjing.runtime.trail.rapid import insert

BATCH = 500  # events, or rows of a table, in one transaction


def index_due(_now: datetime) -> int:
    """Take in what the trail numbered since the last time; return how many rows were indexed. A job of the worker."""
    total = 0
    while (count := _index_batch()) is not None:
        total += count
    return total


def _index_batch() -> int | None:
    with transaction.atomic():
        mark, _made = SearchMark.objects.select_for_update().get_or_create(pk=1)
        leaves = list(
            Leaf.objects.filter(idx__gt=mark.leaf).order_by("idx").values_list("idx", "event_id")[:BATCH]
        )
        if not leaves:
            return None
        touched = ActRow.objects.filter(
            event_id__in=[event_id for _idx, event_id in leaves], table_name__in=list(subjects())
        )
        keys: dict[str, set[str]] = {}
        for table, key in touched.values_list("table_name", "row_key"):
            keys.setdefault(table, set()).add(key)
        for table, wanted in keys.items():
            subject = subjects()[table]
            rows = subject.model._default_manager.filter(pk__in=wanted)
            _replace(table, sorted(wanted), [entry for row in rows if (entry := entry_of(subject, row))])
        mark.leaf = leaves[-1][0]
        mark.save(update_fields=["leaf"])
        return sum(len(each) for each in keys.values())


def rebuild(progress: Callable[[int, int], None] | None = None) -> int:
    """Make the index anew from the tables, in short transactions; what changes meanwhile is taken in afterwards."""
    with transaction.atomic():
        last = Leaf.objects.aggregate(last=Max("idx"))["last"]
        SearchTerm.objects.all().delete()
        SearchAmount.objects.all().delete()
        SearchEntry.objects.all().delete()
        SearchMark.objects.update_or_create(pk=1, defaults={"leaf": -1 if last is None else last})
    total = sum(subject.model._default_manager.count() for subject in subjects().values())
    done = 0
    for table, subject in subjects().items():
        for rows in _chunks(subject):
            with transaction.atomic():
                _replace(
                    table,
                    [str(row.pk) for row in rows],
                    [entry for row in rows if (entry := entry_of(subject, row))],
                )
            done += len(rows)
            if progress:
                progress(done, total)
    return done


def _chunks(subject: Subject) -> Iterable[Sequence[Any]]:
    last: Any = None
    while True:
        rows = subject.model._default_manager.order_by("pk")
        found = list((rows if last is None else rows.filter(pk__gt=last))[:BATCH])
        if not found:
            return
        yield found
        last = found[-1].pk


def entry_of(subject: Subject, row: Any) -> SearchEntry | None:
    """Return the entry of a row, not yet stored; None for a row in which there is nothing to find."""
    text = "\n".join(part for name in subject.texts if (part := normal(str(getattr(row, name) or ""))))
    sums = sums_of(subject, row)
    if not text and not sums:
        return None
    spoken = str(getattr(row, subject.spoken)) if subject.spoken else ""
    return SearchEntry(
        kind=subject.kind,
        table_name=subject.model._meta.db_table,
        row_key=str(row.pk),
        matter_id=subject.matter(row),
        text=text,
        initials=initials_of([spoken]) if spoken else "",
        reading=normal(getattr(row, subject.reading)) if subject.reading else "",
    )


def sums_of(subject: Subject, row: Any) -> list[tuple[str, int]]:
    """Return the sums of a row in fen, by column; unknown and zero sums are not looked for."""
    sums = ((name, getattr(row, name)) for name in subject.sums)
    return [(name, fen(amount)) for name, amount in sums if amount]


def _replace(table: str, keys: Sequence[str], entries: Sequence[SearchEntry]) -> None:
    """Put the entries of rows in place of those they had."""
    before = list(SearchEntry.objects.filter(table_name=table, row_key__in=keys).values_list("id", flat=True))
    if before:
        SearchTerm.objects.filter(entry_id__in=before).delete()
        SearchAmount.objects.filter(entry_id__in=before).delete()
        SearchEntry.objects.filter(id__in=before).delete()
    if not entries:
        return
    stored = SearchEntry.objects.bulk_create(entries)
    insert(SearchTerm, [SearchTerm(term=term, entry=entry) for entry in stored for term in _terms(entry)])
    subject = subjects()[table]
    if subject.sums:
        rows = subject.model._default_manager.in_bulk([entry.row_key for entry in stored])
        held = {str(key): row for key, row in rows.items()}
        amounts = [
            SearchAmount(entry=entry, column=column, amount_fen=amount)
            for entry in stored
            for column, amount in sums_of(subject, held[entry.row_key])
        ]
        insert(SearchAmount, amounts)


def _terms(entry: SearchEntry) -> set[int]:
    return (
        {term for part in entry.text.split("\n") for term in terms_of(part)}
        | terms_of(entry.initials, Field.INITIALS)
        | terms_of(entry.reading, Field.READING)
    )
