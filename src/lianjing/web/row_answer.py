"""A list as rows for other programs: the same search, filters, order and scope as its page, page by page by key."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import JsonResponse
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.web.paging import keys_of, page_by_key

if TYPE_CHECKING:
    from lianjing.web.register import Register

MOST = 200
USUAL = 50
OFFSET = "o"  # the place in a list that has no key: how many rows stand before


class RowsResponse(JsonResponse):
    """Rows of a list; `told` holds them before they became text."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        super().__init__(told, json_dumps_params={"ensure_ascii": False})


def rows_answer(listing: Register, title: str) -> RowsResponse:
    """Return a page of rows; BadInput for a place that is no longer in the list."""
    given = listing.request.GET
    size = _size(given.get("limit", ""))
    rows, following = _page(listing, given.get("after", ""), size)
    listing.make_ready(rows)
    told: dict[str, Any] = {
        "title": title,
        "columns": [
            {"key": each.key, "label": str(each.label), "kind": each.kind, "is_sortable": bool(each.sort)}
            for each in listing.columns
        ],
        "rows": [
            {
                "key": str(getattr(row, "pk", "") or ""),
                "values": {each.key: _plain(each.value(row)) for each in listing.columns},
            }
            for row in rows
        ],
        "following": following,
    }
    if not given.get("after"):
        told["filters"] = [
            {
                "name": each.name,
                "label": str(each.label),
                "choices": [str(value) for value, _word in each.choices],
            }
            for each in listing.filters
        ] + [
            {"name": each.name, "label": str(each.label), "choices": ["YYYY-MM-DD"]} for each in listing.dates
        ]
    return RowsResponse(told)


def _size(text: str) -> int:
    return (
        min(int(text), MOST)
        if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text)
        else USUAL
    )


def _page(listing: Register, after: str, size: int) -> tuple[list[Any], str]:
    found: Any = listing.found
    if isinstance(found, QuerySet) and keys_of(found) is not None and not after.startswith(OFFSET):
        if after and (not after.isdecimal() or len(after) > 18 or not found.filter(pk=int(after)).exists()):
            raise BadInput(_("分页游标所指的行已不在列表中，请从头读取"), "cursor")
        page = page_by_key(found, _Size(size), after=after)  # type: ignore[arg-type]
        return list(page.object_list), page.following
    start = int(after[1:]) if after[1:].isdecimal() and len(after) < 12 else 0
    rows = list(found[start : start + size + 1])
    return rows[:size], f"{OFFSET}{start + size}" if len(rows) > size else ""


class _Size:
    """How many rows a page holds, as the pages by key ask for it; nothing is counted."""

    def __init__(self, per_page: int) -> None:
        self.per_page = per_page


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case Decimal():
            return format(value, "f")
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)
