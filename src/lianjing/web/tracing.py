"""Tracing a row: every act that touched it, who entered, reviewed and approved it, what stood before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.kernel.trail.envelope import Envelope, NotCanonical, body_hash, leaf_hash, parse_envelope
from lianjing.runtime.personal.masking import HIDDEN, masked
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.kept import Kept
from lianjing.runtime.trail.models import ActRow, Body, Event, Leaf
from lianjing.runtime.trail.queries import ActLine, content_of, lines
from lianjing.runtime.trail.registry import trailed_models
from lianjing.web.records import name_of, spoken
from lianjing.web.templatetags.ui import NONE_SIGN
from lianjing.web.words import act_words, clause_address

LONGEST_VALUE = 400


def model_of(table: str) -> type[Kept]:
    """Return the model of a trailed table; Refusal(SCOPE) for any other name."""
    for model in trailed_models():
        if model._meta.db_table == table:
            return model
    raise Refusal(Ground.SCOPE, "scope.table", _("没有这张表，或它不在留痕范围内"))


def events_of_row(table: str, key: str, scope: QuerySet[Event]) -> list[tuple[Event, set[str], str]]:
    """Return the events in a reader's scope that touched a row, oldest first: event, columns, kind of change."""
    rows = ActRow.objects.filter(table_name=table, row_key=key, event__in=scope).select_related(
        "event__leaf", "event__body"
    )
    return [
        (row.event, set(row.columns.split()), row.change)
        for row in rows.order_by("event__recorded_at", "event__oseq")
    ]


@dataclass(frozen=True, slots=True)
class Touch:
    """One act as tracing shows it: who, at which post, when, under which rule, with what proof."""

    line: ActLine
    word: str
    rule: str
    clause: str
    clause_url: str
    leaf: int | None
    value: str = ""
    post_id: int | None = None
    day: date | None = None
    is_of_column: bool = False
    is_of_row: bool = False


def touches(
    events: Sequence[Event],
    values: dict[str, str] | None = None,
    of_column: Iterable[str] = (),
    of_row: Iterable[str] = (),
) -> list[Touch]:
    """Return events as touches in the order given, with clause, rule version and leaf number."""
    wanted = [event.id for event in events]
    by_id = {line.event_id: line for line in lines(Event.objects.filter(id__in=wanted))}
    leaves = dict(Leaf.objects.filter(event_id__in=wanted).values_list("event_id", "idx"))
    words = act_words(event.act for event in events)
    column, row = set(of_column), set(of_row)
    titles: dict[tuple[str, date], str] = {}
    return [
        replace(
            _touch(event, by_id[event.id], words, leaves, titles),
            value=(values or {}).get(event.id, ""),
            is_of_column=event.id in column,
            is_of_row=event.id in row,
        )
        for event in events
    ]


def _touch(
    event: Event,
    line: ActLine,
    words: dict[str, str],
    leaves: dict[str, int],
    titles: dict[tuple[str, date], str],
) -> Touch:
    day = legal_day(event.recorded_at)
    if event.clause and (event.clause, day) not in titles:
        titles[event.clause, day] = clause_title(event.clause, day)
    return Touch(
        line,
        words[event.act],
        _rule_of(event),
        titles.get((event.clause, day), ""),
        clause_address(event.clause, day),
        leaves.get(event.id),
        post_id=event.post_id,
        day=day,
    )


def _rule_of(event: Event) -> str:
    envelope = envelope_of(event)
    return envelope.rule if envelope is not None else ""


def envelope_of(event: Event) -> Envelope | None:
    """Return the parsed envelope of an event, None where its bytes were altered."""
    try:
        return parse_envelope(bytes(event.envelope))
    except NotCanonical:
        return None


def value_in(event: Event, table: str, key: str, column: str) -> str:
    """Return what an act gave a column, in words; "" where it did not write the row or its body is gone."""
    image = images_of(event).get((table, key))
    if not image or column not in image:
        return ""
    return said(model_of(table), column, image[column], currency=_currency(image))


def _currency(image: Mapping[str, Any]) -> str:
    return str(image.get("currency") or image.get("amount_currency") or "CNY")


def images_of(event: Event) -> dict[tuple[str, str], dict[str, Any] | None]:
    """Return the row images that an act wrote, None for a removed draft."""
    content = content_of(event)
    return {(row["t"], row["k"]): row["v"] for row in content.get("rows", [])}


def field_of(model: type[Kept], column: str) -> Any:
    """Return the field of a column, None for an unknown one."""
    return next((field for field in model._meta.concrete_fields if field.column == column), None)


