"""Lists that load what a page of rows needs at once, that are no query, or whose export leaves a trail line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from django.core.paginator import Page
from django.http import HttpResponse

from lianjing.web import access_log
from lianjing.web.access import PageRequest, person_of
from lianjing.web.excel import download
from lianjing.web.listing import Listing

CHUNK = 500


@dataclass
class Register(Listing):
    """A listing whose `prepare(rows)` loads at once what the shown or exported rows need."""

    prepare: Callable[[list[Any]], None] | None = None

    @property
    def page(self) -> Page[Any]:
        """The page asked for, its rows prepared."""
        if self._page is None:
            page = super().page
            page.object_list = list(page.object_list)
            self._prepare(page.object_list)
        assert self._page is not None
        return self._page

    def excel(self, title: str) -> HttpResponse:
        """Return all rows found as a sheet, and record who took it."""
        rows = list(self._values())
        access_log.note_export(person_of(self.request), title, len(rows), cast(PageRequest, self.request).now)
        return download(title, [column.label for column in self.columns], rows)

    def _values(self) -> Iterator[list[Any]]:
        source = self._source()
        while chunk := list(islice(source, CHUNK)):
            self._prepare(chunk)
            for row in chunk:
                yield [column.value(row) for column in self.columns]

    def _source(self) -> Iterator[Any]:
        return self.found.iterator(chunk_size=CHUNK)

    def _prepare(self, rows: list[Any]) -> None:
        if self.prepare is not None:
            self.prepare(rows)


@dataclass
class Roll(Register):
    """The same look for rows that are computed: `queryset` is a list, `lookup` of a filter a test of value and row.

    Searched are the words that the columns show.
    """

    @property
    def found(self) -> Any:
        """The rows after search, filters and sort."""
        if self._found is None:
            self._found = cast(Any, self._in_order(self._kept(list(self.queryset))))
        return self._found

    def _source(self) -> Iterator[Any]:
        return iter(self.found)

    def _kept(self, rows: list[Any]) -> list[Any]:
        if self.search:
            words = self.search.casefold()
            rows = [
                row
                for row in rows
                if any(words in str(column.value(row) or "").casefold() for column in self.columns)
            ]
        for each in self.filters:
            chosen = self.request.GET.get(each.name, "")
            if chosen in [str(choice) for choice, _word in each.choices]:
                test = cast(Callable[[str], Callable[[Any], bool]], each.lookup)(chosen)
                rows = [row for row in rows if test(row)]
        return rows

    def _in_order(self, rows: list[Any]) -> list[Any]:
        wanted = self.request.GET.get("sort", "")
        column = next((each for each in self.columns if each.sort and wanted.lstrip("-") == each.key), None)
        if column is None:
            return rows
        known = [row for row in rows if column.value(row) is not None]
        unknown = [row for row in rows if column.value(row) is None]
        return sorted(known, key=column.value, reverse=wanted.startswith("-")) + unknown
