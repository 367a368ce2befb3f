"""Lists that load what a page of rows needs at once, that are no query, or whose export leaves a trail line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import render

from lianjing.web import access_log
from lianjing.web.access import PageRequest, person_of
from lianjing.web.excel import download
from lianjing.web.listing import ROWS, Listing
from lianjing.web.row_answer import rows_answer

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
        """Return all rows found as a sheet, and record who took it and why; rows alone for other programs.

        With personal columns among them the reason is asked for first.
        """
        if self.request.GET.get("export") == ROWS:
            return rows_answer(self, title)
        summary = self.summary
        taken = () if summary is not None else self.report_columns
        personal = [str(column.label) for column in taken if column.is_personal]
        reason = self.request.GET.get("reason", "")
        if personal and len(reason.strip()) < access_log.SHORTEST_REASON:
            return self._ask_reason(title, personal)
        if summary is not None:
            heads, rows = summary.table()
        else:
            heads = [column.label for column in taken]
            rows = [[column.value(row) for column in taken] for row in self.all_rows()]
        access_log.note_export(
            person_of(self.request),
            title,
            len(rows),
            cast(PageRequest, self.request).now,
            columns=[str(head) for head in heads],
            personal=personal,
            reason=reason,
        )
        return download(title, heads, rows)

    def _ask_reason(self, title: str, personal: list[str]) -> HttpResponse:
        """Ask why a list with personal columns is taken away; the answer leads back to the same list."""
        kept = [(name, value) for name, value in self.request.GET.items() if name != "reason"]
        context = {
            "title": title,
            "personal": personal,
            "kept": kept,
            "is_short": "reason" in self.request.GET,
            "place": self.request.path,
        }
        return render(
            self.request, "lianjing/export_reason.html", context, status=422 if context["is_short"] else 200
        )

    def make_ready(self, rows: list[Any]) -> None:
        """Load what these rows need."""
        self._prepare(rows)

    def all_rows(self) -> Iterator[Any]:
        """Yield every row found, prepared."""
        source = self._source()
        while chunk := list(islice(source, CHUNK)):
            self._prepare(chunk)
            yield from chunk

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
