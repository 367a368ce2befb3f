"""A part of a revision beside the version in force: in words, on the diagram, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.process.compare import Difference, compare_graphs, compare_tables
from lianjing.kernel.process.decision import parse_decision
from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.measure import Measure, parse_fields
from lianjing.runtime.regulation.queries import latest_definition
from lianjing.runtime.revision.queries import base_text, parts
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.compared_words import graph_names, kind_words, marks_of, table_names, told
from lianjing.web.diagram import draw
from lianjing.web.part_saving import Part, part_of
from lianjing.web.table_editing import Row, Table, read_table
from lianjing.web.table_words import cell_words
from lianjing.web.views.revision import revision_for
from lianjing.web.views.revision_edit import breadcrumbs
from lianjing.web.views.revision_form import kind_words as field_kinds


@signed_in(kinds=OFFICIALS)
@require_safe
def revision_compare(request: PageRequest, revision_id: int, key: str) -> HttpResponse:
    """Show what a revision changes in one process, table or form."""
    revision = revision_for(request, revision_id)
    kept = next((row for row in parts(revision.pk) if row.key == key and row.kind in SHOWN), None)
    published = latest_definition(key)
    kind = kept.kind if kept else published.kind if published else "form"
    part = part_of(request, revision, kind, key)
    base = kept.base_definition if kept else published
    old = base.xml if base else ("" if kept else base_text(kind, key))
    context: dict[str, Any] = {
        "revision": revision,
        "part": part,
        "key": key,
        "kind": kind,
        "base": base,
        "legend": [(each, word, SIGN[each]) for each, word in kind_words().items()],
        "breadcrumbs": breadcrumbs(part),
        **SHOWN[kind](part, old, request.today),
    }
    return render(request, "lianjing/revision_compare.html", context)


SIGN = {"added": "+", "removed": "−", "changed": "△"}


def _process(part: Part, old: str, _day: date) -> dict[str, Any]:
    new = parse(part.text)
    before = parse(old) if old else None
    differences = compare_graphs(before, new) if before else ()
    names = graph_names(*((before, new) if before else (new,)))
    marks = marks_of(differences)
    kept_marks = {key: mark for key, mark in marks.items() if mark != "removed"}
    gone_marks = {key: mark for key, mark in marks.items() if mark != "added"}
    return {
        "name": new.name,
        "lines": told(differences, names),
        "new_diagram": draw(new, {}, marks=kept_marks),
        "old_diagram": draw(before, {}, marks=gone_marks) if before else None,
    }


def _decision(part: Part, old: str, day: date) -> dict[str, Any]:
    new = parse_decision(part.text)
    before = parse_decision(old) if old else None
    differences = compare_tables(before, new) if before else ()
    names = table_names(*((before, new) if before else (new,)))
    return {
        "name": new.name,
        "lines": told([_in_words(each, day) for each in differences], names),
        "new_table": _side(read_table(part.text), differences, day),
        "old_table": _side(read_table(old), differences, day) if old else None,
    }


def _in_words(each: Difference, day: date) -> Difference:
    """The difference of a cell as its reader sees the cell."""
    kind, mark, column = each.what.partition(":")
    if not mark or kind not in ("input", "output"):
        return each
    return replace(each, old=cell_words(each.old, column, day), new=cell_words(each.new, column, day))


def _side(table: Table, differences: tuple[Difference, ...], day: date) -> dict[str, Any]:
    """One table with the mark of each cell: of the row as a whole, or of the cell alone."""
    by_row: dict[str, dict[str, str]] = {}
    for each in differences:
        by_row.setdefault(each.element, {})[each.what] = each.kind.value
    keys = [
        *(f"input:{head.expression}" for head in table.inputs),
        *(f"output:{head.expression}" for head in table.outputs),
    ]
    return {
        "heads": [head.label or head.expression for head in (*table.inputs, *table.outputs)],
        "rows": [_marked(row, keys, by_row.get(row.id, {}), day) for row in table.rows],
    }


def _marked(row: Row, keys: list[str], marks: dict[str, str], day: date) -> dict[str, Any]:
    whole = marks.get("row", "")
    cells = [
        (cell_words(text, key.partition(":")[2], day), whole or marks.get(key, ""))
        for text, key in zip(row.cells, keys, strict=True)
    ]
    cells.append((row.note, whole or marks.get("description", "")))
    cells.append((row.clause, whole or marks.get("clause", "")))
    mark = whole or ("changed" if marks else "")
    return {"sign": SIGN.get(mark, ""), "mark": mark, "cells": cells}


def _form(part: Part, old: str, _day: date) -> dict[str, Any]:
    before = {each.name: each for each in parse_fields(old)} if old else {}
    after = {each.name: each for each in parse_fields(part.text)} if part.text else {}
    kinds = dict(field_kinds())
    rows = []
    for name in [*before, *(each for each in after if each not in before)]:
        was, will = before.get(name), after.get(name)
        mark = "removed" if will is None else "added" if was is None else "changed" if was != will else ""
        rows.append((SIGN.get(mark, ""), mark, name, _field(was, kinds), _field(will, kinds)))
    return {"name": part.key, "lines": [], "fields": rows}


def _field(field: Measure | None, kinds: dict[str, str]) -> str:
    if field is None:
        return ""
    words = [field.label, kinds[field.kind], *(["、".join(field.choices)] if field.choices else [])]
    return " · ".join(
        [*words, *([_("必填")] if field.is_required else []), *([field.help] if field.help else [])]
    )


SHOWN = {"process": _process, "decision": _decision, "form": _form}