def said(
    model: type[Kept],
    column: str,
    value: Any,
    names: dict[tuple[str, Any], str] | None = None,
    *,
    currency: str = "CNY",
) -> str:
    """Return a stored value in words, a sum with the sign of its currency; personal columns stay hidden."""
    field = field_of(model, column)
    if value is None or value == "":
        return NONE_SIGN
    value = masked(model._meta.db_table, column, value)
    if value == HIDDEN:
        return HIDDEN
    if field is None:
        return str(value)[:LONGEST_VALUE]
    if field.remote_field is not None:
        known = (names or {}).get((field.remote_field.model._meta.db_table, value))
        return known if known is not None else _named(field.remote_field.model, value)
    return spoken(field, _typed(field, value), currency)[0][:LONGEST_VALUE]


def _named(model: type[models.Model], key: Any) -> str:
    row = model._default_manager.filter(pk=key).first()
    if row is None:
        return str(key)
    return name_of(row)


def _typed(field: Any, value: Any) -> Any:
    """Turn the codec's text back into a value: a day, a moment in office time, a decimal."""
    if isinstance(field, models.DateTimeField):
        moment = parse_datetime(str(value))
        return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %z") if moment else value
    if isinstance(field, models.DateField):
        return parse_date(str(value)) or value
    return field.to_python(value)


@dataclass(frozen=True, slots=True)
class Change:
    """One column of a row before and after an act."""

    column: str
    label: str
    before: str
    after: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that an act touched, column by column; `previous` is the event that wrote it before."""

    table: str
    table_word: str
    key: str
    name: str
    change: str
    previous: str
    columns: tuple[Change, ...]


def row_changes(event: Event) -> list[RowChange]:
    """Return what an act changed: each row against its image in the event before."""
    kinds = {(row.table_name, row.row_key): row.change for row in ActRow.objects.filter(event=event)}
    return [
        _row_change(event, table, key, image, kinds.get((table, key), ""))
        for (table, key), image in images_of(event).items()
    ]


def _row_change(event: Event, table: str, key: str, image: dict[str, Any] | None, change: str) -> RowChange:
    model = model_of(table)
    earlier = _before(event, table, key)
    before = (images_of(earlier).get((table, key)) or {}) if earlier else {}
    after = image or {}
    changes = []
    for column in dict.fromkeys([*after, *before]):
        field = field_of(model, column)
        old, new = before.get(column), after.get(column)
        if old in (None, "") and new in (None, ""):
            continue
        label = _(str(field.verbose_name)) if field is not None else column
        was, now = (
            said(model, column, old, currency=_currency(before)),
            said(model, column, new, currency=_currency(after)),
        )
        changes.append(Change(column, label, was, now, old != new))
    name = next(
        (
            str(after.get(each) or before.get(each))
            for each in ("name", "title", "code", "order_no")
            if after.get(each) or before.get(each)
        ),
        key,
    )
    return RowChange(
        table,
        _(str(model._meta.verbose_name)),
        key,
        name,
        change,
        earlier.id if earlier else "",
        tuple(changes),
    )


def _before(event: Event, table: str, key: str) -> Event | None:
    """The event that wrote the row last before this one; on one chain the number decides, across chains the log."""
    others = ActRow.objects.filter(table_name=table, row_key=key).exclude(event_id=event.id)
    earlier = others.filter(
        Q(event__object=event.object, event__oseq__lt=event.oseq)
        | (
            ~Q(event__object=event.object)
            & Q(event__recorded_at__lte=event.recorded_at)
            & Q(event__id__lt=event.id)
        )
    )
    row = earlier.select_related("event__body").order_by("-event__recorded_at", "-event__oseq").first()
    return row.event if row else None


@dataclass(frozen=True, slots=True)
class Check:
    """One live check of an event, and whether it holds."""

    text: str
    holds: bool


def _is_after(following: Event, digest: str) -> bool:
    envelope = envelope_of(following)
    return envelope is not None and envelope.oprev == digest


def checks_of(event: Event) -> list[Check]:
    """Recompute the hashes of one event and its links to its neighbours, now; an altered envelope fails at once."""
    envelope = envelope_of(event)
    if envelope is None:
        return [Check(_("信封可以读取"), holds=False)]
    body = Body.objects.filter(event=event).first()
    leaf = Leaf.objects.filter(event=event).first()
    previous = Event.objects.filter(object=event.object, oseq=event.oseq - 1).first()
    following = Event.objects.filter(object=event.object, oseq=event.oseq + 1).first()
    own = leaf_hash(bytes(event.envelope)).hex()
    found = [
        Check(
            _("正文与信封所载摘要一致"),
            body is not None and body_hash(bytes(body.salt), bytes(body.content)) == envelope.body,
        ),
        Check(
            _("与同一对象的上一条相接"),
            envelope.oprev == (leaf_hash(bytes(previous.envelope)).hex() if previous else ""),
        ),
        Check(
            _("信封与可查询各列一致"),
            (envelope.object, envelope.oseq, envelope.act) == (event.object, event.oseq, event.act),
        ),
    ]
    if leaf is not None:
        found.append(Check(_("日志编号处的摘要与信封一致"), leaf.leaf_hash == own))
    if following is not None:
        found.append(Check(_("同一对象的下一条指向本条"), _is_after(following, own)))
    return found
