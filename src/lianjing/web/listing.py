"""One shape for every list: search, filters, sort, columns, pages, export to Excel, print."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from lianjing.web.excel import download
from lianjing.web.paging import COUNTED_TO, CappedPaginator, page_by_key
from lianjing.web.summary import Summary, summed
from lianjing.web.templatetags.ui import NONE_SIGN, money

PER_PAGE = 20
LONGEST_EXPORT = 100_000
ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `value(row)` is what is shown and exported, `sort` the ORM expression it sorts by ("" for none).

    `kind` is text, money (yuan), number, day, time, status or clock; `url(row)` opens what the cell names; `tone(row)`
    colours a status; a hidden column is offered in the chooser. `shown(row)` gives the value of a clock's light. Who
    takes a personal column away says why.
    """

    key: str
    label: str
    value: Callable[[Any], Any]
    sort: str = ""
    kind: str = "text"
    url: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None
    is_hidden: bool = False
    shown: Callable[[Any], Any] | None = None
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice above a list; `lookup` is an ORM lookup or a function from the value to a condition."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    lookup: str | Callable[[str], Q]


@dataclass(frozen=True, slots=True)
class DateFilter:
    """One date above a list; `lookup` such as `opened_on__gte`."""

    name: str
    label: str
    lookup: str


