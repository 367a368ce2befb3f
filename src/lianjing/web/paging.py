"""Pages of a list of any length: numbered while the count is exact, from there on by the key of the last row.

A count is exact to 10,000; above it the list says "10,000+" and goes on by key, so that a page deep in a million rows
costs what the first one costs. Equal sort values are told apart by the primary key: no row is shown twice or left out
while others are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

COUNTED_TO = 10_000


@dataclass(frozen=True, slots=True)
class Key:
    """One part of a list's order; `has_nulls` for a column whose unknown values stand at the end."""

    name: str
    is_down: bool
    has_nulls: bool

    def order(self, *, is_back: bool) -> Any:
        """Return the order by this key, backwards where a page before is wanted."""
        is_down = self.is_down != is_back
        if not self.has_nulls:
            return f"-{self.name}" if is_down else self.name
        place = F(self.name)
        ends = {"nulls_first": True} if is_back else {"nulls_last": True}
        return place.desc(**ends) if is_down else place.asc(**ends)

    def beyond(self, value: Any, *, is_back: bool) -> Q | None:
        """Return what comes after a value of this key (before it where `is_back`); None where nothing does."""
        unknown = Q(**{f"{self.name}__isnull": True})
        if value is None:
            return ~unknown if is_back else None
        side = "lt" if self.is_down != is_back else "gt"
        further = Q(**{f"{self.name}__{side}": value})
        return further | unknown if self.has_nulls and not is_back else further

    def same(self, value: Any) -> Q:
        """Return what has this value."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


class CappedPaginator(Paginator):
    """Counts to 10,000 and no further."""

    @cached_property
    def count(self) -> int:
        """The number of rows, 10,000 where there are more."""
        return min(self._counted, COUNTED_TO)

    @property
    def is_capped(self) -> bool:
        """True where there are more rows than were counted."""
        return self._counted > COUNTED_TO

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by().values("pk")[: COUNTED_TO + 1].count()
        return len(rows)


class KeyedPage(Page):
    """A page of rows with the keys from which the next and the one before go on ("" where there is none)."""

    following = ""
    preceding = ""


def keys_of(rows: QuerySet[Any]) -> tuple[Key, ...] | None:
    """Return the order of rows as keys ending with the primary key; None for an order that is no plain column."""
    keys = []
    for part in rows.query.order_by:
        if isinstance(part, str) and part != "?":
            keys.append(Key(part.lstrip("-"), part.startswith("-"), has_nulls=False))
        elif isinstance(part, OrderBy) and isinstance(part.expression, F):
            name = str(getattr(part.expression, "name"))  # noqa: B009 - the stubs of F do not tell it
            keys.append(Key(name, part.descending, has_nulls=bool(part.nulls_last)))
        else:
            return None
    if not keys:
        return None
    if keys[-1].name not in ("pk", "id"):
        keys.append(Key("pk", keys[-1].is_down, has_nulls=False))
    return tuple(keys)


def page_by_key(
    rows: QuerySet[Any], paginator: CappedPaginator, *, after: str = "", before: str = ""
) -> KeyedPage:
    """Return the page after or before the row with a key; the first page where the key is not of this list."""
    keys, size = keys_of(rows), paginator.per_page
    is_back = bool(before)
    edge = _edge(rows, keys, before or after) if keys else None
    if keys is None or edge is None:
        found = list(rows[: size + 1])
        return _page(found[:size], paginator, has_more=len(found) > size, has_before=False)
    order = [key.order(is_back=is_back) for key in keys]
    beyond = _beyond(keys, edge, is_back=is_back)
    found = list(rows.filter(beyond).order_by(*order)[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if is_back:
        return _page(found[::-1], paginator, has_more=True, has_before=has_more)
    return _page(found, paginator, has_more=has_more, has_before=True)


def _page(found: list[Any], paginator: CappedPaginator, *, has_more: bool, has_before: bool) -> KeyedPage:
    page = KeyedPage(found, 1, paginator)
    page.following = str(found[-1].pk) if has_more and found else ""
    page.preceding = str(found[0].pk) if has_before and found else ""
    return page


def _edge(rows: QuerySet[Any], keys: Sequence[Key], pk: str) -> tuple[Any, ...] | None:
    if not pk.isdecimal() or len(pk) > 18:
        return None
    return rows.order_by().filter(pk=int(pk)).values_list(*(key.name for key in keys)).first()


def _beyond(keys: Sequence[Key], edge: Sequence[Any], *, is_back: bool) -> Q:
    """Rows beyond an edge: beyond by the first key, or equal by it and beyond by the next, and so on."""
    condition, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, edge, strict=True):
        further = key.beyond(value, is_back=is_back)
        if further is not None:
            condition |= equal & further
        equal &= key.same(value)
    first = keys[0]
    if not first.has_nulls and edge[0] is not None:
        # Said once more as a range, so that the database may begin in its index at the edge.
        side = "lte" if first.is_down != is_back else "gte"
        condition &= Q(**{f"{first.name}__{side}": edge[0]})
    return condition
