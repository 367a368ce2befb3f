"""The figures of one process, a table a question: every number opens its matters (C10, R4)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.web.access import PageRequest, signed_in
from lianjing.web.analysis_columns import opening
from lianjing.web.analysis_peers import sizes_of
from lianjing.web.analysis_topics import TOPICS, topics_of
from lianjing.web.analysis_view import View, status_of, view_of
from lianjing.web.context import WATCHERS
from lianjing.web.listing import Column
from lianjing.web.register import Roll


@signed_in(kinds=WATCHERS)
@require_safe
def statistics(request: PageRequest, topic: str = "flows") -> HttpResponse:
    """Show one table of figures; every number opens its matters."""
    view, context = view_of(request)
    topics = topics_of(view)
    if topic not in {each["key"] for each in topics}:
        raise Http404
    chosen = TOPICS[topic]
    rows: list[Any] = []
    columns: list[Column] = []
    if view is not None:
        with view.held.lock:
            rows = list(chosen.rows(view))
        columns = opening(chosen.columns(view))
    listing = roll_of(request, rows, columns, view, table=f"analysis-{topic}")
    if listing.wants_excel:
        return listing.excel(_(chosen.label))
    context |= {"listing": listing, "topic": topic, "title": _(chosen.label), "hint": _(chosen.hint)}
    context["topics"] = topics
    if view is not None and topic == "unlike":
        context["sizes"] = [(name, view.stack.query(size=name)) for name in ("", *sizes_of(view))]
    return render(request, "lianjing/analysis_statistics.html", context, status=status_of(context))


def roll_of(
    request: PageRequest, rows: list[Any], columns: list[Column], view: View | None, **more: Any
) -> Roll:
    """Return rows of a look as a list page that carries the stack on."""
    return Roll(
        request,
        rows,  # type: ignore[arg-type]  # a Roll takes a list
        columns,
        empty_text=_("没有符合条件的记录"),
        kept=view.stack.parts if view is not None else (),
        **more,
    )
