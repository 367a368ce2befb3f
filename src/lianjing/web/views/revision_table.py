"""The editor of a decision table: an ordinary form, usable without any script."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.process.decision import parse_decision
from lianjing.kernel.process.xml_source import BadSource
from lianjing.runtime import codes
from lianjing.runtime.parameter.queries import MissingFigure, figure, parameter_on
from lianjing.runtime.revision.bearing import known_to_table
from lianjing.runtime.revision.texts import said
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.part_saving import Part, Saved, faults_of, part_of, save
from lianjing.web.process_editor import clause_choices
from lianjing.web.table_editing import (
    POLICIES,
    TYPES,
    Table,
    changed,
    posted_table,
    read_table,
    with_own_ids,
    write_table,
)
from lianjing.web.views.parameters import mark_words
from lianjing.web.views.revision import revision_for
from lianjing.web.views.revision_edit import breadcrumbs
from lianjing.web.words import in_english


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def revision_decision(request: PageRequest, revision_id: int, key: str) -> HttpResponse:
    """Show a decision table of a revision; its author changes rows, columns and cells."""
    part = part_of(request, revision_for(request, revision_id), "decision", key)
    kept = read_table(part.text)
    if request.method == "GET":
        return _page(request, part, kept, None)
    try:
        table = with_own_ids(posted_table(request.POST, kept))
    except BadSource as error:
        return _page(request, part, kept, Saved(422, part.seen, said(error), []))
    act = request.POST.get("do", "save")
    if act != "save":
        return _page(request, part, changed(table, act), None, is_open=True)
    saved = save(request, part, write_table(table), seen=request.POST.get("seen", ""))
    if saved.status == 200:
        part = part_of(request, part.revision, "decision", key)
        table = read_table(part.text)
    return _page(request, part, table, saved)


def _page(
    request: PageRequest, part: Part, table: Table, saved: Saved | None, *, is_open: bool = False
) -> HttpResponse:
    """Show the form; `is_open` where what it holds is not what is kept."""
    faults = saved.faults if saved else [] if is_open else faults_of(request, part)
    context = {
        "revision": part.revision,
        "part": part,
        "key": part.key,
        "seen": request.POST.get("seen", part.seen) if is_open else part.seen,
        "table": table,
        "heads": _heads(table),
        "rows": _rows(table, faults),
        "saved": saved,
        "is_open": is_open or (saved is not None and saved.status != 200),
        "faults": [each for each in faults if each["element"] not in {row.id for row in table.rows}],
        "fault_count": len(faults),
        "policies": [(each, word) for each, word in policy_words().items()],
        "types": [(each, word) for each, word in type_words().items()],
        "clauses": clause_choices(part.revision, request.today),
        "variables": sorted(known_to_table(part.key)),
        "figures": _figures(request, part),
        "breadcrumbs": breadcrumbs(part),
    }
    return render(request, "lianjing/revision_decision.html", context, status=saved.status if saved else 200)


def policy_words() -> dict[str, str]:
    """Return how rows are taken, in words."""
    words = (_("唯一：有且只有一行适用"), _("首条：自上而下取第一行"), _("汇总：适用的各行都取"))
    return dict(zip(POLICIES, words, strict=True))


def type_words() -> dict[str, str]:
    """Return the kinds of values in words."""
    return dict(zip(TYPES, (_("数"), _("整数"), _("文字"), _("是或否"), _("日期")), strict=True))


def _heads(table: Table) -> list[dict[str, Any]]:
    return [
        {"head": head, "prefix": f"{kind}-{place}", "is_output": kind == "out", "place": number}
        for number, (kind, place, head) in enumerate(
            [
                *(("in", place, head) for place, head in enumerate(table.inputs)),
                *(("out", place, head) for place, head in enumerate(table.outputs)),
            ]
        )
    ]


def _rows(table: Table, faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "place": place,
            "number": place + 1,
            "cells": [
                {"text": cell, "name": f"cell-{place}-{column}", "column": column}
                for column, cell in enumerate(row.cells)
            ],
            "faults": [each for each in faults if each["element"] == row.id],
        }
        for place, row in enumerate(table.rows)
    ]


def _figures(request: PageRequest, part: Part) -> list[dict[str, str]]:
    """The figures that the cells name, with what they say today."""
    found = []
    for key in sorted(parse_decision(part.text).parameters):
        try:
            row = parameter_on(key, request.today)
            value = f"{figure(key, request.today).normalize():,f}"
        except MissingFigure:
            found.append({"key": key, "name": key, "value": _("尚未设定"), "unit": "", "mark": ""})
            continue
        name = row.en if in_english() and row.en else row.zh
        unit = codes.label("parameter_unit", row.unit)
        if row.value is not None:
            value = f"{value}（¥{row.value:,.2f}）"
        found.append({"key": key, "name": name, "value": value, "unit": unit, "mark": mark_words(row.mark)})
    return found
