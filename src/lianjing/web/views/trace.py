"""溯源: from any row or figure to the persons who entered, reviewed and approved it, and each act with its proof."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.erasure.services import ASKERS
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.registers import holders_then
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.kept import Kept, encode
from lianjing.runtime.trail.models import Event, Leaf, Pending
from lianjing.runtime.trail.queries import entered, lines
from lianjing.runtime.trail.receipt import receipt_of
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.access_log import ACCESS
from lianjing.web.records import currency_of, name_of
from lianjing.web.scope import event_for, events_for, is_sealed, may_read_body, readable_among
from lianjing.web.templatetags.ui import NONE_SIGN
from lianjing.web.tracing import (
    Touch,
    checks_of,
    envelope_of,
    events_of_row,
    field_of,
    model_of,
    row_changes,
    said,
    touches,
    value_in,
)
from lianjing.web.views.org import holder_words
from lianjing.web.words import act_words, address, clause_address

MOST_ACTS = 200
SYSTEM_COLUMNS = {"marking", "xml", "content"}
ROLES = ("entered", "reviewed", "approved")


@signed_in
@require_safe
def trace(request: HttpRequest, table: str, key: str) -> HttpResponse:
    """Show who entered, reviewed and approved a row or one of its columns, under which rule, and who could have."""
    asked = cast(PageRequest, request)
    model, scope = model_of(table), events_for(asked.who, asked.today)
    found = events_of_row(table, key, scope)
    if not found:
        raise Refusal(Ground.SCOPE, "scope.row", _("没有这条记录，或不在您的数据范围内"))
    column = asked.GET.get("column", "")
    field = field_of(model, column)
    column = column if field is not None else ""
    readable = readable_among(asked.who, [event for event, _columns, _change in found], asked.now)
    row = model._default_manager.filter(pk=key).first()
    events, values = _history(found, table, key, column, readable, scope)
    own = {event.id for event, columns, _change in found if not column or column in columns}
    groups = _groups(touches(events, values, own, (event.id for event, _columns, _change in found)))
    _add_holders(groups)
    last = next(
        (event for event, _columns, _change in reversed(found) if event.matter_id and event.id in readable),
        None,
    )
    context = {
        "table": table,
        "key": key,
        "column": column,
        "may_erase": bool(asked.roles & {*ASKERS}) and table != "erasure_request",
        "table_word": _(str(model._meta.verbose_name)),
        "label": _(str(field.verbose_name)) if field is not None else "",
        "name": name_of(row) if row is not None and found[-1][0].id in readable else key,
        "value": _present(model, row, column) if column and found[-1][0].id in readable else "",
        "columns": _columns(model, row, table, key)
        if row is not None and found[-1][0].id in readable
        else [],
        "groups": groups,
        "matter": Matter.objects.filter(id=last.matter_id or 0).first() if last else None,
        "is_hidden": found[-1][0].id not in readable,
        "page_url": _page_of(table, key),
    }
    return render(request, "lianjing/trace.html", context)


def _history(
    found: Sequence[tuple[Event, set[str], str]],
    table: str,
    key: str,
    column: str,
    readable: set[str],
    scope: Any,
) -> tuple[list[Event], dict[str, str]]:
    """The acts that touched the row (or the column), with those of the same procedures; what each gave the column.

    A root matter is no procedure: what else was done in a project does not explain one of its figures.
    """
    relevant = [event for event, columns, _change in found if not column or column in columns] or [
        found[0][0]
    ]
    places = {event.matter_id for event in relevant if event.matter_id not in (None, event.root_matter_id)}
    together = {event.id: event for event in relevant}
    for event in (
        scope.filter(matter_id__in=places).exclude(act__in=ACCESS).order_by("recorded_at", "oseq")[:MOST_ACTS]
    ):
        together.setdefault(event.id, event)
    events = sorted(together.values(), key=lambda event: (event.recorded_at, event.oseq))
    values = {
        event.id: value_in(event, table, key, column) for event in relevant if column and event.id in readable
    }
    return events, values


def _groups(found: Sequence[Touch]) -> list[dict[str, Any]]:
    """The acts by what they count as: entered, reviewed, approved; then refused attempts and what else was done."""
    words = {
        "entered": _("录入"),
        "reviewed": _("审核"),
        "approved": _("审批"),
        "refused": _("被拒的尝试"),
        "other": _("同一事项的其他办理"),
    }
    groups: dict[str, list[dict[str, Any]]] = {role: [] for role in words}
    for touch in found:
        groups[_role(touch)].append({"touch": touch, "could": ""})
    return [{"role": role, "word": words[role], "touches": touches_of} for role, touches_of in groups.items()]


def _role(touch: Touch) -> str:
    """What an act counts as here; what neither wrote the row nor did a step explains nothing by itself."""
    if touch.line.is_refused:
        return "refused"
    if not touch.is_of_row and (not touch.line.step_key or touch.line.role not in ROLES):
        return "other"
    return touch.line.role if touch.line.role in ROLES else "entered"


def _add_holders(groups: Sequence[dict[str, Any]]) -> None:
    """Say beside each act who held its post that day: who could have done it."""
    rows = [row for group in groups for row in group["touches"] if row["touch"].post_id]
    known = holders_then((row["touch"].post_id, row["touch"].day) for row in rows)
    for row in rows:
        row["could"] = holder_words(known[row["touch"].post_id, row["touch"].day])


def _present(model: type[Kept], row: Any, column: str) -> str:
    field = field_of(model, column)
    return (
        said(model, column, encode(field, getattr(row, field.attname)), currency=currency_of(row))
        if row is not None
        else ""
    )


def _columns(model: type[Kept], row: Any, table: str, key: str) -> list[dict[str, Any]]:
    """Every column that holds something, who gave it its present value, and the way to trace it."""
    who = entered(table, key)
    found = []
    for field in model._meta.concrete_fields:
        column = str(field.column)
        text = said(model, column, encode(field, getattr(row, field.attname)), currency=currency_of(row))
        if text != NONE_SIGN and column not in SYSTEM_COLUMNS:
            found.append(
                {
                    "column": column,
                    "label": _(str(field.verbose_name)),
                    "text": text,
                    "entered": who.get(column),
                }
            )
    return found


def _page_of(table: str, key: str) -> str:
    """The page on which a row is shown, where it has one of its own."""
    views = {
        "document": "document",
        "person": "org_person",
        "matter": "matter",
        "meeting": "meeting",
        "agenda_item": "agenda_item",
    }
    return address(views[table], int(key)) if table in views and key.isdigit() else ""


def _envelope_text(event: Event) -> str:
    """The envelope set out for the eye; its bare bytes where they were altered."""
    try:
        return json.dumps(json.loads(bytes(event.envelope)), ensure_ascii=False, indent=2)
    except ValueError:
        return bytes(event.envelope).decode(errors="backslashreplace")


@signed_in
@require_safe
def event(request: HttpRequest, event_id: str) -> HttpResponse:
    """Show one act: its exact envelope, its number, what it changed, and whether its hashes hold now."""
    asked = cast(PageRequest, request)
    found = event_for(asked.who, event_id, asked.today)
    may_read = may_read_body(asked.who, found, asked.now)
    line = lines(Event.objects.filter(id=found.id))[0]
    leaf = Leaf.objects.filter(event=found).first()
    in_scope = events_for(asked.who, asked.today)
    neighbours = in_scope.filter(object=found.object)
    changes = row_changes(found) if may_read else []
    former = [each.previous for each in changes if each.previous]
    context = {
        "event": found,
        "envelope": _envelope_text(found),
        "parsed": envelope_of(found),
        "leaf": leaf,
        "is_waiting": leaf is None and Pending.objects.filter(event=found).exists(),
        "checks": checks_of(found),
        "receipt": (receipt := receipt_of(found)),
        "standing": receipt.standing,
        "changes": changes,
        "readable": set(in_scope.filter(id__in=former).values_list("id", flat=True)),
        "may_read": may_read,
        "is_sealed": not may_read and is_sealed(found, asked.now),
        "line": line,
        "word": act_words([found.act])[found.act],
        "clause": clause_title(found.clause, legal_day(found.recorded_at)) if found.clause else "",
        "clause_url": clause_address(found.clause, legal_day(found.recorded_at)),
        "previous": neighbours.filter(oseq=found.oseq - 1).first(),
        "following": neighbours.filter(oseq=found.oseq + 1).first(),
        "matter": Matter.objects.filter(id=found.matter_id).first() if found.matter_id and may_read else None,
        "person": Person.objects.filter(id=found.person_id).first() if found.person_id else None,
    }
    return render(request, "lianjing/event.html", context)