@dataclass
class Listing:
    """A list page in the making: reads q, the filters, sort and page from the address."""

    request: HttpRequest
    queryset: QuerySet[Any]
    columns: Sequence[Column]
    search_fields: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    dates: Sequence[DateFilter] = ()
    table: str = "list"
    search_label: str = ""
    per_page: int = PER_PAGE
    row_class: Callable[[Any], str] | None = None
    search_with: Callable[[str], Q] | None = None
    empty_text: str = ""
    kept: Sequence[tuple[str, str]] = ()  # what else of the address a search must carry on
    _found: QuerySet[Any] | None = field(default=None, init=False)
    _page: Page[Any] | None = field(default=None, init=False)

    @property
    def found(self) -> QuerySet[Any]:
        """The rows after search, filters and sort."""
        if self._found is None:
            self._found = self._sorted(self._narrowed())
        return self._found

    @property
    def page(self) -> Page[Any]:
        """The page asked for, by number or by key; the nearest one where that does not exist."""
        if self._page is None:
            given = self.request.GET
            size = given.get("per_page", "")
            paginator = CappedPaginator(
                self.found, int(size) if size in ("10", "20", "50", "100") else self.per_page
            )
            after, before = given.get("after", ""), given.get("before", "")
            rows: Any = self.found  # a list in a Roll
            if isinstance(rows, QuerySet) and (after or before or paginator.is_capped):
                self._page = page_by_key(rows, paginator, after=after, before=before)
            else:
                self._page = paginator.get_page(given.get("page"))
        return self._page

    @property
    def is_capped(self) -> bool:
        """True where more rows were found than are counted."""
        return bool(getattr(self.page.paginator, "is_capped", False))

    @property
    def count_words(self) -> str:
        """How many rows were found: exact to 10,000, then "10,000+"."""
        return f"{COUNTED_TO:,}+" if self.is_capped else str(self.page.paginator.count)

    @property
    def search(self) -> str:
        """What was searched for."""
        return self.request.GET.get("q", "").strip()[:80]

    @property
    def wants_excel(self) -> bool:
        """True where the address asks for the list as a file: a sheet, or rows for other programs."""
        return self.request.GET.get("export") in ("xlsx", ROWS)

    @property
    def tool_filters(self) -> list[dict[str, Any]]:
        """The filters as parts/table_tools.html draws them."""
        given = self.request.GET
        return [
            {
                "name": each.name,
                "label": each.label,
                "choices": each.choices,
                "value": given.get(each.name, ""),
            }
            for each in self.filters
        ]

    @property
    def tool_dates(self) -> list[dict[str, Any]]:
        """The dates as parts/table_tools.html draws them."""
        return [
            {"name": each.name, "label": each.label, "value": self.request.GET.get(each.name, "")}
            for each in self.dates
        ]

    @property
    def report_columns(self) -> Sequence[Column]:
        """The columns that a report chose (`cols` in the address), in the order of the list; all where none is."""
        wanted = self.request.GET.get("cols", "").split(",")
        return [column for column in self.columns if column.key in wanted] or self.columns

    @property
    def shown_columns(self) -> list[dict[str, Any]]:
        """The columns as the chooser draws them: a report's choice stands before the list's own."""
        chosen = {column.key for column in self.report_columns}
        is_report = bool(self.request.GET.get("cols"))
        return [
            {
                "key": column.key,
                "label": column.label,
                "is_hidden": column.key not in chosen if is_report else column.is_hidden,
            }
            for column in self.columns
        ]

    @property
    def summary(self) -> Summary | None:
        """The rows found summed up by the column that the address names (`group`); None for no grouping."""
        wanted = self.request.GET.get("group", "")
        column = next((each for each in self.columns if each.key == wanted), None)
        return None if column is None else summed(self.all_rows(), self.columns, column)

    def all_rows(self) -> Iterator[Any]:
        """Yield every row found, at most as many as an export holds."""
        yield from self.found[:LONGEST_EXPORT].iterator(chunk_size=2000)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the page as parts/listing.html draws them."""
        for row in self.page.object_list:
            yield {
                "css": self.row_class(row) if self.row_class else "",
                "cells": [_cell(column, row) for column in self.columns],
            }

    def excel(self, title: str) -> HttpResponse:
        """Return all rows found as a sheet, or their sums where the address groups them."""
        if (summary := self.summary) is not None:
            return download(title, *summary.table())
        columns = self.report_columns
        return download(
            title,
            [column.label for column in columns],
            ([column.value(row) for column in columns] for row in self.all_rows()),
        )

    def _narrowed(self) -> QuerySet[Any]:
        rows = self.queryset
        if self.search and self.search_with is not None:
            rows = rows.filter(self.search_with(self.search))
        elif self.search and self.search_fields:
            condition = Q()
            for name in self.search_fields:
                condition |= Q(**{f"{name}__icontains": self.search})
            rows = rows.filter(condition)
        for each in self.filters:
            rows = _filtered(rows, each, self.request.GET.get(each.name, ""))
        for date_filter in self.dates:
            day = day_of(self.request.GET.get(date_filter.name, ""))
            if day is not None:
                rows = rows.filter(**{date_filter.lookup: day})
        return rows

    def _sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.request.GET.get("sort", "")
        for column in self.columns:
            if column.sort and wanted.lstrip("-") == column.key:
                place = F(column.sort)
                order = place.desc(nulls_last=True) if wanted.startswith("-") else place.asc(nulls_last=True)
                return rows.order_by(order, "pk")
        return rows if rows.query.order_by or rows.query.extra_order_by else rows.order_by("pk")


def _filtered(rows: QuerySet[Any], each: Filter, value: str) -> QuerySet[Any]:
    if value not in [str(choice) for choice, _word in each.choices]:
        return rows
    return rows.filter(each.lookup(value)) if callable(each.lookup) else rows.filter(**{each.lookup: value})


def day_of(text: str) -> date | None:
    """Return the day of an ISO date in an address, None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cell(column: Column, row: Any) -> dict[str, Any]:
    value = column.shown(row) if column.shown else column.value(row)
    if column.kind == "money":
        value = money(value)
    elif column.kind in ("text", "number") and value in (None, ""):
        value = NONE_SIGN
    return {
        "column": column,
        "value": value,
        "url": column.url(row) if column.url else "",
        "tone": column.tone(row) if column.tone else "plain",
        "is_number": column.kind in ("money", "number"),
    }
